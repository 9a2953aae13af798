import assert from 'node:assert/strict';
import { it } from 'node:test';
import { reviewForbidden } from '../../../src/checks/permission/review-forbidden.js';
import { type Judgement, judge } from '../../../src/judge/judge.js';
import { failed } from '../facts.js';
import { AGENT, account, answered } from '../rights-facts.js';
import { judgeTable } from '../table.js';

const stats = { verb: 'get', group: '', resource: 'nodes', subresource: 'stats' };

judgeTable(reviewForbidden, [
  { row: 'nothing asked', facts: [], expect: 'not-applicable' },
  { row: 'asked and answered', facts: [account(), answered(stats, false)], expect: 'pass' },
  {
    row: 'system:basic-user taken away',
    facts: [account(), failed('apiserver/access', 'get nodes/stats', 'HTTP403')],
    expect: { cause: 'review-forbidden', severity: 'note' },
    witnesses: ['apiserver/access'],
    says: /apply --server-side --force-conflicts.*system:authenticated/,
  },
  {
    row: 'no credential was sent: follows from that, and the binding is as it was',
    facts: [account({ user: 'system:anonymous' }), failed('apiserver/access', 'get nodes/stats', 'HTTP403')],
    expect: 'cannot-tell',
    says: /system:anonymous may not check permissions/,
  },
  { row: 'another reason', facts: [account(), failed('apiserver/access', 'get nodes/stats', 'ETIMEDOUT')], expect: 'pass' },
  {
    row: 'another account, and neither way is ours',
    facts: [failed('apiserver/account', '', 'HTTP403', { user: AGENT, from: 'flag', by: 'impersonation' })],
    expect: 'cannot-tell',
    wants: ['apiserver/account'],
    says: /neither review the permissions of system:serviceaccount:datadog:agent nor impersonate it/,
  },
]);

it('for an account that no one authenticated, the cause is why', () => {
  const [{ verdict }] = judge([account({ user: 'system:anonymous' }), failed('apiserver/access', 'x', 'HTTP403')], [reviewForbidden]) as [
    Judgement,
  ];
  assert.equal(verdict.kind === 'cannot-tell' && verdict.because, 'credential-not-sent');
});
