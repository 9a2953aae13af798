/** The decision behind `apiserver-at-kubelet`, from the top down. */
import { type AnswerOf, otherwise, type Row } from '../../shared/decide.js';
import type { Clues } from './clues.js';

export const DECISION = [
  ['forbidden', (c) => c.refused !== undefined],
  ['unknown', (c) => c.unknown !== undefined],
  ['tunnel', (c) => c.tunnel !== undefined],
  ['gets-through', (c) => c.relayed.some(({ status, isKubelets, said }) => isKubelets || (status === 200 && said !== ''))],
  ['not-asked', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;
