/**
 * The decision behind `kubelet-unreachable`, from the top down: what is to be said at all; and of a failure, its cause. Silence, refusal and
 * "no route" each look the same for several causes; only a second side makes one of them certain. Else the likelier comes first.
 */
import { isIp } from '../../../kubernetes/names.js';
import { internalIp, kubeletPort } from '../../shared/address.js';
import { type AnswerOf, all, otherwise, type Row } from '../../shared/decide.js';
import type { LocalAnswer } from '../../shared/on-node.js';
import { failure, isPending, seen } from '../../shared/read.js';
import { foundNobody } from '../shared/arp.js';
import { apiserverReaches, hasFallenSilent, justRenewed, leaseHolds } from '../shared/second-side.js';
import type { Cause } from './causes.js';
import type { Clues } from './clues.js';

export const DECISION = [
  ['proxied', (c) => c.proxy !== undefined],
  ['connected', (c) => seen(c.tcp) !== undefined],
  ['waiting', (c) => isPending(c.tcp)],
  ['not-tried', (c) => failure(c.tcp) === undefined],
  // Whose address was dialled comes before why it fails: that answer is kubelet-address's, and "a firewall" would be the wrong one.
  ['not-ours', (c) => c.owner === 'foreign' || (c.owner === 'unknown' && c.isGateway)],
  ['shown-on-node', (c) => c.onNode !== undefined],
  ['port-differs', (c) => c.registered?.open === 'yes'],
  ['port-may-differ', (c) => c.registered?.open === 'untried'],
  ['fails', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;

/** A cause, and what it cannot be told from. */
export interface Explanation {
  cause: Cause;
  or: readonly string[];
  /** The kubelet is known to run. */
  alive?: true;
}

export const is = (cause: Cause, ...or: string[]): Explanation => ({ cause, or });
const alive = (cause: Cause, ...or: string[]): Explanation => ({ cause, or, alive: true });

const TIMEOUT = 'kubelet-connect-timeout';
const DOWN = 'kubelet-down';
const NOT_HERE = 'kubelet-connection-refused';
const FIREWALL = 'kubelet-rejected-by-firewall';
const NO_ROUTE = 'kubelet-no-route';
const DEAD = 'node-address-dead';
const NO_SERVER = 'kubelet-server-disabled';
const NOT_A_NODE = 'kubelet-host-not-a-node';

/** What the node itself shows, and what is certain by it. A kubelet that has just been started does not listen yet. */
export const ON_NODE: Record<LocalAnswer, Explanation> = {
  gone: is(DOWN),
  'server-off': is(NO_SERVER),
  'other-port': is('kubelet-port-differs'),
  'loopback-only': is(NO_SERVER),
  'not-listening': is(NO_SERVER, DOWN),
};

type Holds = (c: Clues) => boolean;
const met =
  (...codes: string[]): Holds =>
  (c) =>
    codes.includes(c.code);
/** No answer to the SYN. A frozen process would still accept, so this is the path, the machine or the address. */
const silent = met('ETIMEDOUT');
/** A reset to the SYN: a closed port, or a firewall that pretends to be one. */
const refused = met('ECONNREFUSED');
const prohibited = met('EHOSTUNREACH');

/** The address is the node's; else whose it is is not known. */
const own: Holds = (c) => c.owner === 'own';
const gone: Holds = (c) => hasFallenSilent(c.side);
const renewed: Holds = (c) => justRenewed(c.side);
const expiring: Holds = (c) => !leaseHolds(c.side);
const letsApiserverIn: Holds = (c) => apiserverReaches(c.side);
const apiserverLooked: Holds = (c) => c.side.apiserver !== undefined;
const refusesApiserver: Holds = (c) => c.side.apiserver === 'refused';
const answersOnNode: Holds = (c) => c.side.local === 'answers';
const refusesOnNode: Holds = (c) => c.side.local === 'refused';
const refusesOthers: Holds = (c) => refusesApiserver(c) || refusesOnNode(c);
const runs: Holds = (c) => letsApiserverIn(c) || answersOnNode(c) || renewed(c);
/** One address, the registered port, and the apiserver gets in: what refuses us is not the kubelet. */
const nowhereElse: Holds = ({ side: { node }, candidate }) =>
  new Set(node?.addresses.map(({ address }) => address).filter(isIp)).size === 1 &&
  internalIp(node) === candidate.host &&
  kubeletPort(node) === candidate.port;

export const EXPLANATION: readonly Row<Explanation, Clues>[] = [
  [is(DOWN), all(silent, refusesOthers, gone)],
  [is(DOWN, TIMEOUT, NO_SERVER), all(silent, refusesOthers)],
  [alive(TIMEOUT), all(silent, runs, own)],
  [alive(TIMEOUT, NOT_A_NODE), all(silent, runs)],
  [is(DEAD), all(silent, gone, own, apiserverLooked)],
  [is(DEAD, TIMEOUT), all(silent, gone, own)],
  [is(DEAD, TIMEOUT, NOT_A_NODE), all(silent, gone)],
  [is(TIMEOUT, DEAD), all(silent, own)],
  [is(TIMEOUT, DEAD, NOT_A_NODE), silent],

  [is(FIREWALL), all(refused, letsApiserverIn, own, nowhereElse)],
  [is(FIREWALL, NOT_HERE), all(refused, letsApiserverIn, own)],
  [is(NOT_HERE, FIREWALL, NOT_A_NODE), all(refused, letsApiserverIn)],
  [is(NO_SERVER), all(refused, answersOnNode, refusesApiserver)],
  [is(NO_SERVER, NOT_HERE, FIREWALL), all(refused, answersOnNode)],
  [is(DOWN), all(refused, refusesOthers, gone)],
  // On the node itself both of its ports refuse.
  [is(DOWN), all(refused, refusesOnNode, expiring)],
  // A fresh Lease may be the last act of a kubelet that just went down, or the sign of one without a server, which is far rarer:
  // only the next renewal tells.
  [is(DOWN, NO_SERVER), all(refused, refusesOthers)],
  [is(DOWN), all(refused, gone, own)],
  [is(DOWN, NOT_A_NODE), all(refused, gone)],
  [is(NOT_HERE, FIREWALL, NO_SERVER, DOWN), all(refused, renewed)],
  [is(DOWN, NOT_HERE, FIREWALL), refused],

  [is(NO_ROUTE), met('ENETUNREACH')],
  [is(FIREWALL), met('EPERM', 'EACCES')],
  [is(NO_ROUTE, DEAD), all(foundNobody, own, letsApiserverIn)],
  [is(DEAD), foundNobody],
  [is(FIREWALL), all(prohibited, own, letsApiserverIn)],
  [is(DEAD, FIREWALL, NO_ROUTE), all(prohibited, gone)],
  [is(FIREWALL, NO_ROUTE, DEAD), prohibited],
  [is(FIREWALL, 'kubelet-connection-reset', DOWN), otherwise],
];
