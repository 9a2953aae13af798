/**
 * The decision behind `kubelet-unreachable`, from the top down: what is to be said at all; and of a failure, its cause. Silence, refusal and
 * "no route" each look the same for several causes; only a second side makes one of them certain. Else the likelier comes first.
 */
import type { Proof } from '../../../model/check.js';
import type { Fact } from '../../../model/facts.js';
import { type AnswerOf, all, given, otherwise, type Row } from '../../shared/decide.js';
import type { LocalAnswer } from '../../shared/on-node.js';
import { inTheirWords, twoWitnesses } from '../../shared/proof.js';
import { failure, isPending, seen } from '../../shared/read.js';
import { foundNobody } from '../shared/arp.js';
import {
  apiserverReaches,
  hasFallenSilent,
  heartbeatFact,
  justRenewed,
  leaseHolds,
  type SecondSide,
  sightThat,
} from '../shared/second-side.js';
import type { Cause } from './causes.js';
import type { Clues } from './clues.js';

export const DECISION = [
  ['proxied', (c) => c.proxy !== undefined],
  ['connected', (c) => seen(c.tcp) !== undefined],
  ['waiting', (c) => isPending(c.tcp)],
  ['not-tried', (c) => failure(c.tcp) === undefined],
  // Whose address was dialled comes before why it fails: that answer is kubelet-address's, and "a firewall" would be the wrong one.
  ['not-ours', (c) => c.owner === 'foreign' || (c.owner === 'unknown' && c.isGateway)],
  // Nothing of a node that has no kubelet is to be opened or started. vCluster passes requests on to the real one, where it answers at all.
  ['stand-in', (c) => c.side.node?.standIn !== undefined && !(c.side.node.standIn === 'vcluster' && apiserverReaches(c.side))],
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
  /** Where nothing looks the same: what it rests on. */
  proof?: (clues: Clues) => Proof;
  /** The kubelet is known to run. */
  alive?: true;
}

export const is = (cause: Cause, ...or: readonly [string, ...string[]]): Explanation => ({ cause, or });
const shown = (cause: Cause, proof: (clues: Clues) => Proof): Explanation => ({ cause, or: [], proof });
const alive = (cause: Cause, ...or: readonly [string, ...string[]]): Explanation => ({ cause, or, alive: true });

const TIMEOUT = 'kubelet-connect-timeout';
const DOWN = 'kubelet-down';
const NOT_HERE = 'kubelet-connection-refused';
const FIREWALL = 'kubelet-rejected-by-firewall';
const NO_ROUTE = 'kubelet-no-route';
const DEAD = 'node-address-dead';
const NO_SERVER = 'kubelet-server-disabled';
const NOT_A_NODE = 'kubelet-host-not-a-node';

/** Our failure, and what the node itself shows. */
function byProcess({ tcp, process }: Clues): Proof {
  return twoWitnesses(process, tcp);
}

/** Who refused the others, and a heartbeat that has stopped. */
function refusedToOthers({ side }: Clues): Proof {
  return twoWitnesses(given(refusalOf(side)), heartbeatFact(side));
}

/** Our silence, and a kubelet that is known to run all the same. */
function silentHere({ tcp, side }: Clues): Proof {
  const runs = sightThat(side, ({ by, kubelet }) =>
    by === 'node-proxy'
      ? kubelet === 'answers' || kubelet === 'tls-failed'
      : by === 'local-healthz' && side.onNode && kubelet === 'answers',
  );
  return twoWitnesses(tcp, runs ?? heartbeatFact(side));
}

/** The Node itself says that no kubelet runs there, and nothing answers. */
export const STAND_IN = shown('node-without-kubelet', ({ side, tcp }) => twoWitnesses(side.facts.node, tcp));

/** The Node names the port, and it answers there. */
export const PORT_DIFFERS = shown('kubelet-port-differs', ({ side, registered }) => inTheirWords(side.facts.node, given(registered).tcp));

function refusalOf(side: SecondSide): Fact<'second-sight'> | undefined {
  return sightThat(side, ({ by, kubelet }) => kubelet === 'refused' && (by === 'node-proxy' || (by === 'local-healthz' && side.onNode)));
}

