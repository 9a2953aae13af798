import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { before, type TestContext, test } from 'node:test';
import tls from 'node:tls';
import type { TlsHandshake } from '../../../src/model/facts.js';
import type { Examined } from '../../../src/probes/connection/gate.js';
import { type AuthorityAtHand, examineTls, openVerifiedTls, secureProxySocket } from '../../../src/probes/connection/tls.js';
import { openTunnel } from '../../../src/probes/connection/tunnel.js';
import { type Authority, createAuthority, issueCertificate, type KeyPair, selfSignedAsKubelet } from '../../../src/sim/state/pki.js';
import { connected, hasIpv6, tcpServer, tlsServer } from '../loopback.js';
import { sendable, VERIFIED, VERIFIED_OLDER } from '../sendable.js';
import { ANSWERED } from '../within.js';

const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(Date.now() - days * DAY_MS);

let cluster: Authority;
let other: Authority;
let serving: KeyPair;
let kubelet: KeyPair & { authority: Authority };

before(async () => {
  cluster = await createAuthority('lab-kubernetes-ca');
  other = await createAuthority('other-ca');
  serving = await issueCertificate(cluster, {
    commonName: 'system:node:n1',
    organizations: ['system:nodes'],
    dnsNames: ['n1'],
    ips: ['127.0.0.1', '::1'],
  });
  kubelet = await selfSignedAsKubelet('n2');
});

const using = (pem: string, label = '/ca.crt'): AuthorityAtHand => ({ label, pem, inUse: true });
const atHand = (pem: string, label: string): AuthorityAtHand => ({ label, pem, inUse: false });

async function examine(
  t: TestContext,
  port: number,
  options: { serverName?: string; authorities?: AuthorityAtHand[]; nowMs?: number; timeoutMs?: number; address?: string } = {},
) {
  const { serverName = '127.0.0.1', authorities = [using(cluster.certPem)], nowMs = Date.now(), timeoutMs = ANSWERED } = options;
  const seen = await examineTls(await connected(port, options.address), { serverName, authorities, nowMs, timeoutMs });
  t.after(() => seen.socket?.destroy());
  return seen;
}

async function observe(...args: Parameters<typeof examine>): Promise<TlsHandshake> {
  const { outcome } = await examine(...args);
  assert.ok(outcome.status === 'observed', JSON.stringify(outcome));
  return outcome.data;
}

test('a good certificate', async (t) => {
  const seen = await observe(t, await tlsServer(t, serving), {
    authorities: [using(cluster.certPem), atHand(other.certPem, '/other.crt')],
  });
  assert.deepEqual(seen.verification, { ok: true });
  assert.deepEqual([seen.trusted, seen.nameMatches, seen.validNow], [true, true, true]);
  assert.deepEqual(seen.trials, [
    { authority: '/ca.crt', inUse: true, verifies: true },
    { authority: '/other.crt', inUse: false, verifies: false },
  ]);
  assert.equal(seen.protocol, 'TLSv1.3');
  assert.match(seen.cipher, /^TLS_/);
  assert.equal(seen.chain.length, 1, 'as sent: the CA, which the server did not send, is not in it');
  assert.deepEqual(seen.chain[0]?.names, ['DNS:n1', 'IP:127.0.0.1', 'IP:::1']);
});

