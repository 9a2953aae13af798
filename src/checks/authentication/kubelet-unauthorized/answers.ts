/** What `kubelet-unauthorized` says of each answer. */
import type { Evidence, Fix, Message, Say, Verdict, Want } from '../../../model/check.js';
import type { Fact, KubeletKey } from '../../../model/facts.js';
import { lastPart } from '../../shared/brief.js';
import { cite, citeBy, citeSeen } from '../../shared/cite.js';
import { firstThatHolds, given } from '../../shared/decide.js';
import { fixBy } from '../../shared/fix.js';
import { ALL_KUBELET_FEATURES } from '../../shared/kubelet.js';
import { CLOSED, kubeletConfig } from '../../shared/kubelet-fixes.js';
import { cannotTell, notApplicable, pass, problem, suspected } from '../../shared/problem.js';
import { inTheirWords, speaks, twoWitnesses } from '../../shared/proof.js';
import { looked, seen, span, took } from '../../shared/read.js';
import { CLIENT_CA, certificateInstead, tokenInstead, WEBHOOK, wayToApiserver } from '../shared/authn-fixes.js';
import type { Cause } from './causes.js';
import type { Clues, Quoted, Refusal } from './clues.js';
import { type Answer, EXPLANATION, type Explanation, type Refused } from './decision.js';
import type { WORDS } from './words.js';

type Words = Say<typeof WORDS>;

export const ANSWERS: Record<Answer, (clues: Clues, say: Words) => Verdict<Cause>> = {
  refused,
  'tokens-off': (clues, say) =>
    problem('kubelet-token-authentication-off', {
      proof: inTheirWords(clues.configFact),
      // Our certificate is believed: then it is the agents with a token that are not.
      severity: clues.entered ? 'degrades' : 'blocks',
      title: say('offHere', { node: clues.node }),
      features: ALL_KUBELET_FEATURES,
      evidence: configured(clues, WEBHOOK_ENABLED, say),
      fixes: acceptTokens(clues, say),
    }),
  accepted: ({ witness }) => pass(witness),
  waiting: ({ nodeName }, say) => cannotTell(say('waiting'), deciding(nodeName)),
  'own-certificate-expired': ({ node }, say) => cannotTell(say('ownExpired', { node }), [], 'client-certificate-expired'),
  'accepts-tokens': (clues, say) => pass(clues.witness, say('acceptsHere', { origin: webhookOrigin(clues) })),
  'cut-off': (clues, say) => {
    const { fact, code } = given(clues.replay?.failed);
    return problem('kubelet-cannot-reach-apiserver', {
      // From the kubelet's own network and in its name: still one look alone, unless it came with words.
      ...(speaks(fact) ? { proof: inTheirWords(fact, clues.configFact) } : suspected([SILENT_APISERVER], deciding(clues.nodeName))),
      title: say('cutOffHere', { node: clues.node, code }),
      features: ALL_KUBELET_FEATURES,
      evidence: [cite(fact, say('sawReplay', { code })), ...configured(clues, WEBHOOK_ENABLED, say)],
      fixes: openWay(clues, say),
    });
  },
  'no-kubelet': ({ witness }, say) => notApplicable(say('noKubelet'), witness),
  'cuts-credential': ({ cutFor, node }, say) => {
    const { cut, answered } = given(cutFor);
    return problem('kubelet-cuts-credential', {
      proof: twoWitnesses(cut, answered),
      title: say('cutsCredential'),
      features: ALL_KUBELET_FEATURES,
      evidence: [cite(cut, say('sawCut', { node })), ...attempt(answered, say)],
      fixes: [fixBy('network', 'config', say('lookBetween'))],
    });
  },
  'withheld-as-by-the-agent': ({ identity, witness }, say) => notApplicable(say('withheld', { user: given(identity).user }), witness),
  withheld: ({ withheld }, say) =>
    cannotTell({ unverified: () => say('unverified'), owner: () => say('owner'), early: () => say('early') }[given(withheld)]()),
  anyone: ({ witness }, say) => notApplicable(say('anyone'), witness),
  'not-asked': (_, say) => cannotTell(say('notAsked')),
};

function refused(clues: Clues, say: Words): Verdict<Cause> {
  const refusal = given(clues.refusal);
  const why = firstThatHolds(EXPLANATION, refusal);
  // Also where it is certain that the token is refused: only a TokenReview has the reason.
  const asking = refusal.as === 'token' ? [ASK_REASON] : [];
  return problem(why.cause, {
    ...(why.proof ? { proof: why.proof(refusal), wants: asking } : suspected(why.or, [...deciding(clues.nodeName), ...asking])),
    ...REMEDIES[why.cause](clues, say, refusal),
    features: ALL_KUBELET_FEATURES,
    evidence: [...quoted(refusal, why, say), ...(why.setting ? configured(clues, why.setting, say) : [])],
  });
}

