/** Pods of agents' DaemonSets by rows of the apiserver's table; as objects a few that are ready, and of the others as many as tell why they are not. */

import { list, record } from '../../../kubernetes/json.js';
import type { AgentPod, AgentWorkload, PortHolder } from '../../../model/facts/placement.js';
import type { ApiserverClient } from '../client.js';
import { type AgentMarks, holdersAt, reduceAgentPod, reducePortHolder, repositoryOf } from '../reduce-placement.js';
import { named, PAGE, pages } from './pages.js';
import { briefPods, isPlainlyReady, type NodeLine, PODS, type PodLine, tableOf } from './table.js';

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

/** By their names, one by one; and how many that say the same are all read. */
const MOST_SINGLE = 40;
const FEW_ALIKE = 20;
/** Alike as pods of one template are, these show what admission does to all. */
const SAMPLE = 20;
const MOST_POD_PAGES = 40;
const MOST_HOLDERS_AT = 5;

/** What of a DaemonSet leads to its pods. */
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

/** The pods of a DaemonSet, as they are printed. */
interface PrintedPods {
  agent: DaemonPods;
  lines: PodLine[];
}

/** Undefined where the server does not print them all. */
export async function printedPodsOf(api: ApiserverClient, agent: DaemonPods): Promise<PrintedPods | undefined> {
  const lines = agent.selector ? await tableOf(api, selected(agent), PODS) : undefined;
  return lines && { agent, lines };
}

const inside = ({ namespace }: DaemonPods): string => `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
const selected = (agent: DaemonPods): string => `${inside(agent)}?labelSelector=${encodeURIComponent(agent.selector)}`;

/** Undefined where the server does not give them all. */
export async function podsOf(
  api: ApiserverClient,
  printed: readonly (PrintedPods | undefined)[],
  marks: AgentMarks,
  nodes: readonly NodeLine[],
): Promise<AgentPod[] | undefined> {
  const up = new Set(nodes.filter(isPlainlyReady).map(({ name }) => name));
  const found = new Map<string, AgentPod>();
  for (const each of printed) {
    const pods = each && (await podsOfOne(api, each, marks, up));
    if (!pods) return undefined;
    for (const pod of pods) found.set(`${pod.namespace}/${pod.pod}`, pod);
  }
  return [...found.values()];
}

/** By their rows; as objects a few of those that are ready, and of those that are not as many as tell why. */
async function podsOfOne(
  api: ApiserverClient,
  { agent, lines }: PrintedPods,
  marks: AgentMarks,
  up: ReadonlySet<string>,
): Promise<AgentPod[] | undefined> {
  const own = selected(agent);
  const reduce = (item: unknown) => reduceAgentPod(item, marks);
  const read = new Map<string, AgentPod>();
  const readAll = async (path: string, most: number, size = PAGE): Promise<boolean> => {
    const found = await pages(api, path, most, reduce, undefined, size);
    if (found.status === 'observed') for (const pod of found.data.items) read.set(pod.pod, pod);
    return found.status === 'observed' && (size !== PAGE || !found.data.cut);
  };
  if (lines.length > 0 && !(await readAll(own, 1, SAMPLE))) return undefined;
  const { ready, waiting, open } = sorted(lines, agent, up);
  // For which node one is that waits for its place, its object says.
  const unplaced = `${own}&fieldSelector=${encodeURIComponent('spec.nodeName=')}`;
  if (open.some(isUnplaced) && !(await readAll(unplaced, MOST_POD_PAGES))) return undefined;
  const names = single(
    [...waiting.values()],
    open.filter((line) => !isUnplaced(line)),
    read,
  );
  if (!names || [...read.values()].some(({ taken }) => taken)) return (await readAll(own, MOST_POD_PAGES)) ? [...read.values()] : undefined;
  const asked = await Promise.all(names.map((name) => readAll(`${inside(agent)}?${named(name)}`, 1)));
  if (asked.includes(false)) return undefined;
  const alike = [...waiting.values()].flatMap((each) => alikeIn(each, read));
  // Whichever comes last for a pod counts: its object, where there is one.
  return [...ready, ...alike, ...read.values()];
}

const isUnplaced = ({ node }: PodLine) => node.startsWith('<');

/** Pods by their rows: those that are ready on nodes that are; the others by what their rows say; and those of which a row says too little. */
function sorted(lines: readonly PodLine[], agent: DaemonPods, up: ReadonlySet<string>) {
  const [ready, waiting, open]: [AgentPod[], Map<string, AgentPod[]>, PodLine[]] = [[], new Map(), []];
  const inBrief = briefPods(agent);
  for (const line of lines) {
    const pod = inBrief(line);
    if (pod?.ready && up.has(pod.node)) ready.push(pod);
    else if (pod && line.status !== 'Terminating') {
      const state = [line.status, line.ready, line.gates, up.has(pod.node)].join(' ');
      const others = waiting.get(state);
      if (others) others.push({ ...pod, ready: false });
      else waiting.set(state, [{ ...pod, ready: false }]);
    } else open.push(line);
  }
  return { ready, waiting, open };
}

/** Which are read one by one: all of a few that say the same, and some of many. Undefined where these are too many. */
function single(waiting: readonly AgentPod[][], open: readonly PodLine[], read: ReadonlyMap<string, unknown>): string[] | undefined {
  const namesFor = (many: number) => [
    ...waiting.flatMap((each) => {
      const most = each.length <= FEW_ALIKE ? each.length : many;
      const names = each.map(({ pod }) => pod);
      const known = names.filter((name) => read.has(name)).length;
      return names.filter((name) => !read.has(name)).slice(0, Math.max(0, most - known));
    }),
    ...open.map(({ name }) => name).filter((name) => !read.has(name)),
  ];
  return [namesFor(3), namesFor(1)].find((names) => names.length <= MOST_SINGLE);
}

/** Those that were not read, told by one of the same state that was. */
function alikeIn(pods: readonly AgentPod[], read: ReadonlyMap<string, AgentPod>): AgentPod[] {
  const like = pods.flatMap(({ pod }) => read.get(pod) ?? [])[0];
  if (!like) return [];
  const { phase, ready, reason, container, message, namespace } = like;
  const why = { ...(reason && { reason }), ...(container && { container }), ...(message && { message }) };
  return pods.map((pod) => ({ ...pod, phase, ready, ...why, like: `${namespace}/${like.pod}` }));
}

/** On nodes where an agent's pod waits for its place. */
export async function holdersOf(api: ApiserverClient, pods: readonly AgentPod[], marks: AgentMarks): Promise<PortHolder[]> {
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
