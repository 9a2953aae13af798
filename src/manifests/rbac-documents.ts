/** Roles, bindings and accounts as YAML. Every name in them has passed its guard, and is quoted all the same. */
import type { RbacState } from '../kubernetes/rbac.js';
import type { RbacBinding, RbacRole, RbacSubject } from '../model/facts.js';
import type { AccountName } from './rbac-objects.js';

declare const rbac: unique symbol;

/** It goes into a fix with its effect alone (`grants` of `checks/shared/fix.ts`). */
export type RbacYaml = string & { readonly [rbac]: true };

const GROUP = 'rbac.authorization.k8s.io';

/** Each role before its binding; bindings of roles that are there first. */
export function yamlOf({ roles, bindings }: RbacState, account?: AccountName & { mounts?: false }): RbacYaml {
  const isOwn = ({ role: { kind, name }, namespace }: RbacBinding) =>
    roles.some((role) => role.kind === kind && role.name === name && role.namespace === namespace);
  const pairs = roles.flatMap((role) => {
    const own = bindings.filter(
      (binding) => binding.role.kind === role.kind && binding.role.name === role.name && binding.namespace === role.namespace,
    );
    return [roleYaml(role), ...own.map(bindingYaml)];
  });
  const documents = [...(account ? [accountYaml(account)] : []), ...bindings.filter((each) => !isOwn(each)).map(bindingYaml), ...pairs];
  return documents.join('\n---\n') as RbacYaml;
}

function roleYaml({ kind, name, namespace, rules }: RbacRole): string {
  return [
    ...head(kind, name, namespace),
    'rules:',
    ...rules.flatMap(({ groups, resources, names, paths, verbs }) => [
      ...(paths.length > 0
        ? [`  - nonResourceURLs: ${flow(paths)}`]
        : [`  - apiGroups: ${flow(groups)}`, `    resources: ${flow(resources)}`]),
      ...(names.length > 0 ? [`    resourceNames: ${flow(names)}`] : []),
      `    verbs: ${flow(verbs)}`,
    ]),
  ].join('\n');
}

function bindingYaml({ kind, name, namespace, role, subjects }: RbacBinding): string {
  return [
    ...head(kind, name, namespace),
    'roleRef:',
    `  apiGroup: ${GROUP}`,
    `  kind: ${role.kind}`,
    `  name: ${JSON.stringify(role.name)}`,
    'subjects:',
    ...subjects.flatMap(subjectYaml),
  ].join('\n');
}

function subjectYaml({ kind, name, namespace }: RbacSubject): string[] {
  return [
    `  - kind: ${kind}`,
    ...(kind === 'ServiceAccount' ? [] : [`    apiGroup: ${GROUP}`]),
    `    name: ${JSON.stringify(name)}`,
    ...(namespace ? [`    namespace: ${JSON.stringify(namespace)}`] : []),
  ];
}

function accountYaml({ namespace, name, mounts = true }: AccountName & { mounts?: boolean }): string {
  return [
    'apiVersion: v1',
    'kind: ServiceAccount',
    'metadata:',
    `  name: ${JSON.stringify(name)}`,
    `  namespace: ${JSON.stringify(namespace)}`,
    ...(mounts ? [] : ['automountServiceAccountToken: false']),
  ].join('\n');
}

function head(kind: string, name: string, namespace: string | undefined): string[] {
  return [
    `apiVersion: ${GROUP}/v1`,
    `kind: ${kind}`,
    'metadata:',
    `  name: ${JSON.stringify(name)}`,
    ...(namespace ? [`  namespace: ${JSON.stringify(namespace)}`] : []),
  ];
}

function flow(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
}
