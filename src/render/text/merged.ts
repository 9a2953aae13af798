/** What a merged report has beyond one of a single node: which nodes have which trouble, and which files could not be read. */
import type { Report } from '../../model/report.js';
import { cut, oneLine } from '../../report/plain-text.js';
import { counted } from '../../report/words.js';
import { compactGrid, groupName, LETTERS, unreadWords } from '../grid.js';
import { type Look, proseWidth, wrap } from '../style.js';

const MOST_UNREAD = 5;
const MOST_GROUPS = 20;
/** A list of names is worth its lines with --verbose alone. */
const NAMES_VERBOSE = 200;

/** Below the layers: one line for all nodes that say the same. Of a single row there is nothing to compare. */
export function gridLines(report: Report, { width, paint }: Look, verbose: boolean): string[] {
  const grid = compactGrid(report);
  if (!report.merged || !grid || report.merged.grid.length < 2) return [];
  const { groups, legend, heads, well } = grid;
  const shown = verbose ? groups : groups.slice(0, MOST_GROUPS);
  const names = shown.map((group) => oneLine(groupName(group, verbose ? NAMES_VERBOSE : 3)));
  const room = Math.max(8, Math.min(Math.max(...names.map((name) => [...name].length)), width - heads.length - 2));
  const lines = shown.map(({ letters }, at) => {
    const line = `${cut(names[at] ?? '', room).padEnd(room)}  ${letters}`;
    return letters.includes('X') ? paint.red(line) : paint.yellow(line);
  });
  const rest = groups.length - shown.length;
  return [
    ...wrap('Trouble, node by node:', proseWidth(width)).map(paint.bold),
    `${' '.repeat(room)}  ${heads}`,
    ...lines,
    ...(rest > 0 ? [paint.dim(`and ${counted(rest, 'more line')}: --verbose`)] : []),
    ...(well
      ? [paint.green(`${counted(well, 'other')} well`.replace('others well', 'others are well').replace('other well', 'other is well'))]
      : []),
    ...wrap(
      `${legend.join(', ')}. X ${LETTERS.X}, ! ${LETTERS['!']}, ? ${LETTERS['?']}, . ${LETTERS['.']}, - ${LETTERS['-']}.`,
      proseWidth(width),
    ).map(paint.dim),
    '',
  ];
}

/** Files that were given and are not in the report: what is missing must not look well. */
export function unreadLines({ merged }: Report, { width, paint }: Look): string[] {
  if (!merged || merged.unread.length === 0) return [];
  const lines = unreadWords(merged, MOST_UNREAD).flatMap((words) => wrap(oneLine(words), proseWidth(width), '- ', '  '));
  return [
    ...wrap(`Not read, and not in this report: ${counted(merged.unread.length, 'file')}`, proseWidth(width)).map(paint.bold),
    ...lines,
    '',
  ];
}
