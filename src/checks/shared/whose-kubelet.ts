/**
 * Whose kubelet answers, and whose should? What a kubelet says of itself decides first: each of its pods, and its summary, name its node. Then its
 * certificate, which at an address of the Node may be one that was made before the node was renamed; then the Node's own addresses. A witness that is
 * missing or cannot be read unambiguously is none.
 */

import { endpointOf, isDnsName } from '../../kubernetes/names.js';
import type { Candidate, Fact, FactKind, NodeObject } from '../../model/facts.js';
import { internalIp, isOf, kubeletPort } from './address.js';
import { settingOf } from './kubelet.js';
import { commonName } from './kubelet-answers.js';
import { isSameNode } from './own-node.js';
import { seen } from './read.js';

/** The node whose kubelet the agent means to ask, and the fact that says so. */
export interface Meant {
  node: string;
  by: 'flag' | 'token' | 'identity' | 'setting' | 'place';
  fact: Fact<FactKind>;
}

/**
 * A flag is meant as it is said; who names an address by flag, and no node, means whatever is there. Else the node in the agent's token, which the
 * apiserver wrote (bound tokens, from 1.30 on), goes before a variable, which anybody can have set; and last the node that this runs on.
 */
export function nodeMeant(
  settings: Fact<'settings'>,
  credentials: readonly Fact<'credential'>[],
  identity: Fact<'identity'>,
  http: readonly Fact<'http'>[],
  place: Fact<'place'>,
): Meant | undefined {
  const named = settingOf(settings, 'node');
  const byFlag = (setting: string) => settingOf(settings, setting)?.origin === 'flag';
  if (named?.origin === 'flag') return { node: named.value, by: 'flag', fact: settings };
  if (byFlag('kubelet.host')) return undefined;
  // A token that was brought along may be of any pod; one that is refused may be a copy, or of a pod that is gone.
  const refused = http.some((fact) => seen(fact)?.as === 'token' && seen(fact)?.status === 401);
  if (!byFlag('kubelet.token') && !byFlag('apiserver.token')) {
    const bound = refused ? undefined : credentials.find((fact) => seen(fact)?.token?.node);
    const node = bound && seen(bound)?.token?.node;
    if (node) return { node, by: 'token', fact: bound };
    const reviewed = seen(identity)?.node;
    if (reviewed) return { node: reviewed, by: 'identity', fact: identity };
  }
  if (named) return { node: named.value, by: 'setting', fact: settings };
  const here = seen(place)?.node;
  return here ? { node: here, by: 'place', fact: place } : undefined;
}

/** Whose kubelet it is that answered. `other` without a name: another one, by its certificate. `ask`: the address whose answer would tell. */
export type Whose =
  | { whose: 'own' | 'unknown' }
  | {
      whose: 'other';
      witness: 'itself' | 'certificate' | 'addresses';
      node?: string;
      trusted: boolean;
      fact: Fact<FactKind>;
      beside?: Fact<'tls'>;
    }
  | { whose: 'unknown'; ask: string };

/** What of the kubelet at this address is known. */
export interface Witnesses {
  candidate: Candidate;
  /** What the name resolves to, and the host itself. */
  hosts: readonly string[];
  tls: Fact<'tls'>;
  http: readonly Fact<'http'>[];
  node: NodeObject | undefined;
  /** The handshake, or the connection, at some address. */
  at(endpoint: string): { tcp: Fact<'tcp'>; tls: Fact<'tls'> };
}

export function whoseKubelet(meant: string, { candidate, hosts, tls, http, node, at }: Witnesses): Whose {
  const spoken = http.filter((fact) => seen(fact)?.voice === 'kubelet' && seen(fact)?.payload?.node !== undefined);
  const own = spoken.map((fact) => seen(fact)?.payload?.node ?? '');
  const [first] = own;
  if (first !== undefined && own.every((name) => isSameNode(name, meant))) return { whose: 'own' };
  if (first !== undefined && spoken[0] && own.every((name) => name === first))
    return { whose: 'other', witness: 'itself', node: first, trusted: true, fact: spoken[0] };
  const matches = node !== undefined && isSameNode(node.node, meant);
  const isAtAddress = matches && isOf(node, hosts);

  const handshake = seen(tls);
  const leaf = handshake?.chain[0];
  if (!handshake || !leaf) return { whose: isAtAddress ? 'own' : 'unknown' };
  const names = leaf.names.map((name) => name.replace(/^(DNS|IP):/, ''));
  // kubernetes.io/kubelet-serving: CN=system:node:NAME (KEP-4212). Only that names a Node; a self-made certificate names a host.
  const subject = /^system:node:(.+)$/.exec(commonName(leaf.subject) ?? '')?.[1];
  if ([...names, ...(subject ? [subject] : [])].some((name) => isSameNode(name, meant))) return { whose: 'own' };
  if (subject && isDnsName(subject) && !names.some((name) => name.startsWith('*.')))
    return { whose: 'other', witness: 'certificate', node: subject, trusted: handshake.trusted && !isAtAddress, fact: tls };
  if (isAtAddress) return { whose: 'own' };

  // None of the Node's addresses: a second interface or NAT shows the same certificate there, as a kubelet has but one.
  const address = matches ? internalIp(node) : undefined;
  if (!address) return { whose: 'unknown' };
  const there = endpointOf(address, kubeletPort(node) ?? candidate.port);
  const beside = at(there);
  const theirs = seen(beside.tls)?.chain[0];
  if (theirs?.fingerprint === leaf.fingerprint) return { whose: 'own' };
  if (theirs) return { whose: 'other', witness: 'addresses', trusted: true, fact: tls, beside: beside.tls };
  const failed = [beside.tcp, beside.tls].some(({ outcome }) => outcome.status === 'failed');
  return failed ? { whose: 'unknown' } : { whose: 'unknown', ask: there };
}
