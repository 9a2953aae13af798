/** What is known of the address that the agent has for its kubelet, and of what answers there; nothing is decided here. */
import { isSameHost, type Undialled, whyUndialled } from '../../../kubernetes/addresses.js';
import { endpointOf } from '../../../kubernetes/names.js';
import type { View } from '../../../model/check.js';
import type { Candidate, Fact, NodeObject, Place, Setting } from '../../../model/facts.js';
import { CALICO_GATEWAY, internalIp, isGateway, isOf, kubeletPort, nodeName } from '../../shared/address.js';
import { dialable } from '../../shared/apiserver.js';
import { agentsCandidate, plainWay, settingOf } from '../../shared/kubelet.js';
import { anotherAsked } from '../../shared/own-node.js';
import type { Grounds } from '../../shared/problem.js';
import { failure, isPending, seen, subjectOf } from '../../shared/read.js';
import { type Meant, nodeMeant, type Whose, whoseKubelet } from '../../shared/whose-kubelet.js';
import { configured } from '../shared/configuration.js';

export const NEEDS = [
  'self/settings',
  'self/place',
  'self/agent-configuration',
  'kubelet/candidates',
  'kubelet/proxy',
  'kubelet/dns',
  'kubelet/tcp',
  'kubelet/tls',
  'kubelet/http',
  'kubelet/second-sight',
  'kubelet/credential',
  'apiserver/identity',
  'apiserver/node',
] as const;

type Seen = View<(typeof NEEDS)[number]>;

const HOST = 'DD_KUBERNETES_KUBELET_HOST';

export interface Clues {
  settings: Fact<'settings'>;
  candidates: Fact<'candidates'>;
  place: Fact<'place'>;
  nodeFact: Fact<'node'>;
  node: NodeObject | undefined;
  /** Its name, where it may be put into a command. */
  nodeName: string | undefined;
  /** On Fargate the agent asks the apiserver instead. */
  fargate: boolean;
  /** Both kubelet ports of the agent, where both are 0. */
  portsOff: { https: Setting; http: Setting } | undefined;
  /** The read-only port, where it is all that is left to the agent: what became of it there. */
  plain: { endpoint: string; https: Setting; fact: Fact<'second-sight'> } | undefined;
  isKnown: boolean;
  found: readonly Candidate[];
  /** The node that --node names, where it is not the one this runs on. */
  elsewhere: { node: string; machine: string } | undefined;
  /** The host of the settings. */
  given: Setting | undefined;
  /** What the agent itself is given is in sight. */
  asAgent: boolean;
  /** Findings about the settings of this process that are the reason why no host is set. */
  whyUnset: string[];
  /** Of this network. */
  gateways: readonly string[];
  /** An address that is never dialled is where the kubelet would be, by the settings or by its Node. */
  undialled: { candidate: Candidate; why: Undialled | 'calico'; dns: Fact<'dns'> | undefined } | undefined;
  /** What the agent dials by its settings. */
  dialled: Dialled | undefined;
  /** The kubelet that was asked, whoever said where it is: what answers there must be the one that is meant. */
  reached: Dialled | undefined;
  /** What a pass rests on. */
  witness: Grounds;
}

export interface Dialled {
  candidate: Candidate;
  endpoint: string;
  /** The node whose kubelet is meant, and whose it is that answers. */
  meant: Meant | undefined;
  whose: Whose | undefined;
  isOfNode: boolean;
  tls: Fact<'tls'>;
  /** Through a proxy it is the proxy that fails. */
  proxied: boolean;
  /** The attempt that failed, or the one that has not ended. */
  broken: Fact<'tls' | 'tcp'> | undefined;
  pending: Fact<'tls' | 'tcp'> | undefined;
  /** A gateway of this network: that of the CNI (Calico), which no machine owns, or another. */
  gateway: 'cni' | 'other' | undefined;
  fromPodNetwork: boolean;
  /** What became of a handshake at the node's own address, where that is known and may be dialled. */
  atOwn: { endpoint: string; tls: Fact<'tls'> } | undefined;
}

export function read(view: Seen): Clues {
  const settings = view.one('self/settings');
  const candidates = view.one('kubelet/candidates');
  const nodeFact = view.one('apiserver/node');
  const here = view.one('self/place');
  const place = seen(here);
  const found = seen(candidates);
  const candidate = found?.find(({ origin }) => origin === 'setting');
  const asked = agentsCandidate(candidates);
  return {
    settings,
    candidates,
    place: here,
    nodeFact,
    node: seen(nodeFact),
    nodeName: nodeName(settings, nodeFact),
    fargate: settingOf(settings, 'agent.eksFargate')?.value === 'true',
    portsOff: portsOff(settings),
    plain: place?.agentEnvironment ? readPlain(view) : undefined,
    isKnown: found !== undefined && place !== undefined,
    found: found ?? [],
    elsewhere: anotherAsked(seen(settings) ?? [], place),
    given: settingOf(settings, 'kubelet.host'),
    asAgent: isAgents(place, found ?? []),
    whyUnset: whySettingsNameNone(view.all('self/agent-configuration')),
    gateways: place?.gateways ?? [],
    undialled: readUndialled(view, found?.[0]),
    dialled: candidate && readDialled(view, candidate, place),
    reached: asked && readDialled(view, asked, place),
    witness: [candidates, settings, view.one('self/place')],
  };
}

