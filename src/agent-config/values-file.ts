/**
 * Values of the chart, or a DatadogAgent of the operator, as the agent that comes of them: its settings with the keys they come from, and the
 * pod as far as the file decides it (helm-charts datadog templates/daemonset.yaml, _components-common-env.yaml; datadog-operator
 * global/kubelet, component/agent). What they leave to chart or operator is taken as these do it.
 */
import { posix } from 'node:path';
import { printable, SENTENCE } from '../host/redact.js';
import { list, record, valueAt } from '../kubernetes/json.js';
import { differingLetters } from '../kubernetes/near.js';
import type { AgentWorkload } from '../model/facts/placement.js';
import type { AgentConfiguration, AgentSetting } from '../model/facts.js';
import { HOST_MOUNTS } from '../probes/machine/mounts.js';
import { KNOWN_SETTINGS } from '../profiles/datadog-settings.js';
import { reduceDaemonSet } from './reduce-workload.js';
import { type ConfigMaps, readTemplate, settingFrom } from './template-settings.js';

const HOST = 'DD_KUBERNETES_KUBELET_HOST';

export interface AgentInFile {
  workload: AgentWorkload;
  configuration: AgentConfiguration;
}

/** Where each form keeps what we read. Lists of variables: strongest first. */
interface Form {
  form: 'chart' | 'operator';
  at(key: string): string;
  key(known: (typeof KNOWN_SETTINGS)[number]): string | undefined;
  env: readonly string[];
  pod: Readonly<Record<'hostNetwork' | 'tolerations' | 'nodeSelector' | 'affinity' | 'priorityClassName' | 'volumes', string>>;
  mounts: string;
  kubelet: string;
  kubeletKeys: readonly string[];
  /** Where the CA of the node is mounted for the agent. */
  ca(hostPath: string): string;
}

const FORMS: readonly Form[] = [
  {
    form: 'chart',
    at: (key) => key,
    key: ({ chart }) => chart,
    env: ['agents.containers.agent.env', 'datadog.env'],
    pod: {
      hostNetwork: 'agents.useHostNetwork',
      tolerations: 'agents.tolerations',
      nodeSelector: 'agents.nodeSelector',
      affinity: 'agents.affinity',
      priorityClassName: 'agents.priorityClassName',
      volumes: 'agents.volumes',
    },
    mounts: 'agents.volumeMounts',
    kubelet: 'datadog.kubelet',
    kubeletKeys: [
      ...['host', 'tlsVerify', 'hostCAPath', 'agentCAPath', 'useApiServer', 'fineGrainedAuthorization', 'podLogsPath'],
      ...['podResourcesSocketDir', 'coreCheckEnabled'],
    ],
    ca: (hostPath) => `/var/run/kubelet-ca/${posix.basename(hostPath)}`,
  },
  {
    form: 'operator',
    at: (key) => `spec.${key}`,
    key: ({ operator }) => operator,
    env: ['override.nodeAgent.containers.agent.env', 'override.nodeAgent.env', 'global.env'],
    pod: {
      hostNetwork: 'override.nodeAgent.hostNetwork',
      tolerations: 'override.nodeAgent.tolerations',
      nodeSelector: 'override.nodeAgent.nodeSelector',
      affinity: 'override.nodeAgent.affinity',
      priorityClassName: 'override.nodeAgent.priorityClassName',
      volumes: 'override.nodeAgent.volumes',
    },
    mounts: 'override.nodeAgent.containers.agent.volumeMounts',
    kubelet: 'global.kubelet',
    kubeletKeys: ['host', 'tlsVerify', 'hostCAPath', 'agentCAPath', 'podLogsPath', 'podResourcesSocketPath'],
    ca: () => '/var/run/host-kubelet-ca.crt',
  },
];

/** The agent of one document of a file; nothing where it is neither form. */
export function agentInValues(json: unknown, file: string): AgentInFile | undefined {
  const { kind, apiVersion, metadata } = record(json);
  const isOperator = kind === 'DatadogAgent' && String(apiVersion).startsWith('datadoghq.com/');
  if (!isOperator && (kind !== undefined || apiVersion !== undefined)) return undefined;
  const root = isOperator ? json : valuesOf(json);
  const form = FORMS.find((each) => each.form === (isOperator ? 'operator' : 'chart'));
  if (root === undefined || !form) return undefined;
  const name = printable(isOperator ? `DatadogAgent ${String(record(metadata).name)} in ${file}` : `the values in ${file}`, SENTENCE);
  return readForm(form, root, name, record(metadata));
}

/** As the chart takes them, or as a chart that has it as a dependency. */
function valuesOf(json: unknown): unknown {
  const { datadog, agents } = record(json);
  const below = record(datadog);
  if (below.datadog !== undefined || below.agents !== undefined) return datadog;
  const isMapping = (value: unknown) => value !== null && typeof value === 'object' && !Array.isArray(value);
  return isMapping(datadog) || isMapping(agents) ? json : undefined;
}

