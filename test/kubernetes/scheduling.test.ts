/** The evaluator, rule by rule; test/cluster/agreement-placement compares it with the real controller. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rowsOf } from '../../src/checks/placement/shared/coverage.js';
import { affinityMatches, holds } from '../../src/kubernetes/affinity.js';
import { placementOf } from '../../src/kubernetes/scheduling.js';
import { controllerTolerations, tolerates } from '../../src/kubernetes/taints.js';
import type { Requirement, Toleration } from '../../src/model/facts/placement.js';
import { controlPlane, node, pod, taint, workload } from '../checks/placement.js';

const toleration = (change: Partial<Toleration>): Toleration => ({ key: '', operator: '', value: '', effect: '', ...change });
const is = (key: string, operator: string, ...values: string[]): Requirement => ({ key, operator, values });

describe('tolerations', () => {
  const cases: [string, Partial<Toleration>, ReturnType<typeof taint>, boolean][] = [
    ['Exists without a key tolerates everything', { operator: 'Exists' }, taint('a', 'NoExecute', 'x'), true],
    ['Exists takes any value', { key: 'a', operator: 'Exists' }, taint('a', 'NoSchedule', 'x'), true],
    ['no operator is Equal', { key: 'a', value: 'x' }, taint('a', 'NoSchedule', 'x'), true],
    ['Equal wants the value', { key: 'a', operator: 'Equal', value: 'y' }, taint('a', 'NoSchedule', 'x'), false],
    ['the effect must be the same', { key: 'a', operator: 'Exists', effect: 'NoExecute' }, taint('a'), false],
    ['another key', { key: 'b', operator: 'Exists' }, taint('a'), false],
    ['Gt is behind a gate that is off', { key: 'a', operator: 'Gt', value: '1' }, taint('a', 'NoSchedule', '2'), false],
    ['an operator nobody knows', { key: 'a', operator: 'Like', value: 'x' }, taint('a', 'NoSchedule', 'x'), false],
  ];
  for (const [name, given, against, expected] of cases) it(name, () => assert.equal(tolerates(toleration(given), against), expected));

  it('of the controller: network-unavailable with the host network alone, never a control plane', () => {
    const keys = (hostNetwork: boolean) => controllerTolerations(hostNetwork).map(({ key }) => key);
    assert.ok(
      keys(true).includes('node.kubernetes.io/network-unavailable') && !keys(false).includes('node.kubernetes.io/network-unavailable'),
    );
    assert.ok(!keys(true).some((key) => key.startsWith('node-role')));
  });
});

describe('affinity', () => {
  const labels = { zone: 'a', generation: '7', odd: '7x', empty: '' };
  const cases: [Requirement, boolean][] = [
    [is('zone', 'In', 'a', 'b'), true],
    [is('none', 'In', 'a'), false],
    [is('none', 'NotIn', 'a'), true],
    [is('empty', 'Exists'), true],
    [is('none', 'DoesNotExist'), true],
    [is('generation', 'Gt', '5'), true],
    [is('generation', 'Lt', '5'), false],
    [is('odd', 'Gt', '5'), false],
    [is('none', 'Lt', '5'), false],
    [is('generation', 'Gt', '5', '6'), false],
    [is('constructor', 'Exists'), false],
    [is('zone', 'Like', 'a'), false],
  ];
  for (const [requirement, expected] of cases) it(JSON.stringify(requirement), () => assert.equal(holds(requirement, labels), expected));

  it('terms are OR-ed; an empty term, and no term, match nothing; one that cannot be parsed is skipped', () => {
    const at = { node: 'n1', labels };
    const term = (...expressions: Requirement[]) => ({ expressions, fields: [] });
    assert.equal(affinityMatches([], at), false);
    assert.equal(affinityMatches([term()], at), false);
    assert.equal(affinityMatches([term(is('zone', 'In', 'b')), term(is('zone', 'In', 'a'))], at), true);
    assert.equal(affinityMatches([term(is('zone', 'In')), term(is('zone', 'Exists'))], at), true);
    assert.equal(affinityMatches([term(is('generation', 'Gt', '99999999999999999999'))], at), false);
    assert.equal(affinityMatches([{ expressions: [], fields: [is('metadata.name', 'In', 'n1')] }], at), true);
    assert.equal(affinityMatches([{ expressions: [], fields: [is('metadata.name', 'In', 'n1', 'n2')] }], at), false);
  });
});

describe('rows', () => {
  it('decide by name, selector, affinity, then taints: one reason', () => {
    const template = workload({ nodeSelector: { a: 'b' } }).template;
    const refusal = placementOf(controlPlane(), template);
    assert.ok(!refusal.runs && refusal.reason === 'node-selector');
  });

  it('says of a node that was read in brief what its pod says, and nothing of its labels', () => {
    const nodes = ['a', 'b'].map((name) => ({ ...node(name), labels: {}, brief: true as const }));
    const picky = workload({ nodeSelector: { pool: 'x' } });
    const rows = rowsOf(nodes, [picky], { pods: [pod('a')], complete: true });
    assert.deepEqual(
      rows.map(({ state, podsRead, refusal }) => [state, podsRead, refusal]),
      [
        ['covered', true, undefined],
        ['unknown', false, undefined],
      ],
    );
  });

  it('take the state of the node for no reason of the DaemonSet', () => {
    const nodes = [node('a', { taints: [taint('node.kubernetes.io/not-ready')] }), node('b'), controlPlane('c')];
    const states = rowsOf(nodes, [workload()], { pods: [pod('b', { ready: false })], complete: true }).map(({ state }) => state);
    assert.deepEqual(states, ['condition', 'not-ready', 'refused']);
  });

  it('go by the DaemonSet that comes nearest, and not by one for another system', () => {
    const windows = workload({ nodeSelector: { 'kubernetes.io/os': 'windows' } }, { name: 'windows' });
    const nodes = [{ ...controlPlane(), labels: { 'kubernetes.io/os': 'linux' } }];
    const [row] = rowsOf(nodes, [windows, workload()], { pods: [], complete: true });
    assert.equal(row?.workload?.name, 'datadog-agent');
    assert.equal(row?.refusal?.reason, 'taint');
  });

  it('keep a node that one DaemonSet covers', () => {
    const [row] = rowsOf([node('n1')], [workload({ nodeSelector: { x: 'y' } }), workload({}, { name: 'b' })], 'planned');
    assert.equal(row?.state, 'covered');
  });
});
