/**
 * Facts from a live cluster: wires the questions to kubelet and apiserver so that independent ones run at once and dependent ones wait
 * for what they need, and fetches further facts when a check wants them.
 */
import type { Host } from '../host/host.js';
import type { Want } from '../model/check.js';
import type { Candidate, Identity, NodeObject, Target } from '../model/facts.js';
import { readAuthority } from '../probes/authority.js';
import { observePlace } from '../probes/place.js';
import type { AuthorityAtHand } from '../probes/tls.js';
import { createContext, type LiveContext } from './context.js';
import { presentCredential } from './credentials.js';
import * as apiserver from './live-apiserver.js';
import { askKubelet, askPlainHealthz, type KubeletQuestions } from './live-kubelet.js';
import { type Reached, reach } from './reach.js';
import type { Source } from './run.js';
import type { Resolved } from './settings.js';
import { createFactStore } from './store.js';

export interface LiveOptions {
  host: Host;
  settings: Resolved;
  version: string;
}

/** Creates the source; nothing is asked before `start`. */
export function createLiveSource({ host, settings, version }: LiveOptions): Source {
  const store = createFactStore(() => host.now());
  const { context, close } = createContext({ host, settings, store, userAgent: `kubelet-doctor/${version}`, clean: host.redactor.clean });
  const session = once(() => askAll(context));
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

/** What the base questions lead to; each part resolves as soon as it is known. */
interface LiveSession {
  api: Promise<apiserver.ApiserverQuestions | undefined>;
  identity: Promise<Identity | undefined>;
  nodeName: Promise<string | undefined>;
  node: Promise<NodeObject | undefined>;
  kubelet: Promise<KubeletQuestions | undefined>;
  kubeletCandidate: Promise<Candidate | undefined>;
  /** Attempts at one more address of a target. */
  attempt(target: 'kubelet' | 'apiserver', candidate: Candidate): Promise<Reached | undefined>;
}

async function askAll(context: LiveContext): Promise<LiveSession> {
  const { store, settings, host } = context;
  store.put({ target: 'self', kind: 'settings', subject: '' }, { status: 'observed', data: settings.settings, ms: 0 });
  const place = store.observe({ target: 'self', kind: 'place', subject: '' }, async () => ({
    status: 'observed',
    data: { ...(await observePlace(host)), nowMs: host.now() },
  }));

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
    return reached && apiserver.apiserverQuestions(context, reached, await credentials.apiserver, (await authorities).pem.apiserver);
  })();
  const identity = api.then((asked) => (asked ? apiserver.askApiserver(context, asked) : undefined));
  const nodeName = (async () => {
    if (settings.node) return settings.node;
    const claims = (await credentials.kubelet).claims ?? (await credentials.apiserver).claims;
    return claims?.node ?? (await identity)?.node;
  })();
  const node = (async () => {
    const [name, asked] = [await nodeName, await api];
    if (!name || !asked || asked.as === 'nobody') return undefined;
    const outcome = await apiserver.askNode(context, asked, name);
    return outcome.status === 'observed' ? outcome.data : undefined;
  })();
  store.during(
    (async () => {
      const asked = await api;
      if ((await identity) && asked) await apiserver.askAccess(context, asked, await nodeName);
    })(),
  );
  store.during(
    place.then((at) => {
      const inPod = at.status === 'observed' && at.data.serviceEnvironment && at.data.place !== 'workstation';
      return inPod ? context.lookup('apiserver', 'kubernetes.default.svc') : undefined;
    }),
  );

  const kubeletCandidate = (async () => {
    const set = settingCandidate(settings);
    if (set) return putCandidates(context, 'kubelet', [set])[0];
    const found = await node;
    const fromNode = found && apiserver.candidateFromNode(found, settings.kubelet.port);
    return putCandidates(context, 'kubelet', fromNode ? [fromNode] : [])[0];
  })();
  const kubelet = (async () => {
    const candidate = await kubeletCandidate;
    const reached = candidate && (await attempt('kubelet', candidate));
    return reached && askKubelet(context, reached, await credentials.kubelet, (await authorities).pem.kubelet);
  })();
  for (const part of [api, identity, nodeName, node, kubelet]) store.during(part);
  return { api, identity, nodeName, node, kubelet, kubeletCandidate, attempt };
}

