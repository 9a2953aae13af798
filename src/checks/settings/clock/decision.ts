/** Whose clock is wrong, from the top down. Where two clocks differ, one of them is; a third tells which. */
import { inPod } from '../../shared/apiserver.js';
import { type AnswerOf, otherwise, type Row } from '../../shared/decide.js';
import { agree, type Clues, type Compared, isOff } from './clues.js';

export const DECISION = [
  ['not-told', (c) => c.now === undefined],
  ['not-yet-set', (c) => c.off.length === 0 && c.sync?.synchronised === false],
  ['nobody-sets-it', (c) => c.off.length === 0 && c.sync?.complete === true && c.sync.daemons.length === 0],
  ['not-told', (c) => c.compared.length === 0],
  ['right', (c) => c.off.length === 0],
  ['slightly-off', (c) => !breaksSomething(c) && mostMs(c) < HARMFUL_MS],

  ['ours', ({ compared: [one, two] }) => one !== undefined && two !== undefined && agree(one, two)],
  ['perhaps-ours', (c) => witness(c) === undefined],
  ['perhaps-a-servers', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;

const HARMFUL_MS = 5 * 60_000;

export function breaksSomething({ certificates, tokens }: Clues): boolean {
  return certificates.length > 0 || tokens.length > 0;
}

/** How far ours is off, by the server that differs most. */
export function mostMs({ off }: Clues): number {
  return off.reduce((most, { offsetMs }) => Math.max(most, Math.abs(offsetMs)), 0);
}

/** A server that has our time, and a clock of its own: on the kubelet's machine the kubelet's is ours, right or wrong. */
function witness({ compared, place }: Clues): Compared | undefined {
  const sharesOurs = inPod(place) || place?.place === 'node';
  return compared.find((server) => !isOff(server) && !(server.server === 'kubelet' && sharesOurs));
}
