/**
 * Reads what someone sent: a report or facts as JSON, a bundle of --save, a directory, or a support bundle of another tool with ours in it.
 * Nothing of it is trusted: sizes are bounded, links are not followed, nothing is written, and what is wrong fits on one line.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { BOUNDS } from '../model/bounds.js';
import { BadArchive, wordsOf } from './bad-archive.js';
import type { UntarLimits } from './untar.js';

/** What may be in it, as text. Each has its own version and is checked by its own reader. */
export interface Bundle {
  report?: string;
  facts?: string;
}

export type BundleRead = Bundle | { error: string };

export const LIMITS: UntarLimits = { total: BOUNDS.archive, entries: BOUNDS.entries, file: BOUNDS.report };

const NAMES = { report: 'report.json', facts: 'facts.json' } as const;

/** O_NONBLOCK: opening a FIFO without a writer would otherwise wait for one. */
const PLAIN = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Reads the file at an absolute path. Never throws. */
export async function readBundle(path: string, limits = LIMITS): Promise<BundleRead> {
  const short = shortText(path);
  if (short !== undefined) return short;
  try {
    const file = await open(path, PLAIN);
    try {
      const stat = await file.stat();
      if (stat.isDirectory()) return found(await fromDirectory(path, limits), 'directory');
      if (!stat.isFile()) return { error: 'is not a regular file' };
      return await fromFile(file, limits);
    } finally {
      await file.close();
    }
  } catch (error) {
    return { error: wordsOf(error) };
  }
}

/** What a report of one node is well below. */
const SHORT = 256 * 1024;

/**
 * A short text in one go: of thousands of files each wait for another thread costs more than the reading. Undefined for what is anything else, or
 * cannot be read this way.
 */
function shortText(path: string): Bundle | undefined {
  try {
    const file = openSync(path, PLAIN);
    try {
      const stat = fstatSync(file);
      if (!stat.isFile() || stat.size === 0 || stat.size > SHORT) return undefined;
      const bytes = Buffer.allocUnsafe(stat.size + 1);
      const got = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
      return got.length === stat.size && !isGzip(got) && !isTar(got) ? bundleOf(decode(got)) : undefined;
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b;
const isTar = (head: Buffer): boolean => head.toString('latin1', 257, 262) === 'ustar';

async function fromFile(file: FileHandle, limits: UntarLimits): Promise<BundleRead> {
  const head = Buffer.alloc(512);
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  if (bytesRead === 0) return { error: 'is empty' };
  if (!isGzip(head) && !isTar(head)) return bundleOf(decode(await readWhole(file, limits.file)));
  const raw = file.createReadStream({ start: 0, autoClose: false });
  const unpacked = isGzip(head) ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => unpacked.destroy(error));
  // It may break before anyone reads it, and an unheard 'error' ends the process.
  unpacked.on('error', () => {});
  try {
    const wanted = (path: string) => Object.values(NAMES).some((name) => path === name || path.endsWith(`/${name}`));
    // Loaded for those who bring an archive.
    const { untar } = await import('./untar.js');
    return found(pick(await untar(unpacked, wanted, limits)), 'archive');
  } finally {
    unpacked.destroy();
    raw.destroy();
  }
}

/** The two files of one folder; where there are several folders with a report, nobody can say which is meant. */
function pick(files: Map<string, Buffer>): Bundle {
  const folders = [...new Set([...files.keys()].map((path) => path.slice(0, path.lastIndexOf('/') + 1)))].sort();
  const [folder, another] = folders;
  if (another !== undefined)
    throw new BadArchive(
      `contains ${folders.length} reports (in ${folder || './'}, ${another}, ...); unpack it and name one of the directories`,
    );
  const text = (name: string) => {
    const bytes = files.get(`${folder ?? ''}${name}`);
    return bytes && decode(bytes);
  };
  return { report: text(NAMES.report), facts: text(NAMES.facts) };
}

async function fromDirectory(path: string, limits: UntarLimits): Promise<Bundle> {
  const text = async (name: string) => {
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_NOFOLLOW;
    const file = await open(join(path, name), flags).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new BadArchive(`contains ${name}, which ${wordsOf(error)}`);
    });
    if (!file) return undefined;
    try {
      if (!(await file.stat()).isFile()) throw new BadArchive(`contains ${name}, which is not a regular file`);
      return decode(await readWhole(file, limits.file));
    } finally {
      await file.close();
    }
  };
  return { report: await text(NAMES.report), facts: await text(NAMES.facts) };
}

function found(bundle: Bundle, what: 'directory' | 'archive'): BundleRead {
  if (bundle.report === undefined && bundle.facts === undefined)
    return {
      error: `is ${what === 'archive' ? 'an archive' : 'a directory'} without a report.json or facts.json`,
    };
  return bundle;
}

/** One buffer of the file's size; a file that grows meanwhile, or has no size (/proc), gets more. */
async function readWhole(file: FileHandle, most: number): Promise<Buffer> {
  const { size } = await file.stat();
  const chunks: Buffer[] = [];
  // One byte more than there is, so that the end is found without another buffer.
  let [room, total] = [Math.min(size, most) + 1, 0];
  for (let chunk = Buffer.alloc(room), used = 0; ; ) {
    const { bytesRead } = await file.read(chunk, used, chunk.length - used, total);
    used += bytesRead;
    total += bytesRead;
    if (total > most) throw new BadArchive(`is larger than ${most} bytes`);
    if (bytesRead > 0 && used < chunk.length) continue;
    chunks.push(chunk.subarray(0, used));
    if (bytesRead === 0) return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    room = Math.min(BOUNDS.file, most + 1 - total);
    [chunk, used] = [Buffer.alloc(room), 0];
  }
}

function decode(bytes: Buffer): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new BadArchive('is UTF-16, as Windows PowerShell writes it; save it again as UTF-8');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new BadArchive('is not UTF-8 text');
  }
}

/** A text that is one of the two files. */
export function bundleOf(text: string): Bundle {
  return looksLikeFacts(text) ? { facts: text } : { report: text };
}

/** A facts file begins with its version; a report with its summary. Only the beginning counts: the rest is read by who knows it. */
function looksLikeFacts(text: string): boolean {
  return /^\s*\{\s*"factsVersion"/.test(text.slice(0, 4096));
}
