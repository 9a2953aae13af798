/** What `kubelet-proxy` and `apiserver-proxy` say of each answer. */
import type { Evidence, Feature, Fix, Message, Problem, Proof, Severity, Verdict } from '../../../model/check.js';
import type { Fact } from '../../../model/facts.js';
import { fromAfar } from '../../shared/address.js';
import { apiserverFeatures, inPod, ownerHere } from '../../shared/apiserver.js';
import { cite } from '../../shared/cite.js';
import { given } from '../../shared/decide.js';
import { env, fixBy, shell } from '../../shared/fix.js';
import { ALL_KUBELET_FEATURES, agentVerifies } from '../../shared/kubelet.js';
import { cannotTell, pass, problem, suspected } from '../../shared/problem.js';
import { inTheirWords, twoWitnesses } from '../../shared/proof.js';
import { failure, seen } from '../../shared/read.js';
import type { Cause, Server } from './causes.js';
import type { Clues, Path, Proxied } from './clues.js';
import { type Answer, type Trouble, troubleOn } from './decision.js';
import { dropIn, exemptionFor, linesToSet, OWN_HOST } from './no-proxy.js';
import type { Words } from './words.js';

export const ANSWERS: Record<Answer, <S extends Server>(clues: Clues<S>, say: Words) => Verdict<Cause<S>>> = {
  'no-address': (clues, say) => cannotTell(say('noAddress', { server: nameOf(clues) })),
  undecided: (clues, say) => cannotTell(say('undecided', { server: nameOf(clues) })),
  excepted: ({ path }, say) => {
    const { matched, variable } = given(path?.decided);
    return pass(given(path).decision, say('excepted', { matched: given(matched), variable: variable ?? 'NO_PROXY' }));
  },
  direct: ({ path }) => pass(given(path).decision),
  socks: (clues, say) => cannotTell(say('socks', { server: nameOf(clues), proxy: capturedIn(clues).proxy })),
  delivers: (clues, say) => {
    const { proxy, variable } = capturedIn(clues);
    return pass(given(clues.path).decision, say('through', { proxy, variable }));
  },
  waiting: (clues, say) => cannotTell(say('waiting', { proxy: capturedIn(clues).proxy })),
  captured,
};

/** All that is said of a connection and its proxy. */
interface Captured {
  server: string;
  proxy: string;
  variable: string;
  host: string;
  endpoint: string;
}

function capturedIn(clues: Clues): Captured {
  const { candidate, endpoint, proxied } = given(clues.path);
  const { proxy, variable } = given(proxied);
  const named = variable ?? 'HTTPS_PROXY';
  return {
    server: nameOf(clues),
    proxy,
    variable: clues.asKubelet ? `${named} of the kubelet's service` : named,
    host: candidate.host,
    endpoint,
  };
}

function nameOf({ server }: Clues): string {
  return `the ${server}`;
}

/** What else looks like it, where the proxy is only suspected. */
const LOOK_ALIKE: Partial<Record<Trouble, Record<Server, string[]>>> = {
  breaks: { kubelet: ['kubelet-connection-reset', 'kubelet-hangs'], apiserver: ['apiserver-connection-reset'] },
  opens: { kubelet: ['kubelet-certificate-unknown-authority'], apiserver: ['apiserver-certificate-unknown-authority'] },
};

function captured<S extends Server>(clues: Clues<S>, say: Words): Problem<Cause<S>> {
  const path = given(clues.path);
  const trouble = given(troubleOn(path));
  const words = capturedIn(clues);
  const { endpoint } = words;
  const { title, quoted } = TOLD[trouble](path, words, say);
  const severity = severityOf(clues, path, trouble);
  const alternatives = LOOK_ALIKE[trouble]?.[clues.server];
  return problem(`proxy-captures-${clues.server}` as const, {
    severity,
    ...(alternatives ? suspected(alternatives) : { proof: proofOf(path) }),
    title,
    features: severity === 'blocks' ? featuresOf(clues) : [],
    evidence: [...quotedDecision(clues, path, words, say), quoted],
    fixes: [exempt(clues, path, words, say), fixBy('network', 'config', say('fixProxy', { endpoint }))],
  });
}

