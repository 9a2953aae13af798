/** Which address and port the kubelet has by its Node object. */

import { isSameHost } from '../../kubernetes/addresses.js';
import { isDnsName, isIp } from '../../kubernetes/names.js';
import type { Candidate, Fact, NodeObject, Place } from '../../model/facts.js';
import { dialable } from './apiserver.js';
import { seen } from './read.js';

/** The first InternalIP, else ExternalIP: what `status.hostIP` becomes. Never a link-local one: metadata services live there. */
export function internalIp(node: NodeObject | undefined): string | undefined {
  const of = (type: string) => node?.addresses.find((a) => a.type === type && isIp(a.address) && dialable(a.address, undefined))?.address;
  return of('InternalIP') ?? of('ExternalIP');
}

/** The gateway every pod of Calico has; no machine owns it. */
export const CALICO_GATEWAY = '169.254.1.1';

/** Is one of these hosts a gateway or bridge of our network namespace? */
export function isGateway(hosts: readonly string[], place: Place | undefined): boolean {
  return hosts.some((host) => [CALICO_GATEWAY, ...(place?.gateways ?? [])].some((gateway) => isSameHost(gateway, host)));
}

/** The port its kubelet registered, when it is one. */
export function kubeletPort(node: NodeObject | undefined): number | undefined {
  const port = node?.kubeletPort;
  return port !== undefined && Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

/** Is one of these hosts an address (or the name) of the Node? */
export function isOf(node: NodeObject, hosts: readonly string[]): boolean {
  const own = [node.node, ...node.addresses.map(({ address }) => address)];
  return hosts.some((host) => own.some((one) => isSameHost(one, host)));
}

/** The node's name as far as it is known and may stand in a command: from the settings, else as it was asked of the apiserver. */
export function nodeName(settings: Fact<'settings'>, node: Fact<'node'>): string | undefined {
  const named = (seen(settings) ?? []).find((s) => s.setting === 'node')?.value;
  return [named, seen(node)?.node, node.subject].find((name) => name !== undefined && isDnsName(name));
}

/** At a workstation, and the address was not asked for but found: that it does not answer here says nothing of the agent. */
export function fromAfar(place: Place | undefined, candidate: Candidate): boolean {
  return place?.place === 'workstation' && !place.agentEnvironment && candidate.origin !== 'setting';
}

/** Prints the command that asks the same from the node itself, for someone at a workstation. */
export function askFromNode(node: string | undefined): string {
  return `kubelet-doctor manifest debug --node ${node ?? 'NODE'} --image IMAGE`;
}
