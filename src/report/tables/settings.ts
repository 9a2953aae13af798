/** Agents' settings as rows: what is written, in the order of importance, which of it counts, and the defaults of the rest. */

import { effective } from '../../checks/settings/shared/configuration.js';
import type { AgentConfiguration, AgentContainer, AgentSetting } from '../../model/facts.js';
import { KNOWN_SETTINGS } from '../../profiles/datadog-settings.js';

/** A row as the JSON has it; keys and their meaning are kept. */
export interface SettingRow {
  setting: string;
  /** Null where only the pod, or a Secret, knows it. */
  value: string | null;
  from: string;
  /** `overruled`: another value of the same setting counts. `unread`: no agent reads this name. */
  state: 'counts' | 'default' | 'empty' | 'overruled' | 'unread';
  /** The name that is read. */
  instead?: string;
}

/** One container of one agent. */
export interface SettingsTable {
  agent: string;
  container: string;
  install: AgentConfiguration['install'];
  rows: SettingRow[];
  /** Of the agent's own container. */
  mounts?: { from: string; at: string }[];
}

/** Containers that say the same as the first are left out. */
export function settingsTables(configurations: readonly AgentConfiguration[]): SettingsTable[] {
  return configurations.flatMap(({ name, install, containers, pod }) => {
    const all = containers.map((container) => ({ container: container.container, rows: rowsOf(container) }));
    const [first] = all;
    const others = all.filter((each) => each !== first && JSON.stringify(each.rows) !== JSON.stringify(first?.rows));
    return [...(first ? [first] : []), ...others].map(({ container, rows }) => ({
      agent: name,
      container,
      install,
      rows,
      ...(container === first?.container && pod ? { mounts: pod.disks } : {}),
    }));
  });
}

function rowsOf(container: AgentContainer): SettingRow[] {
  const order = new Map(KNOWN_SETTINGS.map(({ variable }, at) => [variable, at]));
  const written = container.settings.map((setting) => rowOf(setting, effective(container, setting.variable)));
  const named = new Set([...container.settings.map(({ variable }) => variable), ...(container.open ?? [])]);
  const unset = KNOWN_SETTINGS.filter(({ variable }) => !named.has(variable)).map(
    ({ variable, standard }): SettingRow => ({ setting: variable, value: standard, from: 'default', state: 'default' }),
  );
  const at = ({ setting }: SettingRow) => order.get(setting) ?? -1;
  return [...written, ...unset].sort((a, b) => at(a) - at(b));
}

function rowOf(setting: AgentSetting, counting: AgentSetting | undefined): SettingRow {
  const { variable, value, source, from, meant } = setting;
  const state = meant ? 'unread' : setting === counting ? 'counts' : value === '' ? 'empty' : 'overruled';
  return {
    setting: variable,
    value: value ?? null,
    from: from ? `${from} (${source})` : source,
    state,
    ...(meant && { instead: meant.current }),
  };
}
