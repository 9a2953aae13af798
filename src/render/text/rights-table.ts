/** What the agent may do, as a table: need, allowed, feature lost. Grouped by feature; what is missing stands out by words, not by colour alone. */

import Table from 'cli-table3';
import { oneLine } from '../../report/plain-text.js';
import type { NeedRow } from '../../report/rights-table.js';
import { type Look, wrap } from '../style.js';

const NARROW = 60;
const WIDEST = 140;
const STATES: Record<NeedRow['state'], string> = { allowed: '✓ yes', denied: 'NO', unanswered: '? not ours to ask' };

/** Below 60 columns a list. */
export function rightsLines(rows: readonly NeedRow[], look: Look): string[] {
  return look.width < NARROW ? rows.flatMap((row) => listed(row, look)) : box(rows, look);
}

function box(rows: readonly NeedRow[], { width, paint }: Look): string[] {
  const total = Math.min(width, WIDEST);
  const answer = 13;
  const right = Math.floor((total - answer - 4) * 0.5);
  const colWidths = [right, answer, total - right - answer - 4];
  const table = new Table({
    head: ['needs', 'allowed', 'without it is lost'],
    colWidths,
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: { head: [], border: [] },
  });
  for (const row of rows) table.push([oneLine(row.right), painted(row, paint), oneLine(row.state === 'allowed' ? '' : lost(row))]);
  return table.toString().split('\n');
}

function listed(row: NeedRow, look: Look): string[] {
  return [
    ...wrap(`${oneLine(row.right)}: ${words(row)}`, look.width, '', '  '),
    ...(row.state === 'allowed' ? [] : wrap(lost(row), look.width, '  ')),
  ];
}

function lost({ loses, required, feature }: NeedRow): string {
  return `${loses} (${feature}${required ? ', required' : ''})`;
}

function words({ state, verbs }: NeedRow): string {
  return state === 'denied' && verbs ? `NO ${verbs}` : STATES[state];
}

function painted(row: NeedRow, { green, red, yellow }: Look['paint']): string {
  const paint = { allowed: green, denied: red, unanswered: yellow }[row.state];
  return paint(words(row));
}
