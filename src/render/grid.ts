/** The nodes of a merged report against its questions: what each format shows of them. */
import type { GridRow, Merged, Report, Result } from '../model/report.js';
import { someOf } from '../report/merge/order.js';

/** What a letter of the grid means. Anything else is `-`. */
export const LETTERS = { '.': 'ok', X: 'fails', '!': 'risk or note', '?': 'not answered', '-': 'does not apply' } as const;
export type Letter = keyof typeof LETTERS;

/** Marks of the columns in text; more questions than marks are left to the page and the JSON. */
const MARKS = 'ABCDEFGHIJKLMNOPQRSTUVWYZabcdefghijklmnopqrstuvwyz';

export function letterAt({ states }: GridRow, at: number): Letter {
  const letter = states[at] ?? '-';
  return letter in LETTERS ? (letter as Letter) : '-';
}

/** `n1`, or `n1, pod network` where there are several networks. */
export function rowName({ node, vantage }: GridRow, merged: Merged): string {
  const several = new Set(merged.grid.map((row) => row.vantage)).size > 1;
  return several && vantage ? `${node}, ${vantage}` : node;
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

/** Rows that say the same, as one. */
export interface Group {
  names: string[];
  letters: string;
}

export interface CompactGrid {
  groups: Group[];
  /** `A kubelet-certificate` */
  legend: string[];
  heads: string;
  /** Rows without trouble. */
  well: number;
}

/** Only rows with trouble and columns in which there is any; undefined where no row has. */
export function compactGrid(report: Report): CompactGrid | undefined {
  const { merged } = report;
  if (!merged) return undefined;
  const columns = columnsWith(report, ['X', '!', '?'])
    .filter(({ at, result }) => result.required || merged.grid.some((row) => 'X!'.includes(letterAt(row, at))))
    .slice(0, MARKS.length);
  const groups = new Map<string, Group>();
  let well = 0;
  for (const row of merged.grid) {
    const letters = columns.map(({ at }) => letterAt(row, at)).join('');
    if (!/[X!?]/.test(letters)) {
      well += 1;
      continue;
    }
    const group = groups.get(letters) ?? { names: [], letters };
    group.names.push(rowName(row, merged));
    groups.set(letters, group);
  }
  if (groups.size === 0) return undefined;
  const legend = columns.map(({ result }, at) => `${MARKS[at]} ${result.question}`);
  return { groups: [...groups.values()], legend, heads: MARKS.slice(0, columns.length), well };
}

/** Files that could not be read, some of them by name. */
export function unreadWords({ unread }: Merged, most: number): string[] {
  const shown = unread.slice(0, most).map(({ file, why }) => `${file}: ${why}`);
  return unread.length > most ? [...shown, `and ${unread.length - most} more`] : shown;
}

export function groupName({ names }: Group, most = 3): string {
  return someOf(names, most);
}
