/** Something that was given to be read, whatever it is: its beginning, then all of it or line by line. No more than a line is kept of what is long. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { wordsOf } from './bundle.js';

/** What tells of which kind it is. */
const HEAD_BYTES = 64 * 1024;
/** Of a line; what comes after it is skipped. */
const LINE_BYTES = 16 * 1024;

export interface Given {
  /** As text, at most 64 KiB. */
  head: string;
  /** A directory or an archive: it is read by its name. */
  isPacked: boolean;
  /** Nothing but blanks: whoever printed it failed, or printed elsewhere. */
  isEmpty: boolean;
  lines(): AsyncGenerator<string>;
  /** At most so many bytes; undefined where there are more. */
  whole(most: number): Promise<string | undefined>;
  close(): Promise<void>;
}

/** `-` is standard input. Never throws for what it reads. */
export async function openGiven(path: string, stdin: AsyncIterable<Buffer | string> = process.stdin): Promise<Given | { error: string }> {
  if (path === '-') return given(stdin, async () => {});
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stat = await file.stat();
    if (stat.isDirectory()) {
      await file.close();
      return { head: '', isPacked: true, isEmpty: false, lines: async function* () {}, whole: async () => '', close: async () => {} };
    }
    if (!stat.isFile()) throw Object.assign(new Error('not a file'), { code: 'ENXIO' });
    const opened = file;
    return await given(opened.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 }), () => opened.close());
  } catch (error) {
    await file?.close().catch(() => {});
    return { error: wordsOf(error) };
  }
}

async function given(stream: AsyncIterable<Buffer | string>, close: () => Promise<void>): Promise<Given> {
  const source = stream[Symbol.asyncIterator]();
  const begun: Buffer[] = [];
  let bytes = 0;
  while (bytes < HEAD_BYTES) {
    const next = await source.next();
    if (next.done) break;
    begun.push(Buffer.from(next.value));
    bytes += next.value.length;
  }
  const head = Buffer.concat(begun).subarray(0, HEAD_BYTES);
  const isWide = head[0] === 0xff && head[1] === 0xfe;
  async function* chunks(): AsyncGenerator<Buffer> {
    yield* begun.splice(0);
    for (let next = await source.next(); !next.done; next = await source.next()) yield Buffer.from(next.value);
  }
  return {
    head: decoded(head),
    isPacked: (head[0] === 0x1f && head[1] === 0x8b) || head.toString('latin1', 257, 262) === 'ustar',
    isEmpty: bytes < HEAD_BYTES && decoded(head).trim() === '',
    lines: () => linesOf(isWide ? narrowed(chunks()) : chunks()),
    async whole(most) {
      const all: Buffer[] = [];
      let length = 0;
      for await (const chunk of chunks()) {
        all.push(chunk);
        length += chunk.length;
        if (length > most) return undefined;
      }
      return decoded(Buffer.concat(all));
    },
    close,
  };
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

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  let isSkipping = false;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      if (isSkipping) isSkipping = false;
      else {
        const line = rest.length > 0 ? Buffer.concat([rest, chunk.subarray(from, end)]) : chunk.subarray(from, end);
        yield textOf(line);
      }
      rest = Buffer.alloc(0);
      from = end + 1;
    }
    if (isSkipping) continue;
    rest = rest.length > 0 ? Buffer.concat([rest, chunk.subarray(from)]) : Buffer.from(chunk.subarray(from));
    if (rest.length > LINE_BYTES) {
      yield textOf(rest);
      rest = Buffer.alloc(0);
      isSkipping = true;
    }
  }
  if (rest.length > 0) yield textOf(rest);
}

function textOf(line: Buffer): string {
  const end = line.at(-1) === 13 ? line.length - 1 : line.length;
  return line.toString('utf8', 0, Math.min(end, LINE_BYTES));
}
