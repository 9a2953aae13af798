/**
 * What is always asked, and who waits for whom. All steps start at once and await what they need and no more, so what is independent runs side by
 * side; a step that leads to nothing gives undefined, and whoever waits for it goes without.
 *
 *     authorities ──┬──> api ──> identity ──> nodeName ──> node ──> kubeletCandidate ──> kubelet
 *     credentials ──┤                └───────────┴───────────┴──> rights
 *     place ────────┼──> own things: settings, mounts, name of the service
 *                   └──> the node's shell, where the node is not another than is asked about
 *
 * `node` is not waited for where a setting, or a flag of the kubelet here, says where the kubelet is. Each arrow is an argument in `startPlan`: a step
 * sees what it waits for.
 */
import { anotherAsked } from '../checks/shared/own-node.js';
import type { AnyFact, Candidate, Fact, Identity, NodeObject, ServerVersion } from '../model/facts.js';
import type { Held, Owner } from '../probes/connection/gate.js';
import { putConfiguration } from './agent-configuration.js';
import { askApiserver } from './apiserver/basics.js';
import { type ApiserverClient, apiserverClient } from './apiserver/client.js';
import { askNodesAlike } from './apiserver/named.js';
import { askNode, candidateFromNode, NO_NODE } from './apiserver/node-objects.js';
import { askRights } from './apiserver/rights.js';
import { askClusterAgent } from './cluster-agent.js';
import { createAttempts } from './connection/attempts.js';
import { type Authorities, authoritiesAtHand } from './connection/authorities.js';
import { apiserverCandidate, candidateByName, putCandidate, settingCandidate } from './connection/candidates.js';
import { askMountedToken, type Presented, presentCredential } from './connection/credentials.js';
import type { LiveContext } from './context.js';
import type { Known } from './known.js';
import { askKubelet, type KubeletClient } from './kubelet/client.js';
import { askMounts } from './node/mounts.js';
import { findPlace } from './node/place.js';
import { hearAgent, hearKubelet } from './node/said.js';
import { candidateHere, observeAgents, observeNode } from './node/shell.js';

/** What steps hand on to each other; `Known` is the part of it that later inquiries need. */
interface Parts extends Known {
  authorities: Promise<Authorities>;
  /** What would be shown to each server. */
  credentials: { kubelet: Promise<Presented>; apiserver: Promise<Presented> };
  /** The apiserver says that there is no node of the name that was given. */
  isNoNode: Promise<boolean>;
  /** --node names another node than the one we are on: nothing that is at hand here is of its kubelet. */
  asksAnother: Promise<boolean>;
  kubeletFound: Promise<Found | undefined>;
}

/** An address, and who named it. */
interface Found {
  candidate: Candidate;
  owner: Owner;
}

/** How much of the plan is asked for. */
export interface Asked {
  /** Roles are judged in depth. */
  rightsOnly: boolean;
  /** No kubelet is looked for, connected to or named. */
  withoutKubelet: boolean;
}

/** Starts every step. The order of the lines is the order in which facts are kept, and so the order in which a report cites them. */
export async function startPlan(context: LiveContext, { rightsOnly, withoutKubelet }: Asked): Promise<Known> {
  const { store, settings } = context;
  store.put({ target: 'self', kind: 'settings', subject: '' }, { status: 'observed', data: settings.settings, ms: 0 });
  const place = findPlace(context);
  const asksAnother = place.then((at) => anotherAsked(settings.settings, at) !== undefined);
  const authorities = authoritiesAtHand(context);
  const credentials = { kubelet: presentCredential(context, 'kubelet'), apiserver: presentCredential(context, 'apiserver') };
  const attempt = createAttempts(context, authorities);

  const api = reachApiserver(context, { attempt, authorities, credentials });
  const identity = askApiserverFirst(context, { api, credentials });
  const nodeName = findNodeName(context, { credentials, identity, place });
  const node = findNode(context, { api, nodeName });
  const isNoNode = findWhetherNone(context, { api, node });
  const rights = askOwnRights(context, { api, identity, nodeName, node, place }, rightsOnly);
  const ownThings = askOwnThings(context, { place, asksAnother });
  const nodeShell = askNodeShell(context, { place, asksAnother }, withoutKubelet);
  const mountedToken = askMountedToken(context);
  const kubeletFound = withoutKubelet
    ? Promise.resolve(undefined)
    : findKubelet(context, { api, asksAnother, credentials, isNoNode, node, place });
  const kubelet = reachKubelet(context, { attempt, authorities, credentials, kubeletFound });
  const kubeletCandidate = kubeletFound.then((found) => found?.candidate);

  for (const step of [api, identity, nodeName, node, isNoNode, rights, ownThings, nodeShell, mountedToken, kubelet]) store.during(step);
  return { place, api, identity, nodeName, node, kubelet, kubeletCandidate, attempt, token: tokenShown(credentials) };
}

