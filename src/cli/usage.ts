/** What is wrong with the input, in one line, and exit code 2. */
import { oneLine } from '../report/plain-text.js';
import type { Io } from './io.js';

export const EXIT_USAGE = 2;

/** `next` are lines of ours below it: what could be typed in its place. */
export function usageError(io: Io, message: string, next: readonly string[] = []): number {
  io.err([`kubelet-doctor: ${oneLine(message)}`, ...next].join('\n'));
  return EXIT_USAGE;
}
