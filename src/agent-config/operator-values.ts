/**
 * The agent that the operator makes of a DatadogAgent (datadog-operator 1.29.0 internal/controller/datadogagent: component/agent/default.go,
 * global/global.go, feature/logcollection, override). It replaces a variable that is there: nothing is set twice.
 */
import { posix } from 'node:path';
import { list } from '../kubernetes/json.js';
import { DEFAULT_OF, type Form, type Get, hostPath, type Line, type Mount, podOf, text } from './values-form.js';

const HOST_CA = 'global.kubelet.hostCAPath';
const CA_AT = '/var/run/host-kubelet-ca.crt';
const OVERRIDE = 'override.nodeAgent';

const at = (key: string) => `spec.${key}`;

function passed(get: Get, variable: string, key: string, change: (value: string) => string = String): Line[] {
  const value = get(key);
  return value === undefined || typeof value === 'object' ? [] : [{ variable, value: change(String(value)), source: at(key) }];
}

const collectsLogs = (get: Get) => get('features.logCollection.enabled') === true;

function before(get: Get, name: string): Line[] {
  const byItself = { source: DEFAULT_OF.operator, standard: true } as const;
  const agent = text(get('global.kubelet.agentCAPath'));
  const files = 'features.logCollection.containerCollectUsingFiles';
  const useFile = 'DD_LOGS_CONFIG_K8S_CONTAINER_USE_FILE';
  return [
    ...passed(get, 'DD_CLUSTER_NAME', 'global.clusterName'),
    ...passed(get, 'DD_KUBELET_TLS_VERIFY', 'global.kubelet.tlsVerify'),
    ...(agent
      ? passed(get, 'DD_KUBELET_CLIENT_CA', 'global.kubelet.agentCAPath')
      : passed(get, 'DD_KUBELET_CLIENT_CA', HOST_CA, () => CA_AT)),
    ...passed(get, 'DD_CRI_SOCKET_PATH', 'global.criSocketPath', (path) => posix.join('/host', path)),
    ...(get('override.clusterAgent.disabled') === true
      ? []
      : [
          { variable: 'DD_CLUSTER_AGENT_ENABLED', value: 'true', ...byItself },
          { variable: 'DD_CLUSTER_AGENT_KUBERNETES_SERVICE_NAME', value: `${name}-cluster-agent`, ...byItself },
        ]),
    ...(collectsLogs(get) ? passed(get, 'DD_LOGS_ENABLED', 'features.logCollection.enabled') : []),
    ...(!collectsLogs(get)
      ? []
      : get(files) === undefined
        ? [{ variable: useFile, value: 'true', ...byItself }]
        : passed(get, useFile, files)),
  ];
}

function mounts(get: Get): Mount[] {
  const path = text(get('global.criSocketPath')) || text(get('global.dockerSocketPath'));
  const [ca, agent] = [text(get(HOST_CA)), text(get('global.kubelet.agentCAPath'))];
  return [
    hostPath('procdir', '/proc'),
    hostPath('cgroups', '/sys/fs/cgroup'),
    hostPath('runtimesocketdir', path || '/var/run'),
    ...(collectsLogs(get) ? [{ name: 'logpodpath', path: '/var/log/pods', at: '/var/log/pods' }] : []),
    ...(ca && !agent ? [{ name: 'kubelet-ca', path: ca, at: CA_AT }] : []),
  ];
}

export const OPERATOR: Form = {
  form: 'operator',
  at,
  host: 'global.kubelet.host',
  tolerations: `${OVERRIDE}.tolerations`,
  before,
  env: ['global.env'],
  after: () => [],
  own: [`${OVERRIDE}.env`, `${OVERRIDE}.containers.agent.env`],
  pod: (get) =>
    podOf({
      given: Object.fromEntries(
        ['hostNetwork', 'tolerations', 'nodeSelector', 'affinity', 'priorityClassName'].map((field) => [
          field,
          get(`${OVERRIDE}.${field}`),
        ]),
      ),
      mounts: mounts(get),
      volumes: list(get(`${OVERRIDE}.volumes`)),
      volumeMounts: list(get(`${OVERRIDE}.containers.agent.volumeMounts`)),
    }),
  // On Autopilot the operator sets it, and no DatadogAgent says where it runs.
  off: (get) => (get(`${OVERRIDE}.disabled`) === true ? `spec.${OVERRIDE}.disabled: true` : undefined),
  open: () => ['DD_KUBELET_USE_API_SERVER'],
};
