/**
 * The decision behind `kubelet-unauthorized`, from the top down: what is to be said at all; and of a refusal, why the kubelet did not believe
 * what it was shown. Where the clues leave more than one cause, the likelier comes first and the others after it.
 */
import type { Proof } from '../../../model/check.js';
import type { KubeletKey } from '../../../model/facts.js';
import { type AnswerOf, otherwise, type Row } from '../../shared/decide.js';
import { inTheirWords, twoWitnesses } from '../../shared/proof.js';
import { seen } from '../../shared/read.js';
import type { Cause } from './causes.js';
import type { Clues, Refusal } from './clues.js';

/** On the node itself nothing need be sent: the kubelet's own configuration says whom it believes. */
const believesNoToken = ({ config, believesToken }: Clues): boolean =>
  config?.values['authentication.webhook.enabled'] === false && !config.values['authentication.anonymous.enabled'] && !believesToken;
/** Nor that, where its own way to the apiserver was tried. */
const believesTokens = ({ config, tokenShown, replay }: Clues): boolean =>
  config?.values['authentication.webhook.enabled'] === true && !tokenShown && replay !== undefined;

/** Its own certificate's date decides before any silence or refusal of the apiserver; a token that no webhook is asked about is another matter. */
const asksInVain = ({ ownExpired, config, entered, refusal, replay }: Clues): boolean =>
  ownExpired &&
  config?.values['authentication.webhook.enabled'] !== false &&
  (refusal?.kind === 'authorization error' || (!entered && (refusal ?? replay?.failed) !== undefined));

