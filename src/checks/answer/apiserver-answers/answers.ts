/** What `apiserver-answers` says of each answer. */
import type { Evidence, Fix, Message, Problem, Say, Verdict, Want } from '../../../model/check.js';
import { cutTo } from '../../shared/brief.js';
import { cite, citeBy } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { fixBy, shell } from '../../shared/fix.js';
import { type Basis, cannotTell, pass, problem, suspected } from '../../shared/problem.js';
import { inTheirWords, twoWitnesses } from '../../shared/proof.js';
import type { Cause } from './causes.js';
import type { Clues } from './clues.js';
import type { Answer } from './decision.js';
import type { WORDS } from './words.js';

type Words = Say<typeof WORDS>;

export const ANSWERS: Record<Answer, (clues: Clues, say: Words) => Verdict<Cause>> = {
  'too-old': ({ version, versionFact, features }, say) => {
    const { gitVersion } = given(version);
    return problem('kubernetes-too-old', {
      proof: inTheirWords(versionFact),
      title: say('tooOld', { version: gitVersion }),
      features,
      evidence: [citeBy('apiserver/version', '', say('sawVersion', { version: gitVersion }))],
      fixes: [fixBy('cluster', 'restart', say('fixUpgrade'), { verify: 'kubectl version' })],
    });
  },
  kubelet: (clues, say) => stranger(clues, say, say('kubelet', { endpoint: clues.endpoint }), [address(clues, say)]),
  proxy: (clues, say) => {
    const { endpoint, owner } = clues;
    const title = say('proxy', { endpoint, status: firstStatus(clues) });
    return stranger(clues, say, title, [fixBy(owner, 'config', say('fixNoProxy', { endpoint })), backend(say)]);
  },
  stranger: (clues, say) => unknownStranger(clues, say),
  'stranger-or-not-ready': (clues, say) => unknownStranger(clues, say, suspected(['apiserver-not-ready'], [ASK_READYZ])),
  'cuts-credential': (clues, say) => {
    const { endpoint, cutFor, features, heard } = clues;
    const [fact, open] = [given(cutFor), given(heard[0]).fact];
    return problem('apiserver-cuts-credential', {
      proof: twoWitnesses(fact, open),
      title: say('cutsCredential', { endpoint }),
      features,
      evidence: [cite(fact, say('sawSilence', { request: fact.subject, code: 'ECONNRESET' })), firstHeard(clues, say)],
      fixes: [fixBy('network', 'config', say('fixBetween', { endpoint }))],
    });
  },
  'for-another-node': ({ otherNode, features }, say) => {
    const { fact, node } = given(otherNode);
    return problem('apiserver-answer-foreign', {
      proof: inTheirWords(fact),
      title: say('otherNode', { asked: cutTo(fact.subject, 20), node: cutTo(node, 20) }),
      features,
      evidence: [cite(fact, say('sawNode', { asked: fact.subject, node }))],
      fixes: [backend(say)],
    });
  },
  foreign: (clues, say) => {
    const { fact, answer, asked, by } = given(clues.foreign);
    const { status, voice, body } = answer;
    const words = { asked: cutTo(asked, 30), status };
    return problem('apiserver-answer-foreign', {
      proof: inTheirWords(fact),
      severity: clues.known ? 'degrades' : 'blocks',
      title: by === 'another' ? say('foreign', words) : say('unrecognised', words),
      features: clues.features,
      evidence: [cite(fact, say('sawAnswer', { request: fact.subject, status, voice, body: body.slice(0, 120) || 'nothing' }))],
      fixes: [backend(say)],
    });
  },
  throttles: ({ endpoint, throttled, features, known }, say) => {
    const { fact, answer } = given(throttled);
    const load = shell('kubectl get --raw /metrics | grep apiserver_flowcontrol_rejected_requests_total');
    return problem('apiserver-throttles', {
      proof: inTheirWords(fact),
      severity: known ? 'degrades' : 'blocks',
      title: say('throttles', { endpoint }),
      features,
      evidence: [cite(fact, say('sawRetry', { request: fact.subject, seconds: answer.retryAfterSeconds ?? 1 }))],
      fixes: [fixBy('cluster', 'nothing', say('fixLoad'), load), fixBy('cluster', 'config', say('fixShare'))],
    });
  },
  'without-etcd': (clues, say) => notReady(clues, say, 'blocks', readLog('etcd', say('fixEtcd'))),
  'not-ready': (clues, say) => notReady(clues, say, clues.known ? 'degrades' : 'blocks', readLog('kube-apiserver', say('fixComponent'))),
  // One request without an answer: a full queue looks the same.
  hangs: (clues, say) => silence(clues, say, clues.known ? 'degrades' : 'blocks', 'apiserver-throttles'),
  silent: (clues, say) => silence(clues, say, 'blocks', 'not-an-apiserver'),
  unheard: (_, say) => cannotTell(say('noAnswer')),
  answers: ({ witness }) => pass(witness),
  'not-asked': (_, say) => cannotTell(say('noAnswer')),
};

