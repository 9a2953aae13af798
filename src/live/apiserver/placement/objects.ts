/** Nodes and the agent's pods as objects: lists, page by page, each bounded. What is read of a large cluster otherwise: lists/brief.ts. */

import type { AgentPod, AgentPods, AgentWorkload, ListCut, PlacementNode, PortHolder } from '../../../model/facts/placement.js';
import type { FactData, Outcome } from '../../../model/facts.js';
import { type ApiserverClient, NOT_IN_BUNDLE } from '../client.js';
import { denied, type Pages, pages } from '../lists/pages.js';
import {
  type AgentMarks,
  holdersAt,
  labelsRead,
  marksOf,
  reduceAgentPod,
  reducePlacementNode,
  reducePortHolder,
} from '../reduce-placement.js';

const MOST_NODES_PAGES = 10;
const MOST_PODS_PAGES = 10;

/** `soFar`: what is kept of them where the time ends first. */
export async function askNodes(
  api: ApiserverClient,
  workloads: readonly AgentWorkload[],
  soFar: (outcome: Outcome<FactData['nodes']>) => void,
): Promise<Outcome<FactData['nodes']>> {
  const keep = labelsRead(workloads);
  const listed = ({ items, cut }: Pages<PlacementNode>): Outcome<FactData['nodes']> => ({
    status: 'observed',
    data: { nodes: items, complete: !cut, ...(cut && { cut }) },
  });
  const reduce = (item: unknown) => reducePlacementNode(item, keep);
  const all = await pages(api, '/api/v1/nodes', MOST_NODES_PAGES, reduce, (part) => soFar(listed(part)));
  return all.status === 'observed' ? listed(all.data) : denied(all);
}

/**
 * Everywhere, for a second agent may be in any namespace; where that is not ours, or is more than we read, in the agent's own namespaces. A server
 * that broke off is not asked for it all again.
 */
export async function askPods(
  api: ApiserverClient,
  workloads: readonly AgentWorkload[],
  soFar: (outcome: Outcome<AgentPods>) => void,
): Promise<Outcome<AgentPods>> {
  const marks: AgentMarks = marksOf(workloads);
  const holding = new Map<string, PortHolder>();
  const reduce = (item: unknown) => {
    for (const holder of reducePortHolder(item, marks)) holding.set(`${holder.namespace}/${holder.pod}`, holder);
    return reduceAgentPod(item, marks);
  };
  const read = (path: string) => pages<AgentPod>(api, path, MOST_PODS_PAGES, reduce);
  const everywhere = await pages<AgentPod>(api, '/api/v1/pods', MOST_PODS_PAGES, reduce, ({ items, cut }) =>
    soFar({ status: 'observed', data: { pods: items, everywhere: false, complete: false, cut } }),
  );
  const found = everywhere.status === 'observed' ? everywhere.data : undefined;
  if (found && !found.cut) {
    const holders = holdersAt(found.items, [...holding.values()]);
    return { status: 'observed', data: { pods: found.items, everywhere: true, complete: true, ...(holders.length > 0 && { holders }) } };
  }
  // A bundle may have all pods of the agent's own namespace, and of no other.
  if (found?.cut && !['EMORE', NOT_IN_BUNDLE].includes(found.cut.code))
    return { status: 'observed', data: { pods: found.items, everywhere: false, complete: false, cut: found.cut } };
  if (everywhere.status === 'failed') return denied(everywhere);
  const namespaces = [...new Set(workloads.map(({ namespace }) => namespace))];
  const own: AgentPod[] = [];
  const done = new Set<string>();
  const withOthers = () => [...own, ...(found?.items ?? []).filter(({ namespace }) => !done.has(namespace))];
  const part = (cut: ListCut): Outcome<AgentPods> => ({
    status: 'observed',
    data: { pods: withOthers(), everywhere: false, complete: false, cut },
  });
  for (const namespace of namespaces) {
    const pods = await read(`/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`);
    if (pods.status !== 'observed') return found?.cut ? part(found.cut) : denied(pods);
    done.add(namespace);
    own.push(...pods.data.items);
    if (pods.data.cut) return part(pods.data.cut);
  }
  return { status: 'observed', data: { pods: withOthers(), everywhere: false, complete: true } };
}
