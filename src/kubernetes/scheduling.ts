/**
 * Would the DaemonSet controller place a pod of this template on this node? As NodeShouldRunDaemonPod and predicates of kubernetes
 * pkg/controller/daemon/daemon_controller.go decide: node name, then selector and required affinity, then taints. An ineligible node gets no
 * event and no pending pod: it is just not counted. Resources and ports are the scheduler's matter, and show as a pod that waits.
 */
import type { PlacementNode, PodTemplate, Taint } from '../model/facts/placement.js';
import { affinityMatches, nearestTerm, requirementText } from './affinity.js';
import { taintText, untolerated } from './taints.js';

/** The one reason that decides, with its detail. */
export type Refusal =
  | { runs: false; reason: 'node-name'; wanted: string }
  | { runs: false; reason: 'node-selector'; key: string; wanted: string; found?: string }
  | { runs: false; reason: 'node-affinity'; term?: number; failing: number[]; wanted: string[] }
  | { runs: false; reason: 'taint'; taints: Taint[] };

export type Placement = { runs: true } | Refusal;

/** A cordon is no reason: the controller tolerates `node.kubernetes.io/unschedulable`. */
export function placementOf(node: Pick<PlacementNode, 'node' | 'labels' | 'taints'>, template: PodTemplate): Placement {
  const { nodeName, nodeSelector, affinity } = template;
  if (nodeName && nodeName !== node.node) return { runs: false, reason: 'node-name', wanted: nodeName };
  for (const [key, wanted] of Object.entries(nodeSelector)) {
    const found = Object.hasOwn(node.labels, key) ? node.labels[key] : undefined;
    if (found !== wanted) return { runs: false, reason: 'node-selector', key, wanted, ...(found === undefined ? {} : { found }) };
  }
  if (affinity && !affinityMatches(affinity, node)) {
    const nearest = nearestTerm(affinity, node);
    const expressions = nearest ? (affinity[nearest.term]?.expressions ?? []) : [];
    const failing = nearest?.failing ?? [];
    const wanted = failing.flatMap((at) => (expressions[at] ? [requirementText(expressions[at])] : []));
    return { runs: false, reason: 'node-affinity', ...(nearest ? { term: nearest.term } : {}), failing, wanted };
  }
  const taints = untolerated(node.taints, template);
  return taints.length > 0 ? { runs: false, reason: 'taint', taints } : { runs: true };
}

/** The reason in words, the same for every node it holds for: what nodes are grouped by. */
export function refusalText(refusal: Refusal): string {
  switch (refusal.reason) {
    case 'node-name':
      return `the DaemonSet is pinned to the node ${refusal.wanted}`;
    case 'node-selector': {
      const has = refusal.found === undefined ? 'the node has no such label' : `the node has ${JSON.stringify(refusal.found)}`;
      return `nodeSelector wants ${refusal.key}=${JSON.stringify(refusal.wanted)}, ${has}`;
    }
    case 'node-affinity':
      return `required node affinity wants ${refusal.wanted.join(' and ') || 'a value that no node has'}`;
    case 'taint':
      return `taint ${refusal.taints.map(taintText).join(' and ')} is not tolerated`;
  }
}
