/**
 * Attacks on credentials, with servers, certificates, trees and processes of this file's own: whoever names a server, a CA or a file of secrets is not
 * who owns the credential. Each attack has a control beside it, in which the same servers get what the owner meant for them.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { runCommandLine } from '../src/cli/command-line.js';
import type { Report } from '../src/model/report.js';
import { type Authority, createAuthority, issueCertificate, type KeyPair } from '../src/sim/state/pki.js';
import { createRoot, type Files } from './host/files.js';
import { listen, tcpServer } from './probes/loopback.js';
import { diagnoseWorld } from './scenarios/run.js';
import { recordingIo } from './support/io.js';

const OURS = 'owner-sentinel-0123456789abcdef';
const isRoot = process.getuid?.() === 0;

let ca: Authority;
let evilCa: Authority;
let client: KeyPair;

before(async () => {
  [ca, evilCa] = await Promise.all([createAuthority('ours'), createAuthority('theirs')]);
  client = await issueCertificate(ca, { commonName: 'owner', usages: ['client'] });
});

const serving = (authority: Authority): Promise<KeyPair> =>
  issueCertificate(authority, { commonName: 'server', dnsNames: ['localhost'], ips: ['127.0.0.1'] });

interface Heard {
  port: number;
  /** Everything that it was shown: Authorization headers, the common names of client certificates, and bodies that hold the secret. */
  shown: string[];
  requests: string[];
  /** Where it says that node n1 is. */
  address: string;
}

/** Kubelet and apiserver in one, which lets everybody in, and says that node n1 is at its own port. */
async function server(t: TestContext, pair: KeyPair, options: https.ServerOptions = {}): Promise<Heard> {
  const heard: Heard = { port: 0, shown: [], requests: [], address: '127.0.0.1' };
  const settings = { cert: pair.certPem, key: pair.keyPem, requestCert: true, rejectUnauthorized: false, ...options };
  const listening = https.createServer(settings, (request, response) => {
    const url = request.url ?? '';
    heard.requests.push(url);
    if (request.headers.authorization) heard.shown.push(request.headers.authorization);
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      if (body.includes(OURS)) heard.shown.push(OURS);
      response.setHeader('content-type', 'application/json');
      response.setHeader('audit-id', '0');
      response.end(JSON.stringify(answerTo(url, heard)));
    });
  });
  listening.on('secureConnection', (socket) => {
    const { subject } = socket.getPeerCertificate();
    if (subject) heard.shown.push(`certificate ${subject.CN}`);
  });
  listening.on('tlsClientError', () => {});
  heard.port = await listen(t, listening);
  return heard;
}

function answerTo(url: string, { port, address }: Heard): object {
  if (url.endsWith('selfsubjectreviews')) return { status: { userInfo: { username: 'system:serviceaccount:datadog:agent', groups: [] } } };
  if (url.includes('/nodes/n1'))
    return {
      kind: 'Node',
      metadata: { name: 'n1' },
      status: { addresses: [{ type: 'InternalIP', address }], daemonEndpoints: { kubeletEndpoint: { Port: port } } },
    };
  return { kind: 'PodList', items: [], status: { allowed: true } };
}

