/** Texts that people paste → what they say. Pure; `clean` is the caller's, who knows the secrets of the run. */

import { FRAGMENTS, printedBy } from './fragments/index.js';
import { createTextReader, SHOWN } from './read.js';
import type { Clean, Meaning, Reading, Speaker, TextRecord } from './reading.js';
import { recordsOf } from './records.js';

export type { Fragment } from './fragments/fragment.js';
export type { Clean, Reading, Speaker, TextRecord } from './reading.js';
export { createRecordReader } from './records.js';
export { createTextReader, FRAGMENTS, printedBy };

/** One record by itself; of many, `createTextReader` knows again what it has read. */
export function readRecord(record: TextRecord, clean: Clean, by?: Speaker): Reading | undefined {
  return createTextReader(clean, by)(record);
}

/** Lines that a terminal wrapped are read once more as one text, where none of them says enough alone. */
const MOST_JOINED = 30;

/** Each record of a text that says something, in its order. */
export function readText(text: string, clean: Clean): Reading[] {
  const lines = text.split('\n');
  const read = createTextReader(clean);
  const records = [...recordsOf(lines)];
  const readings = records.flatMap((record) => read(record) ?? []);
  // Lines of an object are not those of one sentence.
  if (records.some(({ scene }) => scene !== undefined && scene.kind !== 'check')) return readings;
  if (readings.some(({ verdict }) => verdict.kind === 'cause') || lines.length < 2 || lines.length > MOST_JOINED) return readings;
  const joined = read({ line: 1, text: lines.map((line) => line.trim()).join(' ') });
  return joined?.verdict.kind === 'cause' ? [joined] : readings;
}

/** As the kubelet's clients and the apiserver's word an address before an error. */
const ASIDE = [
  ['The kubelet (port 10250)', 'Get "https://192.0.2.1:10250/": '],
  ['The apiserver', 'Get "https://192.0.2.1:6443/": '],
] as const;

/** An error that says something of the one server, something else of the other, and does not name it: what it would be, and what is missing. */
export function readWithoutServer(text: string, clean: Clean): Reading | undefined {
  const read = ASIDE.flatMap(([server, address]) => {
    const reading = readRecord({ line: 1, text: `${address}${text.replace(/\s{1,1000}/g, ' ').trim()}` }, clean);
    return reading?.verdict.kind === 'cause' ? [{ server, reading, verdict: reading.verdict }] : [];
  });
  const [first] = read;
  if (!first) return undefined;
  const each = read.map(({ server, verdict }) => `${server}: ${verdict.causes.map(({ cause }) => cause).join(', ')}.`);
  const rests = first.verdict.rests.replace(/^[\s:"]{1,10}/, '');
  const { reading } = first;
  return {
    speaker: 'unknown',
    target: { server: 'unknown' },
    side: reading.side,
    record: { line: 1, text: clean(text, SHOWN) },
    fragment: reading.fragment,
    verdict: {
      kind: 'wrapper',
      lacks: 'server',
      rests,
      says: `Which server answered decides. ${each.join(' ')} Paste the whole line, with the address in it.`,
    },
  };
}

/** Causes that stand beside another without being its reason. */
const BESIDE = new Set([
  'node-cordoned',
  'read-only-port-closed',
  'read-only-port-open',
  'component-status-deprecated',
  'endpoints-deprecated',
]);
const RANKS: Record<Meaning['kind'], number> = { cause: 0, wrapper: 2, 'not-ours': 3, works: 4 };

/** The one that is answered where one answer is wanted: causes before wrappers, a cause said often before one said once, else the first. */
export function answerOf(readings: readonly Reading[]): Reading | undefined {
  const times = new Map<string, number>();
  const idOf = ({ verdict }: Reading) => (verdict.kind === 'cause' ? (verdict.causes[0]?.cause ?? '') : verdict.kind);
  for (const reading of readings) times.set(idOf(reading), (times.get(idOf(reading)) ?? 0) + 1);
  const rank = (reading: Reading) => RANKS[reading.verdict.kind] + (BESIDE.has(idOf(reading)) ? 1 : 0);
  return [...readings].sort((a, b) => rank(a) - rank(b) || (times.get(idOf(b)) ?? 0) - (times.get(idOf(a)) ?? 0))[0];
}
