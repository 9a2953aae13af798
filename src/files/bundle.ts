/**
 * Reads what someone sent: a report or facts as JSON, a bundle of --save, a directory, or a support bundle of another tool with ours in it.
 * Nothing of it is trusted: sizes are bounded, links are not followed, nothing is written, and what is wrong fits on one line.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { BOUNDS } from '../model/bounds.js';
import { BadArchive, wordsOf } from './bad-archive.js';
import type { Limits } from './packed/budget.js';
import { isOneFile } from './packed/kinds.js';
import { type Entry, openPacked, type Packed, type Why } from './packed/packed.js';
import { HEAD_BYTES } from './packed/reading.js';

/** What may be in it, as text. Each has its own version and is checked by its own reader. */
export interface Bundle {
  report?: string;
  facts?: string;
}

/** `isAnothers`: it is whole, and nothing of ours is in it. */
export type BundleRead = Bundle | { error: string; isAnothers?: true };

const NAMES = { report: 'report.json', facts: 'facts.json' } as const;

/** O_NONBLOCK: opening a FIFO without a writer would otherwise wait for one. */
const PLAIN = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Reads the file at an absolute path, or what is held. Never throws. `most`: bytes of a file in it; `see` is told the paths of an archive. */
export async function readBundle(
  path: string | Buffer,
  { most = BOUNDS.report, see = () => {}, ...limits }: Partial<Limits> & { most?: number; see?: (path: string) => void } = {},
): Promise<BundleRead> {
  const short = typeof path === 'string' ? shortText(path) : undefined;
  if (short !== undefined) return short;
  const packed = await openPacked(path, limits);
  if ('error' in packed) return packed;
  try {
    if (typeof path === 'string' && packed.form === 'folder') return found(await fromDirectory(path, most), 'directory');
    if (isOneFile(packed.form)) return await alone(packed, most);
    const ours = findOurs(most);
    for await (const entry of packed.entries()) {
      see(entry.path);
      if (isOurs(entry.path)) await ours.take(entry);
    }
    return ours.end(packed);
  } catch (error) {
    return { error: wordsOf(error) };
  } finally {
    await packed.close();
  }
}

const BRACE = 0x7b;
/** What a report of one node is well below. */
const SHORT = 256 * 1024;
/** Where one is read into before it is text, and the next one again. */
let room: Buffer | undefined;

/**
 * A short JSON text in one go: of thousands of files each wait for another thread costs more than the reading. Undefined for what is anything else, or
 * cannot be read this way.
 */
function shortText(path: string): Bundle | undefined {
  try {
    const file = openSync(path, PLAIN);
    try {
      const stat = fstatSync(file);
      if (!stat.isFile() || stat.size === 0 || stat.size > SHORT) return undefined;
      room ??= Buffer.allocUnsafeSlow(SHORT + 1);
      const got = room.subarray(0, readSync(file, room, 0, stat.size + 1, 0));
      return got.length === stat.size && got[0] === BRACE ? bundleOf(decode(got)) : undefined;
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

async function alone(packed: Packed, most: number): Promise<BundleRead> {
  let bytes: Buffer | undefined;
  for await (const entry of packed.entries()) bytes = await entry.whole(most);
  if (packed.fault !== undefined) throw new BadArchive(packed.fault);
  if (bytes === undefined)
    throw new BadArchive(`is larger than ${most} bytes, and so no report or facts of ours; kubelet-doctor FILE reads a log of any length`);
  return bundleOf(decode(bytes));
}

export interface Ours {
  /** Whether it may be one of ours. `head`: its beginning; `isAll`: nothing else was given, and its name says nothing. */
  wants(path: string, head: string, isAll?: boolean): boolean;
  take(entry: Entry): Promise<void>;
  /** What was found, or what is wrong with it, or with the archive. */
  end(packed: Pick<Packed, 'skipped' | 'fault'>): BundleRead;
}

/** A facts file begins with its version; a report with its summary. */
const BEGINS_OURS = /^\s*\{\s*"(?:factsVersion|reportVersion|summary)"/;
const BEGINS_OBJECT = /^\s*\{\s*"(?:apiVersion|kind|items|metadata)"/;

/** For who goes through an archive, whatever else is looked for in it: ours in it. */
export function findOurs(most: number = BOUNDS.report): Ours {
  const files = new Map<string, Buffer>();
  let alone: Buffer | undefined;
  const end = ({ skipped, fault }: Pick<Packed, 'skipped' | 'fault'>): Bundle => {
    if (alone) return bundleOf(decode(alone));
    if (skipped.some(({ why }) => why === 'points outside'))
      throw new BadArchive('contains an entry that points outside of it; nothing was read');
    // Where the archive breaks, what is read of it then is damaged too.
    const bad = skipped.find(({ path, why }) => isOurs(path) && !(fault !== undefined && why === 'damaged'));
    if (bad) throw new BadArchive(wrongWith(bad.path, bad.why, most));
    if (fault !== undefined) throw new BadArchive(fault);
    return pick(files);
  };
  return {
    wants: (path, head, isAll = false) => (isAll ? BEGINS_OURS.test(head) : isOurs(path) && !BEGINS_OBJECT.test(head)),
    async take(entry) {
      const bytes = await entry.whole(most);
      if (bytes && isOurs(entry.path)) files.set(entry.path, bytes);
      else alone = bytes;
    },
    end(packed) {
      try {
        return found(end(packed), 'archive');
      } catch (error) {
        return { error: wordsOf(error) };
      }
    },
  };
}

/** A folder of --save or why it is none, and a file that is ours by its first bytes. Undefined where all of it must be gone through. */
export async function oursAtDoor(path: string, most: number = BOUNDS.report): Promise<BundleRead | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, PLAIN);
    if ((await file.stat()).isDirectory())
      return await fromDirectory(path, most).then(
        (bundle) => found(bundle, 'directory'),
        (error) => ({ error: wordsOf(error) }),
      );
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return BEGINS_OURS.test(buffer.toString('utf8', 0, bytesRead)) ? await readBundle(path, { most }) : undefined;
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}

function isOurs(path: string): boolean {
  return Object.values(NAMES).some((name) => path === name || path.endsWith(`/${name}`));
}

function wrongWith(path: string, why: Why, most: number): string {
  if (why === 'twice') return `contains ${path} twice`;
  if (why === 'too large') return `contains ${path} with more than ${most} bytes`;
  if (why === 'encrypted' || why === 'damaged') return `contains ${path}, which is ${why}`;
  return `contains ${path}, which is not a regular file`;
}

/** The two files of one folder; where there are several folders with a report, nobody can say which is meant. */
function pick(files: ReadonlyMap<string, Buffer>): Bundle {
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

async function fromDirectory(path: string, most: number): Promise<Bundle> {
  const text = async (name: string) => {
    const flags = PLAIN | constants.O_NOFOLLOW;
    const file = await open(join(path, name), flags).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new BadArchive(`contains ${name}, which ${wordsOf(error)}`);
    });
    if (!file) return undefined;
    try {
      if (!(await file.stat()).isFile()) throw new BadArchive(`contains ${name}, which is not a regular file`);
      return decode(await readWhole(file, most));
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
      isAnothers: true,
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

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Buffer): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new BadArchive('is UTF-16, as Windows PowerShell writes it; save it again as UTF-8');
  try {
    return UTF_8.decode(bytes);
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
