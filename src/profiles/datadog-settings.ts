/**
 * The settings by which a Datadog Agent reaches its kubelet and its apiserver, as data: variable, key of datadog.yaml, key of the chart, key of
 * the operator's DatadogAgent (datadog-agent pkg/config/setup; helm-charts datadog values.yaml; datadog-operator global.kubelet). Only what is
 * listed here is ever read of an agent's configuration: the rest of it holds keys and passwords.
 */
import { differingLetters } from '../kubernetes/near.js';

export type SettingKind = 'host' | 'name' | 'port' | 'bool' | 'path' | 'seconds' | 'lock' | 'proxy' | 'text';

export interface KnownSetting {
  variable: string;
  /** Dotted key of datadog.yaml: the variable without DD_, in lower case, its sections split. */
  key: string;
  kind: SettingKind;
  /** What counts where nobody sets it; '' for none. */
  standard: string;
  /** Dotted key in the chart's values. */
  chart?: string;
  /** Dotted key below `spec` of a DatadogAgent. */
  operator?: string;
}

const setting = (variable: string, kind: SettingKind, standard: string, more: Partial<KnownSetting> = {}): KnownSetting => ({
  variable,
  kind,
  standard,
  key: variable.slice(3).toLowerCase(),
  ...more,
});

export const KNOWN_SETTINGS: readonly KnownSetting[] = [
  setting('DD_KUBERNETES_KUBELET_HOST', 'host', '', { chart: 'datadog.kubelet.host', operator: 'global.kubelet.host' }),
  setting('DD_KUBERNETES_KUBELET_NODENAME', 'name', ''),
  setting('DD_KUBERNETES_HTTPS_KUBELET_PORT', 'port', '10250'),
  setting('DD_KUBERNETES_HTTP_KUBELET_PORT', 'port', '10255'),
  setting('DD_KUBELET_TLS_VERIFY', 'bool', 'true', { chart: 'datadog.kubelet.tlsVerify', operator: 'global.kubelet.tlsVerify' }),
  setting('DD_KUBELET_CLIENT_CA', 'path', '', { chart: 'datadog.kubelet.agentCAPath', operator: 'global.kubelet.agentCAPath' }),
  setting('DD_KUBELET_CLIENT_CRT', 'path', ''),
  setting('DD_KUBELET_CLIENT_KEY', 'path', ''),
  setting('DD_KUBELET_AUTH_TOKEN_PATH', 'path', ''),
  setting('DD_KUBELET_USE_API_SERVER', 'bool', 'false', { chart: 'datadog.kubelet.useApiServer' }),
  setting('DD_EKS_FARGATE', 'bool', 'false'),
  setting('DD_KUBERNETES_KUBECONFIG_PATH', 'path', ''),
  setting('DD_KUBERNETES_APISERVER_TLS_VERIFY', 'bool', 'true'),
  setting('DD_KUBERNETES_APISERVER_CA_PATH', 'path', ''),
  setting('DD_COLLECT_KUBERNETES_EVENTS', 'bool', 'false'),
  setting('DD_LEADER_ELECTION', 'bool', 'false', { chart: 'datadog.leaderElection' }),
  setting('DD_LEADER_LEASE_DURATION', 'seconds', '60', { chart: 'datadog.leaderLeaseDuration' }),
  setting('DD_LEADER_LEASE_NAME', 'name', 'datadog-leader-election'),
  setting('DD_LEADER_ELECTION_DEFAULT_RESOURCE', 'lock', 'configmap', { chart: 'datadog.leaderElectionResource' }),
  setting('DD_KUBE_RESOURCES_NAMESPACE', 'name', ''),
  setting('DD_CLUSTER_NAME', 'text', '', { chart: 'datadog.clusterName', operator: 'global.clusterName' }),
  setting('DD_CLUSTER_AGENT_ENABLED', 'bool', 'false', { key: 'cluster_agent.enabled' }),
  setting('DD_CLUSTER_AGENT_KUBERNETES_SERVICE_NAME', 'name', 'datadog-cluster-agent', { key: 'cluster_agent.kubernetes_service_name' }),
  setting('DD_LOGS_ENABLED', 'bool', 'false', { chart: 'datadog.logs.enabled', operator: 'features.logCollection.enabled' }),
  // The chart sets it to true (helm-charts 3.240.0, containerCollectUsingFiles); the Agent's own default is false (7.61 to 7.82, pkg/config/setup).
  setting('DD_LOGS_CONFIG_K8S_CONTAINER_USE_FILE', 'bool', 'false', {
    key: 'logs_config.k8s_container_use_file',
    chart: 'datadog.logs.containerCollectUsingFiles',
    operator: 'features.logCollection.containerCollectUsingFiles',
  }),
  setting('DD_LOGS_CONFIG_K8S_CONTAINER_USE_KUBELET_API', 'bool', 'false', { key: 'logs_config.k8s_container_use_kubelet_api' }),
  setting('DD_PROXY_HTTPS', 'proxy', '', { key: 'proxy.https' }),
  setting('DD_PROXY_HTTP', 'proxy', '', { key: 'proxy.http' }),
  setting('DD_PROXY_NO_PROXY', 'text', '', { key: 'proxy.no_proxy' }),
  setting('DD_NO_PROXY_NONEXACT_MATCH', 'bool', 'false'),
  setting('DD_CRI_SOCKET_PATH', 'path', '', { chart: 'datadog.criSocketPath', operator: 'global.criSocketPath' }),
];

