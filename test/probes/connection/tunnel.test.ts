import assert from 'node:assert/strict';
import { once } from 'node:events';
import type net from 'node:net';
import { type TestContext, test } from 'node:test';
import { secureProxySocket } from '../../../src/probes/connection/tls.js';
import { openTunnel } from '../../../src/probes/connection/tunnel.js';
import { createAuthority, issueCertificate } from '../../../src/sim/state/pki.js';
import { connected, tcpServer, tlsServer } from '../loopback.js';
import { ANSWERED } from '../within.js';

const OPTIONS = { host: '10.0.0.7', port: 10250, proxy: 'http://proxy:3128', timeoutMs: ANSWERED };

/** A proxy that gives this answer to whatever it is asked; `heard` collects what it was. */
async function proxyThatSays(t: TestContext, answer: string, heard: string[] = []): Promise<net.Socket> {
  const port = await tcpServer(t, (socket) => {
    socket.once('data', (chunk) => {
      heard.push(String(chunk));
      socket.write(answer);
    });
  });
  return connected(port);
}

test('a tunnel, and the bytes that came with the answer', async (t) => {
  const heard: string[] = [];
  const socket = await proxyThatSays(t, 'HTTP/1.1 200 Connection established\r\nVia: 1.1 squid\x1b[31m\r\n\r\nearly', heard);
  const tunnel = await openTunnel(socket, { ...OPTIONS, authorization: 'Basic dTpw' });
  assert.ok(tunnel.outcome.status === 'observed', JSON.stringify(tunnel.outcome));
  assert.equal(tunnel.outcome.data.status, 200);
  assert.equal(tunnel.outcome.data.proxy, 'http://proxy:3128');
  assert.match(tunnel.outcome.data.voice ?? '', /^1\.1 squid/);
  assert.ok(!tunnel.outcome.data.voice?.includes('\x1b'), JSON.stringify(tunnel.outcome));
  assert.equal(heard[0], 'CONNECT 10.0.0.7:10250 HTTP/1.1\r\nHost: 10.0.0.7:10250\r\nProxy-Authorization: Basic dTpw\r\n\r\n');
  assert.ok(tunnel.socket, 'tunnel.socket');
  const early = once(tunnel.socket, 'data');
  tunnel.socket.resume();
  assert.equal(String((await early)[0]), 'early');
});

test('IPv6 in brackets, and no credentials where there are none', async (t) => {
  const heard: string[] = [];
  await openTunnel(await proxyThatSays(t, 'HTTP/1.0 200 OK\r\n\r\n', heard), { ...OPTIONS, host: 'fd00::7' });
  assert.equal(heard[0], 'CONNECT [fd00::7]:10250 HTTP/1.1\r\nHost: [fd00::7]:10250\r\n\r\n');
});

test('an answer in pieces', async (t) => {
  const port = await tcpServer(t, (socket) => {
    const pieces = ['HT', 'TP/1.1 20', '0 OK\r\nServer: x\r', '\n\r', '\n'];
    const timer = setInterval(() => (pieces.length > 0 ? socket.write(pieces.shift() ?? '') : clearInterval(timer)), 5);
    socket.once('close', () => clearInterval(timer));
  });
  const { outcome } = await openTunnel(await connected(port), OPTIONS);
  assert.equal(outcome.status, 'observed');
});

test('refusals and failures, each with its code', async (t) => {
  const table: [string, string, string, number | undefined][] = [
    ['credentials wanted', 'HTTP/1.1 407 Proxy Authentication Required\r\nServer: squid/5.7\r\n\r\n<html>', 'EPROXY407', 407],
    ['forbidden', 'HTTP/1.1 403 Forbidden\r\n\r\n', 'EPROXY403', 403],
    ['its own failure', 'HTTP/1.1 502 Bad Gateway\r\n\r\n', 'EPROXY502', 502],
    ['no reason phrase', 'HTTP/1.1 503\r\n\r\n', 'EPROXY503', 503],
    ['not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'EPROXYPROTOCOL', undefined],
    ['an endless header', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`, 'EPROXYPROTOCOL', undefined],
    ['silence', '', 'ETIMEDOUT', undefined],
  ];
  for (const [what, answer, code, status] of table) {
    await t.test(what, async (t) => {
      const options = code === 'ETIMEDOUT' ? { ...OPTIONS, timeoutMs: 300 } : OPTIONS;
      const tunnel = await openTunnel(await proxyThatSays(t, answer), options);
      assert.equal(tunnel.socket, undefined);
      assert.ok(tunnel.outcome.status === 'failed', JSON.stringify(tunnel.outcome));
      assert.equal(tunnel.outcome.code, code);
      assert.equal(tunnel.outcome.data?.status, status);
    });
  }
  for (const hangUp of ['end', 'resetAndDestroy'] as const) {
    const port = await tcpServer(t, (socket) => socket.once('data', () => socket[hangUp]()));
    const { outcome } = await openTunnel(await connected(port), OPTIONS);
    assert.ok(outcome.status === 'failed' && outcome.code === 'ECONNRESET', hangUp);
  }
  const gone = await connected(await tcpServer(t));
  gone.destroy();
  const { outcome } = await openTunnel(gone, OPTIONS);
  assert.ok(outcome.status === 'failed' && outcome.code === 'ECONNRESET', JSON.stringify(outcome));
});

test('nothing in a setting adds a header', async (t) => {
  const heard: string[] = [];
  const tunnel = await openTunnel(await proxyThatSays(t, 'HTTP/1.1 200 OK\r\n\r\n', heard), { ...OPTIONS, host: 'x\r\nEvil: 1' });
  assert.ok(tunnel.outcome.status === 'failed' && tunnel.outcome.code === 'EPROXYPROTOCOL', JSON.stringify(tunnel.outcome));
  assert.deepEqual(heard, []);
});

test('an https proxy is verified before it is asked', async (t) => {
  const authority = await createAuthority('proxy-ca');
  const port = await tlsServer(t, await issueCertificate(authority, { commonName: 'p', dnsNames: ['proxy.test'] }), {}, (socket) => {
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
  });
  const stranger = await secureProxySocket(await connected(port), { serverName: 'proxy.test', timeoutMs: ANSWERED });
  assert.equal(stranger.ok, false);
  const known = await secureProxySocket(await connected(port), { serverName: 'proxy.test', timeoutMs: ANSWERED, ca: authority.certPem });
  assert.ok(known.ok, 'known.ok');
  const { outcome } = await openTunnel(known.socket, OPTIONS);
  assert.equal(outcome.status, 'observed');
  known.socket.destroy();
});
