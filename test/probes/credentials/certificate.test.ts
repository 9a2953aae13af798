import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { readAuthority } from '../../../src/probes/connection/authority.js';
import { describeCertificate, parseCertificates, readClientCertificate } from '../../../src/probes/credentials/certificate.js';
import { type Authority, createAuthority, issueCertificate, type KeyPair, selfSignedAsKubelet } from '../../../src/sim/state/pki.js';
import { createTestHost } from '../../host/files.js';

let authority: Authority;
let client: KeyPair;
let serverOnly: KeyPair;
let anyUsage: KeyPair;
let other: KeyPair;
before(async () => {
  authority = await createAuthority('cluster-ca');
  const request = { commonName: 'system:node:n1', organizations: ['system:nodes'] };
  client = await issueCertificate(authority, { ...request, usages: ['client'] });
  serverOnly = await issueCertificate(authority, { ...request, usages: ['server'] });
  anyUsage = await issueCertificate(authority, { ...request, usages: [] });
  other = await issueCertificate(authority, { commonName: 'other' });
});

describe('parseCertificates', () => {
  it("reads a kubelet's self-made pair in order", async () => {
    const made = await selfSignedAsKubelet('n1');
    const parsed = parseCertificates(made.certPem);
    assert.ok(Array.isArray(parsed));
    const [leaf, ca] = parsed;
    assert.equal(parsed.length, 2);
    assert.match(leaf?.subject ?? '', /^CN=n1@\d+$/);
    assert.match(leaf?.issuer ?? '', /^CN=n1-ca@\d+$/);
    assert.deepEqual([leaf?.names, leaf?.selfSigned, leaf?.isCa], [['DNS:n1'], false, false]);
    assert.deepEqual([ca?.names, ca?.selfSigned, ca?.isCa], [[], true, true]);
  });
  it('reads names, dates and fingerprint', async () => {
    const notAfter = new Date('2031-02-03T04:05:06Z');
    const { certPem } = await issueCertificate(authority, {
      commonName: 'n1',
      organizations: ['system:nodes'],
      dnsNames: ['n1', 'n1.example'],
      ips: ['10.0.0.7', 'fd00::7'],
      notBefore: new Date('2020-01-02T03:04:05Z'),
      notAfter,
    });
    const [found] = parseCertificates(certPem) as ReturnType<typeof describeCertificate>[];
    assert.equal(found?.subject, 'O=system:nodes, CN=n1');
    assert.equal(found?.issuer, 'CN=cluster-ca');
    assert.deepEqual(found?.names, ['DNS:n1', 'DNS:n1.example', 'IP:10.0.0.7', 'IP:fd00::7']);
    assert.equal(found?.notBefore, '2020-01-02T03:04:05.000Z');
    assert.equal(found?.notAfter, notAfter.toISOString());
    assert.match(found?.fingerprint ?? '', /^[0-9a-f]{64}$/);
  });
  it('keeps a comma inside a name from becoming another name, and a terminal escape from acting', async () => {
    const { certPem } = await issueCertificate(authority, { commonName: 'x\x1b[31m', dnsNames: ['a, DNS:evil'] });
    const found = describeCertificate(new X509Certificate(certPem));
    assert.deepEqual(found.names, ['DNS:a, DNS:evil']);
    assert.doesNotMatch(found.subject, /\x1b/);
  });
  it('passes over other blocks and damaged ones, as Go does', () => {
    const damaged = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    const parsed = parseCertificates(`# comment\n${client.keyPem}${damaged}${client.certPem}`);
    assert.equal(Array.isArray(parsed) && parsed.length, 1);
  });
  const none: [name: string, pem: () => string, detail: RegExp][] = [
    ['empty', () => ' \n', /is empty/],
    ['text', () => 'hello', /no BEGIN CERTIFICATE/],
    ['a key', () => client.keyPem, /private key, but no certificate/],
    ['damaged', () => client.certPem.replace(/\n[^\n]+\n/, '\nAAAA\n'), /damaged/],
    ['DER', () => new X509Certificate(client.certPem).raw.toString('utf8'), /DER/],
  ];
  for (const [name, pem, detail] of none) {
    it(`is ENOTPEM: ${name}`, () => {
      const parsed = parseCertificates(pem());
      assert.ok(!Array.isArray(parsed));
      assert.equal(parsed.code, 'ENOTPEM');
      assert.match(parsed.detail, detail);
    });
  }
});

