/** What is known of the way to the apiserver, and of the other ways in. Nothing is decided here. */
import { endpointOf } from '../../../kubernetes/names.js';
import type { View } from '../../../model/check.js';
import type { Candidate, Fact, Need, Place, TlsHandshake } from '../../../model/facts.js';
import { inPod, isServiceAddress, otherWaysIn } from '../../shared/apiserver.js';
import { agentsCandidate } from '../../shared/kubelet.js';
import type { Grounds } from '../../shared/problem.js';
import { failure, isPending, seen, subjectOf, took } from '../../shared/read.js';

export const NEEDS = [
  'apiserver/candidates',
  'apiserver/proxy',
  'apiserver/tcp',
  'apiserver/tls',
  'apiserver/endpoints',
  'kubelet/tls',
  'self/place',
  'self/settings',
] as const satisfies readonly Need[];

type Seen = View<(typeof NEEDS)[number]>;

export interface Clues {
  place: Place | undefined;
  inPod: boolean;
  settings: Fact<'settings'>;
  /** An address was looked for, and this is the one in use. */
  sought: boolean;
  candidates: Fact<'candidates'>;
  candidate: Candidate | undefined;
  endpoint: string;
  connected: boolean;
  waiting: boolean;
  /** Where it failed, how, and after how long; `''` where it did not. */
  failed: Fact<'tcp'> | Fact<'tls'> | undefined;
  inTls: boolean;
  code: string;
  detail: string;
  ms: number;
  /** Each address that did not connect: `10.0.0.1:443 ETIMEDOUT after 4000 ms`. */
  tries: string[];
  /** What a pass rests on. */
  witness: Grounds;
  /** The proxy that stands in between. */
  proxy: string | undefined;
  /** It is the service address, and dialled from here: something on this node has to translate it. */
  service: boolean;
  /** The other ways in: all of them, and those that something is known of. */
  others: string[];
  ways: WayIn[];
  /** The first of them whose certificate verifies. */
  working: WayIn | undefined;
  /** A kubelet that answers from here: our own network is fine. */
  kubelet: Fact<'tls'> | undefined;
}

export interface WayIn {
  fact: Fact<'tls'> | Fact<'tcp'>;
  endpoint: string;
  verification: TlsHandshake['verification'] | undefined;
  fails: string | undefined;
  reproduce: string | undefined;
}

export function read(view: Seen): Clues {
  const place = seen(view.one('self/place'));
  const found = view.one('apiserver/candidates');
  const candidates = seen(found) ?? [];
  const candidate = agentsCandidate(found);
  const endpoint = candidate ? subjectOf(candidate) : '';
  const [tcp, tls] = [view.one('apiserver/tcp', endpoint), view.one('apiserver/tls', endpoint)];
  const proxy = seen(view.one('apiserver/proxy', endpoint));
  const others = candidate ? otherWaysIn(candidate, candidates, seen(view.one('apiserver/endpoints')), place) : [];
  const ways = others.flatMap((other) => wayIn(view, other));
  return {
    place,
    inPod: inPod(place),
    settings: view.one('self/settings'),
    sought: seen(found) !== undefined,
    candidates: found,
    candidate,
    endpoint,
    connected: seen(tls) !== undefined,
    waiting: isPending(tcp) || isPending(tls),
    ...failureOf(tcp, tls),
    tries: triesOf(tcp),
    witness: [tls, tcp],
    proxy: proxy?.via === 'proxy' ? (proxy.proxy ?? '?') : undefined,
    // A proxy stands for the service routing: what fails is then the proxy's side of the connection.
    service: candidate !== undefined && isServiceAddress(candidate, candidates) && proxy?.via !== 'proxy',
    others,
    ways,
    working: ways.find(({ verification }) => verification?.ok),
    kubelet: view.all('kubelet/tls').find((fact) => seen(fact)),
  };
}

function failureOf(tcp: Fact<'tcp'>, tls: Fact<'tls'>): Pick<Clues, 'failed' | 'inTls' | 'code' | 'detail' | 'ms'> {
  const inTls = failure(tcp) === undefined;
  const failed = inTls ? tls : tcp;
  const { outcome } = failed;
  if (outcome.status !== 'failed') return { failed: undefined, inTls: false, code: '', detail: '', ms: 0 };
  return { failed, inTls, code: outcome.code, detail: outcome.detail, ms: Math.round(took(outcome) ?? 0) };
}

function triesOf({ outcome }: Fact<'tcp'>): string[] {
  return (('data' in outcome && outcome.data?.tries) || [])
    .filter(({ result }) => result !== 'connected')
    .map(({ address, port, result, ms }) => `${endpointOf(address, port)} ${result} (${Math.round(ms)} ms)`);
}

/** Nothing where it was not tried. */
function wayIn(view: Seen, endpoint: string): WayIn[] {
  const [tls, tcp] = [view.one('apiserver/tls', endpoint), view.one('apiserver/tcp', endpoint)];
  const verification = seen(tls)?.verification;
  const fails = failure(tls) ?? failure(tcp);
  const fact = verification || failure(tls) !== undefined ? tls : tcp;
  return verification || fails ? [{ fact, endpoint, verification, fails, reproduce: tls.reproduce ?? tcp.reproduce }] : [];
}
