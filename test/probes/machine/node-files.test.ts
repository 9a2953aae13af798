/** What else a node's files give: the kubelet's kubeconfig on each distribution, its service's proxy, the clock's keeper, the runtime's socket. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { readKubeletKubeconfig } from '../../../src/probes/machine/kubelet-kubeconfig.js';
import { findKubeletProcess } from '../../../src/probes/machine/kubelet-process.js';
import { readKubeletProxy } from '../../../src/probes/machine/kubelet-proxy.js';
import { listProcesses } from '../../../src/probes/machine/processes.js';
import { observeRuntimeSocket } from '../../../src/probes/machine/runtime-socket.js';
import { observeTimeSync } from '../../../src/probes/machine/time-sync.js';
import { createAuthority, issueCertificate, type KeyPair } from '../../../src/sim/state/pki.js';
import { processFiles } from '../../../src/sim/state/processes.js';
import { createTestHost, type Files } from '../../host/files.js';
import { busyLoop } from '../../support/busy-loop.js';
import { stopwatch } from '../../support/stopwatch.js';

const process = (pid: number, ...words: string[]): Files => processFiles(pid, words);
const init: Files = { ...process(1, '/sbin/init'), '/proc/1/comm': 'systemd\n', '/proc/2/comm': 'kthreadd\n', '/proc/2/cmdline': '' };
const SERVER = 'https://10.0.0.5:6443';

let pair: KeyPair;
before(async () => {
  pair = await issueCertificate(await createAuthority('kubernetes'), {
    commonName: 'system:node:n1',
    organizations: ['system:nodes'],
    usages: ['client'],
  });
});

/** A kubeconfig of a kubelet; `user` as YAML in one line. */
const config = (user: string, cluster = `server: "${SERVER}"`) => `apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { ${cluster} } }]
users: [{ name: u, user: { ${user} } }]
contexts: [{ name: x, context: { cluster: c, user: u } }]
current-context: x
`;
const ROTATED = '/var/lib/kubelet/pki/kubelet-client-current.pem';
/** The certificate and key in one file, behind the dated link that rotation keeps. */
const rotated = (): Files => ({
  [ROTATED]: { link: '/var/lib/kubelet/pki/kubelet-client-2026-11-01-00-00-00.pem' },
  '/var/lib/kubelet/pki/kubelet-client-2026-11-01-00-00-00.pem': pair.certPem + pair.keyPem,
});
const byFiles = (cert: string, key: string) => `client-certificate: ${cert}, client-key: ${key}`;
const EXEC = 'exec: { apiVersion: client.authentication.k8s.io/v1, command: aws, args: [eks, get-token], interactiveMode: Never }';
const OPENSHIFT_CONFIGURATION = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';

interface Flavour {
  flavour: string;
  path: string;
  files: () => Files;
  presents: 'certificate' | 'plugin' | 'token';
}

const flavour = (name: string, path: string, files: () => Files, presents: Flavour['presents'] = 'certificate'): Flavour => ({
  flavour: name,
  path,
  files,
  presents,
});
const pem = (directory: string): Files => ({
  [`${directory}/client-kubelet.crt`]: pair.certPem,
  [`${directory}/client-kubelet.key`]: pair.keyPem,
  [`${directory}/server-ca.crt`]: pair.certPem,
});
const rancher = (name: string): Flavour => {
  const directory = `/var/lib/rancher/${name}/agent`;
  const ca = `server: "https://127.0.0.1:6444", certificate-authority: ${directory}/server-ca.crt`;
  return flavour(name, `${directory}/kubelet.kubeconfig`, () => ({
    ...pem(directory),
    [`${directory}/kubelet.kubeconfig`]: config(byFiles(`${directory}/client-kubelet.crt`, `${directory}/client-kubelet.key`), ca),
  }));
};
const withRotated = (name: string, path: string): Flavour =>
  flavour(name, path, () => ({ ...rotated(), [path]: config(byFiles(ROTATED, ROTATED)) }));

