/** How a handshake with the kubelet went, from the top down; and what it cannot be told from. */
import type { Proof } from '../../../model/check.js';
import type { Fact, SecondSight } from '../../../model/facts.js';
import { hasFallenSilent, heartbeatFact, justRenewed, type SecondSide, sightThat } from '../../connection/shared/second-side.js';
import { kubeletPort } from '../../shared/address.js';
import { type AnswerOf, given, otherwise, type Row } from '../../shared/decide.js';
import { inTheirWords, twoWitnesses } from '../../shared/proof.js';
import { failure, isPending } from '../../shared/read.js';
import type { Clues } from './clues.js';

type Sighting = Fact<'second-sight'>;
type Holds = (clues: Clues) => boolean;

const after =
  (handshake: Clues['handshake'], holds: Holds = otherwise): Holds =>
  (c) =>
    c.handshake === handshake && holds(c);

export const DECISION = [
  ['waiting', after('pending')],
  ['not-tried', after('not-tried')],

  ['waiting', after('done', (c) => isPending(c.http))],
  ['answers', after('done', (c) => failure(c.http) === undefined)],
  ['http-silent', after('done', (c) => /TIMEDOUT|TIMEOUT/.test(failure(c.http) ?? ''))],
  // llhttp's codes: bytes came, and were none of an answer. The kubelet may be well elsewhere: what stands here is not it, or stands before it.
  ['no-http', after('done', (c) => failure(c.http)?.startsWith('HPE_') === true)],
  ['http-cut', after('done')],

  ['request-pending', after('internal-error', (c) => c.own?.some((r) => r.state === 'pending') === true)],
  ['request-ended', after('internal-error', (c) => c.own?.[0] !== undefined)],
  ['no-request', after('internal-error', (c) => c.own !== undefined)],
  ['requests-unknown', after('internal-error')],

  ['plain', after('plain')],
  ['no-version', after('version')],
  ['tls-cut', after('cut')],

  ['hangs', after('silent', (c) => silentToOthers(c.side) !== undefined || hasFallenSilent(c.side))],
  ['stalls', after('silent', (c) => answersOthers(c.side) !== undefined)],
  ['tls-silent', after('silent')],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;

/** What looks the same from here; where nothing does, what proves it. */
export interface How {
  others: string[];
  proof?: Proof;
}

/** Behind a proxy nothing is certain but the kubelet's own word. */
export function howSure(answer: Answer, clues: Clues): How {
  const others = [...(ALTERNATIVES[answer]?.(clues) ?? []), ...(clues.proxied && !isOwnWord(clues) ? ['proxy-captures-kubelet'] : [])];
  const proof = PROOF[answer];
  return others.length === 0 && proof ? { others, proof: proof(clues) } : { others };
}

/** What is certain where nothing looks the same: the kubelet's own word, or our silence and what a second side met. */
const PROOF: Partial<Record<Answer, (clues: Clues) => Proof>> = {
  'http-silent': ({ http, side }) => twoWitnesses(http, given(silentToOthers(side))),
  'http-cut': ({ http, side }) => twoWitnesses(http, given(answersOthers(side))),
  'tls-cut': ({ tls, side }) => twoWitnesses(tls, given(answersOthers(side))),
  'request-pending': ({ tls, requests }) => inTheirWords(tls, requests),
  'request-ended': ({ tls, requests }) => inTheirWords(tls, requests),
  'no-request': ({ tls, requests, side }) => inTheirWords(tls, requests, given(told(side, WITHOUT_CERTIFICATE))),
  'requests-unknown': ({ tls, side }) => inTheirWords(tls, given(told(side, WITHOUT_CERTIFICATE))),
  plain: (clues) => (otherPort(clues) ? inTheirWords(clues.tls, clues.side.facts.node) : inTheirWords(clues.tls)),
  'no-version': ({ tls }) => inTheirWords(tls),
  hangs: ({ tls, side }) => twoWitnesses(tls, silentToOthers(side) ?? heartbeatFact(side)),
};

/** Causes that look the same from here, by answer. */
const ALTERNATIVES: Partial<Record<Answer, (clues: Clues) => string[]>> = {
  // It renews its Lease, so it reaches the apiserver and is not waiting for a decision of that; that it is silent to others too shows it is no path.
  'http-silent': (c) => [
    ...(justRenewed(c.side) ? [] : ['kubelet-cannot-reach-apiserver']),
    ...(silentToOthers(c.side) ? [] : ['kubelet-connection-reset']),
  ],
  'no-http': () => ['not-a-kubelet'],
  'http-cut': insteadOfCut,
  'tls-cut': insteadOfCut,
  'no-request': insteadOfNoCertificate,
  'requests-unknown': insteadOfNoCertificate,
  plain: (c) => (c.candidate.port === READ_ONLY_PORT || otherPort(c) ? [] : ['not-a-kubelet']),
  stalls: () => ['kubelet-connection-reset', 'kubelet-hangs'],
  'tls-silent': () => ['tls-handshake-stalls', 'kubelet-connection-reset'],
};

/** The alert comes from the kubelet itself. */
export function isOwnWord({ handshake }: Clues): boolean {
  return handshake === 'internal-error';
}

const READ_ONLY_PORT = 10255;

/** The port its kubelet registered, where another one was dialled. */
export function otherPort({ side, candidate }: Clues): number | undefined {
  const registered = kubeletPort(side.node);
  return registered === candidate.port ? undefined : registered;
}

function insteadOfCut({ side }: Clues): string[] {
  return answersOthers(side) ? [] : ['kubelet-down', 'not-a-kubelet'];
}

const WITHOUT_CERTIFICATE = /tls: internal error/;

/** The apiserver hears the same alert from the kubelet it knows: only a kubelet without a certificate does that. */
function insteadOfNoCertificate({ side }: Clues): string[] {
  return told(side, WITHOUT_CERTIFICATE) ? [] : ['not-a-kubelet'];
}

/** A second side that got an answer: the apiserver's node proxy, or the node's own port for its health. */
function answersOthers(side: SecondSide): Sighting | undefined {
  return sightThat(side, (sight) => isOfOthers(sight, side) && sight.kubelet === 'answers');
}

/** A second side that met the same silence. */
function silentToOthers(side: SecondSide): Sighting | undefined {
  return sightThat(side, (sight) => isOfOthers(sight, side) && sight.kubelet === 'timeout') ?? told(side, /TLS handshake timeout/);
}

/** In the words of a second side. */
function told(side: SecondSide, words: RegExp): Sighting | undefined {
  return sightThat(side, ({ said }) => words.test(said));
}

function isOfOthers({ by }: SecondSight, { onNode }: SecondSide): boolean {
  return by === 'node-proxy' || (by === 'local-healthz' && onNode);
}
