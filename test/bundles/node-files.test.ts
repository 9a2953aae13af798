/** A node's own files in a bundle: read as on a node, and only where they decide. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { certificateInText } from '../../src/bundles/node/certificate-text.js';
import { createNodeFiles } from '../../src/bundles/node/node-files.js';
import { createObjectIndex } from '../../src/bundles/objects.js';
import { CHECKS } from '../../src/checks/index.js';
import { createHost } from '../../src/host/create.js';
import { judge } from '../../src/judge/judge.js';
import { parseCertificates } from '../../src/probes/credentials/certificate.js';
import { entryOf } from './entries.js';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const text = (notAfter: string) => `Certificate:
    Data:
        Version: 3 (0x2)
        Issuer: CN = kubernetes
        Validity
            Not Before: Nov 27 22:32:43 2025 GMT
            Not After : ${notAfter}
        Subject: O = system:nodes, CN = system:node:worker-1
        X509v3 extensions:
            X509v3 Subject Alternative Name: 
                DNS:worker-1, IP Address:192.0.2.11
`;
const CONFIG = (anonymous: boolean) =>
  `kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nauthentication:\n  anonymous:\n    enabled: ${anonymous}\nauthorization:\n  mode: AlwaysAllow\n`;
/** As Kubernetes 1.31 answers it, in part. */
const CONFIGZ = (isOpen: boolean) =>
  JSON.stringify({
    kubeletconfig: {
      enableServer: true,
      port: 10250,
      authentication: { x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' }, webhook: { enabled: true }, anonymous: { enabled: isOpen } },
      authorization: { mode: isOpen ? 'AlwaysAllow' : 'Webhook' },
      staticPodURLHeader: { token: ['sentinel-0123456789'] },
    },
  });
const PS =
  'USER PID %CPU COMMAND\nroot 1 0.0 /sbin/init\nroot 700 1.0 /usr/bin/kubelet --config=/var/lib/kubelet/config.yaml --hostname-override=worker-1 --bootstrap-token=sentinel-0123456789\n';

async function told(files: Record<string, string>, nodes: string[] = []) {
  const index = createObjectIndex();
  for (const name of nodes) index.add({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
  const listener = createNodeFiles(createHost({ env: {} }));
  for (const [at, content] of Object.entries(files))
    if (listener.wants(at, content.slice(0, 4096))) await listener.hear(entryOf(at, content));
  const all = await listener.told(NOW, index);
  assert.ok(!JSON.stringify(all).includes('sentinel'));
  return all;
}

/** Causes that these facts alone make. */
async function causesOf(files: Record<string, string>) {
  const place = { target: 'self', kind: 'place', subject: '', outcome: { status: 'observed', data: { nowMs: NOW }, ms: 0 } } as never;
  const judged = judge([place, ...(await told(files)).map(({ fact }) => fact)], CHECKS);
  return judged.flatMap(({ verdict }) => (verdict.kind === 'problem' ? [verdict.cause] : []));
}

describe('the files of a node', () => {
  const rows: [what: string, files: Record<string, string>, causes: string[]][] = [
    [
      'a certificate that is out of time',
      { 'worker-1-2026/rke2/certs/agent/serving-kubelet.crt': text('Dec 27 22:32:43 2025 GMT') },
      ['kubelet-certificate-expired'],
    ],
    ['one that is not', { 'worker-1-2026/rke2/certs/agent/serving-kubelet.crt': text('Dec 27 22:32:43 2026 GMT') }, []],
    [
      'flags and their file',
      { 'sosreport-a/var/lib/kubelet/config.yaml': CONFIG(true), 'sosreport-a/sos_commands/process/ps_auxwww': PS },
      ['kubelet-anonymous-access'],
    ],
    ['a file whose flags are not known', { 'sosreport-a/var/lib/kubelet/config.yaml': CONFIG(true) }, []],
    ['flags whose file is not there', { 'sosreport-a/sos_commands/process/ps_auxwww': PS }, []],
    [
      'another program',
      {
        'sosreport-a/var/lib/kubelet/config.yaml': CONFIG(true),
        'sosreport-a/sos_commands/process/ps_auxwww': 'root 1 /bin/grep kubelet\n',
      },
      [],
    ],
    ['what it answers', { 'hosts/worker-1/configz.json': CONFIGZ(true) }, ['kubelet-anonymous-access']],
    ['what it answers, and is well', { 'x/hosts/worker-1/configz.json': CONFIGZ(false) }, []],
    ['an answer that is none', { 'hosts/worker-1/configz.json': '{"kubeletconfig":"x"}', 'hosts/worker-2/configz.json': '[' }, []],
    ['an answer that is nested', { 'hosts/worker-1/configz.json': `{"kubeletconfig":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_001)}` }, []],
    ['an answer of the wrong type', { 'hosts/worker-1/configz.json': '{"kubeletconfig":{"port":"10250"}}' }, []],
  ];
  for (const [what, files, causes] of rows)
    it(`${what}: ${causes.join(' ') || 'nothing'}`, async () => assert.deepEqual(await causesOf(files), causes));

  it('are of the node that their certificate, flags or folder names', async () => {
    const nodesOf = async (files: Record<string, string>, nodes: string[]) => [
      ...new Set((await told(files, nodes)).map(({ node }) => node)),
    ];
    const expired = text('Dec 27 22:32:43 2025 GMT');
    assert.deepEqual(await nodesOf({ 'x/rke2/certs/agent/serving-kubelet.crt': expired }, ['worker-1', 'worker-2']), ['worker-1']);
    assert.deepEqual(await nodesOf({ 'x/rke2/certs/agent/serving-kubelet.crt': expired }, ['a', 'b']), [], 'of none that is known');
    const own = { 'b/var/lib/kubelet/pki/kubelet.crt': expired.replace('system:node:worker-1', 'b@1764282763') };
    assert.deepEqual(await nodesOf(own, ['a', 'b']), ['b']);
    const answered = { 'hosts/a/configz.json': CONFIGZ(false), 'hosts/b/configz.json': CONFIGZ(true) };
    assert.deepEqual(await nodesOf(answered, ['a', 'b']), ['a', 'b']);
    assert.deepEqual(await nodesOf(answered, []), ['a', 'b'], 'with no list of nodes');
    assert.deepEqual(await nodesOf(answered, ['b', 'c']), ['b']);
  });

  it('which answers, does not say what sets a setting: its fix names no file that is none', async () => {
    const all = await told({ 'hosts/a/configz.json': CONFIGZ(true) });
    const place = { target: 'self', kind: 'place', subject: '', outcome: { status: 'observed', data: { nowMs: NOW }, ms: 0 } } as never;
    const said = JSON.stringify(judge([place, ...all.map(({ fact }) => fact)], CHECKS));
    assert.match(said, /authorization\.mode: AlwaysAllow \(\/configz\)|"origin":"\/configz"/);
    assert.match(said, /in the file that the --config flag of the kubelet names/);
    assert.doesNotMatch(said, /# in \/configz/);
  });
});

describe('the text of a certificate', () => {
  it('says what its PEM says', { skip: !hasOpenssl() }, () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kubelet-doctor-'));
    try {
      const [key, crt] = ['key', 'crt'].map((name) => path.join(folder, name));
      const openssl = (...words: string[]) => execFileSync('openssl', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      openssl(
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        key ?? '',
        '-out',
        crt ?? '',
        '-days',
        '30',
        '-subj',
        '/O=system:nodes/CN=system:node:n1',
        '-addext',
        'subjectAltName=DNS:n1,IP:10.0.0.7',
      );
      const parsed = parseCertificates(readFileSync(crt ?? '', 'utf8'));
      const [own] = Array.isArray(parsed) ? parsed : [];
      const { fingerprint: _, ...read } = certificateInText(openssl('x509', '-text', '-noout', '-in', crt ?? '')) ?? assert.fail();
      const { fingerprint: _own, ...known } = own ?? assert.fail();
      const dates = ({ notBefore, notAfter, ...rest }: typeof known) => ({ ...rest, dates: [Date.parse(notBefore), Date.parse(notAfter)] });
      assert.deepEqual(dates(read), dates(known));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is none where it lacks one of them', () => {
    for (const bad of ['', 'Certificate:\n', text('sometime'), 'hello']) assert.equal(certificateInText(bad), undefined);
  });
});

function hasOpenssl(): boolean {
  return existsSync('/usr/bin/openssl');
}
