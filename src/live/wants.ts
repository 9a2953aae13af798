/** Further facts, asked for only when a check wants them. */
import type { Want } from '../model/check.js';
import type { Candidate } from '../model/facts.js';
import { askAgentOnNode } from './apiserver/agent-on-node.js';
import type { ApiserverClient } from './apiserver/client.js';
import { askEgressPolicies } from './apiserver/egress-policies.js';
import { askEndpoints, askLease, askNodeProxy, askServingRequests } from './apiserver/node-objects.js';
import { askPlacement } from './apiserver/placement/placement.js';
import { askWorkloads } from './apiserver/placement/workloads.js';
import { askKubeletVersions, askOwnRules, askRbacObjects } from './apiserver/rights-objects.js';
import { askTokenReview } from './apiserver/token-review.js';
import type { LiveContext } from './context.js';
import type { Known } from './known.js';
import { askPlainHealthz } from './kubelet/client.js';
import { askThroughNodeProxy } from './kubelet/node-proxy.js';

type Fetch = (context: LiveContext, known: Known, subject: string | undefined) => Promise<unknown>;

/** How each is fetched. What is not here is always asked, or is not ours to ask. */
const FETCHES: Partial<Record<Want['need'], Fetch>> = {
  'kubelet/second-sight': fetchSecondSight,
  'kubelet/proxied': fetchThroughProxy,
  'kubelet/tls': (_, known, subject) => fetchHandshake(known, 'kubelet', 'node-object', subject),
  'kubelet/serving-requests': withApiserver(async (context, known, api) => askServingRequests(context, api, await known.node)),
  'apiserver/tls': (_, known, subject) => fetchHandshake(known, 'apiserver', 'endpoint', subject),
  'apiserver/dns': async (context, _, subject) => subject && context.lookup('apiserver', subject),
  'apiserver/endpoints': fetchEndpoints,
  'apiserver/token-review': askTokenReview,
  'apiserver/lease': withApiserver(async (context, known, api) => {
    const name = await known.nodeName;
    if (name) await askLease(context, api, name);
  }),
  'apiserver/rbac-objects': withApiserver(fetchRbacObjects),
  'apiserver/own-rules': fetchOwnRules,
  'apiserver/kubelet-versions': withApiserver((context, _, api) => askKubeletVersions(context, api)),
  'apiserver/egress-policies': withApiserver(fetchEgressPolicies),
  'self/agent-configuration': withLists(askWorkloads),
  'apiserver/workloads': withLists(askPlacement),
  'apiserver/nodes': withLists(askPlacement),
  'apiserver/agent-pods': withLists(askPlacement),
  'apiserver/namespace-policy': withLists(askPlacement),
  'apiserver/refused-creates': withLists(askPlacement),
  'apiserver/pod-events': withLists(askPlacement),
};

/** A fact some check wants; what is not ours to ask from here is left alone and stays unanswered. */
export async function fetchWant(context: LiveContext, known: Known, { need, subject }: Want): Promise<void> {
  await FETCHES[need]?.(context, known, subject);
}

type FetchFromApiserver = (context: LiveContext, known: Known, api: ApiserverClient) => Promise<unknown>;

/** Waits for the apiserver; without one, or without a credential for it, nothing is asked. */
function withApiserver(fetch: FetchFromApiserver): Fetch {
  return async (context, known) => {
    const api = await permitted(known);
    if (api) await fetch(context, known, api);
  };
}

/** From the agent's own pod lists of the cluster are not ours; someone who asks for them by name may try. */
function withLists(fetch: (context: LiveContext, api: ApiserverClient) => Promise<unknown>): Fetch {
  return async (context, known) => {
    const place = context.settings.placement.asked ? undefined : await known.place;
    const api = place && place.place !== 'workstation' ? undefined : await permitted(known);
    if (api) await fetch(context, api);
  };
}

async function permitted({ api }: Known): Promise<ApiserverClient | undefined> {
  const asked = await api;
  return asked && asked.as !== 'nobody' ? asked : undefined;
}