async function reachApiserver(
  context: LiveContext,
  { attempt, authorities, credentials }: Pick<Parts, 'attempt' | 'authorities' | 'credentials'>,
): Promise<ApiserverClient | undefined> {
  const left = context.recorded?.apiserverLeftOut;
  if (left !== undefined) {
    context.store.put({ target: 'apiserver', kind: 'candidates', subject: '' }, { status: 'absent', why: 'not-attempted', detail: left });
    return undefined;
  }
  const candidate = putCandidate(context, 'apiserver', apiserverCandidate(context.settings));
  const reached = candidate && (await attempt('apiserver', candidate, context.settings.apiserver.owners.server));
  return reached && apiserverClient(context, reached, await credentials.apiserver, (await authorities).inUse.apiserver);
}

/** Before anything else is asked of it: is it ready, and who are we to it. */
async function askApiserverFirst(
  context: LiveContext,
  { api, credentials }: Pick<Parts, 'api' | 'credentials'>,
): Promise<Identity | undefined> {
  const asked = await api;
  return asked && askApiserver(context, asked, (await credentials.apiserver).claims?.subject);
}

/** The node in question: the one that was named, that a token is bound to, that the apiserver knows us by, or that we are on. */
async function findNodeName(
  { settings }: LiveContext,
  { credentials, identity, place }: Pick<Parts, 'credentials' | 'identity' | 'place'>,
): Promise<string | undefined> {
  if (settings.node) return settings.node;
  const claims = (await credentials.kubelet).claims ?? (await credentials.apiserver).claims;
  const who = await identity;
  return claims?.node ?? who?.node ?? (await place)?.node;
}

async function findNode(context: LiveContext, { nodeName, api }: Pick<Parts, 'nodeName' | 'api'>): Promise<NodeObject | undefined> {
  const [name, asked] = [await nodeName, await api];
  if (!name || !asked || asked.as === 'nobody') return undefined;
  const outcome = await askNode(context, asked, name);
  return outcome.status === 'observed' ? outcome.data : undefined;
}

/** Asked of a name that was given, and was not found: another's token or machine is no name of ours to correct. */
async function findWhetherNone(context: LiveContext, { api, node }: Pick<Parts, 'api' | 'node'>): Promise<boolean> {
  const { node: name } = context.settings;
  const asked = await api;
  if (!name || (await node) || !asked || asked.as === 'nobody') return false;
  const read = await askNode(context, asked, name);
  if (read.status !== 'failed' || read.code !== NO_NODE) return false;
  await askNodesAlike(context, asked, name);
  return true;
}

async function askOwnRights(
  context: LiveContext,
  { api, identity, nodeName, node, place }: Pick<Parts, 'api' | 'identity' | 'nodeName' | 'node' | 'place'>,
  rightsOnly: boolean,
): Promise<void> {
  const [asked, who] = [await api, await identity];
  if (!asked || !who) return;
  await askRights(context, asked, {
    identity: who,
    nodeName,
    node,
    version: versionIn(context.store),
    namespace: place.then((at) => at?.namespace),
    agentEnvironment: place.then((at) => at?.agentEnvironment ?? false),
    inDepth: rightsOnly || context.settings.rights.account !== undefined,
  });
}

function versionIn(store: LiveContext['store']): ServerVersion | undefined {
  const found = store.snapshot().find((f): f is Fact<'version'> & AnyFact => f.kind === 'version' && f.target === 'apiserver');
  return found?.outcome.status === 'observed' ? found.outcome.data : undefined;
}

