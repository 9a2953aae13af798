/** A text of any length → what it says, grouped: how often, from when to when, and whether what was asked has worked since. */
import { type Clean, createRecordReader, type Reading, readRecord, type TextRecord } from './index.js';

/** Where in the text. */
export interface Moment {
  line: number;
  time?: string;
}

/** Records that say the same of the same two. */
export interface Group {
  verdict: Reading['verdict'];
  speaker: Reading['speaker'];
  target: Reading['target']['server'];
  node?: string;
  user?: string;
  count: number;
  first: Moment;
  last: Moment;
  /** The last of its records, redacted. */
  sample: string;
  /** The same server was reached after the last of them. */
  isHistory: boolean;
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

/** A log names many nodes; what says the same of more than these is one log of another kind. */
const MOST_GROUPS = 200;
const SAMPLE = 300;
const NAME = 253;
const SENTENCE = 300;

export interface LogReader {
  push(line: string): void;
  end(): LogReading;
}

/** No more is kept than the groups; `clean` is asked only for what is shown. */
export function createLogReader(clean: Clean): LogReader {
  const reader = createRecordReader();
  const groups = new Map<string, Group & { raw: string }>();
  const worked = new Map<string, number>();
  let [lines, told, left] = [0, 0, 0];

  const take = (record: TextRecord) => {
    const reading = readRecord(record, unredacted);
    if (!reading) return;
    told += 1;
    const { verdict, speaker, target, record: at, user } = reading;
    const moment: Moment = { line: at.line, ...(at.time !== undefined && { time: at.time }) };
    if (verdict.kind === 'works') worked.set(target.server, at.line);
    const key = [speaker, target.server, at.node ?? '', user ?? '', nameOf(verdict)].join('\n');
    const group = groups.get(key);
    if (group) {
      Object.assign(group, { count: group.count + 1, last: moment, raw: at.text });
      return;
    }
    if (groups.size >= MOST_GROUPS) {
      left += 1;
      return;
    }
    const { node } = at;
    const more = { ...(node !== undefined && { node }), ...(user !== undefined && { user }) };
    groups.set(key, {
      verdict,
      speaker,
      target: target.server,
      ...more,
      count: 1,
      first: moment,
      last: moment,
      sample: '',
      isHistory: false,
      raw: at.text,
    });
  };

  return {
    push(line) {
      lines += 1;
      for (const record of reader.push(line)) take(record);
    },
    end() {
      for (const record of reader.end()) take(record);
      const all = [...groups.values()].map(({ raw, ...group }): Group => {
        const isHistory = group.verdict.kind !== 'works' && (worked.get(group.target) ?? 0) > group.last.line;
        const { verdict, node, user, first, last } = group;
        const moment = ({ line, time }: Moment): Moment => ({ line, ...(time !== undefined && { time: clean(time, 40) }) });
        return {
          ...group,
          verdict: { ...verdict, rests: clean(verdict.rests, SENTENCE) },
          ...(node !== undefined && { node: clean(node, NAME) }),
          ...(user !== undefined && { user: clean(user, NAME) }),
          first: moment(first),
          last: moment(last),
          sample: clean(raw, SAMPLE),
          isHistory,
        };
      });
      return { lines, told, groups: all.sort((a, b) => rankOf(a) - rankOf(b) || b.count - a.count || b.last.line - a.last.line), left };
    },
  };
}

/** Of a million lines a few are shown: those alone are worth a look at every secret. */
const unredacted: Clean = (text, most) => (most === undefined ? text : text.slice(0, most));

function nameOf(verdict: Reading['verdict']): string {
  return verdict.kind === 'cause'
    ? verdict.causes.map(({ cause }) => cause).join(' ')
    : `${verdict.kind} ${'says' in verdict ? verdict.says : ''}`;
}

const KINDS: readonly Group['verdict']['kind'][] = ['cause', 'wrapper', 'not-ours', 'works'];

function rankOf({ verdict: { kind }, isHistory }: Group): number {
  return KINDS.indexOf(kind) + (isHistory ? KINDS.length : 0);
}

/** Something of ours is wrong by the end of the text. */
export function isWrong({ groups }: LogReading): boolean {
  return groups.some(({ verdict, isHistory }) => verdict.kind === 'cause' && !isHistory);
}
