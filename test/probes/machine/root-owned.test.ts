/** Which files are root's word: each step of the way counts, directories and links too. Root is whoever owns the test's files. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, lchownSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { readKubeletKubeconfig } from '../../../src/probes/machine/kubelet-kubeconfig.js';
import { onlyRoots } from '../../../src/probes/machine/root-owned.js';
import { processFiles } from '../../../src/sim/state/processes.js';
import { createTestHost, type Files } from '../../host/files.js';

const FILE = '/etc/kubernetes/kubelet.conf';
const POD = '/var/lib/kubelet/pods/6e1d9b7a-0000-4000-8000-000000000001/volumes/kubernetes.io~empty-dir/x';
const machine = processFiles(1, ['/sbin/init']);

/** A machine with these files and modes, as tidy as a node's otherwise. */
function hostWith(t: TestContext, files: Files, modes: Record<string, number> = {}) {
  const host = createTestHost(t, { ...machine, ...files });
  for (const path of Object.keys(files))
    for (let at = path; at !== '/'; at = at.slice(0, at.lastIndexOf('/')) || '/')
      if (!modes[at] && typeof files[at] !== 'object') chmodSync(join(host.root, at), 0o755);
  for (const [path, mode] of Object.entries(modes)) chmodSync(join(host.root, path), mode);
  return host;
}

const said = async (t: TestContext, files: Files, modes?: Record<string, number>, path = FILE) => {
  const read = await onlyRoots(hostWith(t, files, modes)).readFile(path);
  return read.ok ? 'read' : `${read.code} ${read.detail}`;
};

