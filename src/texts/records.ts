/** Lines → records. A reader that is fed line by line, so that a log of any length takes no more memory than its longest record. */
import type { TextRecord } from './reading.js';

export interface RecordReader {
  /** The records that are whole now that this line is known. */
  push(line: string): TextRecord[];
  /** What is left. */
  end(): TextRecord[];
}

export function createRecordReader(): RecordReader {
  let at = 0;
  return {
    push(line) {
      at += 1;
      return line.trim() === '' ? [] : [{ line: at, text: line.slice(0, MOST_TEXT) }];
    },
    end: () => [],
  };
}

/** All records of lines that are at hand. */
export function* recordsOf(lines: Iterable<string>): Generator<TextRecord> {
  const reader = createRecordReader();
  for (const line of lines) yield* reader.push(line);
  yield* reader.end();
}

/** Characters of a record that are read. */
const MOST_TEXT = 8000;
