/**
 * Writes a bundle: an archive or a directory, whole or not at all. What is written may be sent to someone, so it is readable by its owner alone,
 * and it goes where it was told to: never through a link, never over something unless that was asked for.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
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
  const packed = gzipSync(
    tar(
      files.map(({ file, text }) => ({ path: `${FOLDER}/${file}`, bytes: Buffer.from(text) })),
      time,
    ),
    { level: 9 },
  );
  // The operating system in gzip's header: unknown (RFC 1952), as the bytes are the same on each.
  packed[9] = 255;
  const beside = join(dirname(path), temporary(path));
  try {
    await writeNew(beside, packed);
    if (force) await rename(beside, path);
    else await claim(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
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
  const beside = join(dirname(path), temporary(path));
  try {
    await writeNew(beside, Buffer.from(text));
    await put(beside);
    await flushDirectory(dirname(path));
    return undefined;
  } catch (error) {
    return wordsOf(error);
  } finally {
    await rm(beside, { force: true }).catch(() => undefined);
  }
}

/** A new directory appears with everything in it; into one that is there, the files are renamed one by one, the index last. */
async function saveDirectory(files: readonly NamedText[], { path, gone = [] }: SaveOptions): Promise<void> {
  const isNew = (await lstat(path).catch(() => undefined)) === undefined;
  const stage = isNew ? join(dirname(path), temporary(path)) : join(path, temporary('report'));
  await mkdir(stage, { mode: 0o700 });
  try {
    for (const { file, text } of files) await writeNew(join(stage, file), Buffer.from(text));
    await flushDirectory(stage);
    if (isNew) await rename(stage, path);
    else {
      for (const file of gone) await rm(join(path, file), { force: true });
      for (const { file } of [...files].reverse()) await rename(join(stage, file), join(path, file));
    }
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
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

function temporary(path: string): string {
  return `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`;
}

function wordsOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return WORDS[code] ?? `cannot be written (${code || 'unknown error'})`;
}
