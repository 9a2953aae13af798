/** One row a node: has it an agent pod, is that ready, would one run, and the one reason why not. What the placement checks and `nodes` read. */

import { standInOf } from '../../../kubernetes/kubelet/stand-in.js';
import { placementOf, type Refusal } from '../../../kubernetes/scheduling.js';
import { CONTROL_PLANE_LABELS, isControlPlaneTaint } from '../../../kubernetes/taints.js';
import type { AgentPod, AgentWorkload, PlacementNode } from '../../../model/facts/placement.js';

/**
 * covered: an agent is there and ready. not-ready: there, but not. missing: one would run, and is not there. refused: none would run.
 * condition: the node's own state (not ready, unreachable, not yet set up) keeps new pods off. other: no DaemonSet of ours is meant for it.
 * unknown: one would run, and the pods were not read to their end.
 */
export type NodeState = 'covered' | 'not-ready' | 'missing' | 'refused' | 'condition' | 'other' | 'unknown';

export interface NodeRow {
  node: string;
  state: NodeState;
  controlPlane: boolean;
  ready: PlacementNode['ready'];
  unschedulable: boolean;
  pods: AgentPod[];
  /** Every pod that may be there was looked at, or one was found; where false, nothing is said of whether an agent is there. */
  podsRead: boolean;
  /** Why none would run; of the DaemonSet that comes nearest. Present also where a pod of before still runs. */
  refusal?: Refusal;
  workload?: AgentWorkload;
  /** Of `other`: all DaemonSets are for the control plane alone, and no agent is here. */
  leftOut?: { refusal: Refusal; workload: AgentWorkload };
}

/** Taints by which a node says that it is not in order, not for whom it is; they go by themselves (well-known taints of Kubernetes). */
const PASSING =
  /^(node\.kubernetes\.io\/(not-ready|unreachable|network-unavailable|out-of-service|(disk|memory|pid)-pressure)|node\.cloudprovider\.kubernetes\.io\/(uninitialized|shutdown))$/;

/** Nodes that run no DaemonSet by their nature: Fargate, virtual kubelets. An agent there is a sidecar of each pod. */
export const isVirtual = ({ labels, taints }: PlacementNode) =>
  standInOf(
    labels,
    taints.map(({ key }) => key),
  ) === 'virtual-kubelet' || labels['eks.amazonaws.com/compute-type'] === 'fargate';

export function isControlPlane({ labels, taints }: PlacementNode): boolean {
  return CONTROL_PLANE_LABELS.some((label) => Object.hasOwn(labels, label)) || taints.some(isControlPlaneTaint);
}

/** The further a refusal is down the controller's own order, the nearer the DaemonSet came to running there. */
const NEARNESS: Refusal['reason'][] = ['taint', 'node-affinity', 'node-selector', 'node-name'];

/** Of another operating system or processor than the node: by selector, or by required affinity. */
function isOtherSystem(refusal: Refusal): boolean {
  if (refusal.reason === 'node-affinity') return refusal.wanted.some((requirement) => SYSTEM.test(requirement.replace(/ .*/s, '')));
  return refusal.reason === 'node-selector' && SYSTEM.test(refusal.key) && refusal.found !== undefined;
}

const SYSTEM = /^(beta\.)?kubernetes\.io\/(os|arch)$/;

/** A DaemonSet that asks for a role of the control plane means those nodes alone; a node that has the role with another value is meant. */
const isForControlPlane = (refusal: Refusal) =>
  refusal.reason === 'node-selector' && refusal.found === undefined && CONTROL_PLANE_LABELS.includes(refusal.key);

/** As far as the pods were read; `planned`: a manifest has none yet. */
export type PodsRead = { pods: readonly AgentPod[]; complete: boolean } | 'unread' | 'planned';

/** A DaemonSet and the pods that are its own; `refusals`: of each node for which it is not meant. */
export interface Podless {
  workload: AgentWorkload;
  meant: PlacementNode[];
  refusals: { node: string; refusal: Refusal }[];
}

/**
 * DaemonSets without a single pod, by lists that were read to their end: where another's agent runs on its nodes, no row shows it. One for another
 * system than any node has is no fault beside others: its pool may be empty today.
 */
