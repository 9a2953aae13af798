/** The catalogue as a whole: one file a question, one owner a cause, no loose links, something to read behind every id. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { CHECKS, FOLDERS, knownCauses, MERGE_CHECKS } from '../../src/checks/index.js';
import type { CauseDocs, Check } from '../../src/model/check.js';
import { renderExplain } from '../../src/render/text/explain/cause.js';

const SOURCE = path.resolve('src/checks');
const LIVE = path.resolve('src/live');
const files = Object.keys(FOLDERS).flatMap((folder) =>
  readdirSync(path.join(SOURCE, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ folder, file: path.join(SOURCE, folder, name) })),
);

/** One table that is asked about two targets. */
const TWICE: Readonly<Record<string, readonly string[]>> = { 'proxy-capture': ['apiserver-proxy', 'kubelet-proxy'] };

/** Every check with the folder of its file. */
async function checksOnDisk(): Promise<{ folder: string; check: Check }[]> {
  const found = files.map(async ({ folder, file }) => (await checksIn(file)).map((check) => ({ folder, check })));
  return (await Promise.all(found)).flat();
}

async function checksIn(file: string): Promise<Check[]> {
  return Object.values((await import(file)) as Record<string, unknown>).filter(
    (v): v is Check => typeof v === 'object' && v !== null && 'question' in v && 'judge' in v,
  );
}

/** What stands in a row's folder, and which questions each entry asks. A folder that holds neither a check nor what is shared groups questions. */
async function entriesOf(folder: string): Promise<{ entry: string; questions: string[] }[]> {
  const entries = readdirSync(path.join(SOURCE, folder), { withFileTypes: true }).map(async (each) => {
    const entry = path.join(folder, each.name);
    const inside = files
      .map(({ file }) => path.relative(SOURCE, file))
      .filter((file) => file === entry || file.startsWith(entry + path.sep));
    if (each.isDirectory() && each.name !== 'shared' && !inside.includes(path.join(entry, 'check.ts'))) return entriesOf(entry);
    const checks = await Promise.all(inside.map((file) => checksIn(path.join(SOURCE, file))));
    return [{ entry, questions: checks.flatMap((each) => each.map(({ question }) => question)).sort() }];
  });
  return (await Promise.all(entries)).flat();
}

