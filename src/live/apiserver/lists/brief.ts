/**
 * Nodes and agents of a large cluster: as rows of the apiserver's tables, and as objects only where a row leaves open what is judged: nodes without an
 * agent that is ready, and pods that are not. In a cluster of which all objects are read within the usual bounds, and where a server makes no tables,
 * nothing is read in brief.
 */

import { list, record } from '../../../kubernetes/json.js';
import type { AgentPod, AgentPods, AgentWorkload, PlacementNode, PlacementNodes, PortHolder } from '../../../model/facts/placement.js';
import type { Outcome } from '../../../model/facts.js';
import type { ApiserverClient } from '../client.js';
import {
  type AgentMarks,
  holdersAt,
  labelsRead,
  marksOf,
  reduceAgentPod,
  reducePlacementNode,
  reducePortHolder,
  repositoryOf,
} from '../reduce-placement.js';
import { denied, PAGE, pages } from './pages.js';
import { briefNode, briefPod, countOf, isPlainlyReady, NODE_COLUMNS, POD_COLUMNS, type Row, tableOf } from './table.js';

/** What was read in brief; what is not here is to be read as objects. */
export interface InBrief {
  nodes?: Outcome<PlacementNodes>;
  pods?: Outcome<AgentPods>;
}

/** How the pods of a DaemonSet are found, and what its controller counted. */
export interface DaemonPods {
  namespace: string;
  name: string;
  /** '' where it selects none. */
  selector: string;
  images: string[];
  datadog: boolean;
  /** Nodes with a pod of it that would get none today; undefined where no controller has counted yet. */
  misscheduled?: number;
}

/** As many as are read as objects otherwise. */
const FEW_NODES = PAGE;
const FEW_PODS = 10 * PAGE;
/** Nodes that are read as objects, and how many of them at once: their names stand in a URL. */
const MOST_NODES = 1000;
const AT_ONCE = 100;
/** By their names, one by one. */
const MOST_SINGLE = 60;
/** Alike as pods of one template are, these show what admission does to all. */
const SAMPLE = 20;
const MOST_POD_PAGES = 40;
const MOST_HOLDERS_AT = 5;

export function daemonPodsOf(json: unknown, { namespace, name, datadog, template }: AgentWorkload): DaemonPods {
  const { spec, status } = record(json);
  const { numberMisscheduled: counted } = record(status);
  return {
    namespace,
    name,
    datadog,
    selector: selectorOf(record(spec).selector),
    images: template.images.slice(0, 1).map(repositoryOf),
    ...(typeof counted === 'number' && { misscheduled: counted }),
  };
}

/** As a labelSelector has it (k8s.io/apimachinery labels.Requirement String). */
function selectorOf(json: unknown): string {
  const { matchLabels, matchExpressions } = record(json);
  const equal = Object.entries(record(matchLabels)).map(([key, value]) => `${key}=${String(value)}`);
  const others = list(matchExpressions).map((each) => {
    const { key, operator, values } = record(each);
    if (operator === 'Exists') return String(key);
    if (operator === 'DoesNotExist') return `!${String(key)}`;
    return `${String(key)} ${operator === 'In' ? 'in' : 'notin'} (${list(values).map(String).join(',')})`;
  });
  return [...equal, ...others].join(',');
}

/** `all`: every DaemonSet of the cluster, as far as they were listed. */
export async function readInBrief(api: ApiserverClient, found: readonly AgentWorkload[], all: readonly DaemonPods[]): Promise<InBrief> {
  const count = await countOf(api, '/api/v1/nodes', NODE_COLUMNS);
  // Whoever is silent is not asked again.
  if (count.status === 'failed' && count.code === 'ETIMEDOUT') return { nodes: denied(count) };
  if (count.status !== 'observed') return {};
  const pods = count.data > FEW_NODES ? undefined : await countOf(api, '/api/v1/pods', POD_COLUMNS);
  const isLarge = !pods || (pods.status === 'observed' && pods.data > FEW_PODS);
  const rows = isLarge ? await tableOf(api, '/api/v1/nodes', NODE_COLUMNS) : undefined;
  if (!rows) return {};
  const marks = marksOf(found);
  const own = (each: DaemonPods) => marks.owners.has(`${each.namespace}/${each.name}`);
  const agents = all.filter((each) => own(each) || each.datadog || each.images.some((image) => marks.images.has(image)));
  const ofAgents = found.length > 0 ? await podsOf(api, agents, marks, rows) : [];
  if (!ofAgents) return {};
  const holders = await holdersOf(api, ofAgents, marks);
  const only = { everywhere: false, only: 'daemonsets', complete: true } as const;
  const read: Outcome<AgentPods> = { status: 'observed', data: { pods: ofAgents, ...only, ...(holders.length > 0 && { holders }) } };
  const isOpen = count.data <= FEW_NODES || agents.filter(own).some((each) => isUnclear(each, ofAgents, rows));
  const nodes = isOpen ? undefined : await nodesOf(api, rows, ofAgents, labelsRead(found));
  return { pods: read, ...(nodes && { nodes: { status: 'observed', data: { nodes, complete: true } } }) };
}

