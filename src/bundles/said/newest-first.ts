/** A journal printed with its newest line first (`journalctl -r`, as rancher/support-bundle-kit does for Longhorn), in the order in which it was written. */
import { linesOf } from '../../files/packed/lines.js';
import type { Entry } from '../../files/packed/types.js';

/** As journalctl prints it. */
const TIME = /^([A-Z][a-z]{2}) ([ \d]\d \d\d:\d\d:\d\d) /gm;

/** By its beginning; across the end of a month it is not known. */
function isNewestFirst(head: string): boolean {
  const times = [...head.matchAll(TIME)];
  const [first, last] = [times[0], times.at(-1)];
  return first !== undefined && last !== undefined && first[1] === last[1] && (first[2] ?? '') > (last[2] ?? '');
}

/** What is older counts least. */
const MOST_CHARACTERS = 16 << 20;

/** Lines of a log in the order of their time; `skips` as `linesOf` takes it. */
export async function* inTheirOrder(entry: Entry, skips: Parameters<typeof linesOf>[1]): AsyncGenerator<string> {
  yield* isNewestFirst((await entry.head()).toString('utf8')) ? oldestFirst(entry) : linesOf(entry.chunks(), skips);
}

async function* oldestFirst(entry: Entry): AsyncGenerator<string> {
  const lines: string[] = [];
  let characters = 0;
  for await (const line of entry.lines()) {
    lines.push(line);
    characters += line.length;
    if (characters > MOST_CHARACTERS) break;
  }
  for (let line = lines.pop(); line !== undefined; line = lines.pop()) yield line;
}
