/** Agent pods that are there and not ready, by what they wait for: their own status says it, or the events of one of them. */
import { isUntold, type Wait, waitOf } from '../../../kubernetes/kubelet/pod-waits.js';
import type { AgentPod, PodEvent } from '../../../model/facts/placement.js';
import type { Fact } from '../../../model/facts.js';
import { seen } from '../../shared/read.js';
import type { NodeRow } from './coverage.js';
import { grouped } from './placement.js';

export interface WaitGroup {
  rows: NodeRow[];
  /** The one that shows it. */
  pod: AgentPod;
  /** Undefined where no text of it is known. */
  wait?: Wait | undefined;
  /** What was told of it, where that was asked for. */
  told?: { fact: Fact<'pod-events'>; event: PodEvent } | undefined;
}

/** The largest group first. */
export function waitsIn(rows: readonly NodeRow[], events: readonly Fact<'pod-events'>[]): WaitGroup[] {
  const waiting = rows.filter(({ state }) => state === 'not-ready');
  return grouped(waiting, stateOf).flatMap((group) => {
    const [pod] = group.flatMap(({ pods }) => pods.slice(0, 1));
    if (!pod) return [];
    const asked = group.flatMap(({ pods }) => pods.slice(0, 1)).flatMap((each) => toldOf(each, events));
    return [asked[0] ?? { rows: group, pod, wait: waitOf(pod) }].map((found) => ({ ...found, rows: group }));
  });
}

/** Pods that wait alike, as far as their status tells. */
function stateOf({ pods: [pod] }: NodeRow): string {
  const wait = pod && !isUntold(pod) ? waitOf(pod) : undefined;
  return wait ? [wait.kind, wait.path, wait.object?.name, wait.said].join(' ') : reasonOf(pod);
}

export const reasonOf = (pod: AgentPod | undefined): string => pod?.reason ?? pod?.phase ?? '';

function toldOf(pod: AgentPod, events: readonly Fact<'pod-events'>[]): Omit<WaitGroup, 'rows'>[] {
  const fact = events.find(({ subject }) => subject === `${pod.namespace}/${pod.pod}`);
  const all = fact && seen(fact);
  if (!fact || !all || all.length === 0) return [];
  const wait = waitOf(pod, all);
  const event = all.find((each) => wait !== undefined && each.message.includes(wait.said)) ?? all[0];
  return event ? [{ pod, wait, told: { fact, event } }] : [];
}

/** What of a wait has a cause of its own: that a volume is not mounted, and no more, has none. */
export function isKnown({ wait }: Pick<WaitGroup, 'wait'>): boolean {
  return wait !== undefined && wait.kind !== 'volume';
}
