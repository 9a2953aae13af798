/** Where the agent of a world runs: more nodes, labels and taints, its DaemonSet, its pods, its namespace and the events about it. */

import { SERVICE_ACCOUNT_DIRECTORY } from '../../kubernetes/service-account.js';
import type { Toleration } from '../../model/facts/placement.js';
import { hostileText, SECRETS } from '../answers/hostile.js';
import { nodeObject } from '../answers/objects.js';
import { rfc3339 } from '../answers/payloads.js';
import { writtenBy } from '../answers/written-by.js';
import type { DaemonSetShape, Json, NodeShape } from '../world.js';
import type { Cluster } from './cluster.js';
import { uidOf } from './tokens.js';

const MARKS = { app: 'datadog-agent', 'app.kubernetes.io/component': 'agent', 'app.kubernetes.io/name': 'datadog-agent' };

/** All nodes: those with a kubelet, and the ones that are objects alone. */
export function nodeObjects(cluster: Cluster): Json[] {
  const { nodes: shapes = {} } = cluster.world.placement;
  const [template] = cluster.nodes.values();
  if (!template) return [];
  const names = [...cluster.nodes.keys(), ...Object.keys(shapes).filter((name) => !cluster.nodes.has(name))];
  return names.map((name) => shaped(nodeObject(cluster.nodes.get(name) ?? { ...template, name }, cluster), cluster, shapes[name]));
}

function shaped(node: Json, cluster: Cluster, { labels = {}, taints = [], unschedulable, ready }: NodeShape = {}): Json {
  const metadata = node.metadata as { labels: Json };
  const status = node.status as { conditions: Json[] };
  const spec = {
    ...(node.spec as Json),
    ...(taints.length > 0 ? { taints: taints.map(taintOf) } : {}),
    ...(unschedulable ? { unschedulable } : {}),
  };
  const conditions = status.conditions.map((c) => (c.type === 'Ready' && ready === false ? { ...c, status: 'Unknown' } : c));
  const written = [...(taints.length > 0 ? ['f:spec.f:taints'] : []), ...(unschedulable ? ['f:spec.f:unschedulable'] : [])];
  return {
    ...node,
    metadata: { ...metadata, labels: { ...metadata.labels, ...labels }, ...writtenBy('kubectl-taint', cluster.now(), ...written) },
    spec,
    status: { ...status, conditions },
  };
}

function taintOf(text: string): Json {
  const [, key = '', value, effect = ''] = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(text) ?? [];
  return { key, ...(value ? { value } : {}), effect };
}

type Resolved = Required<Omit<DaemonSetShape, 'waiting' | 'events' | 'tokenless'>>;

function resolved(cluster: Cluster): Resolved[] {
  const { namespace } = cluster.world.names;
  const nodes = nodeObjects(cluster);
  const shapes = cluster.world.placement.daemonSets ?? [{}];
  return shapes.map((shape) => ({
    namespace,
    name: 'datadog-agent',
    labels: MARKS,
    image: 'gcr.io/datadoghq/agent:7.70.0',
    spec: {},
    env: [{ name: 'DD_KUBERNETES_KUBELET_HOST', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } }],
    mounts: ['/proc', '/sys/fs/cgroup', '/var/run'],
    configMounts: [],
    on: refusal(cluster)
      ? []
      : nodes.filter((node) => takes(node, shape.spec ?? {})).map((node) => (node.metadata as { name: string }).name),
    ...shape,
  }));
}

/** The DaemonSet controller's own choice: the taints that it tolerates by itself (node.kubernetes.io/…) keep no pod of it off. */
function takes(node: Json, spec: Json): boolean {
  const { labels } = node.metadata as { labels: Record<string, string> };
  const { taints = [] } = node.spec as { taints?: { key: string; value?: string; effect: string }[] };
  const tolerations = (spec.tolerations ?? []) as Partial<Toleration>[];
  const selector = Object.entries((spec.nodeSelector ?? {}) as Record<string, string>);
  const tolerated = taints.every(
    (taint) =>
      taint.key.startsWith('node.kubernetes.io/') ||
      taint.effect === 'PreferNoSchedule' ||
      tolerations.some(
        ({ key, operator = 'Equal', value = '', effect }) =>
          (effect === undefined || effect === taint.effect) &&
          (key === undefined ? operator === 'Exists' : key === taint.key) &&
          (operator === 'Exists' || value === (taint.value ?? '')),
      ),
  );
  return tolerated && selector.every(([key, value]) => labels[key] === value);
}

/** What admission says to a pod of the agent now: Pod Security refuses nothing in a namespace that enforces `privileged`. */
function refusal({ world }: Cluster): string | undefined {
  const { refused, namespaceLabels = {} } = world.placement;
  const level = namespaceLabels['pod-security.kubernetes.io/enforce'] ?? 'privileged';
  return refused?.startsWith('violates PodSecurity') && level === 'privileged' ? undefined : refused;
}

