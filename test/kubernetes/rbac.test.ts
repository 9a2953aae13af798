/** The evaluator of roles and bindings, rule by rule; that a real apiserver says the same: test/cluster/agreement-rbac.test.ts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type AccessRequest,
  aggregated,
  isAllowed,
  type RbacState,
  requesterOf,
  ruleAllows,
  type WrittenRole,
} from '../../src/kubernetes/rbac.js';
import type { RbacBinding, RbacRole, RbacRule, RbacSubject } from '../../src/model/facts.js';

const AGENT = 'system:serviceaccount:datadog:agent';

const rule = (verbs: string, groups: string, resources: string, names = ''): RbacRule => {
  const list = (text: string) => (text === '' ? [] : text.split(',').map((each) => (each === '-' ? '' : each)));
  return { verbs: list(verbs), groups: list(groups), resources: list(resources), names: list(names), paths: [] };
};
const paths = (verbs: string, ...urls: string[]): RbacRule => ({ ...rule(verbs, '', ''), paths: urls });

/** `get apps deployments/scale web`, `get /metrics`. */
function request(text: string): AccessRequest {
  const [verb = '', group = '', what = '', name] = text.split(' ');
  if (group.startsWith('/')) return { verb, group: '', resource: '', path: group };
  const [resource = '', subresource] = what.split('/');
  return { verb, group: group === '-' ? '' : group, resource, ...(subresource ? { subresource } : {}), ...(name ? { name } : {}) };
}

describe('a rule', () => {
  const table: [RbacRule, string, boolean][] = [
    [rule('get', '-', 'pods'), 'get - pods', true],
    [rule('get', '-', 'pods'), 'list - pods', false],
    [rule('*', '-', 'pods'), 'list - pods', true],
    [rule('get', '-', 'pods'), 'get apps pods', false],
    [rule('get', '*', 'pods'), 'get apps pods', true],
    [rule('get', 'apps', 'pods'), 'get - pods', false],
    // A resource does not include its subresources, nor the other way.
    [rule('get', '-', 'pods'), 'get - pods/log', false],
    [rule('get', '-', 'pods/log'), 'get - pods', false],
    [rule('get', '-', 'pods/log'), 'get - pods/log', true],
    [rule('get', '-', '*'), 'get - pods/log', true],
    [rule('get', '-', '*/log'), 'get - pods/log', true],
    [rule('get', '-', '*/log'), 'get - pods', false],
    [rule('get', '-', '*/lo'), 'get - pods/log', false],
    // No wildcard after the slash.
    [rule('get', '-', 'pods/*'), 'get - pods/log', false],
    [rule('get', '-', '*/*'), 'get - pods/log', false],
    [rule('get', '-', 'nodes/*'), 'get - nodes/metrics', false],
    // Names: a request without one is never allowed by a rule with them.
    [rule('get', '-', 'pods', 'a,b'), 'get - pods a', true],
    [rule('get', '-', 'pods', 'a,b'), 'get - pods c', false],
    [rule('create', '-', 'pods', 'a'), 'create - pods', false],
    [rule('get', '-', 'pods', '*'), 'get - pods c', false],
    [rule('get', '-', 'pods'), 'get - pods c', true],
    // Paths: a star at the end alone.
    [paths('get', '/metrics'), 'get /metrics', true],
    [paths('get', '/metrics'), 'get /metrics/slis', false],
    [paths('get', '/metrics/*'), 'get /metrics/slis', true],
    [paths('get', '/metrics/*'), 'get /metrics', false],
    [paths('get', '/metrics*'), 'get /metrics', true],
    [paths('get', '*'), 'get /metrics', true],
    [paths('get', '/me*cs'), 'get /metrics', false],
    [paths('post', '/metrics'), 'get /metrics', false],
    // One kind of rule says nothing of the other.
    [rule('*', '*', '*'), 'get /metrics', false],
    [paths('*', '*'), 'get - pods', false],
  ];
  for (const [given, asked, allowed] of table)
    it(`${JSON.stringify(given)} ${allowed ? 'allows' : 'does not allow'} ${asked}`, () =>
      assert.equal(ruleAllows(given, request(asked)), allowed));
});

const READ: RbacRole = { kind: 'ClusterRole', name: 'read', rules: [rule('get', '-', 'pods'), paths('get', '/metrics')] };
const LOCAL: RbacRole = { kind: 'Role', name: 'read', namespace: 'datadog', rules: [rule('get', '-', 'secrets')] };

const binding = (kind: RbacBinding['kind'], role: RbacRole, subject: RbacSubject, namespace?: string): RbacBinding => ({
  kind,
  name: 'b',
  ...(namespace ? { namespace } : {}),
  role: { kind: role.kind, name: role.name },
  subjects: [subject],
});
const account: RbacSubject = { kind: 'ServiceAccount', name: 'agent', namespace: 'datadog' };
const group = (name: string): RbacSubject => ({ kind: 'Group', name });

