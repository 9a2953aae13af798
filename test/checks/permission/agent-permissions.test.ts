import { agentPermissions } from '../../../src/checks/permission/agent-permissions.js';
import { datadogClusterAgent } from '../../../src/profiles/datadog-cluster-agent.js';
import { base, fact, failed } from '../facts.js';
import { account, byRoles, profile, rights } from '../rights-facts.js';
import { judgeTable } from '../table.js';

const events = profile({ asked: ['events'] });
const podsFromApiserver = profile({ asked: ['use-apiserver'] });
const everything = profile({ asked: ['all'] });

judgeTable(agentPermissions, [
  {
    row: 'the default: nothing beside the kubelet',
    facts: [...base(), ...rights(profile())],
    expect: 'pass',
    says: /need kubelet permissions only/,
  },
  { row: 'events, all held', facts: [...base(), ...rights(events)], expect: 'pass' },
  {
    row: 'events forbidden: optional, with the rule and its questions',
    facts: [...base(), ...rights(events, /events/)],
    expect: { cause: 'permission-missing', certainty: 'proven', severity: 'degrades' },
    witnesses: ['apiserver/access', 'apiserver/access'],
    says: /may not list or watch events.*can-i list events --as=system:serviceaccount:datadog:agent.*resources: \[\\"events\\"\]/,
  },
  {
    row: 'by the roles of a bundle',
    facts: [...base(), ...byRoles(rights(events, /events/))],
    expect: { cause: 'permission-missing', certainty: 'proven', severity: 'degrades' },
    witnesses: ['apiserver/access', 'apiserver/access'],
    says: /by the roles in this bundle, \S+ may not list events/,
    neverSays: /access review/,
  },
  {
    row: 'much is missing: the title stays short; a right of the kubelet is no matter of this question',
    facts: [...base(), ...rights(everything, /./)],
    expect: { cause: 'permission-missing', severity: 'blocks' },
    witnesses: [
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
      'apiserver/access',
    ],
    says: /and \d+ more/,
    neverSays: /nodes\/stats|datadogtoken/,
  },
  {
    row: 'of an account that does not exist nothing is said to be missing',
    facts: [
      ...base(),
      failed('apiserver/account', '', 'ENOACCOUNT', { user: 'system:serviceaccount:datadog:agnt', from: 'flag', by: 'review' }),
      fact('self/profile', events),
    ],
    expect: 'cannot-tell',
    says: /no such ServiceAccount/,
    neverSays: /kind: ClusterRole/,
  },
  {
    row: 'not allowed to ask is not missing',
    facts: [...base(), ...rights(events, undefined, /events/)],
    expect: 'cannot-tell',
    wants: ['apiserver/access'],
  },
  {
    row: 'not allowed to ask, and the feature is optional: others may be well',
    facts: [...base(), ...rights(events, undefined, /events/)],
    expect: 'cannot-tell',
    neverSays: /"required":true/,
  },
  {
    row: 'not allowed to ask, and the feature is required: nothing is well',
    facts: [...base(), ...rights(podsFromApiserver, undefined, /pods/)],
    expect: 'cannot-tell',
    says: /"required":true/,
  },
  {
    row: 'nobody knows whose rights, and a required feature needs some',
    facts: [...base(), ...rights(podsFromApiserver).filter((f) => f.kind !== 'account')],
    expect: 'cannot-tell',
    says: /"required":true/,
  },
  {
    row: 'a right that counts only if no runner has the check: not missing, and not well',
    facts: [...base(), ...rights(profile({}, datadogClusterAgent), /persistentvolumes/)],
    expect: 'cannot-tell',
    says: /2 permissions are not granted|1 permissions are not granted/,
    neverSays: /"required":true/,
  },
  {
    row: 'features whose settings cannot be seen are named',
    facts: [...base(), ...rights(profile({ asked: ['events'], inDepth: true, outOfSight: true }))],
    expect: 'cannot-tell',
    says: /permissions of use-apiserver, eks-fargate, leader-election and \d more not checked/,
    neverSays: /"required":true/,
  },
  { row: 'nobody knows whose rights', facts: [...base()], expect: 'not-applicable' },
  {
    row: "a kubelet's own identity is not the agent",
    facts: [...base(), ...rights(events).filter((f) => f.kind !== 'account'), account({ user: 'system:node:n1' })],
    expect: 'not-applicable',
  },
  {
    row: 'a name that is no ServiceAccount gives no YAML',
    facts: [...base(), ...rights(events, /events/).filter((f) => f.kind !== 'account'), account({ user: 'a"b' })],
    expect: { cause: 'permission-missing' },
    witnesses: ['apiserver/access', 'apiserver/access'],
    neverSays: /kind: ClusterRole/,
  },
]);