/** What this process or pod tells of itself, and the name by which a pod knows the apiserver. */
async function askOwnThings(context: LiveContext, { place, asksAnother }: Pick<Parts, 'place' | 'asksAnother'>): Promise<void> {
  const at = await place;
  if (!at) return;
  const { store, settings } = context;
  const { configuration, agent } = settings;
  const atWorkstation = at.place === 'workstation';
  if (configuration && (!atWorkstation || agent))
    putConfiguration(store, { ...configuration, install: at.place === 'node' ? 'host' : 'container' });
  await Promise.all([
    !atWorkstation && at.serviceEnvironment ? context.lookup('apiserver', 'kubernetes.default.svc') : undefined,
    !atWorkstation && at.place !== 'node' ? askMounts(context) : undefined,
    askClusterAgent(context, at),
    (await asksAnother) ? undefined : hearAgent(context),
  ]);
}

/** What only a shell on the node sees. */
async function askNodeShell(
  context: LiveContext,
  { place, asksAnother }: Pick<Parts, 'place' | 'asksAnother'>,
  withoutKubelet: boolean,
): Promise<void> {
  const { nodeFiles, agent } = context.settings;
  const at = nodeFiles && (await place);
  if (!at || (await asksAnother)) return;
  const beside = agent?.beside ?? at;
  await Promise.all([
    observeAgents(context, nodeFiles),
    ...(withoutKubelet ? [] : [observeNode(context, nodeFiles, beside), hearKubelet(context, nodeFiles)]),
  ]);
}

async function findKubelet(
  context: LiveContext,
  parts: Pick<Parts, 'api' | 'asksAnother' | 'credentials' | 'isNoNode' | 'node' | 'place'>,
): Promise<Found | undefined> {
  const found = await whereKubeletIs(context, parts);
  putCandidate(context, 'kubelet', found?.candidate);
  return found;
}

async function whereKubeletIs(
  context: LiveContext,
  {
    api,
    asksAnother,
    credentials,
    isNoNode,
    node,
    place,
  }: Pick<Parts, 'api' | 'asksAnother' | 'credentials' | 'isNoNode' | 'node' | 'place'>,
): Promise<Found | undefined> {
  const { settings } = context;
  const by = (owner: Owner, candidate: Candidate | undefined) => candidate && { candidate, owner };
  const another = await asksAnother;
  // What the agent's own settings say is of its own node; an address that was named beside is what is asked.
  const set = settingCandidate(settings, another);
  if (set) return by(settings.kubelet.owners.server, set);
  const here = !another && settings.nodeFiles ? candidateHere(context, settings.nodeFiles) : undefined;
  const found = here?.certain ? undefined : await node;
  // A name that no node has may still be a host's.
  if (another && !found && (await isNoNode)) return undefined;
  const named = another ? settings.node : (await credentials.kubelet).claims?.node;
  if (found) return by((await api)?.wordOf ?? 'stranger', candidateFromNode(found, settings.kubelet.port));
  // A copy of a node's files is whose it is that made it.
  if (here?.candidate) return by(settings.nodeFiles?.live ? 'kubelet' : 'stranger', here.candidate);
  return by(another ? 'user' : settings.kubelet.owners.credential, await candidateByName(context, await place, named, another));
}

async function reachKubelet(
  context: LiveContext,
  { attempt, authorities, credentials, kubeletFound }: Pick<Parts, 'attempt' | 'authorities' | 'credentials' | 'kubeletFound'>,
): Promise<KubeletClient | undefined> {
  const found = await kubeletFound;
  const reached = found && (await attempt('kubelet', found.candidate, found.owner));
  return reached && askKubelet(context, reached, await credentials.kubelet, (await authorities).inUse.kubelet);
}

async function tokenShown({ kubelet, apiserver }: Parts['credentials']): Promise<Held | undefined> {
  const all = await Promise.all([kubelet, apiserver]);
  return all.flatMap((one) => [one, one.beside ?? one]).find(({ as }) => as === 'token')?.held;
}
