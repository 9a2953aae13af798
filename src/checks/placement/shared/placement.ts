/** What every placement check starts from: the DaemonSets, the rows, and what to say when these are not ours to list. */

import { isDnsName } from '../../../kubernetes/names.js';
import type { Message, Verdict, View, Want } from '../../../model/check.js';
import type { AgentPods, AgentWorkload, AgentWorkloads, PlacementNodes } from '../../../model/facts/placement.js';
import type { Fact, Need } from '../../../model/facts.js';
import { fewOf } from '../../shared/brief.js';
import { cannotTell, notApplicable } from '../../shared/problem.js';
import { isPending, seen } from '../../shared/read.js';
import { type NodeRow, rowsOf } from './coverage.js';

/** Read by every check about nodes. */
export const PLACEMENT_NEEDS = ['apiserver/workloads', 'apiserver/nodes', 'apiserver/agent-pods'] as const satisfies readonly Need[];

/** At a workstation, by someone who may list nodes, DaemonSets and pods. */
const AT_A_WORKSTATION = 'kubelet-doctor nodes --daemonset NAMESPACE/NAME';

export interface PlacementFacts {
  workloads: Fact<'workloads'>;
  nodes: Fact<'nodes'>;
  pods: Fact<'agent-pods'>;
}

/** Everything observed that is needed; `pods` undefined where a manifest is judged, or nobody may list them. */
export interface Situation {
  found: AgentWorkloads;
  nodes: PlacementNodes;
  pods?: AgentPods;
  rows: NodeRow[];
}

/** The situation; `waiting` while answers are under way; `closed` where they were not had; `none` without a DaemonSet. */
export function situationOf({ workloads, nodes, pods }: PlacementFacts): Situation | 'waiting' | 'closed' | 'none' {
  if ([workloads, nodes, pods].some(isPending)) return 'waiting';
  const [found, listed, running] = [seen(workloads), seen(nodes), seen(pods)];
  if (found?.workloads.length === 0) return 'none';
  if (!found || !listed) return 'closed';
  return { found, nodes: listed, ...(running ? { pods: running } : {}), rows: rowsOf(listed.nodes, found.workloads, running?.pods) };
}

/** The situation, or what a placement check answers without one, in its own words. */
export function situationIn(
  view: View<(typeof PLACEMENT_NEEDS)[number]>,
  say: (key: 'none' | 'waiting' | 'closed') => Message,
): Situation | Verdict<never> {
  const at = situationOf({
    workloads: view.one('apiserver/workloads'),
    nodes: view.one('apiserver/nodes'),
    pods: view.one('apiserver/agent-pods'),
  });
  if (at === 'none') return notApplicable(say('none'));
  if (at === 'waiting') return cannotTell(say('waiting'));
  if (at === 'closed') return cannotTell(say('closed'), placementWants());
  return at;
}

/** What a check that could not look asks for. Only one of them names the command, so that a report says it once. */
export function placementWants(elsewhere = false): Want[] {
  return PLACEMENT_NEEDS.map((need, at) => ({ need, ...(elsewhere && at === 0 ? { elsewhere: AT_A_WORKSTATION } : {}) }));
}

/** A cloud's node names are longer than a title. */
const SHORT_NAME = 20;

/** For a title: `2 of 3 nodes`, `1 of 3 nodes (n2)`. Every name stands in the evidence. */
export function nodesOf(rows: readonly { node: string }[], all: number): string {
  const [first] = rows;
  const name = rows.length === 1 && first && first.node.length <= SHORT_NAME ? ` (${first.node})` : '';
  return `${rows.length} of ${counted(all, 'node')}${name}`;
}

/** `n1, n2, n3 and 58 more`. */
export function nodeNames(rows: readonly { node: string }[], most = 5): string {
  return fewOf(
    rows.map(({ node }) => node),
    most,
  );
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Rows by a key, the largest group first. */
export function grouped(rows: readonly NodeRow[], keyOf: (row: NodeRow) => string): NodeRow[][] {
  const groups = new Map<string, NodeRow[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return [...groups.entries()].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1)).map(([, group]) => group);
}

/** `-n NS daemonset NAME` for commands; undefined when a name may not be printed. */
export function kubectlTarget({
  namespace,
  name,
}: Pick<AgentWorkload, 'namespace' | 'name'>): { namespace: string; name: string } | undefined {
  return isDnsName(namespace) && isDnsName(name) ? { namespace, name } : undefined;
}

/** Everything the tool reads of the agent's own nodes: nothing runs where no agent is. */
export const WITHOUT_AGENT = ['all metrics, logs and traces of these nodes'];
