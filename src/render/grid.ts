/** The nodes of a merged report against its questions: what each format shows of them. */
import type { GridRow, Merged, Report, Result } from '../model/report.js';
import { asksOf } from '../report/spoken.js';
import { someOf } from '../words/formats.js';
import { sayPage } from '../words/page.js';
import { sayMerged } from '../words/report.js';
import { sayGrid } from '../words/text.js';
import { targetWords } from './layer-words.js';

/** Letters of the grid. Anything else is `-`. */
const LETTERS = ['.', 'X', '!', '?', '-'] as const;
export type Letter = (typeof LETTERS)[number];

/** What a letter means. */
export function letterWords(letter: Letter): string {
  return sayGrid(`letter.${letter}`);
}

/** Marks of the columns in text; more questions than marks are left to the page and the JSON. */
const MARKS = 'ABCDEFGHIJKLMNOPQRSTUVWYZabcdefghijklmnopqrstuvwyz';

export function letterAt({ states }: GridRow, at: number): Letter {
  return LETTERS.find((letter) => letter === states[at]) ?? '-';
}

/** How each row is called: `n1`, or `n1, pod network` where there are several networks. */
export function rowNames({ grid }: Merged): (row: GridRow) => string {
  const several = new Set(grid.map((row) => row.vantage)).size > 1;
  return ({ node, vantage }) => (several && vantage ? `${node}, ${vantage}` : node);
}

/** A column of the grid: its place in `results`, and the question. */
export interface Column {
  at: number;
  result: Result;
}

/** Columns in which some row says one of the letters, those with the most trouble first. */
export function columnsWith({ results, merged }: Report, letters: readonly Letter[]): Column[] {
  const rows = merged?.grid ?? [];
  const weight = (at: number) => (['X', '!', '?', '.'] as const).map((letter) => rows.filter((row) => letterAt(row, at) === letter).length);
  return results
    .map((result, at) => ({ result, at, weight: weight(at) }))
    .filter(({ at }) => rows.some((row) => letters.includes(letterAt(row, at))))
    .sort((a, b) => a.weight.reduce((order, count, index) => order || (b.weight[index] ?? 0) - count, 0) || a.at - b.at)
    .map(({ at, result }) => ({ at, result }));
}

/** The question of a column; with whom it was put to, where it was put to both servers. */
export function questionWords({ result }: Column, columns: readonly Column[]): string {
  const asks = asksOf(result);
  const twice = columns.filter((each) => each.result.question === result.question).length > 1;
  return twice ? sayPage('aboutTarget', { asks, target: targetWords(result.target) }) : asks;
}

/** Rows that say the same, as one. */
export interface Group {
  names: string[];
  letters: Letter[];
}

export interface CompactGrid {
  groups: Group[];
  /** The question of each column. */
  questions: string[];
  /** A mark for each of them. */
  heads: string;
  /** Columns left out. */
  more: number;
  /** Rows without trouble. */
  fine: number;
}

/** Only rows with trouble and columns in which there is any, the worst ones where there are more than `most`; undefined where no row has. */
export function compactGrid(report: Report, most = MARKS.length): CompactGrid | undefined {
  const { merged } = report;
  if (!merged) return undefined;
  const isTrouble = ({ at, result }: Column) => result.required || merged.grid.some((row) => 'X!'.includes(letterAt(row, at)));
  // In a bundle most is of the cluster, or open on all nodes: that tells none of them from another, and none is OK by it.
  const tellsApart = ({ at }: Column) =>
    merged.grid.some((row) => 'X!'.includes(letterAt(row, at))) && new Set(merged.grid.map((row) => letterAt(row, at))).size > 1;
  const all = columnsWith(report, ['X', '!', '?']).filter(report.where.bundle ? tellsApart : isTrouble);
  const columns = all.slice(0, Math.min(most, MARKS.length));
  const groups = new Map<string, Group>();
  const nameOf = rowNames(merged);
  let fine = 0;
  for (const row of merged.grid) {
    if (!all.some(({ at }) => 'X!?'.includes(letterAt(row, at)))) {
      fine += report.where.bundle ? 0 : 1;
      continue;
    }
    const letters = columns.map(({ at }) => letterAt(row, at));
    const key = letters.join('');
    const group = groups.get(key) ?? { names: [], letters };
    group.names.push(nameOf(row));
    groups.set(key, group);
  }
  if (groups.size === 0) return undefined;
  const questions = columns.map((column) => questionWords(column, columns));
  return { groups: [...groups.values()], questions, heads: MARKS.slice(0, columns.length), more: all.length - columns.length, fine };
}

/** Files that could not be read, some of them by name. */
export function unreadWords({ unread }: Merged, most: number): string[] {
  const shown = unread.slice(0, most).map(({ file, why }) => sayMerged('notRead', { file, why }));
  return unread.length > most ? [...shown, sayMerged('andMore', { count: unread.length - most })] : shown;
}

export function groupName({ names }: Group, most = 3): string {
  return someOf(names, most);
}
