/** What is wrong with the input, in one line, and exit code 2. */
import { knownCauses } from '../checks/index.js';
import { nearest } from '../kubernetes/near.js';
import { oneLine } from '../report/plain-text.js';
import type { Io } from './io.js';

export const EXIT_USAGE = 2;

/** `next` are lines of ours below it: what could be typed in its place. */
export function usageError(io: Io, message: string, next: readonly string[] = []): number {
  io.err([`kubelet-doctor: ${oneLine(message)}`, ...next].join('\n'));
  return EXIT_USAGE;
}

/** One line for a cause id that does not exist, with the nearest that does. */
export function noSuchCause(cause: string): string {
  const known = knownCauses().map((each) => each.cause);
  const close = nearest(cause, known) ?? known.find((each) => cause.length > 2 && each.includes(cause.toLowerCase()));
  return `unknown cause ${JSON.stringify(cause.slice(0, 80))}; ${close ? `did you mean ${close}?` : '`kubelet-doctor list` lists them'}`;
}

/** For a misspelt cause of --skip or --only: it would silently keep, or drop, everything. */
export function unknownCause(named: readonly string[]): string | undefined {
  const known = knownCauses().map(({ cause }) => cause);
  const wrong = named.find((cause) => !known.includes(cause));
  return wrong === undefined ? undefined : noSuchCause(wrong);
}
