/** Roles and bindings of a world, as objects: listed to those who may, and authorizing like the real thing. */
import { writtenBy } from '../answers/written-by.js';
import type { Rule } from './rights.js';

export interface RbacObject {
  kind: 'ClusterRole' | 'Role' | 'ClusterRoleBinding' | 'RoleBinding';
  name: string;
  namespace?: string;
  /** As in the YAML. */
  rules?: { verbs: string[]; apiGroups?: string[]; resources?: string[]; resourceNames?: string[]; nonResourceURLs?: string[] }[];
  roleRef?: { kind: 'ClusterRole' | 'Role'; name: string };
  subjects?: { kind: 'ServiceAccount' | 'User' | 'Group'; name: string; namespace?: string }[];
}

interface Who {
  user: string;
  groups: string[];
}

/** A ClusterRole with these subresources of nodes and more rules. */
export function clusterRole(name: string, subresources: string[], more: RbacObject['rules'] = []): RbacObject {
  const rule = { apiGroups: [''], resources: subresources.map((s) => `nodes/${s}`), verbs: ['get'] };
  return { kind: 'ClusterRole', name, rules: [...(subresources.length > 0 ? [rule] : []), ...more] };
}

/** A binding of a ClusterRole to a ServiceAccount; a RoleBinding with `within`. */
export function bindingOf(name: string, role: string, account: string, within?: string): RbacObject {
  const [namespace = '', subject = ''] = account.split('/');
  return {
    kind: within ? 'RoleBinding' : 'ClusterRoleBinding',
    name,
    ...(within ? { namespace: within } : {}),
    roleRef: { kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', namespace, name: subject }],
  };
}

/** What these objects let someone do. */
export function rulesBoundTo({ user, groups }: Who, objects: readonly RbacObject[]): Rule[] {
  const names = (subject: NonNullable<RbacObject['subjects']>[number]) =>
    subject.kind === 'Group'
      ? groups.includes(subject.name)
      : user === (subject.kind === 'User' ? subject.name : `system:serviceaccount:${subject.namespace}:${subject.name}`);
  return objects
    .filter((object) => object.subjects?.some(names))
    .flatMap((binding) => {
      const within = binding.kind === 'RoleBinding' ? binding.namespace : undefined;
      const role = objects.find(
        ({ kind, name, namespace }) =>
          kind === binding.roleRef?.kind && name === binding.roleRef.name && (kind === 'ClusterRole' || namespace === within),
      );
      return (role?.rules ?? []).map(
        ({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }): Rule => ({
          verbs,
          ...(resources ? { groups: apiGroups ?? [''], resources } : {}),
          ...(resourceNames ? { resourceNames } : {}),
          ...(nonResourceURLs && !within ? { paths: nonResourceURLs } : {}),
          ...(within ? { namespace: within } : {}),
        }),
      );
    });
}

/** As they stand in a list. */
export function listed(
  objects: readonly RbacObject[],
  plural: string,
  namespace: string | undefined,
  nowMs: number,
): Record<string, unknown>[] {
  return objects
    .filter((object) => `${object.kind.toLowerCase()}s` === plural && (namespace === undefined || object.namespace === namespace))
    .map(({ name, namespace: home, rules, roleRef, subjects }) => ({
      metadata: { name, ...(home ? { namespace: home } : {}), ...writtenBy('helm', nowMs, rules ? 'f:rules' : 'f:roleRef') },
      ...(rules ? { rules } : {}),
      ...(roleRef ? { roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...roleRef } } : {}),
      ...(subjects ? { subjects } : {}),
    }));
}
