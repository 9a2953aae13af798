/**
 * The agent that the chart makes of its values: what its templates set by themselves, in their order, for of two variables the later counts
 * (helm-charts datadog 3.240.0 templates: _components-common-env.yaml, _containers-common-env.yaml, _container-agent.yaml, daemonset.yaml).
 */
import { posix } from 'node:path';
import { list, record } from '../kubernetes/json.js';
import { DEFAULT_OF, type Form, type Get, hostPath, type Line, type Mount, podOf, text } from './values-form.js';

const HOST_CA = 'datadog.kubelet.hostCAPath';

/** A Go template's idea of true: not empty, not zero. */
function isTruthy(value: unknown): boolean {
  return Boolean(value) && (typeof value !== 'object' || Object.keys(record(value)).length > 0);
}

/** Left out, or emptied as Helm empties it, a key is what values.yaml of the chart has. */
const isOn = (get: Get, key: string, standard: boolean) => (get(key) === undefined ? standard : isTruthy(get(key)));

const isWindows = (get: Get) => get('targetSystem') === 'windows';
const isAutopilot = (get: Get) => isOn(get, 'providers.gke.autopilot', false);
const isGdc = (get: Get) => isOn(get, 'providers.gke.gdc', false);
const collectsLogs = (get: Get) => isOn(get, 'datadog.logs.enabled', false) || isOn(get, 'datadog.logsEnabled', false);
const joinsCluster = (get: Get) => isOn(get, 'existingClusterAgent.join', false);

/** A key whose value the template passes on where there is one. */
function passed(get: Get, variable: string, key: string): Line[] {
  const value = get(key);
  return value === undefined || typeof value === 'object' ? [] : [{ variable, value: String(value), source: key }];
}

/** As `passed`; left out, the chart's own value. */
function standardOr(get: Get, variable: string, key: string, standard: string): Line[] {
  return get(key) === undefined ? [{ variable, value: standard, source: DEFAULT_OF.chart, standard: true }] : passed(get, variable, key);
}

/** Everything before `datadog.env`. */
function before(get: Get): Line[] {
  const certificate = (variable: string, value: string): Line => ({ variable, value, source: 'providers.gke.gdc', standard: true });
  return [
    ...passed(get, 'DD_CLUSTER_NAME', 'datadog.clusterName'),
    ...(isGdc(get) ? [certificate('DD_KUBELET_CLIENT_CRT', '/certs/tls.crt'), certificate('DD_KUBELET_CLIENT_KEY', '/certs/tls.key')] : []),
    ...passed(get, 'DD_KUBELET_TLS_VERIFY', 'datadog.kubelet.tlsVerify'),
    ...clientCa(get),
    ...passed(get, 'DD_KUBELET_USE_API_SERVER', 'datadog.kubelet.useApiServer'),
    ...(isAutopilot(get)
      ? [{ variable: 'DD_KUBERNETES_HTTPS_KUBELET_PORT', value: '0', source: 'providers.gke.autopilot', standard: true as const }]
      : []),
  ];
}

function clientCa(get: Get): Line[] {
  const variable = 'DD_KUBELET_CLIENT_CA';
  if (isTruthy(get('datadog.kubelet.agentCAPath'))) return passed(get, variable, 'datadog.kubelet.agentCAPath');
  const mounted = caAt(get);
  return mounted === undefined ? [] : [{ variable, value: mounted, source: HOST_CA }];
}

function caAt(get: Get): string | undefined {
  const path = text(get(HOST_CA));
  return path ? `${isWindows(get) ? 'C:/var' : '/var/run'}/kubelet-ca/${posix.basename(path)}` : undefined;
}

/** Everything between `datadog.env` and the variables of the container: what stands here wins over `datadog.env`. */
function after(get: Get): Line[] {
  return [...socket(get), ...(isOn(get, 'clusterAgent.enabled', true) || joinsCluster(get) ? clusterAgent(get) : alone(get)), ...logs(get)];
}

function socket(get: Get): Line[] {
  const path = text(get('datadog.criSocketPath'));
  const value = path && (isWindows(get) ? path : posix.join('/host', path));
  return value ? [{ variable: 'DD_CRI_SOCKET_PATH', value, source: 'datadog.criSocketPath' }] : [];
}

function clusterAgent(get: Get): Line[] {
  const variable = 'DD_CLUSTER_AGENT_KUBERNETES_SERVICE_NAME';
  const [joined, own] = [text(get('existingClusterAgent.serviceName')), text(get('fullnameOverride'))];
  const byItself = { source: DEFAULT_OF.chart, standard: true } as const;
  return [
    { variable: 'DD_CLUSTER_AGENT_ENABLED', value: 'true', ...byItself },
    joinsCluster(get) && joined
      ? { variable, value: joined, source: 'existingClusterAgent.serviceName' }
      : own
        ? { variable, value: `${own}-cluster-agent`, source: 'fullnameOverride' }
        : { variable, from: 'the name of the release', ...byItself },
  ];
}

