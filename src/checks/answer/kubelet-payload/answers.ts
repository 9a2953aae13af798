/** What `kubelet-payload` says of each answer. */
import { hostOf, isIp } from '../../../kubernetes/names.js';
import type { Evidence, Fix, Problem, Say, Verdict, Want } from '../../../model/check.js';
import { askFromNode } from '../../shared/address.js';
import { cutTo, lastPart } from '../../shared/brief.js';
import { cite } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { byHand, fixBy, shell } from '../../shared/fix.js';
import { KUBELET_PATHS, type KubeletPath } from '../../shared/kubelet.js';
import { isTimeout, REQUIRED_PATHS } from '../../shared/kubelet-answers.js';
import { kubeletConfig } from '../../shared/kubelet-fixes.js';
import { cannotTell, notApplicable, pass, problem, suspected } from '../../shared/problem.js';
import { inTheirWords } from '../../shared/proof.js';
import { failure as failureOf, seen, took } from '../../shared/read.js';
import type { Cause } from './causes.js';
import { type Attempt, type Clues, failedParts, pathOf } from './clues.js';
import type { Answer } from './decision.js';
import type { WORDS } from './words.js';

type Words = Say<typeof WORDS>;

export const ANSWERS: Record<Answer, (clues: Clues, say: Words) => Verdict<Cause>> = {
  'port-taken': ({ endpoint, heard, taken, node: name }, say) => {
    const { node, fact, candidate } = given(taken);
    const pods = name && `kubectl get pods -A -o wide --field-selector spec.nodeName=${name}   # those with the address of the node`;
    return problem('kubelet-port-taken', {
      proof: inTheirWords(given(heard[0]), fact),
      title: say('taken', { endpoint }),
      features: Object.values(KUBELET_PATHS),
      evidence: [
        ...heard.slice(0, 2).map((attempt) => quote(attempt, say)),
        cite(fact, say('sawOwner', { node: node.node, host: candidate.host, port: candidate.port })),
      ],
      fixes: [
        fixBy('cluster', 'config', say('givePort'), byHand(OTHER_PORTS)),
        ...(pods ? [fixBy('cluster', 'nothing', say('findPod', { node: given(name) }), shell(pods))] : []),
      ],
    });
  },
  'not-a-kubelet': ({ endpoint, heard }, say) =>
    problem('not-a-kubelet', {
      proof: inTheirWords(given(heard[0])),
      title: say(strangerIn(heard), { endpoint }),
      features: Object.values(KUBELET_PATHS),
      evidence: heard.slice(0, 2).map((attempt) => quote(attempt, say)),
      fixes: [
        fixBy('agent', 'config', say('dialNode'), byHand(FROM_HOST_IP)),
        // Where the address is the node's after all: without its Node object, that is not known.
        ...(strangerIn(heard) === 'otherApi' ? [fixBy('cluster', 'config', say('givePort'), byHand(OTHER_PORTS))] : []),
      ],
    }),
  'of-another-node': (clues, say) => {
    const { attempt, node, not } = given(clues.strayed);
    return problem('kubelet-answers-for-another-node', {
      proof: inTheirWords(attempt),
      title: say('strayed', { path: pathOf(attempt), node: cutTo(node, 20) }),
      features: lostWith([attempt]),
      evidence: [cite(attempt, say('sawNode', { path: pathOf(attempt), node, not }))],
      fixes: [fixBy('network', 'config', say('lookBetween'), byHand('env | grep -i _proxy | sort'))],
    });
  },
  foreign: ({ foreign }, say) => {
    const first = given(foreign[0]);
    const { status, voice, payload } = given(seen(first));
    const [path, what] = [pathOf(first), KIND_WORDS[pathOf(first)]];
    const isOwn = voice === 'kubelet' && payload !== undefined;
    return problem('kubelet-answer-foreign', {
      proof: inTheirWords(first, ...foreign.slice(1)),
      severity: foreign.some((attempt) => REQUIRED_PATHS.has(pathOf(attempt))) ? 'blocks' : 'degrades',
      title: isOwn ? say('unrecognised', { path, status, what }) : say('foreign', { path, status }),
      features: lostWith(foreign),
      evidence: foreign.map((attempt) => quote(attempt, say)),
      fixes: [fixBy('network', 'config', say('lookBetween'), byHand('env | grep -i _proxy | sort'))],
    });
  },
  unhealthy: (clues, say) =>
    problem('kubelet-unhealthy', {
      proof: inTheirWords(given(clues.unhealthy)),
      ...failure(clues, say),
      title: say('unhealthy', { endpoint: clues.endpoint, failing: failedParts(given(clues.unhealthy)).join(', ') }),
    }),
  // A kubelet that is slow with all of them looks the same: only the other side tells.
  'large-stall': (clues, say) => {
    const first = given(clues.failing[0]);
    const host = hostOf(clues.endpoint);
    const ping: Want[] = isIp(host) ? [{ need: 'kubelet/http', elsewhere: `ping -c 3 -M do -s 1372 ${host}` }] : [];
    return problem('kubelet-large-answers-stall', {
      ...failure(clues, say),
      ...suspected(['kubelet-endpoint-fails', 'kubelet-hangs'], [askThere(clues, pathOf(first)), ...ping]),
      title: say('stalls'),
      evidence: [...clues.failing, given(clues.short)].map((attempt) => quote(attempt, say)),
      fixes: [
        fixBy('network', 'config', say('fixMtu'), byHand(isIp(host) ? `ip link\ntracepath -n ${host}` : undefined)),
        ...lookThenRestart(say).slice(0, 1),
      ],
    });
  },
  'endpoint-fails': (clues, say) => {
    const first = given(clues.failing[0]);
    const [answer, path] = [seen(first), pathOf(first)];
    const title = answer
      ? say('fails', { path, said: lastPart(answer.body, TITLE - path.length) || String(answer.status) })
      : isTimeout(first)
        ? say('hangs', { path, ms: took(first.outcome) ?? 0 })
        : say('breaks', { path, code: failureOf(first) ?? '' });
    // That it said nothing more, only we have seen: the path may drop what is large.
    const basis = answer
      ? { proof: inTheirWords(first) }
      : suspected(['kubelet-large-answers-stall', 'kubelet-hangs'], [askThere(clues, path)]);
    return problem('kubelet-endpoint-fails', { ...basis, ...failure(clues, say), title });
  },
  'debug-off': ({ endpoint, disabled }, say) =>
    problem('kubelet-debug-handlers-off', {
      proof: inTheirWords(given(disabled)),
      severity: 'degrades',
      title: say('debugOff', { endpoint }),
      features: [KUBELET_PATHS['/configz']],
      evidence: [quote(given(disabled), say)],
      fixes: [kubeletConfig(say('enable'), { enableDebuggingHandlers: true }, undefined)],
    }),
  open: ({ witness }, say) => pass(witness, say('open')),
  'in-order': ({ afar, witness }, say) => pass(witness, afar ? say('proxied') : undefined),
  partly: ({ unread }, say) => cannotTell(say('partly', { path: given(unread) })),
  waiting: (_, say) => cannotTell(say('waiting')),
  refused: ({ witness }, say) => notApplicable(say('refused'), witness),
  'well-by-its-health-port': ({ healthPort, witness }, say) => pass(witness, say('byHealthz', { said: given(healthPort).said || 'ok' })),
  'health-port-decides': (_, say) =>
    cannotTell(say('nothing'), [
      { need: 'kubelet/second-sight', subject: 'local-healthz', elsewhere: 'curl -sS http://127.0.0.1:10248/healthz' },
    ]),
  'proxy-decides': ({ node }, say) => cannotTell(say('nothing'), [{ need: 'kubelet/proxied', elsewhere: askFromNode(node) }]),
  'withheld-as-by-the-agent': ({ witness }, say) => notApplicable(say('unverified'), witness),
  withheld: ({ withheld }, say) =>
    cannotTell({ unverified: () => say('unverified'), owner: () => say('owner'), early: () => say('early') }[given(withheld)]()),
  'nothing-heard': (_, say) => cannotTell(say('nothing')),
};

