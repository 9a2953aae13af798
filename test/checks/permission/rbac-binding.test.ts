import { rbacBinding } from '../../../src/checks/permission/rbac-binding/check.js';
import type { Need } from '../../../src/model/facts.js';
import { base, failed } from '../facts.js';
import { binding, clusterRole, objects, profile, rights } from '../rights-facts.js';
import { judgeTable } from '../table.js';

const ME = { namespace: 'datadog', name: 'agent' };
const FINE = ['nodes/metrics', 'nodes/stats', 'nodes/pods', 'nodes/healthz', 'nodes/configz'];
const role = clusterRole('datadog-agent', FINE);
const unanswered = [...base(), ...rights(profile(), undefined, /./)];
const lost = [...base(), ...rights(profile(), /./)];

judgeTable(rbacBinding, [
  { row: 'all held', facts: [...base(), ...rights(profile())], expect: 'pass' },
  { row: 'nobody to judge', facts: base(), expect: 'not-applicable' },
  { row: 'not read yet', facts: lost, expect: 'cannot-tell', wants: ['apiserver/rbac-objects'] },
  {
    row: 'not ours to read',
    facts: [...lost, failed('apiserver/rbac-objects', '', 'HTTP403')],
    expect: 'cannot-tell',
    says: /may not list roles and bindings/,
  },
  {
    row: 'the whole ClusterRole is gone',
    facts: [...lost, objects({ bindings: [binding('dd', 'datadog-agent', ME)], gone: ['ClusterRole/datadog-agent'] })],
    expect: { cause: 'role-missing', severity: 'blocks', certainty: 'proven' },
    witnesses: ['apiserver/rbac-objects'],
    says: /ClusterRole datadog-agent does not exist.*nodes\/stats.*kind: ClusterRoleBinding/,
  },
  {
    row: 'neither role nor binding',
    facts: [...lost, objects()],
    expect: { cause: 'role-missing' },
    witnesses: ['apiserver/rbac-objects'],
    says: /No role of the agent is bound to datadog\/agent/,
  },
  {
    row: 'the binding dangles; a role that would do is there',
    facts: [...lost, objects({ bindings: [binding('dd', 'datadog-agnet', ME)], roles: [role], gone: ['ClusterRole/datadog-agnet'] })],
    expect: { cause: 'dangling-binding' },
    witnesses: ['apiserver/rbac-objects'],
    says: /datadog-agnet.*name: \\"datadog-agent\\"\\nsubjects/,
  },
  {
    row: 'what dangles could not have granted it: a Role has no nodes',
    facts: [
      ...lost,
      objects({
        bindings: [{ ...binding('dd-apiserver', 'reader', ME, 'datadog'), role: { kind: 'Role', name: 'reader' } }],
        gone: ['Role/datadog/reader'],
      }),
    ],
    expect: { cause: 'role-missing' },
    witnesses: ['apiserver/rbac-objects'],
    says: /No role of the agent is bound to datadog\/agent/,
    neverSays: /Role reader does not exist/,
  },
  {
    row: 'the binding is missing',
    facts: [...lost, objects({ roles: [role] })],
    expect: { cause: 'binding-missing' },
    witnesses: ['apiserver/rbac-objects'],
    says: /kind: ClusterRoleBinding.*name: \\"datadog-agent\\"/,
    neverSays: /rules:/,
  },
  {
    row: 'bound: its effect is counted against what is there',
    witnesses: ['apiserver/rbac-objects'],
    facts: [...lost, objects({ roles: [role] })],
    expect: { cause: 'binding-missing' },
    says: /\+5 rights, no others/,
  },
  {
    row: 'the role grants more than is missing: not bound, a role of our own',
    witnesses: ['apiserver/rbac-objects'],
    facts: [...lost, objects({ roles: [clusterRole('datadog-agent', [...FINE, 'nodes/proxy'])] })],
    expect: { cause: 'binding-missing' },
    says: /Create a role and its binding.*rules:.*\+5 rights, no others/,
    neverSays: /nodes\/proxy\\"|roleRef:\\n[^-]*name: \\"datadog-agent\\"/,
  },
  {
    row: 'it has a star: what it grants cannot be counted',
    witnesses: ['apiserver/rbac-objects'],
    facts: [...lost, objects({ roles: [clusterRole('datadog-agent', ['*'])] })],
    expect: { cause: 'binding-missing' },
    says: /Create a role and its binding.*\+5 rights, no others/,
  },
  {
    row: 'somebody else is bound to a role of the name that we would take: nothing is printed',
    witnesses: ['apiserver/rbac-objects'],
    facts: [
      ...lost,
      objects({
        roles: [clusterRole('kubelet-doctor-datadog.agent-ff6d48c7', [])],
        bindings: [binding('dd', 'kubelet-doctor-datadog.agent-ff6d48c7', { namespace: 'x', name: 'other' })],
      }),
    ],
    expect: { cause: 'role-missing' },
    says: /Create a role and its binding/,
    neverSays: /kind: ClusterRole\\n/,
  },
  {
    row: 'a role that grants only a part: bound, and the rest in a role of its own',
    facts: [...lost, objects({ roles: [clusterRole('datadog-agent', ['nodes/metrics', 'nodes/pods'])] })],
    expect: { cause: 'binding-missing' },
    witnesses: ['apiserver/rbac-objects'],
    says: /---\\napiVersion.*rules:.*nodes\/stats/,
  },
  {
    row: 'a role of that name bound to somebody else is not spare',
    facts: [...lost, objects({ roles: [role], bindings: [binding('dd', 'datadog-agent', { namespace: 'x', name: 'other' })] })],
    expect: { cause: 'role-missing' },
    witnesses: ['apiserver/rbac-objects'],
  },
  {
    row: 'a RoleBinding for nodes',
    facts: [...lost, objects({ roles: [role], bindings: [binding('dd', 'datadog-agent', ME, 'datadog')] })],
    expect: { cause: 'role-binding-too-narrow' },
    witnesses: ['apiserver/rbac-objects'],
    says: /RoleBinding dd has no effect on cluster-wide resources/,
  },
  {
    row: 'the subject is in another namespace: least invasive first, editing theirs second',
    facts: [...lost, objects({ roles: [role], bindings: [binding('dd', 'datadog-agent', { namespace: 'default', name: 'agent' })] })],
    expect: { cause: 'binding-subject-differs' },
    witnesses: ['apiserver/rbac-objects'],
    says: /is for default\/agent, not datadog\/agent.*ServiceAccount default\/agent.*kubectl edit clusterrolebinding dd/,
  },
  {
    row: 'the subject is misspelt',
    facts: [...lost, objects({ roles: [role], bindings: [binding('dd', 'datadog-agent', { namespace: 'datadog', name: 'agnet' })] })],
    expect: { cause: 'binding-subject-differs' },
    witnesses: ['apiserver/rbac-objects'],
  },
  {
    row: 'a hostile role name is neither bound nor printed into YAML',
    facts: [...lost, objects({ roles: [clusterRole('datadog-agent"\nx: y', FINE)] })],
    expect: { cause: 'binding-missing' },
    witnesses: ['apiserver/rbac-objects'],
    neverSays: /name: \\"datadog-agent\\\\/,
  },
  {
    row: 'bound, and one rule is missing: not this question',
    facts: [
      ...base(),
      ...rights(profile(), /stats/),
      objects({
        bindings: [binding('dd', 'datadog-agent', ME)],
        roles: [
          clusterRole(
            'datadog-agent',
            FINE.filter((r) => r !== 'nodes/stats'),
          ),
        ],
      }),
    ],
    expect: 'pass',
    says: /a rule is missing in it/,
  },
  ...(
    [
      [
        'for almost the account: suspected',
        [binding('dd', 'datadog-agent', { ...ME, namespace: 'default' })],
        { cause: 'binding-subject-differs', certainty: 'suspected', severity: 'blocks' },
      ],
      [
        'and another is for it',
        [binding('dd', 'datadog-agent', { ...ME, namespace: 'default' }), binding('own', 'datadog-agent', ME)],
        'cannot-tell',
      ],
      ['for someone else', [binding('dd', 'datadog-agent', { namespace: 'x', name: 'y' })], 'cannot-tell'],
    ] as const
  ).map(([row, bindings, expect]) => ({
    row: `of roles and bindings a part, by which nothing is denied; a binding is ${row}`,
    facts: [...unanswered, objects({ bindings: [...bindings], roles: [role], complete: false })],
    expect,
    ...(expect !== 'cannot-tell' && {
      wants: ['apiserver/rbac-objects'] as Need[],
      says: /ClusterRoleBinding dd is for default\/agent, not datadog\/agent.*Correct the subject of ClusterRoleBinding dd.*kubectl edit clusterrolebinding dd/,
    }),
  })),
  { row: 'only a part was read', facts: [...lost, objects({ complete: false })], expect: 'cannot-tell' },
]);
