/** The objects the apiserver of a world knows: Node, Lease, EndpointSlice, CertificateSigningRequest, version and readiness. */
import type { Cluster, ClusterNode } from '../state/cluster.js';
import { uidOf } from '../state/tokens.js';
import { hostileText, SHELL } from './hostile.js';
import { gitVersion, rfc3339 } from './payloads.js';

const CONDITIONS = [
  ['MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
] as const;

/** How long ago a kubelet that stopped posted its last status. */
const STALE_MS = 190_000;

const NOT_READY =
  'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';

function conditions(node: ClusterNode, cluster: Cluster): object[] {
  const stale = node.kubelet.heartbeat === 'stale';
  const lastHeartbeatTime = rfc3339(cluster.now() - (stale ? STALE_MS : 20_000));
  const times = { lastHeartbeatTime, lastTransitionTime: rfc3339(cluster.now() - (stale ? STALE_MS - 50_000 : 86_400_000)) };
  if (stale) {
    const unknown = { status: 'Unknown', ...times, reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' };
    return [...CONDITIONS.map(([type]) => type), 'Ready'].map((type) => ({ type, ...unknown }));
  }
  const ready = node.kubelet.heartbeat !== 'not-ready';
  const message = ready ? 'kubelet is posting ready status' : NOT_READY;
  return [
    ...CONDITIONS.map(([type, reason, text]) => ({ type, status: 'False', ...times, reason, message: text })),
    {
      type: 'Ready',
      status: ready ? 'True' : 'False',
      ...times,
      reason: ready ? 'KubeletReady' : 'KubeletNotReady',
      message: cluster.world.hostile.apiserver ? hostileText(message) : message,
    },
  ];
}

/** The Node without kind and apiVersion, as it stands in a list. */
export function nodeObject(node: ClusterNode, cluster: Cluster): Record<string, unknown> {
  const labels = {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': node.name,
    'kubernetes.io/os': 'linux',
  };
  const capacity = { cpu: '2', 'ephemeral-storage': '264212084Ki', memory: '24684084Ki', pods: '110' };
  return {
    metadata: {
      name: node.name,
      uid: uidOf(node.name),
      resourceVersion: '1343',
      creationTimestamp: rfc3339(cluster.now() - 30 * 86_400_000),
      labels,
    },
    spec: {},
    status: {
      capacity,
      allocatable: capacity,
      conditions: conditions(node, cluster),
      addresses: node.addresses,
      daemonEndpoints: { kubeletEndpoint: { Port: node.port } },
      nodeInfo: {
        machineID: '3d1219c7c4c5404aaa1f6d2a48adfda4',
        systemUUID: '3d1219c7c4c5404aaa1f6d2a48adfda4',
        bootID: '271ce9b6-d7f8-471a-b1a8-b377a04f821f',
        kernelVersion: '6.18.44',
        osImage: 'Debian GNU/Linux 12 (bookworm)',
        containerRuntimeVersion: 'containerd://2.1.9',
        kubeletVersion: gitVersion(node.kubelet.version),
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
    },
  };
}

export function leaseObject(node: ClusterNode, cluster: Cluster): Record<string, unknown> {
  const age = node.kubelet.heartbeat === 'stale' ? STALE_MS : 4000;
  return {
    metadata: {
      name: node.name,
      namespace: 'kube-node-lease',
      uid: uidOf(`lease/${node.name}`),
      resourceVersion: '1473',
      creationTimestamp: rfc3339(cluster.now() - 30 * 86_400_000),
    },
    spec: {
      holderIdentity: node.name,
      leaseDurationSeconds: 40,
      renewTime: new Date(cluster.now() - age).toISOString().replace('Z', '555Z'),
    },
  };
}

/** The slice of the service `kubernetes` in `default`. */
export function endpointSlice(cluster: Cluster): Record<string, unknown> {
  const names = cluster.endpoints.some(({ host }) => !/^[\d.]+$/.test(host));
  const hostile = cluster.world.hostile.apiserver ? [{ addresses: [`10.0.0.1${SHELL}`], conditions: { ready: true } }] : [];
  return {
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      uid: uidOf('slice/kubernetes'),
      resourceVersion: '211',
      generation: 1,
      creationTimestamp: rfc3339(cluster.now() - 30 * 86_400_000),
      labels: { 'kubernetes.io/service-name': 'kubernetes' },
    },
    addressType: names ? 'FQDN' : 'IPv4',
    endpoints: [...cluster.endpoints.map(({ host }) => ({ addresses: [host], conditions: { ready: true } })), ...hostile],
    ports: [{ name: 'https', protocol: 'TCP', port: cluster.endpoints[0]?.port ?? 6443 }],
  };
}

/** Serving requests that wait for an approver: one a node without a certificate. */
export function signingRequests(cluster: Cluster): Record<string, unknown>[] {
  return [...cluster.nodes.values()]
    .filter((node) => node.request !== undefined)
    .map((node) => {
      const foreign = node.kubelet.pendingRequest === 'foreign-names';
      return {
        metadata: {
          name: `csr-${uidOf(`csr/${node.name}`).slice(0, 5)}`,
          generateName: 'csr-',
          uid: uidOf(`csr/${node.name}`),
          resourceVersion: '427',
          creationTimestamp: rfc3339(cluster.now() - 51_000),
        },
        spec: {
          request: node.request,
          signerName: 'kubernetes.io/kubelet-serving',
          usages: ['digital signature', 'server auth'],
          username: `system:node:${foreign ? 'n66' : node.name}`,
          groups: ['system:nodes', 'system:authenticated'],
        },
        status: {},
      };
    });
}

export function versionObject({ world }: Cluster): Record<string, string> {
  const { version } = world.apiserver;
  const minor = version.split('.')[1] ?? '';
  const emulation = {
    emulationMajor: '1',
    emulationMinor: minor,
    minCompatibilityMajor: '1',
    minCompatibilityMinor: String(Number(minor) - 1),
  };
  return {
    major: '1',
    minor,
    ...(Number(minor) >= 33 && emulation),
    gitVersion: world.hostile.apiserver ? hostileText(gitVersion(version)) : gitVersion(version),
    gitCommit: '98b35193b2ac7a23a673325f5e9b830ecd5ba406',
    gitTreeState: 'clean',
    buildDate: '2026-11-22T01:06:52Z',
    goVersion: 'go1.26.10',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}
