/** The names below a folder, a level after the other: what it is shows by them before any file is opened. No link is followed. */
import { opendirSync } from 'node:fs';
import { join } from 'node:path';

/** Goes on below the folders that `enters` lets it; a folder's name has a `/` at its end. What cannot be read has no names. */
export function* namesByLevel(top: string, enters: (folder: string) => boolean): Generator<readonly string[]> {
  for (let level = ['']; level.length > 0; ) {
    const below: string[] = [];
    for (const at of level) {
      if (at !== '' && !enters(at)) continue;
      const names = namesIn(join(top, at)).map((name) => `${at}${name}`);
      below.push(...names.filter((name) => name.endsWith('/')));
      yield names;
    }
    level = below;
  }
}

/** More in one folder say nothing new. */
const MOST = 100_000;

function namesIn(path: string): string[] {
  const names: string[] = [];
  try {
    const listing = opendirSync(path, { bufferSize: 512 });
    try {
      for (let each = listing.readSync(); each && names.length < MOST; each = listing.readSync())
        names.push(each.isDirectory() ? `${each.name}/` : each.name);
    } finally {
      listing.closeSync();
    }
  } catch {
    // What is there of them.
  }
  return names;
}
