/** What is wrong with the agent's mounts, from the top down: what is hidden stops a check, what is missing starves one. */
import { type AnswerOf, otherwise, type Row } from '../../../shared/decide.js';
import type { Clues, Container } from './clues.js';

export const DECISION = [
  ['not-read', (c) => c.blind && c.code !== undefined],
  ['not-looked', (c) => c.blind],
  ['no-agent', (c) => c.containers.length === 0],
  ['config-hidden', (c) => c.containers.some(hidesConfig)],
  ['mounts-missing', (c) => c.containers.some(lacksMounts)],
  ['socket-wrong', (c) => c.containers.some(lacksSocket)],
  ['disks-unseen', (c) => c.disks.length > 0],
  ['complete', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;

export function hidesConfig({ hidden }: Container): boolean {
  return hidden.length > 0;
}

export function lacksSocket({ socket }: Container): boolean {
  return socket !== undefined;
}

export function lacksMounts({ host }: Container): boolean {
  return host.some(({ mounted }) => !mounted);
}
