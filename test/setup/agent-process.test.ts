/** --agent-process, with a process list made of files: what is the agent's, what stays ours, and what is refused. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createHost, type HostOverrides } from '../../src/host/create.js';
import type { Host } from '../../src/host/host.js';
import { observeMounts } from '../../src/probes/machine/mounts/mounts.js';
import { type Flags, OPTIONS } from '../../src/setup/options.js';
import { resolveSettings } from '../../src/setup/resolve.js';
import type { Resolved } from '../../src/setup/resolved.js';
import { createTestHost, type Files } from '../host/files.js';

const SA = '/var/run/secrets/kubernetes.io/serviceaccount';
const [OWN, OTHER] = ['6e1d9b7a-0000-4000-8000-000000000001', '6e1d9b7a-0000-4000-8000-000000000002'];
const SERVICE = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
const SECRET = 'sentinel-api-key-0123456789';

interface Process {
  words?: string[];
  env?: Record<string, string>;
  pod?: string;
  net?: string;
  files?: Files;
}

/** One process as /proc shows it; its root is a directory here, not the magic link. */
function processFiles(pid: number | 'self', { words = ['sleep'], env = {}, pod, net = 'net:[1]', files = {} }: Process): Files {
  const mounts = pod ? `1 2 8:1 /var/lib/kubelet/pods/${pod}/etc-hosts /etc/hosts rw - ext4 /dev/sda rw\n` : '';
  const below = Object.fromEntries(Object.entries(files).map(([path, content]) => [`/proc/${pid}/root${path}`, content]));
  return {
    [`/proc/${pid}/cmdline`]: words.map((word) => `${word}\0`).join(''),
    [`/proc/${pid}/environ`]: Object.entries(env)
      .map(([name, value]) => `${name}=${value}\0`)
      .join(''),
    [`/proc/${pid}/mountinfo`]: mounts,
    [`/proc/${pid}/status`]: 'Name:\tagent\nUid:\t100\t100\t100\t100\n',
    [`/proc/${pid}/ns/net`]: { link: net },
    [`/proc/${pid}/ns/mnt`]: { link: `mnt:[${pid}]` },
    ...below,
  };
}

/** As an agent's image has it: /var/run is an absolute link, and the token is where the link leads. */
const AGENT_FILES: Files = {
  '/run/secrets/kubernetes.io/serviceaccount/token': 'agents-token',
  '/run/secrets/kubernetes.io/serviceaccount/ca.crt': 'CA',
  '/run/secrets/kubernetes.io/serviceaccount/namespace': 'datadog',
  '/var/run': { link: '/run' },
  '/etc/datadog-agent/datadog.yaml': `api_key: ${SECRET}\nkubelet_client_ca: /etc/agent-ca.crt\n`,
  '/etc/hosts': '# Kubernetes-managed hosts file.\n127.0.0.1 localhost\n',
};
const AGENT: Process = {
  words: ['agent', 'run'],
  env: { ...SERVICE, DD_KUBERNETES_KUBELET_HOST: '10.0.0.7', DD_API_KEY: SECRET, HOSTNAME: 'agent-x', HOME: '/root' },
  pod: OWN,
  files: AGENT_FILES,
};
/** An ephemeral container: our own pod, and nothing mounted. */
const BESIDE: Files = processFiles('self', { pod: OWN });

function hostWith(t: TestContext, processes: Record<number, Process>, own: Files = BESIDE, overrides: HostOverrides = {}): Host {
  const files = Object.entries(processes).flatMap(([pid, each]) => Object.entries(processFiles(Number(pid), each)));
  return createTestHost(t, { ...own, ...Object.fromEntries(files) }, { env: SERVICE, ...overrides });
}

async function open(host: Host, flags: Partial<Flags>): Promise<Resolved & { agent: NonNullable<Resolved['agent']> }> {
  const resolved = await resolveSettings(flags, host);
  assert.ok(!('error' in resolved) && resolved.agent, JSON.stringify(resolved));
  return { ...resolved, agent: resolved.agent };
}

async function refused(host: Host, flags: Partial<Flags>): Promise<string> {
  const resolved = await resolveSettings(flags, host);
  assert.ok('error' in resolved, 'refused');
  assert.ok(!/\n/.test(resolved.error) && !resolved.error.includes(SECRET));
  return resolved.error;
}

