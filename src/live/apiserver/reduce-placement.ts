/** From lists of nodes, pods and events to what is judged of them: names, states, reasons; the rest is dropped here. */

import { isTime, lastChange, turned } from '../../agent-config/last-change.js';
import { asksOf, hostPortsOf, isAgentImage, isAgentLabelled, isClusterCheckRunner, stringMap } from '../../agent-config/reduce-workload.js';
import { text } from '../../host/text.js';
import { list, record } from '../../kubernetes/json.js';
import { platformOf } from '../../kubernetes/kubelet/platforms.js';
import { SERVICE_ACCOUNT_DIRECTORY } from '../../kubernetes/service-account.js';
import { CONTROL_PLANE_LABELS } from '../../kubernetes/taints.js';
import type { AgentPod, AgentWorkload, PlacementNode, PodEvent, PortHolder, RefusedCreate } from '../../model/facts/placement.js';

/** Labels that our own rules read, whatever the selectors ask for. */
const JUDGED_LABELS = [...CONTROL_PLANE_LABELS, 'kubernetes.io/os', 'kubernetes.io/hostname', 'type', 'eks.amazonaws.com/compute-type'];

/** The labels that selectors and required affinity of these workloads read. */
export function labelsRead(workloads: readonly AgentWorkload[]): Set<string> {
  const expressions = workloads.flatMap(({ template }) => template.affinity ?? []).flatMap((term) => term.expressions);
  const selected = workloads.flatMap(({ template }) => Object.keys(template.nodeSelector));
  return new Set([...JUDGED_LABELS, ...selected, ...expressions.map(({ key }) => key)]);
}

export function reducePlacementNode(json: unknown, keep: ReadonlySet<string>): PlacementNode[] {
  const { metadata, spec, status } = record(json);
  const { name, labels } = record(metadata);
  if (typeof name !== 'string') return [];
  const { taints, unschedulable, providerID } = record(spec);
  const conditions = list(record(status).conditions).map(record);
  const condition = conditions.find(({ type }) => type === 'Ready');
  const ready = condition?.status;
  const since = ready === 'True' ? undefined : turned(condition);
  const provider = providerOf(Object.keys(record(labels)), text(providerID));
  const { kubeletVersion, osImage } = record(record(status).nodeInfo);
  const platform = platformOf({
    name: text(name),
    version: text(kubeletVersion, 60),
    osImage: text(osImage),
    labels: record(labels),
  });
  return [
    {
      node: text(name),
      labels: Object.fromEntries(
        Object.entries(record(labels)).flatMap(([key, value]) => (keep.has(key) ? [[text(key, 316), text(value)]] : [])),
      ),
      taints: list(taints)
        .slice(0, 50)
        .map(record)
        .map(({ key, value, effect, timeAdded }) => ({
          key: text(key, 316),
          value: text(value),
          effect: text(effect, 30),
          ...(isTime(timeAdded) && { added: timeAdded }),
        })),
      unschedulable: unschedulable === true,
      ready: ready === 'True' || ready === 'False' ? ready : 'Unknown',
      ...(since && { readySince: since }),
      // An apiserver always gives its versions (core/v1 types.go: status.nodeInfo is never left out); who trims a file may not.
      ...(conditions.length === 0 && kubeletVersion === undefined && { untold: true as const }),
      ...((unschedulable === true || list(taints).length > 0) && lastChange(json, 'f:spec.f:taints', 'f:spec.f:unschedulable')),
      pressure: conditions.flatMap(({ type, status }) => (type !== 'Ready' && status === 'True' ? [text(type, 60)] : [])).slice(0, 10),
      kubeletVersion: text(kubeletVersion, 60),
      ...(provider ? { provider } : {}),
      ...(platform ? { platform } : {}),
    },
  ];
}

/** Managed clusters mark every node of theirs; a self-made cluster on the same machines lacks the labels. */
function providerOf(labels: string[], providerId: string): PlacementNode['provider'] {
  const marked = (prefix: string) => labels.some((label) => label.startsWith(prefix));
  if (marked('eks.amazonaws.com/')) return 'EKS';
  if (marked('cloud.google.com/gke-')) return 'GKE';
  return marked('kubernetes.azure.com/') && providerId.startsWith('azure://') ? 'AKS' : undefined;
}

/** Which pods count as an agent's: those of its DaemonSets, and those that run its image. */
export interface AgentMarks {
  /** `NAMESPACE/NAME` of its DaemonSets. */
  owners: ReadonlySet<string>;
  /** First images of its DaemonSets, without their tags. */
  images: ReadonlySet<string>;
  /** Ports of the node that its DaemonSets ask for. */
  ports: readonly string[];
  /** By `NAMESPACE/NAME`. */
  workloads: ReadonlyMap<string, AgentWorkload>;
}

