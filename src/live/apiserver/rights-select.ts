/** Of all roles and bindings those that concern an account, or that might be meant for it. Pure; what is not kept is forgotten. */
import { binds, refersTo, requesterOf } from '../../kubernetes/rbac.js';
import { isAlmostSubject } from '../../kubernetes/subjects.js';
import type { RbacBinding, RbacObjects, RbacRole } from '../../model/facts.js';

const MOST = 60;
/** Bound to everyone by the apiserver itself; they explain nothing. */
const OWN_ROLES = /^system:/;

interface All {
  bindings: RbacBinding[];
  roles: RbacRole[];
}

/** Is a role of this name perhaps the account's? */
function isAlike(roleName: string, user: string, hints: readonly string[]): boolean {
  if (OWN_ROLES.test(roleName)) return false;
  const name = user.split(':').at(-1) ?? '';
  return roleName.includes(name) || (roleName.length > 3 && name.includes(roleName)) || hints.some((hint) => roleName.includes(hint));
}

/** Everything about `user`, without `complete`. */
export function concerned({ bindings, roles }: All, user: string, hints: readonly string[]): Omit<RbacObjects, 'complete'> {
  // What every ServiceAccount has from the apiserver itself (issuer discovery) says nothing of this one.
  const general = ({ role, subjects }: RbacBinding) => OWN_ROLES.test(role.name) && subjects.every((subject) => subject.kind === 'Group');
  const who = requesterOf(user);
  const mine = bindings.filter((binding) => !general(binding) && binds(binding, who));
  const almost = bindings.filter((binding) => !binds(binding, who) && binding.subjects.some((subject) => isAlmostSubject(subject, user)));
  const alike = roles.filter((role) => role.kind === 'ClusterRole' && isAlike(role.name, user, hints));
  const named = (role: RbacRole) => [...mine, ...almost].some((binding) => refersTo(binding, role));
  const keptRoles = [...new Set([...roles.filter(named), ...alike])].slice(0, MOST);
  const around = bindings.filter((binding) => keptRoles.some((role) => refersTo(binding, role)));
  const keptBindings = [...new Set([...mine, ...almost, ...around])].filter((binding) => !general(binding)).slice(0, MOST);
  const gone = mine.filter((binding) => !roles.some((role) => refersTo(binding, role))).map(roleKey);
  return { bindings: keptBindings, roles: keptRoles, gone: [...new Set(gone)] };
}

/** As in `RbacObjects.gone`. */
function roleKey({ role, namespace }: RbacBinding): string {
  return role.kind === 'Role' ? `Role/${namespace}/${role.name}` : `${role.kind}/${role.name}`;
}