describe('the agent of a process', () => {
  it('has its environment, its datadog.yaml and its token; the network is ours', async (t) => {
    const host = hostWith(t, { 7: AGENT });
    const { kubelet, apiserver, agent, settings } = await open(host, { 'agent-process': '7' });
    assert.deepEqual([kubelet.host, kubelet.tokenPath, kubelet.caPath], ['10.0.0.7', `${SA}/token`, '/etc/agent-ca.crt']);
    assert.equal(apiserver.caPath, `${SA}/ca.crt`);
    const token = await agent.host.readFile(`${SA}/token`);
    assert.equal(token.ok && token.text, 'agents-token');
    assert.deepEqual(settings.find(({ setting }) => setting === 'agent.process')?.value, '7');
    const { place, namespace, hostName, vantage, agentEnvironment, agentProcess } = agent.place;
    assert.deepEqual(
      { place, namespace, hostName, vantage, agentEnvironment, agentProcess },
      {
        place: 'agent-pod',
        namespace: 'datadog',
        hostName: 'agent-x',
        vantage: 'pod-network',
        agentEnvironment: true,
        agentProcess: { pid: 7, program: 'agent', pod: 'agent-x', beside: 'ephemeral-container', network: 'same' },
      },
    );
    assert.equal(host.redactor.clean(`key ${SECRET}`), 'key [redacted]');
    assert.ok(!JSON.stringify(settings).includes(SECRET));
  });

  it('in another network keeps our names and our resolver, and says so', async (t) => {
    const host = hostWith(
      t,
      { 7: { ...AGENT, net: 'net:[2]' } },
      {
        ...processFiles('self', {}),
        '/var/lib/kubelet/config.yaml': '',
        '/proc/self/mountinfo': '1 2 0:50 / /var/lib/kubelet/pods/u-1/volumes/x rw - tmpfs tmpfs rw\n',
      },
      { env: {} },
    );
    const { agent } = await open(host, { 'agent-process': '7' });
    assert.deepEqual([agent.place.place, agent.place.vantage, agent.place.hostName], ['agent-pod', 'host-network', 'machine']);
    assert.deepEqual([agent.place.agentProcess?.network, agent.place.agentProcess?.beside], ['other', 'node']);
    assert.equal(agent.resolver, host);
  });

  it('files that a flag names are ours, wherever we stand', async (t) => {
    const host = hostWith(t, { 7: AGENT }, { ...BESIDE, '/cwd/mine.crt': 'my CA', '/cwd/other.crt': 'my other CA' });
    const { kubelet, apiserver, agent } = await open(host, {
      'agent-process': '7',
      'kubelet-ca': 'mine.crt',
      'apiserver-ca': '/cwd/other.crt',
    });
    assert.deepEqual([kubelet.caPath, apiserver.caPath], ['/cwd/mine.crt', '/cwd/other.crt']);
    const [ca, other] = [await agent.host.readFile('/cwd/mine.crt'), await agent.host.readFile('/cwd/other.crt')];
    assert.deepEqual([ca.ok && ca.text, other.ok && other.text], ['my CA', 'my other CA']);
    assert.deepEqual(await agent.filesHere({ caPath: '/cwd/mine.crt' }), { caPath: '/cwd/mine.crt' });
  });

  it('commands by hand name the files where we find them, links of directories followed', async (t) => {
    const host = hostWith(t, { 7: AGENT });
    const { agent } = await open(host, { 'agent-process': '7' });
    const here = await agent.filesHere({ tokenPath: `${SA}/token`, caPath: undefined });
    assert.deepEqual(here, {
      tokenPath: `${host.root}/proc/7/root/run/secrets/kubernetes.io/serviceaccount/token`,
      caPath: undefined,
    });
  });

  it('mounts are those of the process', async (t) => {
    const host = hostWith(t, { 7: AGENT });
    const { agent } = await open(host, { 'agent-process': '7' });
    const mounts = await observeMounts(agent.host, { host: agent.processes, pid: agent.pid });
    assert.deepEqual(mounts.status === 'observed' && [mounts.data.pod, mounts.data.neighbourToken], [OWN, undefined]);
  });

  it('a kubeconfig of the agent is read below its root, and its plugin never run', async (t) => {
    const kubeconfig = `current-context: c
contexts: [{ name: c, context: { cluster: c, user: u } }]
clusters: [{ name: c, cluster: { server: "https://cp:6443" } }]
users: [{ name: u, user: { exec: { apiVersion: client.authentication.k8s.io/v1, command: touch, interactiveMode: Never } } }]
`;
    const env = { ...AGENT.env, DD_KUBERNETES_KUBECONFIG_PATH: '/etc/agent.kubeconfig' };
    const host = hostWith(t, { 7: { ...AGENT, env, files: { ...AGENT_FILES, '/etc/agent.kubeconfig': kubeconfig } } });
    const { apiserver } = await open(host, { 'agent-process': '7' });
    assert.deepEqual([apiserver.url?.host, apiserver.kubeconfig?.credential.exec?.origin], ['cp', 'found']);
  });

  it('with --root the processes are those below it', async (t) => {
    const files = Object.fromEntries(Object.entries(processFiles(7, AGENT)).map(([path, content]) => [`/host${path}`, content]));
    const outer = createTestHost(t, { ...BESIDE, ...files });
    // --root is a path of ours: the test's own root stands for none.
    const host = createHost({ ...outer, root: '', redactor: outer.redactor, interfaceAddresses: () => [] });
    const { agent, kubelet } = await open(host, { 'agent-process': '7', root: `${outer.root}/host` });
    assert.equal(kubelet.host, '10.0.0.7');
    assert.equal(agent.host.root, `${outer.root}/host/proc/7/root`);
  });
});

