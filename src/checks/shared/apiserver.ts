/** What every check about the apiserver shares: what is lost without it, whose clock counts, who we may name in a command. */

import { isLoopback, isSameHost, whyUndialled } from '../../kubernetes/addresses.js';
import { endpointOf, isDnsName, isIp, shellQuote } from '../../kubernetes/names.js';
import type { Feature, Fix } from '../../model/check.js';
import type { ApiserverEndpoints, Candidate, ClockComparison, Fact, Place } from '../../model/facts.js';
import { settingOf } from './kubelet.js';
import { subjectOf } from './read.js';

/** Lost without the apiserver. The pod list belongs to it only when the agent is told to ask there. */
export function apiserverFeatures(settings: Fact<'settings'>): Feature[] {
  const features = ['node labels, namespace and service tags', 'Kubernetes events and leader election'];
  return settingOf(settings, 'agent.useApiServer')?.value === 'true' ? [...features, 'pod list and tags'] : features;
}

export function inPod(place: Place | undefined): boolean {
  return place !== undefined && place.place !== 'node' && place.place !== 'workstation';
}

/** Who can change what this process is given: manifest, node or workstation. */
export function ownerHere(place: Place | undefined): Fix['owner'] {
  return inPod(place) ? 'agent' : place?.place === 'workstation' ? 'workstation' : 'node';
}

/** Is it an agent's own access that is judged here? Not in a node's shell where no agent is installed and none was named. */
export function judgesAnAgent(place: Place | undefined, settings: Fact<'settings'>): boolean {
  return place?.place !== 'node' || place.agentEnvironment || settingOf(settings, 'agent.configuration') !== undefined;
}

/** Our pod, when its name and namespace are known and safe in a command. In the host's network the host name is the node's. */
export function ownPod(place: Place | undefined): { namespace: string; name: string } | undefined {
  if (!place?.namespace || !inPod(place) || place.vantage !== 'pod-network') return undefined;
  const { namespace, hostName: name } = place;
  return isDnsName(namespace) && isDnsName(name) ? { namespace, name } : undefined;
}

/** The node's name from our own settings, when safe in a command. */
export function ownNode(settings: Fact<'settings'>): string | undefined {
  const node = settingOf(settings, 'node')?.value;
  return node && isDnsName(node) ? node : undefined;
}

/** What a server's clock shows; undefined when it was not seen. */
export function serverNow(place: Place | undefined, clock: ClockComparison | undefined): number | undefined {
  return place?.nowMs !== undefined && clock ? place.nowMs - clock.offsetMs : undefined;
}

/** Is this the ClusterIP of the service `kubernetes` (or its name), which something on the node translates to a real address? */
export function isServiceAddress({ host }: Candidate, all: readonly Candidate[]): boolean {
  return isServiceName(host) || (isIp(host) && all.some((c) => c.origin === 'service-environment' && isSameHost(c.host, host)));
}

/** A name that only the cluster's DNS knows. */
export function isServiceName(host: string): boolean {
  return /^kubernetes(\.default(\.svc(\..+)?)?)?\.?$/.test(host);
}

/** May it be dialled for a second look? Never metadata or other link-local addresses; loopback only where it is the node's. */
export function dialable(host: string, place: Place | undefined): boolean {
  if (!isIp(host) && !isDnsName(host)) return false;
  return !whyUndialled(host) && (place?.vantage !== 'pod-network' || !isLoopback(host));
}

const FURTHER_ADDRESSES = 3;

/** The other ways in (`host:port`), at most three. A service address is compared with real addresses, any other one with whatever else is known. */
export function otherWaysIn(
  candidate: Candidate,
  all: readonly Candidate[],
  endpoints: ApiserverEndpoints | undefined,
  place: Place | undefined,
): string[] {
  const service = isServiceAddress(candidate, all);
  const known = [
    ...all.filter((c) => !(service && isServiceAddress(c, all))),
    ...(service ? (endpoints?.endpoints ?? []).map(({ address, port }) => ({ host: address, port })) : []),
  ];
  const ways = known.filter((way) => dialable(way.host, place)).map((way) => endpointOf(way.host, way.port));
  return [...new Set(ways)].filter((way) => way !== subjectOf(candidate)).slice(0, FURTHER_ADDRESSES);
}

/** The path in `source` when it is one, quoted for a shell. */
export function quotedPath(source: string): string | undefined {
  return /^\/[^\n]*$/.test(source) ? shellQuote(source) : undefined;
}
