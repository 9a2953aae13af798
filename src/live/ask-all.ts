/**
 * Facts from a live cluster: wires the questions to kubelet and apiserver so that independent ones run at once and dependent ones wait
 * for what they need, and fetches further facts when a check wants them.
 */

import { anotherAsked } from '../checks/shared/own-node.js';
import type { Host } from '../host/host.js';
import { isDnsName, shellQuote } from '../kubernetes/names.js';
import { MOUNTED_TOKEN } from '../kubernetes/service-account.js';
import type { AnyFact, Candidate, Fact, Place, ServerVersion, Target } from '../model/facts.js';
import { readToken } from '../probes/credentials/token.js';
import { observeMounts } from '../probes/machine/mounts.js';
import { observePlace } from '../probes/machine/place.js';
import { placeAt } from '../setup/node-files.js';
import type { Resolved } from '../setup/resolved.js';
import { putConfiguration } from './apiserver/agent-configuration.js';
import { askApiserver } from './apiserver/basics.js';
import { apiserverClient } from './apiserver/client.js';
import { askNode, candidateFromNode } from './apiserver/objects.js';
import { askRights } from './apiserver/rights.js';
import { authoritiesAtHand } from './authorities.js';
import { createContext, type LiveContext } from './context.js';
import { presentCredential } from './credentials.js';
import type { Known } from './known.js';
import { askKubelet } from './kubelet/client.js';
import type { Source } from './loop.js';
import { ownNodeName } from './node/own-node.js';
import { candidateHere, observeAgents, observeNode } from './node/shell.js';
import { type Reached, reach } from './reach.js';
import { createFactStore } from './store.js';
import { fetchWant } from './wants.js';

export interface LiveOptions {
  host: Host;
  settings: Resolved;
  version: string;
  /** Of `rbac`: the kubelet is not asked, and roles are judged in depth. */
  rightsOnly?: boolean;
}

/** Creates the source; nothing is asked before `start`. */
export function createLiveSource({ host, settings, version, rightsOnly = false }: LiveOptions): Source {
  const store = createFactStore(() => host.now());
  const parts = { host: settings.agent?.host ?? host, own: host, settings, store };
  const { context, close } = createContext({ ...parts, userAgent: `kubelet-doctor/${version}`, clean: host.redactor.clean });
  const session = once(() => askAll(context, rightsOnly));
  return {
    store,
    start() {
      store.during(session());
    },
    fetch(want) {
      store.during(session().then((live) => fetchWant(context, live, want)));
    },
    close,
  };
}

