/** What the agent may do, as a table: permission, allowed, feature lost. Grouped by feature; what is missing stands out without colour too. */
import { oneLine } from '../../report/plain-text.js';
import { featureWords } from '../../report/spoken.js';
import type { NeedRow } from '../../report/tables/rights.js';
import { sayRights as say } from '../../words/tables.js';
import { type Look, wrap } from '../style.js';
import { gridTable, NARROW } from './table.js';

/** Below 60 columns a list. */
export function rightsLines(rows: readonly NeedRow[], look: Look): string[] {
  return look.width < NARROW ? rows.flatMap((row) => listed(row, look)) : box(rows, look);
}

function box(rows: readonly NeedRow[], { width, paint }: Look): string[] {
  const cells = rows.map((row) => [
    { text: row.right },
    { text: words(row), paint: painter(row, paint) },
    { text: row.state === 'allowed' ? '' : lost(row) },
  ]);
  return gridTable([say('heads.permission'), say('heads.allowed'), say('heads.lost')], cells, width);
}

function listed(row: NeedRow, look: Look): string[] {
  return [
    ...wrap(say('row', { right: oneLine(row.right), state: words(row) }), look.width, '', '  '),
    ...(row.state === 'allowed' ? [] : wrap(lost(row), look.width, '  ')),
  ];
}

function lost({ loses, required, feature }: NeedRow): string {
  const words = { loses: featureWords(loses), feature };
  return required ? say('lostRequired', words) : say('lost', words);
}

function words({ state, verbs }: NeedRow): string {
  return state === 'denied' && verbs ? say('deniedVerbs', { verbs }) : say(`state.${state}`);
}

function painter({ state }: NeedRow, { green, red, yellow }: Look['paint']) {
  return { allowed: green, denied: red, unanswered: yellow }[state];
}
