/** What a merged report has beyond one of a single node: which nodes have which trouble, and which files could not be read. */
import type { Report } from '../../model/report.js';
import { cut, oneLine } from '../../report/plain-text.js';
import { counted, formOf } from '../../words/formats.js';
import { sayGrid as say } from '../../words/text.js';
import { compactGrid, groupName, letterWords, unreadWords } from '../grid.js';
import { type Look, proseWidth, wrap } from '../style.js';

const MOST_UNREAD = 5;
const MOST_GROUPS = 20;
const MOST_QUESTIONS = 10;
/** A list of names is worth its lines with --verbose alone. */
const NAMES_VERBOSE = 200;

/** Below the layers: one line for all nodes that say the same. Of a single row there is nothing to compare. */
export function gridLines(report: Report, { width, paint }: Look, verbose: boolean): string[] {
  const grid = compactGrid(report, verbose ? undefined : MOST_QUESTIONS);
  if (!report.merged || !grid || report.merged.grid.length < 2) return [];
  const { groups, questions, heads, more, fine } = grid;
  const shown = verbose ? groups : groups.slice(0, MOST_GROUPS);
  const names = shown.map((group) => oneLine(groupName(group, verbose ? NAMES_VERBOSE : 3)));
  const room = Math.max(8, Math.min(Math.max(...names.map((name) => [...name].length)), width - heads.length - 2));
  const lines = shown.map(({ letters }, at) => {
    const line = `${cut(names[at] ?? '', room).padEnd(room)}  ${letters.join('')}`;
    return letters.includes('X') ? paint.red(line) : paint.yellow(line);
  });
  const rest = groups.length - shown.length;
  return [
    ...wrap(say('title'), proseWidth(width)).map(paint.bold),
    `${' '.repeat(room)}  ${heads}`,
    ...lines,
    ...(rest > 0 ? [paint.dim(say('moreVerbose', { lines: counted(rest, 'moreLine') }))] : []),
    ...(fine ? [paint.green(say(`fine.${formOf(fine)}`, { count: fine }))] : []),
    ...questions.flatMap((asks, at) => wrap(oneLine(asks), proseWidth(width), `${heads[at]}  `)).map(paint.dim),
    ...(more > 0 ? [paint.dim(say('moreVerbose', { lines: counted(more, 'moreQuestion') }))] : []),
    ...wrap(legend(), proseWidth(width)).map(paint.dim),
    '',
  ];
}

function legend(): string {
  const [X, risk, open, ok, none] = (['X', '!', '?', '.', '-'] as const).map(letterWords) as [string, string, string, string, string];
  return say('legend', { X, risk, open, ok, none });
}

/** Files that were given and are not in the report: what is missing must not look OK. */
export function unreadLines({ merged }: Report, { width, paint }: Look): string[] {
  if (!merged || merged.unread.length === 0) return [];
  const lines = unreadWords(merged, MOST_UNREAD).flatMap((words) => wrap(oneLine(words), proseWidth(width), '- ', '  '));
  return [...wrap(say('notRead', { files: counted(merged.unread.length, 'file') }), proseWidth(width)).map(paint.bold), ...lines, ''];
}
