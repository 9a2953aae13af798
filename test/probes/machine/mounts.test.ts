import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { observeMounts } from '../../../src/probes/machine/mounts/mounts.js';
import { createTestHost, type Files } from '../../host/files.js';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const pod = (uid: string) => `1 0 8:1 /var/lib/kubelet/pods/${uid}/etc-hosts /etc/hosts rw - ext4 /dev/sda1 rw\n`;
const mount = (at: string) => `2 0 8:1 / ${at} ro - ext4 /dev/sda1 rw\n`;
const IMAGE: Files = { '/opt/datadog-agent/version-manifest.json': '{}' };
const confd = (check: string) => `/etc/datadog-agent/conf.d/${check}.d/conf.yaml.default`;

async function observe(t: Parameters<typeof createTestHost>[0], files: Files, env: Record<string, string> = {}) {
  const outcome = await observeMounts(createTestHost(t, files, { env }));
  assert.equal(outcome.status, 'observed');
  return outcome.status === 'observed' ? outcome.data : assert.fail();
}

describe('mounts', () => {
  it('are not known without mountinfo', async (t) => {
    const outcome = await observeMounts(createTestHost(t, {}));
    assert.equal(outcome.status === 'failed' && outcome.code, 'ENOENT');
  });

  it('of an agent as the chart makes it', async (t) => {
    const mounts = ['/host/proc', '/host/sys/fs/cgroup', '/host/var/run'].map(mount).join('');
    const seen = await observe(t, { ...IMAGE, '/proc/self/mountinfo': pod('u-1') + mounts });
    assert.deepEqual(seen, {
      pod: 'u-1',
      agentImage: true,
      host: [
        { what: 'proc', path: '/host/proc', mounted: true },
        { what: 'cgroup', path: '/host/sys/fs/cgroup', mounted: true },
        { what: 'runtime-socket', path: '/host/var/run', mounted: true },
      ],
      hidden: [],
    });
  });

  it("of disks it knows those of the node that have nothing here; boot, images and the runtime's are none", async (t) => {
    const node = [
      '20 1 8:1 / / rw - ext4 /dev/sda1 rw',
      '21 20 8:2 / /boot rw - ext4 /dev/sda2 rw',
      '22 20 8:17 / /data rw shared:2 - xfs /dev/sdb1 rw',
      '23 20 8:17 /x /data/again rw - xfs /dev/sdb1 rw',
      '24 20 8:33 / /with\\040space rw - ext4 /dev/sdc1 rw',
      '25 20 8:49 / /var/lib/containerd rw - ext4 /dev/sdd1 rw',
      '26 20 0:5 / /dev rw - devtmpfs udev rw',
      '27 20 7:1 / /snap/core rw - squashfs /dev/loop1 ro',
      'not a line of it',
    ].join('\n');
    const seen = await observe(t, { ...IMAGE, '/proc/self/mountinfo': pod('u-1'), '/host/proc/1/mountinfo': node });
    assert.deepEqual(seen.unseenDisks, [
      { device: '/dev/sdc1', at: '/with space' },
      { device: '/dev/sdb1', at: '/data' },
    ]);
  });

  for (const socket of [
    '/var/run/docker.sock',
    '/host/run/containerd/containerd.sock',
    '/run/crio',
    '/host/var/run/docker.sock',
    '/host/run',
  ])
    it(`knows the runtime's socket at ${socket}`, async (t) => {
      const seen = await observe(t, { '/proc/self/mountinfo': mount(socket) });
      assert.deepEqual(
        seen.host.map(({ mounted }) => mounted),
        [false, false, true],
      );
    });

  it('a mount of the whole root counts for what is below it; another one does not', async (t) => {
    const root = await observe(t, { '/proc/self/mountinfo': mount('/host') });
    assert.ok(root.host.every(({ mounted }) => mounted));
    const other = await observe(t, { '/proc/self/mountinfo': mount('/hostess') + mount('/host/process\\040x') });
    assert.ok(other.host.every(({ mounted }) => !mounted));
  });

  const runtime = (at: string) => ({ ...IMAGE, '/proc/self/mountinfo': pod('u-1') + mount('/host/var/run'), ...(at && { [at]: '' }) });
  const CRI = { DD_CRI_SOCKET_PATH: '/host/var/run/containerd/containerd.sock' };
  const LINE = { '/etc/datadog-agent/datadog.yaml': 'site: x\ncri_socket_path: "/host/var/run/y.sock" # theirs\n' };
  for (const [what, files, env, expected] of [
    ['there where it is set', runtime('/host/var/run/containerd/containerd.sock'), CRI, undefined],
    [
      'another than is set',
      runtime('/host/var/run/dockershim.sock'),
      CRI,
      { looked: [CRI.DD_CRI_SOCKET_PATH], set: true, others: ['/host/var/run/dockershim.sock'] },
    ],
    ['none where it is set', runtime(''), CRI, { looked: [CRI.DD_CRI_SOCKET_PATH], set: true, others: [] }],
    ['none where datadog.yaml says', { ...runtime(''), ...LINE }, {}, { looked: ['/host/var/run/y.sock'], set: true, others: [] }],
    [
      'a directory, as a mount of nothing makes it',
      runtime('/host/var/run/containerd/containerd.sock/x'),
      CRI,
      { looked: [CRI.DD_CRI_SOCKET_PATH], set: true, others: [] },
    ],
    ['at a usual path', runtime('/var/run/crio/crio.sock'), {}, undefined],
    ['not known, where nothing is set and none is seen', runtime(''), {}, undefined],
    ['of docker, which is found by itself', runtime('/host/var/run/docker.sock'), CRI, undefined],
    ['named by DOCKER_HOST', runtime(''), { ...CRI, DOCKER_HOST: 'unix:///x' }, undefined],
    ['a pipe of Windows', runtime(''), { DD_CRI_SOCKET_PATH: 'npipe:////./pipe/x' }, undefined],
  ] as const)
    it(`the runtime's socket is ${what}`, async (t) => {
      assert.deepEqual((await observe(t, files, env)).missingSocket, expected);
    });

  it("the runtime's socket is where k3s has it, and not where an agent looks", async (t) => {
    const { missingSocket } = await observe(t, runtime('/host/var/run/k3s/containerd/containerd.sock'));
    assert.equal(missingSocket?.looked.length, 4);
    assert.deepEqual(missingSocket?.others, ['/host/var/run/k3s/containerd/containerd.sock']);
  });

  it('nothing is said of a socket where its directory is not mounted', async (t) => {
    const seen = await observe(t, { ...IMAGE, '/proc/self/mountinfo': pod('u-1') }, CRI);
    assert.equal(seen.missingSocket, undefined);
  });

  it('logs of pods are expected where they are collected', async (t) => {
    const seen = await observe(t, { '/proc/self/mountinfo': pod('u-1') }, { DD_LOGS_ENABLED: 'true' });
    assert.ok(seen.host.some(({ what, mounted }) => what === 'pod-logs' && !mounted));
  });

  it('over conf.d hide what the image has there, unless it is there all the same', async (t) => {
    const mountinfo = { '/proc/self/mountinfo': mount('/etc/datadog-agent/conf.d') };
    const hidden = await observe(t, { ...IMAGE, ...mountinfo, [confd('cpu')]: '' });
    assert.deepEqual(hidden.hidden, [{ path: '/etc/datadog-agent/conf.d', checks: ['kubelet', 'container', 'disk', 'network'] }]);
    const all = Object.fromEntries(['kubelet', 'container', 'cpu', 'disk', 'network'].map((check) => [confd(check), '']));
    assert.deepEqual((await observe(t, { ...IMAGE, ...mountinfo, ...all })).hidden, []);
    const own = { ...IMAGE, '/proc/self/mountinfo': mount('/etc/datadog-agent/conf.d/mine.d') };
    assert.deepEqual((await observe(t, own)).hidden, []);
  });

  it("sees the token of its own pod's other container, and of no other pod", async (t) => {
    const neighbour = (uid: string) => ({ '/proc/7/mountinfo': pod(uid), [`/proc/7/root${ACCOUNT}/token`]: 'x' });
    const own = await observe(t, { '/proc/self/mountinfo': pod('u-1'), ...neighbour('u-1') });
    assert.equal(own.neighbourToken, `/proc/7/root${ACCOUNT}/token`);
    const other = await observe(t, { '/proc/self/mountinfo': pod('u-1'), ...neighbour('u-2') });
    assert.equal(other.neighbourToken, undefined);
  });
});