/** Files of ours, in a directory of the test's own. */
function ours(t: TestContext): Record<'token' | 'cert' | 'key' | 'ca' | 'evilCa', string> & { directory: string } {
  const directory = mkdtempSync(path.join(tmpdir(), 'kd-owners-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const files = { token: OURS, cert: client.certPem, key: client.keyPem, ca: ca.certPem, evilCa: evilCa.certPem };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text, { mode: 0o600 });
  const at = Object.fromEntries(Object.keys(files).map((name) => [name, path.join(directory, name)]));
  return { ...at, directory } as ReturnType<typeof ours>;
}

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
  report?: Report;
}

/** The command as on a machine without a home, in this environment. */
async function run(args: string[], env: Record<string, string> = {}): Promise<Ran> {
  const { io, text } = recordingIo();
  const wanted = ['--output', 'json', '--timeout', '20s', '--connect-timeout', '4s', ...args];
  const code = await runCommandLine(wanted, io, { env, home: '/nonexistent', hostName: 'machine', interfaceAddresses: () => [] });
  const { stdout, stderr } = text();
  return { code, stdout, stderr, ...(stdout.startsWith('{') && { report: JSON.parse(stdout) as Report }) };
}

const titled = (report: Report | undefined, cause: string): string | undefined =>
  report?.findings.find((each) => each.cause === cause)?.title.en;

/** Each way to name a credential of ours for the kubelet or for both servers. */
const credentials = (files: ReturnType<typeof ours>): [what: string, args: string[]][] => [
  ['--token-file', ['--token-file', files.token]],
  ['--kubelet-token-file', ['--kubelet-token-file', files.token]],
  ['--kubelet-client-cert', ['--kubelet-client-cert', files.cert, '--kubelet-client-key', files.key]],
  ['--apiserver-client-cert', ['--apiserver-client-cert', files.cert, '--apiserver-client-key', files.key]],
];

describe("a tree of somebody's, named with --root", () => {
  /** A node whose kubelet is told to be at the port, and by which CA clients are believed. */
  const tree = (t: TestContext, port: number, kubeconfig: string): string => {
    const words = ['/usr/bin/kubelet', '--node-ip=127.0.0.1', `--port=${port}`, '--config=/var/lib/kubelet/config.yaml'];
    const files: Files = {
      '/proc/1/comm': 'systemd\n',
      '/proc/1/cmdline': '/sbin/init\0',
      '/proc/1/status': 'Name:\tsystemd\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nNSpid:\t1\n',
      '/proc/2/comm': 'kthreadd\n',
      '/proc/700/cmdline': words.map((word) => `${word}\0`).join(''),
      '/proc/700/status': 'Name:\tkubelet\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nNSpid:\t700\n',
      '/proc/700/cgroup': '0::/system.slice/kubelet.service\n',
      '/proc/700/mountinfo': '',
      '/var/lib/kubelet/config.yaml': `kind: KubeletConfiguration\nport: ${port}\nauthentication: {x509: {clientCAFile: /ca.crt}}\n`,
      '/etc/kubernetes/kubelet.conf': kubeconfig,
      '/ca.crt': evilCa.certPem,
    };
    return createRoot(t, files);
  };
  const kubeconfigOf = (port: number) => `kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:${port}", certificate-authority-data: ${Buffer.from(evilCa.certPem).toString('base64')}}}]
users: [{name: u, user: {token: theirs}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`;

  it('gets no credential of ours, whichever is named beside', async (t) => {
    const evil = await server(t, await serving(evilCa));
    const root = tree(t, evil.port, kubeconfigOf(evil.port));
    for (const [what, args] of credentials(ours(t))) {
      const { stderr } = await run(['--root', root, ...args]);
      assert.deepEqual(evil.shown.splice(0), [], `${what} ${stderr}`);
    }
    assert.ok(evil.requests.length > 0, 'it was asked, without one');
  });

  it('and where the user himself names that CA and address, it does', async (t) => {
    const evil = await server(t, await serving(evilCa));
    const files = ours(t);
    await run([
      '--kubelet-host',
      '127.0.0.1',
      '--kubelet-port',
      String(evil.port),
      '--kubelet-ca',
      files.evilCa,
      '--token-file',
      files.token,
    ]);
    assert.ok(evil.shown.includes(`Bearer ${OURS}`));
  });
});

describe('a kubeconfig that names its own servers', () => {
  const kubeconfig = (directory: string, port: number): string => {
    const at = path.join(directory, 'kc');
    writeFileSync(
      at,
      JSON.stringify({
        kind: 'Config',
        'current-context': 'x',
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        clusters: [
          {
            name: 'c',
            cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': Buffer.from(evilCa.certPem).toString('base64') },
          },
        ],
        users: [{ name: 'u', user: { token: 'of-the-kubeconfig' } }],
      }),
    );
    return at;
  };

  it("gets its own token, and never the environment's", async (t) => {
    const evil = await server(t, await serving(evilCa));
    const files = ours(t);
    const env = { DD_KUBELET_AUTH_TOKEN_PATH: files.token };
    const { report } = await run(['--node', 'n1', '--kubeconfig', kubeconfig(files.directory, evil.port)], env);
    assert.deepEqual([...new Set(evil.shown)], ['Bearer of-the-kubeconfig']);
    assert.ok(
      evil.requests.some((url) => url.startsWith('/pods')),
      'the kubelet it named was asked',
    );
    assert.match(JSON.stringify(report), /comes from someone else/);
  });

  it("the kubelet that the environment names gets the environment's", async (t) => {
    const own = await server(t, await serving(ca));
    const files = ours(t);
    const port = String(own.port);
    const env = {
      DD_KUBELET_AUTH_TOKEN_PATH: files.token,
      DD_KUBERNETES_KUBELET_HOST: '127.0.0.1',
      DD_KUBERNETES_HTTPS_KUBELET_PORT: port,
      DD_KUBELET_CLIENT_CA: files.ca,
    };
    const evil = await server(t, await serving(evilCa));
    await run(['--node', 'n1', '--kubeconfig', kubeconfig(files.directory, evil.port)], env);
    assert.deepEqual([...new Set(own.shown)], [`Bearer ${OURS}`]);
    assert.ok(!evil.shown.some((shown) => shown.includes(OURS)));
  });
});

describe('a process that we stand for', { skip: !isRoot && 'needs root, to be two users' }, () => {
  /** Somebody's program, which says of itself what an agent would. */
  const stranger = async (t: TestContext, env: Record<string, string>): Promise<string> => {
    const child = spawn('/bin/sleep', ['60'], { uid: 65534, gid: 65534, env, stdio: 'ignore' });
    t.after(() => child.kill('SIGKILL'));
    await once(child, 'spawn');
    return String(child.pid);
  };
  const environment = (token: string, authority: string, port: number) => ({
    DD_KUBERNETES_KUBELET_HOST: '127.0.0.1',
    DD_KUBERNETES_HTTPS_KUBELET_PORT: String(port),
    DD_KUBELET_CLIENT_CA: authority,
    DD_KUBELET_AUTH_TOKEN_PATH: token,
  });

  it('is sent nothing that it may not read itself, however it names it', async (t) => {
    const evil = await server(t, await serving(evilCa));
    const files = ours(t);
    chmodSync(files.directory, 0o755);
    chmodSync(files.evilCa, 0o644);
    const closed = path.join(files.directory, 'closed');
    const link = createRoot(t, { '/l': { link: files.token } });
    chmodSync(link, 0o755);
    for (const token of [files.token, `/proc/self/root${files.token}`, path.join(link, 'l'), `${closed}/../token`]) {
      const pid = await stranger(t, environment(token, files.evilCa, evil.port));
      await run(['--agent-process', pid]);
      assert.deepEqual(evil.shown.splice(0), [], token);
    }
    assert.ok(evil.requests.length > 0);
    chmodSync(files.token, 0o644);
    await run(['--agent-process', await stranger(t, environment(files.token, files.evilCa, evil.port))]);
    assert.ok(evil.shown.includes(`Bearer ${OURS}`), 'what everyone may read it may send');
  });

  it('a file whose directory is closed to it is closed', async (t) => {
    const evil = await server(t, await serving(evilCa));
    const files = ours(t);
    const authority = createRoot(t, { '/ca': evilCa.certPem });
    chmodSync(authority, 0o755);
    chmodSync(files.token, 0o644);
    await run(['--agent-process', await stranger(t, environment(files.token, path.join(authority, 'ca'), evil.port))]);
    assert.deepEqual(evil.shown, []);
    assert.ok(evil.requests.length > 0);
  });

  it('gets none of ours: every flag for one is refused', async (t) => {
    const evil = await server(t, await serving(evilCa));
    const files = ours(t);
    const pid = await stranger(t, environment('/nowhere', files.evilCa, evil.port));
    for (const [what, args] of [...credentials(files), ['--kubeconfig', ['--kubeconfig', files.token]] as const]) {
      const { code, stderr } = await run(['--agent-process', pid, ...args]);
      assert.deepEqual([code, stderr.includes(what)], [2, true], stderr);
    }
    await run(['--agent-process', pid], { KUBECONFIG: files.token, DD_KUBELET_AUTH_TOKEN_PATH: files.token });
    assert.deepEqual(evil.shown, []);
  });
});

describe('a server that is another the second time', () => {
  /** Hands the first connections to one server and all others to another. */
  const swap = (t: TestContext, first: number, then: number, after: number): Promise<number> => {
    let count = 0;
    return tcpServer(t, (socket) => {
      count += 1;
      const upstream = net.connect(count <= after ? first : then, '127.0.0.1');
      upstream.on('error', () => {});
      upstream.once('close', () => socket.destroy());
      socket.once('close', () => upstream.destroy());
      socket.pipe(upstream).pipe(socket);
    });
  };
  const kubelet = (port: number, files: ReturnType<typeof ours>) => [
    '--kubelet-host',
    '127.0.0.1',
    '--kubelet-port',
    String(port),
    '--kubelet-ca',
    files.ca,
  ];
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const only = { minVersion: version, maxVersion: version };
    it(`sees neither token nor certificate: ${version}`, async (t) => {
      const [good, evil] = [await server(t, await serving(ca), only), await server(t, await serving(evilCa), only)];
      const files = ours(t);
      for (const [what, args] of credentials(files).slice(1, 3)) {
        const { report } = await run([...kubelet(await swap(t, good.port, evil.port, 1), files), ...args]);
        assert.deepEqual(evil.shown, [], what);
        assert.ok(titled(report, 'kubelet-certificate-changes'), what);
      }
    });

    it(`the one that stays the same sees it: ${version}`, async (t) => {
      const good = await server(t, await serving(ca), only);
      const files = ours(t);
      for (const [, args] of credentials(files).slice(1, 3)) await run([...kubelet(good.port, files), ...args]);
      assert.deepEqual([...new Set(good.shown)].sort(), [`Bearer ${OURS}`, 'certificate owner']);
    });
  }

  it('a certificate of the same CA for another name is another server', async (t) => {
    const only = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
    const elsewhere = await issueCertificate(ca, { commonName: 'other', dnsNames: ['other'], ips: ['127.9.9.9'] });
    const expired = await issueCertificate(ca, {
      commonName: 'server',
      ips: ['127.0.0.1'],
      notBefore: new Date(Date.now() - 9e9),
      notAfter: new Date(Date.now() - 9e7),
    });
    const files = ours(t);
    const good = await server(t, await serving(ca), only);
    for (const pair of [elsewhere, expired]) {
      const evil = await server(t, pair, only);
      const [, , [, args] = ['', []]] = credentials(files);
      await run([...kubelet(await swap(t, good.port, evil.port, 1), files), ...args]);
      assert.deepEqual(evil.shown, []);
    }
  });
});

