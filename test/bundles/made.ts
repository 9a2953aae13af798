/** Bundles of our own making, in the shapes of their collectors: an agent on three nodes, with faults that are told. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

type Json = Record<string, unknown>;
export type Files = Record<string, string | object>;

/** A directory with these files. */
export function written(files: Files): string {
  const root = mkdtempSync(path.join(tmpdir(), 'kd-bundle-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
  return root;
}

export const listOf = (kind: string, items: readonly object[]): Json => ({ kind: `${kind}List`, apiVersion: 'v1', metadata: {}, items });

const HEARTBEAT = '2026-01-05T09:59:50Z';

export function node(name: string, ready: 'True' | 'False' | 'Unknown' = 'True'): Json {
  return {
    kind: 'Node',
    apiVersion: 'v1',
    metadata: { name, labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': name } },
    spec: {},
    status: {
      nodeInfo: { kubeletVersion: 'v1.31.2', osImage: 'Ubuntu' },
      addresses: [{ type: 'InternalIP', address: `192.0.2.${name.slice(1)}` }],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      conditions: [
        { type: 'Ready', status: ready, reason: 'KubeletReady', lastHeartbeatTime: HEARTBEAT, lastTransitionTime: '2026-01-05T09:00:00Z' },
      ],
      images: [{ names: ['registry.example/large'], sizeBytes: 1 }],
    },
  };
}

/** What stands in the clear in bundles, and may stand in no output. */
export const SENTINELS = ['sentinelApiKey0123456789abcdef', 'sentinel-hunter2', 'sentinelTokenOfSecret'];

export const ENV: readonly Json[] = [
  { name: 'DD_API_KEY', value: SENTINELS[0] },
  { name: 'DD_KUBERNETES_KUBELET_HOST', value: '192.0.2.1' },
  { name: 'DD_KUBELET_TLS_VERIFY', value: '***HIDDEN***' },
  { name: 'MY_PASSWORD', value: SENTINELS[1] },
];

const specOf = (env: readonly Json[]): Json => ({
  serviceAccountName: 'datadog-agent',
  containers: [{ name: 'agent', image: 'gcr.io/datadoghq/agent:7.62.0', env, volumeMounts: [] }],
});

export function daemonSet(env: readonly Json[] = ENV): Json {
  return {
    kind: 'DaemonSet',
    apiVersion: 'apps/v1',
    metadata: { name: 'datadog-agent', namespace: 'datadog', labels: { 'app.kubernetes.io/name': 'datadog' } },
    spec: { template: { metadata: { labels: { app: 'datadog-agent' } }, spec: specOf(env) } },
  };
}

export function pod(on: string): Json {
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name: `datadog-agent-${on}`,
      namespace: 'datadog',
      labels: { app: 'datadog-agent' },
      ownerReferences: [{ kind: 'DaemonSet', name: 'datadog-agent', controller: true }],
    },
    spec: { ...specOf(ENV), nodeName: on },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'agent', ready: true, restartCount: 0, state: { running: {} } }],
    },
  };
}

const rbac = (kind: string, name: string, rest: Json): Json => ({
  kind,
  apiVersion: 'rbac.authorization.k8s.io/v1',
  metadata: { name },
  ...rest,
});

export const ROLE = rbac('ClusterRole', 'datadog-agent', {
  rules: [{ apiGroups: [''], resources: ['nodes/metrics', 'nodes/proxy', 'nodes/stats'], verbs: ['get'] }],
});

/** For an account of another namespace. */
export const BINDING = rbac('ClusterRoleBinding', 'datadog-agent', {
  roleRef: { kind: 'ClusterRole', name: 'datadog-agent' },
  subjects: [{ kind: 'ServiceAccount', name: 'datadog-agent', namespace: 'default' }],
});

const NAMESPACES = ['default', 'datadog', 'kube-node-lease'];
export const NODES = ['n1', 'n2', 'n3'];