const FLAVOURS: Flavour[] = [
  withRotated('kubeadm', '/etc/kubernetes/kubelet.conf'),
  rancher('k3s'),
  rancher('rke2'),
  flavour(
    'microk8s',
    '/var/snap/microk8s/current/credentials/kubelet.config',
    () => ({ '/var/snap/microk8s/current/credentials/kubelet.config': config('token: kubelet-token-0123456789') }),
    'token',
  ),
  flavour('EKS', '/var/lib/kubelet/kubeconfig', () => ({ '/var/lib/kubelet/kubeconfig': config(EXEC) }), 'plugin'),
  withRotated('Bottlerocket', '/etc/kubernetes/kubelet/kubeconfig'),
  withRotated('GKE', '/var/lib/kubelet/kubeconfig'),
  flavour('AKS', '/var/lib/kubelet/kubeconfig', () => ({
    '/etc/kubernetes/certs/client.crt': pair.certPem,
    '/etc/kubernetes/certs/client.key': pair.keyPem,
    '/var/lib/kubelet/kubeconfig': config(byFiles('/etc/kubernetes/certs/client.crt', '/etc/kubernetes/certs/client.key')),
  })),
  flavour('OpenShift', '/var/lib/kubelet/kubeconfig', () => ({
    ...rotated(),
    '/etc/kubernetes/kubelet.conf': OPENSHIFT_CONFIGURATION,
    '/var/lib/kubelet/kubeconfig': config(byFiles(ROTATED, ROTATED)),
  })),
  withRotated('Talos', '/etc/kubernetes/kubeconfig-kubelet'),
];