export const DECISION = [
  ['own-certificate-expired', asksInVain],
  ['refused', (c) => c.refusal?.kind === 'authorization error'],
  ['tokens-off', (c) => believesNoToken(c) && !c.tokenShown],
  ['accepted', (c) => c.entered],
  ['waiting', (c) => c.waiting],
  ['cuts-credential', (c) => c.cutFor !== undefined],
  ['refused', (c) => c.refusal !== undefined],
  ['tokens-off', believesNoToken],
  ['cut-off', (c) => believesTokens(c) && c.replay?.failed !== undefined],
  ['accepts-tokens', believesTokens],
  ['no-kubelet', (c) => c.heard],
  ['withheld-as-by-the-agent', (c) => c.withheld === 'unverified' && !c.agentVerifies && c.identity !== undefined],
  ['withheld', (c) => c.withheld !== undefined],
  ['anyone', (c) => c.givesToAnyone],
  ['not-asked', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;

/** A cause, and what it cannot be told from; `setting`: the one of the kubelet that shows it. */
/** What a refusal shows. */
export type Refused = Exclude<Cause, 'kubelet-cuts-credential'>;

export interface Explanation {
  cause: Refused;
  or: readonly string[];
  /** Where nothing looks the same: what it rests on. */
  proof?: (refusal: Refusal) => Proof;
  setting?: KubeletKey;
}

const OFF = 'kubelet-token-authentication-off';
const IGNORES = 'kubelet-ignores-token';
const CUT_OFF = 'kubelet-cannot-reach-apiserver';
const NO_CLIENT_CA = 'kubelet-client-ca-unset';
const REJECTS = 'kubelet-rejects-credential';

const is = (cause: Refused, ...or: readonly [string, ...string[]]): Explanation => ({ cause, or });
const shown = (cause: Refused, proof: (refusal: Refusal) => Proof): Explanation => ({ cause, or: [], proof });
const shownBy = (setting: KubeletKey, cause: Refused): Explanation => ({
  ...shown(cause, ({ quoted }) => inTheirWords(quoted.failing, quoted.config)),
  setting,
});
/** What it did not believe, and how it is with the heartbeat, which needs no credential of ours. */
const andHeartbeat = ({ quoted: { failing, lease, node } }: Refusal): Proof => twoWitnesses(failing, seen(lease) ? lease : node);
const certificate = (holds: (r: Refusal) => boolean) => (r: Refusal) => r.as === 'certificate' && holds(r);
/** What the kubelet's own configuration says counts where the apiserver believes the credential, or says nothing of it. */
const configured = (holds: (r: Refusal, settings: NonNullable<Refusal['settings']>) => boolean) => (r: Refusal) =>
  r.apiserver !== 'refuses' && r.settings !== undefined && holds(r, r.settings);
/** A file that says other than what was met was changed after the kubelet read it. */
const webhookOff = (kind: Refusal['kind'], anonymous: boolean) =>
  configured(
    (r, settings) =>
      r.as === 'token' &&
      r.kind === kind &&
      !settings['authentication.webhook.enabled'] &&
      settings['authentication.anonymous.enabled'] === anonymous,
  );

export const EXPLANATION: readonly Row<Explanation, Refusal>[] = [
  [shown(CUT_OFF, ({ quoted }) => inTheirWords(quoted.failing)), (r) => r.kind === 'authorization error'],
  [
    shownBy('authentication.x509.clientCAFile', NO_CLIENT_CA),
    certificate(configured((r, settings) => r.kind !== 'timeout' && settings['authentication.x509.clientCAFile'] === '')),
  ],
  [shownBy('authentication.webhook.enabled', OFF), webhookOff('unauthorized', false)],
  [shownBy('authentication.webhook.enabled', IGNORES), webhookOff('anonymous', true)],
  [shown(CUT_OFF, ({ quoted }) => twoWitnesses(quoted.failing, quoted.sight)), (r) => r.cutOffElsewhere],
  [shown(REJECTS, ({ quoted }) => twoWitnesses(quoted.failing, quoted.word)), (r) => r.apiserver === 'refuses'],
  [shown(CUT_OFF, andHeartbeat), (r) => r.kind === 'timeout' && r.heartbeat === 'stale'],
  [is(CUT_OFF, 'kubelet-hangs'), (r) => r.kind === 'timeout'],
  // Certificates are checked on the node itself; a foreign one is a 401 even where anonymous access is on.
  [shown(NO_CLIENT_CA, ({ quoted }) => twoWitnesses(quoted.failing, quoted.tls)), certificate((r) => r.asksCertificate === false)],
  [
    shown(REJECTS, ({ quoted }) => inTheirWords(quoted.failing, quoted.tls)),
    certificate((r) => r.asksCertificate === true && r.kind === 'unauthorized'),
  ],
  [is(NO_CLIENT_CA, REJECTS), certificate((r) => r.kind === 'anonymous' || r.apiserver === 'accepts')],
  [is(REJECTS, NO_CLIENT_CA), certificate(otherwise)],
  [shown(IGNORES, ({ quoted }) => inTheirWords(quoted.failing)), (r) => r.kind === 'anonymous'],
  [shown(CUT_OFF, andHeartbeat), (r) => r.heartbeat === 'stale'],
  // How long it took is our own clock's word alone.
  [is(CUT_OFF, OFF), (r) => r.late && r.apiserver === 'accepts'],
  [is(CUT_OFF, REJECTS), (r) => r.late],
  [is(CUT_OFF, OFF, REJECTS), (r) => r.apiserver === 'silent' && r.canBeOff],
  [is(CUT_OFF, REJECTS), (r) => r.apiserver === 'silent'],
  [is(REJECTS, OFF, CUT_OFF), (r) => r.apiserver === 'unasked' && r.canBeOff],
  [is(REJECTS, CUT_OFF), (r) => r.apiserver === 'unasked'],
  [is(CUT_OFF, REJECTS), (r) => !r.canBeOff],
  [
    shown(OFF, ({ quoted: { failing, word, lease, node } }) => inTheirWords(failing, word, seen(lease) ? lease : node)),
    (r) => r.heartbeat === 'fresh',
  ],
  [is(CUT_OFF, OFF), (r) => r.heartbeat === 'late'],
  [is(OFF, CUT_OFF), otherwise],
];
