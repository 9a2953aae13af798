/** The decision behind `kubelet-address`, from the top down: has the agent an address at all; and what is at the one it has. */
import { type AnswerOf, given, otherwise, type Row } from '../../shared/decide.js';
import { failure, seen } from '../../shared/read.js';
import type { Clues, Dialled } from './clues.js';

const unset = (holds: (c: Clues) => boolean) => (c: Clues) => c.dialled === undefined && holds(c);
const at = (holds: (d: Dialled, c: Clues) => boolean) => (c: Clues) => holds(given(c.dialled), c);

export const DECISION = [
  ['on-fargate', (c) => c.fargate],
  ['ports-off', (c) => c.portsOff !== undefined],
  ['not-known', (c) => !c.isKnown],
  ['never-a-node', (c) => c.undialled !== undefined],
  ['another-nodes', (c) => c.reached?.whose?.whose === 'other'],
  ['found-elsewhere', unset((c) => c.elsewhere !== undefined && c.found.length > 0)],
  ['elsewhere', unset((c) => c.elsewhere !== undefined)],
  ['plain-waiting', unset((c) => c.plain !== undefined && sightOf(c) === undefined)],
  ['plain-closed', unset((c) => c.plain !== undefined && sightOf(c) === 'refused')],
  ['plain-silent', unset((c) => c.plain !== undefined && sightOf(c) !== 'answers')],
  ['plain-only', unset((c) => Boolean(c.given?.value))],
  ['unset', unset((c) => c.asAgent)],
  ['found', unset((c) => c.found.length > 0)],
  ['no-address', unset(otherwise)],
  ['own', at(({ whose, isOfNode }) => whose?.whose === 'own' || isOfNode)],
  ['comparing', at((d) => asks(d) && seen(d.tls) !== undefined && !d.proxied)],
  ['answers', at((d) => d.proxied || isAnswered(d))],
  ['waiting', at(({ broken, pending }) => !broken && !pending)],
  ['node-unknown', at(({ gateway }, c) => !gateway && !c.node)],
  ['perhaps-not-a-node', at((d, c) => d.gateway !== 'cni' && (isPerhapsBridge(d, c) || isPerhapsDown(d)))],
  ['not-a-node', otherwise],
] as const satisfies readonly Row<string, Clues>[];

export type Answer = AnswerOf<typeof DECISION>;

/** What the read-only port said where it is all that is left. */
function sightOf({ plain }: Clues) {
  return plain && seen(plain.fact)?.kubelet;
}

function asks({ whose }: Dialled): boolean {
  return whose !== undefined && 'ask' in whose;
}

/** A TLS alert is an answer, for the handshake's own check to judge. */
function isAnswered({ tls, broken }: Dialled): boolean {
  return seen(tls) !== undefined || (broken !== undefined && /ALERT/.test(failure(broken) ?? ''));
}

/** A pod's gateway may be a bridge, which is the node itself: unseen from the other side its kubelet may be down, or behind a firewall. */
function isPerhapsBridge({ broken, fromPodNetwork }: Dialled, { node }: Clues): boolean {
  return !node && broken !== undefined && (failure(broken) === 'ECONNREFUSED' || fromPodNetwork);
}

/** No kubelet answers at the node's own address either. */
function isPerhapsDown({ atOwn, gateway, fromPodNetwork }: Dialled): boolean {
  return atOwn !== undefined && failure(atOwn.tls) !== undefined && (!gateway || fromPodNetwork);
}
