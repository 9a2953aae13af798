/**
 * At a node as root, the whole command: what a stranger's process names is sent nothing, neither what only root may read nor what we brought with us.
 * The stranger's server has a good certificate of the CA he names, so nothing but his not being the node's kubelet stops it.
 */
import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { runCommandLine } from '../../src/cli/command-line.js';
import { flatten } from '../../src/judge/rank.js';
import type { Report } from '../../src/model/report.js';
import { type Authority, createAuthority, issueCertificate, type KeyPair } from '../../src/sim/state/pki.js';
import { processFiles } from '../../src/sim/state/processes.js';
import { createTestHost, type Files } from '../host/files.js';
import { tlsServer } from '../probes/loopback.js';
import { recordingIo } from './run.js';

const POD = '/var/lib/kubelet/pods/6e1d9b7a-0000-4000-8000-000000000001';
const VOLUME = `${POD}/volumes/kubernetes.io~empty-dir/x`;
const [ROOTS, OURS] = ['of-root-alone-0123456789', 'our-own-token-0123456789'];

let ca: Authority;
let serving: KeyPair;
let client: KeyPair;
before(async () => {
  ca = await createAuthority('his');
  serving = await issueCertificate(ca, { commonName: 'n1', ips: ['127.0.0.1'], usages: ['server'] });
  client = await issueCertificate(ca, { commonName: 'me', usages: ['client'] });
});

/** A server that keeps what it is told: each request's head, and the name in each client certificate. */
async function stranger(t: TestContext): Promise<{ port: number; told: string[] }> {
  const told: string[] = [];
  const options = { requestCert: true, rejectUnauthorized: false };
  const port = await tlsServer(t, serving, options, (socket) => {
    const peer = socket.getPeerCertificate();
    if (peer?.subject?.CN) told.push(`certificate of ${String(peer.subject.CN)}`);
    socket.on('data', (chunk) => {
      told.push(chunk.toString('latin1'));
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}');
    });
  });
  return { port, told };
}

const kubeconfig = (port: number, user: string) => `kind: Config
clusters: [{ name: c, cluster: { server: "https://127.0.0.1:${port}", certificate-authority-data: ${Buffer.from(ca.certPem).toString('base64')} } }]
users: [{ name: u, user: { ${user} } }]
contexts: [{ name: c, context: { cluster: c, user: u } }]
current-context: c
`;

interface Stranger {
  /** Where his kubeconfig lies. */
  at: string;
  process?: Parameters<typeof processFiles>[2];
  mode?: number;
  cause?: string;
}

const MOUNTED = `30 1 0:41 / ${POD}/volumes/kubernetes.io~projected/kube-api-access-x rw - tmpfs tmpfs rw\n`;

async function atNode(t: TestContext, port: number, { at, process, mode = 0o600 }: Stranger, args: string[]) {
  const line = ['kubelet', `--kubeconfig=${at}/kc`, `--client-ca-file=${at}/ca`, '--node-ip=127.0.0.1', `--port=${port}`];
  const files: Files = {
    ...processFiles(1, ['/sbin/init']),
    '/proc/1/comm': 'systemd\n',
    ...processFiles(700, line, process),
    [`${at}/kc`]: kubeconfig(port, 'tokenFile: /etc/rancher/node/password'),
    [`${at}/ca`]: ca.certPem,
    '/etc/rancher/node/password': ROOTS,
    // A node's pods run on while its kubelet is down: that it is a node does not hang on the stranger.
    '/proc/self/mountinfo': MOUNTED,
    '/var/lib/kubelet/x': '',
    '/mine.token': OURS,
    '/mine.crt': client.certPem,
    '/mine.key': client.keyPem,
  };
  const host = createTestHost(t, files, { cwd: '/' });
  for (const below of ['/etc', '/etc/rancher', '/etc/rancher/node', '/etc/rancher/node/password']) chmodSync(join(host.root, below), 0o755);
  for (let below = at; below !== ''; below = below.slice(0, below.lastIndexOf('/'))) chmodSync(join(host.root, below), 0o755);
  for (const name of ['kc', 'ca']) chmodSync(join(host.root, at, name), mode);
  const { io, text } = recordingIo();
  const code = await runCommandLine(['check', '-o', 'json', '--timeout', '6s', '--connect-timeout', '1s', ...args], io, host);
  const { stdout, stderr } = text();
  return { code, stderr, causes: stdout ? flatten((JSON.parse(stdout) as Report).findings).map(({ cause }) => cause) : [] };
}