/** The agent's own spec: it asks for the host, and its environment holds what must never be shown. */
function podSpec({ image, spec, env, mounts, configMounts }: Resolved): Json {
  const volumes = mounts.map((path, at) => ({ name: `host-${at}`, hostPath: { path } }));
  const configs = configMounts.map((_, at) => ({ name: `config-${at}`, configMap: { name: 'custom-integration' } }));
  const volumeMounts = [
    ...mounts.map((path, at) => ({ name: `host-${at}`, mountPath: `/host${path}`, readOnly: true })),
    ...configMounts.map((mountPath, at) => ({ name: `config-${at}`, mountPath })),
  ];
  const variables = [{ name: 'DD_API_KEY', value: SECRETS.podEnvironment }, ...env];
  return {
    hostPID: true,
    serviceAccountName: 'datadog-agent',
    containers: [{ name: 'agent', image, env: variables, ports: [{ hostPort: 8125 }], volumeMounts }],
    volumes: [...volumes, ...configs],
    ...spec,
  };
}

export function daemonSetObjects(cluster: Cluster): Json[] {
  return resolved(cluster).map(({ namespace, name, labels, on, ...shape }) => ({
    metadata: {
      name,
      namespace,
      uid: uidOf(`ds/${namespace}/${name}`),
      generation: 1,
      labels,
      annotations: { note: SECRETS.podEnvironment, 'deprecated.daemonset.template.generation': '1' },
      ...writtenBy('helm', cluster.now() - 86_400_000, 'f:spec'),
    },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels }, spec: podSpec({ namespace, name, labels, on, ...shape }) },
    },
    status: { desiredNumberScheduled: on.length, currentNumberScheduled: on.length, numberReady: on.length, observedGeneration: 1 },
  }));
}

export function agentPodObjects(cluster: Cluster): Json[] {
  const shapes = cluster.world.placement.daemonSets ?? [{}];
  const daemons = resolved(cluster).flatMap((shape, at) => {
    const { namespace, name, labels, on } = shape;
    const taken = new Set<string>();
    return on.map((node, index): Json => {
      const controller = { apiVersion: 'apps/v1', kind: 'DaemonSet', name, uid: uidOf(`ds/${namespace}/${name}`), controller: true };
      const own = node === cluster.world.names.node && namespace === cluster.world.names.namespace && name === 'datadog-agent';
      const chance = uidOf(`${name}/${node}`).slice(0, 5);
      // Of thousands two would be called the same.
      const pod = own ? cluster.world.names.pod : `${name}-${taken.has(chance) ? index.toString(36).padStart(5, 'z') : chance}`;
      taken.add(chance);
      const metadata = { name: pod, namespace, labels: { ...labels, 'pod-template-generation': '1' }, ownerReferences: [controller] };
      const waiting = shapes[at]?.waiting;
      const place = waiting?.reason === 'Unschedulable' ? { affinity: wanting(node) } : { nodeName: node };
      return { metadata, spec: { ...withToken(podSpec(shape), shapes[at]?.tokenless), ...place }, status: statusOf(cluster, waiting) };
    });
  });
  const holders = Object.entries(cluster.world.placement.holders ?? {}).flatMap(([of, hostPort]) => {
    const [namespace = '', name = ''] = of.split('/');
    const controller = { apiVersion: 'apps/v1', kind: 'DaemonSet', name, uid: uidOf(`ds/${of}`), controller: true };
    const containers = [{ name: 'main', image: 'collector:1', ports: [{ containerPort: hostPort, hostPort }] }];
    return nodeObjects(cluster).map(({ metadata }): Json => {
      const nodeName = (metadata as { name: string }).name;
      const pod = { name: `${name}-${nodeName}`, namespace, labels: { app: name }, ownerReferences: [controller] };
      return { metadata: pod, spec: { nodeName, containers }, status: statusOf(cluster, undefined) };
    });
  });
  const sidecars = (cluster.world.placement.sidecars ?? []).map((node): Json => {
    const controller = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop-6b7f9', uid: uidOf('rs/shop'), controller: true };
    const containers = [
      { name: 'shop', image: 'shop:1' },
      { name: 'agent', image: 'gcr.io/datadoghq/agent:7.70.0' },
    ];
    const metadata = { name: `shop-6b7f9-${node}`, namespace: 'shop', labels: { app: 'shop' }, ownerReferences: [controller] };
    return { metadata, spec: { nodeName: node, containers }, status: statusOf(cluster, undefined) };
  });
  return [...daemons, ...sidecars, ...holders];
}

/** As the admission plugin ServiceAccount mounts it: the pod's word wins over its account's. */
function withToken(spec: Json, tokenless = false): Json {
  const { automountServiceAccountToken = !tokenless, containers, volumes } = spec;
  if (automountServiceAccountToken === false) return spec;
  const mount = { name: 'kube-api-access', mountPath: SERVICE_ACCOUNT_DIRECTORY, readOnly: true };
  return {
    ...spec,
    containers: (containers as { volumeMounts?: Json[] }[]).map((each) => ({
      ...each,
      volumeMounts: [...(each.volumeMounts ?? []), mount],
    })),
    volumes: [...(volumes as Json[]), { name: 'kube-api-access', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }],
  };
}

