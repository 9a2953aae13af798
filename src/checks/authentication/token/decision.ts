/** The decision behind `token`, from the top down: its file, what the apiserver says to it, and of a refusal the reason. */
import type { TokenClaims } from '../../../model/facts.js';
import { type AnswerOf, otherwise, type Row } from '../../shared/decide.js';
import { ANONYMOUS } from '../../shared/kubelet-answers.js';
import { isForApiserver, looksForeign } from '../shared/token-claims.js';
import type { Cause } from './causes.js';
import { type Clues, isToAnonymous, type Times } from './clues.js';

/** Claims alone, without the apiserver's word: only what no small error of a clock explains. */
const LONG_PAST_MS = 5 * 60_000;

const PLUGIN_FAILED = /^(EPLUGIN|ENOEXEC$)/;
const NO_TOKEN_IN_IT = /^(EMPTY|ENEWLINE|ENOTJWT|ETOOBIG)$/;

const outOfHand = (holds: (c: Clues) => boolean) => (c: Clues) => c.held === undefined && holds(c);
const failedBy = (codes: RegExp) => outOfHand((c) => c.code !== undefined && codes.test(c.code));
const unrefused = (holds: (c: Clues) => boolean) => (c: Clues) => c.refusal === undefined && holds(c);
/** The apiserver's own reason goes before what the claims look like. */
const because = (cause: Cause, looksSo: (c: Clues, claims: TokenClaims) => boolean) => (c: Clues) =>
  c.told ? c.told === cause : c.claims !== undefined && looksSo(c, c.claims);

export const DECISION = [
  ['uses-certificate', outOfHand((c) => c.usesCertificate)],
  ['plugin-failed', failedBy(PLUGIN_FAILED)],
  ['not-mounted', outOfHand((c) => c.inPod && (c.code === 'ENOENT' || c.none))],
  ['file-missing', failedBy(/^ENOENT$/)],
  ['malformed', failedBy(NO_TOKEN_IN_IT)],
  ['unreadable', outOfHand((c) => c.code !== undefined)],
  ['nobody-named', outOfHand((c) => c.none && !c.ofAgent)],
  ['nothing-to-send', outOfHand((c) => c.none)],
  ['not-looked', outOfHand(otherwise)],
  ['did-not-arrive', (c) => (c.user === undefined ? c.heard.some(isToAnonymous) : c.user === ANONYMOUS)],
  // One address, several apiservers: a 401 beside an answer that knows us is not nothing.
  ['taken-and-refused', (c) => c.isTakenAndRefused && (c.told === undefined || c.told === 'token-foreign')],
  ['never-expires', (c) => isAccepted(c) && c.claims !== undefined && isEndless(c.claims)],
  ['accepted', isAccepted],
  ['expired-by-its-claims', unrefused(({ times }) => times.best - times.until > LONG_PAST_MS)],
  ['unclear', unrefused((c) => c.heard.length > 0)],
  ['kubelet-alone-refuses', unrefused((c) => c.kubeletRefuses)],
  ['withheld', unrefused((c) => c.withheld)],
  ['not-asked', unrefused(otherwise)],
  ['opaque', (c) => c.claims === undefined && c.reason === undefined],
  ['rejected', (c) => c.claims === undefined],
  ['expired', because('token-expired', ({ times }) => when(times) >= times.until)],
  ['not-yet-valid', because('token-not-yet-valid', ({ times }) => when(times) < times.from)],
  ['wrong-audience', because('token-wrong-audience', (_, claims) => !isForApiserver(claims))],
  ['foreign', because('token-foreign', (c, claims) => looksForeign(claims, c.apiserverNames))],
  ['rejected', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;

/** Of a token that is out of time: is that certain? */
export const CERTAINTY = [
  ['told', (c) => c.told !== undefined],
  ['only-by-our-clock', ({ times }) => times.theirs === undefined],
  // Out of time by the apiserver's clock and in time by ours: one of the two clocks is wrong, and the token may be well.
  ['disputed', ({ times: { from, ours, until } }) => from <= ours && ours < until],
  ['by-their-clock', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Certainty = AnswerOf<typeof CERTAINTY>;

/** The moment of the judgement: by the apiserver's clock, where it was seen. */
export function when({ theirs, ours }: Times): number {
  return theirs ?? ours;
}

/** A 403 and a 404 are said to somebody who is known. */
function isAccepted({ user, refusal, heard }: Clues): boolean {
  return user !== undefined || (!refusal && heard.some(({ status }) => status < 400 || status === 403 || status === 404));
}

function isEndless({ legacy, expiresAt }: TokenClaims): boolean {
  return legacy || expiresAt === undefined;
}