/** The same path from the apiserver's side. */
function askThere({ node }: Clues, path: KubeletPath): Want {
  const known = Object.hasOwn(KUBELET_PATHS, path) ? path : '/healthz';
  return { need: 'kubelet/proxied', elsewhere: `kubectl get --raw /api/v1/nodes/${node ?? 'NODE'}/proxy${known}` };
}

const KIND_WORDS: Record<KubeletPath, string> = {
  '/pods': 'no pod list',
  '/healthz': 'no health result',
  '/metrics': 'no metrics',
  '/metrics/cadvisor': 'no metrics',
  '/metrics/probes': 'no metrics',
  '/stats/summary': 'no statistics',
  '/configz': 'no configuration',
};

function lostWith(attempts: Attempt[]): string[] {
  return [...new Set(attempts.map((attempt) => KUBELET_PATHS[pathOf(attempt)]))];
}

/** What is left of a line beside the path. */
const TITLE = 55;

function strangerIn([first]: Attempt[]): 'proxy' | 'unknown' | 'otherApi' {
  const voice = first && seen(first)?.voice;
  return voice === 'proxy' || voice === 'unknown' ? voice : 'otherApi';
}

/** Lost is what is behind the paths that fail; that /healthz says how the kubelet is loses nothing by itself. */
function failure({ failing, unhealthy }: Clues, say: Words): Pick<Problem, 'severity' | 'features' | 'evidence' | 'fixes'> {
  const paths = failing.filter((attempt) => attempt !== unhealthy).map(pathOf);
  return {
    severity: paths.some((path) => REQUIRED_PATHS.has(path)) ? 'blocks' : 'degrades',
    features: [...new Set(paths)].map((path) => KUBELET_PATHS[path] ?? path),
    evidence: failing.map((attempt) => quote(attempt, say)),
    fixes: lookThenRestart(say),
  };
}

function lookThenRestart(say: Words): Fix[] {
  return [
    fixBy('node', 'nothing', say('log'), shell("journalctl -u kubelet --since -15min | grep -E ': [EF][0-9]{4} '")),
    fixBy('node', 'restart', say('restart'), shell('systemctl restart kubelet')),
  ];
}

function quote(attempt: Attempt, say: Words): Evidence {
  const [answer, path] = [seen(attempt), pathOf(attempt)];
  if (answer) return cite(attempt, say('saw', { path, status: answer.status, body: answer.body || answer.payload?.recognised || '' }));
  const ms = took(attempt.outcome) ?? 0;
  return cite(attempt, isTimeout(attempt) ? say('sawNothing', { path, ms }) : say('sawBreak', { path, code: failureOf(attempt) ?? '' }));
}

/** What has 10250 by default. */
const OTHER_PORTS = [
  '# values of the chart of metrics-server',
  'containerPort: 4443',
  '# values of the chart of cert-manager',
  'webhook:',
  '  securePort: 10260',
].join('\n');

const FROM_HOST_IP = [
  'env:',
  '  - name: DD_KUBERNETES_KUBELET_HOST',
  '    valueFrom:',
  '      fieldRef:',
  '        fieldPath: status.hostIP',
].join('\n');
