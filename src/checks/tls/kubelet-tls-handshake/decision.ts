/** How a handshake with the kubelet went, from the top down; and what it cannot be told from. */
import { hasFallenSilent, justRenewed } from '../../connection/shared/second-side.js';
import { kubeletPort } from '../../shared/address.js';
import { type AnswerOf, otherwise, type Row } from '../../shared/decide.js';
import { failure, isPending, seen } from '../../shared/read.js';
import type { Clues } from './clues.js';

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

  ['hangs', after('silent', (c) => isSilentToAll(c) || hasFallenSilent(c.side))],
  ['stalls', after('silent', answersElsewhere)],
  ['tls-silent', after('silent')],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;

/** Causes that look the same from here, by answer; where there are none it is proven. */
const ALTERNATIVES: Partial<Record<Answer, (clues: Clues) => string[]>> = {
  // It renews its Lease, so it reaches the apiserver and is not waiting for a decision of that.
  'http-silent': (c) => (justRenewed(c.side) ? [] : ['kubelet-cannot-reach-apiserver']),
  'no-http': () => ['not-a-kubelet'],
  'http-cut': insteadOfCut,
  'tls-cut': insteadOfCut,
  'no-request': insteadOfNoCertificate,
  'requests-unknown': insteadOfNoCertificate,
  plain: (c) => (c.candidate.port === READ_ONLY_PORT || otherPort(c) ? [] : ['not-a-kubelet']),
  stalls: () => ['kubelet-connection-reset', 'kubelet-hangs'],
  'tls-silent': () => ['tls-handshake-stalls', 'kubelet-connection-reset'],
};

/** Behind a proxy nothing is certain but the kubelet's own word. */
export function alternativesTo(answer: Answer, clues: Clues): string[] {
  const others = ALTERNATIVES[answer]?.(clues) ?? [];
  return clues.proxied && !isOwnWord(clues) ? [...others, 'proxy-captures-kubelet'] : others;
}

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

function insteadOfCut(clues: Clues): string[] {
  return answersElsewhere(clues) ? [] : ['kubelet-down', 'not-a-kubelet'];
}

/** The apiserver hears the same alert from the kubelet it knows: only a kubelet without a certificate does that. */
function insteadOfNoCertificate(clues: Clues): string[] {
  return wasTold(clues, /tls: internal error/) ? [] : ['not-a-kubelet'];
}

function answersElsewhere({ side }: Clues): boolean {
  return side.apiserver === 'answers' || side.local === 'answers';
}

function isSilentToAll(clues: Clues): boolean {
  const { apiserver, local } = clues.side;
  return apiserver === 'timeout' || local === 'timeout' || wasTold(clues, /TLS handshake timeout/);
}

/** In the words of a second side. */
function wasTold({ side }: Clues, words: RegExp): boolean {
  return side.facts.sights.some((fact) => words.test(seen(fact)?.said ?? ''));
}
