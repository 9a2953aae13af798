/** A grid for a terminal: every column as wide as its words ask, lines broken between words, and nothing left out. */
import Table from 'cli-table3';
import { oneLine } from '../../report/plain-text.js';
import type { Paint } from '../style.js';
import { wrap } from '../style.js';

export interface Cell {
  text: string;
  paint?: Paint;
}

/** A line is read no further than this, however wide the terminal. */
const WIDEST = 140;
/** Below this a list is read more easily. */
export const NARROW = 60;
/** A column of a word that does not fit has room for this at least. */
const LEAST = 8;
/** A longer word may be broken after a mark inside it, before other columns' words are put below each other. */
const LONG = 32;
/** So much more is little. */
const SMALL = 12;

export function gridTable(head: readonly string[], rows: readonly (readonly Cell[])[], width: number): string[] {
  const columns = head.map((title, at) => [title, ...rows.map((row) => oneLine(row[at]?.text ?? ''))]);
  // One border beside each column, one at the end, and a blank on both sides of a cell.
  const inner = widths(columns, Math.min(width, WIDEST) - 3 * head.length - 1);
  const table = new Table({
    head: head.map((title, at) => fitted(title, inner[at] ?? LEAST).join('\n')),
    colWidths: inner.map((each) => each + 2),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows)
    table.push(
      row.map(({ text, paint = plain }, at) =>
        fitted(text, inner[at] ?? LEAST)
          .map(paint)
          .join('\n'),
      ),
    );
  return table.toString().split('\n');
}

function plain(text: string): string {
  return text;
}

/** Of each column's cells, how wide it is inside; together at most `room`. */
function widths(columns: readonly (readonly string[])[], room: number): number[] {
  const whole = columns.map((cells) => Math.max(1, ...cells.map(lengthOf)));
  if (sum(whole) <= room) return whole;
  const words = columns.map((cells) => Math.min(LONG, Math.max(1, ...cells.flatMap((cell) => cell.split(' ').map(lengthOf)))));
  const short = shrunk(words, room);
  const least = [...short];
  // What is left is shared out alike; a column that needs little gets it, and leaves the rest to prose.
  const order = columns.map((_, at) => at).sort((a, b) => wish(a) - wish(b));
  let spare = room - sum(least);
  for (const [done, at] of order.entries()) {
    const alike = Math.floor(spare / (order.length - done));
    const share = Math.max(0, Math.min(wish(at), spare, Math.max(alike, SMALL)));
    least[at] = (least[at] ?? 0) + share;
    spare -= share;
  }
  return least;

  function wish(at: number): number {
    return (whole[at] ?? 0) - (short[at] ?? 0);
  }
}

/** The widest give way first. */
function shrunk(given: readonly number[], room: number): number[] {
  const result = [...given];
  while (sum(result) > room) {
    const widest = Math.max(...result);
    if (widest <= LEAST) break;
    result[result.indexOf(widest)] = widest - 1;
  }
  return result;
}

/** Between words; a word that is longer than the column after a mark inside it, as a path or a name is read. */
function fitted(text: string, width: number): string[] {
  const words = oneLine(text)
    .split(' ')
    .flatMap((word) => pieces([...word], width));
  return wrap(words.join(' '), width);
}

function pieces(word: readonly string[], width: number): string[] {
  if (word.length <= width) return [word.join('')];
  const seam = word.slice(0, width).findLastIndex((letter) => '/.:=,-_'.includes(letter));
  const end = seam > 0 ? seam + 1 : width;
  return [word.slice(0, end).join(''), ...pieces(word.slice(end), width)];
}

function lengthOf(text: string): number {
  return [...text].length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}
