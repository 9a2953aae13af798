/** A zip: yauzl reads its list, which stands at its end; what is in an entry is inflated and counted here. */
import type { FileHandle } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { fromRandomAccessReaderPromise, getFileNameLowLevel, type Entry as Listed, type ZipFile } from 'yauzl';
import { BadArchive } from '../bad-archive.js';
import { BlockReader, type Blocks, blocksOf, heldBlocks } from './blocks.js';
import type { Raw } from './reading.js';
import type { Why } from './types.js';

/** Names are decoded here: yauzl refuses the whole archive for one that leads out of it. */
const OPTIONS = { decodeStrings: false, autoClose: false };

/** What a mode of Unix says (inode(7)). */
const TYPE = 0o170000;
const MODES: ReadonlyMap<number, Why> = new Map([
  [0o120000, 'link'],
  [0o140000, 'socket'],
  [0o010000, 'device'],
  [0o020000, 'device'],
  [0o060000, 'device'],
]);
const NO_LIST = /signature not found|unexpected EOF/i;
const CUT_OFF = 'is cut off: a zip archive has its list of contents at its end; get it again';
const UNIX = 3;
const SMALL = 256 * 1024;

/** Of a file, which stays open, or of bytes. `inTime` throws where the time is over. */
export async function* zipEntries(
  zip: { file: FileHandle; size: number } | { bytes: Buffer },
  inTime: () => void,
): AsyncGenerator<Raw & { skip?: Why }> {
  const blocks = 'bytes' in zip ? heldBlocks(zip.bytes) : blocksOf(zip.file, zip.size);
  try {
    const opened = await openedBy(blocks);
    if (!opened) {
      const { entriesInOrder } = await import('./zip-in-order.js');
      yield* entriesInOrder(inBlocks(blocks), inTime);
      throw new BadArchive(CUT_OFF);
    }
    let packed = 0;
    for await (const listed of opened.eachEntry()) {
      const { generalPurposeBitFlag, fileNameRaw, extraFields, compressedSize, uncompressedSize: size } = listed;
      // In a zip that is none of a kind to explode, each has its own bytes.
      packed += compressedSize;
      if (packed > blocks.size) throw new BadArchive('contains entries that overlap, which no zip program writes');
      const name = getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
      if (name.endsWith('/')) continue;
      const skip = skipOf(listed);
      yield { name, size, ...(skip ? { skip } : {}), chunks: () => content(opened, listed, blocks) };
    }
  } catch (error) {
    throw inOurWords(error);
  }
}

/** Undefined where it has no list. */
async function openedBy(blocks: Blocks): Promise<ZipFile | undefined> {
  try {
    return await fromRandomAccessReaderPromise(new BlockReader(blocks), blocks.size, OPTIONS);
  } catch (error) {
    if (NO_LIST.test((error as Error).message)) return undefined;
    throw error;
  }
}

async function* inBlocks(blocks: Blocks): AsyncGenerator<Buffer> {
  for (let at = 0; at < blocks.size; at += SMALL) yield await blocks.read(at, SMALL);
}

function skipOf(listed: Listed): Why | undefined {
  if (listed.isEncrypted()) return 'encrypted';
  const mode = listed.versionMadeBy >>> 8 === UNIX ? (listed.externalFileAttributes >>> 16) & TYPE : 0;
  return MODES.get(mode) ?? (listed.canDecodeFileData() ? undefined : 'of another kind');
}

/** Neither longer nor shorter than the list says, and of its checksum: who lies about one lies about all. */
async function* content(zip: ZipFile, listed: Listed, blocks: Blocks): AsyncGenerator<Buffer> {
  let [size, sum] = [0, 0];
  for await (const chunk of isSmall(listed) ? atOnce(zip, listed, blocks) : streamed(zip, listed)) {
    size += chunk.length;
    if (size > listed.uncompressedSize) break;
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (size !== listed.uncompressedSize || sum !== listed.crc32) throw new BadArchive('is damaged');
}

/** Most are: streams of each would cost ten times the time. */
function isSmall({ compressedSize, uncompressedSize }: Listed): boolean {
  return compressedSize <= SMALL && uncompressedSize <= 16 * SMALL;
}

async function* atOnce(zip: ZipFile, listed: Listed, blocks: Blocks): AsyncGenerator<Buffer> {
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(listed, { minimal: true });
  const packed = await blocks.read(fileDataStart, listed.compressedSize);
  if (listed.compressionMethod === 0) yield packed;
  else yield inflateRawSync(packed, { maxOutputLength: Math.max(1, listed.uncompressedSize) });
}

async function* streamed(zip: ZipFile, listed: Listed): AsyncGenerator<Buffer> {
  const packed = await zip.openReadStreamPromise(listed, { decodeFileData: false });
  // yauzl emits errors without ending the stream, and an unheard one ends the process.
  const plain: Readable = listed.compressionMethod === 0 ? packed : pipeline(packed, createInflateRaw({ chunkSize: 64 * 1024 }), () => {});
  packed.on('error', (error) => plain.destroy(error));
  try {
    yield* plain as AsyncIterable<Buffer>;
  } finally {
    plain.destroy();
    packed.destroy();
  }
}

function inOurWords(error: unknown): unknown {
  if (error instanceof BadArchive || (error as NodeJS.ErrnoException).code !== undefined) return error;
  const { message } = error as Error;
  if (/encryption/.test(message)) return new BadArchive('is encrypted; decrypt it first: unzip asks for its password');
  if (/multi-disk/.test(message))
    return new BadArchive('is one part of a zip archive in several; join them with zip -s 0 FILE --out WHOLE.zip');
  if (NO_LIST.test(message)) return new BadArchive(CUT_OFF);
  return new BadArchive('is a zip archive that is damaged');
}