/** Without a Cluster Agent the node agents collect events and elect a leader among themselves. */
function alone(get: Get): Line[] {
  const elects = isOn(get, 'datadog.leaderElection', true);
  return [
    ...(elects ? standardOr(get, 'DD_LEADER_ELECTION', 'datadog.leaderElection', 'true') : []),
    ...(elects ? standardOr(get, 'DD_LEADER_ELECTION_DEFAULT_RESOURCE', 'datadog.leaderElectionResource', 'configmap') : []),
    ...(isTruthy(get('datadog.leaderLeaseDuration')) ? passed(get, 'DD_LEADER_LEASE_DURATION', 'datadog.leaderLeaseDuration') : []),
    ...(isOn(get, 'datadog.collectEvents', true) ? standardOr(get, 'DD_COLLECT_KUBERNETES_EVENTS', 'datadog.collectEvents', 'true') : []),
  ];
}

function logs(get: Get): Line[] {
  const [all, files] = ['DD_LOGS_ENABLED', 'DD_LOGS_CONFIG_K8S_CONTAINER_USE_FILE'] as const;
  const key =
    get('datadog.logs.enabled') === undefined && get('datadog.logsEnabled') !== undefined ? 'datadog.logsEnabled' : 'datadog.logs.enabled';
  return [
    ...standardOr(get, all, key, 'false'),
    ...(collectsLogs(get) ? standardOr(get, files, 'datadog.logs.containerCollectUsingFiles', 'true') : []),
  ];
}

/** What the chart mounts of the node, as far as it mounts that in every version that we know. */
function mounts(get: Get): Mount[] {
  if (isWindows(get)) return [];
  const ca = caAt(get);
  const path = text(get('datadog.dockerSocketPath')) || text(get('datadog.criSocketPath'));
  const runtime = isAutopilot(get) ? '/var/run/containerd' : path ? posix.dirname(path) : '/var/run';
  return [
    ...(isGdc(get) ? [] : [hostPath('procdir', '/proc'), hostPath('cgroups', '/sys/fs/cgroup')]),
    ...(isGdc(get) || !isOn(get, 'datadog.containerRuntimeSupport.enabled', true) ? [] : [hostPath('runtimesocketdir', runtime)]),
    ...(collectsLogs(get) ? [{ name: 'logpodpath', path: '/var/log/pods', at: '/var/log/pods' }] : []),
    ...(ca && !isTruthy(get('datadog.kubelet.agentCAPath')) ? [{ name: 'kubelet-ca', path: text(get(HOST_CA)), at: ca }] : []),
  ];
}

function pod(get: Get): Record<string, unknown> {
  const system = isWindows(get) ? 'windows' : 'linux';
  const own = list(get('agents.tolerations'));
  const windows = { key: 'node.kubernetes.io/os', operator: 'Equal', value: 'windows', effect: 'NoSchedule' };
  const platform = isAutopilot(get) ? 'gke-autopilot' : isGdc(get) ? 'gke-gdc' : undefined;
  return podOf({
    given: {
      hostNetwork: isOn(get, 'agents.useHostNetwork', false),
      affinity: get('agents.affinity'),
      priorityClassName: get('agents.priorityClassName'),
      nodeSelector: { 'kubernetes.io/os': system, ...record(get('agents.nodeSelector')) },
      ...(system === 'windows' || Array.isArray(get('agents.tolerations'))
        ? { tolerations: system === 'windows' ? [windows, ...own] : own }
        : {}),
      ...(isOn(get, 'agents.rbac.automountServiceAccountToken', true) ? {} : { automountServiceAccountToken: false }),
    },
    mounts: mounts(get),
    volumes: list(get('agents.volumes')),
    volumeMounts: list(get('agents.volumeMounts')),
    ...(platform && { platform }),
  });
}

export const CHART: Form = {
  form: 'chart',
  at: (key) => key,
  host: 'datadog.kubelet.host',
  tolerations: 'agents.tolerations',
  before,
  env: ['datadog.env', 'datadog.envDict'],
  after,
  own: ['agents.containers.agent.env', 'agents.containers.agent.envDict'],
  pod,
  off: (get) => (isOn(get, 'agents.enabled', true) ? undefined : 'agents.enabled: false'),
  // Versions before 3.200 set it always, later ones with the logs alone (helm-charts 3.199.0 and 3.240.0 _container-agent.yaml).
  open: (get) => (collectsLogs(get) ? [] : ['DD_LOGS_CONFIG_K8S_CONTAINER_USE_FILE']),
};
