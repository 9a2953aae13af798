/** What every placement check starts from: the DaemonSets, the rows, and what to say when these are not ours to list. */

import { isDnsName } from '../../../kubernetes/names.js';
import { placementOf } from '../../../kubernetes/scheduling.js';
import { type Message, SEVERITIES, type Verdict, type View } from '../../../model/check.js';
import type { AgentPods, AgentWorkload, AgentWorkloads, ListCut, PlacementNode, PlacementNodes } from '../../../model/facts/placement.js';
import type { Fact } from '../../../model/facts.js';
import { fewOf } from '../../shared/brief.js';
import { given } from '../../shared/decide.js';
import { cannotTell, notApplicable } from '../../shared/problem.js';
import { isPending, seen } from '../../shared/read.js';
import { isWhole, type Listed, listedOf, mapListed, ofAll, ofFirst, type Whole } from './counted.js';
import { type NodeRow, type Podless, podlessIn, rowsOf } from './coverage.js';
import { cannotList, type ListFact, type ListKind } from './unread.js';
import type { PLACEMENT_NEEDS } from './wants.js';

export { WITHOUT_AGENT } from '../../shared/kubelet.js';

export interface PlacementFacts {
  workloads: Fact<'workloads'>;
  nodes: Fact<'nodes'>;
  pods: Fact<'agent-pods'>;
}

/** Everything observed that is needed. */
export interface Situation {
  found: AgentWorkloads;
  nodes: PlacementNodes;
  /** Undefined where a manifest is judged, or they were not read: `unread` is the fact that says why. */
  pods?: AgentPods;
  unread?: ListFact;
  rows: NodeRow[];
  /** The rows, as far as the nodes were read. */
  listed: Listed<NodeRow>;
  /** The rows where nodes and pods were read to their end: only then nodes with and without an agent can be counted. */
  all: Whole<NodeRow> | undefined;
  /** DaemonSets without a pod of their own; none where that is not known. */
  podless: Podless[];
  /** Every list that these rows rest on and that was not read to its end. */
  cuts: { kind: ListKind; cut: ListCut }[];
}

type SituationIn = Situation | 'waiting' | 'none' | { unread: ListFact };

/** Of the same facts: several checks start from the same three facts, which in a large cluster are thousands of rows. */
const situations = new WeakMap<object, { of: PlacementFacts; at: SituationIn }>();

/** The situation; `waiting` while answers are under way; the fact that is not there; `none` without a DaemonSet. */
export function situationOf(of: PlacementFacts): SituationIn {
  const known = situations.get(of.nodes);
  if (known?.of.workloads === of.workloads && known.of.pods === of.pods) return known.at;
  const at = readSituation(of);
  situations.set(of.nodes, { of, at });
  return at;
}

function readSituation({ workloads, nodes, pods }: PlacementFacts): SituationIn {
  if ([workloads, nodes, pods].some(isPending)) return 'waiting';
  const [found, listed, running] = [seen(workloads), seen(nodes), seen(pods)];
  // Of a list that was cut off nothing can be said not to be in it.
  if (found?.workloads.length === 0 && !found.cut) return 'none';
  if (!found || found.workloads.length === 0) return { unread: workloads };
  if (!listed) return { unread: nodes };
  const planned = found.by === 'manifest';
  const rows = rowsOf(listed.nodes, found.workloads, running ?? (planned ? 'planned' : 'unread'));
  const reach = { nodes: listedOf(listed.nodes, listed), pods: running && listedOf(running.pods, running) };
  const whole = mapListed(reach.nodes, rows);
  const podsWhole = reach.pods ? isWhole(reach.pods) : planned;
  const all = podsWhole && isWhole(whole) ? whole : undefined;
  const podless = running && isWhole(whole) ? podlessIn(listed.nodes, found.workloads, running.pods) : [];
  return {
    found,
    nodes: listed,
    // One that is meant for no node has no pod, whether or not all pods were read.
    podless: podless.filter(({ meant }) => all || meant.length === 0),
    ...(running ? { pods: running } : planned ? {} : { unread: pods }),
    rows,
    listed: whole,
    all,
    cuts: [
      ...(isWhole(reach.nodes) ? [] : [{ kind: 'nodes' as const, cut: reach.nodes.cut }]),
      ...(!reach.pods || isWhole(reach.pods) ? [] : [{ kind: 'agent-pods' as const, cut: reach.pods.cut }]),
    ],
  };
}

/** The situation, or what a placement check answers without one, in its own words. */
export function situationIn(
  view: View<(typeof PLACEMENT_NEEDS)[number]>,
  say: ((key: 'none' | 'waiting') => Message) & ((key: 'unread', words: { list: string; why: string }) => Message),
): Situation | Verdict<never> {
  return situationBy(view, say, (unread) => cannotList(unread, say));
}

