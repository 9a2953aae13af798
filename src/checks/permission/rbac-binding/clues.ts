/** What roles and bindings there are for the account; nothing is decided here. */
import { binds, refersTo, requesterOf } from '../../../kubernetes/rbac.js';
import { isAlmostSubject } from '../../../kubernetes/subjects.js';
import type { View } from '../../../model/check.js';
import type { Fact, RbacBinding, RbacObjects, RbacRole, RbacRule, RbacSubject, ResolvedNeed } from '../../../model/facts.js';
import type { Grounds } from '../../shared/problem.js';
import { seen } from '../../shared/read.js';
import { grantedBy, ofKind, RIGHTS_NEEDS, type Rights, rightsOf } from '../shared/rights.js';

export const NEEDS = RIGHTS_NEEDS;

/** A binding, and what of it matters. */
export interface Bound {
  binding: RbacBinding;
  /** A role that grants at least a part of what is missing. */
  role?: RbacRole;
  subject?: RbacSubject;
}

export interface Clues {
  rights: Rights | undefined;
  fact: Fact<'rbac-objects'>;
  /** Were they read, all of them, and which roles of bindings were not found? */
  objects: { read: boolean; complete: boolean; gone: string[] };
  /** A RoleBinding of the account to a role about things that are in no namespace. */
  narrow: Bound | undefined;
  /** A binding of the account to a role that is not there, and could have granted something of what is missing. */
  lost: Bound | undefined;
  /** A ClusterRoleBinding of such a role to somebody who is almost the account. */
  almost: Bound | undefined;
  /** The same, where the reviews say nothing and not all was read: of what is asked, and no binding that was read gives the account any of it. */
  perhaps: Bound | undefined;
  /** A ClusterRole that nothing binds: of several the one that grants the most. */
  spare: RbacRole | undefined;
  /** A role about the same resources is bound to the account. */
  bound: boolean;
  /** What a pass rests on. */
  witness: Grounds;
}

export function read(view: View<(typeof NEEDS)[number]>): Clues {
  const rights = rightsOf(view);
  const fact = view.one('apiserver/rbac-objects');
  const objects = seen(fact);
  const { bindings, roles, gone, complete } = objects ?? NOTHING;
  const [user, missing] = [rights?.account.user ?? '', rights?.missing ?? []];
  const useful = roles.filter((role) => grantedBy(role.rules, missing).length > 0);
  const mine = bindings.filter((binding) => binds(binding, requesterOf(user)));
  const lost = mine.find((binding) => gone.includes(keyOf(binding)) && missing.some((need) => couldGrant(binding, need)));
  return {
    rights,
    fact,
    objects: { read: objects !== undefined, complete, gone },
    narrow: narrowIn(mine, useful, missing),
    lost: lost && { binding: lost },
    almost: almostIn(
      bindings.filter((binding) => !mine.includes(binding)),
      useful,
      user,
    ),
    perhaps: complete ? undefined : perhapsIn(bindings, mine, roles, rights),
    spare: spareIn(bindings, useful, missing),
    // A role of the account that is about other things is not the agent's.
    bound: roles.some((role) => isAboutAny(role, rights?.profile.needs ?? []) && mine.some((binding) => refersTo(binding, role))),
    witness: [view.one('self/profile'), fact, ...(rights?.access ?? [])],
  };
}

const NOTHING: RbacObjects = { bindings: [], roles: [], gone: [], complete: false };

/**
 * By a RoleBinding only what is in its own namespace. The apiserver's own Role is about one ConfigMap of kube-system; the chart binds it in the
 * release's namespace, where it is not (helm-charts 2.36.9 to 3.240.0, cluster-agent-rbac.yaml), and nothing is lost by that.
 */
function couldGrant({ kind, namespace, role }: RbacBinding, need: ResolvedNeed): boolean {
  if (role.name === 'extension-apiserver-authentication-reader' && need.name !== 'extension-apiserver-authentication') return false;
  return kind === 'ClusterRoleBinding' || (need.namespace !== undefined && need.namespace === namespace);
}

function narrowIn(mine: RbacBinding[], useful: RbacRole[], missing: ResolvedNeed[]): Bound | undefined {
  const clusterWide = missing.filter(({ namespace }) => namespace === undefined);
  for (const binding of mine.filter(({ kind }) => kind === 'RoleBinding')) {
    const role = useful.find((each) => refersTo(binding, each));
    if (role && grantedBy(role.rules, clusterWide).length > 0) return { binding, ...(role.kind === 'ClusterRole' && { role }) };
  }
  return undefined;
}

function almostIn(others: RbacBinding[], useful: RbacRole[], user: string): Bound | undefined {
  for (const binding of others.filter(({ kind }) => kind === 'ClusterRoleBinding')) {
    const subject = binding.subjects.find((each) => isAlmostSubject(each, user));
    const role = useful.find((each) => refersTo(binding, each));
    if (subject && role) return { binding, subject, role };
  }
  return undefined;
}

function perhapsIn(bindings: RbacBinding[], mine: RbacBinding[], roles: RbacRole[], rights: Rights | undefined): Bound | undefined {
  if (!rights?.judged.every(({ state }) => state === 'unanswered')) return undefined;
  const asked = ofKind(
    rights.judged.map(({ need }) => need),
    'kubelet',
  );
  const useful = roles.filter((role) => grantedBy(role.rules, asked).length > 0);
  if (mine.some((binding) => useful.some((role) => refersTo(binding, role)))) return undefined;
  return almostIn(bindings, useful, rights.account.user);
}

function spareIn(bindings: RbacBinding[], useful: RbacRole[], missing: ResolvedNeed[]): RbacRole | undefined {
  const unbound = useful.filter((role) => role.kind === 'ClusterRole' && !bindings.some((binding) => refersTo(binding, role)));
  return unbound.sort((a, b) => grantedBy(b.rules, missing).length - grantedBy(a.rules, missing).length)[0];
}

function isAboutAny({ rules }: RbacRole, needs: readonly ResolvedNeed[]): boolean {
  return rules.some((rule) => needs.some((need) => isAbout(rule, need)));
}

/** Does this rule speak of the same resource, whatever it grants? */
function isAbout({ resources, groups }: RbacRule, { resource, group }: ResolvedNeed): boolean {
  return resources.some((each) => each === '*' || each.split('/')[0] === resource) && (groups.includes(group) || groups.includes('*'));
}

function keyOf({ role, namespace }: RbacBinding): string {
  return role.kind === 'Role' ? `Role/${namespace}/${role.name}` : `${role.kind}/${role.name}`;
}
