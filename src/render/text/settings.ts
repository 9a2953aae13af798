/** `kubelet-doctor settings`: each setting of an agent, its value, and where it comes from; then what its pod mounts of the node. */
import { oneLine } from '../../report/plain-text.js';
import type { SettingRow, SettingsTable } from '../../report/tables/settings.js';
import { saySettings as say } from '../../words/tables.js';
import { type Look, wrap } from '../style.js';
import { gridTable, NARROW } from './table.js';

/** `verbose` adds defaults; without it those of settings nobody set are counted. */
export function settingsLines(table: SettingsTable, look: Look, verbose: boolean): string[] {
  const { agent, container, rows, install, mounts } = table;
  const shown = rows.filter(({ state, setting }) => verbose || state !== 'default' || ALWAYS.has(setting));
  const hidden = rows.length - shown.length;
  const name = `${agent[0]?.toUpperCase()}${agent.slice(1)}`;
  const inside = container ? say('container', { agent: name, container }) : name;
  return [
    ...wrap(install === 'host' ? say('onNode', { agent: inside }) : inside, look.width).map(look.paint.bold),
    ...(look.width < NARROW ? shown.flatMap((row) => listed(row, look)) : box(shown, look)),
    ...(hidden > 0 ? [look.paint.dim(say('hidden', { count: hidden }))] : []),
    ...(mounts ? mountLines(mounts, look) : []),
  ];
}

/** Always shown: without them nothing works. */
const ALWAYS = new Set(['DD_KUBERNETES_KUBELET_HOST', 'DD_KUBERNETES_HTTPS_KUBELET_PORT', 'DD_KUBELET_TLS_VERIFY']);

function valueText({ value, state, instead }: SettingRow): string {
  if (state === 'unread') return say('unread', { instead: instead ?? '' });
  if (state === 'overruled') return value === null ? say('overriddenInPod') : say('overridden', { value });
  if (state === 'empty') return say('empty');
  if (value === null) return say('inPod');
  return value === '' ? say('notSet') : value;
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
  const cells = rows.map((row) => {
    const paint = painted(row, look);
    return [{ text: row.setting, paint }, { text: valueText(row), paint }, { text: row.from }];
  });
  return gridTable([say('heads.setting'), say('heads.value'), say('heads.from')], cells, look.width);
}

function listed(row: SettingRow, look: Look): string[] {
  return [
    ...wrap(say('row', { setting: oneLine(row.setting), value: valueText(row) }), look.width, '', '  '),
    ...wrap(oneLine(row.from), look.width, '  ').map(look.paint.dim),
  ];
}

function mountLines(mounts: readonly { from: string; at: string }[], look: Look): string[] {
  const all = mounts.map(({ from, at }) => (from === at ? from : say('mount', { from, at }))).join(', ');
  return wrap(all ? say('mounts', { mounts: all }) : say('mountsNothing'), look.width);
}
