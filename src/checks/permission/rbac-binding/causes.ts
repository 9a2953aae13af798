/** What can be wrong with roles and bindings, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';
import { AGENT_RIGHTS } from '../../shared/distributions.js';

const NO_SHORT_CUT =
  "Do not bind cluster-admin: one compromised agent pod then controls the cluster. Do not grant anything to system:anonymous or to the namespace's `default` account.";

export const CAUSES = {
  'role-missing': {
    title: 'missing agent role',
    means: 'No role grants the agent anything: there is none, or the one in its binding was deleted.',
    happens:
      'The chart was installed with `agents.rbac.create: false`, another release removed the ClusterRole, or the manifests were applied in part.',
    distributions: AGENT_RIGHTS,
    confirm:
      'List the role, and what binds the account:\n\n    kubectl get clusterroles | grep datadog\n    kubectl get clusterrolebindings -o wide | grep NAME',
    fix: 'Create the role and its binding again, with the chart (`agents.rbac.create: true`, for the Cluster Agent `clusterAgent.rbac.create: true`) or as printed.',
    avoid: NO_SHORT_CUT,
  },
  'binding-missing': {
    title: 'missing binding of the agent role',
    means: 'The role exists and grants what the agent needs, but no binding gives it to the ServiceAccount.',
    happens:
      'A release was renamed or moved and its binding deleted, or the agent uses a different ServiceAccount (serviceAccountName) without a binding.',
    distributions: AGENT_RIGHTS,
    confirm: '`kubectl get clusterrolebindings -o wide | grep ROLE` prints nothing.',
    fix: 'Create a ClusterRoleBinding of that role to the ServiceAccount.',
    avoid: NO_SHORT_CUT,
  },
  'dangling-binding': {
    title: 'binding to a role that does not exist',
    means: 'The binding names the ServiceAccount and a role that does not exist. RBAC ignores it silently.',
    happens: 'The role was renamed, or roleRef is misspelt: the apiserver accepts a binding to a role that does not exist.',
    confirm:
      'Read roleRef of the binding, then look for that role:\n\n    kubectl get clusterrolebinding NAME -o jsonpath={.roleRef.name}\n    kubectl get clusterrole ROLE',
    fix: 'Create a binding to the right role. roleRef cannot be changed: delete the old binding afterwards.',
    avoid: NO_SHORT_CUT,
  },
  'role-binding-too-narrow': {
    title: 'RoleBinding instead of a ClusterRoleBinding',
    means:
      'A RoleBinding grants permissions in its namespace only. Nodes and their subresources are in no namespace, so the rule for nodes has no effect.',
    happens: 'The ClusterRole is bound with a RoleBinding, as for tenants, or the manifests were adapted to one namespace.',
    confirm: '`kubectl get rolebindings -A -o wide | grep NAME` shows the RoleBinding.',
    fix: 'Create a ClusterRoleBinding of the same ClusterRole.',
    avoid: 'Do not add a RoleBinding in every namespace: nodes are in none. Do not bind cluster-admin.',
  },
  'binding-subject-differs': {
    title: 'binding with the wrong subject',
    means:
      'The binding grants what the agent needs to a different subject: another namespace, a misspelt name, or a user or group of that name.',
    happens: 'The manifests say `namespace: default` and the agent runs in another namespace, or the ServiceAccount was renamed.',
    confirm:
      'Compare the subjects with the account and namespace of the pod:\n\n    kubectl get clusterrolebinding NAME -o jsonpath={.subjects}\n    kubectl -n NAMESPACE get pod POD -o jsonpath={.spec.serviceAccountName}',
    fix: 'Create a binding with the right namespace and name, then remove the wrong subject.',
    avoid: 'Do not bind to the group system:serviceaccounts or system:authenticated: that is every account.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
