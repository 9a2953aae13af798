/** Bytes anywhere in a file, as the reader of a zip asks for them: thousands of times a few, one after the other. So they are read in blocks, some are kept. */
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';

const BLOCK = 256 * 1024;
/** The list, and what it lists. */
const KEPT = 4;

export interface Blocks {
  size: number;
  /** As many as there are. */
  read(at: number, length: number): Promise<Buffer>;
}

/** Of a file that stays open. */
export function blocksOf(file: FileHandle, size: number): Blocks {
  const kept = new Map<number, Buffer>();
  const block = async (number: number): Promise<Buffer> => {
    const found = kept.get(number);
    if (found) return found;
    const bytes = Buffer.alloc(BLOCK);
    let filled = 0;
    for (let read = -1; read !== 0 && filled < BLOCK; filled += read)
      read = (await file.read(bytes, filled, BLOCK - filled, number * BLOCK + filled)).bytesRead;
    if (kept.size >= KEPT) kept.delete(kept.keys().next().value as number);
    kept.set(number, bytes.subarray(0, filled));
    return bytes.subarray(0, filled);
  };
  return {
    size,
    async read(at, length) {
      const parts: Buffer[] = [];
      for (let from = at; from < at + length; ) {
        const number = Math.floor(from / BLOCK);
        const part = (await block(number)).subarray(from - number * BLOCK, at + length - number * BLOCK);
        if (part.length === 0) break;
        parts.push(part);
        from += part.length;
      }
      return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    },
  };
}

/** Of what is held. */
export function heldBlocks(bytes: Buffer): Blocks {
  return { size: bytes.length, read: async (at, length) => bytes.subarray(at, at + length) };
}

/** As yauzl takes it. */
export class BlockReader extends RandomAccessReader {
  constructor(private readonly blocks: Blocks) {
    super();
  }

  override read(buffer: Buffer, offset: number, length: number, position: number, callback: (error: Error | null) => void): void {
    this.blocks.read(position, length).then((bytes) => {
      const isAll = bytes.copy(buffer, offset) === length;
      // Not in the promise: what it throws is its own.
      process.nextTick(callback, isAll ? null : new Error('unexpected EOF'));
    }, callback);
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const { blocks } = this;
    async function* bytes() {
      for (let at = start; at < end; at += BLOCK) yield await blocks.read(at, Math.min(BLOCK, end - at));
    }
    return Readable.from(bytes());
  }
}