const REMEDIES: Record<Refused, (clues: Clues, say: Words, refusal: Refusal) => { title: Message; fixes: Fix[] }> = {
  'kubelet-token-authentication-off': (clues, say) => ({ title: say('off', { node: clues.node }), fixes: acceptTokens(clues, say) }),
  'kubelet-ignores-token': ({ node, config }, say) => ({
    title: say('ignores', { node }),
    fixes: [kubeletConfig(say('turnOnClosed', { node }), CLOSED, config)],
  }),
  'kubelet-cannot-reach-apiserver': (clues, say) => ({ title: say('cutOff', { node: clues.node }), fixes: openWay(clues, say) }),
  'kubelet-client-ca-unset': ({ node, config }, say) => ({
    title: say('noClientCa', { node }),
    fixes: [kubeletConfig(say('setClientCa', { node }), CLIENT_CA, config), tokenInstead(say('useToken'))],
  }),
  'kubelet-rejects-credential': ({ node }, say, { as: credential, apiserver, quoted: { reason } }) => {
    const fixes = [fixBy('agent', 'config', say('freshCredential', { credential }))];
    if (reason) return { title: say('rejectsBecause', { credential, reason: lastPart(reason, 48) }), fixes };
    return { title: say(apiserver === 'refuses' ? 'rejectsBoth' : 'rejects', { node, credential }), fixes };
  },
};

const SILENT_APISERVER = 'apiserver-connect-timeout';
const WEBHOOK_ENABLED = 'authentication.webhook.enabled';

function webhookOrigin({ config }: Clues): string {
  return config?.origin(WEBHOOK_ENABLED) ?? '';
}

function acceptTokens({ node, config }: Clues, say: Words): Fix[] {
  return [kubeletConfig(say('turnOn', { node }), WEBHOOK, config), certificateInstead(say('useCertificate'))];
}

function openWay({ node }: Clues, say: Words): Fix[] {
  return wayToApiserver(say('lookOnNode', { node }), say('openTheWay', { node }));
}

function configured({ config }: Clues, key: KubeletKey, say: Words): Evidence[] {
  const value = String(config?.values[key]) || 'not set';
  return config ? [config.cite(say('sawConfig', { key, value, origin: config.origin(key) }))] : [];
}

/** The refusal and the answer to nobody, then the second sides. */
function quoted({ as, source, asksCertificate, quoted: q }: Refusal, { cause }: Explanation, say: Words): Evidence[] {
  const reason = q.reason ?? `authenticated as ${q.review?.user ?? '?'}`;
  return [
    ...attempt(q.failing, say),
    ...(q.failing === q.nobody ? [] : attempt(q.nobody, say)),
    ...(q.review ? [citeBy('apiserver/token-review', '', say('sawReview', { by: q.review.by, reason }))] : []),
    ...(cause === 'kubelet-rejects-credential' ? [citeBy('kubelet/credential', as, say('sawCredential', { credential: as, source }))] : []),
    ...citeSeen(q.identity, ({ user }) => say('sawIdentity', { user })),
    ...(cause === 'kubelet-rejects-credential' && q.word.kind === 'http' ? attempt(q.word, say) : []),
    ...signOfLife(q, say),
    ...citeSeen(q.sight, ({ status, said }) => say('sawElsewhere', { status, said })),
    ...(cause === 'kubelet-client-ca-unset' && asksCertificate === false ? [citeBy('kubelet/tls', q.endpoint, say('sawNoRequest'))] : []),
  ];
}

function attempt(fact: Fact<'http'>, say: Words): Evidence[] {
  const answer = seen(fact);
  if (answer) return [cite(fact, say('sawAnswer', { status: answer.status, body: answer.body }))];
  return looked(fact) ? [cite(fact, say('sawNothing', { ms: took(fact.outcome) ?? 0 }))] : [];
}

/** The Lease is the fresher one. */
function signOfLife({ lease, node }: Quoted, say: Words): Evidence[] {
  const renewed = citeSeen(lease, (data) => say('sawLease', { node: data.node, age: span(data.ageSeconds * 1000) }));
  return renewed.length > 0 ? renewed : citeSeen(node, (data) => say('sawNode', { node: data.node, ready: data.ready }));
}

/** Fetched where somebody else is at hand to ask as; no command, which would have to hold the token. */
const ASK_REASON: Want = { need: 'apiserver/token-review' };

/** What tells webhook-off from cut-off, for the engine and for someone who may ask more than we. */
function deciding(node: string | undefined): Want[] {
  const name = node ?? 'NODE';
  const sight = { need: 'kubelet/second-sight', subject: 'node-proxy' } as const;
  return [
    {
      need: 'apiserver/lease',
      ...(node ? { subject: node } : {}),
      elsewhere: `kubectl get lease -n kube-node-lease ${name} -o jsonpath='{.spec.renewTime}'`,
    },
    { ...sight, elsewhere: `kubectl get --raw /api/v1/nodes/${name}/proxy/healthz` },
    { ...sight, elsewhere: "journalctl -u kubelet --since -10min | grep 'Unable to authenticate'" },
  ];
}
