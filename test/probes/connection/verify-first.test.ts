/** The server's certificate in the bytes of a handshake, however they are cut up, and what is none. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import net from 'node:net';
import { before, describe, it } from 'node:test';
import { openVerifiedTls } from '../../../src/probes/connection/tls.js';
import { certificatesIn } from '../../../src/probes/connection/verify-first.js';
import { type Authority, createAuthority, issueCertificate, type KeyPair } from '../../../src/sim/state/pki.js';
import { connected, tcpServer, tlsServer } from '../loopback.js';
import { sendable, VERIFIED_OLDER } from '../sendable.js';
import { ANSWERED } from '../within.js';

let ca: Authority;
let serving: KeyPair;
let leaf: Buffer;
before(async () => {
  ca = await createAuthority('ca');
  serving = await issueCertificate(ca, { commonName: 'n1', dnsNames: ['n1'] });
  leaf = new X509Certificate(serving.certPem).raw;
});

const long = (number: number) => Buffer.from([number >> 16, (number >> 8) & 0xff, number & 0xff]);
const record = (type: number, body: Buffer) => Buffer.concat([Buffer.from([type, 3, 3, body.length >> 8, body.length & 0xff]), body]);
const message = (type: number, body: Buffer) => Buffer.concat([Buffer.from([type]), long(body.length), body]);
const listOf = (...certificates: Buffer[]) => {
  const entries = Buffer.concat(certificates.flatMap((der) => [long(der.length), der]));
  return message(11, Buffer.concat([long(entries.length), entries]));
};
const HELLO = message(2, Buffer.alloc(40, 7));
const WARNING = record(21, Buffer.from([1, 90]));
const FATAL = record(21, Buffer.from([2, 40]));
const said = (bytes: Buffer) => {
  const found = certificatesIn(bytes);
  return Array.isArray(found) ? found.map(({ subject }) => subject).join() : found;
};

describe('the certificates of a handshake', () => {
  it('in one record, in two, after a warning, and with more behind them', () => {
    const whole = Buffer.concat([HELLO, listOf(leaf, leaf)]);
    const halves = [whole.subarray(0, 60), whole.subarray(60)].map((part) => record(22, part));
    for (const bytes of [
      record(22, whole),
      Buffer.concat([record(22, HELLO), record(22, listOf(leaf, leaf))]),
      Buffer.concat(halves),
      Buffer.concat([WARNING, halves[0] as Buffer, WARNING, halves[1] as Buffer]),
      Buffer.concat([record(22, whole), record(22, message(14, Buffer.alloc(0)))]),
    ])
      assert.equal(said(bytes), 'CN=n1,CN=n1');
  });

  it('until they are there whole nothing is known', () => {
    const bytes = Buffer.concat([record(22, HELLO), record(22, listOf(leaf))]);
    for (let length = 0; length < bytes.length; length += 1) assert.equal(said(bytes.subarray(0, length)), 'more', String(length));
  });

  it('what is none', () => {
    const rows: [what: string, bytes: Buffer, expected: string][] = [
      ['an alert that ends it', FATAL, 'ended'],
      ['the same after a beginning', Buffer.concat([record(22, HELLO), FATAL]), 'ended'],
      ['a warning alone', WARNING, 'more'],
      ['application data first', record(23, Buffer.alloc(9)), 'none'],
      ['a change of cipher first', Buffer.concat([record(22, HELLO), record(20, Buffer.from([1]))]), 'none'],
      ['plain HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'none'],
      ['an empty list', record(22, listOf()), 'none'],
      ['no certificate in it', record(22, listOf(Buffer.from('junk'))), 'none'],
      ['one that is longer than the list', record(22, message(11, Buffer.concat([long(9), long(999), Buffer.alloc(6)]))), 'none'],
      ['a list without a length', record(22, message(11, Buffer.alloc(2))), 'none'],
      ['a good one, and junk', record(22, listOf(leaf, Buffer.from('junk'))), 'none'],
    ];
    for (const [what, bytes, expected] of rows) assert.equal(said(bytes), expected, what);
  });
});

it('a server that sends it byte by byte is verified all the same', async (t) => {
  const real = await tlsServer(t, serving, { maxVersion: 'TLSv1.2', requestCert: true, rejectUnauthorized: false });
  const slow = await tcpServer(t, (socket) => {
    const upstream = net.connect(real, '127.0.0.1');
    upstream.on('error', () => {});
    socket.once('close', () => upstream.destroy());
    socket.setNoDelay();
    socket.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      for (const byte of chunk) socket.write(Buffer.from([byte]));
    });
  });
  const client = await issueCertificate(ca, { commonName: 'c', usages: ['client'] });
  const credential = sendable(client, { ca: ca.certPem, examined: VERIFIED_OLDER });
  const opened = await openVerifiedTls(await connected(slow), { serverName: 'n1', credential, timeoutMs: ANSWERED });
  assert.ok(opened.ok, JSON.stringify(opened));
  opened.socket.destroy();
});