function readForm(form: Form, root: unknown, name: string, metadata: Record<string, unknown>): AgentInFile | undefined {
  const get = (key: string) => valueAt(root, form.at(key).split('.'));
  const podSpec = podSpecOf(form, get);
  const written = form.env.flatMap((key) => envOf(get(key), form.at(key)));
  const keyed = [...keySettings(form, get), ...nearKeys(form, root, get)];
  const host = [...written, ...keyed].some(({ variable }) => variable === HOST);
  // Both forms do so where nobody says otherwise.
  const standard = host ? [] : settingFrom(HOST, undefined, `the default of the ${form.form}`, 'status.hostIP');
  const template = readTemplate(podSpec, 'file', name, new Map());
  const configuration = { ...template, containers: [{ container: 'agent', settings: [...written, ...keyed, ...standard] }] };
  const { namespace = '', name: own } = metadata;
  const marked = { name: String(own ?? 'datadog'), namespace: String(namespace) };
  const workload = reduceDaemonSet({ metadata: marked, spec: { template: { spec: podSpec } } });
  return workload && { workload: { ...workload, manager: form.form === 'chart' ? 'helm' : 'operator', datadog: true }, configuration };
}

/** The agent's pod, with the mounts that chart and operator give it by themselves. */
function podSpecOf(form: Form, get: (key: string) => unknown): Record<string, unknown> {
  const given = Object.fromEntries(Object.entries(form.pod).map(([field, key]) => [field, get(key)]));
  const standard = HOST_MOUNTS.map(({ what, path }) => ({ name: `standard-${what}`, path }));
  return {
    ...given,
    volumes: [...standard.map(({ name, path }) => ({ name, hostPath: { path: path.replace(/^\/host/, '') } })), ...list(given.volumes)],
    containers: [
      {
        name: 'agent',
        image: 'gcr.io/datadoghq/agent',
        volumeMounts: [...standard.map(({ name, path }) => ({ name, mountPath: path })), ...list(get(form.mounts))],
      },
    ],
  };
}

/** Read as a container's, each under the key it stands at. */
function envOf(env: unknown, source: string): AgentSetting[] {
  const none: ConfigMaps = new Map();
  const { containers } = readTemplate({ containers: [{ name: 'agent', env }] }, 'file', '', none);
  return (containers[0]?.settings ?? []).map((setting) => ({ ...setting, source }));
}

function keySettings(form: Form, get: (key: string) => unknown): AgentSetting[] {
  const hostCa = get(`${form.kubelet}.hostCAPath`);
  const agentCa = get(`${form.kubelet}.agentCAPath`);
  const mounted = typeof hostCa === 'string' && hostCa !== '' && !agentCa;
  return [
    ...KNOWN_SETTINGS.flatMap((known) => {
      const key = form.key(known);
      const value = key === undefined ? undefined : get(key);
      if (key === undefined || value === undefined) return [];
      const source = form.at(key);
      const field = valueAt(value, ['valueFrom', 'fieldRef', 'fieldPath']) ?? valueAt(value, ['fieldRef', 'fieldPath']);
      if (typeof field === 'string') return settingFrom(known.variable, undefined, source, printable(field, 100));
      return typeof value === 'object' ? [] : settingFrom(known.variable, String(value), source);
    }),
    ...(mounted ? settingFrom('DD_KUBELET_CLIENT_CA', form.ca(hostCa), form.at(`${form.kubelet}.hostCAPath`)) : []),
  ];
}

/** Keys about the kubelet that nobody reads: written with other letters, or a level too high. */
function nearKeys(form: Form, root: unknown, get: (key: string) => unknown): AgentSetting[] {
  const below = Object.keys(record(get(form.kubelet))).slice(0, 50);
  const near = below.flatMap((written): [string, string][] => {
    if (form.kubeletKeys.includes(written)) return [];
    const lower = written.toLowerCase().replaceAll('_', '');
    const meant = form.kubeletKeys.find((key) => differingLetters(lower, key.toLowerCase()) <= (key.length > 5 ? 2 : 0));
    return meant ? [[`${form.kubelet}.${written}`, `${form.kubelet}.${meant}`]] : [];
  });
  const high = Object.keys(record(record(root).kubelet)).filter((key) => form.form === 'chart' && form.kubeletKeys.includes(key));
  const all = [...near, ...high.map((key): [string, string] => [`kubelet.${key}`, `${form.kubelet}.${key}`])];
  return all.map(([written, meant]) => ({
    variable: printable(form.at(written), 120),
    source: form.at(written),
    meant: { why: 'misspelt', current: form.at(meant) },
  }));
}
