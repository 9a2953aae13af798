/** A cluster of 5,000 nodes as `kubectl get -A -o json` prints it, a file a kind: read as it streams by, and each node judged. */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Family } from '../family.js';
import { measure, ours } from '../measure.js';

const NODES = 5000;
const OTHER_PODS = 3;
const MIB = 1024 * 1024;

export const family: Family = async function* ({ scratch }) {
  const root = path.join(scratch, 'lists');
  const bytes = await writeLists(root);
  const size = `${(bytes / MIB).toFixed(0)} MiB`;
  const { ms, cpuMs, peakMiB } = await measure(ours(['judge', root, '--exit-zero'], { withPeak: true }));
  yield {
    measure: `judge of JSON lists of ${NODES} nodes, ${size}`,
    limit: 60,
    figure: ms / 1000,
    unit: 's',
    of: `CPU ${(cpuMs / 1000).toFixed(0)} s`,
  };
  yield { measure: `judge of JSON lists of ${NODES} nodes, ${size}: peak memory`, limit: 400, figure: peakMiB, unit: 'MiB' };
};

type Json = Record<string, unknown>;
const COUNTED = Array.from({ length: NODES }, (_, at) => at);

/** How many bytes. */
async function writeLists(root: string): Promise<number> {
  await mkdir(root);
  let bytes = 0;
  const write = async (name: string, kind: string, items: Iterable<Json>) => {
    function* text() {
      let before = `{\n    "apiVersion": "v1",\n    "items": [\n`;
      for (const item of items) {
        const each = `${before}        ${JSON.stringify(item, null, 4).replaceAll('\n', '\n        ')}`;
        bytes += each.length;
        yield each;
        before = ',\n';
      }
      yield `\n    ],\n    "kind": "${kind}",\n    "metadata": {\n        "resourceVersion": ""\n    }\n}\n`;
    }
    await pipeline(Readable.from(text()), createWriteStream(path.join(root, name)));
  };
  await write('nodes.all.json', 'List', mapped(COUNTED, nodeAt));
  await write('pods.all.json', 'List', podsOf());
  await write('leases.all.json', 'List', mapped(COUNTED, leaseAt));
  await write('namespaces.all.json', 'List', [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'datadog' } }]);
  await write('daemonsets.all.json', 'List', [DAEMON_SET]);
  await write('clusterroles.all.json', 'List', [role('ClusterRole', { rules: [RULE] })]);
  await write('clusterrolebindings.all.json', 'List', [role('ClusterRoleBinding', { roleRef: ROLE_REF, subjects: [SUBJECT] })]);
  return bytes;
}

function* mapped<T>(list: readonly T[], make: (each: T) => Json): Generator<Json> {
  for (const each of list) yield make(each);
}

function* podsOf(): Generator<Json> {
  for (const at of COUNTED) {
    yield podAt(at, 'datadog', 'datadog-agent', 'DaemonSet', AGENT);
    for (let other = 0; other < OTHER_PODS; other += 1) yield podAt(at, `shop-${at % 40}`, `web-${other}`, 'ReplicaSet', WEB);
  }
}

const named = (at: number) => `ip-10-${Math.floor(at / 62_500)}-${Math.floor(at / 250) % 250}-${(at % 250) + 1}.example.internal`;
const addressOf = (at: number) => `10.0.${Math.floor(at / 250)}.${(at % 250) + 1}`;
const managed = (count: number) =>
  Array.from({ length: count }, (_, at) => ({
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:metadata': { 'f:annotations': { [`f:a${at}`]: {}, [`f:b${at}`]: {} } }, 'f:status': { 'f:conditions': {} } },
    manager: `manager-${at}`,
    operation: 'Update',
    time: '2026-01-05T09:00:00Z',
  }));

