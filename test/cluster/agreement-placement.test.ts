/**
 * Our evaluator against the real DaemonSet controller: generated nodes (labels, taints, cordons) × generated DaemonSets (tolerations,
 * selectors, affinity, host network), every pair compared. Seeded: the same pairs in every run. Nodes are bare objects without a kubelet;
 * their Leases are renewed so that the node-lifecycle controller takes them for alive.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { reduceDaemonSet } from '../../src/agent-config/reduce-workload.js';
import { placementOf } from '../../src/kubernetes/scheduling.js';
import { labelsRead, reducePlacementNode } from '../../src/live/apiserver/reduce-placement.js';
import { seeded } from '../support/random.js';
import { type Cluster, startCluster } from './cluster.js';
import { keepAlive } from './nodes.js';
import { waitFor } from './process.js';

const NODES = 16;
const DAEMONSETS = 26;
const SEED = 20_260_601;

type Json = Record<string, unknown>;

const random = seeded(SEED);
const chance = (p: number) => random() < p;
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
const some = <T>(from: readonly T[], p: number): T[] => from.filter(() => chance(p));

const ROLES = ['control-plane', 'master', 'controlplane', 'etcd'].map((role) => `node-role.kubernetes.io/${role}`);
const KEYS = [...ROLES, 'dedicated', 'gpu', 'example.com/pool'];
const EFFECTS = ['NoSchedule', 'NoExecute', 'PreferNoSchedule'];
const VALUES = ['', 'true', 'infra', '7'];
const LABELS = [...ROLES, 'disk', 'zone', 'generation'];
const LABEL_VALUES = ['', 'true', 'a', 'b', '7', '12', '3'];

/** No two taints with the same key and effect: the apiserver refuses them. */
function taints(): Json[] {
  const all = KEYS.flatMap((key) => EFFECTS.map((effect) => ({ key, effect })));
  return some(all, 0.06).map(({ key, effect }) => ({ key, effect, ...(chance(0.5) ? { value: pick(VALUES) } : {}) }));
}

function node(at: number): Json {
  const labels = { 'kubernetes.io/hostname': `g${at}`, ...Object.fromEntries(some(LABELS, 0.5).map((key) => [key, pick(LABEL_VALUES)])) };
  const spec = { taints: at === 0 ? [] : taints(), ...(chance(0.15) ? { unschedulable: true } : {}) };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: `g${at}`, labels }, spec };
}

function toleration(): Json {
  const effect = chance(0.3) ? {} : { effect: pick(EFFECTS) };
  const shape = random();
  if (shape < 0.08) return { operator: 'Exists', ...effect };
  if (shape < 0.45) return { key: pick(KEYS), operator: 'Exists', ...effect };
  if (shape < 0.75) return { key: pick(KEYS), operator: 'Equal', value: pick(VALUES), ...effect };
  return { key: pick(KEYS), ...(chance(0.5) ? { value: pick(VALUES) } : {}), ...effect };
}

function expression(): Json {
  const key = pick(LABELS);
  const operator = pick(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']);
  if (operator === 'Exists' || operator === 'DoesNotExist') return { key, operator };
  if (operator === 'Gt' || operator === 'Lt') return { key, operator, values: [pick(['5', '7', '10'])] };
  return { key, operator, values: [pick(LABEL_VALUES), ...(chance(0.5) ? [pick(LABEL_VALUES)] : [])] };
}

function term(): Json {
  if (chance(0.08)) return {};
  const fields = chance(0.15)
    ? { matchFields: [{ key: 'metadata.name', operator: pick(['In', 'NotIn']), values: [`g${Math.floor(random() * NODES)}`] }] }
    : {};
  const expressions = Array.from({ length: Math.floor(random() * 3) }, expression);
  return { ...(expressions.length > 0 ? { matchExpressions: expressions } : {}), ...fields };
}

function daemonSet(at: number): Json {
  const labels = { set: `d${at}` };
  const selector = chance(0.25) ? { nodeSelector: { [pick(LABELS)]: pick(LABEL_VALUES) } } : {};
  const terms = Array.from({ length: 1 + Math.floor(random() * 2) }, term);
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } };
  const affinity = chance(0.4) ? { affinity: { nodeAffinity: required } } : {};
  const tolerations = at % 3 === 0 ? {} : { tolerations: Array.from({ length: Math.floor(random() * 8) }, toleration) };
  const spec = { ...selector, ...affinity, ...tolerations, hostNetwork: chance(0.3), containers: [{ name: 'agent', image: 'agent:test' }] };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: `d${at}`, namespace: 'default' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

