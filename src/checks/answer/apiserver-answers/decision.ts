/** The decision behind `apiserver-answers`, from the top down. */
import type { HttpAnswer, ServerVersion } from '../../../model/facts.js';
import { type AnswerOf, otherwise, type Row } from '../../shared/decide.js';
import type { Clues } from './clues.js';

/** Nothing that an apiserver says was heard, and of what was heard the first is so. */
const strange =
  (holds: (first: HttpAnswer) => boolean) =>
  ({ heard: [first], version, known, speaksKubernetes }: Clues): boolean =>
    first !== undefined && !version && !known && !speaksKubernetes && holds(first.answer);

export const DECISION = [
  ['too-old', (c) => c.version !== undefined && isTooOld(c.version)],
  ['kubelet', strange(({ voice }) => voice === 'kubelet')],
  ['proxy', strange(({ voice }) => voice === 'proxy')],
  // A 5xx in few words may be the apiserver's own, given before it knows how to say more.
  ['stranger', strange(({ status }) => status < 500)],
  ['stranger-or-not-ready', strange(otherwise)],
  ['cuts-credential', (c) => c.cutFor !== undefined],
  ['for-another-node', (c) => c.otherNode !== undefined],
  ['foreign', (c) => c.foreign !== undefined],
  ['throttles', (c) => c.throttled !== undefined],
  ['without-etcd', (c) => c.readiness?.ready === false && c.readiness.failing.some((name) => name.startsWith('etcd'))],
  ['not-ready', (c) => c.readiness?.ready === false],
  ['hangs', (c) => c.silent !== undefined && c.heard.length > 0],
  ['silent', (c) => c.silent !== undefined],
  ['unheard', (c) => c.unheard !== undefined],
  ['answers', (c) => c.heard.length > 0],
  ['not-asked', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;

/** Up to 1.7.6. */
function isTooOld({ gitVersion, major, minor }: ServerVersion): boolean {
  const patch = Number(/^v?\d+\.\d+\.(\d+)/.exec(gitVersion)?.[1] ?? 0);
  return major === 1 && (minor < 7 || (minor === 7 && patch <= 6));
}
