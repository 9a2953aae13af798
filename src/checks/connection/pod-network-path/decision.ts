/** Whose silence it is, from the top down: of the pod's path, of the server itself, or nobody can tell. */
import { type AnswerOf, otherwise, type Row } from '../../shared/decide.js';
import type { Clues } from './clues.js';

export const DECISION = [
  ['named-already', (c) => !c.isSilent || c.target === 'self'],
  ['path-blocked', (c) => c.hostAnswers && !c.hostSilence],
  ['silent-everywhere', (c) => c.hostSilence !== undefined && c.target === 'kubelet'],
  ['untold', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;

/** Further apart, what was mended in between looks like a path. */
const APART_MS = 15 * 60_000;

/** A report without a time may be of any. */
export function areApart({ apartMs }: Clues): boolean {
  return !(apartMs <= APART_MS);
}

/** Another address in the host's network is another question. */
export function isProven(clues: Clues): boolean {
  return clues.sameAddress && !areApart(clues);
}