export function marksOf(workloads: readonly AgentWorkload[]): AgentMarks {
  return {
    owners: new Set(workloads.map(({ namespace, name }) => `${namespace}/${name}`)),
    images: new Set(workloads.flatMap(({ template }) => (template.images[0] ? [repositoryOf(template.images[0])] : []))),
    ports: [...new Set(workloads.flatMap(({ template }) => template.hostPorts ?? []))],
    workloads: new Map(workloads.map((workload) => [`${workload.namespace}/${workload.name}`, workload])),
  };
}

/** Without its tag. By a digest alone it is the image: OpenShift keeps all of a release in one repository. */
export function repositoryOf(image: string): string {
  const named = image.replace(/@.*$/s, '');
  const repository = named.replace(/:[^:/]*$/, '');
  return repository === named && named !== image ? image : repository;
}

/** A pod of the agent, or nothing. A finished pod (Succeeded, Evicted) is no agent any more. */
export function reduceAgentPod(json: unknown, marks: AgentMarks): AgentPod[] {
  const { metadata, spec, status } = record(json);
  const { name, namespace, ownerReferences, labels, deletionTimestamp } = record(metadata);
  const owners = list(ownerReferences).map(record);
  const controller = owners.find((owner) => owner.controller === true) ?? owners[0];
  const owner = controller ? `${text(controller.kind, 63)}/${text(controller.name)}` : '';
  const images = list(record(spec).containers).map((container) => text(record(container).image, 512));
  const ours = controller?.kind === 'DaemonSet' && marks.owners.has(`${text(namespace)}/${text(controller.name)}`);
  const ran = images.some((image) => isAgentImage(image) || marks.images.has(repositoryOf(image)));
  const own = stringMap(labels);
  const phase = text(record(status).phase, 20);
  if (!ours && (!ran || isClusterCheckRunner(own) || phase === 'Succeeded' || phase === 'Failed')) return [];
  const node = text(record(spec).nodeName) || wantedNode(record(spec).affinity);
  if (!node) return [];
  const condition = list(record(status).conditions).find((each) => record(each).type === 'Ready');
  const ready = record(condition).status === 'True' && phase === 'Running';
  const since = ready ? undefined : turned(condition);
  const restarts = list(record(status).containerStatuses).map((each) => Number(record(each).restartCount) || 0);
  const workload = ours ? marks.workloads.get(`${text(namespace)}/${text(controller.name)}`) : undefined;
  const taken = workload ? takenFrom(spec, text(record(labels)['pod-template-generation'], 20), workload) : [];
  return [
    {
      namespace: text(namespace),
      pod: text(name),
      node,
      owner,
      sidecar: !ours && controller?.kind !== 'DaemonSet' && images.length > 1 && !isAgentLabelled(own),
      phase,
      ready,
      ...(since && { readySince: since }),
      leaving: deletionTimestamp !== undefined,
      restarts: Math.max(0, ...restarts),
      ...(ready ? {} : whyNot(record(status))),
      ...(taken.length > 0 && { taken }),
    },
  ];
}

/**
 * What the pod lacks that the very template has of which it was made: admission left it out, for nothing else writes a pod's spec between the two. The
 * DaemonSet controller writes the template's generation on its pods (Kubernetes 1.36 pkg/controller/daemon/util CreatePodTemplate). A token is mounted
 * by admission itself (plugin ServiceAccount), unless template or account say otherwise; a webhook comes behind it (pkg/kubeapiserver/options/plugins.go).
 */
function takenFrom(spec: unknown, generation: string, { template, generation: own }: AgentWorkload): string[] {
  if (own === undefined || own !== generation) return [];
  const asks = asksOf(spec);
  const isTokenless = template.automount !== false && !hasToken(spec);
  return [...(isTokenless ? ['token'] : []), ...template.asks.filter((ask) => !asks.includes(ask))];
}

function hasToken(spec: unknown): boolean {
  const mounts = list(record(spec).containers).flatMap((each) => list(record(each).volumeMounts).map(record));
  const sources = list(record(spec).volumes).flatMap((each) => list(record(record(each).projected).sources).map(record));
  return (
    mounts.some(({ mountPath }) => mountPath === SERVICE_ACCOUNT_DIRECTORY) ||
    sources.some((source) => source.serviceAccountToken !== undefined)
  );
}

/** A pod that has a port of its node which an agent asks for; an agent's own pods are among them. */
export function reducePortHolder(json: unknown, { ports }: AgentMarks): PortHolder[] {
  const { metadata, spec, status } = record(json);
  const { name, namespace, ownerReferences } = record(metadata);
  const { phase } = record(status);
  if (ports.length === 0 || typeof record(spec).nodeName !== 'string' || phase === 'Succeeded' || phase === 'Failed') return [];
  const held = hostPortsOf(spec).filter((port) => ports.some((asked) => excludes(asked, port)));
  if (held.length === 0) return [];
  const owners = list(ownerReferences).map(record);
  const controller = owners.find((owner) => owner.controller === true) ?? owners[0];
  const owner = controller ? `${text(controller.kind, 63)}/${text(controller.name)}` : '';
  return [{ namespace: text(namespace), pod: text(name), node: text(record(spec).nodeName), owner, ports: held }];
}

const MOST_HOLDERS = 50;

