/** A text of any length → what it says, grouped: how often, from when to when, and whether what was asked has worked since. */
import {
  answerOf,
  type Clean,
  createRecordReader,
  createTextReader,
  type Reading,
  readRecord,
  readText,
  type Speaker,
  type TextRecord,
} from '../index.js';
import { MOST_TEXT } from '../unwrap.js';
import { shapeOf } from './shape.js';

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
  /** Longer than what is read of one. */
  cut: number;
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
  /**
   * Of a line that is not decoded yet: nothing is lost where it is not pushed. Of several that are skipped one after the other the last is pushed all the
   * same, as what follows may belong to it.
   */
  skips(bytes: Uint8Array, from: number, to: number): boolean;
  end(): LogReading;
}

interface Kept {
  record: TextRecord;
  count: number;
  first: Moment;
  last: Moment;
  server: string;
}

/** No more is kept than a record a group; `clean` is asked only for what is shown. `by`: whose log it is, where a record does not tell. */
export function createLogReader(clean: Clean, by?: Speaker): LogReader {
  const reader = createRecordReader();
  const groups = new Map<string, Kept>();
  const worked = new Map<string, number>();
  const begun: string[] = [];
  let [lines, told, cut, left, causes] = [0, 0, 0, 0, 0];

  const read = createTextReader(unredacted, by);
  /** By shape, whether a line says nothing. */
  const known = new Map<number, boolean>();
  let shape: number | undefined;
  let skipped = 0;

  const take = (record: TextRecord) => {
    const reading = read(record);
    if (!reading) return;
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

  /** All that were skipped but the last, which is pushed. */
  const pass = () => {
    reader.skip(skipped - 1);
    lines += skipped - 1;
    skipped = 0;
  };
  const learn = (line: string) => {
    const learnt = shape;
    shape = undefined;
    if (learnt === undefined || known.has(learnt) || !reader.isPlain()) return;
    if (known.size >= MOST_SHAPES) known.clear();
    known.set(learnt, read({ line: lines, text: line }) === undefined);
  };

  return {
    skips(bytes, from, to) {
      shape = to - from <= MOST_SHAPE && reader.isPlain() ? shapeOf(bytes, from, to) : undefined;
      if (shape === undefined || known.get(shape) !== true || lines + skipped < SHORT) return false;
      skipped += 1;
      return true;
    },
    push(line) {
      const isSkipped = skipped > 0;
      if (isSkipped) pass();
      lines += 1;
      if (line.length > MOST_TEXT) cut += 1;
      if (lines <= SHORT) begun.push(line);
      for (const record of reader.push(line)) take(record);
      if (!isSkipped) learn(line);
    },
    end() {
      for (const record of reader.end()) take(record);
      const shown = (moment: Moment): Moment => (moment.time === undefined ? moment : { ...moment, time: clean(moment.time, MOST_TIME) });
      const all = [...groups.values()].flatMap(({ record, count, first, last, server }): Group[] => {
        const reading = readRecord(record, clean, by);
        const isHistory = reading?.verdict.kind !== 'works' && (worked.get(server) ?? 0) > last.line;
        return reading ? [{ ...reading, seen: { count, first: shown(first), last: shown(last), isHistory } }] : [];
      });
      const joined = causes === 0 && lines <= SHORT ? answerOf(readText(begun.join('\n'), clean)) : undefined;
      if (joined?.verdict.kind === 'cause') return { lines, told: 1, cut, groups: [alone(joined)], left };
      return {
        lines,
        told,
        cut,
        groups: all.sort((a, b) => rankOf(a) - rankOf(b) || b.seen.count - a.seen.count || b.seen.last.line - a.seen.last.line),
        left,
      };
    },
  };
}

const MOST_TIME = 40;
/** Lines that say nothing are many and alike: one that differs in times, sizes and ids alone is not read again. */
const MOST_SHAPES = 20_000;
/** Of a longer line it takes as long to find its shape as to find out what it says. */
const MOST_SHAPE = 1000;

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

/** What is left of it by --only and --skip, which name causes: of `only`, nothing that is no cause. */
export function chosen(reading: LogReading, { only, skip }: { only: readonly string[]; skip: readonly string[] }): LogReading {
  if (only.length === 0 && skip.length === 0) return reading;
  const isChosen = (cause: string) => !skip.includes(cause) && (only.length === 0 || only.includes(cause));
  const groups = reading.groups.flatMap((group): Group[] => {
    if (group.verdict.kind !== 'cause') return only.length === 0 ? [group] : [];
    const causes = group.verdict.causes.filter(({ cause }) => isChosen(cause));
    if (causes.length === 0) return [];
    // What decides and what helps was said of the first.
    const { decide, fix, ...verdict } = group.verdict;
    const isFirst = causes[0] === group.verdict.causes[0];
    return [{ ...group, verdict: { ...verdict, causes, ...(isFirst && { decide, fix }) } }];
  });
  return { ...reading, groups };
}
