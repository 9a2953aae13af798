/**
 * A credential goes only to a server whose certificate verified, whatever NODE_TLS_REJECT_UNAUTHORIZED and NODE_EXTRA_CA_CERTS say;
 * and nothing a probe opened keeps the process alive. Both can only be seen from outside.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { createAuthority, issueCertificate } from '../../../src/sim/state/pki.js';
import { bundleInto } from '../../support/bundled.js';
import { blackHole, listen } from '../loopback.js';

const bundled = mkdtempSync(join(tmpdir(), 'kd-child-'));
after(() => rmSync(bundled, { recursive: true }));
bundleInto(bundled, 'test/probes/child.ts');

interface Said {
  control: string;
  code: string;
  verified: boolean;
  given: number;
  lingeredMs: number;
}

async function run(t: TestContext, env: Record<string, string>, trusted: boolean, maxVersion: 'TLSv1.2' | 'TLSv1.3') {
  const authority = await createAuthority('ca');
  const pair = await issueCertificate(authority, { commonName: 'n1', dnsNames: ['n1'] });
  const client = await issueCertificate(authority, { commonName: 'lab-admin' });
  const folder = mkdtempSync(join(tmpdir(), 'kubelet-doctor-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const extra = join(folder, 'extra.pem');
  writeFileSync(extra, authority.certPem);

  const headers: string[] = [];
  const certificates: string[] = [];
  const tlsOptions = { cert: pair.certPem, key: pair.keyPem, requestCert: true, rejectUnauthorized: false, maxVersion };
  const server = createServer(tlsOptions, (request, response) => {
    headers.push(request.headers.authorization ?? 'none');
    response.end('ok');
  });
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket: TLSSocket) => {
    const name = socket.getPeerCertificate().subject?.CN;
    if (name) certificates.push(String(name));
  });
  const port = await listen(t, server);
  const silent = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(silent, 'listening');
  t.after(() => silent.close());
  const wanted = {
    port,
    blackHole: await blackHole(t),
    dnsPort: (silent.address() as AddressInfo).port,
    cert: client.certPem,
    key: client.keyPem,
    ...(trusted ? { ca: authority.certPem } : {}),
  };

  const set = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value === 'EXTRA' ? extra : value]));
  const child = spawn(process.execPath, [join(bundled, 'child.mjs'), JSON.stringify(wanted)], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...set },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  const [status] = await once(child, 'close');
  assert.equal(status, 0, err);
  return { said: JSON.parse(out) as Said, headers, certificates };
}

const ENVIRONMENTS: [string, Record<string, string>, 'TLSv1.2' | 'TLSv1.3'][] = [
  ['NODE_TLS_REJECT_UNAUTHORIZED=0, TLS 1.3', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'TLSv1.3'],
  ['NODE_TLS_REJECT_UNAUTHORIZED=0, TLS 1.2', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'TLSv1.2'],
  ['NODE_EXTRA_CA_CERTS', { NODE_EXTRA_CA_CERTS: 'EXTRA' }, 'TLSv1.3'],
];

test('what Node would send to anyone, the probes do not', { concurrency: true }, async (t) => {
  await Promise.all(
    ENVIRONMENTS.map(([what, env, version]) =>
      t.test(what, async (t) => {
        const { said, headers, certificates } = await run(t, env, false, version);
        assert.equal(said.control, 'ok', 'the variable acts in this process');
        assert.deepEqual(headers, ['control'], 'no Authorization header of ours arrived');
        assert.deepEqual(certificates, [], 'no client certificate of ours arrived');
        assert.match(said.code, /^UNABLE_TO_|^ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION$/);
        assert.equal(said.verified, false, 'nor does the examination call it verified');
      }),
    ),
  );
});

test('with the right CA it does go, and the process ends with its last word', async (t) => {
  const { said, headers, certificates } = await run(t, {}, true, 'TLSv1.3');
  assert.notEqual(said.control, 'ok');
  assert.deepEqual([said.code, said.given], ['observed', 3]);
  assert.deepEqual([headers, certificates], [['Bearer S3NTINEL'], ['lab-admin']]);
  assert.ok(said.lingeredMs < 1000, `lingered ${said.lingeredMs} ms`);
});