/** Troubleshoot: everything is listed. */
export function troubleshoot(): Files {
  const at = 'support-bundle-2026-01-05T10_00_00';
  const within = (resource: string, kind: string, own: Record<string, readonly object[]> = {}): Files =>
    Object.fromEntries(NAMESPACES.map((each) => [`${at}/cluster-resources/${resource}/${each}.json`, listOf(kind, own[each] ?? [])]));
  const leases = NODES.map((name) => ({
    kind: 'Lease',
    apiVersion: 'coordination.k8s.io/v1',
    metadata: { name, namespace: 'kube-node-lease' },
    spec: { renewTime: name === 'n3' ? '2026-01-05T09:00:00.000000Z' : '2026-01-05T09:59:58.000000Z', leaseDurationSeconds: 40 },
  }));
  const secret = { kind: 'Secret', apiVersion: 'v1', metadata: { name: 's', namespace: 'default' }, stringData: { token: SENTINELS[2] } };
  return {
    [`${at}/version.yaml`]: 'apiVersion: troubleshoot.sh/v1beta2\nkind: SupportBundle\nspec:\n  versionNumber: v0.123.0\n',
    [`${at}/cluster-info/cluster_version.json`]: { info: { major: '1', minor: '31', gitVersion: 'v1.31.2' }, string: 'v1.31.2' },
    [`${at}/cluster-resources/nodes.json`]: listOf('Node', [node('n1'), node('n2'), node('n3', 'Unknown')]),
    [`${at}/cluster-resources/namespaces.json`]: listOf(
      'Namespace',
      NAMESPACES.map((name) => ({ kind: 'Namespace', apiVersion: 'v1', metadata: { name } })),
    ),
    [`${at}/cluster-resources/clusterroles.json`]: listOf('ClusterRole', [ROLE]),
    [`${at}/cluster-resources/clusterrolebindings.json`]: listOf('ClusterRoleBinding', [BINDING]),
    [`${at}/cluster-resources/secrets/default.json`]: listOf('Secret', [secret]),
    ...within('daemonsets', 'DaemonSet', { datadog: [daemonSet()] }),
    ...within('pods', 'Pod', { datadog: [pod('n1'), pod('n3')] }),
    ...within('leases', 'Lease', { 'kube-node-lease': leases }),
    ...within('roles', 'Role'),
    ...within('rolebindings', 'RoleBinding'),
    ...within('events', 'Event'),
    ...within('network-policy', 'NetworkPolicy'),
    ...within('serviceaccounts', 'ServiceAccount', {
      datadog: [{ kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name: 'datadog-agent', namespace: 'datadog' } }],
    }),
  };
}

/** Must-gather: of the agent's namespace what was inspected, and of RBAC what some operator is related to. */
export function mustGather(): Files {
  const at = 'must-gather.local.1/quay-io-image-sha256';
  const yaml = (value: object) => `---\n${JSON.stringify(value)}\n`;
  return {
    [`${at}/version`]: 'openshift/must-gather\n4.16.0\n',
    [`${at}/timestamp`]: '2026-01-05 10:00:00.1 +0000 UTC m=+0.1\n',
    ...Object.fromEntries(NODES.map((name) => [`${at}/cluster-scoped-resources/core/nodes/${name}.yaml`, yaml(node(name))])),
    [`${at}/cluster-scoped-resources/rbac.authorization.k8s.io/clusterroles/other.yaml`]: yaml(rbac('ClusterRole', 'other', { rules: [] })),
    [`${at}/namespaces/datadog/datadog.yaml`]: yaml({ kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'datadog' } }),
    [`${at}/namespaces/datadog/apps/daemonsets.yaml`]: yaml(listOf('DaemonSet', [daemonSet([])])),
    [`${at}/namespaces/datadog/core/pods.yaml`]: yaml(listOf('Pod', NODES.map(pod))),
  };
}