interface Pod {
  metadata: { ownerReferences?: { name: string }[]; deletionTimestamp?: string };
  spec: {
    nodeName?: string;
    affinity?: {
      nodeAffinity?: {
        requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: { matchFields?: { values: string[] }[] }[] };
      };
    };
  };
}

interface PlacedSet {
  metadata: { name: string; generation: number };
  status: { desiredNumberScheduled: number; observedGeneration?: number };
}

let cluster: Cluster;
let stopLeases: () => void = () => {};

before(async () => {
  cluster = await startCluster({ nodes: {} });
});
after(async () => {
  stopLeases();
  await cluster?.stop();
});

const targetOf = ({ spec }: Pod) =>
  spec.nodeName ??
  spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]?.matchFields?.[0]?.values[0];

describe('agreement with the real DaemonSet controller', () => {
  it('holds for every generated pair', async (t) => {
    const names = Array.from({ length: NODES }, (_, at) => `g${at}`);
    for (let at = 0; at < NODES; at += 1) await cluster.admin('POST', '/api/v1/nodes', node(at));
    stopLeases = await keepAlive(cluster.admin, names);
    const sets = Array.from({ length: DAEMONSETS }, (_, at) => daemonSet(at));
    await waitFor('nodes without lifecycle taints', async () => {
      const { items } = await cluster.admin<{ items: { spec: { taints?: { key: string }[] } }[] }>('GET', '/api/v1/nodes');
      return items.every((each) => !each.spec.taints?.some(({ key }) => /not-ready|unreachable/.test(key))) || undefined;
    });
    for (const set of sets) await cluster.admin('POST', '/apis/apps/v1/namespaces/default/daemonsets', set);

    const settled = await waitFor('the controller to have placed every pod', async () => {
      const { items } = await cluster.admin<{ items: PlacedSet[] }>('GET', '/apis/apps/v1/daemonsets');
      const { items: pods } = await cluster.admin<{ items: Pod[] }>('GET', '/api/v1/namespaces/default/pods');
      const alive = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
      const wanted = items.reduce((sum, { status }) => sum + status.desiredNumberScheduled, 0);
      const seen = items.length === DAEMONSETS && items.every((set) => set.status.observedGeneration === set.metadata.generation);
      return seen && wanted === alive.length ? { sets: items, pods: alive } : undefined;
    });

    const { items } = await cluster.admin<{ items: Json[] }>('GET', '/api/v1/nodes');
    const { items: stored } = await cluster.admin<{ items: Json[] }>('GET', '/apis/apps/v1/namespaces/default/daemonsets');
    const workloads = stored.flatMap((set) => reduceDaemonSet(set) ?? []);
    const nodes = items.flatMap((each) => reducePlacementNode(each, labelsRead(workloads)));
    const wrong: string[] = [];
    const reasons = new Map<string, number>();
    let pairs = 0;
    for (const { name, template } of workloads) {
      const theirs = new Set(settled.pods.filter((pod) => pod.metadata.ownerReferences?.[0]?.name === name).map(targetOf));
      for (const each of nodes) {
        const ours = placementOf(each, template);
        pairs += 1;
        const why = ours.runs ? 'runs' : ours.reason;
        reasons.set(why, (reasons.get(why) ?? 0) + 1);
        if (ours.runs !== theirs.has(each.node)) wrong.push(`${name} on ${each.node}: ${JSON.stringify({ ours, template, each })}`);
      }
      const desired = settled.sets.find((set) => set.metadata.name === name)?.status.desiredNumberScheduled;
      assert.equal(nodes.filter((each) => placementOf(each, template).runs).length, desired, name);
    }
    t.diagnostic(`${pairs - wrong.length} of ${pairs} pairs agree: ${[...reasons].map(([why, count]) => `${why} ${count}`).join(', ')}`);
    assert.deepEqual(wrong, []);
    assert.ok(pairs >= 200 && [...reasons.values()].every((count) => count >= 5) && reasons.size === 4, JSON.stringify([...reasons]));
  });
});