describe("a file is root's alone", () => {
  it('when it, its directories and its links are', async (t) => {
    const dated = '/var/lib/kubelet/pki/kubelet-client-2026.pem';
    assert.equal(await said(t, { [FILE]: 'x' }), 'read');
    assert.equal(await said(t, { [FILE]: { link: dated }, [dated]: 'x' }), 'read');
    assert.equal(await said(t, { [FILE]: { link: '../../var/lib/kubelet/pki/kubelet-client-2026.pem' }, [dated]: 'x' }), 'read');
    // Of root's own group root alone is a member; in a sticky directory nobody may replace what is root's.
    assert.equal(await said(t, { [FILE]: 'x' }, { [FILE]: 0o664, '/etc/kubernetes': 0o775 }), 'read');
    assert.equal(await said(t, { '/tmp/k/kubelet.conf': 'x' }, { '/tmp': 0o1777 }, '/tmp/k/kubelet.conf'), 'read');
  });

  const refused: [what: string, files: Files, modes: Record<string, number>, says: RegExp][] = [
    ['a file that everyone may write', { [FILE]: 'x' }, { [FILE]: 0o666 }, /^EOWNER may be written by everyone$/],
    ['its directory', { [FILE]: 'x' }, { '/etc/kubernetes': 0o777 }, /^EOWNER \/etc\/kubernetes in its path may be written by everyone$/],
    ['a directory above', { [FILE]: 'x' }, { '/etc': 0o777 }, /^EOWNER \/etc in its path/],
    ['where a link leads', { [FILE]: { link: '/srv/k' }, '/srv/k': 'x' }, { '/srv': 0o777 }, /^EOWNER \/srv in its path/],
    ["a pod's volume", { [FILE]: { link: `${POD}/k` }, [`${POD}/k`]: 'x' }, {}, /pods' own files$/],
    ['through a link for a directory', { '/etc/kubernetes': { link: POD }, [`${POD}/kubelet.conf`]: 'x' }, {}, /pods' own files$/],
  ];
  for (const [what, files, modes, says] of refused) it(`not: ${what}`, async (t) => assert.match(await said(t, files, modes), says));

  for (const path of [
    `${POD}/k`,
    '/opt/rke/var/lib/kubelet/pods/u/volumes/v/k',
    '/data/kubelet-root/pods/u/volume-subpaths/v/c/0',
    '/run/containerd/io.containerd.runtime.v2.task/k8s.io/0a/rootfs/etc/k',
    '/var/lib/docker/overlay2/0a/merged/k',
    '/var/lib/containers/storage/overlay/0a/merged/k',
    '/proc/800/root/etc/k',
  ])
    it(`not: ${path}`, async (t) => assert.match(await said(t, { [path]: 'x' }, {}, path), /^EOWNER .*pods' own files$/));

  it('not: what belongs to another, be it file, link or directory', {
    skip: process.getuid?.() !== 0 && 'needs root to give it away',
  }, async (t) => {
    const target = '/srv/k';
    for (const given of [FILE, '/etc/kubernetes', '/srv', target]) {
      const host = hostWith(t, { [FILE]: { link: target }, [target]: 'x' });
      lchownSync(join(host.root, given), 1000, 1000);
      const read = await onlyRoots(host).readFile(FILE);
      assert.match(read.ok ? 'read' : read.detail, /belongs to user 1000, not to root$/, given);
    }
  });

  it('of a group, but for that of MicroK8s, below its own directory', { skip: process.getuid?.() !== 0 && 'needs root' }, async (t) => {
    const snap = '/var/snap/microk8s/7/credentials/kubelet.config';
    const groups = { '/etc/group': 'root:x:0:\nmicrok8s:x:4321:me\nstaff:x:50:\n' };
    for (const [path, gid, says] of [
      [snap, 4321, 'read'],
      [snap, 50, 'EOWNER may be written by group 50'],
      [FILE, 4321, 'EOWNER may be written by group 4321'],
    ] as const) {
      const host = hostWith(t, { ...groups, [path]: 'x' }, { [path]: 0o660 });
      lchownSync(join(host.root, path), 0, gid);
      const read = await onlyRoots(host).readFile(path);
      assert.equal(read.ok ? 'read' : `${read.code} ${read.detail}`, says);
    }
  });

  it('a path that ends or goes in circles is said as ever', async (t) => {
    assert.match(await said(t, {}), /^ENOENT/);
    assert.match(await said(t, { [FILE]: { link: FILE } }), /^ELOOP/);
  });
});

describe('while it is swapped all the time', () => {
  /** Puts the one and the other at this path in turn until it is ended. */
  const SWAPPER = `
    const { renameSync, symlinkSync, linkSync } = require('node:fs');
    const [at, ours, theirs] = process.argv.slice(1);
    // Once it is sent: a loop that never yields may keep it back for ever.
    process.send('ready', () => {
      for (;;) {
        linkSync(ours, at + '.new'); renameSync(at + '.new', at);
        symlinkSync(theirs, at + '.new'); renameSync(at + '.new', at);
      }
    });`;

  it("nothing is read but root's own", async (t) => {
    const host = hostWith(t, { [FILE]: 'ours', '/srv/ours': 'ours', '/srv/theirs': 'theirs' }, { '/srv/theirs': 0o666 });
    const swapper = spawn(process.execPath, ['-e', SWAPPER, join(host.root, FILE), join(host.root, '/srv/ours'), '/srv/theirs'], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const counts = new Map<string, number>();
    // Ended before the test is: the folder cannot be taken away while it writes there, and a channel that is left open keeps this process for ever.
    try {
      await once(swapper, 'message');
      for (let i = 0; i < 400; i += 1) {
        const read = await onlyRoots(host).readFile(FILE);
        const what = read.ok ? read.text : read.code;
        counts.set(what, (counts.get(what) ?? 0) + 1);
      }
    } finally {
      const ended = once(swapper, 'exit');
      swapper.kill('SIGKILL');
      await ended;
    }
    assert.ok(counts.has('ours') && counts.size > 1 && !counts.has('theirs'), JSON.stringify([...counts]));
  });
});

describe("a kubelet's kubeconfig counts only with all it names", () => {
  const config = (user: string, cluster = '') => `kind: Config
clusters: [{ name: c, cluster: { server: "https://10.0.0.5:6443"${cluster} } }]
users: [{ name: u, user: { ${user} } }]
contexts: [{ name: x, context: { cluster: c, user: u } }]
current-context: x
`;
  const DATA = Buffer.from('x').toString('base64');
  const rows: [what: string, text: string][] = [
    ['token file', config('tokenFile: /srv/named')],
    ['certificate', config('client-certificate: /srv/named, client-key: /etc/own.key')],
    ['key', config('client-certificate: /etc/own.key, client-key: /srv/named')],
    ['key beside a certificate inline', config(`client-certificate-data: ${DATA}, client-key: /srv/named`)],
    ['CA', config('token: t', ', certificate-authority: /srv/named')],
  ];
  for (const [what, text] of rows)
    it(`a ${what} that others may write`, async (t) => {
      const files = { [FILE]: text, '/srv/named': 'x', '/etc/own.key': 'x' };
      const read = await readKubeletKubeconfig(onlyRoots(hostWith(t, files, { '/srv/named': 0o666 })), { flags: undefined });
      assert.equal(read?.outcome.status === 'failed' && read.outcome.code, 'EOWNER', JSON.stringify(read?.outcome));
      assert.equal(read?.loaded, undefined);
      const whole = await readKubeletKubeconfig(onlyRoots(hostWith(t, files)), { flags: undefined });
      assert.ok(whole?.outcome.status === 'observed', JSON.stringify(whole?.outcome));
    });
});
