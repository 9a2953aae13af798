/** What is asked of a bundle's apiserver: of the cluster once, and of each node what is its own. */
import type { Host } from '../host/host.js';
import { record, valueAt } from '../kubernetes/json.js';
import { isDnsName } from '../kubernetes/names.js';
import { askConfigurations, keepTemplate, type Templates } from '../live/apiserver/agent-configuration.js';
import { askApiserver } from '../live/apiserver/basics.js';
import type { ApiserverClient } from '../live/apiserver/client.js';
import { askEgressPolicies } from '../live/apiserver/egress-policies.js';
import { askClientRequests, askEndpoints, askLease, askNode, askServingRequests } from '../live/apiserver/node-objects.js';
import { askPlacement } from '../live/apiserver/placement/placement.js';
import { askWorkloads } from '../live/apiserver/placement/workloads.js';
import { askRights } from '../live/apiserver/rights.js';
import { askKubeletVersions, askRbacObjects } from '../live/apiserver/rights-objects.js';
import { createContext, type LiveContext } from '../live/context.js';
import { createFactStore } from '../live/store.js';
import type { AgentPod, AgentPods, AgentWorkload } from '../model/facts/placement.js';
import type { AnyFact, BundlePlace, FactKind, Place } from '../model/facts.js';
import type { Resolved } from '../setup/resolved.js';
import type { Cluster } from './apiserver.js';
import { agentsIn } from './objects/agents.js';
import { daemonSetsOfPods, isOwnedBy, type OfPods } from './objects/by-pods.js';

const MOST_OF_PODS = 10;

/** Everything is at hand: only the machine's own work takes time. */
const BUDGET_MS = 600_000;

export interface Asking {
  host: Host;
  settings: Resolved;
  api: ApiserverClient;
  cluster: Cluster;
  place: BundlePlace;
}

/** The facts of the cluster. */
export async function askCluster(asking: Asking): Promise<AnyFact[]> {
  const { settings, api, cluster, place } = asking;
  const { daemonset } = settings.placement;
  const { context, close } = contextOf(asking);
  const { store } = context;
  store.put({ target: 'self', kind: 'settings', subject: '' }, { status: 'observed', data: settings.settings, ms: 0 });
  // No one is signed in to a bundle: version alone.
  await askApiserver(context, { ...api, as: 'nobody' });
  const listed = await askWorkloads(context, api);
  const ofPods = listed.length > 0 ? [] : await askOfPods(context, asking);
  const workloads = [...listed, ...ofPods.map(({ workload }) => workload)];
  // What another program needs, the agent's account may well lack.
  const own = settings.rights.profile.profile === 'datadog-agent' || daemonset ? accountOf(workloads) : undefined;
  const account = settings.rights.account ?? own;
  const agents = agentsIn(workloads, settings.rights.account ? undefined : own && `${own.namespace}/${own.name}`, cluster.index);
  const found = placeOf({ ...place, ...(agents && { agents }) }, cluster.clockMs);
  store.put({ target: 'self', kind: 'place', subject: '' }, { status: 'observed', data: found, ms: 0 });
  const about = { ...context, settings: { ...settings, rights: { ...settings.rights, ...(account && { account }) } } };
  if (account) {
    const version = store.snapshot().find((fact): fact is AnyFact & { kind: 'version' } => fact.kind === 'version');
    await askRights(about, api, {
      identity: { user: '', groups: [], by: 'refusal' },
      nodeName: Promise.resolve(settings.node),
      node: Promise.resolve(undefined),
      version: version?.outcome.status === 'observed' ? version.outcome.data : undefined,
      namespace: Promise.resolve(undefined),
      agentEnvironment: Promise.resolve(false),
      inDepth: true,
    });
    await askRbacObjects(about, api, `system:serviceaccount:${account.namespace}:${account.name}`, settings.rights.profile.hints);
  }
  await askKubeletVersions(context, api);
  await askPlacement(context, api);
  await askEndpoints(context, api);
  await askClientRequests(context, api);
  await askEgress(context, asking, workloads, ofPods[0]);
  await close();
  return settled(store.snapshot());
}