const OURSELVES: Record<string, string[]> = {
  'nothing of ours': [],
  '--token-file': ['--token-file', '/mine.token'],
  '--kubelet-token-file': ['--kubelet-token-file', '/mine.token'],
  '--apiserver-client-cert': ['--apiserver-client-cert', '/mine.crt', '--apiserver-client-key', '/mine.key'],
  '--kubelet-client-cert': ['--kubelet-client-cert', '/mine.crt', '--kubelet-client-key', '/mine.key'],
};
const SENT = new RegExp(`${ROOTS}|${OURS}|certificate of me`);

const STRANGERS: Record<string, Stranger> = {
  'a process of another user': { at: VOLUME, process: { user: 65534 }, cause: 'kubelet-impostor' },
  "the same, with files that are root's": { at: '/etc/own', process: { user: 65534 }, cause: 'kubelet-impostor' },
  'root in a pod': { at: '/etc/own', process: { cgroup: `/kubepods/besteffort/${POD.split('/').at(-1)}/0a` }, cause: 'kubelet-impostor' },
  'root in a container': { at: '/etc/own', process: { namespaces: '700\t9' }, cause: 'kubelet-impostor' },
  "the node's kubelet, with a kubeconfig in a pod's volume": { at: VOLUME, cause: 'kubelet-kubeconfig-exposed' },
  "the node's kubelet, with one that everyone may write": { at: '/etc/own', mode: 0o666, cause: 'kubelet-kubeconfig-exposed' },
};

describe('a stranger who calls himself kubelet is sent nothing', () => {
  for (const [who, he] of Object.entries(STRANGERS))
    for (const [what, args] of Object.entries(OURSELVES))
      it(`${who}; ${what}`, async (t) => {
        const { port, told } = await stranger(t);
        const { causes } = await atNode(t, port, he, args);
        assert.deepEqual(
          told.filter((each) => SENT.test(each)),
          [],
        );
        assert.ok(causes.includes(he.cause ?? ''), JSON.stringify(causes));
      });

  it("where the node's own kubelet is, all of it is sent: else the tests above would show nothing", async (t) => {
    for (const [what, args] of Object.entries(OURSELVES)) {
      const { port, told } = await stranger(t);
      await atNode(t, port, { at: '/etc/own' }, args);
      assert.match(told.join('\n'), SENT, what);
    }
  });
});

describe('the agent of a process is sent nothing of ours', () => {
  const asAgent = async (t: TestContext, args: string[]) => {
    const { port, told } = await stranger(t);
    const account = '/proc/800/root/var/run/secrets/kubernetes.io/serviceaccount';
    const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: port, DD_KUBERNETES_KUBELET_HOST: '127.0.0.1' };
    const settings = { ...env, DD_KUBERNETES_HTTPS_KUBELET_PORT: port, DD_KUBELET_CLIENT_CA: '/ca' };
    const host = createTestHost(
      t,
      {
        ...processFiles(800, ['/opt/datadog-agent/bin/agent/agent', 'run'], { user: 65534 }),
        '/proc/800/environ': Object.entries(settings)
          .map(([name, value]) => `${name}=${value}\0`)
          .join(''),
        '/proc/800/root/ca': ca.certPem,
        [`${account}/ca.crt`]: ca.certPem,
        [`${account}/token`]: 'of-that-agent-0123456789',
        '/mine.token': OURS,
        '/mine.crt': client.certPem,
        '/mine.key': client.keyPem,
      },
      { cwd: '/' },
    );
    const { io, text } = recordingIo();
    const words = ['check', '--agent-process', 'auto', '-o', 'json', '--timeout', '6s', '--connect-timeout', '1s', ...args];
    return { code: await runCommandLine(words, io, host), ...text(), told: told.join('\n') };
  };

  for (const [what, args] of Object.entries(OURSELVES).filter(([, words]) => words.length > 0))
    it(`${what} is refused in one line`, async (t) => {
      const { code, stdout, stderr, told } = await asAgent(t, args);
      assert.deepEqual([code, stdout, told], [2, '', '']);
      assert.match(
        stderr,
        new RegExp(`^kubelet-doctor: --agent-process uses that agent's credential and ${args[0]} names another; leave one of them out$`),
      );
    });

  it('and its own token goes where it names', async (t) => assert.match((await asAgent(t, [])).told, /of-that-agent-0123456789/));
});