/** strconv.ParseBool, which the agent's boolean variables go through; whatever else is false (github.com/spf13/cast ToBool). */
const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);

/** As the agent takes it: what does not parse is false, so `DD_KUBELET_TLS_VERIFY=yes` turns verification off. */
export function readsAsTrue(value: string): boolean {
  return TRUE.has(value);
}

const BY_VARIABLE = new Map(KNOWN_SETTINGS.map((known) => [known.variable, known]));

/** The setting behind a variable, where an agent reads it. */
export function knownSetting(variable: string): KnownSetting | undefined {
  return BY_VARIABLE.get(variable);
}

/**
 * Names Agent 5 read, or its kubernetes.yaml as variables, and what an agent of today reads. The server credentials moved into a kubeconfig
 * (docs.datadoghq.com, "Upgrade to Agent v6", tab Kubernetes).
 */
export const RENAMED_VARIABLES: Readonly<Record<string, string>> = {
  KUBERNETES_KUBELET_HOST: 'DD_KUBERNETES_KUBELET_HOST',
  KUBELET_TLS_VERIFY: 'DD_KUBELET_TLS_VERIFY',
  KUBELET_CLIENT_CRT: 'DD_KUBELET_CLIENT_CRT',
  KUBELET_CLIENT_KEY: 'DD_KUBELET_CLIENT_KEY',
  KUBELET_CLIENT_CA: 'DD_KUBELET_CLIENT_CA',
  KUBELET_CERT: 'DD_KUBELET_CLIENT_CA',
  BEARER_TOKEN_PATH: 'DD_KUBELET_AUTH_TOKEN_PATH',
  API_SERVER_URL: 'DD_KUBERNETES_KUBECONFIG_PATH',
  APISERVER_CLIENT_CRT: 'DD_KUBERNETES_KUBECONFIG_PATH',
  APISERVER_CLIENT_KEY: 'DD_KUBERNETES_KUBECONFIG_PATH',
  APISERVER_CA_CERT: 'DD_KUBERNETES_APISERVER_CA_PATH',
  KUBERNETES_COLLECT_EVENTS: 'DD_COLLECT_KUBERNETES_EVENTS',
  KUBERNETES_LEADER_CANDIDATE: 'DD_LEADER_ELECTION',
  // The same with today's prefix and yesterday's name, as the client authentication FAQ leads one to write.
  DD_KUBELET_CERT: 'DD_KUBELET_CLIENT_CA',
  DD_BEARER_TOKEN_PATH: 'DD_KUBELET_AUTH_TOKEN_PATH',
  DD_API_SERVER_URL: 'DD_KUBERNETES_KUBECONFIG_PATH',
  DD_APISERVER_CLIENT_CRT: 'DD_KUBERNETES_KUBECONFIG_PATH',
  DD_APISERVER_CLIENT_KEY: 'DD_KUBERNETES_KUBECONFIG_PATH',
  DD_APISERVER_CA_CERT: 'DD_KUBERNETES_APISERVER_CA_PATH',
};

/** What a name that no agent reads was meant to be, and why it is not read. */
export interface Meant {
  why: 'renamed' | 'misspelt';
  current: string;
}

/**
 * A known name is not looked at further. Of others only those that can be meant for nothing else: the same words in another order or with
 * KUBERNETES too much or too little (`DD_KUBELET_HOST`), or a long name with one or two letters wrong.
 */
export function meantBy(name: string): Meant | undefined {
  if (BY_VARIABLE.has(name)) return undefined;
  const renamed = Object.hasOwn(RENAMED_VARIABLES, name) ? RENAMED_VARIABLES[name] : undefined;
  if (renamed) return { why: 'renamed', current: renamed };
  if (!name.startsWith('DD_') || name.length > 80) return undefined;
  const words = wordsOf(name);
  knownWords ??= KNOWN_SETTINGS.map(({ variable }) => wordsOf(variable));
  const found = KNOWN_SETTINGS.find(({ variable }, at) => knownWords?.[at] === words || isMisspelt(name, variable));
  return found && { why: 'misspelt', current: found.variable };
}

/** Of each known setting: a template may have dozens of variables that none of them is. */
let knownWords: string[] | undefined;

function isMisspelt(name: string, variable: string): boolean {
  if (variable.length < 15) return false;
  const most = variable.length >= 20 ? 2 : 1;
  return Math.abs(name.length - variable.length) <= most && differingLetters(name, variable) <= most;
}

function wordsOf(name: string): string {
  return name
    .split('_')
    .filter((word) => word !== 'DD' && word !== 'KUBERNETES')
    .sort()
    .join('_');
}
