/** The decision behind `identity`, from the top down. */
import { type AnswerOf, otherwise, type Row } from '../../shared/decide.js';
import { ANONYMOUS } from '../../shared/kubelet-answers.js';
import type { Clues } from './clues.js';

export const DECISION = [
  ['may-not-impersonate', (c) => c.as !== undefined && c.impersonationRefused],
  ['not-reviewed', (c) => c.us === undefined],
  ['nobody', (c) => c.us?.user === ANONYMOUS],
  // Another was named: it is that one who is judged, or said not to be.
  ['as-meant', (c) => c.isDebugAccount && c.accountNamed],
  ['debug-pod', (c) => c.isDebugAccount],
  // In whose name we ask is said by --as or the kubeconfig, and was confirmed: the credential is another's on purpose.
  ['as-meant', (c) => c.as?.value === c.us?.user],
  ['other-user', (c) => c.subjects.length > 0 && c.us !== undefined && !c.subjects.includes(c.us.user)],
  ['other-pod', (c) => isOther(c.us?.pod, c.claimedPod)],
  // A node named by a flag is asked about on purpose, from wherever we are.
  ['other-node', (c) => c.node?.origin !== 'flag' && isOther(c.us?.node, c.node?.value)],
  ['as-meant', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;

/** Both are known, and not the same. */
function isOther(told: string | undefined, expected: string | undefined): boolean {
  return Boolean(told) && expected !== undefined && told !== expected;
}