describe('a process of this machine', { skip: process.platform !== 'linux' }, () => {
  it('is read through the links of the kernel, and nothing on a mount that is not its own', async (t) => {
    const env = { DD_KUBERNETES_KUBELET_HOST: '10.0.0.7', DD_API_KEY: SECRET };
    const child = spawn('sleep', ['60'], { env: { ...env, PATH: process.env.PATH } });
    t.after(() => child.kill());
    await once(child, 'spawn');
    const host = createHost({ env: {}, interfaceAddresses: () => [] });
    const { agent, kubelet } = await open(host, { 'agent-process': String(child.pid) });
    assert.deepEqual([kubelet.host, agent.place.agentProcess?.network], ['10.0.0.7', 'same']);
    assert.equal((await agent.host.readFile('/etc/passwd')).ok, true);
    child.kill();
    await once(child, 'exit');
    // Its mounts are gone with it: what its root was is nobody's now.
    assert.equal((await agent.host.readFile('/etc/passwd')).ok, false);
  });
});

describe('a hostile process', () => {
  it('cannot lead out of its root, hold us, or fill our memory', async (t) => {
    const host = hostWith(
      t,
      {
        7: {
          ...AGENT,
          files: {
            '/etc/datadog-agent/datadog.yaml': { link: '../../../../../../../outside.yaml' },
            '/loop': { link: '/loop2' },
            '/loop2': { link: '/loop' },
            [`${SA}/namespace`]: 'datadog',
            [`${SA}/token`]: { link: '/../../../../outside.token' },
          },
        },
      },
      { ...BESIDE, '/outside.yaml': 'kubernetes_kubelet_host: 192.0.2.66\n', '/outside.token': 'ours' },
    );
    execFileSync('mkfifo', [join(host.root, 'proc/7/root/fifo')]);
    const { agent } = await open(host, { 'agent-process': '7' });
    const codes = await Promise.all(
      ['/loop', '/fifo', `${SA}/token`, '/etc/datadog-agent/datadog.yaml'].map((path) => agent.host.readFile(path)),
    );
    assert.deepEqual(
      codes.map((read) => !read.ok && read.code),
      ['ELOOP', 'ENOTFILE', 'ENOENT', 'ENOENT'],
    );
  });

  it('an environment of any bytes is read pair by pair', async (t) => {
    const host = hostWith(t, { 7: AGENT });
    const env = `DD_KUBERNETES_KUBELET_HOST=10.0.0.9\0DD_KUBERNETES_KUBELET_HOST=10.0.0.1\0__proto__=x\0=y\0none\0\u001b[31m=\u0007\0${'z'.repeat(9000)}`;
    rewrite(host, '/proc/7/environ', env);
    const { kubelet, agent } = await open(host, { 'agent-process': '7' });
    assert.equal(kubelet.host, '10.0.0.9');
    assert.equal(Object.getPrototypeOf(agent.host.env), Object.prototype);
    rewrite(host, '/proc/7/environ', 'A=b\0'.repeat(600_000));
    assert.match(await refused(host, { 'agent-process': '7' }), /too large to be an agent's/);
    assert.match(await refused(host, { 'agent-process': 'auto' }), /too large/);
  });

  function rewrite(host: Host, path: string, text: string): void {
    rmSync(join(host.root, path));
    symlinkSync(join('..', 'text'), join(host.root, path));
    mkdirSync(join(host.root, 'proc'), { recursive: true });
    execFileSync('sh', ['-c', `cat > "$1"`, 'sh', join(host.root, 'proc/text')], { input: text });
  }
});

describe('auto', () => {
  const other: Process = { ...AGENT, pod: OTHER };
  const rows: [name: string, processes: Record<number, Process>, own: Files, expect: number | RegExp][] = [
    ['the one there is', { 3: {}, 7: AGENT }, BESIDE, 7],
    ['the main program before its helpers', { 5: { ...AGENT, words: ['trace-agent'] }, 7: AGENT }, BESIDE, 7],
    ['a helper where there is nothing else', { 5: { ...AGENT, words: ['process-agent'] } }, BESIDE, 5],
    ['by its environment alone', { 9: { ...AGENT, words: ['python', 'agent.py'] } }, BESIDE, 9],
    ['the program before an application with its variables', { 5: { ...other, words: ['app'] }, 7: AGENT }, BESIDE, 7],
    ['of our own pod, with the pods of the whole node in sight', { 1: { words: ['/sbin/init'] }, 5: other, 7: AGENT }, BESIDE, 7],
    ['the Cluster Agent asks no kubelet', { 5: { ...AGENT, words: ['datadog-cluster-agent', 'start'] }, 7: AGENT }, BESIDE, 7],
    [
      'a shell called agent is none',
      { 5: { words: ['agent'] } },
      BESIDE,
      /none of the 1 processes visible here is an agent; .*--target=CONTAINER/,
    ],
    ['none', { 3: {} }, BESIDE, /none of the 1 processes visible here is an agent/],
    [
      'only in other pods',
      { 5: other },
      BESIDE,
      new RegExp(`only in others \\(5: agent on agent-x, pod ${OTHER}\\); name one: --agent-process 5`),
    ],
    [
      'several, from a node',
      { 5: other, 7: AGENT },
      { ...processFiles('self', {}), '/var/lib/kubelet/x': '' },
      /2 agents run here \(5: agent on agent-x, pod .*; 7: agent on .*\); name one/,
    ],
  ];
  for (const [name, processes, own, expect] of rows)
    it(name, async (t) => {
      const host = hostWith(t, processes, own);
      if (typeof expect === 'number') assert.equal((await open(host, { 'agent-process': 'auto' })).agent.pid, expect);
      else assert.match(await refused(host, { 'agent-process': 'auto' }), expect);
    });
});

describe('is refused in one line', () => {
  const rows: [flags: Partial<Flags>, says: RegExp][] = [
    [{ 'agent-process': 'agent' }, /agent is not a process ID; give a PID or auto/],
    [{ 'agent-process': '0' }, / is not a process ID; give a PID/],
    [{ 'agent-process': '../7' }, / is not a process ID; give a PID/],
    [{ 'agent-process': '99' }, /: process not found;/],
    [{ 'agent-process': '3' }, /is a kernel thread/],
    [{ 'agent-process': '7', kubeconfig: '/x' }, /uses that agent's credential and --kubeconfig names another/],
    [{ 'agent-process': '7', context: 'x' }, /--context names another/],
    // Every flag that is a credential: the servers and the CAs are those of a process that may be anybody's.
    ...OPTIONS.filter(({ name }) => /token-file|client-(cert|key)/.test(name)).map(({ name }): [Partial<Flags>, RegExp] => [
      { 'agent-process': '7', [name]: '/cwd/mine' },
      new RegExp(`uses that agent's credential and --${name} names another; leave one of them out$`),
    ]),
  ];
  for (const [flags, says] of rows)
    it(JSON.stringify(flags), async (t) => assert.match(await refused(hostWith(t, { 3: { words: [] }, 7: AGENT }), flags), says));

  it('an environment that is not ours to read', { skip: process.getuid?.() === 0 ? 'root may read it' : false }, async (t) => {
    const host = hostWith(t, { 7: AGENT });
    chmodSync(join(host.root, 'proc/7/environ'), 0);
    assert.match(await refused(host, { 'agent-process': '7' }), /this user may not read its environment \(user 100\); run as root/);
  });
});
