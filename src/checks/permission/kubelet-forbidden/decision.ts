/** The decision behind `kubelet-forbidden`, from the top down: what becomes of each path; and what is to be said of all of them. */
import { serviceAccountOf } from '../../../kubernetes/names.js';
import { type AnswerOf, firstThatHolds, otherwise, type Row } from '../../shared/decide.js';
import type { Clues } from './clues.js';
import type { PathClues } from './paths.js';

/** `read`, `open` (to anyone) and refusals are the kubelet's own; `held`, and `missing` without a refusal, are the apiserver's word. */
const FATE = [
  ['read', (p) => p.read],
  ['cached', (p) => p.allowed && p.refused !== undefined],
  ['held', (p) => p.allowed],
  ['open', (p) => p.open && p.refused === undefined],
  ['too new', (p) => p.allowedForNewer],
  ['missing', (p) => p.refused !== undefined || p.denied],
  ['unknown', otherwise],
] as const satisfies readonly Row<string, PathClues>[];

type Fate = AnswerOf<typeof FATE>;

export interface Judged extends Clues {
  /** Each path and what becomes of it. */
  fates: readonly (PathClues & { fate: Fate })[];
}

export function pathByPath(clues: Clues): Judged {
  return { ...clues, fates: clues.paths.map((path) => ({ ...path, fate: firstThatHolds(FATE, path) })) };
}

export function among({ fates }: Judged, ...some: Fate[]): PathClues[] {
  return fates.filter(({ fate }) => some.includes(fate));
}

const some = (fate: Fate) => (c: Judged) => among(c, fate).length > 0;
const known = (holds: (c: Judged) => boolean) => (c: Judged) => Boolean(c.user) && holds(c);
/** The rights judged would be those of whoever we happen to be. Where anyone may read all of it, nobody's rights matter. */
const asUs = (isForeign: (user: string, c: Judged) => boolean) => known((c) => !c.ofAnother && !c.openToAll && isForeign(c.user ?? '', c));

export const DECISION = [
  ['not-needed', (c) => c.profileWithout !== undefined],
  ['no-account', (c) => c.noAccount],
  ['as-a-kubelet', asUs((user) => user.startsWith('system:node:'))],
  // The ServiceAccount that `kubectl debug` happens to get.
  ['as-debug-pod', asUs((user, c) => c.inDebugPod && serviceAccountOf(user)?.name === 'default')],
  ['missing', known(some('missing'))],
  ['too-new', known(some('too new'))],
  ['cached', known(some('cached'))],
  ['waiting', (c) => c.waiting],
  ['anyone', (c) => some('open')(c) && !some('unknown')(c)],
  ['may-not-ask', (c) => some('unknown')(c) && c.ofAnother && c.mayNotAsk],
  ['not-asked', some('unknown')],
  ['refused-in-between', (c) => c.refusedInBetween],
  ['held', some('held')],
  ['read', otherwise],
] as const satisfies readonly Row<string, Judged>[];

export type Answer = AnswerOf<typeof DECISION>;
