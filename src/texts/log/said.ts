/** A log → what it says of causes, as facts hold it: the same for a log of this machine and for one of a bundle. */
import type { Statement } from '../../model/facts/said.js';
import type { Clean, Speaker } from '../index.js';
import { createLogReader, type Group, type LogReader } from './log.js';

/** Where a log lies, and whose it is where its records do not tell. */
export interface LogPlace {
  log: string;
  by?: Speaker;
  node?: string;
}

/** Up to here from its end: a tenth of the log, or as many lines as one try and what is logged beside it may be apart. */
const END_PART = 10;
const END_LINES = 100;

/** A log that is fed line by line. */
export interface Statements extends Pick<LogReader, 'push' | 'skips'> {
  /** Causes, and wrappers of what stands elsewhere; what works and what is not ours is no fact. */
  end(): Statement[];
}

export function createStatements({ log, by, node }: LogPlace, clean: Clean): Statements {
  const reader = createLogReader(clean, by);
  return {
    push: reader.push,
    skips: reader.skips,
    end() {
      const reading = reader.end();
      const endsAt = reading.lines - Math.max(END_LINES, Math.floor(reading.lines / END_PART));
      return reading.groups.flatMap((group) => statementOf(group, { log, node, lasts: group.seen.last.line >= endsAt }));
    },
  };
}

/** The same of lines that are at hand. */
export function statementsIn(lines: Iterable<string>, place: LogPlace, clean: Clean): Statement[] {
  const statements = createStatements(place, clean);
  for (const line of lines) statements.push(line);
  return statements.end();
}

function statementOf(group: Group, { log, node, lasts }: { log: string; node: string | undefined; lasts: boolean }): Statement[] {
  const { speaker, target, side, record, user, fragment, verdict, seen } = group;
  if (verdict.kind !== 'cause' && verdict.kind !== 'wrapper') return [];
  if (/^\d+$/.test(verdict.rests) && !isStatus(verdict.rests, record.text)) return [];
  const named = record.node ?? node;
  return [
    {
      log,
      speaker,
      ...(named !== undefined && { node: named }),
      server: target.server,
      ...(target.host !== undefined && { host: target.host }),
      ...(target.port !== undefined && { port: target.port }),
      side,
      ...(user !== undefined && { user }),
      ...(fragment !== undefined && { fragment }),
      causes: verdict.kind === 'cause' ? verdict.causes.map(({ cause, certainty }) => ({ cause, certainty })) : [],
      count: seen.count,
      ...(seen.first.time !== undefined && { first: seen.first.time }),
      ...(seen.last.time !== undefined && { last: seen.last.time }),
      sample: record.text,
      rests: verdict.rests,
      lasts: lasts && !seen.isHistory,
      isHistory: seen.isHistory,
    },
  ];
}

const BEFORE = /(?:status|code|HTTP(?:\/\d(?:\.\d)?)?|response|error|failed|got|received|returned)\W{0,4}(?:code|status)?\W{0,4}$/i;
const AFTER = /^['"]?:? ?(?:Forbidden|Unauthorized|Client Error|Server Error|Too Many|Proxy|Internal|Service|Bad Gateway|Gateway)/i;

/** A number alone may be of a name, a size or a time: a status stands beside a word for one. */
function isStatus(number: string, text: string): boolean {
  for (let at = text.indexOf(number); at >= 0; at = text.indexOf(number, at + 1)) {
    const [before, after] = [text.slice(Math.max(0, at - 24), at), text.slice(at + number.length, at + number.length + 24)];
    if (BEFORE.test(before) || AFTER.test(after)) return true;
  }
  return false;
}

/** What tells statements of one log apart. */
export function subjectOfStatement({ log, speaker, server, node, user, causes, fragment }: Statement): string {
  const what = causes.length > 0 ? causes.map(({ cause }) => cause).join('|') : fragment;
  return [log, speaker, server, node, user, what].filter((part) => part !== undefined && part !== '').join(' ');
}
