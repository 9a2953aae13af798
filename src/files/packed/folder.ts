/**
 * The files below a folder, in the order of their names. No link is followed, in no part of a path: each folder is opened by its name in the open folder
 * above it, so that one that is exchanged for a link meanwhile leads nowhere. Read at once and not by other threads: of a folder's thousands each is small.
 */

import { closeSync, constants, type Dirent, existsSync, fstatSync, opendirSync, openSync, readSync, realpathSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { nameInBounds, Spent } from './budget.js';
import type { Raw } from './reading.js';
import type { Why } from './types.js';

const SAFELY = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
/** Linux alone opens a name in an open folder; elsewhere it is looked at where the folder is by then. */
const OPEN_FILES = '/proc/self/fd';
const BY_HANDLE = existsSync(OPEN_FILES);

/** A folder that is open. */
interface Folder {
  /** Below the top, with a `/` at its end; of the top nothing. */
  at: string;
  path: string;
  /** Where it is, with no link in it. */
  real: string;
  fd: number;
  /** Those in it that are still to be gone through, the next one last. */
  folders: string[];
}

/** Throws where a folder has more than `most` names or a name too long, or `inTime` does, which is asked at each folder. */
export function* folderEntries(top: string, most: number, inTime: () => void = () => {}): Generator<Raw & { skip?: Why }> {
  const open: Folder[] = [];
  try {
    const real = realOf(top);
    const first = folderAt({ at: '', path: top, real }, openSync(top, SAFELY | constants.O_DIRECTORY));
    open.push(first);
    yield* filesOf(first, most);
    for (let last = open.at(-1); last; last = open.at(-1)) {
      const name = last.folders.pop();
      if (name === undefined) {
        close(last);
        open.pop();
        continue;
      }
      inTime();
      const at = `${last.at}${name}`;
      // Folders without a file in them are no entries, and each level keeps its whole path.
      nameInBounds(at);
      const fd = openedIn(last, name, constants.O_DIRECTORY);
      const next = fd === undefined ? undefined : folderAt({ at: `${at}/`, path: join(last.path, name), real: join(last.real, name) }, fd);
      if (!next) {
        yield { name: at, skip: 'cannot be read', chunks: none };
        continue;
      }
      open.push(next);
      yield* filesOf(next, most);
    }
  } finally {
    open.forEach(close);
  }
}

/** Another file gets its number next. */
function close(folder: Folder): void {
  closeSync(folder.fd);
  folder.fd = -1;
}

const folderAt = (where: Pick<Folder, 'at' | 'path' | 'real'>, fd: number): Folder => ({ ...where, fd, folders: [] });

function realOf(path: string): string {
  return BY_HANDLE ? path : realpathSync(path);
}

/** Undefined where it cannot be opened, or is a link. */
function openedIn({ fd, path, real }: Folder, name: string, flags = 0): number | undefined {
  let opened: number | undefined;
  try {
    opened = openSync(BY_HANDLE ? `${OPEN_FILES}/${fd}/${name}` : join(path, name), SAFELY | constants.O_NOFOLLOW | flags);
    if (BY_HANDLE || realpathSync(path) === real) return opened;
  } catch {
    // As below.
  }
  if (opened !== undefined) closeSync(opened);
  return undefined;
}

/** What is no folder; those wait. Throws where it has more than `most` names. */
function* filesOf(folder: Folder, most: number): Generator<Raw & { skip?: Why }> {
  const found = namesIn(folder, most);
  if (!found) yield { name: folder.at.slice(0, -1) || '.', skip: 'cannot be read', chunks: none };
  folder.folders = (found ?? []).flatMap((each) => (each.isDirectory() ? [each.name] : [])).reverse();
  for (const each of found ?? []) {
    if (!each.isDirectory()) yield { name: `${folder.at}${each.name}`, ...skipOf(each), chunks: () => bytesOf(folder, each.name) };
  }
}

/** In one go that many. */
const NAMES_AT_ONCE = 512;

function namesIn({ fd, path }: Folder, most: number): Dirent[] | undefined {
  const found: Dirent[] = [];
  try {
    const listing = opendirSync(BY_HANDLE ? `${OPEN_FILES}/${fd}` : path, { bufferSize: NAMES_AT_ONCE });
    try {
      for (let each = listing.readSync(); each; each = listing.readSync()) {
        found.push(each);
        if (found.length > most) throw new Spent(`contains more than ${most} entries`);
      }
    } finally {
      listing.closeSync();
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

const FIRST_CHUNK = 16 * 1024;
const MOST_CHUNK = 256 * 1024;

/** What was a file when its folder was read may be another thing by now. */
async function* bytesOf(folder: Folder, name: string): AsyncGenerator<Buffer> {
  const fd = folder.fd < 0 ? undefined : openedIn(folder, name);
  if (fd === undefined) throw Object.assign(new Error('cannot be opened'), { code: 'EACCES' });
  try {
    if (!fstatSync(fd).isFile()) throw Object.assign(new Error('not a file'), { code: 'ENXIO' });
    // Of thousands most are small: a large piece for each costs more than the reading.
    for (let [at, used, chunk] = [0, 0, Buffer.allocUnsafe(FIRST_CHUNK)]; ; ) {
      const bytesRead = readSync(fd, chunk, used, chunk.length - used, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield chunk.subarray(used, used + bytesRead);
      used += bytesRead;
      if (used < chunk.length) continue;
      [used, chunk] = [0, Buffer.allocUnsafe(Math.min(MOST_CHUNK, chunk.length * 4))];
    }
  } finally {
    closeSync(fd);
  }
}

/** From its beginning; the file stays open. */
export async function* ofFile(file: FileHandle): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const chunk = Buffer.allocUnsafe(at === 0 ? FIRST_CHUNK : MOST_CHUNK);
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
