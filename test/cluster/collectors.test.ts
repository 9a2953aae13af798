/** What real collectors take of a real cluster, judged: `kubectl cluster-info dump` in both its forms, `kubectl get -o yaml`, and sos where it is on PATH. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { runCommandLine } from '../../src/cli/command-line.js';
import { SENTINELS } from '../bundles/made.js';
import { recordingIo } from '../support/io.js';
import { release } from './build.js';
import { type Cluster, startCluster } from './cluster.js';
import { createDaemonSet } from './daemonsets.js';
import { NODE_IPS } from './net.js';
import { waitFor } from './process.js';

const exec = promisify(execFile);
const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

let cluster: Cluster;
let scratch: string;

const kubectl = async (...words: string[]) =>
  (await exec('kubectl', ['--kubeconfig', cluster.adminKubeconfig, ...words], { maxBuffer: 64 << 20 })).stdout;

/** All that is printed of it, and its causes. */
async function judged(file: string) {
  const run = async (...words: string[]) => {
    const { io, text } = recordingIo();
    await runCommandLine(['judge', file, ...words], io);
    return text().stdout;
  };
  const [plain, json] = [await run('-v'), await run('-o', 'json')];
  for (const sentinel of SENTINELS) assert.ok(!`${plain}${json}`.includes(sentinel), sentinel);
  const causes = [...json.matchAll(/"cause": ?"([a-z-]+)"/g)].map(([, cause = '']) => cause);
  for (const cause of ['role-missing', 'binding-missing', 'daemonset-not-found', 'apiserver-not-ready'])
    assert.ok(!causes.includes(cause), `${cause} in ${causes}`);
  return { third: plain.split('\n')[2] ?? '', causes };
}

describe('a real cluster, as others collect it', { skip: !has('kubectl') && 'no kubectl on PATH' }, () => {
  before(async () => {
    cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 }, n2: { ip: NODE_IPS.n2 } } });
    scratch = path.join(cluster.dir, 'collected');
    await mkdir(scratch);
    await cluster.createAgent({ name: 'other' });
    const env = [
      { name: 'DD_API_KEY', value: SENTINELS[0] },
      { name: 'DD_KUBERNETES_KUBELET_HOST', value: NODE_IPS.n1 },
      { name: 'MY_PASSWORD', value: SENTINELS[1] },
    ];
    await createDaemonSet(cluster.admin, { container: { env } });
    await waitFor('an agent on each node', async () => {
      const { items } = await cluster.admin<{ items: { status: { phase: string } }[] }>('GET', '/api/v1/namespaces/datadog/pods');
      return items.filter(({ status }) => status.phase === 'Running').length >= 2 || undefined;
    });
    await cluster.stopKubelet('n2');
    await cluster.waitForNodes(['n2'], 'Unknown');
  });
  after(() => cluster?.stop());

  it('kubectl cluster-info dump, into a directory and to its output', async () => {
    const directory = path.join(scratch, 'dump');
    await kubectl('cluster-info', 'dump', '-A', `--output-directory=${directory}`);
    await writeFile(path.join(scratch, 'dump.txt'), await kubectl('cluster-info', 'dump', '-A'));
    for (const file of [directory, path.join(scratch, 'dump.txt')]) {
      const { third, causes } = await judged(file);
      assert.match(third, /^Bundle: kubectl cluster-info dump, 2 nodes, /);
      for (const cause of ['agent-host-of-one-node', 'node-not-ready']) assert.ok(causes.includes(cause), `${cause} in ${causes}`);
    }
  });

  it('kubectl get -o yaml', async () => {
    const file = path.join(scratch, 'all.yaml');
    await writeFile(file, await kubectl('get', 'nodes,pods,daemonsets,clusterroles,clusterrolebindings,secrets', '-A', '-o', 'yaml'));
    const { third, causes } = await judged(file);
    assert.match(third, /^Bundle: folder of Kubernetes objects, 2 nodes, /);
    for (const cause of ['agent-host-of-one-node', 'node-not-ready']) assert.ok(causes.includes(cause), `${cause} in ${causes}`);
  });

  it('sos report', { skip: !has('sos') && 'no sos on PATH' }, async () => {
    const [etc, out] = [path.join(scratch, 'etc'), path.join(scratch, 'sos')];
    // Its plugin is one of Ubuntu, and takes the kubeconfig of kubeadm: an /etc of our own, in this mount namespace alone.
    const script = `mkdir -p ${etc} ${out} && cp -r /etc/. ${etc} 2>/dev/null
      mkdir -p ${etc}/kubernetes && cp ${cluster.adminKubeconfig} ${etc}/kubernetes/admin.conf
      echo 'DISTRIB_ID=Ubuntu' > ${etc}/lsb-release
      mount --bind ${etc} /etc || exit 1
      KUBECONFIG=/etc/kubernetes/admin.conf sos report --batch --tmp-dir ${out} -o kubernetes,process,date,host -k kubernetes.all=on,kubernetes.podlogs=on
      umount /etc`;
    await exec('sh', ['-c', script], { maxBuffer: 64 << 20 });
    const archive = (await readdir(out)).find((name) => /\.tar\.[gx]z$/.test(name)) ?? assert.fail('no archive');
    const { third, causes } = await judged(path.join(out, archive));
    assert.match(
      third,
      new RegExp(`^Bundle: sos report \\(collector [\\d.]+\\), 2 nodes, Kubernetes ${release().replaceAll('.', '\\.')}, `),
    );
    for (const cause of ['node-not-ready', 'kubelet-down']) assert.ok(causes.includes(cause), `${cause} in ${causes}`);
  });
});