/** A DaemonSet without a pod, or with pods where none would be put today: every node's labels and taints tell why. */
function isUnclear({ namespace, name, misscheduled = 0 }: DaemonPods, pods: readonly AgentPod[], rows: readonly Row[]): boolean {
  const isOwn = (pod: AgentPod) => pod.namespace === namespace && pod.owner === `DaemonSet/${name}` && !pod.leaving;
  // Of a node that is not ready its own taint is the reason, as a rule; it is read as an object.
  return misscheduled > rows.filter((row) => !isPlainlyReady(row)).length || !pods.some(isOwn);
}

async function podsOf(
  api: ApiserverClient,
  agents: readonly DaemonPods[],
  marks: AgentMarks,
  rows: readonly Row[],
): Promise<AgentPod[] | undefined> {
  const up = new Set(rows.filter(isPlainlyReady).map((row) => row('Name')));
  const found = new Map<string, AgentPod>();
  for (const agent of agents) {
    const pods = agent.selector ? await podsOfOne(api, agent, marks, up) : undefined;
    if (!pods) return undefined;
    for (const pod of pods) found.set(`${pod.namespace}/${pod.pod}`, pod);
  }
  return [...found.values()];
}

/** Those that are ready on nodes that are, by their rows; the others, and a few of these, as objects. */
async function podsOfOne(
  api: ApiserverClient,
  agent: DaemonPods,
  marks: AgentMarks,
  up: ReadonlySet<string>,
): Promise<AgentPod[] | undefined> {
  const inside = `/api/v1/namespaces/${encodeURIComponent(agent.namespace)}/pods`;
  const own = `${inside}?labelSelector=${encodeURIComponent(agent.selector)}`;
  const rows = await tableOf(api, own, POD_COLUMNS);
  if (!rows) return undefined;
  const reduce = (item: unknown) => reduceAgentPod(item, marks);
  const brief = rows.map((row) => ({ name: row('Name'), pod: briefPod(row, agent) }));
  const ready = brief.flatMap(({ pod }) => (pod && up.has(pod.node) ? [pod] : []));
  const known = new Set(ready.map(({ pod }) => pod));
  const open = brief.flatMap(({ name }) => (known.has(name) ? [] : [name]));
  const sample = ready.length > 0 ? await pages(api, own, 1, reduce, undefined, SAMPLE) : undefined;
  if (sample && sample.status !== 'observed') return undefined;
  const seen = sample?.data.items ?? [];
  if (open.length > MOST_SINGLE || seen.some(({ taken }) => taken)) {
    const all = await pages(api, own, MOST_POD_PAGES, reduce);
    return all.status === 'observed' && !all.data.cut ? all.data.items : undefined;
  }
  const single = await Promise.all(open.map((name) => pages(api, `${inside}?${named(name)}`, 1, reduce)));
  const read = single.flatMap((one) => (one.status === 'observed' ? one.data.items : []));
  // Whichever comes last for a pod counts: its object, where there is one.
  return single.every(({ status }) => status === 'observed') ? [...ready, ...seen, ...read] : undefined;
}

const named = (name: string) => `fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}&resourceVersion=0`;

/** On nodes where an agent's pod waits for its place. */
async function holdersOf(api: ApiserverClient, pods: readonly AgentPod[], marks: AgentMarks): Promise<PortHolder[]> {
  if (marks.ports.length === 0) return [];
  const waiting = [...new Set(pods.flatMap(({ reason, node }) => (reason === 'Unschedulable' ? [node] : [])))].slice(0, MOST_HOLDERS_AT);
  const reduce = (item: unknown) => reducePortHolder(item, marks);
  const asked = waiting.map((node) => {
    const on = encodeURIComponent(`spec.nodeName=${node}`);
    return pages(api, `/api/v1/pods?fieldSelector=${on}&resourceVersion=0`, 1, reduce);
  });
  const found = (await Promise.all(asked)).flatMap((one) => (one.status === 'observed' ? one.data.items : []));
  return holdersAt(pods, found);
}

/** Undefined where too many would have to be read as objects, or one of them cannot be. */
async function nodesOf(
  api: ApiserverClient,
  rows: readonly Row[],
  pods: readonly AgentPod[],
  keep: ReadonlySet<string>,
): Promise<PlacementNode[] | undefined> {
  const covered = new Set(pods.flatMap(({ node, ready, leaving }) => (ready && !leaving ? [node] : [])));
  const classes = new Set<string>();
  const open = rows.flatMap((row) => {
    const name = row('Name');
    const kind = `${row('Version')} ${row('OS-Image')}`;
    // One of each kind, for whose cluster it is.
    const isFirst = !classes.has(kind) && classes.size < SAMPLE;
    if (isFirst) classes.add(kind);
    return isFirst || !isPlainlyReady(row) || !covered.has(name) ? [name] : [];
  });
  const objects = open.length <= MOST_NODES ? await nodeObjects(api, open, keep) : undefined;
  if (!objects) return undefined;
  const isOpen = new Set(open);
  return rows.flatMap((row) => {
    const name = row('Name');
    if (!isOpen.has(name)) return [briefNode(row)];
    // One that is gone since is none.
    return objects.get(name) ?? [];
  });
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
