/** `kubelet-doctor settings`: each setting of an agent, its value, and where it comes from; then what its pod mounts of the node. */
import Table from 'cli-table3';
import { oneLine } from '../../report/plain-text.js';
import type { SettingRow, SettingsTable } from '../../report/settings-table.js';
import { type Look, wrap } from '../style.js';

const NARROW = 60;
const WIDEST = 140;

/** `verbose` adds defaults; without it those of settings nobody set are counted. */
export function settingsLines(table: SettingsTable, look: Look, verbose: boolean): string[] {
  const { agent, container, rows, install, mounts } = table;
  const shown = rows.filter(({ state, setting }) => verbose || state !== 'default' || ALWAYS.has(setting));
  const hidden = rows.length - shown.length;
  const kind = install === 'host' ? ', installed on the node' : '';
  return [
    ...wrap(`${agent[0]?.toUpperCase()}${agent.slice(1)}${container ? `, container ${container}` : ''}${kind}`, look.width).map(
      look.paint.bold,
    ),
    ...(look.width < NARROW ? shown.flatMap((row) => listed(row, look)) : box(shown, look)),
    ...(hidden > 0 ? [look.paint.dim(`${hidden} more at their defaults: --verbose lists them.`)] : []),
    ...(mounts ? mountLines(mounts, look) : []),
  ];
}

/** Shown whoever sets them: without them nothing works. */
const ALWAYS = new Set(['DD_KUBERNETES_KUBELET_HOST', 'DD_KUBERNETES_HTTPS_KUBELET_PORT', 'DD_KUBELET_TLS_VERIFY']);

function valueText({ value, state, instead }: SettingRow): string {
  if (state === 'unread') return `not read: it is called ${instead}`;
  if (state === 'overruled') return `overruled: ${value ?? 'known in the pod'}`;
  if (state === 'empty') return 'empty: not set';
  if (value === null) return 'known in the pod';
  return value === '' ? 'not set' : value;
}

function painted(row: SettingRow, { paint }: Look): (text: string) => string {
  const { state } = row;
  return state === 'unread' || state === 'empty'
    ? paint.red
    : state === 'overruled'
      ? paint.yellow
      : state === 'default'
        ? paint.dim
        : (text) => text;
}

function box(rows: readonly SettingRow[], look: Look): string[] {
  const total = Math.min(look.width, WIDEST) - 4;
  const setting = Math.min(Math.max(...rows.map((row) => row.setting.length), 8) + 2, Math.floor(total * 0.46));
  const value = Math.min(Math.max(...rows.map((row) => valueText(row).length), 8) + 2, Math.floor(total * 0.25));
  const colWidths = [setting, value, total - setting - value];
  const table = new Table({ head: ['setting', 'value', 'from'], colWidths, style: { head: [], border: [], compact: true } });
  for (const row of rows) {
    const [name, said, from] = [row.setting, valueText(row), row.from].map((text, at) => fitted(text, (colWidths[at] ?? 0) - 2));
    table.push([name, said?.split('\n').map(painted(row, look)).join('\n'), from]);
  }
  return table.toString().split('\n');
}

/** Broken between words, and a word that is longer than the column within itself: nothing is left out. */
function fitted(text: string, width: number): string {
  const words = oneLine(text)
    .split(' ')
    .flatMap((word) => [...word].flatMap((_, at, all) => (at % width === 0 ? [all.slice(at, at + width).join('')] : [])));
  return wrap(words.join(' '), width).join('\n');
}

function listed(row: SettingRow, look: Look): string[] {
  return [
    ...wrap(`${oneLine(row.setting)}: ${valueText(row)}`, look.width, '', '  '),
    ...wrap(oneLine(row.from), look.width, '  ').map(look.paint.dim),
  ];
}

function mountLines(mounts: readonly { from: string; at: string }[], look: Look): string[] {
  const all = mounts.map(({ from, at }) => (from === at ? from : `${from} at ${at}`)).join(', ') || 'nothing';
  const text = `Of its node it mounts ${all}. A partition has disk metrics only where something on it is among these.`;
  return wrap(text, look.width);
}
