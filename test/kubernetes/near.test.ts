import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differingLetters } from '../../src/kubernetes/near.js';
import { isAlmostSubject } from '../../src/kubernetes/subjects.js';

test('letters to add, drop or change, both ways', () => {
  const table: [string, string, number][] = [
    ['', '', 0],
    ['', 'abc', 3],
    ['agent', 'agent', 0],
    ['agent', 'agnet', 2],
    ['agent', 'agents', 1],
    ['kitten', 'sitting', 3],
    // One letter of two code units.
    ['😀', '😀', 0],
    ['a😀b', 'ab', 1],
    ['😀', 'x', 1],
    ['abcd', '😀😀😀😀', 4],
  ];
  for (const [a, b, away] of table)
    for (const [left, right] of [
      [a, b],
      [b, a],
    ] as const)
      assert.equal(differingLetters(left, right), away, `${left} ${right}`);
});

test('a subject a letter or two off is almost the account; another name is not', () => {
  const user = 'system:serviceaccount:datadog:datadog-agent';
  const account = (name: string, namespace = 'datadog') => isAlmostSubject({ kind: 'ServiceAccount', name, namespace }, user);
  for (const name of ['datadog-agnet', 'datadog-agents', 'datadogagent']) assert.ok(account(name), name);
  for (const name of ['datadog-agent', 'datadog-agent-2', 'datadog-cluster-agent', '😀😀😀😀😀😀😀']) assert.ok(!account(name), name);
  assert.ok(account('datadog-agent', 'default'));
});
