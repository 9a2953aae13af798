/** How the connections to the kubelet and to the apiserver leave, and how far they came. Nothing is decided here. */
import type { View } from '../../../model/check.js';
import type { Candidate, Fact, Need, Place, ProxyDecision } from '../../../model/facts.js';
import { asksAsKubelet } from '../../authentication/shared/replayed.js';
import { agentsCandidate } from '../../shared/kubelet.js';
import { failure, seen, subjectOf } from '../../shared/read.js';
import type { Server } from './causes.js';

/** Both servers for both questions: one line of NO_PROXY must serve them together. */
export const NEEDS = [
  'self/place',
  'self/settings',
  'self/kubelet-proxy',
  'kubelet/candidates',
  'kubelet/proxy',
  'kubelet/dns',
  'kubelet/tcp',
  'kubelet/tunnel',
  'kubelet/tls',
  'kubelet/http',
  'apiserver/candidates',
  'apiserver/proxy',
  'apiserver/dns',
  'apiserver/tcp',
  'apiserver/tunnel',
  'apiserver/tls',
  'apiserver/http',
] as const satisfies readonly Need[];

export type Seen = View<(typeof NEEDS)[number]>;

export interface Clues<S extends Server = Server> {
  server: S;
  place: Place | undefined;
  settings: Fact<'settings'>;
  /** Nothing where no address is known. */
  path: Path | undefined;
  /** The connection to the other server. */
  other: Path | undefined;
  /** We ask as the kubelet itself: then the variables are those of its service. */
  asKubelet: boolean;
  service: Fact<'kubelet-proxy'>;
}

export type Proxied = ProxyDecision & { proxy: string };

/** One server's connection, as far as it came. */
export interface Path {
  server: Server;
  candidate: Candidate;
  endpoint: string;
  decision: Fact<'proxy'>;
  decided: ProxyDecision | undefined;
  /** The decision where it is for a proxy. */
  proxied: Proxied | undefined;
  /** What failed on the way to the proxy itself: its name, or the connection. */
  hop: Fact<'dns'> | Fact<'tcp'> | undefined;
  tunnel: Fact<'tunnel'>;
  tls: Fact<'tls'>;
  /** An answer that is the proxy's own. */
  answer: Fact<'http'> | undefined;
}

export function read<S extends Server>(view: Seen, server: S): Clues<S> {
  const settings = view.one('self/settings');
  return {
    server,
    place: seen(view.one('self/place')),
    settings,
    path: pathTo(view, server),
    other: pathTo(view, server === 'kubelet' ? 'apiserver' : 'kubelet'),
    asKubelet: asksAsKubelet(settings),
    service: view.one('self/kubelet-proxy'),
  };
}

function pathTo(view: Seen, server: Server): Path | undefined {
  const candidate = agentsCandidate(view.one(`${server}/candidates`));
  if (!candidate) return undefined;
  const endpoint = subjectOf(candidate);
  const decision = view.one(`${server}/proxy`, endpoint);
  const decided = seen(decision);
  const proxied = decided?.via === 'proxy' ? { ...decided, proxy: decided.proxy ?? 'the proxy' } : undefined;
  const proxyHost = proxied && hostOfUrl(proxied.proxy);
  const name = view.all(`${server}/dns`).find((fact) => fact.subject === proxyHost && failure(fact) !== undefined);
  const tcp = view.one(`${server}/tcp`, endpoint);
  return {
    server,
    candidate,
    endpoint,
    decision,
    decided,
    proxied,
    hop: name ?? (failure(tcp) === undefined ? undefined : tcp),
    tunnel: view.one(`${server}/tunnel`, endpoint),
    tls: view.one(`${server}/tls`, endpoint),
    answer: view.all(`${server}/http`).find((fact) => seen(fact)?.voice === 'proxy'),
  };
}

/** Host of `http://proxy:3128`. */
function hostOfUrl(url: string): string {
  const authority = url.replace(/^[a-z0-9+.-]+:\/\//i, '').replace(/\/.*$/s, '');
  return authority.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
