/** When the account's roles and bindings were changed last. */
import { binds, refersTo, requesterOf } from '../../kubernetes/rbac.js';
import type { Change, RbacBinding, RbacObjects, RbacRole } from '../../model/facts.js';
import type { Dated, Dater, Sight } from './dating.js';

/** `name`: with its namespace where it has one. */
export function changeOf(kind: string, name: string, changed: Change | undefined): Dated[] {
  if (!changed) return [];
  const { at, client } = changed;
  const args = { kind, object: name };
  return [client === undefined ? { at, key: 'changed', args } : { at, key: 'changedBy', args: { ...args, client } }];
}

const changed = ({ kind, namespace, name, changed }: RbacRole | RbacBinding) =>
  changeOf(kind, namespace ? `${namespace}/${name}` : name, changed);

/** The account's roles and bindings: nothing of them has changed since the last change of any, so all must have one. */
function rightsOf({ all }: Sight, kinds: readonly RbacBinding['kind'][]): readonly Dated[] {
  const [account] = all('apiserver/account');
  const [identity] = all('apiserver/identity');
  const [objects] = all('apiserver/rbac-objects');
  const user = account?.user ?? identity?.user;
  if (!user || !objects?.complete) return [];
  const bound = boundTo(user, objects, kinds);
  return bound.every((each) => each.changed) ? bound.flatMap(changed) : [];
}

function boundTo(user: string, { bindings, roles }: RbacObjects, kinds: readonly RbacBinding['kind'][]): (RbacRole | RbacBinding)[] {
  const mine = bindings.filter((binding) => kinds.includes(binding.kind) && binds(binding, requesterOf(user)));
  return [...roles.filter((role) => mine.some((binding) => refersTo(binding, role))), ...mine];
}

export const clusterRights: Dater = { need: 'apiserver/rbac-objects', dates: (sight) => rightsOf(sight, ['ClusterRoleBinding']) };
export const allRights: Dater = {
  need: 'apiserver/rbac-objects',
  dates: (sight) => rightsOf(sight, ['ClusterRoleBinding', 'RoleBinding']),
};
/** The binding that the finding is about. */
export const binding: Dater = {
  need: 'apiserver/rbac-objects',
  dates: ({ all, names }) =>
    all('apiserver/rbac-objects')
      .flatMap(({ bindings }) => bindings)
      .filter(({ name }) => names(name))
      .flatMap(changed),
};
