import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { openTcp } from '../../../src/probes/connection/tcp.js';
import { blackHole, closedPort, connected, hasIpv6, tcpServer } from '../loopback.js';
import { ANSWERED, within } from '../within.js';

const four = (address: string) => ({ address, family: 4 as const });
const codes = (outcome: Awaited<ReturnType<typeof openTcp>>['outcome']) =>
  outcome.status === 'observed' || outcome.status === 'failed' ? (outcome.data?.tries ?? []).map((one) => one.result) : [];

test('connects and hands the socket over', async (t) => {
  const port = await tcpServer(t, (socket) => socket.end('hello'));
  const { outcome, socket } = await openTcp([four('127.0.0.1')], port, { timeoutMs: ANSWERED });
  assert.equal(outcome.status, 'observed');
  assert.deepEqual(codes(outcome), ['connected']);
  assert.ok(socket, 'socket');
  assert.equal(String((await once(socket, 'data'))[0]), 'hello');
});

test('a closed port refuses at once', async () => {
  const port = await closedPort();
  const { outcome, socket } = await within(200, () => openTcp([four('127.0.0.1')], port, { timeoutMs: ANSWERED }));
  assert.equal(socket, undefined);
  assert.ok(outcome.status === 'failed', JSON.stringify(outcome));
  assert.equal(outcome.code, 'ECONNREFUSED');
  assert.match(outcome.detail, /^127\.0\.0\.1 port \d+: refused after \d+ ms$/);
});

test('unanswered SYNs to several addresses cost one timeout', async (t) => {
  const port = await blackHole(t, '0.0.0.0');
  const began = performance.now();
  const { outcome } = await within(900, () => openTcp(['127.0.0.1', '127.0.0.2', '127.0.0.3'].map(four), port, { timeoutMs: 400 }));
  const took = performance.now() - began;
  assert.ok(outcome.status === 'failed', JSON.stringify(outcome));
  assert.equal(outcome.code, 'ETIMEDOUT');
  assert.deepEqual(codes(outcome), ['ETIMEDOUT', 'ETIMEDOUT', 'ETIMEDOUT']);
  assert.ok(took >= 390, `took ${took} ms`);
});

test('the second address is tried beside a silent first, and wins', async (t) => {
  const silent = await blackHole(t);
  const server = net.createServer().listen(silent, '127.0.0.9');
  await once(server, 'listening');
  t.after(() => server.close());
  const { outcome, socket } = await openTcp([four('127.0.0.1'), four('127.0.0.9')], silent, { timeoutMs: ANSWERED });
  t.after(() => socket?.destroy());
  assert.equal(outcome.status, 'observed');
  assert.deepEqual(codes(outcome), ['connected'], 'a try that was given up is no result');
  assert.equal(socket?.remoteAddress, '127.0.0.9');
});

test('a refused first address hands on to the second without delay, and stays on record', async (t) => {
  const port = await tcpServer(t, undefined, '127.0.0.2');
  const { outcome, socket } = await within(140, () => openTcp([four('127.0.0.1'), four('127.0.0.2')], port, { timeoutMs: ANSWERED }));
  t.after(() => socket?.destroy());
  assert.equal(outcome.status, 'observed');
  assert.deepEqual(codes(outcome), ['ECONNREFUSED', 'connected']);
});

test('of different failures the first address speaks', async (t) => {
  const silent = await blackHole(t);
  const { outcome } = await openTcp([four('127.0.0.1'), four('127.0.0.2')], silent, { timeoutMs: 1500 });
  assert.deepEqual(codes(outcome), ['ETIMEDOUT', 'ECONNREFUSED']);
  assert.ok(outcome.status === 'failed' && outcome.code === 'ETIMEDOUT', JSON.stringify(outcome));
});

test('a network that is missing here says nothing of the server', async () => {
  const { outcome } = await openTcp([four('127.255.255.255'), four('127.0.0.1')], await closedPort(), { timeoutMs: ANSWERED });
  assert.deepEqual(codes(outcome), ['ENETUNREACH', 'ECONNREFUSED']);
  assert.ok(outcome.status === 'failed' && outcome.code === 'ECONNREFUSED', JSON.stringify(outcome));
});

test('what is never dialled is passed over, and alone it is no failure', async (t) => {
  const six = (address: string) => ({ address, family: 6 as const });
  const never = [four('169.254.169.254'), six('::ffff:a9fe:a9fe'), six('fd00:0ec2::254'), six('fe80::1'), four('0.0.0.0'), six('::')];
  const port = await tcpServer(t, undefined);
  const { outcome, socket } = await openTcp([...never, ...never, four('127.0.0.1')], port, { timeoutMs: ANSWERED });
  t.after(() => socket?.destroy());
  assert.ok(outcome.status === 'observed', JSON.stringify(outcome));
  assert.deepEqual(
    outcome.data.tries.map(({ address }) => address),
    ['127.0.0.1'],
  );
  for (const address of never) {
    const alone = await openTcp([address], port, { timeoutMs: ANSWERED });
    assert.deepEqual([alone.outcome.status, alone.socket], ['absent', undefined], address.address);
  }
});

test('cancelling ends it at once', async (t) => {
  const port = await blackHole(t);
  const stopper = new AbortController();
  setTimeout(() => stopper.abort(), 50);
  const { outcome } = await within(500, () => openTcp([four('127.0.0.1')], port, { timeoutMs: 5000, signal: stopper.signal }));
  assert.ok(outcome.status === 'failed', JSON.stringify(outcome));
  assert.equal(outcome.code, 'ECANCELLED');
  const before = await openTcp([four('127.0.0.1')], port, { timeoutMs: 5000, signal: AbortSignal.abort() });
  assert.ok(before.outcome.status === 'failed' && before.outcome.code === 'ECANCELLED', JSON.stringify(before.outcome));
});

test('no address, or a port out of range, is an outcome too', async () => {
  const none = await openTcp([], 10250, { timeoutMs: 100 });
  assert.ok(none.outcome.status === 'failed' && none.outcome.code === 'ENOTFOUND', JSON.stringify(none.outcome));
  const port = await openTcp([four('127.0.0.1')], 70000, { timeoutMs: 100 });
  assert.ok(port.outcome.status === 'failed' && port.outcome.code === 'ERR_SOCKET_BAD_PORT', JSON.stringify(port.outcome));
});

test('a reset between two layers does not end the process', async (t) => {
  const port = await tcpServer(t, (socket) => setTimeout(() => socket.resetAndDestroy(), 20));
  const socket = await connected(port);
  await new Promise((resolve) => socket.once('close', resolve)); // not events.once, which would hear the error
  assert.equal(socket.destroyed, true);
});

test('IPv6', async (t) => {
  if (!(await hasIpv6())) return t.skip('no ::1 here');
  const port = await tcpServer(t, undefined, '::1');
  const { outcome, socket } = await openTcp([{ address: '::1', family: 6 }], port, { timeoutMs: ANSWERED });
  t.after(() => socket?.destroy());
  assert.equal(outcome.status, 'observed');
});