async function askAll(context: LiveContext, rightsOnly: boolean): Promise<Known> {
  const { store, settings, host } = context;
  store.put({ target: 'self', kind: 'settings', subject: '' }, { status: 'observed', data: settings.settings, ms: 0 });
  const place = store.observe({ target: 'self', kind: 'place', subject: '' }, async () => {
    const at = settings.agent?.place ?? placeAt(await observePlace(host), settings.root, settings.nodeFiles);
    const node = await ownNodeName(settings, host, at);
    return { status: 'observed', data: { ...at, ...(node && { node }), nowMs: host.now() } };
  });
  const seenPlace = place.then((at) => (at.status === 'observed' ? at.data : undefined));
  // --node names another node than the one we are on: nothing that is at hand here is of its kubelet.
  const asksAnother = seenPlace.then((at) => anotherAsked(settings.settings, at) !== undefined);

  store.during(
    place.then((at) => {
      if (at.status !== 'observed' || !settings.configuration || (at.data.place === 'workstation' && !settings.agent)) return;
      putConfiguration(store, { ...settings.configuration, install: at.data.place === 'node' ? 'host' : 'container' });
    }),
  );

  const authorities = authoritiesAtHand(context);
  const credentials = {
    kubelet: presentCredential(context, 'kubelet'),
    apiserver: presentCredential(context, 'apiserver'),
  };
  const attempt = once1((target: 'kubelet' | 'apiserver', candidate: Candidate) =>
    authorities.then((at) => reach(context, target, candidate, { authorities: at[target], ...reachOptions(settings, target) })),
  );

  const api = (async () => {
    const [candidate] = putCandidates(context, 'apiserver', apiserverCandidates(settings));
    const reached = candidate && (await attempt('apiserver', candidate));
    return reached && apiserverClient(context, reached, await credentials.apiserver, (await authorities).pem.apiserver);
  })();
  const identity = api.then(async (asked) =>
    asked ? askApiserver(context, asked, (await credentials.apiserver).claims?.subject) : undefined,
  );
  const nodeName = (async () => {
    if (settings.node) return settings.node;
    const claims = (await credentials.kubelet).claims ?? (await credentials.apiserver).claims;
    const who = await identity;
    return claims?.node ?? who?.node ?? (await seenPlace)?.node;
  })();
  const node = (async () => {
    const [name, asked] = [await nodeName, await api];
    if (!name || !asked || asked.as === 'nobody') return undefined;
    const outcome = await askNode(context, asked, name);
    return outcome.status === 'observed' ? outcome.data : undefined;
  })();
  store.during(
    (async () => {
      const [asked, who] = [await api, await identity];
      if (!who || !asked) return;
      const namespace = place.then((at) => (at.status === 'observed' ? at.data.namespace : undefined));
      const agentEnvironment = place.then((at) => at.status === 'observed' && at.data.agentEnvironment);
      const inDepth = rightsOnly || settings.rights.account !== undefined;
      await askRights(context, asked, { identity: who, nodeName, node, version: versionIn(store), namespace, agentEnvironment, inDepth });
    })(),
  );
  store.during(
    place.then((at) => {
      const inPod = at.status === 'observed' && at.data.serviceEnvironment && at.data.place !== 'workstation';
      return inPod ? context.lookup('apiserver', 'kubernetes.default.svc') : undefined;
    }),
  );

  store.during(
    place.then(async (at) => {
      if (at.status !== 'observed' || at.data.place === 'workstation' || at.data.place === 'node') return;
      const { agent } = settings;
      const file = `${agent?.processes.root ?? ''}/proc/${agent?.pid ?? 'self'}/mountinfo`;
      await store.observe({ target: 'self', kind: 'mounts', subject: '', reproduce: `cat ${shellQuote(file)}` }, () =>
        observeMounts(host, agent && { host: agent.processes, pid: agent.pid }),
      );
    }),
  );
  const { nodeFiles } = settings;
  if (nodeFiles)
    store.during(
      seenPlace.then(async (at) => {
        if (!at || (await asksAnother)) return;
        await Promise.all([
          observeAgents(context, nodeFiles),
          rightsOnly ? undefined : observeNode(context, nodeFiles, settings.agent?.beside ?? at),
        ]);
      }),
    );
  // Beside a token from elsewhere the one the kubelet mounted and keeps fresh: to tell a copy from it. It is not sent.
  const elsewhere = [settings.kubelet.tokenPath, settings.apiserver.tokenPath].some((path) => path !== undefined && path !== MOUNTED_TOKEN);
  if (elsewhere)
    store.during(
      store.observe({ target: 'self', kind: 'credential', subject: 'mounted' }, async () => (await readToken(host, MOUNTED_TOKEN)).outcome),
    );

  const kubeletCandidate = (async () => {
    if (rightsOnly) return undefined;
    const another = await asksAnother;
    // What the agent's own settings say is of its own node; an address that was named beside is what is asked.
    const set = settingCandidate(settings, another);
    if (set) return putCandidates(context, 'kubelet', [set])[0];
    const own = !another && settings.nodeFiles ? candidateHere(context, settings.nodeFiles) : undefined;
    const found = own?.certain ? undefined : await node;
    const named = another ? settings.node : (await credentials.kubelet).claims?.node;
    const candidate = found
      ? candidateFromNode(found, settings.kubelet.port)
      : (own?.candidate ?? (await byItsName(context, await seenPlace, named, another)));
    return putCandidates(context, 'kubelet', candidate ? [candidate] : [])[0];
  })();
  const kubelet = (async () => {
    const candidate = await kubeletCandidate;
    const reached = candidate && (await attempt('kubelet', candidate));
    return reached && askKubelet(context, reached, await credentials.kubelet, (await authorities).pem.kubelet);
  })();
  for (const part of [api, identity, nodeName, node, kubelet]) store.during(part);
  const token = Promise.all([credentials.kubelet, credentials.apiserver]).then(
    (all) => all.flatMap((one) => one.token ?? one.beside?.token ?? [])[0],
  );
  return { place: seenPlace, api, identity, nodeName, node, kubelet, token, kubeletCandidate, attempt };
}