/** The kubelet by other ways than its port: all of them, or the one that `subject` names. */
async function fetchSecondSight(context: LiveContext, known: Known, subject: string | undefined): Promise<void> {
  const { host, httpPort, port } = context.settings.kubelet;
  const wants = (by: string) => !subject || subject === by;
  const local = wants('local-healthz')
    ? askPlainHealthz(context, 'local-healthz', '127.0.0.1', context.host.healthzPort ?? 10248)
    : undefined;
  if (subject === 'read-only-port' && httpPort > 0) {
    // With its HTTPS port off the agent has no other way than this port of its host; the candidate is from elsewhere then.
    const at = (port === 0 && host) || (await known.kubeletCandidate)?.host;
    if (at) await askPlainHealthz(context, 'read-only-port', at, httpPort);
  }
  const [api, name] = wants('node-proxy') ? [await permitted(known), await known.nodeName] : [];
  if (api && name) await askNodeProxy(context, api, name);
  await local;
}

/** From within the cluster the port itself is asked; and only a workstation's user has the right, as a rule. */
async function fetchThroughProxy(context: LiveContext, known: Known): Promise<void> {
  const [api, name, place] = [await permitted(known), await known.nodeName, await known.place];
  if (api && name && place?.place === 'workstation') await askThroughNodeProxy(context, api, name);
}

/** Wanted while the service address is silent: the kubelet knows another one, and the apiserver need not be waited for. */
async function fetchEndpoints(context: LiveContext, known: Known): Promise<void> {
  const hosts = (await (await known.kubelet)?.apiserverHosts()) ?? [];
  if (hosts.length > 0) {
    context.store.put(
      { target: 'apiserver', kind: 'endpoints', subject: '' },
      { status: 'observed', ms: 0, data: { from: 'kubelet-metrics', endpoints: hosts } },
    );
    return;
  }
  const api = await permitted(known);
  if (api) await askEndpoints(context, api);
}

async function fetchHandshake(
  { attempt }: Known,
  target: 'kubelet' | 'apiserver',
  origin: Candidate['origin'],
  endpoint: string | undefined,
): Promise<void> {
  const candidate = endpoint && candidateOf(endpoint, origin);
  // For a look alone: an address that anyone may have named is sent nothing.
  if (candidate) await attempt(target, candidate, 'stranger');
}

async function fetchRbacObjects(context: LiveContext, known: Known, api: ApiserverClient): Promise<void> {
  const { account, profile } = context.settings.rights;
  const who = await known.identity;
  const user = account ? `system:serviceaccount:${account.namespace}:${account.name}` : who?.user;
  if (user) await askRbacObjects(context, api, user, profile.hints);
}

/** About ourselves alone; with a named account it would be another's question. */
async function fetchOwnRules(context: LiveContext, known: Known, subject = 'default'): Promise<void> {
  const api = context.settings.rights.account ? undefined : await permitted(known);
  if (api) await askOwnRules(context, api, subject);
}

async function fetchEgressPolicies(context: LiveContext, known: Known, api: ApiserverClient): Promise<void> {
  const [at, who] = [await known.place, await known.identity];
  if (at?.place === 'workstation') return fetchAgentsPolicies(context, known, api);
  const pod = who?.pod ?? (at?.vantage === 'pod-network' ? at.hostName : undefined);
  if (at?.namespace && pod) await askEgressPolicies(context, api, { namespace: at.namespace, pod });
}

/** Of the agent's pod on the node in question, where one is found there. */
async function fetchAgentsPolicies(context: LiveContext, known: Known, api: ApiserverClient): Promise<void> {
  const node = await known.nodeName;
  const agent = node ? await askAgentOnNode(api, node) : undefined;
  const [namespace, pod] = agent?.pod.split('/') ?? [];
  if (agent && namespace && pod) return void (await askEgressPolicies(context, api, { namespace, pod, isAgents: true, seen: agent }));
  context.store.put({ target: 'apiserver', kind: 'egress-policies', subject: '' }, { status: 'absent', why: 'not-ours' });
}

function candidateOf(endpoint: string, origin: Candidate['origin']): Candidate | undefined {
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(endpoint) ?? [];
  return host && port ? { host, port: Number(port), origin, source: endpoint } : undefined;
}
