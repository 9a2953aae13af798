/** A log → statements: who, of whom, which causes, how often, and whether up to the end. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { statementsIn, subjectOfStatement } from '../../src/texts/log/said.js';

const clean = (text: string, most = 1000) => text.replaceAll('s3cret', '…').slice(0, most);
const read = (lines: string[], by?: 'node-agent' | 'kubelet') => statementsIn(lines, { log: '/a.log', ...(by && { by }) }, clean);

const at = (minute: number) => `2026-03-12 07:${String(minute).padStart(2, '0')}:00 UTC | CORE | `;
const REFUSED =
  'ERROR | (a.go:1 in f) | error pulling from collector "kubelet": unexpected status code 403 on https://10.0.0.7:10250/pods: Forbidden (user=system:serviceaccount:datadog:agent, verb=get, resource=nodes, subresource=proxy)';
const FINE = 'INFO | (a.go:2 in f) | Successful configuration found for Kubelet, using URL: https://10.0.0.7:10250';

describe('statements', () => {
  it('have who, about whom, the cause, how often and when', () => {
    const [one, ...others] = read([at(1) + REFUSED, `${at(2)}INFO | (a.go:2 in f) | nothing`, at(3) + REFUSED]);
    assert.deepEqual(others, []);
    const { speaker, server, host, port, user, causes, count, first, last, lasts, isHistory } = one ?? assert.fail();
    assert.deepEqual(
      { speaker, server, host, port, user, cause: causes[0], count, lasts, isHistory },
      {
        speaker: 'node-agent',
        server: 'kubelet',
        host: '10.0.0.7',
        port: 10250,
        user: 'system:serviceaccount:datadog:agent',
        cause: { cause: 'kubelet-permission-missing', certainty: 'proven' },
        count: 2,
        lasts: true,
        isHistory: false,
      },
    );
    assert.match(`${first} ${last}`, /07:01:00.* .*07:03:00/);
  });

  it('are over where the same server answered afterwards', () => {
    const [one] = read([at(1) + REFUSED, at(2) + FINE]);
    assert.deepEqual([one?.isHistory, one?.lasts], [true, false]);
  });

  it('do not last where much was logged since', () => {
    const quiet = Array.from({ length: 5000 }, (_, i) => `${at(i % 60)}INFO | (a.go:2 in f) | check n${i}x done`);
    assert.deepEqual(
      read([at(1) + REFUSED, ...quiet]).map(({ lasts, isHistory }) => [lasts, isHistory]),
      [[false, false]],
    );
    assert.deepEqual(
      read([...quiet, at(1) + REFUSED]).map(({ lasts }) => lasts),
      [true],
    );
  });

  it('are of the program whose log it is, where a record does not tell', () => {
    const line =
      'error retrieving resource: Get "https://10.96.0.1:443/api/v1/nodes/n1": dial tcp 10.96.0.1:443: connect: connection refused';
    assert.deepEqual(
      read([line], 'kubelet').map(({ speaker, causes }) => [speaker, causes[0]?.cause]),
      [['kubelet', 'kubelet-cannot-reach-apiserver']],
    );
  });

  it('hold no secret', () => {
    const all = JSON.stringify(read([`${at(1) + REFUSED} token s3cret`]));
    assert.ok(all.includes('403') && !all.includes('s3cret'));
  });

  it('are not made of a number that is no status', () => {
    const none = [
      `${at(1)}INFO | (a.go:2 in f) | batch 429 done`,
      'I0105 10:00:35.000403 1945 reconciler_common.go:245] "operationExecutor.VerifyControllerAttachedVolume started for volume \\"kube-api-access-403\\""',
      'I0105 10:00:35.000001 1945 kubelet.go:2412] "SyncLoop (PLEG): event for pod" pod="kube-system/coredns-401"',
    ];
    for (const line of none) assert.deepEqual(read([line], 'kubelet'), [], line);
    const told = [
      'request failed, status: "403 Forbidden" https://10.0.0.7:10250/pods',
      'unexpected status code 401 on https://10.0.0.7:10250/pods',
    ];
    for (const line of told) assert.equal(read([line], 'node-agent').length, 1, line);
  });

  it('are told apart by who is refused', () => {
    const other = REFUSED.replace('datadog:agent', 'monitoring:other');
    const subjects = read([at(1) + REFUSED, at(2) + other]).map(subjectOfStatement);
    assert.equal(new Set(subjects).size, 2, subjects.join('\n'));
  });
});
