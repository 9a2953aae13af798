/** A log, grouped: what it says, how often, from when to when, and what has worked since. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRedactor } from '../../src/host/redact.js';
import { createLogReader, isWrong, type LogReading } from '../../src/texts/log/log.js';

const UNKNOWN_CA = (time: string) =>
  `2026-11-28 ${time} UTC | CORE | WARN | (pkg/util/kubernetes/kubelet/kubelet_client.go:221) | Error: Get "https://192.0.2.5:10250/pods": tls: failed to verify certificate: x509: certificate signed by unknown authority`;
const WORKS =
  '2026-11-28 10:09:00 UTC | CORE | INFO | (pkg/util/kubernetes/kubelet/kubelet.go:1) | Successful configuration found for Kubelet, using URL: https://192.0.2.5:10250';
const INFO = (n: number) =>
  `2026-11-28 10:00:${String(n % 60).padStart(2, '0')} UTC | CORE | INFO | (pkg/x.go:12 in work) | check:cpu | took ${n} ms`;

function read(lines: Iterable<string>): LogReading {
  const reader = createLogReader(createRedactor().clean);
  for (const line of lines) reader.push(line);
  return reader.end();
}

describe('a log', () => {
  it('says a thing once, with how often and when', () => {
    const { groups, told, lines } = read([INFO(1), UNKNOWN_CA('10:00:01'), INFO(2), UNKNOWN_CA('10:00:11')]);
    const [group] = groups;
    assert.deepEqual([groups.length, told, lines], [1, 2, 4]);
    assert.equal(group?.verdict.kind === 'cause' && group.verdict.causes[0]?.cause, 'kubelet-certificate-unknown-authority');
    assert.deepEqual([group?.seen.count, group?.seen.first.line, group?.seen.last.line], [2, 2, 4]);
    assert.match(group?.seen.last.time ?? '', /10:00:11/);
    assert.deepEqual([group?.speaker, group?.target.server, group?.target.port], ['node-agent', 'kubelet', 10250]);
  });

  it('is history where the same server answered afterwards, and wrong where it ends with it', () => {
    const healed = read([UNKNOWN_CA('10:00:01'), WORKS]);
    assert.equal(healed.groups.find(({ verdict }) => verdict.kind === 'cause')?.seen.isHistory, true);
    assert.equal(isWrong(healed), false);
    const again = read([UNKNOWN_CA('10:00:01'), WORKS, UNKNOWN_CA('10:10:01')]);
    assert.equal(again.groups[0]?.seen.isHistory, false);
    assert.equal(isWrong(again), true);
  });

  it('reads a line again where a port, a status or an address makes it another', () => {
    const harmless = (port: number) => `Get "https://192.0.2.5:${port}/pods": dial tcp 192.0.2.5:${port}: connect: connection refused`;
    for (const [first, second] of [
      [harmless(8126), harmless(10250)],
      ['GET https://192.0.2.5:10250/pods answered 200', 'GET https://192.0.2.5:10250/pods answered 401 Unauthorized'],
    ] as const) {
      const alone = read([second]).groups.filter(({ verdict }) => verdict.kind === 'cause').length;
      const behind = read([first, second]).groups.filter(({ verdict, seen }) => verdict.kind === 'cause' && seen.last.line === 2).length;
      assert.equal(behind, alone, second);
    }
  });

  it('keeps no more kinds than it says, and counts the others', () => {
    const nodes = Array.from(
      { length: 500 },
      (_, at) =>
        `Warning  FailedMount  pod/x  node=n${at} MountVolume.SetUp failed: Forbidden (user=system:serviceaccount:a:b${at}, verb=get, resource=nodes, subresource=proxy)`,
    );
    const { groups, left, told } = read(nodes);
    assert.ok(groups.length <= 200);
    assert.equal(groups.reduce((sum, { seen }) => sum + seen.count, 0) + left, told);
  });

  it('shows no secret and no control character of a line', () => {
    const secret = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzZW50aW5lbCJ9.c2VudGluZWxzZW50aW5lbHNlbnRpbmVs';
    const said = JSON.stringify(read([`${UNKNOWN_CA('10:00:01')} Authorization: Bearer ${secret} \u001b[31m`]));
    assert.ok(!said.includes(secret) && !said.includes('\\u001b'));
  });

  it('joins a few lines that a terminal wrapped', () => {
    const wrapped = ['Get "https://192.0.2.5:10250/pods": dial tcp', '192.0.2.5:10250: connect: connection', 'refused'];
    assert.equal(isWrong(read(wrapped)), true);
  });
});