function readDialled(view: Seen, candidate: Candidate, place: Place | undefined): Dialled {
  const { host, port } = candidate;
  const endpoint = subjectOf(candidate);
  const at = (address: string) => ({ tcp: view.one('kubelet/tcp', address), tls: view.one('kubelet/tls', address) });
  const { tcp, tls } = at(endpoint);
  const node = seen(view.one('apiserver/node'));
  const hosts = [host, ...(seen(view.one('kubelet/dns', host))?.addresses ?? []).map(({ address }) => address)];
  const http = view.all('kubelet/http');
  const meant = nodeMeant(
    view.one('self/settings'),
    view.all('kubelet/credential'),
    view.one('apiserver/identity'),
    http,
    view.one('self/place'),
  );
  const own = internalIp(node);
  const ownEndpoint = own && dialable(own, place) ? endpointOf(own, kubeletPort(node) ?? port) : undefined;
  return {
    candidate,
    endpoint,
    meant,
    whose: meant && whoseKubelet(meant.node, { candidate, hosts, tls, http, node, at }),
    isOfNode: node !== undefined && isOf(node, hosts),
    tls,
    proxied: seen(view.one('kubelet/proxy', endpoint))?.via === 'proxy',
    broken: [tls, tcp].find((fact) => failure(fact) !== undefined),
    pending: [tls, tcp].find(isPending),
    gateway: hosts.some((each) => isSameHost(each, CALICO_GATEWAY)) ? 'cni' : isGateway(hosts, place) ? 'other' : undefined,
    fromPodNetwork: place?.vantage === 'pod-network',
    atOwn: ownEndpoint === undefined ? undefined : { endpoint: ownEndpoint, tls: at(ownEndpoint).tls },
  };
}

function readUndialled(view: Seen, candidate: Candidate | undefined): Clues['undialled'] {
  if (!candidate) return undefined;
  const dns = view.one('kubelet/dns', candidate.host);
  const addresses = seen(dns)?.addresses.map(({ address }) => address) ?? [];
  const hosts = [...new Set([candidate.host, ...addresses])];
  const bad = hosts.map(whyUndialled);
  // A name with another address as well is dialled there.
  const why = bad[0] ?? (bad.length > 1 && bad.slice(1).every((each) => each !== undefined) ? bad[1] : undefined);
  if (!why || triedAt(view, candidate)) return undefined;
  const calico = hosts.some((host) => isSameHost(host, CALICO_GATEWAY));
  return { candidate, why: calico ? 'calico' : why, dns: bad[0] ? undefined : dns };
}

/** By whoever made these facts, it was dialled all the same: what became of it counts. */
function triedAt(view: Seen, candidate: Candidate): boolean {
  const endpoint = subjectOf(candidate);
  return [view.one('kubelet/tcp', endpoint), view.one('kubelet/tls', endpoint)].some(({ outcome }) => outcome.status !== 'absent');
}

function portsOff(settings: Fact<'settings'>): Clues['portsOff'] {
  const [https, http] = [settingOf(settings, 'kubelet.port'), settingOf(settings, 'kubelet.httpPort')];
  return https?.value === '0' && http?.value === '0' ? { https, http } : undefined;
}

function readPlain(view: Seen): Clues['plain'] {
  const way = plainWay(view.one('self/settings'));
  return way && { ...way, fact: view.one('kubelet/second-sight', 'read-only-port') };
}

/** Also in a pod that is not known to be the agent's, where nothing else was found and it has a token. */
function isAgents(place: Place | undefined, found: readonly Candidate[]): boolean {
  if (!place) return false;
  return place.agentEnvironment || place.place === 'agent-pod' || (place.place === 'pod' && found.length === 0 && !place.noToken);
}

function whySettingsNameNone(facts: readonly Fact<'agent-configuration'>[]): string[] {
  const own = configured(facts).filter(({ configuration }) => configuration.of === 'process');
  const settings = own.flatMap(({ container }) => container.settings);
  return [
    ...(settings.some(({ meant }) => meant?.why === 'misspelt' && meant.current === HOST) ? ['agent-setting-misspelt'] : []),
    ...(settings.some(({ variable, value }) => variable === HOST && value === '') ? ['agent-setting-empty'] : []),
  ];
}