/** Our own settings say that it goes to the proxy; and what came of it there. */
function proofOf({ decision, hop, tunnel, answer }: Path): Proof {
  return answer && !hop && failure(tunnel) === undefined ? inTheirWords(decision, answer) : twoWitnesses(decision, hop ?? tunnel);
}

const TOLD: Record<Trouble, (path: Path, words: Captured, say: Words) => { title: Message; quoted: Evidence }> = {
  unreachable: ({ hop }, words, say) => {
    const code = given(failure(given(hop)));
    return { title: say('unreachable', words), quoted: sawFailure(given(hop), code, say) };
  },
  refuses: ({ tunnel }, words, say) => {
    const code = given(failure(tunnel)).replace(/^EPROXY(?=\d)/, '');
    return { title: say('refuses', { ...words, code }), quoted: sawFailure(tunnel, code, say) };
  },
  breaks: ({ tls }, words, say) => {
    const code = given(failure(tls));
    return { title: say('breaks', words), quoted: sawFailure(tls, code, say) };
  },
  answers: ({ answer }, words, say) => {
    const fact = given(answer);
    const code = String(seen(fact)?.status ?? '');
    const question = fact.subject.replace(/^\w+ /, '');
    return { title: say('answers', { ...words, code }), quoted: cite(fact, say('sawAnswer', { question, code, detail: detailOf(fact) })) };
  },
  opens: ({ tls }, words, say) => {
    const { subject, issuer } = given(seen(tls)?.chain[0]);
    return { title: say('opens', words), quoted: cite(tls, say('sawCertificate', { subject, issuer })) };
  },
};

function sawFailure(fact: Fact<'dns' | 'tcp' | 'tunnel' | 'tls' | 'http'>, code: string, say: Words): Evidence {
  return cite(fact, say('sawFailure', { code, detail: detailOf(fact) }));
}

function detailOf({ outcome }: Fact<'dns' | 'tcp' | 'tunnel' | 'tls' | 'http'>): string {
  if (outcome.status === 'failed') return outcome.detail;
  return outcome.status === 'observed' && 'body' in outcome.data ? outcome.data.body : '';
}

/** An opened connection troubles only who verifies. */
function severityOf({ server, place, settings }: Clues, { candidate }: Path, trouble: Trouble): Severity {
  if (fromAfar(place, candidate) && candidate.origin === 'node-object') return 'note';
  return server === 'kubelet' && trouble === 'opens' && !agentVerifies(settings) ? 'risk' : 'blocks';
}

function featuresOf({ server, settings }: Clues): Feature[] {
  return server === 'kubelet' ? ALL_KUBELET_FEATURES : apiserverFeatures(settings);
}

function quotedDecision({ asKubelet, service }: Clues, { decision, proxied }: Path, words: Captured, say: Words): Evidence[] {
  const { endpoint, proxy, variable } = words;
  const variables = asKubelet ? (seen(service) ?? []) : [];
  return [
    cite(decision, say('sawDecision', { endpoint, proxy, variable, noProxy: proxied?.noProxy || 'not set' })),
    ...variables.map(({ name, value, source }) => cite(service, say('sawService', { name, value, source }))),
  ];
}

/** Both servers where the proxy captures both: they are excepted by one line. */
function exempt(clues: Clues, path: Path, { host, variable }: Captured, say: Words): Fix {
  const { place, settings, other, asKubelet } = clues;
  const owner = asKubelet ? 'node' : place?.agentEnvironment ? 'agent' : ownerHere(place);
  const decision: Proxied = given(path.proxied);
  if (!/^(https?|all)_proxy$/i.test(decision.variable ?? 'HTTPS_PROXY')) return fixBy(owner, 'config', say('fixElsewhere', { variable }));

  const everywhere = owner === 'agent' && inPod(place);
  const exempted = [path, ...(other && troubleOn(other) ? [other] : [])].map((each) => exemptionFor(each, everywhere));
  const { from, values } = linesToSet(exempted, decision, seen(settings) ?? []);
  if (asKubelet) return fixBy(owner, 'restart', say('fixService', { host }), shell(values && dropIn(values)));
  const lines = values ? env(values) : {};
  if (exempted.includes(OWN_HOST)) return fixBy(owner, 'config', say('fixOwn'), lines);
  return fixBy(owner, 'config', from ? say('fixAdd', { host, from }) : say('fixNew', { host }), lines);
}
