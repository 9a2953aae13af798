import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Host } from '../../../src/host/host.js';
import type { KubeletConfig, KubeletKey } from '../../../src/model/facts.js';
import { readKubeletConfig } from '../../../src/probes/machine/kubelet-config.js';
import { readNodeCertificates } from '../../../src/probes/machine/kubelet-files.js';
import { findKubeletProcess } from '../../../src/probes/machine/kubelet-process.js';
import { observeListening } from '../../../src/probes/machine/listening.js';
import { createAuthority, issueCertificate } from '../../../src/sim/state/pki.js';
import { processFiles } from '../../../src/sim/state/processes.js';
import { createTestHost, type Files } from '../../host/files.js';

const KIND = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
const OFF = `${KIND}authentication:\n  webhook:\n    enabled: false\n`;
const JSON_OFF = JSON.stringify({ kind: 'KubeletConfiguration', authentication: { webhook: { enabled: false } } }, null, 2);
const KUBECONFIG = 'apiVersion: v1\nkind: Config\nclusters: []\n';
const MICROK8S = '/var/snap/microk8s/current';

const process = (pid: number, ...words: string[]): Files => processFiles(pid, words);
const init: Files = { ...process(1, '/sbin/init'), '/proc/1/comm': 'systemd\n', '/proc/2/comm': 'kthreadd\n', '/proc/2/cmdline': '' };

async function effective(host: Host): Promise<KubeletConfig> {
  const { flags } = await findKubeletProcess(host);
  const outcome = await readKubeletConfig(host, flags);
  assert.equal(outcome.status, 'observed', JSON.stringify(outcome));
  return (outcome as { data: KubeletConfig }).data;
}

const KEY: KubeletKey = 'authentication.webhook.enabled';

/** Each as its distribution lays it out, with webhook authentication off; the process as it is run there. */
const FLAVOURS: { flavour: string; files: Files; flags?: string[]; at: [source: string, line?: number] }[] = [
  {
    flavour: 'kubeadm',
    files: { '/var/lib/kubelet/config.yaml': OFF, '/etc/kubernetes/kubelet.conf': KUBECONFIG },
    flags: ['/usr/bin/kubelet', '--kubeconfig=/etc/kubernetes/kubelet.conf', '--config=/var/lib/kubelet/config.yaml'],
    at: ['/var/lib/kubelet/config.yaml', 5],
  },
  {
    flavour: 'k3s',
    files: { '/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/00-k3s-defaults.conf': OFF },
    at: ['/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/00-k3s-defaults.conf', 5],
  },
  {
    flavour: 'RKE2',
    files: { '/var/lib/rancher/rke2/agent/etc/kubelet.conf.d/00-rke2-defaults.conf': OFF },
    flags: ['/var/lib/rancher/rke2/data/v1/bin/kubelet', '--config-dir=/var/lib/rancher/rke2/agent/etc/kubelet.conf.d'],
    at: ['/var/lib/rancher/rke2/agent/etc/kubelet.conf.d/00-rke2-defaults.conf', 5],
  },
  {
    flavour: 'microk8s',
    files: {
      [`${MICROK8S}/args/kubelet`]:
        '# flags\n--client-ca-file=$SNAP_DATA/certs/ca.crt\n--anonymous-auth=false\n--authentication-token-webhook=false\n',
    },
    flags: ['/snap/microk8s/7/kubelite', `--kubelet-args-file=${MICROK8S}/args/kubelet`],
    at: ['--authentication-token-webhook=false'],
  },
  {
    flavour: 'EKS AL2023',
    files: { '/etc/kubernetes/kubelet/config.json': JSON_OFF },
    flags: ['/usr/bin/kubelet', '--config', '/etc/kubernetes/kubelet/config.json', '--config-dir', '/etc/kubernetes/kubelet/config.json.d'],
    at: ['/etc/kubernetes/kubelet/config.json', 5],
  },
  {
    flavour: 'EKS AL2',
    files: { '/etc/kubernetes/kubelet/kubelet-config.json': JSON_OFF },
    flags: ['/usr/bin/kubelet', '--config', '/etc/kubernetes/kubelet/kubelet-config.json'],
    at: ['/etc/kubernetes/kubelet/kubelet-config.json', 5],
  },
  {
    flavour: 'Bottlerocket',
    files: { '/etc/kubernetes/kubelet/config': OFF, '/etc/kubernetes/kubelet/kubeconfig': KUBECONFIG },
    flags: ['/usr/bin/kubelet', '--config', '/etc/kubernetes/kubelet/config'],
    at: ['/etc/kubernetes/kubelet/config', 5],
  },
  {
    flavour: 'GKE',
    files: { '/home/kubernetes/kubelet-config.yaml': OFF, '/var/lib/kubelet/kubeconfig': KUBECONFIG },
    flags: ['/home/kubernetes/bin/kubelet', '--config', '/home/kubernetes/kubelet-config.yaml'],
    at: ['/home/kubernetes/kubelet-config.yaml', 5],
  },
  {
    flavour: 'AKS',
    files: { '/etc/default/kubeletconfig.json': JSON_OFF },
    flags: ['/usr/local/bin/kubelet', '--config', '/etc/default/kubeletconfig.json'],
    at: ['/etc/default/kubeletconfig.json', 5],
  },
  {
    flavour: 'OpenShift',
    files: { '/etc/kubernetes/kubelet.conf': OFF, '/etc/kubernetes/kubeconfig': KUBECONFIG },
    flags: ['/usr/bin/kubelet', '--config=/etc/kubernetes/kubelet.conf', '--config-dir=/etc/openshift/kubelet.conf.d'],
    at: ['/etc/kubernetes/kubelet.conf', 5],
  },
  {
    flavour: 'Talos',
    files: { '/etc/kubernetes/kubelet.yaml': OFF, '/etc/kubernetes/kubeconfig-kubelet': KUBECONFIG },
    flags: ['/usr/local/bin/kubelet', '--config=/etc/kubernetes/kubelet.yaml'],
    at: ['/etc/kubernetes/kubelet.yaml', 5],
  },
];

