/** What is wrong with the apiserver's certificate, from the top down: who signed it, its dates, its names. */
import { type AnswerOf, otherwise, type Row } from '../../shared/decide.js';
import { lifeAt, otherFault } from '../shared/certificate.js';
import type { Clues } from './clues.js';

export const DECISION = [
  ['changes', (c) => c.changed !== undefined],
  ['not-accepted', (c) => otherFault(c.handshake) !== undefined],
  ['ca-unreadable', (c) => !c.handshake.trusted && c.unread !== undefined],
  ['ca-not-mounted', (c) => !c.handshake.trusted && c.inPod && !c.inUse && !c.configured],
  ['unknown-authority', (c) => !c.handshake.trusted],

  // Not the leaf's date: another certificate of the chain is out of time.
  ['not-accepted', (c) => !c.handshake.validNow && c.now > 0 && lifeAt(c.now, c.leaf) === 'within'],
  ['skewed', (c) => !c.handshake.validNow && lifeAt(c.theirNow, c.leaf) === 'within'],
  ['expired', (c) => !c.handshake.validNow && lifeAt(c.theirNow, c.leaf) === 'after'],
  ['not-yet-valid', (c) => !c.handshake.validNow],

  ['name-mismatch', (c) => !c.handshake.nameMatches],
  ['verifies', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;