export function podlessIn(nodes: readonly PlacementNode[], workloads: readonly AgentWorkload[], pods: readonly AgentPod[]): Podless[] {
  const isOwn = ({ namespace, name }: AgentWorkload) =>
    pods.some((pod) => pod.namespace === namespace && pod.owner === `DaemonSet/${name}` && !pod.leaving);
  return workloads.flatMap((workload): Podless[] => {
    if (isOwn(workload)) return [];
    const judged = nodes
      .filter((node) => !node.brief && !isVirtual(node))
      .map((node) => ({ node, now: placementOf(lastingOf(node), workload.template) }));
    const meant = judged.flatMap(({ node, now }) => (now.runs ? [node] : []));
    const refusals = judged.flatMap(({ node, now }) => (now.runs ? [] : [{ node: node.node, refusal: now }]));
    const isElsewhere = meant.length === 0 && refusals.every(({ refusal }) => isOtherSystem(refusal));
    return isElsewhere ? [] : [{ workload, meant, refusals }];
  });
}

/** Without all pods no node is without an agent. */
export function rowsOf(nodes: readonly PlacementNode[], workloads: readonly AgentWorkload[], read: PodsRead): NodeRow[] {
  const byNode = new Map<string, AgentPod[]>();
  for (const pod of typeof read === 'string' ? [] : read.pods) {
    const others = byNode.get(pod.node);
    if (others) others.push(pod);
    else byNode.set(pod.node, [pod]);
  }
  const whole = read === 'planned' ? read : typeof read !== 'string' && read.complete;
  return [...nodes].sort((a, b) => (a.node < b.node ? -1 : 1)).map((node) => rowOf(node, workloads, byNode.get(node.node) ?? [], whole));
}

/** As it is when it is in order. */
const lastingOf = (node: PlacementNode): PlacementNode => ({ ...node, taints: node.taints.filter(({ key }) => !PASSING.test(key)) });

/** What its own pod says: where one is ready, nothing else was read of the node. */
function briefRow(node: PlacementNode, workloads: readonly AgentWorkload[], pods: AgentPod[]): NodeRow {
  const { ready, unschedulable } = node;
  const there = pods.filter((pod) => !pod.leaving);
  const of = workloads.find(({ namespace, name }) => there.some((pod) => pod.namespace === namespace && pod.owner === `DaemonSet/${name}`));
  const state = there.length === 0 ? 'unknown' : there.some((pod) => pod.ready) ? 'covered' : 'not-ready';
  const row = { node: node.node, controlPlane: isControlPlane(node), ready, unschedulable, pods, podsRead: there.length > 0 };
  return { ...row, state, ...(of ? { workload: of } : {}) };
}

function rowOf(node: PlacementNode, workloads: readonly AgentWorkload[], pods: AgentPod[], whole: boolean | 'planned'): NodeRow {
  if (node.brief) return briefRow(node, workloads, pods);
  const lasting = lastingOf(node);
  const judged = workloads.map((workload) => ({
    workload,
    now: placementOf(node, workload.template),
    lasting: placementOf(lasting, workload.template),
  }));
  const { ready, unschedulable } = node;
  const podsRead = whole !== false || pods.some((pod) => !pod.leaving);
  const row = { node: node.node, controlPlane: isControlPlane(node), ready, unschedulable, pods, podsRead };
  const refused = judged.flatMap(({ workload, lasting: verdict }) => (verdict.runs ? [] : [{ workload, refusal: verdict }]));
  const ofThisSystem = refused.filter(({ refusal }) => !isOtherSystem(refusal));
  const [nearest] = ofThisSystem
    .filter(({ refusal }) => !isForControlPlane(refusal))
    .sort((a, b) => NEARNESS.indexOf(a.refusal.reason) - NEARNESS.indexOf(b.refusal.reason));
  const runs = judged.find((each) => each.lasting.runs);
  const [other] = runs || nearest ? [] : ofThisSystem;
  const there = pods.filter((pod) => !pod.leaving);
  const why = runs || !nearest ? {} : { refusal: nearest.refusal };
  const of = runs?.workload ?? nearest?.workload;
  const rowIn = (state: NodeState): NodeRow => ({ ...row, state, ...why, ...(of ? { workload: of } : {}) });
  if (isVirtual(node) && there.length === 0) return rowIn('other');
  if (there.length > 0) return rowIn(there.some((pod) => pod.ready) ? 'covered' : 'not-ready');
  if (!runs) return nearest ? rowIn('refused') : { ...rowIn('other'), ...(other && { leftOut: other }) };
  if (!judged.some((each) => each.now.runs)) return rowIn('condition');
  if (whole === 'planned') return rowIn('covered');
  return rowIn(whole ? 'missing' : 'unknown');
}
