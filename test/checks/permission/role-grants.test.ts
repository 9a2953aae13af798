import { roleGrants } from '../../../src/checks/permission/role-grants.js';
import type { RbacRule } from '../../../src/model/facts.js';
import { base, fact, failed } from '../facts.js';
import { binding, clusterRole, objects, profile, rights } from '../rights-facts.js';
import { judgeTable } from '../table.js';

const ME = { namespace: 'datadog', name: 'agent' };
const bound = (...rules: ReturnType<typeof clusterRole>[]) =>
  objects({ roles: rules, bindings: rules.map((role) => binding(role.name, role.name, ME)) });
const logs = profile({ asked: ['node-logs'] });
const lock = profile({ asked: ['leader-election'] });
const deep = profile({ inDepth: true });
const own = (rule: Partial<RbacRule>) =>
  fact('apiserver/own-rules', {
    incomplete: false,
    rules: [{ verbs: ['get'], groups: [''], resources: [], names: [], paths: [], ...rule }],
  });
const refused = failed('apiserver/rbac-objects', '', 'HTTP403');

judgeTable(roleGrants, [
  {
    row: 'nothing is missing: not looked at',
    facts: [...base(), ...rights(profile())],
    expect: 'pass',
    says: /`kubelet-doctor rbac` checks the rules/,
  },
  { row: 'nobody to judge', facts: base(), expect: 'not-applicable' },
  { row: 'first the roles', facts: [...base(), ...rights(logs, /log/)], expect: 'cannot-tell', wants: ['apiserver/rbac-objects'] },
  { row: 'else our own rules', facts: [...base(), ...rights(logs, /log/), refused], expect: 'cannot-tell', wants: ['apiserver/own-rules'] },
  {
    row: 'nodes/logs, which is nodes/log',
    facts: [...base(), ...rights(logs, /nodes\/log/), bound(clusterRole('r', ['nodes/metrics', 'nodes/logs']))],
    expect: { cause: 'role-grants-nothing', severity: 'degrades', certainty: 'proven' },
    witnesses: ['apiserver/rbac-objects'],
    says: /has no effect: nodes\/logs \(use nodes\/log\).*resources: \[\\"nodes\/log\\"\]/,
  },
  {
    row: 'the same from SelfSubjectRulesReview',
    facts: [...base(), ...rights(logs, /nodes\/log/), refused, own({ resources: ['nodes/logs'] })],
    expect: { cause: 'role-grants-nothing' },
    witnesses: ['apiserver/own-rules'],
  },
  {
    row: 'paths of the kubelet as nonResourceURLs',
    facts: [...base(), ...rights(profile(), /stats/), bound(clusterRole('r', [], { groups: [], paths: ['/stats/summary'] }))],
    expect: { cause: 'role-grants-nothing', severity: 'blocks' },
    witnesses: ['apiserver/rbac-objects'],
    says: /nonResourceURLs \/stats\/summary/,
  },
  {
    row: 'create limited by name',
    facts: [
      ...base(),
      ...rights(lock, /^create configmaps/),
      bound(clusterRole('r', ['configmaps'], { verbs: ['get', 'create'], names: ['datadog-leader-election'] })),
    ],
    expect: { cause: 'create-limited-by-name', severity: 'degrades' },
    witnesses: ['apiserver/rbac-objects'],
  },
  {
    row: 'a right is missing, and no rule pretends to grant it',
    facts: [...base(), ...rights(logs, /log/), bound(clusterRole('r', ['nodes/metrics', 'nodes/spec']))],
    expect: 'pass',
  },
  {
    row: "in depth: the chart's nodes/spec is a note",
    inPart: ['apiserver/rbac-objects'],
    facts: [...base(), ...rights(deep), bound(clusterRole('r', ['nodes/spec']))],
    expect: { cause: 'role-grants-nothing', severity: 'note' },
    witnesses: ['apiserver/rbac-objects'],
  },
  {
    row: 'in depth: create by name beside one without',
    inPart: ['apiserver/rbac-objects'],
    facts: [...base(), ...rights(deep), bound(clusterRole('r', ['configmaps'], { verbs: ['create'], names: ['a'] }))],
    expect: { cause: 'create-limited-by-name', severity: 'note' },
    witnesses: ['apiserver/rbac-objects'],
  },
  {
    row: 'in depth: nothing wrong in the part that was read',
    facts: [
      ...base(),
      ...rights(deep),
      objects({ complete: false, roles: [clusterRole('r', ['nodes/metrics'])], bindings: [binding('r', 'r', ME)] }),
    ],
    expect: 'cannot-tell',
  },
  { row: 'in depth: all well', facts: [...base(), ...rights(deep), bound(clusterRole('r', ['nodes/metrics']))], expect: 'pass' },
]);