/** The facts of one node, beside those of the cluster. */
export async function askOfNode(asking: Asking, node: string): Promise<AnyFact[]> {
  const { context, close } = contextOf(asking);
  const found = await askNode(context, asking.api, node);
  await askLease(context, asking.api, node);
  await askServingRequests(context, asking.api, found.status === 'observed' ? found.data : undefined);
  await close();
  return settled(context.store.snapshot());
}

/** Of the requests that were "asked" nothing is kept: no one answered them. */
function settled(facts: readonly AnyFact[]): AnyFact[] {
  const isRead = ({ outcome }: AnyFact) => outcome.status !== 'pending';
  return facts.filter(isRead).map((fact) => ({ ...fact, startedMs: 0, outcome: withoutTimes(fact) }) as AnyFact);
}

function withoutTimes({ outcome }: AnyFact): AnyFact['outcome'] {
  return outcome.status === 'observed' || outcome.status === 'failed' ? { ...outcome, ms: 0 } : outcome;
}

/** Its clock is the bundle's. */
function contextOf({ host, settings, cluster }: Asking): { context: LiveContext; close: () => Promise<void> } {
  const then: Host = { ...host, env: {}, now: () => cluster.clockMs };
  return createContext(
    { host: then, own: then, settings, store: createFactStore(() => 0), userAgent: '', clean: host.redactor.clean },
    BUDGET_MS,
  );
}

function placeOf(bundle: BundlePlace, nowMs: number): Place {
  return {
    // Whoever reads it sits before a screen, with a list of the cluster and no way to its nodes.
    place: 'workstation',
    vantage: 'workstation',
    hostName: '',
    nowMs,
    agentEnvironment: false,
    serviceEnvironment: false,
    renamedVariables: [],
    gateways: [],
    bundle,
  };
}

/** How agents are set whose DaemonSets are not in the bundle, and the DaemonSet that was named, where one was. */
async function askOfPods(context: LiveContext, { api, cluster, settings }: Asking): Promise<OfPods[]> {
  const { daemonset } = settings.placement;
  const isMeant = ({ workload: { namespace, name } }: OfPods) =>
    !daemonset || (daemonset.namespace === namespace && daemonset.name === name);
  const found = daemonSetsOfPods(cluster).filter(isMeant).slice(0, MOST_OF_PODS);
  const templates: Templates = new Map();
  for (const { workload, object } of found) keepTemplate(templates, workload, object);
  await askConfigurations(
    context,
    api,
    found.map(({ workload }) => workload),
    templates,
  );
  return found;
}

/** Whose rights are judged: the account of the first DaemonSet that looks like an agent; a name that may be printed. */
function accountOf(workloads: readonly AgentWorkload[]): Resolved['rights']['account'] {
  for (const { namespace, template } of workloads) {
    const account = template.serviceAccount ?? 'default';
    if ([namespace, account].every(isDnsName)) return { namespace, name: account, from: 'workload' };
  }
  return undefined;
}

/** For one pod of the agent, whose labels all of them have; where the bundle has none, for what its DaemonSet makes them of. */
async function askEgress(
  context: LiveContext,
  { api, cluster, settings }: Asking,
  [workload]: readonly AgentWorkload[],
  ofPods: OfPods | undefined,
): Promise<void> {
  const pods = dataOf(context.store.snapshot(), 'agent-pods') as Partial<AgentPods> | undefined;
  const { daemonset } = settings.placement;
  const isChosen = (each: AgentPod) => !daemonset || isOwnedBy(each, daemonset);
  const pod = ofPods?.pod ?? pods?.pods?.find(isChosen);
  if (pod) return void (await askEgressPolicies(context, api, { ...pod, isAgents: true }));
  if (!workload) return;
  const { namespace, name, template } = workload;
  const labels = record(valueAt(cluster.index.get('DaemonSet', namespace, name), ['spec', 'template', 'metadata', 'labels']));
  const seen = { labels, hostNetwork: template.hostNetwork };
  await askEgressPolicies(context, api, { namespace, pod: name, isTemplate: true, seen });
}

function dataOf(facts: readonly AnyFact[], kind: FactKind): unknown {
  const found = facts.find((fact) => fact.kind === kind);
  return found?.outcome.status === 'observed' ? record(found.outcome.data) : undefined;
}
