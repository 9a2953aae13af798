/**
 * One attempt at a server, layer by layer: proxy decision, then DNS and TCP of the next hop, CONNECT, and a TLS handshake without a
 * credential. The examined connection is kept for the questions that need no credential; `open` makes another one the same way.
 */
import type net from 'node:net';
import type tls from 'node:tls';
import { whyUndialled } from '../../kubernetes/addresses.js';
import { endpointOf } from '../../kubernetes/names.js';
import type { Candidate, Target, TlsHandshake } from '../../model/facts.js';
import type { Owner, Server } from '../../probes/connection/gate.js';
import { chooseProxy, proxyAddress } from '../../probes/connection/proxy.js';
import { NEVER_DIALLED, openTcp } from '../../probes/connection/tcp.js';
import { type AuthorityAtHand, examineTls, secureProxySocket } from '../../probes/connection/tls.js';
import { openTunnel } from '../../probes/connection/tunnel.js';
import type { LiveContext } from '../context.js';
import { reproduceProxy, reproduceTcp, reproduceTls } from '../reproduce.js';
import type { Recorded } from '../script/network.js';

/** A server that finished a TLS handshake; whether its certificate verifies is in `handshake`. */
export interface Reached {
  target: Target;
  candidate: Candidate;
  /** The same address, and whose word it is. */
  server: Server;
  endpoint: string;
  serverName: string;
  handshake: TlsHandshake;
  /** The examined connection, for requests without a credential; once. */
  takeExamined(): tls.TLSSocket | undefined;
  /** A new connection to the same address through the same proxy, before TLS. */
  open(): Promise<{ socket: net.Socket } | { code: string; detail: string }>;
}

export interface ReachOptions {
  authorities: AuthorityAtHand[];
  /** Who named this address. */
  owner: Owner;
  /** `tls-server-name` of a kubeconfig. */
  serverName?: string;
  /** `proxy-url` of a kubeconfig. */
  proxyUrl?: { url: string; source: string };
  /** Proxy variables that count in place of our own. */
  proxyEnvironment?: Readonly<Record<string, string>>;
}

