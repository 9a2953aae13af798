/** A tar as it streams by: tar-stream knows the formats (ustar, GNU, PAX). */
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import { BadArchive } from '../bad-archive.js';
import type { Raw } from './reading.js';
import type { Why } from './types.js';

const SKIPPED: Partial<Record<NonNullable<Header['type']>, Why>> = {
  symlink: 'link',
  link: 'link',
  'character-device': 'device',
  'block-device': 'device',
  fifo: 'device',
};

/** Each with its bytes, which are there until the next is asked for. Chunks may be cut anywhere. */
export async function* tarEntries(chunks: AsyncIterable<Buffer>): AsyncGenerator<Raw & { skip?: Why }> {
  // Old tar programs write no format at all; the checksum is looked at all the same. Its types do not know the option.
  const archive = extract({ allowUnknownFormat: true } as object);
  const fed = pipeline(chunks, archive);
  // Its failure is the archive's too, and may be there before it is waited for.
  fed.catch(() => undefined);
  try {
    for await (const entry of archive) {
      const { name, type, size, mtime } = entry.header;
      let last: Promise<IteratorResult<Buffer>> | undefined;
      let bytes: AsyncIterator<Buffer> | undefined;
      // One after the other, whoever asks: a decompressor that was left asks ahead.
      const next = () => {
        bytes ??= (entry as unknown as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
        const its = bytes;
        last = last === undefined ? its.next() : last.then(() => its.next());
        return last;
      };
      if (type !== 'directory') {
        const skip = type === 'file' || type === 'contiguous-file' ? undefined : ((type && SKIPPED[type]) ?? 'of another kind');
        // Without `return`: an entry that is left in the middle would end the archive.
        const written = mtime?.getTime();
        yield {
          name,
          size: size ?? 0,
          ...(written ? { written } : {}),
          ...(skip ? { skip } : {}),
          chunks: () => ({ [Symbol.asyncIterator]: () => ({ next }) }),
        };
      }
      if (bytes === undefined) entry.resume();
      else while (!(await next()).done);
    }
    await fed;
  } catch (error) {
    // Where reading ends, feeding does, with an error of its own; where feeding ended first, what the reader says is but the consequence.
    archive.destroy();
    const first: unknown = await fed.catch((cause: unknown) => cause);
    throw inOurWords([first, error].find(isWorded) ?? error);
  } finally {
    archive.destroy();
  }
}

/** Ours, or of those with codes that are worded where files are read: of zlib and of the system. Streams have codes too, and say nothing by them. */
function isWorded(error: unknown): boolean {
  return error instanceof BadArchive || /^(Z_\w+|E[A-Z]+)$/.test((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

function inOurWords(error: unknown): unknown {
  if (isWorded(error)) return error;
  return new BadArchive((error as Error).message === 'Unexpected end of data' ? 'is cut off' : 'is not a tar archive, or is damaged');
}
