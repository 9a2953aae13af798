/** Something that was given to be read, whatever it is: its beginning, then all of it or line by line, out of gzip. No more than a line is kept of what is long. */
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { wordsOf } from './bad-archive.js';
import { type Kind, kindOf, sealedOf } from './packed/kinds.js';
import { linesOf, type Skips } from './packed/lines.js';
import { peek } from './packed/reading.js';

/** What tells of which kind it is. */
const HEAD_BYTES = 64 * 1024;

export interface Given {
  /** As text, at most 64 KiB. */
  head: string;
  /** A directory or an archive: it is read by its name, or from its bytes. */
  isPacked: boolean;
  /** Why it cannot be read, whatever its name, and what to do: it is encrypted or binary. */
  sealed?: string;
  /** Nothing but blanks: whoever printed it failed, or printed elsewhere. */
  isEmpty: boolean;
  /** `skips`: a line that need not be decoded; of several in a row the last is given all the same. */
  lines(skips?: Skips): AsyncGenerator<string>;
  /** At most so many bytes; undefined where there are more. */
  whole(most: number): Promise<string | undefined>;
  /** The same, as they are. */
  bytes(most: number): Promise<Buffer | undefined>;
  /** Why it ended before its end, once it has: an archive that is cut off, a disk that fails. */
  broken(): string | undefined;
  close(): Promise<void>;
}

/** Never throws, whatever the words are. */
export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

const DIRECTORY: Given = {
  head: '',
  isPacked: true,
  isEmpty: false,
  lines: async function* () {},
  whole: async () => '',
  bytes: async () => undefined,
  broken: () => undefined,
  close: async () => {},
};

/** `-` is standard input. Never throws for what it reads. */
export async function openGiven(path: string, stdin: AsyncIterable<Buffer | string> = process.stdin): Promise<Given | { error: string }> {
  if (path === '-') return given(stdin, async () => {});
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const found = await file.stat();
    if (found.isDirectory()) {
      await file.close();
      return DIRECTORY;
    }
    if (!found.isFile()) throw Object.assign(new Error('not a file'), { code: 'ENXIO' });
    const opened = file;
    return await given(opened.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 }), () => opened.close());
  } catch (error) {
    await file?.close().catch(() => {});
    return { error: wordsOf(error) };
  }
}

async function given(stream: AsyncIterable<Buffer | string>, close: () => Promise<void>, isUnpacked = false): Promise<Given> {
  const source = stream[Symbol.asyncIterator]();
  let broken: string | undefined;
  const next = async (): Promise<Buffer | undefined> => {
    try {
      const read = await source.next();
      return read.done ? undefined : Buffer.from(read.value);
    } catch (error) {
      broken = wordsOf(error);
      return undefined;
    }
  };
  const begun: Buffer[] = [];
  let bytes = 0;
  for (let chunk = await next(); chunk; chunk = bytes < HEAD_BYTES ? await next() : undefined) {
    begun.push(chunk);
    bytes += chunk.length;
  }
  const head = Buffer.concat(begun).subarray(0, HEAD_BYTES);
  async function* chunks(): AsyncGenerator<Buffer> {
    yield* begun.splice(0);
    for (let chunk = await next(); chunk; chunk = await next()) yield chunk;
  }
  const kind = kindOf(head);
  // A log that was rotated. What is compressed twice is an archive.
  if (isCompressed(kind) && !isUnpacked && !(await holdsArchive(kind, head))) return given(await unpacked(kind, chunks()), close, true);
  const sealed = kind === 'other' ? sealedOf(head)?.words : undefined;
  const isWide = head[0] === 0xff && head[1] === 0xfe;
  return {
    head: decoded(head),
    isPacked: kind !== 'other',
    ...(sealed !== undefined && { sealed }),
    isEmpty: bytes < HEAD_BYTES && decoded(head).trim() === '',
    lines: (skips = () => false) => linesOf(isWide ? narrowed(chunks()) : chunks(), skips),
    async whole(most) {
      const bytes = await all(chunks(), most);
      return bytes && decoded(bytes);
    },
    bytes: (most) => all(chunks(), most),
    broken: () => broken,
    close,
  };
}

async function all(chunks: AsyncIterable<Buffer>, most: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length > most) return undefined;
  }
  return Buffer.concat(parts);
}

const isCompressed = (kind: Kind): kind is 'gz' | 'xz' => kind === 'gz' || kind === 'xz';

/** By the beginning of what is compressed: it stays as it is, and smaller. */
async function holdsArchive(kind: 'gz' | 'xz', head: Buffer): Promise<boolean> {
  const beginning = await peek(
    await unpacked(
      kind,
      (async function* () {
        yield head;
      })(),
    ),
    512,
  ).catch(() => undefined);
  await beginning?.end().catch(() => {});
  return beginning !== undefined && kindOf(beginning.head) !== 'other';
}

async function unpacked(kind: 'gz' | 'xz', chunks: AsyncGenerator<Buffer>): Promise<AsyncGenerator<Buffer>> {
  return kind === 'gz' ? gunzipped(chunks) : (await import('./packed/xz.js')).unxz(chunks);
}

/** No faster than it is read. Where it is cut off or damaged, all that comes before is given first. */
async function* gunzipped(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const { createGunzip } = await import('node:zlib');
  const unpacked = createGunzip();
  const out = new PassThrough();
  let broken: unknown;
  unpacked.on('data', (chunk) => {
    if (!out.write(chunk)) unpacked.pause();
  });
  out.on('drain', () => unpacked.resume());
  unpacked.on('end', () => out.end());
  unpacked.on('error', (error) => {
    broken = error;
    out.end();
  });
  const packed = Readable.from(chunks);
  packed.pipe(unpacked);
  try {
    for await (const chunk of out) yield chunk;
  } finally {
    packed.destroy();
    unpacked.destroy();
  }
  if (broken !== undefined) throw broken;
}

/** Windows writes UTF-16 where output is redirected. */
function decoded(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le');
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

/** UTF-16 as UTF-8, wherever the chunks are cut. */
async function* narrowed(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('utf-16le');
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
}