describe("the kubelet's own kubeconfig", () => {
  for (const { flavour: name, path, files, presents } of FLAVOURS) {
    it(`is found on ${name}, and read whole: below another root its paths would lead elsewhere`, async (t) => {
      const host = createTestHost(t, { ...init, ...files() });
      const read = await readKubeletKubeconfig(host, { flags: undefined });
      assert.ok(read?.outcome.status === 'observed', JSON.stringify(read?.outcome));
      assert.deepEqual([read.outcome.data.path, read.outcome.data.presents], [path, presents]);
      const credential = read.loaded?.credential ?? {};
      assert.ok(!credential.certPath && !credential.exec, 'nothing is left to a path or a program');
      if (presents === 'certificate') {
        assert.equal(host.redactor.clean(`key ${pair.keyPem.split('\n')[1]}`).includes('[redacted]'), true);
        assert.match(credential.certPem ?? '', /BEGIN CERTIFICATE/);
      }
    });
  }

  it('is the one that the flags name, wherever that is', async (t) => {
    const running = process(700, '/usr/bin/kubelet', '--kubeconfig=/opt/k/kubeconfig');
    const files = {
      ...init,
      ...running,
      ...rotated(),
      '/opt/k/kubeconfig': config(byFiles(ROTATED, ROTATED)),
      '/etc/kubernetes/kubelet.conf': 'kind: [',
    };
    const host = createTestHost(t, files);
    const read = await readKubeletKubeconfig(host, await findKubeletProcess(host));
    assert.equal(read?.outcome.status === 'observed' && read.outcome.data.path, '/opt/k/kubeconfig');
  });

  it('is nothing where there is none', async (t) => {
    assert.equal(await readKubeletKubeconfig(createTestHost(t, init), { flags: undefined }), undefined);
  });

  const hostile: { what: string; put: (file: string) => void; code: RegExp }[] = [
    { what: 'a FIFO', put: (file) => execFileSync('mkfifo', [file]), code: /ENOTFILE/ },
    { what: 'a directory', put: (file) => mkdirSync(file), code: /EISDIR/ },
    { what: 'two megabytes', put: (file) => writeFileSync(file, 'x'.repeat(2 << 20)), code: /ETOOBIG/ },
    { what: 'binary', put: (file) => writeFileSync(file, Buffer.from([0, 1, 2, 0xff, 0xfe, 0])), code: /EYAML/ },
    { what: 'no YAML', put: (file) => writeFileSync(file, 'kind: ['), code: /EYAML/ },
    {
      what: 'a bomb of aliases',
      put: (file) => {
        const levels = Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(', ')}]`);
        writeFileSync(file, `kind: Config\nl0: &l0 [x]\n${levels.join('\n')}\n`);
      },
      code: /EYAML/,
    },
    { what: 'a number for a server', put: (file) => writeFileSync(file, config('token: t', 'server: 7')), code: /EYAML/ },
    { what: 'a certificate that is gone', put: (file) => writeFileSync(file, config(byFiles(ROTATED, ROTATED))), code: /ENOENT/ },
  ];
  for (const { what, put, code } of hostile) {
    it(`that is ${what} is a fault of one line, at once`, async (t) => {
      const host = createTestHost(t, init);
      const file = join(host.root, '/etc/kubernetes/kubelet.conf');
      mkdirSync(dirname(file), { recursive: true });
      put(file);
      const lived = stopwatch();
      const read = await readKubeletKubeconfig(host, { flags: { kubeconfig: '/etc/kubernetes/kubelet.conf' } });
      assert.ok(read?.outcome.status === 'failed', JSON.stringify(read));
      assert.match(read.outcome.code, code);
      assert.ok(!read.outcome.detail.includes('\n') && read.outcome.detail.length <= 400);
      assert.ok(lived() < 2000);
    });
  }

  it('that links to itself is a fault, too', async (t) => {
    const host = createTestHost(t, { ...init, '/etc/kubernetes/kubelet.conf': { link: '/etc/kubernetes/kubelet.conf' } });
    const read = await readKubeletKubeconfig(host, { flags: { kubeconfig: '/etc/kubernetes/kubelet.conf' } });
    assert.equal(read?.outcome.status === 'failed' && read.outcome.code, 'ELOOP');
  });
});

describe("the proxy of the kubelet's service", () => {
  const DROP_IN = '/etc/systemd/system/kubelet.service.d';
  const shown = async (t: TestContext, files: Files, pid?: number) => {
    const host = createTestHost(t, files);
    const { shown: variables, environment } = await readKubeletProxy(host, { pid });
    return { host, environment, variables: variables.map(({ name, value, source }) => `${name}=${value} ${source}`).sort() };
  };

  it('is what it runs with, and the file that sets each', async (t) => {
    const { variables, environment, host } = await shown(
      t,
      {
        '/proc/700/environ': 'PATH=/bin\0HTTPS_PROXY=http://ops:pa/ss@proxy:3128\0NO_PROXY=10.0.0.0/8\0SECRET=not-a-proxy\0',
        [`${DROP_IN}/10-proxy.conf`]:
          '[Service]\n# company\nEnvironment="HTTPS_PROXY=http://ops:pa/ss@proxy:3128" \'NO_PROXY=localhost\'\n',
      },
      700,
    );
    assert.deepEqual(variables, [`HTTPS_PROXY=http://proxy:3128 ${DROP_IN}/10-proxy.conf:3`, 'NO_PROXY=10.0.0.0/8 process 700']);
    assert.equal(environment.HTTPS_PROXY, 'http://ops:pa/ss@proxy:3128');
    assert.ok(!('SECRET' in environment));
    assert.ok(!host.redactor.clean('ops:pa/ss').includes('pa/ss'), 'its password is known as one');
  });

  it('is read from the files where nothing runs: a later drop-in before an earlier, an EnvironmentFile before both', async (t) => {
    const { variables } = await shown(t, {
      '/usr/lib/systemd/system/kubelet.service': '[Service]\nEnvironment=HTTPS_PROXY=http://a:1\n',
      [`${DROP_IN}/10-a.conf`]: '[Service]\nEnvironment=HTTPS_PROXY=http://b:1 NO_PROXY=x\n',
      '/usr/lib/systemd/system/kubelet.service.d/20-b.conf':
        '[Service]\nEnvironment=HTTPS_PROXY=http://c:1\nEnvironmentFile=-/etc/default/kubelet\n',
      '/etc/default/kubelet': '# KUBELET_EXTRA_ARGS=\nexport NO_PROXY="10.0.0.0/8,.svc"\n',
    });
    assert.deepEqual(variables, [
      'HTTPS_PROXY=http://c:1 /usr/lib/systemd/system/kubelet.service.d/20-b.conf:2',
      'NO_PROXY=10.0.0.0/8,.svc /etc/default/kubelet:2',
    ]);
  });

  it('that is printed to except a host overrules a list in an EnvironmentFile, which no Environment= would', async (t) => {
    const printed: Files = {
      [`${DROP_IN}/99-no-proxy.conf`]: `[Service]\nEnvironmentFile=${DROP_IN}/99-no-proxy.env\n`,
      [`${DROP_IN}/99-no-proxy.env`]: 'NO_PROXY=localhost,10.0.0.1\n',
    };
    const { variables } = await shown(t, {
      [`${DROP_IN}/10-a.conf`]: '[Service]\nEnvironmentFile=/etc/default/kubelet\n',
      [`${DROP_IN}/99-by-hand.conf`]: '[Service]\nEnvironment=NO_PROXY=never\n',
      '/etc/default/kubelet': 'NO_PROXY=localhost\n',
      ...printed,
    });
    assert.deepEqual(variables, [`NO_PROXY=localhost,10.0.0.1 ${DROP_IN}/99-no-proxy.env:1`]);
  });

  it('of k3s stands in the file of its service', async (t) => {
    const { variables } = await shown(t, {
      '/etc/systemd/system/k3s-agent.service': '[Service]\nEnvironmentFile=-/etc/systemd/system/k3s-agent.service.env\n',
      '/etc/systemd/system/k3s-agent.service.env': 'HTTPS_PROXY=http://p:3128\n',
    });
    assert.deepEqual(variables, ['HTTPS_PROXY=http://p:3128 /etc/systemd/system/k3s-agent.service.env:1']);
  });

  it('survives files that are none', async (t) => {
    const host = createTestHost(t, {
      [`${DROP_IN}/10-a.conf`]: { link: `${DROP_IN}/10-a.conf` },
      [`${DROP_IN}/20-b.conf`]: '\0\0\0Environment=\0',
    });
    execFileSync('mkfifo', [join(host.root, DROP_IN, '30-c.conf')]);
    writeFileSync(join(host.root, DROP_IN, '40-d.conf'), 'Environment='.repeat(100_000));
    assert.deepEqual((await readKubeletProxy(host, { pid: undefined })).shown, []);
  });
});

