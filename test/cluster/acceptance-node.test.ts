/** At a node: what its own files say of its kubelet, with and without an apiserver. The real command, a real kubelet's process and files. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { type Cluster, startCluster } from './cluster.js';
import { assertFirst, assertReadOnly, type Diagnosis, diagnose, fixIn, kubeletSettingsOf } from './doctor.js';
import { APISERVER_IP, APISERVER_PORT, NODE_IPS } from './net.js';

const run = promisify(execFile);
const SERVER = `https://${APISERVER_IP}:${APISERVER_PORT}`;
const AGENTS = ['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT', 'DD_KUBERNETES_KUBELET_HOST', 'DD_API_KEY'];

let cluster: Cluster;
let root: string;
let ca: string;

before(async () => {
  cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 } } });
  ca = path.join(cluster.dir, 'cluster-ca.crt');
  await writeFile(ca, cluster.ca.certPem);
  // The node's file system as a debug pod has it at /host: the processes of the machine, and the kubelet's files where its flags name them.
  root = path.join(cluster.dir, 'host');
  const { directory } = cluster.kubelet('n1');
  for (const below of ['proc', directory, 'etc/kubernetes']) await mkdir(path.join(root, below), { recursive: true });
  await run('mount', ['--rbind', '/proc', path.join(root, 'proc')]);
  await run('mount', ['--rbind', directory, path.join(root, directory)]);
  // What kubeadm calls kubelet.conf is a kubeconfig: it must not be taken for the configuration.
  await writeFile(path.join(root, 'etc/kubernetes/kubelet.conf'), 'apiVersion: v1\nkind: Config\nclusters: []\n');
});
after(async () => {
  for (const below of ['proc', cluster.kubelet('n1').directory]) await run('umount', ['-l', path.join(root, below)]);
  await cluster.stop();
});

/** On the node's machine, without the agent's environment and without any credential. */
function atNode(): Promise<Diagnosis> {
  const none = Object.fromEntries(AGENTS.map((name) => [name, undefined]));
  const servers = ['--kubelet-host', NODE_IPS.n1, '--kubelet-ca', ca, '--apiserver', SERVER, '--apiserver-ca', ca];
  return diagnose(cluster, undefined, { network: 'host', env: none, args: ['--root', root, '--node', 'n1', ...servers] });
}

const causesOf = ({ report }: Diagnosis): string[] =>
  report.findings.flatMap((f) => [f.cause, ...f.consequences.map(({ cause }) => cause)]);

describe('at the node', () => {
  it('webhook authentication off is named first, from the configuration alone', async () => {
    await cluster.restartKubelet('n1', { webhookAuthentication: false });
    const first = assertFirst(await atNode(), 'kubelet-token-authentication-off');
    assert.equal(first.certainty, 'proven');
    assert.match(JSON.stringify(first.evidence), /authentication\.webhook\.enabled: false \(--authentication-token-webhook=false\)/);
    await cluster.restartKubelet('n1', kubeletSettingsOf(fixIn(first, 'kubelet-config')));
    assert.ok(!causesOf(await atNode()).includes(first.cause));
    assert.ok((await assertReadOnly(cluster)) > 0);
  });

  it('a kubelet without its server, and one that authorizes everyone, are named from the configuration', async () => {
    await cluster.restartKubelet('n1', { server: false });
    const off = assertFirst(await atNode(), 'kubelet-server-disabled');
    assert.deepEqual([off.certainty, /enableServer: false \(--enable-server=false\)/.test(JSON.stringify(off.evidence))], ['proven', true]);
    await cluster.restartKubelet('n1', { authorization: 'AlwaysAllow' });
    assert.ok(causesOf(await atNode()).includes('kubelet-always-allow'));
  });

  it('with the apiserver stopped, that comes first, and the kubelet is judged from the node', async () => {
    await cluster.restartKubelet('n1', { webhookAuthentication: false });
    await cluster.stopApiserver();
    const diagnosis = await atNode();
    assertFirst(diagnosis, 'apiserver-connection-refused');
    assert.ok(causesOf(diagnosis).includes('kubelet-token-authentication-off'), JSON.stringify(causesOf(diagnosis)));
  });
});
