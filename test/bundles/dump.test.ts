/** `kubectl cluster-info dump` as it prints to its output: objects and logs in one text, as JSON or YAML. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stringify } from 'yaml';
import { judgeBundle } from '../../src/bundles/judged.js';
import { createHearing } from '../../src/bundles/said/hearing.js';
import { createHost } from '../../src/host/create.js';
import { flatten } from '../../src/judge/rank.js';
import { daemonSet, listOf, node, pod } from './made.js';

const LOG = `==== START logs for container agent of pod datadog/datadog-agent-n2 ====
Request log error: Get "https://192.0.2.2:10250/containerLogs/datadog/datadog-agent-n2/agent": remote error: tls: internal error
kind: Node
{"kind":"Pod","metadata":{"name":"x","namespace":"y"}}
==== END logs for container agent of pod datadog/datadog-agent-n2 ====
`;
const LISTS = [listOf('Node', [node('n1'), node('n2')]), listOf('DaemonSet', [daemonSet()]), listOf('Pod', [pod('n1'), pod('n2')])];

const DUMPS: Record<string, string> = {
  JSON: `${LISTS.map((list) => `${JSON.stringify(list, null, 4)}\n`).join('')}${LOG}${JSON.stringify(listOf('Pod', []), null, 4)}\n`,
  YAML: `${LISTS.map((list) => stringify(list)).join('---\n')}${LOG}---\n${stringify(listOf('Pod', []))}`,
};

describe('a dump as one text', () => {
  for (const [name, text] of Object.entries(DUMPS))
    it(`in ${name}, is named, and its logs are of their pods`, async () => {
      const host = createHost();
      const choices = { failOn: 'degrades' as const, skip: [], only: [] };
      // Of the node of the pod, and of no other.
      for (const on of ['n1', 'n2']) {
        const judged = await judgeBundle(Buffer.from(text), { node: on }, host, choices, [createHearing(host.redactor.clean)]);
        assert.ok('report' in judged, 'error' in judged ? judged.error : '');
        const { where, findings } = judged.report;
        assert.deepEqual([where.bundle?.format, where.bundle?.nodes], ['kubectl cluster-info dump', 2]);
        const isTold = flatten(findings).some(({ cause }) => cause === 'kubelet-certificate-pending');
        assert.equal(isTold, on === 'n2', on);
      }
    });
});

it('a node whose status was left out is neither ready nor not', async () => {
  const { status, ...trimmed } = node('n1') as { status?: unknown };
  assert.ok(status);
  for (const [nodes, outcome] of [
    [[trimmed, node('n2')], 'cannot-tell'],
    [[{ ...trimmed, status: null }, node('n2')], 'cannot-tell'],
    [[{ ...trimmed, status: {} }, node('n2')], 'cannot-tell'],
    [[{ ...trimmed, status: { conditions: [], nodeInfo: {} } }, node('n2')], 'cannot-tell'],
    [[{ ...trimmed, status: { nodeInfo: { kubeletVersion: 'v1.31.2' } } }, node('n2')], 'problem'],
    [[node('n1', 'Unknown'), node('n2')], 'problem'],
  ] as const) {
    const text = JSON.stringify(listOf('Node', [...nodes]));
    const judged = await judgeBundle(Buffer.from(text), {}, createHost(), { failOn: 'degrades', skip: [], only: [] });
    assert.ok('report' in judged, 'error' in judged ? judged.error : '');
    assert.ok(
      judged.report.results.some((result) => result.question === 'node-condition' && result.outcome === outcome),
      outcome,
    );
    assert.equal(
      flatten(judged.report.findings).some(({ cause }) => cause === 'node-not-ready'),
      outcome === 'problem',
    );
  }
});

it('lists that cat put one after the other are all read, in YAML too', async () => {
  for (const text of [
    LISTS.map((list) => stringify(list, { sortMapEntries: true })).join(''),
    LISTS.map((list) => JSON.stringify(list)).join(''),
  ]) {
    const judged = await judgeBundle(Buffer.from(text), {}, createHost(), { failOn: 'degrades', skip: [], only: [] });
    assert.ok('report' in judged, 'error' in judged ? judged.error : '');
    const daemonsets = judged.facts.find(({ kind }) => kind === 'workloads');
    assert.equal(judged.report.where.bundle?.nodes, 2);
    assert.match(JSON.stringify(daemonsets?.outcome), /datadog-agent/);
  }
});