/** On a node where an agent's pod waits for its place, who has a port that it asks for. */
export function holdersAt(pods: readonly AgentPod[], holders: readonly PortHolder[]): PortHolder[] {
  const waiting = pods.filter(({ ready, leaving }) => !ready && !leaving);
  const nodes = new Set(waiting.map(({ node }) => node));
  const own = new Set(waiting.map(({ namespace, pod }) => `${namespace}/${pod}`));
  return holders.filter(({ node, namespace, pod }) => nodes.has(node) && !own.has(`${namespace}/${pod}`)).slice(0, MOST_HOLDERS);
}

/** Of two with the same port and protocol one is enough, where either is for every address (Kubernetes 1.36 k8s.io/kube-scheduler/framework HostPortInfo). */
function excludes(one: string, other: string): boolean {
  const [a, b] = [one, other].map((port) => /^(?:(.*):)?([^:]*)$/.exec(port) ?? []);
  return a?.[2] === b?.[2] && (a?.[1] === undefined || b?.[1] === undefined || a[1] === b[1]);
}

/** Until it is scheduled, a DaemonSet's pod names its node in matchFields (util.ReplaceDaemonSetPodNodeNameNodeAffinity). */
function wantedNode(affinity: unknown): string {
  const required = record(record(record(affinity).nodeAffinity).requiredDuringSchedulingIgnoredDuringExecution);
  const fields = list(required.nodeSelectorTerms).flatMap((term) => list(record(term).matchFields).map(record));
  return text(list(fields.find(({ key }) => key === 'metadata.name')?.values)[0]);
}

/** A runtime wraps what it says some five times: the reason stands at the end. */
const SAID = 600;

function whyNot(status: Record<string, unknown>): Pick<AgentPod, 'reason' | 'container' | 'message'> {
  const conditions = list(status.conditions).map(record);
  const unscheduled = conditions.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  if (unscheduled) return { reason: text(unscheduled.reason, 60) || 'Unschedulable', message: text(unscheduled.message, SAID) };
  if (status.reason) return { reason: text(status.reason, 60), message: text(status.message, SAID) };
  for (const each of [...list(status.initContainerStatuses), ...list(status.containerStatuses)].map(record)) {
    const [state, last] = [record(each.state), record(record(each.lastState).terminated)];
    const [waiting, ended] = [record(state.waiting), record(state.terminated)];
    const container = text(each.name, 63);
    const latest = ended.exitCode === undefined ? last : ended;
    const end = `exit code ${Number(latest.exitCode) || 0}${latest.reason ? ` (${text(latest.reason, 60)})` : ''}`;
    // A crash loop's own message says only for how long it waits: the last end says more.
    if (waiting.reason === 'CrashLoopBackOff') return { reason: 'CrashLoopBackOff', container, message: withLastWords(end, last) };
    if (waiting.reason && waiting.reason !== 'PodInitializing')
      return { reason: text(waiting.reason, 60), container, message: text(waiting.message, SAID) };
    if (ended.reason && Number(ended.exitCode) !== 0)
      return { reason: text(ended.reason, 60), container, message: withLastWords(end, ended) };
    if (state.running && each.ready === false && Number(each.restartCount) > 0)
      return { reason: 'restarting', container, message: withLastWords(end, last) };
    if (state.running && each.ready === false) return { reason: 'not ready', container };
  }
  return {};
}

/** The agent's own; or those of the runtime, which could not start it. */
function withLastWords(end: string, { reason, message }: Record<string, unknown>): string {
  const isRuntimes = reason === 'StartError' || reason === 'ContainerCannotRun';
  return [end, text(message, isRuntimes ? SAID : 200)].filter(Boolean).join(': ');
}

/** A FailedCreate event about a DaemonSet. */
export function reduceRefusedCreate(json: unknown): RefusedCreate[] {
  const { involvedObject, reason, firstTimestamp, metadata } = record(json);
  const { kind, namespace, name } = record(involvedObject);
  if (kind !== 'DaemonSet' || reason !== 'FailedCreate') return [];
  const first = [firstTimestamp, record(metadata).creationTimestamp].find(isTime);
  return [{ namespace: text(namespace), daemonset: text(name), ...happened(json), ...(first && { first }) }];
}

/** A warning about this pod. */
export function reducePodEvent(json: unknown, pod: string): PodEvent[] {
  const { involvedObject, reason, type } = record(json);
  const { kind, name } = record(involvedObject);
  if (kind !== 'Pod' || name !== pod || type !== 'Warning') return [];
  return [{ reason: text(reason, 60), ...happened(json) }];
}

/** Counts stand in two places, by the age of the API the event was written with. */
function happened(json: unknown): Pick<PodEvent, 'message' | 'count' | 'last'> {
  const { message, count, series, lastTimestamp, eventTime, metadata } = record(json);
  const last = lastTimestamp ?? record(series).lastObservedTime ?? eventTime ?? record(metadata).creationTimestamp;
  return { message: text(message, SAID), count: Number(count ?? record(series).count) || 1, last: text(last, 40) };
}
