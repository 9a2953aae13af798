/** A cause that is named and does not exist, in one line. */
import { findCause, knownCauses } from '../../checks/known.js';
import { nearest } from '../../kubernetes/near.js';

/** One line for a cause id that does not exist, with the nearest that does. */
export function noSuchCause(cause: string): string {
  const known = knownCauses().map((each) => each.cause);
  const close = nearest(cause, known) ?? known.find((each) => cause.length > 2 && each.includes(cause.toLowerCase()));
  return `unknown cause ${JSON.stringify(cause.slice(0, 80))}; ${close ? `did you mean ${close}?` : '`kubelet-doctor list` lists them'}`;
}

/** For a misspelt cause of --skip or --only: it would silently keep, or drop, everything. */
export function unknownCause(named: readonly string[]): string | undefined {
  const wrong = named.find((cause) => findCause(cause) === undefined);
  return wrong === undefined ? undefined : noSuchCause(wrong);
}
