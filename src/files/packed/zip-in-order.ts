/**
 * A zip whose end is lost, and with it the list that stands there: what is in it in the order in which it stands, each entry behind its own header. fflate
 * reads these. Nothing proves a size or a checksum, so whoever reads it is told that it is cut off.
 */
import { type AsyncFlateStreamHandler, Unzip, type UnzipDecoder, type UnzipFile, UnzipInflate } from 'fflate';
import { BadArchive } from '../bad-archive.js';
import type { Raw } from './reading.js';
import type { Why } from './types.js';

/** Each entry in such a piece costs a stack frame, and a piece grows at most to a thousand times its size. */
const PIECE = 16 * 1024;
const [STORED, DEFLATED] = [0, 8];

interface Met {
  file: UnzipFile;
  chunks: Buffer[];
  state: 'open' | 'done' | 'damaged';
  /** No one reads it: it passes by. */
  isPassed: boolean;
}

/** Of an entry that is read; of one that passes by nothing is inflated. */
function inflaterFor(met: () => Met | undefined) {
  return class extends UnzipInflate {
    static override readonly compression = DEFLATED;
    private readonly own = met();
    override push(data: Uint8Array, isFinal: boolean): void {
      if (this.own?.isPassed) this.ondata(null, new Uint8Array(0), isFinal);
      else super.push(data, isFinal);
    }
  };
}

function passingBy(compression: number) {
  return class implements UnzipDecoder {
    static readonly compression = compression;
    ondata!: AsyncFlateStreamHandler;
    push(_data: Uint8Array, isFinal: boolean): void {
      this.ondata(null, new Uint8Array(0), isFinal);
    }
  };
}

/** `inTime` throws where the time is over. */
export async function* entriesInOrder(source: AsyncIterator<Buffer>, inTime: () => void): AsyncGenerator<Raw & { skip?: Why }> {
  const waiting: Met[] = [];
  let latest: Met | undefined;
  let isOver = false;
  const unzip = new Unzip((file) => {
    const met: Met = { file, chunks: [], state: 'open', isPassed: false };
    latest = met;
    waiting.push(met);
    file.ondata = (error, data, isFinal) => {
      if (error) met.state = 'damaged';
      else if (isFinal && met.state === 'open') met.state = 'done';
      if (!error && !met.isPassed && data.length > 0) met.chunks.push(Buffer.from(data.buffer, data.byteOffset, data.length));
    };
    if (!isKnown(file)) unzip.register(passingBy(file.compression));
    // What is not begun is kept, compressed, for as long as the archive is read.
    file.start();
  });
  unzip.register(inflaterFor(() => latest));

  const more = async (): Promise<void> => {
    inTime();
    const next = await source.next();
    isOver = next.done === true;
    try {
      for (let at = 0; !next.done && at < next.value.length; at += PIECE) unzip.push(next.value.subarray(at, at + PIECE));
    } catch {
      isOver = true;
    }
  };
  async function* content(met: Met): AsyncGenerator<Buffer> {
    for (;;) {
      for (let chunk = met.chunks.shift(); chunk; chunk = met.chunks.shift()) yield chunk;
      if (met.state === 'done') return;
      if (met.state === 'damaged') throw new BadArchive('is damaged');
      if (isOver) throw new BadArchive('is cut off');
      await more();
    }
  }

  while (!isOver || waiting.length > 0) {
    const met = waiting.shift();
    if (!met) {
      await more();
      continue;
    }
    const { name, originalSize: size } = met.file;
    const skip: Why | undefined = isKnown(met.file) ? undefined : 'of another kind';
    if (!name.endsWith('/'))
      yield { name: name.replaceAll('\\', '/'), ...(size !== undefined && { size }), ...(skip && { skip }), chunks: () => content(met) };
    met.isPassed = true;
    met.chunks = [];
  }
}

const isKnown = ({ compression }: UnzipFile): boolean => compression === STORED || compression === DEFLATED;