describe('the registry', () => {
  it('holds every check of every file', async () => {
    const onDisk = (await checksOnDisk()).map(({ check }) => check.question);
    assert.deepEqual([...CHECKS, ...MERGE_CHECKS].map((c) => c.question).sort(), onDisk.sort());
  });

  it('finds each check in the folder of its layer, the row of the report', async () => {
    for (const { folder, check } of await checksOnDisk()) {
      const { layers, questions } = FOLDERS[folder] ?? assert.fail(folder);
      assert.ok(layers.includes(check.layer), `${check.question} judges ${check.layer}: another folder of src/checks/index.ts FOLDERS`);
      if (questions) assert.ok(questions.includes(check.question), `${check.question} is no question of ${folder}`);
    }
  });

  it('keeps nothing beside the questions of a row; what several of them share is in its shared/', async () => {
    for (const { entry, questions } of (await Promise.all(Object.keys(FOLDERS).map(entriesOf))).flat()) {
      const name = path.basename(entry, '.ts');
      if (name === 'shared') assert.deepEqual(questions, [], `${entry} shares, and judges nothing`);
      else assert.deepEqual(questions, TWICE[name] ?? [name], `${entry} is no question: move it to shared/ of its row`);
    }
  });

  it('needs no fact that nobody asks for', () => {
    const live = readdirSync(LIVE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const source = live.map((name) => readFileSync(path.join(LIVE, name), 'utf8')).join('\n');
    for (const { question, needs } of CHECKS)
      for (const need of needs)
        assert.ok(source.includes(`kind: '${need.split('/')[1]}'`), `${question} needs ${need}: src/live writes none`);
  });

  it('says verdicts, fixes and evidence by the makers of shared alone', () => {
    const own = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) => /\.ts$/.test(name) && !/^shared\b/.test(name));
    const found = own.flatMap((name) => madeByHand(readFileSync(path.join(SOURCE, name), 'utf8')).map((what) => `${name}: ${what}`));
    assert.deepEqual(found, []);
  });

  it('would find one that is made by hand, however it is written', () => {
    const written = {
      "return { ...{ kind: 'problem', severity }, cause };": 'a verdict',
      "if (open) return { why: say('open', { at }), kind: 'cannot-tell', wants: [{ need, subject }] };": 'a verdict',
      "[{\n  owner: here,\n  changes: 'config',\n  action: say('fix', { a }),\n}]": 'a fix',
      "({ action, changes, owner, verify: 'kubelet-doctor' })": 'a fix',
      '[{ need: needOf({ target }), subject: at({ as }), saw }]': 'evidence',
      "({ saw: say('it', { code }), subject, need: 'self/place' })": 'evidence',
    };
    for (const [source, what] of Object.entries(written)) assert.deepEqual(madeByHand(source), [what], source);
  });

  it('has one owner for each cause, named as a noun in kebab-case', () => {
    const causes = knownCauses().map((k) => k.cause);
    assert.equal(new Set(causes).size, causes.length);
    for (const cause of causes) assert.match(cause, /^[a-z0-9]+(-[a-z0-9]+)+$/);
  });

  it('explains by causes that exist, without a cycle', () => {
    const links = new Map(knownCauses().map((k) => [k.cause, k.docs.explainedBy ?? []]));
    for (const [cause, by] of links) for (const other of by) assert.ok(links.has(other), `${cause} is explained by the unknown ${other}`);
    const visit = (cause: string, path: string[]): void => {
      assert.ok(!path.includes(cause), `cycle: ${[...path, cause].join(' ← ')}`);
      for (const other of links.get(cause) ?? []) visit(other, [...path, cause]);
    };
    for (const cause of links.keys()) visit(cause, []);
  });

  it('has a runbook for every cause', () => {
    for (const { cause, docs } of knownCauses())
      for (const part of ['means', 'happens', 'confirm', 'fix'] as const)
        assert.ok(docs[part].length >= 30, `${cause}.${part}: ${docs[part]}`);
  });

  it('has a command to confirm every cause, or the reason why there is none', () => {
    for (const { cause, docs } of knownCauses())
      assert.match(docs.confirm, /`[^`]+`|^ {4}\S|there is no command/m, `${cause}.confirm: ${docs.confirm}`);
  });

  it('recommends nothing that opens the cluster, other than to warn of it', () => {
    for (const { cause, docs } of knownCauses())
      for (const words of remedies(docs)) for (const bad of OPENS) assert.doesNotMatch(words, bad, cause);
  });

  it('sends no credential to a server whose certificate is not verified', () => {
    for (const { cause, docs } of knownCauses())
      for (const words of [docs.confirm, ...remedies(docs)])
        assert.doesNotMatch(words, /curl[^`]* (-\w*k|--insecure)[^`]*(Authorization|--cert\b)/, cause);
  });

  it('fits pages into 80 columns', () => {
    for (const { cause, docs } of knownCauses())
      for (const line of renderExplain(cause, docs, { width: 80, colour: false }).split('\n'))
        assert.ok([...line].length <= 80, `${cause}: ${line}`);
  });
});

/** What sets verification aside, lets anonymous in, or gives everything; `avoid` alone may name them. */
const OPENS = [
  /insecure-skip-tls-verify/i,
  /tls_?verify[`'"]*\s*[:=]+\s*[`'"]?false/i,
  /\bverif\w+ off\b|(turn|switch) off \w* ?verif/i,
  /anonymous-auth[= ]true|anonymous: ?\{? ?enabled: true|anonymous (access )?on\b/i,
  /cluster-admin|system:masters/,
  /AlwaysAllow/,
];

/** The parts that tell what to do; how to confirm says what is seen. */
function remedies({ fix, distributions }: CauseDocs): string[] {
  return [fix, ...Object.values(distributions ?? {})];
}

/** Property names that an object has where it is one of these; `kind` by its value, for facts have kinds, too. */
const HANDMADE: Readonly<Record<string, readonly RegExp[]>> = {
  'a verdict': [/\bkind: '(problem|pass|not-applicable|cannot-tell)'/],
  'a fix': [/\bowner\b\s*[:,]/, /\bchanges\b\s*[:,}]/],
  evidence: [/\bneed\b\s*[:,]/, /\bsaw\b\s*[:,}]/],
};

/** Verdicts, fixes and evidence written as objects. The innermost braces are read and taken away first, so that each object is read alone. */
function madeByHand(source: string): string[] {
  const found: string[] = [];
  const read = (inner: string): string => {
    found.push(...Object.keys(HANDMADE).filter((what) => HANDMADE[what]?.every((part) => part.test(inner))));
    return '""';
  };
  let rest = source;
  while (/\{[^{}]*\}/.test(rest)) rest = rest.replace(/\{[^{}]*\}/g, read);
  return found;
}
