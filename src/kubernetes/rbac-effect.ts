/** What roles and bindings that are applied change: which rights whoever they are for gets, and whether anyone else is touched. */
import type { RbacBinding, RbacRole, RbacRule } from '../model/facts.js';
import { type AccessRequest, binds, isAllowed, type RbacState, type Requester, refersTo } from './rbac.js';

/** Applied beside what is there; the rights that are new, one by one. */
export interface RbacEffect {
  added: AccessRequest[];
  /** Against the roles and bindings that are there; otherwise of these objects alone. */
  compared: boolean;
}

/**
 * Undefined where the objects do not do what is wanted, or more: a right that is wanted and not given, one that is given and not wanted, one that
 * cannot be counted, another account that gains, or an object of the same name that would be changed.
 */
export function effectOf(printed: RbacState, who: Requester, wanted: readonly AccessRequest[], before?: RbacState): RbacEffect | undefined {
  const there: RbacState = before ?? { roles: [], bindings: [] };
  if (touchesOthers(printed, who, there)) return undefined;
  const after: RbacState = { roles: [...there.roles, ...printed.roles], bindings: [...there.bindings, ...printed.bindings] };
  const given = printed.bindings.flatMap((binding) =>
    after.roles.filter((role) => refersTo(binding, role)).flatMap(({ rules }) => rules.map((rule) => rightsIn(rule, binding))),
  );
  const asked = wanted.map(asRight);
  if (given.some((rights) => rights === undefined) || !asked.every((right) => isAllowed(after, who, right))) return undefined;
  const unique = new Map(given.flatMap((rights) => rights ?? []).map((right) => [keyOf(right), right]));
  const added = [...unique.values()].filter((right) => !isAllowed(there, who, right));
  const isWanted = new Set(asked.map(keyOf));
  return added.every((right) => isWanted.has(keyOf(right))) ? { added, compared: before !== undefined } : undefined;
}

/** Printed for someone else as well, bound by someone else's binding, or in the place of something that is there and is another. */
function touchesOthers({ roles, bindings }: RbacState, who: Requester, there: RbacState): boolean {
  const isOther = (binding: RbacBinding) => binding.subjects.length !== 1 || !binds(binding, who);
  return (
    bindings.some(isOther) ||
    [...roles.map((role) => [role, there.roles] as const), ...bindings.map((binding) => [binding, there.bindings] as const)].some(
      ([object, all]) => all.some((each) => isSameObject(each, object) && JSON.stringify(each) !== JSON.stringify(object)),
    ) ||
    there.bindings.some((binding) => !bindings.some((own) => isSameObject(own, binding)) && roles.some((role) => refersTo(binding, role)))
  );
}

type RbacObject = Pick<RbacRole | RbacBinding, 'kind' | 'name' | 'namespace'>;

function isSameObject(a: RbacObject, b: RbacObject): boolean {
  return a.kind === b.kind && a.name === b.name && a.namespace === b.namespace;
}

/** One by one, where the binding has effect; undefined where a star makes them countless. */
function rightsIn({ verbs, groups, resources, names, paths }: RbacRule, { kind, namespace }: RbacBinding): AccessRequest[] | undefined {
  if ([...verbs, ...groups, ...resources, ...paths].some((each) => each.includes('*'))) return undefined;
  const scope = kind === 'RoleBinding' && namespace !== undefined ? { namespace } : {};
  if (paths.length > 0)
    return kind === 'RoleBinding' ? [] : verbs.flatMap((verb) => paths.map((path) => ({ verb, group: '', resource: '', path })));
  return verbs.flatMap((verb) =>
    groups.flatMap((group) =>
      resources.flatMap((full): AccessRequest[] => {
        const [resource = '', subresource] = full.split('/');
        const what = { verb, group, resource, ...(subresource ? { subresource } : {}), ...scope };
        // No request to create has the name of what it creates.
        if (names.length > 0) return isNameless(what) ? [] : names.map((name) => ({ ...what, name }));
        return [what];
      }),
    ),
  );
}

/** As it can be given: a right to create by name is one to create. */
function asRight({ name, ...request }: AccessRequest): AccessRequest {
  return name === undefined || isNameless(request) ? request : { ...request, name };
}

function isNameless({ verb, subresource }: Pick<AccessRequest, 'verb' | 'subresource'>): boolean {
  return verb === 'create' && !subresource;
}

function keyOf({ verb, group, resource, subresource, name, namespace, path }: AccessRequest): string {
  return JSON.stringify([verb, group, resource, subresource, name, namespace, path]);
}
