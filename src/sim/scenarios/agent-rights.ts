/** What the agent may do: roles, bindings, features, and asking about another. */

import { broken, healthy, type Scenario } from '../scenario.js';
import { bindingOf, clusterRole, type RbacObject } from '../state/rbac.js';
import type { Rule } from '../state/rights.js';
import type { World } from '../world.js';

const FINE = ['pods', 'healthz', 'configz', 'metrics', 'stats'];
const ACCOUNT = 'datadog/datadog-agent';
const LOOK: Rule = {
  verbs: ['get', 'list'],
  groups: ['rbac.authorization.k8s.io'],
  resources: ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'],
};
const EVENTS: Rule = { verbs: ['get', 'list', 'watch'], groups: [''], resources: ['events'] };
const token = (...verbs: string[]): Rule => ({ verbs, groups: [''], resources: ['configmaps'], resourceNames: ['datadogtoken'] });
const lockOn = (groups: string[], resources: string[]): Rule[] => [
  { groups, resources, verbs: ['get', 'update'], resourceNames: ['datadog-leader-election'] },
  { groups, resources, verbs: ['create'] },
];
const LOCK = lockOn([''], ['configmaps']);
const LEASES = lockOn(['coordination.k8s.io'], ['leases']);
const KUBELET: Rule = { verbs: ['get'], groups: [''], resources: FINE.map((s) => `nodes/${s}`) };