describe('a binding', () => {
  const may = (bound: RbacBinding, asked: string, namespace?: string, user = AGENT, groups: string[] = []) => {
    const state: RbacState = { roles: [READ, LOCAL], bindings: [bound] };
    return isAllowed(state, requesterOf(user, groups), { ...request(asked), ...(namespace ? { namespace } : {}) });
  };
  const table: [string, boolean, boolean][] = [
    ['cluster-wide', true, may(binding('ClusterRoleBinding', READ, account), 'get - pods')],
    ['cluster-wide, in a namespace', true, may(binding('ClusterRoleBinding', READ, account), 'get - pods', 'other')],
    ['a path', true, may(binding('ClusterRoleBinding', READ, account), 'get /metrics')],
    ['a path by a RoleBinding', false, may(binding('RoleBinding', READ, account, 'datadog'), 'get /metrics', 'datadog')],
    ['in its namespace', true, may(binding('RoleBinding', READ, account, 'x'), 'get - pods', 'x')],
    ['in another namespace', false, may(binding('RoleBinding', READ, account, 'x'), 'get - pods', 'y')],
    ['in no namespace', false, may(binding('RoleBinding', READ, account, 'x'), 'get - pods')],
    ['a Role', true, may(binding('RoleBinding', LOCAL, account, 'datadog'), 'get - secrets', 'datadog')],
    ['a Role of another namespace', false, may(binding('RoleBinding', LOCAL, account, 'x'), 'get - secrets', 'x')],
    ['the user', true, may(binding('ClusterRoleBinding', READ, { kind: 'User', name: AGENT }), 'get - pods')],
    ['another user', false, may(binding('ClusterRoleBinding', READ, { kind: 'User', name: 'agent' }), 'get - pods')],
    ['all accounts', true, may(binding('ClusterRoleBinding', READ, group('system:serviceaccounts')), 'get - pods')],
    ['those of the namespace', true, may(binding('ClusterRoleBinding', READ, group('system:serviceaccounts:datadog')), 'get - pods')],
    ['those of another', false, may(binding('ClusterRoleBinding', READ, group('system:serviceaccounts:dog')), 'get - pods')],
    ['everyone known', true, may(binding('ClusterRoleBinding', READ, group('system:authenticated')), 'get - pods')],
    ['everyone else', false, may(binding('ClusterRoleBinding', READ, group('system:unauthenticated')), 'get - pods')],
    [
      'nobody known',
      true,
      may(binding('ClusterRoleBinding', READ, group('system:unauthenticated')), 'get - pods', undefined, 'system:anonymous'),
    ],
    ['a group of a certificate', true, may(binding('ClusterRoleBinding', READ, group('ops')), 'get - pods', undefined, 'eve', ['ops'])],
    ['a group that is an account', false, may(binding('ClusterRoleBinding', READ, group(AGENT)), 'get - pods')],
    [
      'an account of the RoleBinding’s own namespace',
      true,
      may(binding('RoleBinding', READ, { kind: 'ServiceAccount', name: 'agent' }, 'datadog'), 'get - pods', 'datadog'),
    ],
    [
      'an account of no namespace',
      false,
      may(binding('ClusterRoleBinding', READ, { kind: 'ServiceAccount', name: 'agent' }), 'get - pods'),
    ],
    [
      'anything, for system:masters',
      true,
      may(binding('RoleBinding', LOCAL, account, 'x'), 'get /x', undefined, 'eve', ['system:masters']),
    ],
  ];
  for (const [name, expected, got] of table) it(name, () => assert.equal(got, expected));
});

describe('aggregation', () => {
  const part = (name: string, labels: Record<string, string>, resource: string): WrittenRole => ({
    kind: 'ClusterRole',
    name,
    labels,
    rules: [rule('get', '-', resource)],
  });
  const whole = (name: string, ...aggregates: NonNullable<WrittenRole['aggregates']>): WrittenRole => ({
    kind: 'ClusterRole',
    name,
    rules: [rule('get', '-', 'secrets')],
    aggregates,
  });
  const resources = (roles: WrittenRole[], name: string) =>
    aggregated(roles)
      .find((each) => each.name === name)
      ?.rules.flatMap((each) => each.resources)
      .sort();
  const parts = [part('a', { to: 'w', x: '1' }, 'pods'), part('b', { to: 'w' }, 'nodes'), part('c', { to: 'v' }, 'events')];
  it('replaces the rules by those of all that match', () =>
    assert.deepEqual(resources([...parts, whole('w', { matchLabels: { to: 'w' } })], 'w'), ['nodes', 'pods']));
  it('wants all of one selector, and any of several', () => {
    assert.deepEqual(resources([...parts, whole('w', { matchLabels: { to: 'w', x: '1' } })], 'w'), ['pods']);
    assert.deepEqual(resources([...parts, whole('w', { matchLabels: { x: '1' } }, { matchLabels: { to: 'v' } })], 'w'), ['events', 'pods']);
  });
  it('reads expressions', () =>
    assert.deepEqual(resources([...parts, whole('w', { matchExpressions: [{ key: 'x', operator: 'DoesNotExist', values: [] }] })], 'w'), [
      'events',
      'nodes',
    ]));
  it('matches nothing where nothing does', () =>
    assert.deepEqual(resources([...parts, whole('w', { matchLabels: { to: 'z' } })], 'w'), []));
  it('is transitive, and ends in a circle', () => {
    const up = { ...whole('up', { matchLabels: { level: '1' } }), labels: { level: '2' } };
    const low = { ...whole('low', { matchLabels: { to: 'w' } }, { matchLabels: { level: '2' } }), labels: { level: '1' } };
    assert.deepEqual(resources([up, low, ...parts], 'up'), ['nodes', 'pods']);
  });
  it('takes nothing from a Role, and leaves other roles alone', () => {
    const role: WrittenRole = { kind: 'Role', namespace: 'x', name: 'r', labels: { to: 'w' }, rules: [rule('get', '-', 'secrets')] };
    assert.deepEqual(resources([role, whole('w', { matchLabels: { to: 'w' } })], 'w'), []);
    assert.deepEqual(resources([role], 'r'), ['secrets']);
  });
});
