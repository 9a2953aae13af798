/** The decision behind `kubelet-open`, from the top down. */
import { type AnswerOf, otherwise, type Row } from '../../shared/decide.js';
import type { Clues } from './clues.js';

/** On the node itself its own configuration decides. Anonymous access beside webhook authorization opens nothing by itself. */
const authorizesNobody = ({ config }: Clues): boolean => config?.values['authorization.mode'] === 'AlwaysAllow';

/** It let us read what the apiserver denies to the same credential. */
const isDenied = ({ user, reviews }: Clues): boolean =>
  user !== undefined && reviews.length > 0 && reviews.every(({ allowed }) => !allowed);

export const DECISION = [
  ['to-nobody', (c) => c.givesToNobody],
  ['to-anyone-here', (c) => authorizesNobody(c) && c.config?.values['authentication.anonymous.enabled'] === true],
  ['to-the-authenticated-here', authorizesNobody],
  ['to-the-authenticated', (c) => c.configz !== undefined && c.mode === 'AlwaysAllow'],
  // Its mode is another one: then it is only that it remembers.
  ['remembers', (c) => isDenied(c) && c.mode !== undefined],
  ['seems-to-the-authenticated', isDenied],
  ['waiting', (c) => c.waiting],
  ['closed', (c) => c.nobody !== undefined || c.read.length > 0],
  ['not-asked', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;
