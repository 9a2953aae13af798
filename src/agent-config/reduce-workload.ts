/** From a DaemonSet to what decides where its pods run. Environment, arguments, annotations and secrets are dropped here. */
import { text as textOf } from '../host/text.js';
import { list, record } from '../kubernetes/json.js';
import type { AgentWorkload, HostPathVolume, PodTemplate, Requirement, SelectorTerm, Toleration } from '../model/facts/placement.js';
import { lastChange } from './last-change.js';

const MOST = 100;
const text = (value: unknown, max = 316) => textOf(value, max);

/** A string map, its keys and values cleaned. */
export function stringMap(json: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record(json))
      .slice(0, MOST)
      .map(([key, value]) => [text(key), text(value)]),
  );
}

/** A DaemonSet as judged; undefined where the object is none. */
export function reduceDaemonSet(json: unknown): AgentWorkload | undefined {
  const { metadata, spec } = record(json);
  const { name, namespace, labels, annotations, ownerReferences } = record(metadata);
  if (typeof name !== 'string') return undefined;
  const generation = text(record(annotations)['deprecated.daemonset.template.generation'], 20);
  const { template } = record(spec);
  const reduced = reduceTemplate(record(template).spec);
  const own = stringMap(labels);
  const owner = list(ownerReferences).map((each) => text(record(each).kind));
  const managedBy = own['app.kubernetes.io/managed-by']?.toLowerCase() ?? '';
  return {
    namespace: text(namespace),
    name: text(name),
    manager: owner.includes('DatadogAgent') || managedBy.includes('operator') ? 'operator' : managedBy === 'helm' ? 'helm' : 'unknown',
    datadog: isAgentLabelled({ ...own, ...stringMap(record(record(template).metadata).labels) }) || reduced.images.some(isAgentImage),
    template: reduced,
    ...lastChange(json, 'f:spec'),
    ...(generation !== '' && { generation }),
  };
}

/** The agent's own image, from whichever registry; not the Cluster Agent's. */
export function isAgentImage(image: string): boolean {
  return /(^|[./-])datadog(hq)?(\.com)?\/agent([:@-]|$)/.test(image);
}

/** Labels of the chart, of the operator, and of the manifests of the documentation; never cluster check runners or the Cluster Agent. */
export function isAgentLabelled(labels: Readonly<Record<string, string>>): boolean {
  const [operator, component] = [labels['agent.datadoghq.com/component'], labels['app.kubernetes.io/component']];
  if (operator !== undefined) return operator === 'agent';
  if (component !== undefined && component !== 'agent') return false;
  return /^datadog(-agent)?(-deployment)?$/.test(labels['app.kubernetes.io/name'] ?? '') || /^datadog(-agent)?$/.test(labels.app ?? '');
}

/** Pods of the chart that run the agent's image on purpose beside the node's agent. */
export function isClusterCheckRunner(labels: Readonly<Record<string, string>>): boolean {
  return Object.values(labels).some((value) => /cluster-?checks?(-?runner|-agent)/.test(value));
}

function reduceTemplate(json: unknown): PodTemplate {
  const { nodeName, nodeSelector, affinity, tolerations, hostNetwork, priorityClassName, serviceAccountName, containers } = record(json);
  const { automountServiceAccountToken } = record(json);
  const required = record(record(affinity).nodeAffinity).requiredDuringSchedulingIgnoredDuringExecution;
  const [hostPorts, hostPaths] = [hostPortsOf(json), hostPathsOf(json)];
  return {
    ...(nodeName ? { nodeName: text(nodeName) } : {}),
    nodeSelector: stringMap(nodeSelector),
    ...(required ? { affinity: list(record(required).nodeSelectorTerms).slice(0, MOST).map(reduceTerm) } : {}),
    ...(Array.isArray(tolerations) ? { tolerations: tolerations.slice(0, MOST).map(reduceToleration) } : {}),
    hostNetwork: hostNetwork === true,
    ...(priorityClassName ? { priorityClass: text(priorityClassName) } : {}),
    ...(serviceAccountName ? { serviceAccount: text(serviceAccountName) } : {}),
    asks: asksOf(json),
    images: list(containers)
      .slice(0, 20)
      .map((container) => text(record(container).image)),
    ...(hostPorts.length > 0 && { hostPorts }),
    ...(hostPaths.length > 0 && { hostPaths }),
    ...(typeof automountServiceAccountToken === 'boolean' && { automount: automountServiceAccountToken }),
  };
}

