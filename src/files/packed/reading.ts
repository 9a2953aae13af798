/** Bytes that come once: their beginning can be looked at before all of them are read. */
import { type Budget, Spent } from './budget.js';
import { linesOf } from './lines.js';
import type { Entry } from './types.js';

export const HEAD_BYTES = 4096;

export interface Raw {
  /** As it stands in the archive. */
  name: string;
  size?: number;
  /** When it was written, ms since the epoch. */
  written?: number;
  /** Throws where it is damaged. */
  chunks(): AsyncIterable<Buffer>;
}

export interface Peeked {
  head: Buffer;
  /** From the beginning. */
  chunks(): AsyncGenerator<Buffer>;
  /** Ends the reading, wherever it is. */
  end(): Promise<void>;
}

/** At least `most` bytes of the beginning, or all there are. */
export async function peek(chunks: AsyncIterable<Buffer>, most: number): Promise<Peeked> {
  const source = chunks[Symbol.asyncIterator]();
  const kept: Buffer[] = [];
  let [bytes, isDone] = [0, false];
  while (bytes < most) {
    const next = await source.next();
    if (next.done) {
      isDone = true;
      break;
    }
    kept.push(next.value);
    bytes += next.value.length;
  }
  return {
    head: Buffer.concat(kept).subarray(0, most),
    async *chunks() {
      try {
        for (let chunk = kept.shift(); chunk; chunk = kept.shift()) yield chunk;
        while (!isDone) {
          const next = await source.next();
          if (next.done) isDone = true;
          else yield next.value;
        }
      } finally {
        await source.return?.();
      }
    },
    async end() {
      await source.return?.();
    },
  };
}

export interface Given {
  entry: Entry;
  end(): Promise<void>;
  /** Why it could not be read. */
  failed(): unknown;
}

/** As it is given to who goes through: nothing throws; a limit of the whole is heard where the entries end. */
export function entryOf(path: string, raw: Raw, budget: Budget): Given {
  let peeked: Promise<Peeked> | undefined;
  let failure: unknown;
  const guarded = async <T>(read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      failure = error;
      if (!(error instanceof Spent)) budget.skip(path, 'damaged');
      return undefined;
    }
  };
  const begin = () => {
    peeked ??= peek(counted(raw.chunks(), budget), HEAD_BYTES);
    return peeked;
  };
  async function* chunks(): AsyncGenerator<Buffer> {
    const from = await guarded(async () => (await begin()).chunks());
    if (!from) return;
    try {
      for (let next = await guarded(() => from.next()); next && !next.done; next = await guarded(() => from.next())) yield next.value;
    } finally {
      await from.return(undefined);
    }
  }
  const entry: Entry = {
    path,
    ...(raw.size === undefined ? {} : { size: raw.size }),
    ...(raw.written === undefined ? {} : { written: raw.written }),
    head: async () => (await guarded(begin))?.head ?? Buffer.alloc(0),
    async whole(most) {
      const parts: Buffer[] = [];
      let bytes = 0;
      if ((raw.size ?? 0) > most) {
        budget.skip(path, 'too large');
        return undefined;
      }
      for await (const chunk of chunks()) {
        bytes += chunk.length;
        if (bytes > most) {
          budget.skip(path, 'too large');
          return undefined;
        }
        parts.push(chunk);
      }
      return failure === undefined ? Buffer.concat(parts) : undefined;
    },
    lines: () => linesOf(chunks()),
    chunks,
  };
  return { entry, end: async () => (await peeked?.catch(() => undefined))?.end(), failed: () => failure };
}

async function* counted(chunks: AsyncIterable<Buffer>, budget: Budget): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    budget.read(chunk.length);
    yield chunk;
  }
}
