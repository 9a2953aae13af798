/** The grid of a merged report as JUnit: a suite for each node and network, a test for each question. */
import { flatten } from '../judge/rank.js';
import type { Finding, GridRow, Merged, Report, Result } from '../model/report.js';
import { letterAt, letterWords, rowNames } from './grid.js';

/** One row: whose it is, and what became of each question there. */
export interface NodeSuite {
  name: string;
  row: GridRow;
  results: Result[];
}

/** The report's results with the outcome they have in each row. */
export function nodeSuites(report: Report, merged: Merged): NodeSuite[] {
  const findings = flatten(report.findings);
  const nameOf = rowNames(merged);
  return merged.grid.map((row) => ({
    name: nameOf(row),
    row,
    results: report.results.map((result, at) => resultIn(row, result, at, findings)),
  }));
}

function resultIn(row: GridRow, result: Result, at: number, findings: readonly Finding[]): Result {
  const { cause: _, note: __, ...asked } = result;
  const letter = letterAt(row, at);
  const said = { note: { id: 'merged', args: {}, en: letterWords(letter) } };
  if (letter === '.') return { ...asked, outcome: 'pass' };
  if (letter === '-') return { ...asked, outcome: 'not-applicable' };
  if (letter === '?') return { ...asked, outcome: 'cannot-tell', ...said };
  const finding = findings.find(
    ({ question, target, seen }) =>
      question === result.question && target === result.target && seen?.nodes.includes(row.node) && seen.vantages.includes(row.vantage),
  );
  return { ...asked, outcome: 'problem', ...(finding ? { cause: finding.cause } : {}) };
}