/** Ports of the node that a pod asks for, `[ADDRESS:]PORT/PROTOCOL`: on the node's own network, each port of a container is one. */
export function hostPortsOf(json: unknown): string[] {
  const { containers, initContainers, hostNetwork } = record(json);
  const ports = [...list(containers), ...list(initContainers)].flatMap((each) => list(record(each).ports).map(record));
  const written = ports.flatMap(({ hostPort, containerPort, protocol, hostIP }) => {
    const port = Number(hostPort ?? (hostNetwork === true ? containerPort : 0));
    if (!Number.isInteger(port) || port <= 0 || port > 65_535) return [];
    const address = text(hostIP, 45);
    return [`${EVERY_ADDRESS.includes(address) ? '' : `${address}:`}${port}/${text(protocol, 5) || 'TCP'}`];
  });
  return [...new Set(written)].slice(0, MOST);
}

const EVERY_ADDRESS = ['', '0.0.0.0', '::'];

function hostPathsOf(json: unknown): HostPathVolume[] {
  return list(record(json).volumes)
    .map(record)
    .filter(({ hostPath }) => hostPath !== undefined && hostPath !== null)
    .slice(0, MOST)
    .map(({ name, hostPath }) => {
      const { path, type } = record(hostPath);
      return { volume: text(name, 63), path: text(path), ...(type ? { type: text(type, 30) } : {}) };
    });
}

function reduceToleration(json: unknown): Toleration {
  const { key, operator, value, effect } = record(json);
  return { key: text(key), operator: text(operator, 20), value: text(value), effect: text(effect, 30) };
}

function reduceTerm(json: unknown): SelectorTerm {
  const { matchExpressions, matchFields } = record(json);
  return {
    expressions: list(matchExpressions).slice(0, MOST).map(reduceRequirement),
    fields: list(matchFields).slice(0, MOST).map(reduceRequirement),
  };
}

function reduceRequirement(json: unknown): Requirement {
  const { key, operator, values } = record(json);
  return {
    key: text(key),
    operator: text(operator, 20),
    values: list(values)
      .slice(0, MOST)
      .map((value) => text(value)),
  };
}

/** Capabilities that the level baseline lets a container add (pod-security-admission policy/check_capabilities_baseline.go). */
const BASELINE_CAPABILITIES = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(' '),
);

/** What the level baseline forbids, found in a pod's spec; a node agent asks for some of it. */
export function asksOf(json: unknown): string[] {
  const spec = record(json);
  const containers = [...list(spec.containers), ...list(spec.initContainers)].map(record);
  const ports = containers.flatMap((each) => list(each.ports).map((port) => Number(record(port).hostPort) || 0));
  const contexts = containers.map((each) => record(each.securityContext));
  const added = contexts.flatMap((context) => list(record(context.capabilities).add).map(String));
  const unconfined = [spec.securityContext, ...contexts].map(record).some((c) => record(c.seccompProfile).type === 'Unconfined');
  return [
    ...(['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field] === true),
    ...(list(spec.volumes).some((volume) => record(volume).hostPath !== undefined) ? ['hostPath volumes'] : []),
    ...(ports.some((port) => port > 0) ? ['hostPort'] : []),
    ...(contexts.some((context) => context.privileged === true) ? ['privileged'] : []),
    ...(added.some((name) => !BASELINE_CAPABILITIES.has(name)) ? ['added capabilities'] : []),
    ...(unconfined ? ['seccomp Unconfined'] : []),
  ];
}
