/**
 * Keys that the chart or the operator does not read: written with other letters, or in another section. Only those that can be meant for nothing
 * else: not all keys of the chart are known here (helm-charts datadog 3.240.0 values.yaml; datadog-operator api v2alpha1 DatadogAgentSpec).
 */
import { printable } from '../host/redact.js';
import { record, valueAt } from '../kubernetes/json.js';
import { differingLetters } from '../kubernetes/near.js';
import type { AgentSetting } from '../model/facts.js';

interface Keys {
  /** Of each section the keys that are known; '' is the top. */
  known: Readonly<Record<string, readonly string[]>>;
  /** Keys that stand in one section, and are sought in the others by mistake. */
  placed: Readonly<Record<string, readonly string[]>>;
  /** Keys that no template reads under this name, by what others call them or where one would look for them. */
  calledOtherwise: Readonly<Record<string, string>>;
  /** What shows that a file is of this form, and not of a chart that has a section of the same name. */
  marks: readonly string[];
}

const POD = ['tolerations', 'nodeSelector', 'affinity', 'priorityClassName', 'volumes', 'volumeMounts'];

export const CHART_KEYS: Keys = {
  known: {
    '': [
      'datadog',
      'agents',
      'clusterAgent',
      'clusterChecksRunner',
      'existingClusterAgent',
      'providers',
      'targetSystem',
      'fullnameOverride',
    ],
    datadog: [
      ...[
        'clusterName',
        'kubelet',
        'leaderElection',
        'leaderElectionResource',
        'leaderLeaseDuration',
        'collectEvents',
        'logs',
        'logsEnabled',
      ],
      ...['criSocketPath', 'dockerSocketPath', 'env', 'envDict', 'envFrom', 'containerRuntimeSupport'],
    ],
    'datadog.kubelet': [
      ...['host', 'tlsVerify', 'hostCAPath', 'agentCAPath', 'useApiServer', 'fineGrainedAuthorization', 'podLogsPath'],
      ...['podResourcesSocketDir', 'coreCheckEnabled'],
    ],
    'datadog.logs': ['enabled', 'containerCollectAll', 'containerCollectUsingFiles', 'autoMultiLineDetection'],
    agents: [...POD, 'useHostNetwork', 'containers', 'rbac', 'priorityClassCreate', 'priorityClassValue', 'podLabels', 'podAnnotations'],
    providers: ['gke', 'eks', 'aks', 'talos'],
    'providers.gke': ['autopilot', 'cos', 'gdc'],
  },
  placed: {
    datadog: ['kubelet', 'clusterName', 'criSocketPath', 'leaderElection', 'collectEvents'],
    agents: [...POD, 'useHostNetwork'],
  },
  calledOtherwise: {
    'agents.env': 'datadog.env',
    'agents.envFrom': 'datadog.envFrom',
    'agents.envDict': 'datadog.envDict',
    'agents.resources': 'agents.containers.agent.resources',
    'agents.hostNetwork': 'agents.useHostNetwork',
    'datadog.hostNetwork': 'agents.useHostNetwork',
    'datadog.providers': 'providers',
    'agents.providers': 'providers',
    'datadog.targetSystem': 'targetSystem',
    'agents.targetSystem': 'targetSystem',
    'datadog.tlsVerify': 'datadog.kubelet.tlsVerify',
    'datadog.kubeletTlsVerify': 'datadog.kubelet.tlsVerify',
    'datadog.kubeletHost': 'datadog.kubelet.host',
    'datadog.kubelet.verify': 'datadog.kubelet.tlsVerify',
    'datadog.kubelet.hostCA': 'datadog.kubelet.hostCAPath',
    'datadog.criSocket': 'datadog.criSocketPath',
  },
  marks: [
    'agents',
    'clusterAgent',
    'datadog.apiKey',
    'datadog.apiKeyExistingSecret',
    'datadog.kubelet',
    'datadog.site',
    'datadog.clusterName',
  ],
};

