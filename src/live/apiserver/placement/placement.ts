/**
 * Where the agent may run: asks for its DaemonSet, the nodes, its pods and what its namespace lets in. Only at a workstation or when asked
 * to: from the agent's own pod these lists are not ours.
 */

import type { LiveContext } from '../../context.js';
import type { ApiserverClient } from '../client.js';
import { type InBrief, readInBrief } from '../lists/brief.js';
import { askPodEvents } from '../pod-events.js';
import { askNamespace } from './namespace.js';
import { askNodes, askPods } from './objects.js';
import { askWorkloads, daemonPodsFound } from './workloads.js';

const running = new WeakMap<LiveContext, Promise<void>>();

/** Asks once a run, however many checks want it. */
export function askPlacement(context: LiveContext, api: ApiserverClient): Promise<void> {
  const asked = running.get(context) ?? askAll(context, api);
  running.set(context, asked);
  return asked;
}

async function askAll(context: LiveContext, api: ApiserverClient): Promise<void> {
  const { store, settings } = context;
  const found = await askWorkloads(context, api);
  // Asked for once the first of both is under way, so that the wait is seen to be one for nodes.
  let brief: Promise<InBrief> | undefined;
  const inBrief = () => {
    brief ??= isMeant(context) ? readInBrief(api, found, daemonPodsFound(context)) : Promise.resolve({});
    return brief;
  };
  await store.observe(
    { target: 'apiserver', kind: 'nodes', subject: '', reproduce: 'kubectl get nodes -o wide' },
    async (soFar) => (await inBrief()).nodes ?? askNodes(api, found, soFar),
  );
  if (found.length === 0) return;
  if (!settings.placement.manifest) {
    const pods = await store.observe(
      { target: 'apiserver', kind: 'agent-pods', subject: '', reproduce: 'kubectl get pods -A -o wide' },
      async (soFar) => (await inBrief()).pods ?? askPods(api, found, soFar),
    );
    if (pods.status === 'observed') await askPodEvents(context, api, pods.data.pods);
  }
  for (const namespace of new Set(found.map((workload) => workload.namespace).filter(Boolean)))
    await askNamespace(context, api, namespace, found.find((workload) => workload.namespace === namespace)?.template.priorityClass);
}

/** A manifest is judged on the labels and taints of every node. */
function isMeant({ settings: { placement } }: LiveContext): boolean {
  return placement.brief === true && placement.manifest === undefined;
}
