/** The grid of a merged report: nodes against questions, trouble first in both directions. Every cell has a sign and a word. */
import type { GridRow, Report } from '../../model/report.js';
import { asksOf } from '../../report/spoken.js';
import { counted, formOf } from '../../words/formats.js';
import { sayPage as say } from '../../words/page.js';
import { type Column, columnsWith, type Letter, letterAt, letterWords, questionWords, rowNames } from '../grid.js';
import { escapeAttribute } from '../xml.js';
import { text } from './parts.js';

const LETTER_SIGNS: Record<Letter, string> = { '.': '✓', X: '✗', '!': '!', '?': '?', '-': '–' };
const KINDS: Record<Letter, string> = { '.': 'ok', X: 'failed', '!': 'warned', '?': 'open', '-': 'not-asked' };
/** More rows make a page no browser scrolls; the worst come first, and the JSON has all. */
const MOST_ROWS = 500;
const MOST_UNREAD = 50;

/** Empty for a report that is not merged. */
export function gridHtml(report: Report): string {
  const { merged } = report;
  if (!merged) return '';
  const columns = columnsWith(report, ['X', '!', '?', '.']);
  if (columns.length === 0) return '';
  const rows = merged.grid.slice(0, MOST_ROWS);
  const left = report.results.length - columns.length;
  const beside = left ? ` ${say(`beside.${formOf(left)}`, { checks: counted(left, 'check') })}` : '';
  const caption = say('caption', { nodes: counted(merged.nodes, 'node'), checks: counted(columns.length, 'check') });
  const rest = merged.grid.length - rows.length;
  const nameOf = rowNames(merged);
  const more = rest ? `<p class="soft">${say('lessTrouble', { rows: counted(rest, 'moreRow') })}</p>` : '';
  const head = `<tr><th scope="col">${say('node')}</th>${columns.map((column) => headOf(column, columns)).join('')}</tr>`;
  return [
    `<ul class="key">${(['X', '!', '?', '.', '-'] as const).map((letter) => `<li><span class="t-${KINDS[letter]}" aria-hidden="true">${LETTER_SIGNS[letter]}</span> ${letterWords(letter)}</li>`).join('')}</ul>`,
    `<div class="scroll matrix" tabindex="0" role="region" aria-label="${escapeAttribute(say('nodesAndChecks'))}">`,
    `<table><caption>${caption}${beside}</caption>`,
    `<thead>${head}</thead>`,
    `<tbody>${rows.map((row) => rowHtml(row, columns, nameOf(row))).join('\n')}</tbody></table></div>`,
    more,
    `<details><summary>${say('namesInJson')}</summary><dl class="asks">${columns.map(({ result }) => `<dt><code>${text(result.question)}</code></dt><dd>${text(asksOf(result))}</dd>`).join('\n')}</dl></details>`,
  ].join('\n');
}

/** In words, for a name of ours says nothing to a stranger. One question may be put to two servers. */
function headOf(column: Column, columns: readonly Column[]): string {
  return `<th scope="col" title="${escapeAttribute(column.result.question)}"><span>${text(questionWords(column, columns))}</span></th>`;
}

function rowHtml(row: GridRow, columns: readonly Column[], name: string): string {
  const cells = columns.map(({ at }) => {
    const letter = letterAt(row, at);
    return `<td class="m-${KINDS[letter]}"><span aria-hidden="true">${LETTER_SIGNS[letter]}</span><span class="hear">${letterWords(letter)}</span></td>`;
  });
  return `<tr><th scope="row">${text(name)}</th>${cells.join('')}</tr>`;
}

/** Files that were given and are in no row. */
export function unreadHtml({ merged }: Report): string {
  if (!merged || merged.unread.length === 0) return '';
  const items = merged.unread.slice(0, MOST_UNREAD).map(({ file, why }) => `<li><code>${text(file)}</code> ${text(why)}</li>`);
  const rest = merged.unread.length - items.length;
  return `<ul class="plain">${items.join('\n')}${rest > 0 ? `<li>${say('andMore', { count: rest })}</li>` : ''}</ul>`;
}
