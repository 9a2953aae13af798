/** What is known of the connection to the kubelet: our own attempt, the second side, and what the node itself shows. Nothing is decided here. */
import { endpointOf } from '../../../kubernetes/names.js';
import type { View } from '../../../model/check.js';
import type { Candidate, Fact, KubeletProcess, Need, Place, TcpConnection } from '../../../model/facts.js';
import { isGateway, kubeletPort } from '../../shared/address.js';
import { agentsCandidate } from '../../shared/kubelet.js';
import { isThisNode, type KnownConfig, knownConfig, type LocalAnswer, localAnswer } from '../../shared/on-node.js';
import type { Grounds } from '../../shared/problem.js';
import { failure, seen, subjectOf, took } from '../../shared/read.js';
import { type Owner, ownerOf, readSecondSide, type SecondSide } from '../shared/second-side.js';

export const NEEDS = [
  'self/place',
  'self/settings',
  'kubelet/candidates',
  'kubelet/proxy',
  'kubelet/dns',
  'kubelet/tcp',
  'kubelet/second-sight',
  'apiserver/lease',
  'apiserver/node',
  'self/kubelet-process',
  'self/kubelet-config',
  'self/agent-configuration',
] as const satisfies readonly Need[];

type Seen = View<(typeof NEEDS)[number]>;

export interface Clues {
  candidate: Candidate;
  endpoint: string;
  place: Place | undefined;
  /** The proxy that stands in between: TCP then says nothing of the kubelet. */
  proxy: string | undefined;
  tcp: Fact<'tcp'>;
  tries: TcpConnection['tries'];
  /** What a pass rests on. */
  witness: Grounds;
  /** How it failed, and after how long; `''` where it did not. */
  code: string;
  ms: number;
  /** Whose address was dialled, by the Node object; and is it a gateway of ours? */
  owner: Owner;
  isGateway: boolean;
  side: SecondSide;
  /** The node's name, else the address. */
  node: string;
  /** Another port than the dialled one, by the Node object whose address it is. */
  registered: OtherPort | undefined;
  onNode: OnNode | undefined;
  process: Fact<'kubelet-process'>;
  /** On the node itself: the kubelet listens at the very address and port that were dialled. */
  listensThere: boolean;
}

export interface OtherPort {
  port: number;
  endpoint: string;
  tcp: Fact<'tcp'>;
  /** What came of dialling it. */
  open: 'yes' | 'no' | 'untried';
}

/** What the node's own processes and files show of the port. */
export interface OnNode {
  answer: LocalAnswer;
  /** The port on which the kubelet listens instead. */
  port?: number;
  fact: Fact<'kubelet-process'>;
  process: KubeletProcess | undefined;
  config: KnownConfig | undefined;
}

/** Nothing where there is no address to try. */
export function read(view: Seen): Clues | undefined {
  const candidate = agentsCandidate(view.one('kubelet/candidates'));
  if (!candidate) return undefined;
  const { host } = candidate;
  const endpoint = subjectOf(candidate);
  const place = seen(view.one('self/place'));
  const decision = seen(view.one('kubelet/proxy', endpoint));
  const tcp = view.one('kubelet/tcp', endpoint);
  const { outcome } = tcp;
  const tries = (outcome.status === 'observed' || outcome.status === 'failed' ? outcome.data?.tries : undefined) ?? [];
  const [lease, node] = [view.one('apiserver/lease'), view.one('apiserver/node')];
  const side = readSecondSide(view.all('kubelet/second-sight'), lease, node, view.one('self/settings'), place);
  const hosts = [host, ...(seen(view.one('kubelet/dns', host))?.addresses ?? []).map(({ address }) => address)];
  const owner = ownerOf(side, hosts);
  return {
    candidate,
    endpoint,
    place,
    proxy: decision?.via === 'proxy' ? (decision.proxy ?? '') : undefined,
    tcp,
    tries,
    witness: [view.one('kubelet/proxy', endpoint), tcp, view.one('kubelet/candidates')],
    code: failure(tcp) ?? '',
    ms: Math.round(tries.at(-1)?.ms ?? took(outcome) ?? 0),
    owner,
    isGateway: isGateway(hosts, place),
    side,
    node: side.name ?? host,
    registered: owner === 'own' ? otherPort(view, candidate, kubeletPort(side.node)) : undefined,
    onNode: shownOnNode(view, candidate, place),
    process: view.one('self/kubelet-process'),
    listensThere: listensAt(view, candidate, place),
  };
}

function otherPort(view: Seen, { host, port: dialled }: Candidate, port: number | undefined): OtherPort | undefined {
  if (port === undefined || port === dialled) return undefined;
  const endpoint = endpointOf(host, port);
  const tcp = view.one('kubelet/tcp', endpoint);
  const open = seen(tcp) ? 'yes' : failure(tcp) !== undefined ? 'no' : 'untried';
  return { port, endpoint, tcp, open };
}

function listensAt(view: Seen, candidate: Candidate, place: Place | undefined): boolean {
  const process = seen(view.one('self/kubelet-process'));
  if (!isThisNode(process, place, candidate) || process?.state !== 'running') return false;
  return (process.listening ?? []).some(
    ({ address, port }) => port === candidate.port && [candidate.host, '0.0.0.0', '::', '*'].includes(address),
  );
}

function shownOnNode(view: Seen, candidate: Candidate, place: Place | undefined): OnNode | undefined {
  const fact = view.one('self/kubelet-process');
  const process = isThisNode(seen(fact), place, candidate) ? seen(fact) : undefined;
  const config = knownConfig(view.one('self/kubelet-config'), fact, place, candidate);
  const local = localAnswer(process, config, candidate);
  return local && { ...local, fact, process, config };
}