/** `cannot`: what a check says of a list that is not there. */
export function situationBy(
  view: View<(typeof PLACEMENT_NEEDS)[number]>,
  say: (key: 'none' | 'waiting') => Message,
  cannot: (unread: ListFact) => Verdict<never>,
): Situation | Verdict<never> {
  const at = situationOf({
    workloads: view.one('apiserver/workloads'),
    nodes: view.one('apiserver/nodes'),
    pods: view.one('apiserver/agent-pods'),
  });
  if (at === 'none') return notApplicable(say('none'));
  if (at === 'waiting') return cannotTell(say('waiting'));
  return 'found' in at ? at : cannot(at.unread);
}

/** A cloud's node names are longer than a title. */
const SHORT_NAME = 20;

/** For a title: `2 of 3 nodes`, `1 of 3 nodes (n2)`, `2 of the first 500 nodes`. Every name stands in the evidence. */
export function nodesOf(rows: readonly { node: string }[], listed: Listed<unknown>): string {
  const [first] = rows;
  const name = rows.length === 1 && first && first.node.length <= SHORT_NAME ? ` (${first.node})` : '';
  return `${isWhole(listed) ? ofAll(rows.length, listed, 'node') : ofFirst(rows.length, listed, 'node')}${name}`;
}

/**
 * A manifest may hold DaemonSets of several agents: each is judged for itself, for where one runs says nothing of the next. Together they are judged
 * where they are one agent in parts: of one image, and no node is selected by two.
 */
export function partsOf(at: Situation): Situation[] {
  const { found, nodes } = at;
  const groups = found.by === 'manifest' ? partsIn(found.workloads, nodes.nodes) : [found.workloads];
  if (groups.length === 1) return [at];
  return groups.map((workloads) => {
    const rows = rowsOf(nodes.nodes, workloads, 'planned');
    const listed = mapListed(at.listed, rows);
    return { ...at, found: { ...found, workloads }, rows, listed, all: isWhole(listed) ? listed : undefined };
  });
}

function partsIn(workloads: readonly AgentWorkload[], nodes: readonly PlacementNode[]): AgentWorkload[][] {
  const selects = (node: PlacementNode) => (workload: AgentWorkload) => placementOf({ ...node, taints: [] }, workload.template).runs;
  const excludes = (one: AgentWorkload) => (other: AgentWorkload) =>
    isOneAgent(one, other) && nodes.every((node) => ![one, other].every(selects(node)));
  const groups: AgentWorkload[][] = [];
  for (const workload of workloads) {
    const group = groups.find((each) => each.every(excludes(workload)));
    if (group) group.push(workload);
    else groups.push([workload]);
  }
  return groups;
}

function isOneAgent(one: AgentWorkload, other: AgentWorkload): boolean {
  const [first = '', second = ''] = [one, other].map(({ template }) => imageName(template.images[0] ?? ''));
  return (one.datadog && other.datadog) || (first !== '' && first === second);
}

/** Without registry, version and the system it was built for. */
function imageName(image: string): string {
  const [withoutDigest = ''] = image.split('@', 1);
  const [name = ''] = (withoutDigest.split('/').pop() ?? '').split(':', 1);
  return name.replace(/-(windows|linux)$/, '');
}

/** `agent` or, of a manifest in several parts, the name of this one. */
export function nameOfPart({ found: { workloads } }: Situation, parts: readonly Situation[]): string | undefined {
  return parts.length > 1 ? workloads.map(({ name }) => name).join(', ') : undefined;
}

/** The answer for all parts: the worst problem, with what was seen of the others; else what is not known. */
export function worstOf<C extends string>(verdicts: readonly Verdict<C>[]): Verdict<C> {
  const problems = verdicts.flatMap((verdict) => (verdict.kind === 'problem' ? [verdict] : []));
  const [worst, ...others] = problems.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  if (worst) return { ...worst, evidence: [...worst.evidence, ...others.flatMap(({ evidence }) => evidence.slice(0, 1))] };
  return given(['cannot-tell', 'pass', 'not-applicable'].flatMap((kind) => verdicts.find((verdict) => verdict.kind === kind) ?? [])[0]);
}

/** No node of all runs an agent, as far as the DaemonSets go. */
export function runsNowhere({ rows, listed }: Situation): boolean {
  return isWhole(listed) && rows.every(({ state, podsRead }) => podsRead && (state === 'refused' || state === 'other'));
}

/** `n1, n2, n3 and 58 more`. */
export function nodeNames(rows: readonly { node: string }[], most = 5): string {
  return fewOf(
    rows.map(({ node }) => node),
    most,
  );
}

/** Rows by a key, the largest group first. */
export function grouped(rows: readonly NodeRow[], keyOf: (row: NodeRow) => string): NodeRow[][] {
  const groups = new Map<string, NodeRow[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return [...groups.entries()].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1)).map(([, group]) => group);
}

/** `-n NS daemonset NAME` for commands; undefined when a name may not be printed. */
export function kubectlTarget({
  namespace,
  name,
}: Pick<AgentWorkload, 'namespace' | 'name'>): { namespace: string; name: string } | undefined {
  return isDnsName(namespace) && isDnsName(name) ? { namespace, name } : undefined;
}
