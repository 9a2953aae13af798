/** Bytes as lines: no more than a line is kept, however long it is. */

/** Of a line, enough for as many characters as are read of it; what comes after them is skipped. */
const LINE_BYTES = 32 * 1024;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const NOTHING: Buffer = Buffer.alloc(0);

/** Whether a line is of no interest, by its bytes; of such lines that follow each other only the last is given. */
export type Skips = (bytes: Uint8Array, from: number, to: number) => boolean;

/** Wherever the chunks are cut. */
export async function* linesOf(chunks: AsyncIterable<Buffer>, skips: Skips = () => false): AsyncGenerator<string> {
  /** What has no end yet. */
  let begun = NOTHING;
  /** Of the line that was cut, what is left. */
  let isOver = false;
  let skipped: (() => string) | undefined;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      const [begins, isWhole] = [from, begun.length === 0];
      from = end + 1;
      if (isOver) isOver = false;
      else if (isWhole && skips(chunk, begins, end)) {
        skipped = () => textOf(chunk, begins, end);
      } else {
        if (skipped) yield skipped();
        skipped = undefined;
        const line = isWhole ? chunk : Buffer.concat([begun, chunk.subarray(begins, end)]);
        yield isWhole ? textOf(chunk, begins, end) : textOf(line, 0, line.length);
      }
      begun = NOTHING;
    }
    if (isOver) continue;
    begun = begun.length > 0 ? Buffer.concat([begun, chunk.subarray(from)]) : Buffer.from(chunk.subarray(from));
    isOver = begun.length > LINE_BYTES;
    if (!isOver) continue;
    if (skipped) yield skipped();
    skipped = undefined;
    yield textOf(begun, 0, begun.length);
    begun = NOTHING;
  }
  if (skipped) yield skipped();
  if (begun.length > 0) yield textOf(begun, 0, begun.length);
}

function textOf(bytes: Buffer, from: number, to: number): string {
  const end = bytes[to - 1] === CARRIAGE_RETURN ? to - 1 : to;
  return bytes.toString('utf8', from, Math.min(end, from + LINE_BYTES));
}
