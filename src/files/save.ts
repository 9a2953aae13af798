/**
 * Writes a bundle: an archive or a directory, whole or not at all. What is written may be sent to someone, so it is readable by its owner alone,
 * and it goes where it was told to: never through a link, never over something unless that was asked for.
 */
import { randomBytes } from 'node:crypto';
import { constants, rmSync } from 'node:fs';
import { link, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { undoneBySignal } from '../host/undo.js';
import { tar } from './tar.js';

export interface NamedText {
  file: string;
  text: string;
}

export interface SaveOptions {
  /** Absolute. `….tgz` or `….tar.gz` is an archive, everything else a directory. */
  path: string;
  /** Replace what is there. */
  force: boolean;
  /** Seconds since the epoch: the time of every entry, so that the same facts give the same bytes. */
  time: number;
  /** Files of an earlier bundle that this one has none of: taken away, so that nobody reads them as its own. */
  gone?: readonly string[];
}

/** A save takes seconds. */
const LEFT_OVER_MS = 10 * 60_000;
/** Folder inside the archive: unpacked, it is one folder and not seven files. */
const FOLDER = 'kubelet-doctor';
const WORDS: Record<string, string> = {
  ENOENT: 'its directory does not exist',
  ENOTDIR: 'its directory does not exist',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is exceeded',
  EFBIG: 'the file would exceed the size limit',
  EISDIR: 'is a directory',
  EEXIST: 'already exists',
  ENOTEMPTY: 'already exists',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'is a symbolic link',
};

export function isArchive(path: string): boolean {
  return /\.(tgz|tar\.gz)$/i.test(path);
}

/** Why nothing can be saved there, in words that go after the path; asked before a run, so that it is not in vain. */
export async function cannotSave({ path, force }: Pick<SaveOptions, 'path' | 'force'>): Promise<string | undefined> {
  try {
    const parent = await lstat(dirname(path)).catch(() => undefined);
    if (!parent) return 'its directory does not exist';
    const there = await lstat(path).catch(() => undefined);
    if (!there) return undefined;
    if (there.isSymbolicLink()) return 'is a symbolic link; name the target itself';
    if (isArchive(path)) {
      if (!there.isFile()) return 'exists and is not a file';
      return force ? undefined : 'already exists; --force replaces it';
    }
    if (!there.isDirectory()) return 'exists and is not a directory; a file name must end in .tgz';
    return force || (await readdir(path)).length === 0
      ? undefined
      : 'already exists and is not empty; --force replaces the files of a report in it';
  } catch (error) {
    return wordsOf(error);
  }
}

/** Saves; the answer is why not, in words that go after the path. */
export async function save(files: readonly NamedText[], options: SaveOptions): Promise<string | undefined> {
  try {
    const refused = await cannotSave(options);
    if (refused) return refused;
    await (isArchive(options.path) ? saveArchive(files, options) : saveDirectory(files, options));
    return undefined;
  } catch (error) {
    return wordsOf(error);
  }
}

async function saveArchive(files: readonly NamedText[], { path, force, time }: SaveOptions): Promise<void> {
  const { gzipSync } = await import('node:zlib');
  const packed = gzipSync(
    tar(
      files.map(({ file, text }) => ({ path: `${FOLDER}/${file}`, bytes: Buffer.from(text) })),
      time,
    ),
    { level: 9 },
  );
  // The operating system in gzip's header: unknown (RFC 1952), as the bytes are the same on each.
  packed[9] = 255;
  await beside(path, async (stage) => {
    await writeNew(stage, packed);
    await (force ? rename(stage, path) : claim(stage, path));
  });
  await flushDirectory(dirname(path));
}

/** A small file of ours that must not be there yet, whole or not at all; the answer is why not. */
export function createFile(path: string, text: string): Promise<string | undefined> {
  return putSmall(path, text, (beside) => claim(beside, path));
}

/** One small file of ours, whole or as it was; the answer is why not. What is there is replaced, but never through a link. */
export async function replaceFile(path: string, text: string): Promise<string | undefined> {
  if ((await lstat(path).catch(() => undefined))?.isSymbolicLink()) return WORDS.ELOOP;
  return putSmall(path, text, (beside) => rename(beside, path));
}

/** Writes it beside its place first; `put` then brings it there in one step. */
async function putSmall(path: string, text: string, put: (beside: string) => Promise<unknown>): Promise<string | undefined> {
  try {
    await beside(path, async (stage) => {
      await writeNew(stage, Buffer.from(text));
      await put(stage);
    });
    await flushDirectory(dirname(path));
    return undefined;
  } catch (error) {
    return wordsOf(error);
  }
}

/** Gives `work` a name beside the path to build at; whatever happens, nothing is left there. What a kill left of earlier runs goes too. */
async function beside(path: string, work: (stage: string) => Promise<void>, directory = dirname(path)): Promise<void> {
  const name = basename(path).slice(0, 100);
  for (const entry of await readdir(directory).catch(() => [])) {
    if (!entry.startsWith(`.${name}.`) || !/^\.[0-9a-f]{12}\.tmp$/.test(entry.slice(name.length + 1))) continue;
    const there = await lstat(join(directory, entry)).catch(() => undefined);
    // A younger one may be being written by another run.
    if (there && Date.now() - there.mtimeMs > LEFT_OVER_MS)
      await rm(join(directory, entry), { recursive: true, force: true }).catch(() => undefined);
  }
  const stage = join(directory, `.${name}.${randomBytes(6).toString('hex')}.tmp`);
  const remove = () => rmSync(stage, { recursive: true, force: true });
  await undoneBySignal(remove, async () => {
    try {
      await work(stage);
    } finally {
      remove();
    }
  });
}

/** A new directory appears with everything in it; into one that is there, the files are renamed one by one, the index last. */
async function saveDirectory(files: readonly NamedText[], { path, gone = [] }: SaveOptions): Promise<void> {
  const isNew = (await lstat(path).catch(() => undefined)) === undefined;
  const build = async (stage: string) => {
    await mkdir(stage, { mode: 0o700 });
    for (const { file, text } of files) await writeNew(join(stage, file), Buffer.from(text));
    await flushDirectory(stage);
    if (isNew) return rename(stage, path);
    // Looked at before the first is replaced: nothing is saved, or all.
    for (const file of [...gone, ...files.map((each) => each.file)])
      if ((await lstat(join(path, file)).catch(() => undefined))?.isDirectory()) throw Object.assign(new Error(file), { code: 'EISDIR' });
    for (const file of gone) await rm(join(path, file), { force: true });
    for (const { file } of [...files].reverse()) await rename(join(stage, file), join(path, file));
  };
  await (isNew ? beside(path, build) : beside('report', build, path));
  await flushDirectory(isNew ? dirname(path) : path);
}

/** Exclusive and through no link, on disk before it gets its name. */
async function writeNew(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Gives a file its name unless something has it. A link does so in one step; where there are none, a look before must do. */
async function claim(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    if (await lstat(to).catch(() => undefined)) throw Object.assign(new Error('exists'), { code: 'EEXIST' });
    await rename(from, to);
  }
}

/** The name is as safe as the content only then. Not every file system can; that costs nothing but this. */
async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY).catch(() => undefined);
  try {
    await directory?.sync();
  } catch {
    // A file system without it.
  } finally {
    await directory?.close();
  }
}

function wordsOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return WORDS[code] ?? `cannot be written (${code || 'unknown error'})`;
}