/** A fact some check wants; what is not ours to ask from here is left alone and stays unanswered. */
async function fetchWant(context: LiveContext, live: LiveSession, { need, subject }: Want): Promise<void> {
  const { store, settings } = context;
  // Only what goes through the apiserver waits for it; the rest is asked at once.
  const permitted = async () => {
    const api = await live.api;
    return api && api.as !== 'nobody' ? api : undefined;
  };
  switch (need) {
    case 'kubelet/second-sight': {
      const askedFor = (by: string) => !subject || subject === by;
      const local = askedFor('local-healthz') ? askPlainHealthz(context, 'local-healthz', '127.0.0.1', 10248) : undefined;
      if (subject === 'read-only-port' && settings.kubelet.httpPort > 0) {
        const candidate = await live.kubeletCandidate;
        if (candidate) await askPlainHealthz(context, 'read-only-port', candidate.host, settings.kubelet.httpPort);
      }
      const [api, name] = askedFor('node-proxy') ? [await permitted(), await live.nodeName] : [];
      if (api && name) await apiserver.askNodeProxy(context, api, name);
      await local;
      return;
    }
    case 'apiserver/lease': {
      const [api, name] = [await permitted(), await live.nodeName];
      if (api && name) await apiserver.askLease(context, api, name);
      return;
    }
    case 'kubelet/serving-requests': {
      const api = await permitted();
      if (api) await apiserver.askServingRequests(context, api, await live.node);
      return;
    }
    case 'apiserver/endpoints': {
      // Wanted while the service address is silent: the kubelet knows another one, and need not be waited for long.
      const hosts = (await (await live.kubelet)?.apiserverHosts()) ?? [];
      if (hosts.length > 0) {
        store.put(
          { target: 'apiserver', kind: 'endpoints', subject: '' },
          { status: 'observed', ms: 0, data: { from: 'kubelet-metrics', endpoints: hosts } },
        );
        return;
      }
      const api = await permitted();
      if (api) await apiserver.askEndpoints(context, api);
      return;
    }
    case 'kubelet/tls':
    case 'apiserver/tls': {
      const target = need === 'kubelet/tls' ? 'kubelet' : 'apiserver';
      const candidate = subject && candidateOf(subject, target === 'kubelet' ? 'node-object' : 'endpoint');
      if (candidate) await live.attempt(target, candidate);
      return;
    }
    case 'apiserver/dns':
      if (subject) await context.lookup('apiserver', subject);
      return;
    default:
      return;
  }
}

function candidateOf(endpoint: string, origin: Candidate['origin']): Candidate | undefined {
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(endpoint) ?? [];
  return host && port ? { host, port: Number(port), origin, source: endpoint } : undefined;
}

function settingCandidate({ kubelet }: Resolved): Candidate | undefined {
  return kubelet.host && kubelet.port > 0
    ? { host: kubelet.host, port: kubelet.port, origin: 'setting', source: kubelet.hostSource }
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
  if (target === 'kubelet') return {};
  return {
    serverName: settings.serverName,
    proxyUrl: settings.proxyUrl ? { url: settings.proxyUrl, source: 'kubeconfig proxy-url' } : undefined,
  };
}

interface Authorities {
  kubelet: AuthorityAtHand[];
  apiserver: AuthorityAtHand[];
  /** PEM of the CA in use; undefined means the system's. */
  pem: { kubelet?: string; apiserver?: string };
}

/** Reads the CA in use for each target; every other CA at hand is tried too, to say which one *would* verify. */
async function authoritiesAtHand({ host, settings, store }: LiveContext): Promise<Authorities> {
  const read = async (target: 'kubelet' | 'apiserver', path: string | undefined, inline?: string) => {
    if (inline) return { label: 'kubeconfig', pem: inline };
    if (!path) return undefined;
    let pem: string | undefined;
    await store.observe({ target, kind: 'authority', subject: path }, async () => {
      const authority = await readAuthority(host, path);
      pem = authority.pem;
      return authority.outcome;
    });
    return pem ? { label: path, pem } : undefined;
  };
  const [kubelet, api] = await Promise.all([
    read('kubelet', settings.kubelet.caPath, settings.kubelet.caPem),
    read('apiserver', settings.apiserver.caPath, settings.apiserver.caPem),
  ]);
  const others = await Promise.all(
    [
      `${settings.saDirectory}/ca.crt`,
      '/etc/kubernetes/pki/ca.crt',
      '/var/lib/rancher/k3s/agent/server-ca.crt',
      '/etc/kubernetes/certs/kubeletserver.crt',
      '/etc/kubernetes/kubelet-ca.crt',
    ].map(async (path) => {
      const { pem } = await readAuthority(host, path);
      return pem ? [{ label: path, pem }] : [];
    }),
  );
  const atHand = (inUse: { label: string; pem: string } | undefined): AuthorityAtHand[] => {
    const rest = [kubelet, api, ...others.flat()].filter(
      (a): a is { label: string; pem: string } => a !== undefined && a.pem !== inUse?.pem,
    );
    const distinct = rest.filter((a, i) => rest.findIndex((b) => b.pem === a.pem) === i);
    return [...(inUse ? [{ ...inUse, inUse: true }] : []), ...distinct.map((a) => ({ ...a, inUse: false }))];
  };
  return { kubelet: atHand(kubelet), apiserver: atHand(api), pem: { kubelet: kubelet?.pem, apiserver: api?.pem } };
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
