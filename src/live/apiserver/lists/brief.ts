/**
 * Nodes and agents of a large cluster: as rows of the apiserver's tables, and as objects only where a row leaves open what is judged: nodes without an
 * agent, and of pods that are not ready as many as tell why. In a cluster of which all objects are read within the usual bounds, and where a server
 * makes no tables, nothing is read in brief.
 */

import type { AgentPod, AgentPods, AgentWorkload, PlacementNode, PlacementNodes } from '../../../model/facts/placement.js';
import type { Outcome } from '../../../model/facts.js';
import type { ApiserverClient } from '../client.js';
import { labelsRead, marksOf, reducePlacementNode } from '../reduce-placement.js';
import { type DaemonPods, holdersOf, podsOf, printedPodsOf } from './brief-pods.js';
import { denied, named, PAGE, pages } from './pages.js';
import { briefNodes, countOf, isPlainlyReady, NODES, type NodeLine, PODS, tableOf } from './table.js';

/** What was read in brief; what is not here is to be read as objects. */
export interface InBrief {
  nodes?: Outcome<PlacementNodes>;
  pods?: Outcome<AgentPods>;
}

/** As many as are read as objects otherwise. */
const FEW_NODES = PAGE;
const FEW_PODS = 10 * PAGE;
/** Nodes that are read as objects, and how many of them at once: their names stand in a URL. */
const MOST_NODES = 1000;
const AT_ONCE = 100;
/** Those that are not found by that label, one by one. */
const MOST_SINGLE = 40;
const MOST_KINDS = 20;

/** `all`: every DaemonSet of the cluster, as far as they were listed. */
export async function readInBrief(api: ApiserverClient, found: readonly AgentWorkload[], all: readonly DaemonPods[]): Promise<InBrief> {
  const count = await countOf(api, '/api/v1/nodes', NODES);
  // Whoever is silent is not asked again.
  if (count.status === 'failed' && count.code === 'ETIMEDOUT') return { nodes: denied(count) };
  if (count.status !== 'observed') return {};
  const pods = count.data > FEW_NODES ? undefined : await countOf(api, '/api/v1/pods', PODS);
  const isLarge = !pods || (pods.status === 'observed' && pods.data > FEW_PODS);
  if (!isLarge) return {};
  const marks = marksOf(found);
  const own = (each: DaemonPods) => marks.owners.has(`${each.namespace}/${each.name}`);
  const isAgent = (each: DaemonPods) => own(each) || each.datadog || each.images.some((image) => marks.images.has(image));
  const agents = found.length > 0 ? all.filter(isAgent) : [];
  // The server makes one table while another is read.
  const [lines, ...printed] = await Promise.all([
    tableOf(api, '/api/v1/nodes', NODES),
    ...agents.map((agent) => printedPodsOf(api, agent)),
  ]);
  const ofAgents = lines && (await podsOf(api, printed, marks, lines));
  if (!ofAgents) return {};
  const holders = await holdersOf(api, ofAgents, marks);
  const only = { everywhere: false, only: 'daemonsets', complete: true } as const;
  const read: Outcome<AgentPods> = { status: 'observed', data: { pods: ofAgents, ...only, ...(holders.length > 0 && { holders }) } };
  const isOpen = count.data <= FEW_NODES || agents.filter(own).some((each) => isUnclear(each, ofAgents, lines));
  const nodes = isOpen ? undefined : await nodesOf(api, lines, ofAgents, labelsRead(found));
  return { pods: read, ...(nodes && { nodes: { status: 'observed', data: { nodes, complete: true } } }) };
}

/** A DaemonSet without a pod, or with pods where none would be put today: every node's labels and taints tell why. */
function isUnclear({ namespace, name, misscheduled = 0 }: DaemonPods, pods: readonly AgentPod[], lines: readonly NodeLine[]): boolean {
  const isOwn = (pod: AgentPod) => pod.namespace === namespace && pod.owner === `DaemonSet/${name}` && !pod.leaving;
  // Of a node that is not ready its own taint is the reason, as a rule; it is read as an object.
  return misscheduled > lines.filter((line) => !isPlainlyReady(line)).length || !pods.some(isOwn);
}

/** Undefined where too many would have to be read as objects, or one of them cannot be. */
async function nodesOf(
  api: ApiserverClient,
  lines: readonly NodeLine[],
  pods: readonly AgentPod[],
  keep: ReadonlySet<string>,
): Promise<PlacementNode[] | undefined> {
  const covered = new Set<string>();
  for (const { node, leaving } of pods) if (!leaving) covered.add(node);
  const classes = new Set<string>();
  const isOpenLine = (line: NodeLine): boolean => {
    const kind = `${line.version} ${line.osImage}`;
    // One of each kind, for whose cluster it is.
    const isFirst = !classes.has(kind) && classes.size < MOST_KINDS;
    if (isFirst) classes.add(kind);
    return isFirst || !isPlainlyReady(line) || !covered.has(line.name);
  };
  const open = lines.filter(isOpenLine).map(({ name }) => name);
  const objects = open.length <= MOST_NODES ? await nodeObjects(api, open, keep) : undefined;
  if (!objects) return undefined;
  const isOpen = new Set(open);
  const inBrief = briefNodes();
  // One that is gone since is none.
  return lines.flatMap((line) => (isOpen.has(line.name) ? (objects.get(line.name) ?? []) : inBrief(line)));
}

async function nodeObjects(
  api: ApiserverClient,
  names: readonly string[],
  keep: ReadonlySet<string>,
): Promise<Map<string, PlacementNode> | undefined> {
  const found = new Map<string, PlacementNode>();
  const read = async (selector: string) => {
    const nodes = await pages(api, `/api/v1/nodes?${selector}`, 1, (item) => reducePlacementNode(item, keep));
    if (nodes.status === 'observed') for (const node of nodes.data.items) found.set(node.node, node);
    return nodes.status === 'observed' && !nodes.data.cut;
  };
  // By the label that the kubelet gives its Node; several in one answer are compressed, one is not.
  const labelled = names.length > 1 ? names.filter((name) => name.length <= 63) : [];
  for (let at = 0; at < labelled.length; at += AT_ONCE) {
    const selector = `kubernetes.io/hostname in (${labelled.slice(at, at + AT_ONCE).join(',')})`;
    if (!(await read(`labelSelector=${encodeURIComponent(selector)}&resourceVersion=0`))) return undefined;
  }
  const left = names.filter((name) => !found.has(name));
  if (left.length > MOST_SINGLE) return undefined;
  for (const name of left) if (!(await read(named(name)))) return undefined;
  return found;
}