const READYZ = 'kubectl get --raw "/readyz?verbose"';
const ASK_READYZ: Want = { need: 'apiserver/readiness', elsewhere: READYZ };

function firstStatus({ heard }: Clues): number {
  return given(heard[0]).answer.status;
}

function stranger(clues: Clues, say: Words, title: Message, fixes: Fix[], basis = inItsOwnWords(clues)): Problem<Cause> {
  return problem('not-an-apiserver', { ...basis, title, features: clues.features, evidence: [firstHeard(clues, say)], fixes });
}

function inItsOwnWords({ heard }: Clues): Basis {
  return { proof: inTheirWords(given(heard[0]).fact) };
}

function unknownStranger(clues: Clues, say: Words, basis?: Basis): Problem<Cause> {
  const title = say('stranger', { endpoint: clues.endpoint, status: firstStatus(clues) });
  return stranger(clues, say, title, [backend(say), address(clues, say)], basis);
}

function firstHeard({ heard }: Clues, say: Words): Evidence {
  const { fact, answer } = given(heard[0]);
  const { status, voice } = answer;
  return cite(fact, say('sawAnswer', { request: fact.subject, status, voice, body: answer.body.slice(0, 120) || 'nothing' }));
}

function address({ owner }: Clues, say: Words): Fix {
  return fixBy(owner, 'config', say('fixAddress'));
}

function backend(say: Words): Fix {
  return fixBy('network', 'config', say('fixBackend'));
}

function notReady(
  { endpoint, readiness, readinessFact, features }: Clues,
  say: Words,
  severity: Problem['severity'],
  fix: Fix,
): Problem<Cause> {
  const failing = given(readiness).failing.slice(0, 5).join(', ') || 'no check is named';
  return problem('apiserver-not-ready', {
    proof: inTheirWords(readinessFact),
    severity,
    title: say('notReady', { endpoint, failing }),
    features,
    evidence: [cite(readinessFact, say('sawReadiness', { failing }))],
    fixes: [fix],
  });
}

function silence({ endpoint, silent, features }: Clues, say: Words, severity: Problem['severity'], looksLike: Cause): Problem<Cause> {
  const { fact, code } = given(silent);
  const request = fact.subject;
  return problem('apiserver-not-ready', {
    severity,
    ...suspected([looksLike], [ASK_READYZ]),
    title: /TIMEDOUT|TIMEOUT/.test(code) ? say('hangs', { endpoint }) : say('breaks', { endpoint }),
    features,
    evidence: [cite(fact, say('sawSilence', { request, code }))],
    fixes: [fixBy('cluster', 'nothing', say('fixAsk'), shell(READYZ)), readLog('kube-apiserver', say('fixComponent'))],
  });
}

function readLog(component: 'etcd' | 'kube-apiserver', action: Message): Fix {
  const log = `crictl ps -a --name ${component}\ncrictl logs --tail 50 "$(crictl ps -a -q --name ${component} | head -n 1)"`;
  return fixBy('cluster', 'nothing', action, { ...shell(log), verify: READYZ });
}
