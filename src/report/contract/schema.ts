/** JSON Schema (draft 2020-12) of the report. Minor versions add fields, so readers must accept more than is listed; `evidence` is best effort. */
import { LAYERS, SEVERITIES } from '../../model/check.js';

const text = { type: 'string' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const milliseconds = { type: 'number', minimum: 0 } as const;
const texts = { type: 'array', items: text } as const;

/** An object with these properties; all but `optional` are required, others are allowed. */
function object(properties: Record<string, object>, optional: readonly string[] = []) {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties).filter((key) => !optional.includes(key)),
    additionalProperties: true,
  } as const;
}

function listOf(definition: string) {
  return { type: 'array', items: ref(definition) } as const;
}

function ref(definition: string) {
  return { $ref: `#/$defs/${definition}` } as const;
}

const target = { enum: ['self', 'kubelet', 'apiserver'] } as const;
const layer = { enum: [...LAYERS] } as const;
const severity = { enum: [...SEVERITIES] } as const;
const certainty = { enum: ['proven', 'suspected'] } as const;

const summary = object({
  verdict: { enum: ['pass', 'warn', 'fail', 'incomplete'] },
  exitCode: { enum: [0, 1, 3], description: '0 nothing at or above --fail-on; 1 findings; 3 nothing found, a required question open.' },
  top: object({ id: text, title: text, fix: text }),
  counts: object({ blocks: count, degrades: count, risk: count, note: count, unanswered: count }),
});

const message = object({
  id: text,
  args: { type: 'object', additionalProperties: { type: ['string', 'number'] } },
  en: { type: 'string', description: 'As it was said, in English.' },
});

const fix = object(
  {
    owner: { enum: ['agent', 'node', 'cluster', 'network', 'workstation'] },
    changes: { enum: ['nothing', 'config', 'restart', 'security', 'deletes'], description: '`deletes` since 1.5.' },
    action: ref('message'),
    steps: { type: 'string', description: 'To be shown verbatim; never run by kubelet-doctor.' },
    source: { type: 'string', description: 'Since 1.4: a kubelet-doctor command that prints `steps`, to the byte.' },
    form: { enum: ['shell', 'yaml', 'env', 'kubelet-config'] },
    effect: ref('message'),
    verify: text,
    nodes: texts,
    quoted: { ...texts, description: "Another's words, of a report that was read: not checked, not to be run." },
  },
  ['steps', 'source', 'form', 'effect', 'verify', 'nodes', 'quoted'],
);

/** Causes and questions stand in `kubelet-doctor explain ID`. */
const id = { type: 'string', pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' } as const;

const finding = object(
  {
    cause: id,
    question: id,
    target,
    layer,
    severity,
    certainty,
    witnesses: { ...listOf('witness'), description: 'Since 1.5, of what is proven: the facts it rests on.' },
    alternatives: { type: 'array', items: id },
    title: ref('message'),
    ofOthers: {
      const: true,
      description:
        'Since 1.5: it befell other nodes than the one that was named, whose agent is ready; where no agent is known, which is ready itself.',
    },
    features: texts,
    evidence: listOf('evidence'),
    fixes: listOf('fix'),
    decide: texts,
    rankedBy: { ...texts, description: 'Why it stands where it stands.' },
    consequences: listOf('finding'),
    seen: object({ nodes: texts, of: count, vantages: texts }),
    quoted: texts,
  },
  ['witnesses', 'ofOthers', 'seen', 'quoted'],
);

const result = object(
  {
    question: id,
    asks: text,
    target,
    layer,
    required: { type: 'boolean' },
    outcome: { enum: ['pass', 'problem', 'not-applicable', 'cannot-tell', 'crashed'] },
    cause: id,
    note: ref('message'),
    elsewhere: texts,
    quoted: texts,
  },
  ['cause', 'note', 'quoted'],
);

const merged = object({
  given: count,
  read: count,
  nodes: count,
  older: count,
  repeated: count,
  unread: { type: 'array', items: object({ file: text, why: text }) },
  grid: {
    type: 'array',
    items: object({
      node: text,
      vantage: text,
      startedAt: text,
      version: text,
      states: { ...text, description: 'A letter for each result.' },
    }),
  },
});

/** The schema, as a value that can be printed as JSON. */
export const reportSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:kubelet-doctor:report:1',
  title: 'kubelet-doctor report',
  ...object(
    {
      summary,
      reportVersion: { type: 'string', pattern: '^1\\.\\d+$' },
      tool: object({ program: text, version: text }),
      startedAt: { type: 'string', description: 'ISO 8601, UTC.' },
      durationMs: milliseconds,
      where: object(
        {
          place: text,
          vantage: text,
          node: text,
          identity: text,
          kubelet: text,
          apiserver: text,
          machine: text,
          account: text,
          leftOver: text,
          nodeAddresses: {
            type: 'string',
            description: 'Since 1.5: of the Node, where the address that was given for its kubelet is another.',
          },
          script: {
            ...object({ namespace: text, pod: text, cut: { const: true } }, ['namespace', 'pod', 'cut']),
            description: 'Since 1.5, of answers of the script: the pod that it asked in, as far as something names it.',
          },
          kubeconfig: text,
          context: text,
          bundle: {
            ...object(
              {
                format: text,
                collector: text,
                version: text,
                isCut: { const: true },
                nodes: count,
                agents: object({ daemonsets: texts, account: text, others: texts, more: count }, ['account', 'more']),
              },
              ['collector', 'version', 'isCut', 'agents'],
            ),
            description: 'Since 1.5: no server was asked; all is read from what another program has collected.',
          },
        },
        ['machine', 'account', 'leftOver', 'script', 'nodeAddresses', 'kubeconfig', 'context', 'bundle'],
      ),
      asked: object({ answered: count, total: count }),
      findings: { ...listOf('finding'), description: 'In rank order: root before consequence, the worst first.' },
      results: listOf('result'),
      layers: listOf('layerState'),
      timings: listOf('timing'),
      settings: listOf('setting'),
      causes: { type: 'object', additionalProperties: object({ title: text, question: text, means: text, fix: text }) },
      evidence: { ...listOf('fact'), description: 'Facts cited as evidence. Best effort: their data is not promised.' },
      merged,
    },
    ['merged'],
  ),
  $defs: {
    message,
    fix,
    evidence: object({ need: text, subject: text, saw: ref('message'), reproduce: text, node: text }, ['reproduce', 'node']),
    witness: object({ need: text, subject: text, node: text }, ['node']),
    finding,
    result,
    layerState: object(
      {
        target,
        layer,
        state: { enum: ['ok', 'failed', 'warned', 'not-asked'] },
        why: text,
        blockedBy: { ...layer, description: 'Not asked because this layer below it failed.' },
        through: { ...text, description: 'The proxy in use.' },
        ms: milliseconds,
      },
      ['blockedBy', 'through', 'ms'],
    ),
    timing: object({ target, kind: text, subject: text, startedMs: milliseconds, ms: milliseconds, ok: { type: 'boolean' } }),
    setting: object({ setting: text, value: text, origin: text, source: text }),
    fact: object(
      {
        kind: text,
        target,
        subject: text,
        outcome: { type: 'object', properties: { status: { enum: ['observed', 'failed', 'pending', 'absent'] } }, required: ['status'] },
        reproduce: text,
        startedMs: milliseconds,
      },
      ['reproduce', 'startedMs'],
    ),
  },
} as const;