describe('what keeps the clock', () => {
  const keeper = async (t: TestContext, files: Files) => {
    const host = createTestHost(t, { ...init, ...files });
    return observeTimeSync(host, await listProcesses(host));
  };

  it('is a program among the processes', async (t) => {
    assert.deepEqual(await keeper(t, process(300, '/usr/sbin/chronyd', '-F', '1')), { daemons: ['chronyd'], complete: true });
    assert.deepEqual(await keeper(t, process(300, '/usr/sbin/sshd')), { daemons: [], complete: true });
  });

  it('of systemd has reached a server only when it says so', async (t) => {
    const timesyncd = process(300, '/lib/systemd/systemd-timesyncd');
    assert.equal((await keeper(t, timesyncd)).synchronised, false);
    assert.equal((await keeper(t, { ...timesyncd, '/run/systemd/timesync/synchronized': '' })).synchronised, true);
  });

  it("is not known in a container's own list of processes", async (t) => {
    const host = createTestHost(t, process(1, '/bin/sh'));
    assert.equal((await observeTimeSync(host, await listProcesses(host))).complete, false);
  });
});

describe("the runtime's socket", () => {
  it('answers, is silent, is refused, is missing, is of another kind; links start again at the root', async (t) => {
    const host = createTestHost(t, { '/run/readme': '', '/var/run': { link: '/run' } });
    const at = (name: string) => join(host.root, 'run', name);
    // What containerd and CRI-O speak; one that is frozen accepts and says nothing; one that hangs up is no runtime.
    const servers = { c: createHttp2Server(), frozen: createServer(), other: createServer((socket) => socket.end()) };
    for (const [name, server] of Object.entries(servers)) {
      server.listen(at(`${name}.sock`));
      await new Promise<void>((resolve) => server.once('listening', () => resolve()));
      t.after(() => server.close());
    }
    // A socket whose listener was killed stays behind.
    const left = `require('net').createServer().listen(${JSON.stringify(at('d.sock'))}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(globalThis.process.execPath, ['-e', left]);
    assert.deepEqual(
      await Promise.all(
        ['/var/run/c.sock', '/run/c.sock', '/run/frozen.sock', '/run/other.sock', '/run/d.sock', '/run/none.sock', 'tcp://127.0.0.1:1'].map(
          (e) => observeRuntimeSocket(host, e.startsWith('/var') ? `unix://${e}` : e),
        ),
      ),
      ['answers', 'answers', 'silent', 'refused', 'refused', 'missing', 'other'],
    );
  });

  it('is not silent where we were too busy to hear it', async (t) => {
    const host = createTestHost(t, { '/run/readme': '' });
    const frozen = createServer().listen(join(host.root, 'run/frozen.sock'));
    await new Promise<void>((resolve) => frozen.once('listening', () => resolve()));
    t.after(() => frozen.close());
    const busy = busyLoop();
    assert.equal(await observeRuntimeSocket(host, '/run/frozen.sock', 200), 'ELATE');
    clearInterval(busy);
  });
});
