/** The files below a folder, in the order of their names. No link is followed. */

import type { Dirent } from 'node:fs';
import { constants } from 'node:fs';
import { type FileHandle, open, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { Spent } from './budget.js';
import type { Raw } from './reading.js';
import type { Why } from './types.js';

/** Throws where a folder has more than `most` names. */
export async function* folderEntries(top: string, most: number): AsyncGenerator<Raw & { skip?: Why }> {
  for (const waiting = [''], below = (name: string, at: string) => (at ? `${at}/${name}` : name); waiting.length > 0; ) {
    const at = waiting.pop() as string;
    const found = await held(join(top, at), most);
    if (found === undefined) {
      yield { name: at || '.', skip: 'cannot be read', chunks: none };
      continue;
    }
    for (const each of found) {
      const name = below(each.name, at);
      if (!each.isDirectory()) yield { name, ...skipOf(each), chunks: () => bytesOf(join(top, name)) };
    }
    waiting.push(
      ...found
        .filter((each) => each.isDirectory())
        .map((each) => below(each.name, at))
        .reverse(),
    );
  }
}

async function held(path: string, most: number): Promise<Dirent[] | undefined> {
  const found: Dirent[] = [];
  try {
    for await (const each of await opendir(path)) {
      found.push(each);
      if (found.length > most) throw new Spent(`contains more than ${most} entries`);
    }
  } catch (error) {
    if (error instanceof Spent) throw error;
    return undefined;
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function skipOf(entry: Dirent): { skip?: Why } {
  if (entry.isSymbolicLink()) return { skip: 'link' };
  if (entry.isSocket()) return { skip: 'socket' };
  return entry.isFile() ? {} : { skip: 'device' };
}

async function* none(): AsyncGenerator<Buffer> {}

/** What was a file when its folder was read may be another thing by now. */
async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_NOFOLLOW);
  try {
    if (!(await file.stat()).isFile()) throw Object.assign(new Error('not a file'), { code: 'ENXIO' });
    yield* ofFile(file);
  } finally {
    await file.close();
  }
}

const FIRST_CHUNK = 16 * 1024;
const MOST_CHUNK = 256 * 1024;

/** From its beginning; the file stays open. Of a folder's thousands most are small: a large piece for each costs more than the reading. */
export async function* ofFile(file: FileHandle): AsyncGenerator<Buffer> {
  for (let [at, used, chunk] = [0, 0, Buffer.allocUnsafe(FIRST_CHUNK)]; ; ) {
    const { bytesRead } = await file.read(chunk, used, chunk.length - used, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield chunk.subarray(used, used + bytesRead);
    used += bytesRead;
    if (used < chunk.length) continue;
    [used, chunk] = [0, Buffer.allocUnsafe(Math.min(MOST_CHUNK, chunk.length * 4))];
  }
}