function nodeAt(at: number): Json {
  const isReady = at % 100 !== 7;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      annotations: { 'node.alpha.kubernetes.io/ttl': '0', 'csi.volume.kubernetes.io/nodeid': `{"ebs.csi.aws.com":"i-${at}"}` },
      creationTimestamp: '2025-11-05T09:00:00Z',
      labels: Object.fromEntries([
        ['kubernetes.io/hostname', named(at)],
        ['kubernetes.io/os', 'linux'],
        ...Array.from({ length: 15 }, (_, label) => [`example.com/label-${label}`, `value-${at % 7}`]),
      ]),
      managedFields: managed(4),
      name: named(at),
      resourceVersion: String(100_000 + at),
      uid: `00000000-0000-0000-0000-${String(at).padStart(12, '0')}`,
    },
    spec: {
      providerID: `aws:///eu-west-1a/i-${at}`,
      ...(at % 50 === 3 && { taints: [{ effect: 'NoSchedule', key: 'example.com/batch', value: 'true' }] }),
    },
    status: {
      addresses: [
        { address: addressOf(at), type: 'InternalIP' },
        { address: named(at), type: 'Hostname' },
      ],
      allocatable: { cpu: '7910m', memory: '31Gi', pods: '58' },
      capacity: { cpu: '8', memory: '32Gi', pods: '58' },
      conditions: ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map((type) => ({
        lastHeartbeatTime: `2026-01-05T09:5${at % 10}:00Z`,
        lastTransitionTime: '2026-01-01T09:59:00Z',
        message: type === 'Ready' ? 'kubelet is posting ready status' : `kubelet has no ${type}`,
        reason: type === 'Ready' ? 'KubeletReady' : `KubeletHasNo${type}`,
        status: type === 'Ready' ? (isReady ? 'True' : 'Unknown') : 'False',
        type,
      })),
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      images: Array.from({ length: 50 }, (_, image) => ({
        names: [`registry.example/team/image-${image}@sha256:${'ab'.repeat(32)}`, `registry.example/team/image-${image}:v1`],
        sizeBytes: 123_450_000 + image,
      })),
      nodeInfo: { kubeletVersion: 'v1.31.2', osImage: 'Amazon Linux 2023', operatingSystem: 'linux' },
    },
  };
}

const container = (name: string, image: string, variables: number) => ({
  env: [
    { name: 'DD_KUBERNETES_KUBELET_HOST', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.hostIP' } } },
    ...Array.from({ length: variables }, (_, at) => ({ name: `VARIABLE_${at}`, value: 'x'.repeat(50) })),
  ],
  image,
  name,
  ports: [{ containerPort: 8126, hostPort: 8126, protocol: 'TCP' }],
  resources: { limits: { memory: '256Mi' }, requests: { cpu: '200m', memory: '256Mi' } },
  terminationMessagePath: '/dev/termination-log',
});
const AGENT = { containers: [container('agent', 'gcr.io/datadoghq/agent:7.62.0', 20)], serviceAccountName: 'datadog-agent' };
const WEB = { containers: [container('web', 'registry.example/web:1', 40)], serviceAccountName: 'default' };

function podAt(at: number, namespace: string, owner: string, kind: string, spec: Json): Json {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      creationTimestamp: '2026-01-04T09:00:00Z',
      labels: { app: owner, 'app.kubernetes.io/name': owner },
      managedFields: managed(3),
      name: `${owner}-${String(at).padStart(5, '0')}`,
      namespace,
      ownerReferences: [{ apiVersion: 'apps/v1', blockOwnerDeletion: true, controller: true, kind, name: owner, uid: '0' }],
      resourceVersion: String(200_000 + at),
    },
    spec: {
      ...spec,
      nodeName: named(at),
      tolerations: [{ effect: 'NoExecute', key: 'node.kubernetes.io/not-ready', operator: 'Exists' }],
      volumes: [{ name: `kube-api-access-${String(at).padStart(5, '0')}`, projected: { defaultMode: 420, sources: [] } }],
    },
    status: {
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
        lastProbeTime: null,
        lastTransitionTime: '2026-01-04T09:00:00Z',
        status: 'True',
        type,
      })),
      containerStatuses: [
        { name: 'c', ready: true, restartCount: 0, started: true, state: { running: { startedAt: '2026-01-04T09:00:00Z' } } },
      ],
      hostIP: addressOf(at),
      phase: 'Running',
      podIP: addressOf(at),
    },
  };
}

const leaseAt = (at: number): Json => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { managedFields: managed(1), name: named(at), namespace: 'kube-node-lease' },
  spec: {
    holderIdentity: named(at),
    leaseDurationSeconds: 40,
    renewTime: at % 100 === 7 ? '2026-01-05T09:00:00.000000Z' : '2026-01-05T09:59:58.000000Z',
  },
});

const DAEMON_SET: Json = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { labels: { 'app.kubernetes.io/name': 'datadog' }, name: 'datadog-agent', namespace: 'datadog' },
  spec: { selector: { matchLabels: { app: 'datadog-agent' } }, template: { metadata: { labels: { app: 'datadog-agent' } }, spec: AGENT } },
};
const RULE = { apiGroups: [''], resources: ['nodes/metrics', 'nodes/proxy', 'nodes/stats', 'nodes/spec'], verbs: ['get'] };
const ROLE_REF = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'datadog-agent' };
const SUBJECT = { kind: 'ServiceAccount', name: 'datadog-agent', namespace: 'datadog' };
const role = (kind: string, rest: Json): Json => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind,
  metadata: { name: 'datadog-agent' },
  ...rest,
});
