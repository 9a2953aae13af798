/** The nodes of a merged report as a picture: a bar for those that are ok, and one for each cause that comes first on a node. */
import { flatten } from '../../judge/rank.js';
import type { GridRow, Merged, Report } from '../../model/report.js';
import { causeTitle } from '../../report/spoken.js';
import { withoutStop } from '../../report/words.js';
import { counted } from '../../words/formats.js';
import { sayPage as say } from '../../words/page.js';
import { letterAt } from '../grid.js';
import { bar, text } from './parts.js';

/** More would not be a picture; the findings have them all. */
const MOST_BARS = 10;
const OK = 'ok';
const OPEN = 'not known';

/** Empty where there is nothing to compare. */
export function spreadHtml(report: Report): string {
  const { merged } = report;
  if (!merged || merged.grid.length < 2) return '';
  const counts = new Map<string, number>();
  for (const row of merged.grid) {
    const first = firstOf(row, report);
    counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  const causes = [...counts].filter(([key]) => key !== OK && key !== OPEN).sort(([, a], [, b]) => b - a);
  const rest = causes.slice(MOST_BARS).reduce((sum, [, count]) => sum + count, 0);
  const bars: [words: string, count: number, kind: string][] = [
    [say('noFinding'), counts.get(OK) ?? 0, 'took'],
    ...causes.slice(0, MOST_BARS).map(([cause, count]): [string, number, string] => [titleOf(cause, report), count, 'took-bad']),
    [say('otherCauses'), rest, 'took-bad'],
    [say('notKnown'), counts.get(OPEN) ?? 0, 'took-open'],
  ];
  const rows = bars.filter(([, count]) => count > 0).map((each) => rowHtml(each, merged));
  return `<div class="scroll" tabindex="0" role="region" aria-label="${say('byFirstCause')}"><table class="spread"><caption>${say('spreadOf', { nodes: whatIsCounted(merged) })}</caption><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function rowHtml([words, count, kind]: [string, number, string], { grid }: Merged): string {
  const long = Math.max(5, Math.round((count / grid.length) * 1000));
  return `<tr><th scope="row">${text(words)}</th><td class="bar">${bar(0, long, kind)}</td><td class="ms">${say('countOf', { count, of: grid.length })}</td></tr>`;
}

/** A node that was asked from two networks has two rows. */
function whatIsCounted({ grid, nodes }: Merged): string {
  return grid.length === nodes
    ? counted(nodes, 'node')
    : say('reportsOf', { reports: counted(grid.length, 'report'), nodes: counted(nodes, 'node') });
}

/** Findings are in rank order, so the first that was seen there is the node's first. */
function firstOf(row: GridRow, { findings, results }: Report): string {
  const first = flatten(findings).find(
    ({ severity, seen }) => severity !== 'note' && seen?.nodes.includes(row.node) && seen.vantages.includes(row.vantage),
  );
  if (first) return first.cause;
  return results.some(({ required }, at) => required && letterAt(row, at) === '?') ? OPEN : OK;
}

function titleOf(cause: string, report: Report): string {
  const title = withoutStop(causeTitle(cause, report));
  return title.charAt(0).toUpperCase() + title.slice(1);
}
