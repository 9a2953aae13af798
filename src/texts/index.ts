/** Texts that people paste → what they say. Pure; `clean` is the caller's, who knows the secrets of the run. */
import type { Clean, Reading, TextRecord } from './reading.js';
import { recordsOf } from './records.js';

export type { Addressee, Certainty, Clean, Meaning, Reading, Scene, Server, Speaker, TextRecord } from './reading.js';
export { createRecordReader, type RecordReader, recordsOf } from './records.js';

/** One record. */
export function readRecord(record: TextRecord, clean: Clean): Reading {
  return {
    speaker: 'unknown',
    target: { server: 'unknown' },
    side: 'client',
    record: { line: record.line, text: clean(record.text, SHOWN) },
    verdict: { kind: 'unknown' },
  };
}

/** Each record of a text, in its order. */
export function readText(text: string, clean: Clean): Reading[] {
  return [...recordsOf(text.split('\n'))].map((record) => readRecord(record, clean));
}

/** The one that is answered where one answer is wanted: causes before wrappers, of these the most certain, then the last. */
export function answerOf(readings: readonly Reading[]): Reading | undefined {
  return readings.find(({ verdict }) => verdict.kind === 'cause') ?? readings.at(-1);
}

const SHOWN = 400;
