/**
 * Reads a tar archive of someone else's as it streams by. Nothing is ever written to disk: of all entries only the wanted ones are kept in
 * memory, each up to a limit, and an entry that would lead outside ends the reading.
 */
import { checksum } from './tar.js';

const BLOCK = 512;

export interface UntarLimits {
  /** Bytes of the whole archive, unpacked. */
  total: number;
  entries: number;
  /** Bytes of one wanted file. */
  file: number;
}

/** What is wrong with an archive, in words that go after its name. */
export class BadArchive extends Error {}

interface Entry {
  path: string;
  size: number;
  /** '0' a file, '1' and '2' links, '5' a directory, 'x' 'g' 'L' 'K' notes about the next entry, the rest devices. */
  type: string;
}

/** The wanted files, by path. Chunks may be cut anywhere. */
export async function untar(
  chunks: AsyncIterable<Buffer>,
  wanted: (path: string) => boolean,
  limits: UntarLimits,
): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const reader = createReader(chunks, limits.total);
  for (let count = 0; ; count += 1) {
    if (count > limits.entries) throw new BadArchive(`contains more than ${limits.entries} entries`);
    const block = await reader.take(BLOCK);
    if (block === undefined && count === 0) throw new BadArchive('is empty');
    // Some writers leave the two empty blocks at the end out.
    if (block === undefined || block.every((byte) => byte === 0)) return found;
    const entry = entryOf(block);
    const padded = Math.ceil(entry.size / BLOCK) * BLOCK;
    if (!wanted(entry.path) || 'xgLK'.includes(entry.type)) {
      await reader.skip(padded);
      continue;
    }
    if (entry.type !== '0') throw new BadArchive(`contains ${entry.path}, which is not a regular file`);
    if (entry.size > limits.file) throw new BadArchive(`contains ${entry.path} with more than ${limits.file} bytes`);
    if (found.has(entry.path)) throw new BadArchive(`contains ${entry.path} twice`);
    const bytes = await reader.take(padded);
    if (bytes === undefined && padded > 0) throw new BadArchive('is cut off');
    found.set(entry.path, (bytes ?? Buffer.alloc(0)).subarray(0, entry.size));
  }
}

function entryOf(block: Buffer): Entry {
  const text = (from: number, length: number) => block.toString('utf8', from, from + length).replace(/\0.*$/s, '');
  const number = (from: number, length: number) => Number.parseInt(text(from, length).trim() || '0', 8);
  if (number(148, 8) !== checksum(block)) throw new BadArchive('is not a tar archive, or is damaged');
  const prefix = text(257, 5) === 'ustar' && text(345, 155);
  const path = (prefix ? `${prefix}/${text(0, 100)}` : text(0, 100)).replace(/^(\.\/)+/, '');
  // A size of 8 GiB and more is written in binary, with the highest bit set; it is over every limit of ours.
  const size = (block[124] as number) & 0x80 ? Number.MAX_SAFE_INTEGER : number(124, 12);
  if (!Number.isSafeInteger(size) || size < 0) throw new BadArchive('is not a tar archive, or is damaged');
  if (path.startsWith('/') || /^[a-z]:/i.test(path) || path.split(/[/\\]/).includes('..'))
    throw new BadArchive('contains an entry that points outside of it; nothing was read');
  return { path, size, type: (block[156] ?? 0) === 0 ? '0' : String.fromCharCode(block[156] as number) };
}

function createReader(chunks: AsyncIterable<Buffer>, most: number) {
  const source = chunks[Symbol.asyncIterator]();
  let held: Buffer[] = [];
  let length = 0;
  let total = 0;
  const more = async () => {
    const next = await source.next();
    if (next.done) return false;
    total += next.value.length;
    if (total > most) throw new BadArchive(`unpacks to more than ${most} bytes`);
    held.push(next.value);
    length += next.value.length;
    return true;
  };
  const drop = (bytes: number) => {
    const [first = Buffer.alloc(0)] = held;
    const all = held.length > 1 ? Buffer.concat(held) : first;
    held = bytes < all.length ? [all.subarray(bytes)] : [];
    length = all.length - bytes;
    return all.subarray(0, bytes);
  };
  return {
    /** Exactly so many bytes; undefined at the end. */
    async take(bytes: number): Promise<Buffer | undefined> {
      while (length < bytes) if (!(await more())) break;
      if (length === 0 && bytes > 0) return undefined;
      if (length < bytes) throw new BadArchive('is cut off');
      return drop(bytes);
    },
    async skip(bytes: number): Promise<void> {
      let left = bytes;
      for (;;) {
        const now = Math.min(left, length);
        if (now > 0) drop(now);
        left -= now;
        if (left === 0) return;
        if (!(await more())) throw new BadArchive('is cut off');
      }
    },
  };
}
