/**
 * Of an object what some reducer reads. Images of nodes, managed fields of what is dated by other fields, the last applied text and the values of variables
 * that no agent has go; specs that many pods of one DaemonSet share are kept once.
 */
import { isAgentImage } from '../../agent-config/reduce-workload.js';
import { isKept } from '../../agent-config/template-settings.js';
import { list, record } from '../../kubernetes/json.js';
import type { Kind, KubeObject } from '../kinds.js';
import { isHidden } from './redacted.js';

const LEASES_OF_NODES = 'kube-node-lease';
const OF_KUBELETS: readonly unknown[] = ['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet'];
/** Of a ConfigMap: an agent's configuration is some KiB. */
const MOST_CONFIG_MAP = 256 * 1024;
const MOST_CONFIG_MAPS = 32 << 20;
const MOST_EVENTS = 50_000;

/** A pruner for one bundle: undefined for what is not kept at all. */
export function pruned(): (object: KubeObject, kind: Kind) => KubeObject | undefined {
  const specs = new Map<string, unknown>();
  const words = new Map<string, string>();
  const left = { configMaps: MOST_CONFIG_MAPS, events: MOST_EVENTS };

  /** One object for all specs that say the same. */
  const once = (spec: unknown): unknown => {
    const text = JSON.stringify(spec);
    const known = specs.get(text);
    if (known === undefined) specs.set(text, spec);
    return known ?? spec;
  };
  const word = (text: unknown): unknown => {
    if (typeof text !== 'string') return text;
    const known = words.get(text);
    if (known === undefined) words.set(text, text);
    return known ?? text;
  };

  function podOf(object: KubeObject): KubeObject {
    const { metadata, spec, status } = object;
    const { nodeName, affinity, ...shared } = record(spec);
    const owners = list(record(metadata).ownerReferences).map(record);
    const isDaemon = owners.some(({ kind }) => kind === 'DaemonSet');
    const { phase, reason, message, conditions, containerStatuses, initContainerStatuses } = record(status);
    const rest = once(isDaemon || isAgents(shared) ? specOf(shared) : shortSpecOf(shared)) as object;
    return {
      kind: 'Pod',
      metadata: { ...metaOf(metadata), namespace: word(record(metadata).namespace) },
      spec: { ...rest, ...(nodeName !== undefined && { nodeName: word(nodeName) }), ...(affinity && isDaemon ? { affinity } : {}) },
      status: {
        phase: word(phase),
        reason,
        message,
        conditions: list(conditions)
          .map(record)
          .filter(({ type, status: holds }) => type === 'Ready' || holds !== 'True')
          .map(({ lastProbeTime: _, observedGeneration: __, ...condition }) => condition),
        containerStatuses: list(containerStatuses).map(containerOf),
        initContainerStatuses: list(initContainerStatuses).map(containerOf),
      },
    };
  }

  return (object, { kind }) => {
    const { metadata, spec, status } = object;
    switch (kind) {
      case 'Pod':
        return podOf(object);
      case 'Node':
        return nodeOf(object);
      case 'Lease':
        return record(metadata).namespace === LEASES_OF_NODES ? { kind, metadata: metaOf(metadata), spec } : undefined;
      case 'CertificateSigningRequest':
        return OF_KUBELETS.includes(record(spec).signerName)
          ? { kind, metadata: metaOf(metadata), spec, status: { conditions: record(status).conditions } }
          : undefined;
      case 'Event':
        return isEventRead(object) && left.events-- > 0 ? eventOf(object) : undefined;
      case 'ConfigMap': {
        const size = JSON.stringify(object.data ?? {}).length;
        const fits = size <= MOST_CONFIG_MAP && size <= left.configMaps;
        if (fits) left.configMaps -= size;
        return { kind, metadata: metaOf(metadata), ...(fits && { data: shown(record(object.data)) }) };
      }
      case 'DaemonSet': {
        const template = record(record(spec).template);
        return {
          kind,
          metadata: metaOf(metadata, true),
          spec: { ...record(spec), template: { ...template, spec: specOf(record(template.spec)) } },
        };
      }
      default: {
        const { kind: _, apiVersion: __, metadata: ___, ...rest } = object;
        return { kind, ...rest, metadata: metaOf(metadata, true) };
      }
    }
  };
}

/** Of a file that is one value, what is hidden in it hides only that. */
function shown(data: KubeObject): KubeObject {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => !isHidden(value) || String(value).includes('\n')));
}