/** Writes the proxy, dns, tcp, tunnel and tls facts of this candidate; undefined when no handshake came about. */
export async function reach(
  context: LiveContext,
  target: Target,
  candidate: Candidate,
  options: ReachOptions,
): Promise<Reached | undefined> {
  const { store, settings } = context;
  const endpoint = endpointOf(candidate.host, candidate.port);
  const about = { target, subject: endpoint };
  const neverDialled = () => {
    store.put({ ...about, kind: 'tcp' }, NEVER_DIALLED);
    return undefined;
  };
  if (whyUndialled(candidate.host)) return neverDialled();
  const proxy = chooseProxy(options.proxyEnvironment ?? context.host.env, candidate, options.proxyUrl);
  store.put(
    { ...about, kind: 'proxy', reproduce: reproduceProxy(undefined, Object.keys(options.proxyEnvironment ?? {}).length > 0) },
    { status: 'observed', data: proxy.decision, ms: 0 },
  );
  if (proxy.unsupported) {
    store.put({ ...about, kind: 'tunnel' }, { status: 'absent', why: 'not-ours', detail: `a ${proxy.unsupported} proxy cannot be asked` });
    return undefined;
  }
  const hop = proxy.url ? proxyAddress(proxy.url) : candidate;

  const answer = await context.lookup(target, hop.host);
  const resolved = answer.status === 'observed' ? answer.data.addresses : [];
  if (resolved.length === 0) return undefined;
  const addresses = resolved.filter(({ address }) => !whyUndialled(address));
  if (addresses.length === 0) return neverDialled();

  if (context.recorded)
    return reachInRecord(context, context.recorded, { target, candidate, options, endpoint, proxy: proxy.decision.proxy });

  const connect = () => openTcp(addresses, hop.port, { timeoutMs: context.waitMs(settings.connectTimeoutMs), signal: context.signal });
  let socket: net.Socket | undefined;
  await store.observe({ ...about, kind: 'tcp', reproduce: reproduceTcp(hop.host, hop.port) }, async () => {
    const connected = connect();
    context.connecting();
    const opened = await connected;
    socket = opened.socket;
    return opened.outcome;
  });
  if (!socket) return undefined;

  const tunnel = async (raw: net.Socket): ReturnType<typeof openTunnel> => {
    let through = raw;
    if (proxy.url?.protocol === 'https:') {
      const secured = await secureProxySocket(raw, { serverName: hop.host, timeoutMs: context.waitMs(settings.connectTimeoutMs) });
      if (!secured.ok) return { outcome: { status: 'failed', code: secured.code, detail: secured.detail } };
      through = secured.socket;
    }
    return openTunnel(through, {
      host: candidate.host,
      port: candidate.port,
      proxy: proxy.decision.proxy ?? '',
      authorization: proxy.authorization,
      timeoutMs: context.waitMs(settings.connectTimeoutMs),
    });
  };
  if (proxy.url) {
    const hopSocket = socket;
    await store.observe({ ...about, kind: 'tunnel', reproduce: reproduceProxy(endpoint) }, async () => {
      const tunnelled = await tunnel(hopSocket);
      socket = tunnelled.socket;
      return tunnelled.outcome;
    });
    if (!socket) return undefined;
  }

  const serverName = options.serverName ?? candidate.host;
  const raw = socket;
  let examined: tls.TLSSocket | undefined;
  const tls = await store.observe(
    { ...about, kind: 'tls', reproduce: reproduceTls(endpoint, serverName, proxy.decision.proxy) },
    async () => {
      const seen = await examineTls(raw, {
        serverName,
        authorities: options.authorities,
        nowMs: context.host.now(),
        timeoutMs: context.waitMs(settings.connectTimeoutMs),
      });
      examined = seen.socket;
      if (examined) context.onClose(() => examined?.destroy());
      return seen.outcome;
    },
  );
  if (tls.status !== 'observed') return undefined;

  return {
    target,
    candidate,
    server: { owner: options.owner, host: candidate.host, port: candidate.port },
    endpoint,
    serverName,
    handshake: tls.data,
    takeExamined() {
      const once = examined;
      examined = undefined;
      return once;
    },
    async open() {
      const opened = await connect();
      if (!opened.socket) return failureOf(opened.outcome);
      if (!proxy.url) return { socket: opened.socket };
      const tunnelled = await tunnel(opened.socket);
      return tunnelled.socket ? { socket: tunnelled.socket } : failureOf(tunnelled.outcome);
    },
  };
}

/** The same layers, of what a script heard. */
async function reachInRecord(
  { store, host }: LiveContext,
  recorded: Recorded,
  {
    target,
    candidate,
    options,
    endpoint,
    proxy,
  }: { target: Target; candidate: Candidate; options: ReachOptions; endpoint: string; proxy: string | undefined },
): Promise<Reached | undefined> {
  const about = { target, subject: endpoint };
  const serverName = options.serverName ?? candidate.host;
  const tcp = recorded.tcp(endpoint);
  store.put({ ...about, kind: 'tcp', reproduce: reproduceTcp(candidate.host, candidate.port) }, tcp);
  if (tcp.status !== 'observed') return undefined;
  if (proxy) {
    const tunnel = recorded.tunnel(endpoint, proxy);
    store.put({ ...about, kind: 'tunnel', reproduce: reproduceProxy(endpoint) }, tunnel);
    if (tunnel.status !== 'observed') return undefined;
  }
  const tls = recorded.tls(endpoint, { serverName, authorities: options.authorities, nowMs: host.now() });
  store.put({ ...about, kind: 'tls', reproduce: reproduceTls(endpoint, serverName, proxy) }, tls);
  if (tls.status !== 'observed') return undefined;
  return {
    target,
    candidate,
    server: { owner: options.owner, host: candidate.host, port: candidate.port },
    endpoint,
    serverName,
    handshake: tls.data,
    takeExamined: () => undefined,
    open: async () => ({ code: 'ECONNRESET', detail: '' }),
  };
}

function failureOf(outcome: { status: string; code?: string; detail?: string }): { code: string; detail: string } {
  return { code: outcome.code ?? 'ECONNRESET', detail: outcome.detail ?? '' };
}
