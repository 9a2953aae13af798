/** What can be wrong with roles and bindings, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';
import { AGENT_RIGHTS } from '../../shared/distributions.js';

export const CAUSES = {
  'role-missing': {
    title: 'role of the agent missing',
    means: 'No role grants the agent anything: there is none, or the one its binding names was deleted.',
    happens: 'Installed with rbac.create=false, the ClusterRole cleaned up by another release, or only a part of the manifests applied.',
    distributions: AGENT_RIGHTS,
    confirm:
      'The role, and what binds the account:\n\n    kubectl get clusterroles | grep datadog\n    kubectl get clusterrolebindings -o wide | grep NAME',
    fix: 'Create role and binding again, from the chart or as printed.',
    avoid:
      "Do not bind cluster-admin: whoever takes over one agent pod then owns the cluster. Do not grant anything to system:anonymous or to the namespace's `default` account either.",
  },
  'binding-missing': {
    title: "binding of the agent's role missing",
    means: 'The role is there and grants what is needed; no binding gives it to the ServiceAccount.',
    happens:
      'A release was renamed or moved and its binding deleted; or a ServiceAccount of another name was set (serviceAccountName) without a binding.',
    distributions: AGENT_RIGHTS,
    confirm: '`kubectl get clusterrolebindings -o wide | grep ROLE` shows nothing.',
    fix: 'A ClusterRoleBinding of that role to the ServiceAccount.',
    avoid:
      "Do not bind cluster-admin: whoever takes over one agent pod then owns the cluster. Do not grant anything to system:anonymous or to the namespace's `default` account either.",
  },
  'dangling-binding': {
    title: 'binding to a role that does not exist',
    means: 'The binding names the ServiceAccount and a role that is not there. RBAC ignores it without a word.',
    happens: 'The role was renamed, or roleRef is misspelt: the apiserver accepts a binding to a role that does not exist.',
    confirm:
      "The binding's roleRef, then the role of that name:\n\n    kubectl get clusterrolebinding NAME -o jsonpath={.roleRef.name}\n    kubectl get clusterrole ROLE",
    fix: 'A binding to the right role. roleRef cannot be changed: delete the old binding afterwards.',
    avoid:
      "Do not bind cluster-admin: whoever takes over one agent pod then owns the cluster. Do not grant anything to system:anonymous or to the namespace's `default` account either.",
  },
  'role-binding-too-narrow': {
    title: 'RoleBinding where a ClusterRoleBinding is needed',
    means:
      'A RoleBinding grants only inside its namespace. Nodes and their subresources are in none, so nothing of the rule about nodes counts.',
    happens: 'A ClusterRole bound with a RoleBinding, as for tenants, or manifests that were made to fit one namespace.',
    confirm: '`kubectl get rolebindings -A -o wide | grep NAME`.',
    fix: 'A ClusterRoleBinding of the same ClusterRole.',
    avoid: 'Do not add a RoleBinding in every namespace: nodes are in none. Do not bind cluster-admin.',
  },
  'binding-subject-differs': {
    title: 'binding names another subject',
    means: 'The binding grants what is needed, to somebody else: another namespace, a misspelt name, a user or group of that name.',
    happens: 'Manifests say `namespace: default` and the agent runs in another one; sed over manifests; a renamed ServiceAccount.',
    confirm:
      'The subjects, against account and namespace of the pod:\n\n    kubectl get clusterrolebinding NAME -o jsonpath={.subjects}\n    kubectl -n NAMESPACE get pod POD -o jsonpath={.spec.serviceAccountName}',
    fix: 'A binding with the right namespace and name; afterwards the old subject can go.',
    avoid: 'Do not bind to the group system:serviceaccounts or system:authenticated to be sure to hit it: that is everyone.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