describe('an address at which clouds give credentials away', () => {
  for (const host of [
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '[::ffff:a9fe:a9fe]',
    '64:ff9b::a9fe:a9fe',
    'FD00:0EC2:0::254',
    '0xa9fea9fe',
    '2852039166',
  ])
    it(`is not dialled but named: ${host}`, async (t) => {
      const { report } = await run(['--kubelet-host', host, '--kubelet-port', '80', '--token-file', ours(t).token]);
      assert.match(titled(report, 'kubelet-host-not-a-node') ?? '', /is a cloud metadata address, not a node/);
      assert.doesNotMatch(JSON.stringify(report), /"connected"|ECONNREFUSED|ETIMEDOUT/);
    });

  it('nor as the apiserver, nor by a name, nor out of a Node object', async (t) => {
    const { report } = await run(['--apiserver', 'https://[::ffff:a9fe:a9fe]:80', '--token-file', ours(t).token]);
    assert.doesNotMatch(JSON.stringify(report), /"connected"|ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH/);
    const named = await diagnoseWorld({ network: { names: { 'meta.example': '169.254.169.254' } } }, ['--kubelet-host', 'meta.example']);
    assert.equal(named.report.summary.top?.id, 'kubelet-host-not-a-node');
    assert.equal(named.world.connections.kubelet, 0);
    const own = await server(t, await serving(ca));
    own.address = '::ffff:a9fe:a9fe';
    const files = ours(t);
    const url = `https://127.0.0.1:${own.port}`;
    const found = await run(['--node', 'n1', '--apiserver', url, '--apiserver-ca', files.ca, '--token-file', files.token]);
    assert.equal(found.report?.summary.top?.id, 'kubelet-host-not-a-node');
    assert.match(JSON.stringify(found.report), /--node-ip of the kubelet of n1/);
  });
});
