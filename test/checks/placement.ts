/** Builders of placement facts for the checks' tables. */

import type { AgentPod, AgentWorkload, AgentWorkloads, ListCut, PlacementNode, PodTemplate } from '../../src/model/facts/placement.js';
import type { AnyFact } from '../../src/model/facts.js';
import { fact, inPod } from './facts.js';

export const ROLE = 'node-role.kubernetes.io/control-plane';

export function node(name: string, change: Partial<PlacementNode> = {}): PlacementNode {
  return { node: name, labels: {}, taints: [], unschedulable: false, ready: 'True', pressure: [], kubeletVersion: 'v1.36.2', ...change };
}

export const taint = (key: string, effect = 'NoSchedule', value = '') => ({ key, value, effect });

export function controlPlane(name = 'cp1', keys = [ROLE]): PlacementNode {
  return node(name, { labels: { [ROLE]: '' }, taints: keys.map((key) => taint(key)) });
}

export function workload(template: Partial<PodTemplate> = {}, change: Partial<AgentWorkload> = {}): AgentWorkload {
  const pods = { nodeSelector: {}, hostNetwork: false, asks: [], images: ['gcr.io/datadoghq/agent:7'], ...template };
  return { namespace: 'datadog', name: 'datadog-agent', manager: 'unknown', datadog: true, ...change, template: pods };
}

export function pod(on: string, change: Partial<AgentPod> = {}): AgentPod {
  const ready = { phase: 'Running', ready: true, leaving: false, restarts: 0, sidecar: false };
  return { namespace: 'datadog', pod: `datadog-agent-${on}`, node: on, owner: 'DaemonSet/datadog-agent', ...ready, ...change };
}

export interface Placed {
  nodes?: PlacementNode[];
  workloads?: AgentWorkload[];
  /** Nodes with a ready pod, or pods; `none` for a list that was not had. */
  pods?: (string | AgentPod)[] | 'none';
  found?: Partial<AgentWorkloads>;
  complete?: boolean;
  everywhere?: boolean;
  only?: 'daemonsets';
  /** Lists that end before their end, by the code of the request that failed; `read` of their items were looked at. */
  cut?: Partial<Record<'workloads' | 'nodes' | 'pods', string>>;
}

export const cutBy = (code: string, read = 2): ListCut => ({ code, detail: code, read });

/** A cluster with nodes n1 and n2 and an agent on both. */
export function placed({
  nodes = [node('n1'), node('n2')],
  workloads = [workload()],
  pods = ['n1', 'n2'],
  found,
  ...more
}: Placed = {}): AnyFact[] {
  const { complete = true, everywhere = true, cut = {}, only } = more;
  const until = (code: string | undefined) => (code === undefined ? { complete } : { complete: false, cut: cutBy(code) });
  const running = pods === 'none' ? [] : pods.map((each) => (typeof each === 'string' ? pod(each) : each));
  return [
    fact('apiserver/workloads', {
      by: 'search',
      workloads,
      others: [],
      brings: [],
      ...(cut.workloads && { cut: cutBy(cut.workloads) }),
      ...found,
    }),
    fact('apiserver/nodes', { nodes, ...until(cut.nodes) }),
    ...(pods === 'none' ? [] : [fact('apiserver/agent-pods', { pods: running, everywhere, ...(only && { only }), ...until(cut.pods) })]),
  ];
}

/** Someone at a workstation. */
export const workstation = inPod({ place: 'workstation', vantage: 'workstation', agentEnvironment: false });

/** `--node`, and `--as`. */
export const asked = (name: string, as?: string): AnyFact =>
  fact('self/settings', [
    { setting: 'node', value: name, origin: 'flag', source: '--node' },
    ...(as ? [{ setting: 'apiserver.as', value: as, origin: 'flag' as const, source: '--as' }] : []),
  ]);
