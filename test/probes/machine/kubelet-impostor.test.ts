/** Whose process is it that calls itself kubelet: the places a kubelet runs in, and those where only its name does. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { findKubeletProcess } from '../../../src/probes/machine/kubelet-process.js';
import { NODE_PROCESSES, processFiles } from '../../../src/sim/state/processes.js';
import { createTestHost, type Files } from '../../host/files.js';

const UID = '6e1d9b7a-0000-4000-8000-000000000001';
const SLICE = `kubepods-burstable-pod${UID.replaceAll('-', '_')}.slice`;
const machine: Files = { ...processFiles(1, ['/sbin/init'], { cgroup: '/init.scope' }), '/proc/1/comm': 'systemd\n' };
const kubelet = (change: Parameters<typeof processFiles>[2] = {}, more: Files = {}): Files => ({
  ...processFiles(700, ['kubelet', '--port=1'], change),
  ...more,
});
const found = (t: TestContext, files: Files) => findKubeletProcess(createTestHost(t, { ...machine, ...files }));

describe("a node's kubelet is known", () => {
  const places: Record<string, string> = {
    'kubeadm, systemd': '/system.slice/kubelet.service',
    'Bottlerocket, EKS': '/runtime.slice/kubelet.service',
    Talos: '/podruntime/kubelet',
    'RKE1, in a container of Docker': '/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    'RKE1, systemd': '/system.slice/docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope',
    'kind, in its node': '/kubelet.slice/kubelet.service',
    'seen from the cgroup namespace of a debug pod': '/../../../../system.slice/kubelet.service',
    'the root of all': '/',
  };
  for (const [where, cgroup] of Object.entries(places))
    it(`by root, the host's processes and its cgroup: ${where}`, async (t) => {
      const { state, flags, impostors } = await found(t, kubelet({ cgroup }));
      assert.deepEqual([state, flags, impostors], ['running', { port: '1' }, undefined]);
    });

  it('with mounts of its own, and cgroups of version 1', async (t) => {
    const cgroup = '12:pids:/system.slice/kubelet.service\n3:cpu,cpuacct:/system.slice/kubelet.service\n0::/system.slice\n';
    const own = { '/proc/700/cgroup': cgroup, '/proc/700/ns/mnt': { link: 'mnt:[2]' }, '/proc/1/ns/mnt': { link: 'mnt:[1]' } };
    assert.equal((await found(t, kubelet({}, own))).state, 'running');
  });
});

describe('a process that calls itself kubelet is not believed, though it is the only one', () => {
  const inPods: Record<string, string> = {
    'containerd, systemd': `0::/kubepods.slice/kubepods-burstable.slice/${SLICE}/cri-containerd-0a.scope`,
    'CRI-O, systemd': `0::/kubepods.slice/kubepods-besteffort.slice/${SLICE}/crio-0a.scope/container`,
    'cgroupfs, version 1, in one hierarchy alone': `9:name=systemd:/\n8:pids:/kubepods/besteffort/pod${UID}/0a\n4:memory:/\n0::/`,
    'a cgroup root of its own': `0::/kubelet.slice/kubelet-kubepods.slice/kubelet-${SLICE}/0a`,
    'a static pod, named by a hash': '0::/burstable/pod0123456789abcdef0123456789abcdef/0a',
    'another pod, seen from the cgroup namespace of a debug pod': `0::/../../pod${UID}/0a`,
  };
  for (const [driver, cgroup] of Object.entries(inPods))
    it(`in a pod: ${driver}`, async (t) => {
      const { state, flags, impostors } = await found(t, kubelet({}, { '/proc/700/cgroup': `${cgroup}\n` }));
      assert.deepEqual([state, flags, impostors], ['gone', undefined, [{ pid: 700, program: 'kubelet', why: 'pod' }]]);
    });

  it('in a pod without a cgroup of its own, by what the kubelet mounts there', async (t) => {
    const mountinfo = `1 2 8:1 /var/lib/kubelet/pods/${UID}/etc-hosts /etc/hosts rw - ext4 /dev/sda rw\n`;
    const { impostors } = await found(t, kubelet({}, { '/proc/700/mountinfo': mountinfo }));
    assert.equal(impostors?.[0]?.why, 'pod');
  });

  it("in a process namespace of its own: a kind node's, seen from its host", async (t) => {
    const { state, impostors } = await found(t, kubelet({ namespaces: '700\t12' }));
    assert.deepEqual([state, impostors], ['gone', [{ pid: 700, program: 'kubelet', why: 'container' }]]);
  });

  it('as another user, by any of its ids: a setuid program keeps the user as the real one', async (t) => {
    const { impostors } = await found(t, kubelet({ user: 65534 }));
    assert.deepEqual(impostors, [{ pid: 700, program: 'kubelet', why: 'user', user: 65534 }]);
    const [, root] = /Uid:\t(\d+)/.exec(processFiles(1, ['init'])['/proc/1/status'] ?? '') ?? [];
    for (const ids of [`65534\t${root}\t${root}\t${root}`, `${root}\t65534\t${root}\t${root}`]) {
      const status = (kubelet()['/proc/700/status'] as string).replace(/Uid:.*/, `Uid:\t${ids}`);
      const mixed = await found(t, kubelet({}, { '/proc/700/status': status }));
      assert.deepEqual([mixed.state, mixed.impostors?.[0]?.why], ['gone', 'user']);
    }
  });

  it('where what decides cannot be read: a process that ended meanwhile, or a list that hides it', async (t) => {
    for (const file of ['status', 'cgroup']) {
      const { [`/proc/700/${file}`]: _, ...left } = kubelet();
      assert.deepEqual(await found(t, left), { state: 'hidden' });
    }
    const old = (kubelet()['/proc/700/status'] as string).replace(/NSpid:.*\n/, '');
    assert.deepEqual(await found(t, kubelet({}, { '/proc/700/status': old })), { state: 'hidden' });
  });

  it('and does not hide the real one beside it', async (t) => {
    const crowd = Array.from({ length: 40 }, (_, i) => processFiles(800 + i, ['kubelet', '--port=2'], { user: 1000 }));
    const { state, pid, flags, impostors } = await found(t, Object.assign({}, NODE_PROCESSES, kubelet(), ...crowd));
    assert.deepEqual([state, pid, flags, impostors?.length], ['running', 700, { port: '1' }, 8]);
  });
});
