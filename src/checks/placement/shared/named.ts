/** One node was asked about by name (`--node`): its own row decides, and is said first. */

import { serviceAccountOf } from '../../../kubernetes/names.js';
import type { Severity, Verdict } from '../../../model/check.js';
import type { Fact } from '../../../model/facts.js';
import { isSameNode } from '../../shared/own-node.js';
import { seen } from '../../shared/read.js';
import type { NodeRow } from './coverage.js';
import type { ListFact } from './unread.js';
import { placementWants } from './wants.js';

const given = (settings: Fact<'settings'>, name: string) =>
  seen(settings)?.find(({ setting, origin }) => setting === name && origin === 'flag')?.value;

/** As `--node` has it; a name of the environment says where an agent runs, not what was asked. */
export const namedNode = (settings: Fact<'settings'>): string | undefined => given(settings, 'node');

/** The row of the node that was named; undefined where none was, or where the list ended before it. */
export function ownRow(settings: Fact<'settings'>, rows: readonly NodeRow[]): NodeRow | undefined {
  const named = namedNode(settings);
  return named === undefined ? undefined : rows.find(({ node }) => isSameNode(named, node));
}

/** What befell the node that was named stands in front, and it in front of the others that it befell too: title and fix are about these. */
export function ownFirst(groups: NodeRow[][], own: NodeRow | undefined): NodeRow[][] {
  const isOwn = ({ node }: NodeRow) => node === own?.node;
  const first = groups.find((group) => group.some(isOwn));
  if (!first) return groups;
  const inOrder = [...first.filter(isOwn), ...first.filter((row) => !isOwn(row))];
  return [inOrder, ...groups.filter((group) => group !== first)];
}

/** What befell these nodes, for who asked about one: all is lost where it is that one. */
export function forNamed(
  own: NodeRow | undefined,
  nodes: readonly { node: string }[],
  severity: Severity,
): { severity: Severity; ofOthers?: true } {
  if (nodes.some(({ node }) => node === own?.node)) return { severity: 'blocks' };
  return { severity, ...ofOthers(own, nodes) };
}

/** Its agent is there and ready, and not only meant to be: what befell others is no fault of it, and is said after that. */
export function ofOthers(own: NodeRow | undefined, nodes: readonly { node: string }[]): { ofOthers?: true } {
  return own?.state === 'covered' && own.pods.length > 0 && nodes.every(({ node }) => node !== own.node) ? { ofOthers: true } : {};
}

/**
 * Must it be known whether the agent runs on the node? Where someone at a workstation names that node. In the agent's own pod the run itself shows
 * that it is there; an account of pods, or one that `--as` puts on, is the agent's as a rule, which may not list (a list refused from its first page
 * is that account's).
 */
export function mustTell(
  settings: Fact<'settings'>,
  place: Fact<'place'>,
  identity: Fact<'identity'>,
  lists: readonly ListFact[],
): boolean {
  if (seen(place)?.place !== 'workstation' || namedNode(settings) === undefined || given(settings, 'apiserver.as') !== undefined)
    return false;
  const isOfPods = serviceAccountOf(seen(identity)?.user ?? '') !== undefined;
  return !isOfPods || !lists.some(({ outcome }) => outcome.status === 'absent' && outcome.why === 'no-permission');
}

/** What is open counts, and says where it is answered. */
export function requiredIf(required: boolean, verdict: Verdict<never>, settings: Fact<'settings'>): Verdict<never> {
  if (!required || verdict.kind !== 'cannot-tell') return verdict;
  return { ...verdict, required: true, ...(verdict.wants.length > 0 && { wants: placementWants(settings) }) };
}