/** As the DaemonSet controller says for which node a pod is. */
function wanting(node: string): Json {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } } };
}

function statusOf(cluster: Cluster, waiting: DaemonSetShape['waiting']): Json {
  const message = waiting && (cluster.world.hostile.apiserver ? hostileText(waiting.message) : waiting.message);
  if (waiting?.reason === 'Unschedulable')
    return { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] };
  const isTried = waiting?.reason === 'CrashLoopBackOff';
  const terminated = { exitCode: 1, reason: 'Error', message };
  const state = waiting ? { waiting: { ...waiting, message } } : { running: { startedAt: rfc3339(cluster.now() - 3_600_000) } };
  const container = { name: 'agent', ready: !waiting, restartCount: isTried ? 7 : 0, state, lastState: isTried ? { terminated } : {} };
  const conditions = [
    { type: 'PodScheduled', status: 'True' },
    { type: 'Ready', status: waiting ? 'False' : 'True' },
  ];
  return { phase: waiting && !isTried ? 'Pending' : 'Running', conditions, containerStatuses: [container] };
}

export function namespaceObjects(cluster: Cluster): Json[] {
  const { namespaceLabels = {} } = cluster.world.placement;
  const { namespace } = cluster.world.names;
  return [...new Set([namespace, ...resolved(cluster).map((each) => each.namespace)])].map((name) => ({
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name, ...(name === namespace ? namespaceLabels : {}) } },
    status: { phase: 'Active' },
  }));
}

/** Of every namespace `default`, the agent's own, and those that a world names. */
export function accountObjects(cluster: Cluster): Json[] {
  const { namespace, serviceAccount } = cluster.world.names;
  const homes = namespaceObjects(cluster).map(({ metadata }) => `${(metadata as { name: string }).name}/default`);
  return [...new Set([...homes, `${namespace}/${serviceAccount}`, ...cluster.world.accounts])].map((account) => {
    const [home, name] = account.split('/');
    return { metadata: { namespace: home, name } };
  });
}

export function eventObjects(cluster: Cluster): Json[] {
  return [...refusalEvents(cluster), ...podEvents(cluster)];
}

/** As the kubelet and the scheduler write them. */
function podEvents(cluster: Cluster): Json[] {
  const shapes = cluster.world.placement.daemonSets ?? [];
  const pods = agentPodObjects(cluster).map(({ metadata }) => metadata as { name: string; namespace: string; ownerReferences: Json[] });
  return resolved(cluster).flatMap(({ namespace, name }, at) =>
    pods
      .filter((pod) => pod.namespace === namespace && pod.ownerReferences.some((owner) => owner.name === name))
      .flatMap((pod) =>
        (shapes[at]?.events ?? []).map(({ reason, message }, number) => ({
          metadata: { name: `${pod.name}.${number}`, namespace },
          involvedObject: { kind: 'Pod', namespace, name: pod.name, apiVersion: 'v1' },
          reason,
          type: 'Warning',
          message: cluster.world.hostile.apiserver ? hostileText(message) : message,
          count: 9,
          lastTimestamp: rfc3339(cluster.now() - 20_000),
        })),
      ),
  );
}

function refusalEvents(cluster: Cluster): Json[] {
  const refused = refusal(cluster);
  const [first] = resolved(cluster);
  if (!refused || !first) return [];
  const { namespace, name } = first;
  const message = `Error creating: pods "${name}-" is forbidden: ${cluster.world.hostile.apiserver ? hostileText(refused) : refused}`;
  const about = { kind: 'DaemonSet', namespace, name, apiVersion: 'apps/v1' };
  const lastTimestamp = rfc3339(cluster.now() - 30_000);
  return [
    {
      metadata: { name: `${name}.1`, namespace },
      involvedObject: about,
      reason: 'FailedCreate',
      type: 'Warning',
      message,
      count: 14,
      lastTimestamp,
    },
  ];
}

export function quotaObjects(cluster: Cluster): Json[] {
  const { namespace } = cluster.world.names;
  return (cluster.world.placement.quotas ?? []).map((name) => ({ metadata: { name, namespace }, spec: {}, status: {} }));
}

export function priorityClassObjects(cluster: Cluster): Json[] {
  const names = ['system-cluster-critical', 'system-node-critical', ...(cluster.world.placement.priorityClasses ?? [])];
  return names.map((name) => ({ metadata: { name }, value: 1000 }));
}

/** Each selects the agent's pods by their label. */
export function networkPolicyObjects(cluster: Cluster): Json[] {
  return Object.entries(cluster.world.network.egressPolicies).map(([name, egress]) => ({
    metadata: { name, namespace: cluster.world.names.namespace, ...writtenBy('kubectl-client-side-apply', cluster.now(), 'f:spec') },
    spec: { podSelector: { matchLabels: { app: MARKS.app } }, policyTypes: ['Egress'], egress },
  }));
}

export function configMapObjects({ world }: Cluster): Json[] {
  return Object.entries(world.placement.configMaps ?? {}).map(([name, data]) => ({
    metadata: { name, namespace: world.names.namespace },
    data,
  }));
}