describe('the configuration of a kubelet', () => {
  for (const { flavour, files, flags, at } of FLAVOURS) {
    it(`of ${flavour}, with its process`, async (t) => {
      const running = process(700, ...(flags ?? ['/usr/local/bin/k3s', 'server']));
      const config = await effective(createTestHost(t, { ...init, ...files, ...running }));
      assert.equal(config.values[KEY], false);
      assert.deepEqual([config.origins[KEY].source, config.origins[KEY].line], [at[0], at[1]]);
      assert.equal(config.certain, flags !== undefined, 'k3s shows no flags of its kubelet');
    });
    if (flavour === 'microk8s') continue;
    it(`of ${flavour}, without its process: found, and nothing is certain`, async (t) => {
      const config = await effective(createTestHost(t, files));
      assert.deepEqual([config.values[KEY], config.certain, config.origins[KEY].source], [false, false, at[0]]);
    });
  }

  it('overrides in this order: default, file, drop-ins by name, flags', async (t) => {
    const dropIn = (port: number, more = '') => `${KIND}readOnlyPort: ${port}\n${more}`;
    const config = await effective(
      createTestHost(t, {
        ...init,
        '/c.yaml': `${KIND}readOnlyPort: 1\nport: 1\naddress: 10.0.0.1\nserverTLSBootstrap: yes\n`,
        '/d/20-b.conf': dropIn(3),
        '/d/10-a.conf': dropIn(2, 'port: 2\n'),
        '/d/30-c.yaml': dropIn(9),
        ...process(700, 'kubelet', '--config=/c.yaml', '--config-dir', '/d', '--address', '127.0.0.1', '--anonymous-auth'),
      }),
    );
    const { values, origins } = config;
    assert.deepEqual([values.readOnlyPort, values.port, values.address, values.serverTLSBootstrap], [3, 2, '127.0.0.1', true]);
    assert.deepEqual([values['authentication.anonymous.enabled'], values['authorization.mode']], [true, 'Webhook']);
    assert.deepEqual(origins.readOnlyPort, { by: 'drop-in', source: '/d/20-b.conf', line: 3 });
    assert.deepEqual(origins.address, { by: 'flag', source: '--address=127.0.0.1' });
    assert.deepEqual([origins.serverTLSBootstrap.by, origins['authorization.mode'].by], ['file', 'default']);
    assert.deepEqual(config.files, ['/c.yaml', '/d/10-a.conf', '/d/20-b.conf']);
  });

  it('is not certain where a file was written after the kubelet read it', async (t) => {
    const started = (secondsAgo: number): Files => ({
      '/proc/stat': `cpu 1 2 3\nbtime ${Math.floor(Date.now() / 1000) - 1000}\n`,
      '/proc/700/stat': `700 (kube) let) S ${Array(18).fill('0').join(' ')} ${(1000 - secondsAgo) * 100} 0`,
    });
    for (const [secondsAgo, certain] of [
      [60, false],
      [-60, true],
    ] as const) {
      const host = createTestHost(t, { ...init, '/c.yaml': OFF, ...process(700, 'kubelet', '--config=/c.yaml'), ...started(secondsAgo) });
      const { flags, startedMs } = await findKubeletProcess(host);
      const outcome = await readKubeletConfig(host, flags, startedMs);
      assert.equal(outcome.status === 'observed' && outcome.data.certain, certain);
    }
  });

  it('without any file is that of the flags, which is open', async (t) => {
    const { values } = await effective(createTestHost(t, { ...init, ...process(700, 'hyperkube', 'kubelet', '--port=10250') }));
    assert.deepEqual(
      [values[KEY], values['authentication.anonymous.enabled'], values['authorization.mode'], values.readOnlyPort],
      [false, true, 'AlwaysAllow', 10255],
    );
  });

  const PATH = '/var/lib/kubelet/config.yaml';
  const hostile: [name: string, make: (path: string, t: TestContext) => void, code: string][] = [
    ['a FIFO', (path) => execFileSync('mkfifo', [path]), 'ENOTFILE'],
    ['links in a circle', (path) => execFileSync('ln', ['-s', PATH, path]), 'ELOOP'],
    ['10 MiB', (path) => writeFileSync(path, `${KIND}#${'x'.repeat(10 << 20)}`), 'ETOOBIG'],
    ['binary', (path) => writeFileSync(path, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3])), 'EYAML'],
    ['a bomb of aliases', (path) => writeFileSync(path, bomb()), 'EYAML'],
    ['a directory', (path) => mkdirSync(path), 'EISDIR'],
    ['a kubeconfig', (path) => writeFileSync(path, KUBECONFIG), 'EKIND'],
    ['empty', (path) => writeFileSync(path, ''), 'EKIND'],
    ['a list', (path) => writeFileSync(path, '- 1\n- 2\n'), 'EYAML'],
    ['a value of the wrong type', (path) => writeFileSync(path, `${KIND}readOnlyPort: "no"\n`), 'EYAML'],
  ];
  for (const [name, make, code] of hostile) {
    it(`that is ${name} fails with a code and never hangs`, { timeout: 5000 }, async (t) => {
      const host = createTestHost(t, process(700, 'kubelet', `--config=${PATH}`));
      mkdirSync(dirname(join(host.root, PATH)), { recursive: true });
      make(join(host.root, PATH), t);
      const { flags } = await findKubeletProcess(host);
      const outcome = await readKubeletConfig(host, flags);
      assert.equal(outcome.status === 'failed' && outcome.code, code, JSON.stringify(outcome));
    });
  }

  it('that is not ours to read fails with EACCES', { skip: globalThis.process.getuid?.() === 0 && 'root reads everything' }, async (t) => {
    const host = createTestHost(t, { [PATH]: OFF });
    chmodSync(join(host.root, PATH), 0);
    const outcome = await readKubeletConfig(host, undefined);
    assert.equal(outcome.status === 'failed' && outcome.code, 'EACCES');
  });
});