/** An agent that may look at roles and has no right but through these objects. */
const roles = (...rbac: RbacObject[]): World => ({ agent: { rights: [LOOK] }, rbac });
/** An agent with events and these rights. */
const collecting = (...rights: Rule[]): World => collectingWith({}, ...rights);
const collectingWith = (env: Record<string, string>, ...rights: Rule[]): World => ({
  agent: { rights: [KUBELET, ...rights], env: { DD_COLLECT_KUBERNETES_EVENTS: 'true', ...env } },
});
const BY_LEASE = { DD_LEADER_ELECTION_DEFAULT_RESOURCE: 'leases' };
/** Someone at a workstation with these rights, asking about an agent that has none. */
const about = (rights: Rule[], ...rbac: RbacObject[]): World => ({
  place: 'workstation',
  agent: { rights },
  rbac,
  argv: ['--service-account', 'datadog/other-agent'],
});
const READ_NODES: Rule = { verbs: ['get', 'list'], groups: [''], resources: ['nodes', 'nodes/metrics', 'nodes/stats', 'nodes/proxy'] };
const REVIEW: Rule = { verbs: ['create'], groups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'] };
const IMPERSONATE: Rule = { verbs: ['impersonate'], groups: [''], resources: ['serviceaccounts'] };
const deep = (rights: Rule[], ...argv: string[]): World => ({ agent: { rights }, argv: ['--service-account', ACCOUNT, ...argv] });

export const AGENT_RIGHTS: Scenario[] = [
  broken('role-missing', "The agent's ClusterRole was deleted", roles(bindingOf('dd', 'datadog-agent', ACCOUNT)), 'role-missing', {
    also: ['kubelet-permission-missing'],
  }),
  broken('binding-missing', "The agent's ClusterRole has no binding", roles(clusterRole('datadog-agent', FINE)), 'binding-missing'),
  broken(
    'binding-dangles',
    'The binding names a role that does not exist',
    roles(clusterRole('datadog-agent', FINE), bindingOf('dd', 'datadog-agnet', ACCOUNT)),
    'dangling-binding',
  ),
  broken(
    'role-binding',
    'The agent has a RoleBinding instead of a ClusterRoleBinding',
    roles(clusterRole('datadog-agent', FINE), bindingOf('dd', 'datadog-agent', ACCOUNT, 'datadog')),
    'role-binding-too-narrow',
  ),
  broken(
    'wrong-namespace',
    'The binding names the account in the wrong namespace',
    roles(clusterRole('datadog-agent', FINE), bindingOf('dd', 'datadog-agent', 'default/datadog-agent')),
    'binding-subject-differs',
  ),
  broken(
    'role-lost-a-rule',
    "The agent's ClusterRole was changed and lost a rule",
    roles(clusterRole('datadog-agent', ['stats', 'metrics']), bindingOf('dd', 'datadog-agent', ACCOUNT)),
    'kubelet-permission-missing',
  ),
  healthy(
    'rights-by-binding',
    'Role and binding are correct',
    roles(clusterRole('datadog-agent', FINE), bindingOf('dd', 'datadog-agent', ACCOUNT)),
  ),
  broken(
    'nodes-logs',
    'The role grants nodes/logs instead of nodes/log',
    { agent: { rights: [KUBELET, { verbs: ['get'], groups: [''], resources: ['nodes/logs'] }] }, argv: ['--feature', 'node-logs'] },
    'role-grants-nothing',
    { also: ['permission-missing'] },
  ),
  broken(
    'create-by-name',
    'The rule for the leader lock allows create only by name',
    collecting(EVENTS, token('get', 'update'), { ...LOCK[0]!, verbs: ['get', 'update', 'create'] }),
    'create-limited-by-name',
    { also: ['leader-lock-forbidden'] },
  ),
  healthy('events', 'Event collection works, with all permissions', collecting(EVENTS, token('get', 'update'), ...LOCK)),
  broken(
    'events-forbidden',
    'Event collection is on, but its rule is missing',
    collecting(token('get', 'update'), ...LOCK),
    'permission-missing',
  ),
  broken('lock-forbidden', 'The agent may not use its leader lock', collecting(EVENTS, token('get', 'update')), 'leader-lock-forbidden'),
  broken(
    'lock-leases-only',
    'The role covers Leases only, but the agent locks on a ConfigMap',
    collecting(EVENTS, token('get', 'update'), ...LEASES),
    'leader-lock-forbidden',
  ),
  healthy(
    'lock-by-lease',
    'The agent is set to lock on a Lease, with permission',
    collectingWith(BY_LEASE, EVENTS, token('get', 'update'), ...LEASES),
  ),
  broken(
    'lock-by-lease-forbidden',
    'The agent is set to lock on a Lease, but may only use a ConfigMap',
    collectingWith(BY_LEASE, EVENTS, token('get', 'update'), ...LOCK),
    'leader-lock-forbidden',
  ),
  broken(
    'bookmark-forbidden',
    'The agent may read datadogtoken, but not update it',
    collecting(EVENTS, token('get'), ...LOCK),
    'event-bookmark-forbidden',
  ),
  broken('nodes-proxy-held', 'The agent may get nodes/proxy, which it does not need', deep([KUBELET, READ_NODES]), 'role-grants-too-much', {
    exitCode: 0,
  }),
  broken(
    'component-status',
    'The agent lists componentstatuses',
    deep([KUBELET, { verbs: ['list'], groups: [''], resources: ['componentstatuses'] }], '--feature', 'component-status'),
    'component-status-deprecated',
    { exitCode: 0 },
  ),
  broken(
    'endpoints-lock',
    'An Agent 5 locks on Endpoints',
    deep([KUBELET, { verbs: ['*'], groups: [''], resources: ['endpoints'] }], '--feature', 'leader-election', '--agent-version', '5.32'),
    'endpoints-deprecated',
    { exitCode: 0 },
  ),
  broken('basic-user-gone', 'No account may check its own permissions', { apiserver: { basicUser: false } }, 'review-forbidden', {
    exitCode: 0,
  }),
  {
    scenario: 'required-review-refused',
    title: 'No account may check its own permissions, and the agent reads its pods from the apiserver',
    world: { agent: { env: { DD_KUBELET_USE_API_SERVER: 'true' } }, apiserver: { basicUser: false } },
    expect: { first: 'review-forbidden', exitCode: 3, never: ['permission-missing'] },
  },
  broken('account-by-review', "The agent's permissions, checked by SubjectAccessReview", about([READ_NODES, REVIEW, LOOK]), 'role-missing'),
  broken(
    'account-by-impersonation',
    "The agent's permissions, checked by impersonation",
    about([READ_NODES, IMPERSONATE]),
    'kubelet-permission-missing',
  ),
  {
    scenario: 'account-not-ours',
    title: "The agent's permissions may not be checked from here",
    world: about([READ_NODES]),
    expect: { first: null, exitCode: 3, never: ['kubelet-permission-missing', 'permission-missing', 'review-forbidden'] },
  },
];
