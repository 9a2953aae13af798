/** The report as JSON, for machines: the summary first, one line unless asked otherwise, nothing in it that a terminal would obey. */
import type { Report } from '../model/report.js';
import { escapeInJson } from '../words/visible.js';

/** The order of the top level, kept for ever: other tools match the beginning of the line. */
const ORDER = [
  'summary',
  'reportVersion',
  'tool',
  'startedAt',
  'durationMs',
  'where',
  'asked',
  'findings',
  'results',
  'layers',
  'timings',
  'settings',
  'causes',
  'evidence',
] as const satisfies readonly (keyof Report)[];

/** Without a newline at the end. Fields of a later minor version, when a saved report is rendered again, are kept at the end. */
export function renderJson(report: Report, { pretty }: { pretty: boolean }): string {
  const first = ORDER.map((key) => [key, report[key]] as const);
  const later = Object.entries(report).filter(([key]) => !(ORDER as readonly string[]).includes(key));
  return jsonText(Object.fromEntries([...first, ...later]), { pretty });
}

/** Any value as JSON that a terminal obeys nothing of. */
export function jsonText(value: unknown, { pretty }: { pretty: boolean }): string {
  // JSON escapes C0 by itself; the others reach a terminal too (C1 holds an escape of one character), or reorder what it shows.
  return escapeInJson(JSON.stringify(value, undefined, pretty ? 2 : undefined));
}
