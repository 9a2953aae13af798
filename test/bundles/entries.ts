/** A file of a bundle, as it streams by. */
import type { Entry } from '../../src/files/packed/types.js';

export function entryOf(at: string, text: string): Entry {
  const bytes = Buffer.from(text);
  return {
    path: at,
    head: async () => bytes.subarray(0, 4096),
    whole: async () => bytes,
    async *lines() {
      yield* text.split('\n');
    },
    async *chunks() {
      yield bytes;
    },
  };
}
