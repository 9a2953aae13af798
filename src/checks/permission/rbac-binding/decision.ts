/** The decision behind `rbac-binding`. The nearest explanation first: what was written for this account, then for almost this one, then for none. */
import { type AnswerOf, otherwise, type Row } from '../../shared/decide.js';
import type { Clues } from './clues.js';

export const DECISION = [
  ['not-known', (c) => c.rights === undefined],
  ['may-differ', (c) => c.perhaps !== undefined],
  ['not-answered', (c) => c.rights?.missing.length === 0 && c.rights.judged.every(({ state }) => state === 'unanswered')],
  ['all-held', (c) => c.rights?.missing.length === 0],
  ['not-read', (c) => !c.objects.read],
  ['too-narrow', (c) => c.narrow !== undefined],
  ['dangling', (c) => c.lost !== undefined && c.spare !== undefined],
  ['role-deleted', (c) => c.lost !== undefined],
  ['subject-differs', (c) => c.almost !== undefined],
  ['not-bound', (c) => c.spare !== undefined && c.objects.complete],
  ['no-role', (c) => !c.bound && c.objects.complete],
  ['rule-lacks', (c) => c.objects.complete],
  ['read-in-part', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;
