/** How the agent is configured: in its own environment, and in the pod template of its DaemonSet as seen at a workstation. */

import { broken, type Scenario } from '../scenario.js';
import { NODE_PROCESSES, processFiles } from '../state/processes.js';
import type { DaemonSetShape, PlacementWorld, World } from '../world.js';

const fromHostIp = (name: string) => ({ name, valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } });
const HOST = fromHostIp('DD_KUBERNETES_KUBELET_HOST');

const AKS_CA = '/etc/kubernetes/certs/kubeletserver.crt';

const installed = (shape: DaemonSetShape, more: PlacementWorld = {}): World => ({
  place: 'workstation',
  agent: { rights: 'everything' },
  placement: { ...more, daemonSets: [shape] },
});

const words = (...line: string[]) => `${line.join('\0')}\0`;
const AGENT = words('/opt/datadog-agent/bin/agent/agent', 'run');
const NODE = { ...NODE_PROCESSES, ...processFiles(600, ['/usr/sbin/chronyd']) };

const inPool = (pool: string, lock?: string): DaemonSetShape => ({
  name: `datadog-agent-${pool}`,
  spec: { nodeSelector: { pool } },
  env: [
    HOST,
    { name: 'DD_LEADER_ELECTION', value: 'true' },
    ...(lock ? [{ name: 'DD_LEADER_ELECTION_DEFAULT_RESOURCE', value: lock }] : []),
  ],
});

export const AGENT_SETTINGS: Scenario[] = [
  broken(
    'two-leaders',
    'Two DaemonSets elect a leader each, by two kinds of lock',
    {
      place: 'workstation',
      agent: { rights: 'everything' },
      placement: {
        nodes: { n1: { labels: { pool: 'a' } }, n2: { labels: { pool: 'b' } } },
        daemonSets: [inPool('a'), inPool('b', 'leases')],
      },
    },
    'agent-two-leaders',
    { never: ['several-agents-on-node', 'node-not-selected'] },
  ),
  broken(
    'settings-renamed',
    'The DaemonSet sets the kubelet host with an Agent 5 variable',
    installed({ env: [fromHostIp('KUBERNETES_KUBELET_HOST')] }),
    'agent-settings-renamed',
  ),
  broken(
    'settings-misspelt',
    'The DaemonSet sets the kubelet host with a misspelt variable',
    installed({ env: [fromHostIp('DD_KUBELET_HOST')] }),
    'agent-setting-misspelt',
  ),
  broken(
    'settings-invalid',
    'DD_KUBELET_TLS_VERIFY is "yes", which the agent reads as false',
    installed({ env: [HOST, { name: 'DD_KUBELET_TLS_VERIFY', value: 'yes' }] }),
    'agent-setting-invalid',
  ),
  broken(
    'settings-invalid-in-pod',
    'DD_KUBELET_TLS_VERIFY is "yes", seen in the agent\'s pod',
    { agent: { env: { DD_KUBELET_TLS_VERIFY: 'yes' } } },
    'agent-setting-invalid',
    { also: ['tls-verification-disabled'] },
  ),
  broken(
    'settings-empty',
    'The kubelet host comes from a missing ConfigMap key',
    installed(
      {
        env: [
          {
            name: 'DD_KUBERNETES_KUBELET_HOST',
            valueFrom: { configMapKeyRef: { name: 'kubelet-settings', key: 'hots', optional: true } },
          },
        ],
      },
      { configMaps: { 'kubelet-settings': { host: '10.0.0.7' } } },
    ),
    'agent-setting-empty',
  ),
  broken(
    'settings-one-node',
    'The DaemonSet sets the address of one node for all nodes',
    installed({ env: [{ name: 'DD_KUBERNETES_KUBELET_HOST', value: '10.0.0.7' }] }),
    'agent-host-of-one-node',
  ),
  broken(
    'settings-contradict',
    'One variable is set twice, with two values',
    installed({ env: [HOST, { name: 'DD_KUBELET_TLS_VERIFY', value: 'false' }, { name: 'DD_KUBELET_TLS_VERIFY', value: 'true' }] }),
    'agent-settings-contradict',
  ),
  broken(
    'settings-no-token',
    'The pod template mounts no token',
    installed({ spec: { automountServiceAccountToken: false } }),
    'agent-token-not-mounted',
  ),
  broken(
    'settings-https-port-off',
    'The DaemonSet sets the HTTPS kubelet port to 0',
    installed({ env: [HOST, { name: 'DD_KUBERNETES_HTTPS_KUBELET_PORT', value: '0' }] }),
    'agent-https-port-off',
  ),
  broken(
    'settings-ca-of-old-aks',
    'The DaemonSet mounts the kubelet certificate of older AKS nodes',
    installed({
      env: [HOST, { name: 'DD_KUBELET_CLIENT_CA', value: `/host${AKS_CA}` }],
      mounts: ['/proc', '/sys/fs/cgroup', '/var/run', AKS_CA],
    }),
    'agent-ca-of-old-aks',
    { exitCode: 0 },
  ),
  broken(
    'template-mounts-missing',
    'The pod template mounts neither /proc nor the cgroups of the node',
    installed({ mounts: ['/var/run'] }),
    'host-mounts-missing',
  ),
  broken(
    'template-config-hidden',
    'The pod template mounts a ConfigMap over conf.d',
    installed({ configMounts: ['/etc/datadog-agent/conf.d'] }),
    'integration-config-hidden',
  ),
  broken(
    'agent-installed-twice',
    'The agent runs on the node as a package and as a pod',
    {
      place: 'node',
      kubeconfig: 'none',
      agent: {
        files: {
          ...NODE,
          '/proc/800/cmdline': AGENT,
          '/proc/800/cgroup': '0::/system.slice/datadog-agent.service\n',
          '/proc/900/cmdline': AGENT,
          '/proc/900/cgroup': '0::/kubepods.slice/kubepods-pod6e1d9b7a_0000_4000_8000_000000000001.slice/cri-containerd-1.scope\n',
        },
      },
    },
    'agent-installed-twice',
  ),
];