function nodeProxy(side: SecondSide): Fact<'second-sight'> | undefined {
  return sightThat(side, ({ by }) => by === 'node-proxy');
}

/** What the node itself shows, and what is certain by it. A kubelet that has just been started does not listen yet. */
export const ON_NODE: Record<LocalAnswer, Explanation> = {
  gone: shown(DOWN, byProcess),
  'server-off': shown(NO_SERVER, byProcess),
  'other-port': shown('kubelet-port-differs', byProcess),
  'loopback-only': shown(NO_SERVER, byProcess),
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

export const EXPLANATION: readonly Row<Explanation, Clues>[] = [
  [shown(DOWN, refusedToOthers), all(silent, refusesOthers, gone)],
  [is(DOWN, TIMEOUT, NO_SERVER), all(silent, refusesOthers)],
  [{ ...shown(TIMEOUT, silentHere), alive: true }, all(silent, runs, own)],
  [alive(TIMEOUT, NOT_A_NODE), all(silent, runs)],
  [shown(DEAD, ({ side }) => twoWitnesses(given(nodeProxy(side)), heartbeatFact(side))), all(silent, gone, own, apiserverLooked)],
  [is(DEAD, TIMEOUT), all(silent, gone, own)],
  [is(DEAD, TIMEOUT, NOT_A_NODE), all(silent, gone)],
  [is(TIMEOUT, DEAD), all(silent, own)],
  [is(TIMEOUT, DEAD, NOT_A_NODE), silent],

  // On the node itself: it listens at this very address, and something else refuses us.
  [shown(FIREWALL, byProcess), all(refused, (c) => c.listensThere)],
  // The apiserver may go by another address than we, and the kubelet be bound to that one: only a look at the node tells it from a firewall.
  [is(FIREWALL, NOT_HERE), all(refused, letsApiserverIn, own)],
  [is(NOT_HERE, FIREWALL, NOT_A_NODE), all(refused, letsApiserverIn)],
  // Bound to another address, or a firewall on the node that rejects everyone: only its sockets tell.
  [is(NO_SERVER, FIREWALL), all(refused, answersOnNode, refusesApiserver)],
  [is(NO_SERVER, NOT_HERE, FIREWALL), all(refused, answersOnNode)],
  [shown(DOWN, refusedToOthers), all(refused, refusesOthers, gone)],
  // On the node itself both of its ports refuse.
  [shown(DOWN, ({ tcp, side }) => twoWitnesses(tcp, given(refusalOf(side)))), all(refused, refusesOnNode, expiring)],
  // A fresh Lease may be the last act of a kubelet that just went down, or the sign of one without a server, which is far rarer:
  // only the next renewal tells.
  [is(DOWN, NO_SERVER), all(refused, refusesOthers)],
  [shown(DOWN, ({ tcp, side }) => twoWitnesses(tcp, heartbeatFact(side))), all(refused, gone, own)],
  [is(DOWN, NOT_A_NODE), all(refused, gone)],
  [is(NOT_HERE, FIREWALL, NO_SERVER, DOWN), all(refused, renewed)],
  [is(DOWN, NOT_HERE, FIREWALL), refused],

  // Our own kernel says so.
  [shown(NO_ROUTE, ({ tcp }) => inTheirWords(tcp)), met('ENETUNREACH')],
  [shown(FIREWALL, ({ tcp }) => inTheirWords(tcp)), met('EPERM', 'EACCES')],
  [is(NO_ROUTE, DEAD), all(foundNobody, own, letsApiserverIn)],
  [shown(DEAD, ({ tcp, side }) => twoWitnesses(tcp, heartbeatFact(side))), all(foundNobody, gone)],
  // How long it took is our own clock's word alone.
  [is(DEAD, NO_ROUTE, FIREWALL), foundNobody],
  // A router on our way that has no route says the same.
  [is(FIREWALL, NO_ROUTE), all(prohibited, own, letsApiserverIn)],
  [is(DEAD, FIREWALL, NO_ROUTE), all(prohibited, gone)],
  [is(FIREWALL, NO_ROUTE, DEAD), prohibited],
  [is(FIREWALL, 'kubelet-connection-reset', DOWN), otherwise],
];