export const OPERATOR_KEYS: Keys = {
  known: {
    global: ['clusterName', 'kubelet', 'criSocketPath', 'dockerSocketPath', 'env', 'envFrom', 'registry', 'site', 'tags'],
    'global.kubelet': ['host', 'tlsVerify', 'hostCAPath', 'agentCAPath', 'podLogsPath', 'podResourcesSocketPath'],
  },
  placed: {},
  // kubectl warns of unknown fields and the apiserver drops them (CustomResourceDefinition apiextensions.k8s.io/v1, pruning).
  calledOtherwise: {
    agent: 'override.nodeAgent',
    nodeAgent: 'override.nodeAgent',
    tolerations: 'override.nodeAgent.tolerations',
    'global.tolerations': 'override.nodeAgent.tolerations',
    'override.agent': 'override.nodeAgent',
    'override.agents': 'override.nodeAgent',
    'override.nodeAgent.useHostNetwork': 'override.nodeAgent.hostNetwork',
    kubelet: 'global.kubelet',
  },
  marks: ['global'],
};

const SECTIONS = ['', 'datadog', 'agents'];
const MOST = 50;

/** As settings that nobody reads; `at` writes a key as it stands in the file. */
export function unreadKeys({ known, placed, calledOtherwise, marks }: Keys, root: unknown, at: (key: string) => string): AgentSetting[] {
  const get = (key: string) => (key === '' ? root : valueAt(root, key.split('.')));
  const below = (section: string, key: string) => (section === '' ? key : `${section}.${key}`);
  const isKnown = (section: string, key: string) => known[section]?.includes(key) ?? false;
  const near = Object.entries(known).flatMap(([section, keys]) =>
    Object.keys(record(get(section)))
      .slice(0, MOST)
      .flatMap((written) => {
        const meant = keys.includes(written) || isEmpty(get(below(section, written))) ? undefined : nearKey(written, keys);
        return meant === undefined || (section === '' && !holds(get(written), known[meant]))
          ? []
          : [{ section, written, meant, why: 'misspelt' as const }];
      }),
  );
  const misspelt = near.map(({ section, written, meant, why }) => ({ old: below(section, written), current: below(section, meant), why }));
  const isOurs = marks.some((mark) => get(mark) !== undefined);
  const misplaced = Object.entries(placed).flatMap(([section, keys]) =>
    SECTIONS.filter((other) => other !== section).flatMap((other) =>
      keys
        .filter((key) => !isKnown(other, key) && !isEmpty(get(below(other, key))) && (isOurs || isUnmistakable(key)))
        .map((key) => ({ old: below(other, key), current: below(section, key), why: 'misplaced' as const })),
    ),
  );
  const found = new Set([...misspelt, ...misplaced].map(({ old }) => old));
  const otherwise = Object.entries(calledOtherwise)
    .filter(([old]) => isOurs && !found.has(old) && !isEmpty(get(old)))
    .map(([old, current]) => ({ old, current, why: 'misplaced' as const }));
  return [...misspelt, ...misplaced, ...otherwise].map(({ old, current, why }) => ({
    variable: printable(at(old), 120),
    source: printable(at(old), 120),
    meant: { why, current: at(current) },
  }));
}

/** A section under another name is meant where it holds what that one has. */
function holds(value: unknown, keys: readonly string[] | undefined): boolean {
  return Object.keys(record(value)).some((key) => keys?.includes(key));
}

const isUnmistakable = (key: string) => key === 'kubelet' || key === 'useHostNetwork';

/** Nothing is said by it. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === '' || (typeof value === 'object' && Object.keys(value ?? {}).length === 0);
}

/** The same letters in another case, or a long name with one or two of them wrong. */
function nearKey(written: string, keys: readonly string[]): string | undefined {
  const lower = written.toLowerCase().replaceAll('_', '');
  return keys.find((key) => differingLetters(lower, key.toLowerCase()) <= (key.length > 8 ? 2 : key.length > 5 ? 1 : 0));
}
