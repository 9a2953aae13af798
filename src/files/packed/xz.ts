/** xz: a build of XZ Embedded as WebAssembly. It holds one stream at a time; in an archive of archives two are open, so there are two of it. */
import { ReadableStream } from 'node:stream/web';
import { BadArchive } from '../bad-archive.js';
import { LeftOut } from './budget.js';

const FREE = [
  async () => exported(await import('xz-decompress')),
  async () => exported(await import('xz-decompress/dist/package/xz-decompress.min.js')),
];

/** What a CommonJS module exports is its default where Node loads it. */
function exported<T extends object>(module: T): T {
  return 'default' in module ? (module.default as T) : module;
}

/** `Z` as XZ Embedded numbers its results. */
const WORDS: Readonly<Record<string, string>> = {
  3: 'is compressed in a way that takes too much memory here; unpack it with xz -d',
  4: 'is compressed in a way that takes too much memory here; unpack it with xz -d',
  6: 'is compressed with an option that is not known here; unpack it with xz -d',
};

/** Wherever the chunks are cut. */
export async function* unxz(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const load = FREE.pop();
  if (!load) throw new LeftOut('nested too deep', 'is the third that is compressed with xz, in one another');
  let [isAtEnd, isDone] = [false, false];
  async function* fed(): AsyncGenerator<Uint8Array> {
    yield* chunks;
    isAtEnd = true;
  }
  try {
    const { XzReadableStream } = await load();
    const reader = new XzReadableStream(ReadableStream.from(fed()) as ConstructorParameters<typeof XzReadableStream>[0]).getReader();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) if (next.value.length > 0) yield Buffer.from(next.value);
      isDone = true;
    } catch (error) {
      if (error instanceof BadArchive) throw error;
      const code = /error code (\d+)/.exec((error as Error).message)?.[1] ?? '';
      throw new BadArchive(isAtEnd && code !== '7' ? 'is cut off' : (WORDS[code] ?? 'is damaged and cannot be decompressed'));
    } finally {
      if (!isDone) await reader.cancel().catch(() => {});
    }
  } finally {
    FREE.push(load);
  }
}