/** `dated`: with the fields by which a change is dated. */
function metaOf(metadata: unknown, dated = false): KubeObject {
  const {
    name,
    namespace,
    labels,
    annotations,
    ownerReferences,
    deletionTimestamp,
    creationTimestamp,
    resourceVersion,
    managedFields,
    uid,
  } = record(metadata);
  const generation = record(annotations)['deprecated.daemonset.template.generation'];
  return {
    name,
    ...(namespace !== undefined && { namespace }),
    ...(labels !== undefined && { labels }),
    ...(generation !== undefined && { annotations: { 'deprecated.daemonset.template.generation': generation } }),
    ...(ownerReferences !== undefined && {
      ownerReferences: list(ownerReferences)
        .map(record)
        .map(({ kind, name: owner, controller }) => ({ kind, name: owner, controller })),
    }),
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    ...(creationTimestamp !== undefined && { creationTimestamp }),
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(dated && managedFields !== undefined && { managedFields }),
    ...(dated && uid !== undefined && { uid }),
  };
}

function nodeOf({ metadata, spec, status }: KubeObject): KubeObject {
  const { taints, unschedulable, providerID } = record(spec);
  const { nodeInfo, addresses, conditions, daemonEndpoints } = record(status);
  const { kubeletVersion, osImage } = record(nodeInfo);
  const isKeptOff = unschedulable === true || list(taints).length > 0;
  return {
    kind: 'Node',
    metadata: metaOf(metadata, isKeptOff),
    spec: { taints, unschedulable, providerID },
    ...(status !== undefined && {
      status: {
        nodeInfo: { kubeletVersion, osImage },
        addresses: list(addresses).filter((each) => !isHidden(record(each).address)),
        conditions,
        daemonEndpoints,
      },
    }),
  };
}

/** What `askRefusedCreates` and `askPodEvents` ask for. */
function isEventRead({ involvedObject, reason, type }: KubeObject): boolean {
  const { kind } = record(involvedObject);
  return (kind === 'DaemonSet' && reason === 'FailedCreate') || (kind === 'Pod' && type === 'Warning');
}

function eventOf({
  metadata,
  involvedObject,
  reason,
  type,
  message,
  count,
  series,
  firstTimestamp,
  lastTimestamp,
  eventTime,
}: KubeObject): KubeObject {
  const { kind, name, namespace } = record(involvedObject);
  return {
    kind: 'Event',
    metadata: metaOf(metadata),
    involvedObject: { kind, name, namespace },
    reason,
    type,
    message,
    count,
    series,
    firstTimestamp,
    lastTimestamp,
    eventTime,
  };
}

function containerOf(status: unknown): KubeObject {
  const { name, state, lastState, ready, restartCount } = record(status);
  return { name, state, lastState, ready, restartCount };
}

function isAgents(spec: KubeObject): boolean {
  return list(spec.containers).some(
    (container) => isAgentImage(String(record(container).image ?? '').slice(0, 512)) || isClusterAgent(container),
  );
}

const isClusterAgent = (container: unknown): boolean => /cluster-agent/.test(String(record(container).image ?? '').slice(0, 512));

/** As it is written, without the values of variables that no agent reads, and with the mark of a value that is hidden. */
function specOf(spec: KubeObject): KubeObject {
  const { containers, initContainers, ...rest } = spec;
  return {
    ...withoutTokenNames(rest),
    ...(containers !== undefined && { containers: list(containers).map(fullContainer) }),
    ...(initContainers !== undefined && { initContainers: list(initContainers).map(fullContainer) }),
  };
}

function fullContainer(container: unknown): KubeObject {
  const { env, args: _, command: __, terminationMessagePath: ___, ...rest } = record(container);
  return {
    ...withoutTokenNames(rest),
    ...(env !== undefined && {
      env: list(env)
        .map(record)
        .map(({ name, value, valueFrom }) => {
          if (isHidden(value)) return { name, valueFrom: { fieldRef: { fieldPath: 'a value that the bundle hides' } } };
          return isKept(String(name)) || PROFILE_VARIABLE.test(String(name)) ? { name, value, valueFrom } : { name };
        }),
    }),
  };
}

/** Profiles go by these, of whatever agent. */
const PROFILE_VARIABLE = /^DD_[A-Z0-9_]{1,80}$/;

/** `kube-api-access-x7k2p`: the one name in which pods of one template differ. */
function withoutTokenNames(spec: KubeObject): KubeObject {
  const text = JSON.stringify(spec);
  return text.includes('kube-api-access-') ? JSON.parse(text.replace(/kube-api-access-[a-z0-9]{5}\b/g, 'kube-api-access')) : spec;
}

/** Of a pod that is no agent's: whose account it has, and which ports of its node. */
function shortSpecOf({ serviceAccountName, hostNetwork, containers }: KubeObject): KubeObject {
  return {
    serviceAccountName,
    ...(hostNetwork === true && { hostNetwork }),
    containers: list(containers)
      .map(record)
      .map(({ name, image, ports }) => ({ name, image, ...(ports !== undefined && { ports }) })),
  };
}
