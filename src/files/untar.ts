/**
 * Reads a tar archive of someone else's as it streams by: tar-stream knows the formats (ustar, GNU, PAX), the bounds are ours. Nothing is ever written to
 * disk: of all entries only the wanted ones are kept in memory, each up to a limit, and an entry that would lead outside ends the reading.
 */
import { pipeline } from 'node:stream/promises';
import { type Extract, extract } from 'tar-stream';
import { BOUNDS } from '../model/bounds.js';
import { BadArchive } from './bad-archive.js';

export interface UntarLimits {
  /** Bytes of the whole archive, unpacked. */
  total: number;
  entries: number;
  /** Bytes of one wanted file. */
  file: number;
}

const DAMAGED = 'is not a tar archive, or is damaged';

/** The wanted files, by path. Chunks may be cut anywhere. */
export async function untar(
  chunks: AsyncIterable<Buffer>,
  wanted: (path: string) => boolean,
  limits: UntarLimits,
): Promise<Map<string, Buffer>> {
  // Old tar programs write no format at all; the checksum is looked at all the same. Its types do not know the option.
  const archive = extract({ allowUnknownFormat: true } as object);
  const fed = pipeline(counted(chunks, limits), archive);
  // Its failure is the archive's too, and may be there before it is waited for.
  fed.catch(() => undefined);
  try {
    const found = await wantedOf(archive, wanted, limits);
    await fed;
    return found;
  } catch (error) {
    // Where reading ends, feeding does, with an error of its own; where feeding ended first, what the reader says is but the consequence.
    archive.destroy();
    const first: unknown = await fed.catch((cause: unknown) => cause);
    throw inOurWords(first instanceof BadArchive ? first : error);
  }
}

async function wantedOf(archive: Extract, wanted: (path: string) => boolean, limits: UntarLimits): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  let count = 0;
  for await (const entry of archive) {
    count += 1;
    if (count > limits.entries) throw new BadArchive(`contains more than ${limits.entries} entries`);
    const { name, type, size = 0 } = entry.header;
    const path = pathOf(name);
    if (!wanted(path)) {
      // It says so itself, before a byte of it is unpacked and whatever of it is there.
      if (size > limits.total) throw larger(limits);
      entry.resume();
      continue;
    }
    if (type !== 'file') throw new BadArchive(`contains ${path}, which is not a regular file`);
    if (size > limits.file) throw new BadArchive(`contains ${path} with more than ${limits.file} bytes`);
    if (found.has(path)) throw new BadArchive(`contains ${path} twice`);
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    found.set(path, Buffer.concat(parts));
  }
  return found;
}

function pathOf(name: string): string {
  if (name.length > BOUNDS.name) throw new BadArchive(`contains a name of more than ${BOUNDS.name} characters`);
  const path = name.replace(/^(\.\/)+/, '');
  if (path.startsWith('/') || /^[a-z]:/i.test(path) || path.split(/[/\\]/).includes('..'))
    throw new BadArchive('contains an entry that points outside of it; nothing was read');
  return path;
}

function larger({ total }: UntarLimits): BadArchive {
  return new BadArchive(`unpacks to more than ${total} bytes`);
}

async function* counted(chunks: AsyncIterable<Buffer>, limits: UntarLimits): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > limits.total) throw larger(limits);
    yield chunk;
  }
  if (total === 0) throw new BadArchive('is empty');
}

/** What the library says is said by no one else: its errors have no codes. Those of zlib do, and are worded where files are read. */
function inOurWords(error: unknown): unknown {
  if (error instanceof BadArchive || (error as NodeJS.ErrnoException).code !== undefined) return error;
  return new BadArchive((error as Error).message === 'Unexpected end of data' ? 'is cut off' : DAMAGED);
}
