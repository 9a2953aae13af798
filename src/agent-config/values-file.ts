/**
 * Values of the chart, or a DatadogAgent of the operator, as the agent that comes of them: its settings with the keys they come from, and the
 * pod as far as the file decides it. What they leave to chart or operator is taken as these do it, and what depends on their version is not said.
 */
import { printable, SENTENCE } from '../host/redact.js';
import { record, valueAt } from '../kubernetes/json.js';
import type { AgentWorkload } from '../model/facts/placement.js';
import type { AgentConfiguration, AgentSetting } from '../model/facts.js';
import { CHART } from './chart-values.js';
import { OPERATOR } from './operator-values.js';
import { reduceDaemonSet } from './reduce-workload.js';
import { badTolerations, type ConfigMaps, readTemplate, settingFrom } from './template-settings.js';
import { DEFAULT_OF, type Form, type Get, type Line } from './values-form.js';
import { CHART_KEYS, OPERATOR_KEYS, unreadKeys } from './values-keys.js';

const HOST = 'DD_KUBERNETES_KUBELET_HOST';

export interface AgentInFile {
  workload: AgentWorkload;
  configuration: AgentConfiguration;
}

/** The agent of one document of a file, or the key by which it makes none; nothing where it is neither form. */
export function agentInValues(json: unknown, file: string): AgentInFile | { off: string } | undefined {
  const { kind, apiVersion, metadata } = record(json);
  const isOperator = kind === 'DatadogAgent' && String(apiVersion).startsWith('datadoghq.com/');
  if (!isOperator && (kind !== undefined || apiVersion !== undefined)) return undefined;
  const root = isOperator ? json : valuesOf(json);
  if (root === undefined) return undefined;
  const name = printable(isOperator ? `DatadogAgent ${String(record(metadata).name)} in ${file}` : `the values in ${file}`, SENTENCE);
  return readForm(isOperator ? OPERATOR : CHART, root, name, record(metadata));
}

/** Sections that no other chart has. */
const CLUSTER_SECTIONS = ['clusterAgent', 'clusterChecksRunner', 'existingClusterAgent'];
const PROVIDERS = ['gke', 'eks', 'aks', 'talos'];

/** As the chart takes them, or as a chart that has it as a dependency. */
function valuesOf(json: unknown): unknown {
  const { datadog, agents } = record(json);
  const below = record(datadog);
  if (below.datadog !== undefined || below.agents !== undefined) return datadog;
  const { targetSystem, providers, ...sections } = record(json);
  const isMapping = (value: unknown) => value !== null && typeof value === 'object' && !Array.isArray(value);
  const isOfChart =
    isMapping(datadog) ||
    isMapping(agents) ||
    CLUSTER_SECTIONS.some((section) => isMapping(sections[section])) ||
    PROVIDERS.some((provider) => isMapping(record(providers)[provider])) ||
    targetSystem === 'windows';
  return isOfChart ? json : undefined;
}

function readForm(form: Form, root: unknown, name: string, metadata: Record<string, unknown>): AgentInFile | { off: string } | undefined {
  const get: Get = (key) => valueAt(root, form.at(key).split('.'));
  const off = form.off(get);
  if (off !== undefined) return { off };
  const podSpec = form.pod(get);
  const { namespace = '', name: own } = metadata;
  const lists = (keys: readonly string[]) => keys.flatMap((key) => envOf(get(key), form.at(key)));
  const made = [
    ...hostIn(form, get, root),
    ...settingsOf(form.before(get, String(own ?? 'datadog'))),
    ...lists(form.env),
    ...settingsOf(form.after(get)),
    ...lists(form.own),
  ];
  const unread = unreadKeys(form.form === 'chart' ? CHART_KEYS : OPERATOR_KEYS, form.form === 'chart' ? root : record(root).spec, form.at);
  // The later ones count.
  const settings = [...unread, ...made.reverse()];
  const open = form.open(get).filter((variable) => !settings.some((setting) => setting.variable === variable));
  const template = readTemplate(podSpec, 'file', name, new Map(), settings);
  // Whoever moves them to where they are read moves the operator along.
  const read = form.at(form.tolerations);
  const elsewhere = unread.filter(({ meant }) => meant?.current === read).map(({ variable }) => variable);
  const bad = [read, ...elsewhere].flatMap((key) =>
    badTolerations(valueAt(root, key.split('.')), key).map((each) => ({ ...each, ...(key !== read && { unread: true as const }) })),
  );
  const pod = template.pod && { ...template.pod, ...(bad.length > 0 && { badTolerations: bad }) };
  const configuration = {
    ...template,
    ...(pod && { pod }),
    containers: [{ container: 'agent', settings, ...(open.length > 0 && { open }) }],
  };
  const marked = { name: String(own ?? 'datadog'), namespace: String(namespace) };
  const workload = reduceDaemonSet({ metadata: marked, spec: { template: { spec: podSpec } } });
  return workload && { workload: { ...workload, manager: form.form === 'chart' ? 'helm' : 'operator', datadog: true }, configuration };
}

function settingsOf(lines: readonly Line[]): AgentSetting[] {
  return lines.flatMap(({ variable, value, source, from, standard }) =>
    settingFrom(variable, value, source, from).map((setting) => ({ ...setting, ...(standard && { standard }) })),
  );
}

/** A value, or where one is taken from: `valueFrom` in the chart, its content in a DatadogAgent. Set to null, the chart's own is gone as well. */
function hostIn(form: Form, get: Get, root: unknown): AgentSetting[] {
  const value = get(form.host);
  const source = form.at(form.host);
  if (value === undefined && isTakenAway(root, source)) return [];
  if (value === undefined) return settingsOf([{ variable: HOST, from: 'status.hostIP', source: DEFAULT_OF[form.form], standard: true }]);
  if (typeof value !== 'object') return settingFrom(HOST, String(value), source);
  return envOf([{ name: HOST, ...(form.form === 'chart' ? value : { valueFrom: value }) }], source);
}

function isTakenAway(root: unknown, key: string): boolean {
  const [last = '', ...above] = key.split('.').reverse();
  return record(valueAt(root, above.reverse()))[last] === null;
}

/** Read as a container's, in the order of the file, each under the key it stands at; the chart also has mappings of plain values. */
function envOf(env: unknown, source: string): AgentSetting[] {
  const none: ConfigMaps = new Map();
  const all = Array.isArray(env) ? env : Object.entries(record(env)).map(([name, value]) => ({ name, value }));
  const { containers } = readTemplate({ containers: [{ name: 'agent', env: all }] }, 'file', '', none);
  return (containers[0]?.settings ?? []).map((setting) => ({ ...setting, source })).reverse();
}