describe('readClientCertificate', () => {
  const encrypted = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
  }).privateKey;
  const rows: [name: string, files: () => Record<string, string>, expected: string, clientUsage?: boolean][] = [
    ['pair', () => ({ '/c': client.certPem, '/k': client.keyPem }), 'observed', true],
    ['with its CA behind it', () => ({ '/c': client.certPem + authority.certPem, '/k': client.keyPem }), 'observed', true],
    ['without client usage', () => ({ '/c': serverOnly.certPem, '/k': serverOnly.keyPem }), 'observed', false],
    ['with any usage', () => ({ '/c': anyUsage.certPem, '/k': anyUsage.keyPem }), 'observed', true],
    ['certificate missing', () => ({ '/k': client.keyPem }), 'ENOENT'],
    ['key missing', () => ({ '/c': client.certPem }), 'ENOENT'],
    ['key of another', () => ({ '/c': client.certPem, '/k': other.keyPem }), 'EKEYMISMATCH'],
    ['swapped', () => ({ '/c': client.keyPem, '/k': client.certPem }), 'ENOTPEM'],
    ['key empty', () => ({ '/c': client.certPem, '/k': '' }), 'ENOTPEM'],
    ['key encrypted', () => ({ '/c': client.certPem, '/k': encrypted }), 'ENOTPEM'],
  ];
  for (const [name, files, expected, clientUsage] of rows) {
    it(name, async (t) => {
      const host = createTestHost(t, files());
      const read = await readClientCertificate(host, '/c', '/k');
      const { outcome } = read;
      assert.equal(outcome.status === 'failed' ? outcome.code : outcome.status, expected);
      assert.equal(read.keyPem !== undefined, expected === 'observed');
      assert.doesNotMatch(JSON.stringify(outcome), /PRIVATE KEY-----/);
      if (outcome.status === 'observed') assert.equal(outcome.data.certificate?.clientUsage, clientUsage);
    });
  }
  it('takes a combined file, in either order', async (t) => {
    const host = createTestHost(t, { '/a': client.certPem + client.keyPem, '/b': client.keyPem + client.certPem });
    for (const path of ['/a', '/b']) {
      const read = await readClientCertificate(host, path, path);
      assert.equal(read.outcome.status, 'observed');
      assert.doesNotMatch(read.certPem ?? '', /PRIVATE/);
      assert.doesNotMatch(read.keyPem ?? '', /CERTIFICATE/);
    }
    assert.equal(host.redactor.clean(client.keyPem.split('\n')[1] ?? ''), '[redacted]');
  });
});

describe('readAuthority', () => {
  it('hands on the certificates alone', async (t) => {
    const host = createTestHost(t, { '/ca': authority.keyPem + authority.certPem + client.certPem });
    const { outcome, pem } = await readAuthority(host, '/ca');
    assert.equal(outcome.status === 'observed' && outcome.data.certificates.length, 2);
    assert.doesNotMatch(pem ?? 'PRIVATE', /PRIVATE/);
  });
  for (const [name, content, code] of [
    ['missing', undefined, 'ENOENT'],
    ['empty', '', 'ENOTPEM'],
    ['HTML', '<html>', 'ENOTPEM'],
  ] as const) {
    it(name, async (t) => {
      const host = createTestHost(t, content === undefined ? {} : { '/ca': content });
      const { outcome, pem } = await readAuthority(host, '/ca');
      assert.equal(outcome.status === 'failed' && outcome.code, code);
      assert.equal(pem, undefined);
    });
  }
});