test('faults of a certificate, each apart', async (t) => {
  const names = { commonName: 'x', dnsNames: ['n1'], ips: ['127.0.0.1'] };
  const expired = await issueCertificate(cluster, { ...names, notBefore: ago(400), notAfter: ago(10) });
  const future = await issueCertificate(cluster, { ...names, notBefore: ago(-10) });
  const noSan = await issueCertificate(cluster, { commonName: 'n1' });
  const wildcard = await issueCertificate(cluster, { commonName: 'w', dnsNames: ['*.example.com'] });
  const clientOnly = await issueCertificate(cluster, { ...names, usages: ['client'] });
  const expiredElsewhere = await issueCertificate(other, { commonName: 'x', dnsNames: ['n9'], notBefore: ago(400), notAfter: ago(10) });
  /** What, certificate, server name, [trusted, nameMatches, validNow], code. */
  const table: [string, KeyPair, string, [boolean, boolean, boolean], string | undefined][] = [
    ['expired', expired, 'n1', [true, true, false], 'CERT_HAS_EXPIRED'],
    ['not yet valid', future, 'n1', [true, true, false], 'CERT_NOT_YET_VALID'],
    ['another name', serving, 'n9', [true, false, true], 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['another address', serving, '127.0.0.9', [true, false, true], 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['no alternative name: the CN does not count', noSan, 'n1', [true, false, true], 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['another authority', await issueCertificate(other, names), 'n1', [false, true, true], 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ["the kubelet's own, by name", kubelet, 'n2', [false, true, true], 'SELF_SIGNED_CERT_IN_CHAIN'],
    ["the kubelet's own, by address", kubelet, '127.0.0.1', [false, false, true], 'SELF_SIGNED_CERT_IN_CHAIN'],
    ['an authority as server', cluster, 'n1', [true, false, true], 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['a foreign authority as server', other, 'n1', [false, false, true], 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['three faults at once', expiredElsewhere, 'n1', [false, false, false], undefined],
    ['a client certificate', clientOnly, 'n1', [true, true, true], 'INVALID_PURPOSE'],
    ['a name in other letters, with a dot', serving, 'N1.', [true, true, true], 'ok'],
    ['a bracketed address', serving, '[::1]', [true, true, true], 'ok'],
    ['a wildcard for one label', wildcard, 'a.example.com', [true, true, true], 'ok'],
    ['a wildcard for no two', wildcard, 'a.b.example.com', [true, false, true], 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ];
  for (const [what, pair, serverName, parts, code] of table) {
    await t.test(what, async (t) => {
      const seen = await observe(t, await tlsServer(t, pair), { serverName });
      assert.deepEqual([seen.trusted, seen.nameMatches, seen.validNow], parts);
      assert.equal(seen.verification.ok, code === 'ok');
      if (code !== undefined && code !== 'ok') assert.equal(seen.verification.code, code);
      if (code !== 'ok') assert.ok(seen.verification.detail, 'seen.verification.detail');
      assert.equal(seen.serverName, serverName);
    });
  }
});

test('the dates are judged by the clock given', async (t) => {
  const port = await tlsServer(t, serving);
  const late = await observe(t, port, { nowMs: Date.now() + 366 * DAY_MS });
  assert.deepEqual([late.validNow, late.verification.ok, late.verification.code], [false, false, 'CERT_HAS_EXPIRED']);
  const early = await observe(t, port, { nowMs: Date.now() - DAY_MS });
  assert.deepEqual([early.validNow, early.verification.code], [false, 'CERT_NOT_YET_VALID']);
});

test('which authority would verify', async (t) => {
  const port = await tlsServer(t, kubelet);
  const leaf = kubelet.certPem.slice(0, kubelet.certPem.indexOf('-----END CERTIFICATE-----') + 26);
  const seen = await observe(t, port, {
    serverName: 'n2',
    authorities: [using(cluster.certPem), atHand(kubelet.certPem, 'kubelet.crt'), atHand(leaf, 'the leaf alone'), atHand('junk', 'junk')],
  });
  assert.deepEqual(
    seen.trials.map((trial) => trial.verifies),
    [false, true, true, false],
  );
  assert.equal(seen.chain.length, 2);
  for (const pem of [
    kubelet.certPem,
    leaf,
    `${other.certPem}-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n${kubelet.certPem}`,
  ]) {
    assert.deepEqual((await observe(t, port, { serverName: 'n2', authorities: [using(pem)] })).verification, { ok: true });
  }
});

test('without an authority in use nothing is trusted; without any at hand, the public ones are', async (t) => {
  const port = await tlsServer(t, serving);
  const unused = await observe(t, port, { authorities: [atHand(cluster.certPem, '/ca.crt')] });
  assert.deepEqual([unused.trusted, unused.verification.ok, unused.trials[0]?.verifies], [false, false, true]);
  const empty = await observe(t, port, { authorities: [using('')] });
  assert.deepEqual([empty.trusted, empty.verification.ok], [false, false]);
  const system = await observe(t, port, { authorities: [] });
  assert.deepEqual([system.trusted, system.verification.ok, system.trials], [false, false, []]);
});

test('intermediates, and strays in any order', async (t) => {
  const chained: KeyPair = { ...serving, certPem: serving.certPem + other.certPem + cluster.certPem };
  const seen = await observe(t, await tlsServer(t, chained));
  assert.deepEqual(
    seen.chain.map((one) => one.subject),
    ['O=system:nodes, CN=system:node:n1', 'CN=other-ca', 'CN=lab-kubernetes-ca'],
  );
  assert.equal(seen.verification.ok, true);
  const many: KeyPair = { ...serving, certPem: serving.certPem + other.certPem.repeat(14) };
  assert.equal((await observe(t, await tlsServer(t, many))).chain.length, 10);
});

test('does the server ask for a client certificate?', async (t) => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const requestCert of [true, false]) {
      const port = await tlsServer(t, serving, { requestCert, rejectUnauthorized: false, minVersion: version, maxVersion: version });
      const seen = await observe(t, port);
      assert.equal(seen.asksClientCertificate, requestCert, version);
      assert.equal(seen.protocol, version);
    }
  }
  const demanding = await observe(t, await tlsServer(t, serving, { requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' }));
  assert.equal(demanding.asksClientCertificate, true);
});

test('a name is sent as SNI, an address is not', async (t) => {
  const names: (string | false | null)[] = [];
  const port = await tlsServer(t, serving, {}, (socket) => names.push(socket.servername));
  const first = await examine(t, port, { serverName: 'n1' });
  const second = await examine(t, port, { serverName: '127.0.0.1' });
  await Promise.all([first, second].map(({ socket }) => socket && once(socket.end(), 'close')));
  assert.deepEqual(names, ['n1', false]);
});

test('no handshake: each failure has its code', async (t) => {
  /** TLS alert record (RFC 8446 §6): fatal, this description. */
  const alert = (description: number) => (socket: net.Socket) =>
    socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, description])));
  const table: [string, (socket: net.Socket) => void, string][] = [
    [
      'plain HTTP',
      (socket) => socket.once('data', () => socket.end('HTTP/1.0 400 Bad Request\r\n\r\nClient sent')),
      'ERR_SSL_WRONG_VERSION_NUMBER',
    ],
    ['a server that speaks first', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'), 'ERR_SSL_WRONG_VERSION_NUMBER'],
    ['alert 80: the kubelet has no certificate yet', alert(80), 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR'],
    ['alert 70: no common version', alert(70), 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
    ['alert 40: no common cipher', alert(40), 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'],
    ['closed at once', (socket) => socket.end(), 'ECONNRESET'],
    ['closed after the hello', (socket) => socket.once('data', () => socket.end()), 'ECONNRESET'],
    ['reset', (socket) => socket.once('data', () => socket.resetAndDestroy()), 'ECONNRESET'],
    ['silence', () => {}, 'ETIMEDOUT'],
  ];
  for (const [what, serve, code] of table) {
    await t.test(what, async (t) => {
      const { outcome, socket } = await examine(t, await tcpServer(t, serve), code === 'ETIMEDOUT' ? { timeoutMs: 250 } : {});
      assert.equal(socket, undefined);
      assert.ok(outcome.status === 'failed', JSON.stringify(outcome));
      assert.equal(outcome.code, code);
      assert.ok(outcome.detail !== '' && !/0x|[0-9A-F]{16}|\.c:/.test(outcome.detail), outcome.detail);
    });
  }
  const old = await tlsServer(t, serving, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
  const { outcome } = await examine(t, old);
  assert.ok(outcome.status === 'failed' && outcome.code === 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', JSON.stringify(outcome));
  const gone = await connected(old);
  gone.destroy();
  const dead = await examineTls(gone, { serverName: 'n1', authorities: [], nowMs: Date.now(), timeoutMs: ANSWERED });
  assert.ok(dead.outcome.status === 'failed' && dead.outcome.code === 'ECONNRESET', JSON.stringify(dead.outcome));
});

test('TLS inside a tunnel whose proxy sent bytes along with its answer', async (t) => {
  const port = await tlsServer(t, serving);
  const proxy = await tcpServer(t, (socket) => {
    socket.once('data', () => {
      const upstream = net.connect(port, '127.0.0.1');
      upstream.on('error', () => {});
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
  });
  const tunnel = await openTunnel(await connected(proxy), { host: 'n1', port: 10250, proxy: 'http://p:1', timeoutMs: ANSWERED });
  assert.ok(tunnel.socket, 'tunnel.socket');
  const seen = await examineTls(tunnel.socket, {
    serverName: 'n1',
    authorities: [using(cluster.certPem)],
    nowMs: Date.now(),
    timeoutMs: ANSWERED,
  });
  assert.ok(seen.outcome.status === 'observed' && seen.outcome.data.verification.ok, JSON.stringify(seen.outcome));
  seen.socket?.destroy();

  const talkative = await tcpServer(t, (socket) =>
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 502 no\r\n\r\n')),
  );
  const wrong = await openTunnel(await connected(talkative), { host: 'n1', port: 10250, proxy: 'http://p:1', timeoutMs: ANSWERED });
  assert.ok(wrong.socket, 'wrong.socket');
  const failed = await examineTls(wrong.socket, { serverName: 'n1', authorities: [], nowMs: Date.now(), timeoutMs: ANSWERED });
  assert.ok(failed.outcome.status === 'failed' && failed.outcome.code === 'ERR_SSL_WRONG_VERSION_NUMBER', JSON.stringify(failed.outcome));
});

test('a verified connection verifies everything', async (t) => {
  const names = { commonName: 'x', dnsNames: ['n1'] };
  const expired = await issueCertificate(cluster, { ...names, notBefore: ago(400), notAfter: ago(10) });
  const noSan = await issueCertificate(cluster, { commonName: 'n1' });
  const table: [string, KeyPair, string, string | undefined, string][] = [
    ['good', serving, 'n1', cluster.certPem, 'ok'],
    ['good, by address', serving, '127.0.0.1', cluster.certPem, 'ok'],
    ["the kubelet's own, its CA given", kubelet, 'n2', kubelet.authority.certPem, 'ok'],
    ["the kubelet's own, its CA given, by address", kubelet, '127.0.0.1', kubelet.authority.certPem, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['another authority', serving, 'n1', other.certPem, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    ['the public authorities', serving, 'n1', undefined, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    ['an empty CA file is none, not the public ones', serving, 'n1', '', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    ['expired', expired, 'n1', cluster.certPem, 'CERT_HAS_EXPIRED'],
    ['a CN alone', noSan, 'n1', cluster.certPem, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ];
  for (const [what, pair, serverName, ca, code] of table) {
    await t.test(what, async (t) => {
      const socket = await connected(await tlsServer(t, pair));
      const opened = await openVerifiedTls(socket, { serverName, credential: sendable({ token: 'abc' }, { ca }), timeoutMs: ANSWERED });
      assert.equal(opened.ok ? 'ok' : opened.code, code);
      if (opened.ok) opened.socket.destroy();
      else await (socket.destroyed || once(socket, 'close'));
    });
  }
  const anyone = await openVerifiedTls(await connected(await tlsServer(t, expired)), {
    serverName: 'n9',
    credential: sendable({ token: 'abc' }, { ca: other.certPem, insecure: true }),
    timeoutMs: ANSWERED,
  });
  assert.ok(anyone.ok, 'only on the flag');
  anyone.socket.destroy();
});

test('a client certificate goes to a verified server, and is never shown to another', async (t) => {
  const client = await issueCertificate(cluster, { commonName: 'lab-admin' });
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const shown: string[] = [];
    const port = await tlsServer(t, serving, { requestCert: true, rejectUnauthorized: false, maxVersion }, (socket) => {
      shown.push(String(socket.getPeerCertificate().subject?.CN));
    });
    const open = async (ca: string, examined: Examined = VERIFIED) => {
      const options = { serverName: 'n1', credential: sendable(client, { ca, examined }), timeoutMs: ANSWERED };
      const opened = await openVerifiedTls(await connected(port), options);
      await new Promise((resolve) => setTimeout(resolve, 30)); // what was written arrives
      if (opened.ok) opened.socket.destroy();
      return opened.ok ? 'ok' : opened.code;
    };
    assert.notEqual(await open(other.certPem), 'ok');
    assert.notEqual(await open(other.certPem, VERIFIED_OLDER), 'ok');
    assert.deepEqual(shown, [], maxVersion);
    // An older server only where it was seen to be one.
    assert.equal(await open(cluster.certPem), maxVersion === 'TLSv1.2' ? 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' : 'ok');
    assert.equal(await open(cluster.certPem, VERIFIED_OLDER), 'ok');
    assert.equal(new Set(shown).size, 1);
    assert.equal(shown[0], 'lab-admin');
  }
});

test('the same through an https proxy, TLS within TLS', async (t) => {
  const client = await issueCertificate(cluster, { commonName: 'lab-admin' });
  const shown: string[] = [];
  const port = await tlsServer(t, serving, { requestCert: true, rejectUnauthorized: false }, (socket) => {
    shown.push(String(socket.getPeerCertificate().subject?.CN));
  });
  const proxy = await tlsServer(t, await issueCertificate(other, { commonName: 'p', dnsNames: ['proxy.test'] }), {}, (socket) => {
    socket.once('data', () => {
      const upstream = net.connect(port, '127.0.0.1');
      upstream.on('error', () => {});
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
  });
  const tunnelled = async () => {
    const secured = await secureProxySocket(await connected(proxy), { serverName: 'proxy.test', ca: other.certPem, timeoutMs: ANSWERED });
    assert.ok(secured.ok, 'the proxy verifies');
    const tunnel = await openTunnel(secured.socket, { host: 'n1', port: 10250, proxy: 'https://proxy.test:443', timeoutMs: ANSWERED });
    assert.ok(tunnel.socket, JSON.stringify(tunnel.outcome));
    return tunnel.socket;
  };
  const outer = await tunnelled();
  const seen = await examineTls(outer, { serverName: 'n1', authorities: [using(cluster.certPem)], nowMs: Date.now(), timeoutMs: ANSWERED });
  assert.deepEqual(seen.outcome.status === 'observed' && seen.outcome.data.verification, { ok: true });
  seen.socket?.destroy();
  await (outer.destroyed || once(outer, 'close'));
  shown.length = 0;
  for (const [ca, code] of [
    [other.certPem, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    [cluster.certPem, 'ok'],
  ] as const) {
    const options = { serverName: 'n1', credential: sendable(client, { ca }), timeoutMs: ANSWERED };
    const opened = await openVerifiedTls(await tunnelled(), options);
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(opened.ok ? 'ok' : opened.code, code);
    assert.deepEqual(shown, opened.ok ? ['lab-admin'] : []);
    if (opened.ok) opened.socket.destroy();
  }
});

test('a client key that does not fit is an outcome', async (t) => {
  const [one, two] = [await issueCertificate(cluster, { commonName: 'a' }), await issueCertificate(cluster, { commonName: 'b' })];
  const socket = await connected(await tlsServer(t, serving));
  const opened = await openVerifiedTls(socket, {
    serverName: 'n1',
    credential: sendable({ certPem: one.certPem, keyPem: two.keyPem }, { ca: cluster.certPem }),
    timeoutMs: ANSWERED,
  });
  assert.ok(!opened.ok, '!opened.ok');
  assert.match(opened.code, /^ERR_(?:OSSL|SSL)_/);
});

test('IPv6', async (t) => {
  if (!(await hasIpv6())) return t.skip('no ::1 here');
  const port = await tlsServer(t, serving, {}, undefined, '::1');
  assert.equal((await observe(t, port, { serverName: '::1', address: '::1' })).verification.ok, true);
});

test('none of this is remembered: Node keeps no session of ours', async (t) => {
  const port = await tlsServer(t, serving);
  for (let i = 0; i < 2; i += 1) {
    const { socket } = await examine(t, port);
    assert.ok(socket instanceof tls.TLSSocket, 'socket instanceof tls.TLSSocket');
    assert.equal(socket.isSessionReused(), false);
  }
});
