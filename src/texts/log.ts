/** A text of any length → what it says, grouped: how often, from when to when, and whether what was asked has worked since. */
import { answerOf, type Clean, createRecordReader, type Reading, readRecord, readText, type TextRecord } from './index.js';

/** Where in the text. */
export interface Moment {
  line: number;
  time?: string;
}

/** Records that say the same of the same two, as the last of them says it. */
export interface Group extends Reading {
  seen: {
    count: number;
    first: Moment;
    last: Moment;
    /** The same server answered after the last of them. */
    isHistory: boolean;
  };
}

export interface LogReading {
  lines: number;
  /** In which something known was said. */
  told: number;
  /** What counts now before what is history; causes first. */
  groups: Group[];
  /** Records of groups beyond the most that are kept. */
  left: number;
}

/** A log names many nodes; what is about more than these is told by its count. */
const MOST_GROUPS = 200;
/** Of a text no longer than this, lines that a terminal wrapped are joined. */
const SHORT = 30;

export interface LogReader {
  push(line: string): void;
  end(): LogReading;
}

interface Kept {
  record: TextRecord;
  count: number;
  first: Moment;
  last: Moment;
  server: string;
}

/** No more is kept than a record a group; `clean` is asked only for what is shown. */
export function createLogReader(clean: Clean): LogReader {
  const reader = createRecordReader();
  const groups = new Map<string, Kept>();
  const worked = new Map<string, number>();
  const begun: string[] = [];
  let [lines, told, left, causes] = [0, 0, 0, 0];

  const silent = new Set<string>();

  const take = (record: TextRecord) => {
    const shape = record.scene === undefined && record.text.length <= MOST_SHAPE ? shapeOf(record.text) : undefined;
    if (shape !== undefined && silent.has(shape)) return;
    const reading = readRecord(record, unredacted);
    if (!reading) {
      if (silent.size >= MOST_SHAPES) silent.clear();
      if (shape !== undefined) silent.add(shape);
      return;
    }
    told += 1;
    const { target, verdict, record: at } = reading;
    if (verdict.kind === 'cause') causes += 1;
    if (verdict.kind === 'works') worked.set(target.server, at.line);
    const last: Moment = { line: at.line, ...(at.time !== undefined && { time: at.time }) };
    const key = keyOf(reading);
    const before = groups.get(key);
    if (before === undefined && groups.size >= MOST_GROUPS) left += 1;
    else groups.set(key, { record, count: (before?.count ?? 0) + 1, first: before?.first ?? last, last, server: target.server });
  };

  return {
    push(line) {
      lines += 1;
      if (lines <= SHORT) begun.push(line);
      for (const record of reader.push(line)) take(record);
    },
    end() {
      for (const record of reader.end()) take(record);
      const shown = (moment: Moment): Moment => (moment.time === undefined ? moment : { ...moment, time: clean(moment.time, MOST_TIME) });
      const all = [...groups.values()].flatMap(({ record, count, first, last, server }): Group[] => {
        const reading = readRecord(record, clean);
        const isHistory = reading?.verdict.kind !== 'works' && (worked.get(server) ?? 0) > last.line;
        return reading ? [{ ...reading, seen: { count, first: shown(first), last: shown(last), isHistory } }] : [];
      });
      const joined = causes === 0 && lines <= SHORT ? answerOf(readText(begun.join('\n'), clean)) : undefined;
      if (joined?.verdict.kind === 'cause') return { lines, told: 1, groups: [alone(joined)], left };
      return {
        lines,
        told,
        groups: all.sort((a, b) => rankOf(a) - rankOf(b) || b.seen.count - a.seen.count || b.seen.last.line - a.seen.last.line),
        left,
      };
    },
  };
}

const MOST_TIME = 40;
/** Lines that say nothing are many and alike: one that differs in times, sizes and ids alone is not read again. Statuses and ports stay. */
const MOST_SHAPES = 5000;
const MOST_SHAPE = 400;

function shapeOf(line: string): string {
  return line.replace(/\d\d:\d\d:\d\d(?:[.,]\d+)?|(?<!:)\b(?![45]\d\d\b)\d+\b|\b[0-9a-f]{8,}\b/g, '#');
}

function alone(reading: Reading): Group {
  const { line } = reading.record;
  return { ...reading, seen: { count: 1, first: { line }, last: { line }, isHistory: false } };
}

/** Of a million lines a few are shown: those alone are worth a look for secrets. */
const unredacted: Clean = (text, most) => (most === undefined ? text : text.slice(0, most));

function keyOf({ speaker, target, user = '', record: { node = '' }, verdict }: Reading): string {
  const what = verdict.kind === 'cause' ? verdict.causes.map(({ cause }) => cause).join(' ') : verdict.says;
  return [speaker, target.server, node, user, verdict.kind, what].join('\n');
}

const KINDS: readonly Reading['verdict']['kind'][] = ['cause', 'wrapper', 'not-ours', 'works'];

function rankOf({ verdict: { kind }, seen: { isHistory } }: Group): number {
  return KINDS.indexOf(kind) + (isHistory ? KINDS.length : 0);
}

/** Something of ours is wrong by the end of the text. */
export function isWrong({ groups }: LogReading): boolean {
  return groups.some(({ verdict, seen }) => verdict.kind === 'cause' && !seen.isHistory);
}