function bomb(): string {
  const levels = 'abcdefghi'.split('').map(
    (name, i, all) =>
      `${name}: &${name} [${Array(9)
        .fill(i === 0 ? '"x"' : `*${all[i - 1]}`)
        .join(',')}]`,
  );
  return `${KIND}${levels.join('\n')}\n`;
}

describe('the process of a kubelet', () => {
  it('is gone only where the whole list was seen', async (t) => {
    assert.deepEqual(await findKubeletProcess(createTestHost(t, init)), { state: 'gone' });
    assert.deepEqual(await findKubeletProcess(createTestHost(t, {})), { state: 'hidden' });
    const container = { ...process(1, 'sleep', 'infinity'), '/proc/1/comm': 'sleep\n' };
    assert.deepEqual(await findKubeletProcess(createTestHost(t, container)), { state: 'hidden' });
  });

  it('is not another program of that name in a pod, nor a command about it', async (t) => {
    const pod = { ...process(900, '/kubelet', '--port=1'), '/proc/900/cgroup': '0::/kubepods.slice/kubepods-besteffort.slice\n' };
    const others = { ...process(800, 'journalctl', '-u', 'kubelet'), ...process(801, 'k3s', 'kubectl', 'get', 'nodes') };
    const found = await findKubeletProcess(createTestHost(t, { ...init, ...pod, ...others, ...process(700, 'kubelet', '--port=2') }));
    assert.deepEqual([found.state, found.pid, found.flags], ['running', 700, { port: '2' }]);
    const two = await findKubeletProcess(createTestHost(t, { ...init, ...process(700, 'kubelet'), ...process(701, 'kubelet') }));
    assert.equal(two.state, 'several');
  });

  it('keeps no flag that is not judged, and knows a secret from then on', async (t) => {
    const host = createTestHost(t, { ...init, ...process(700, 'kubelet', '--provider-token=s3cret-token-value', '--cloud-config=/x') });
    const found = await findKubeletProcess(host);
    assert.deepEqual(found.flags, {});
    assert.equal(host.redactor.clean('it was s3cret-token-value'), 'it was [redacted]');
  });

  it('listens where the kernel says', async (t) => {
    const line = (n: number, address: string, state = '0A') => `   ${n}: ${address} 00000000:0000 ${state} 00000000:00000000 00:0 0 0 0 1`;
    const six = (address: string) => `   0: ${address} ${'0'.repeat(32)}:0000 0A 00000000:00000000 00:0 0 0 0 1`;
    const host = createTestHost(t, {
      '/proc/700/net/tcp': [
        '  sl',
        line(0, '0100007F:2808'),
        line(1, '0700000A:280A'),
        line(2, '0700000A:280A', '01'),
        line(3, '0700000A:0016'),
      ].join('\n'),
      '/proc/700/net/tcp6': ['  sl', six(`${'0'.repeat(32)}:280A`)].join('\n'),
    });
    assert.deepEqual(await observeListening(host, 700, new Set([10250, 10248])), [
      { address: '127.0.0.1', port: 10248 },
      { address: '10.0.0.7', port: 10250 },
      { address: '::', port: 10250 },
    ]);
    assert.equal(await observeListening(host, 1, new Set([10250])), undefined);
  });
});

describe('certificates on the node', () => {
  it('are read without their keys', async (t) => {
    const ca = await createAuthority('ca');
    const pair = await issueCertificate(ca, { commonName: 'system:node:n1', dnsNames: ['n1'] });
    const host = createTestHost(t, {
      '/var/lib/kubelet/pki/kubelet-client-2026.pem': pair.certPem + pair.keyPem,
      '/var/lib/kubelet/pki/kubelet-client-current.pem': { link: '/var/lib/kubelet/pki/kubelet-client-2026.pem' },
      '/var/lib/kubelet/pki/kubelet.crt': 'nothing of the kind',
    });
    const found = await readNodeCertificates(host, {});
    assert.deepEqual(
      found.map(({ path, outcome }) => [path, outcome.status === 'failed' ? outcome.code : outcome.status]),
      [
        ['/var/lib/kubelet/pki/kubelet.crt', 'ENOTPEM'],
        ['/var/lib/kubelet/pki/kubelet-client-current.pem', 'observed'],
      ],
    );
    const body = pair.keyPem.split('\n')[1] as string;
    assert.ok(!JSON.stringify(found).includes(body));
    assert.ok(!host.redactor.clean(`x ${body}`).includes(body), 'and it is known as a secret');
  });
});