function versionIn(store: LiveContext['store']): ServerVersion | undefined {
  const found = store.snapshot().find((f): f is Fact<'version'> & AnyFact => f.kind === 'version' && f.target === 'apiserver');
  return found?.outcome.status === 'observed' ? found.outcome.data : undefined;
}

function settingCandidate({ kubelet, settings }: Resolved, byFlagOnly: boolean): Candidate | undefined {
  const origin = settings.find(({ setting }) => setting === 'kubelet.host')?.origin;
  return kubelet.host && kubelet.port > 0 && (!byFlagOnly || origin === 'flag')
    ? { host: kubelet.host, port: kubelet.port, origin: 'setting', source: kubelet.hostSource }
    : undefined;
}

/**
 * Few accounts may read a Node, but a pod's token names ours, and --node another; where that name resolves, the kubelet is asked by it. The agent
 * itself must be told.
 */
async function byItsName(
  context: LiveContext,
  place: Place | undefined,
  node: string | undefined,
  another: boolean,
): Promise<Candidate | undefined> {
  const { port } = context.settings.kubelet;
  const inPod = place?.place === 'debug-pod' || place?.place === 'pod';
  if ((!inPod && !another) || !node || !isDnsName(node) || port === 0) return undefined;
  const resolved = await context.lookup('kubelet', node);
  return resolved.status === 'observed' && resolved.data.addresses.length > 0
    ? { host: node, port, origin: 'token', source: another ? '--node' : 'the token' }
    : undefined;
}

function apiserverCandidates({ apiserver: { url, from } }: Resolved): Candidate[] {
  if (!url) return [];
  const origin = from === 'service-environment' ? 'service-environment' : from === 'kubeconfig' ? 'kubeconfig' : 'setting';
  return [{ host: url.host, port: url.port, origin, source: from }];
}

function putCandidates(context: LiveContext, target: Target, candidates: Candidate[]): Candidate[] {
  context.store.put({ target, kind: 'candidates', subject: '' }, { status: 'observed', data: candidates, ms: 0 });
  return candidates;
}

function reachOptions({ apiserver: settings }: Resolved, target: 'kubelet' | 'apiserver') {
  // Asked in the kubelet's place, its proxy counts; and whoever asks it from its own node needs none.
  if (target === 'kubelet') return settings.proxyEnvironment ? { proxyEnvironment: {} } : {};
  return {
    proxyEnvironment: settings.proxyEnvironment,
    serverName: settings.serverName,
    proxyUrl: settings.proxyUrl ? { url: settings.proxyUrl, source: 'kubeconfig proxy-url' } : undefined,
  };
}

/** Runs once, however often it is called. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work();
    return running;
  };
}

/** One attempt per target and address: two checks that want the same address share it. */
function once1(work: (target: 'kubelet' | 'apiserver', candidate: Candidate) => Promise<Reached | undefined>) {
  const running = new Map<string, Promise<Reached | undefined>>();
  return (target: 'kubelet' | 'apiserver', candidate: Candidate) => {
    const key = `${target} ${candidate.host} ${candidate.port}`;
    const attempt = running.get(key) ?? work(target, candidate);
    running.set(key, attempt);
    return attempt;
  };
}
