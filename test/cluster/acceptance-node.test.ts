/**
 * At a node: what its own files say of its kubelet, and what its apiserver says to it in the kubelet's name. The real command is the only process;
 * the files below --root are those of a real kubelet, whose process, sockets, configuration files, certificates and kubeconfig they are.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { flatten } from '../../src/judge/rank.js';
import type { Report } from '../../src/model/report.js';
import { renderText } from '../../src/render/text/report.js';
import { type Cluster, startCluster } from './cluster.js';
import { hasKubectl, kubectl } from './container-place.js';
import { assertClean, assertFirst, assertReadOnly, type Diagnosis, diagnose, fixIn } from './doctor.js';
import { AGENT_RULES, type Agent } from './identities.js';
import { APISERVER_IP, APISERVER_PORT, NODE_IPS } from './net.js';
import { waitFor } from './process.js';

const run = promisify(execFile);
const SERVER = `https://${APISERVER_IP}:${APISERVER_PORT}`;
const AGENTS = ['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT', 'DD_KUBERNETES_KUBELET_HOST', 'DD_API_KEY'];
const ACCOUNT = 'system:serviceaccount:datadog:datadog-agent';
const mayRun = await hasKubectl();

let cluster: Cluster;
let agent: Agent;
let root: string;
let ca: string;

before(async () => {
  cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1, healthz: '127.0.0.1' } } });
  agent = await cluster.createAgent();
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

/** On the node's machine, without the agent's environment and without any credential of ours. */
function atNode(args: string[] = []): Promise<Diagnosis> {
  const none = Object.fromEntries(AGENTS.map((name) => [name, undefined]));
  return diagnose(cluster, undefined, { network: 'host', env: none, args: ['--root', root, ...args] });
}

/** The same with nothing asked of the apiserver in the kubelet's name. */
const asNobody = (args: string[] = []) =>
  atNode([
    ...args,
    '--no-kubelet-identity',
    '--kubelet-host',
    NODE_IPS.n1,
    '--kubelet-ca',
    ca,
    '--apiserver',
    SERVER,
    '--apiserver-ca',
    ca,
  ]);

const causesOf = ({ report }: Diagnosis): string[] => flatten(report.findings).map(({ cause }) => cause);
const results = ({ report }: Diagnosis, question: string): Report['results'][number] | undefined =>
  report.results.find((result) => result.question === question);

describe('at the node, with nothing named', () => {
  it("all is well: asked as the kubelet, for the agent's account, without the agent's token", async () => {
    const before = (await cluster.auditEvents()).length;
    const diagnosis = await atNode();
    assertClean(diagnosis);
    const { where } = diagnosis.report;
    assert.deepEqual(
      [where.place, where.vantage, where.node, where.identity, where.kubelet],
      ['a node', 'host network', 'n1', `system:node:n1 (the kubelet's own kubeconfig), for ${ACCOUNT}`, `${NODE_IPS.n1}:10250`],
    );
    assert.match(results(diagnosis, 'kubelet-unauthorized')?.note?.en ?? '', /the kubelet reaches its apiserver/);
    assert.match(results(diagnosis, 'kubelet-payload')?.note?.en ?? '', /its health port on this node says ok/);
    assert.equal(results(diagnosis, 'container-runtime')?.outcome, 'pass');
    const asked = (await cluster.auditEvents()).slice(before).filter((event) => event.userAgent?.startsWith('kubelet-doctor/'));
    const by = new Set(asked.map(({ user }) => user));
    assert.ok(by.has('system:node:n1') && !by.has(ACCOUNT), [...by].join());
    assert.ok(asked.some(({ requestURI }) => requestURI.endsWith('/subjectaccessreviews')));
    assert.ok((await assertReadOnly(cluster)) > 0);
  });

  it("the agent's lost role is named, for its account, and cured by what was printed", async () => {
    await cluster.grant(agent.namespace, agent.name, []);
    const first = assertFirst(await atNode(), 'kubelet-permission-missing');
    assert.equal(first.certainty, 'proven');
    assert.match(JSON.stringify(first), new RegExp(ACCOUNT));
    await cluster.applyYaml(fixIn(first, 'yaml'));
    await waitFor('the right to be known', async () => (causesOf(await atNode()).length === 0 ? true : undefined));
    await cluster.grant(agent.namespace, agent.name, AGENT_RULES);
  });

  it('says in line three whose eyes it has, and stays silent as the kubelet where that is not wished', async () => {
    const { report } = await atNode();
    const [, , third] = renderText(report, { width: 80, colour: false, verbose: false }).split('\n');
    assert.match(
      third ?? '',
      /^Ran in a shell on n1 \(host network\), as system:node:n1 \(the kubelet's own kubeconfig\), for datadog\/datadog-agent, /,
    );
    const before = (await cluster.auditEvents()).length;
    const without = await atNode(['--no-kubelet-identity']);
    assert.ok(!without.report.where.identity.includes('system:node'));
    const asked = (await cluster.auditEvents()).slice(before).filter((event) => event.userAgent?.startsWith('kubelet-doctor/'));
    assert.deepEqual(
      asked.map(({ user }) => user).filter((user) => user.startsWith('system:node')),
      [],
    );
  });
});

describe("the kubelet's configuration", () => {
  it('webhook authentication off by a flag is named first, from the configuration alone', async () => {
    await cluster.restartKubelet('n1', { webhookAuthentication: false });
    const first = assertFirst(await asNobody(), 'kubelet-token-authentication-off');
    assert.equal(first.certainty, 'proven');
    assert.match(JSON.stringify(first.evidence), /authentication\.webhook\.enabled: false \(--authentication-token-webhook=false\)/);
    const printed = first.fixes.find(({ owner, steps }) => owner === 'node' && steps?.includes('--authentication-token-webhook=true'));
    await cluster.restartKubelet('n1', { flags: (printed?.steps ?? '').split('\n').filter((line) => line.startsWith('--')) });
    assert.ok(!causesOf(await asNobody()).includes(first.cause));
  });

  it('off in a drop-in, though the file has it on: file and line are named, and what is printed cures as a later drop-in', async () => {
    const off = { '10-hardening.conf': { authentication: { webhook: { enabled: false } } } };
    await cluster.restartKubelet('n1', { config: { dropIns: off } });
    const first = assertFirst(await atNode(), 'kubelet-token-authentication-off');
    assert.match(JSON.stringify(first.evidence), /config\.d\/10-hardening\.conf:\d+\)/);
    const { parse } = await import('yaml');
    await cluster.restartKubelet('n1', { config: { dropIns: { ...off, '99-fix.conf': parse(fixIn(first, 'kubelet-config')) } } });
    assertClean(await atNode());
  });

  it('a flag over a file: the flag is what counts, to the kubelet and to us', async () => {
    await cluster.restartKubelet('n1', { config: {}, flags: ['--authentication-token-webhook=false'] });
    const first = assertFirst(await atNode(), 'kubelet-token-authentication-off');
    assert.match(JSON.stringify(first.evidence), /--authentication-token-webhook=false/);
    // As said by the kubelet itself: it refuses the agent's good token.
    const refused = await atNode(['--kubelet-token-file', path.join(agent.secretsDir, 'token')]);
    assertFirst(refused, 'kubelet-token-authentication-off');
  });

  it('a kubelet without its server, and one that authorizes everyone, are named from the configuration', async () => {
    await cluster.restartKubelet('n1', { server: false, config: {} });
    const off = assertFirst(await atNode(), 'kubelet-server-disabled');
    assert.equal(off.certainty, 'proven');
    assert.match(JSON.stringify(off.evidence), /enableServer: false \(.*config\.yaml:\d+\)/);
    await cluster.restartKubelet('n1', { authorization: 'AlwaysAllow', config: {} });
    assert.ok(causesOf(await atNode()).includes('kubelet-always-allow'));
    await cluster.restartKubelet('n1');
  });
});

describe('a token that the kubelet refuses', () => {
  it("gets the apiserver's reason by a TokenReview in the kubelet's name, which nobody else is given", async () => {
    const file = path.join(cluster.dir, 'expired.token');
    const expired = cluster.mintToken({ sub: ACCOUNT, exp: Math.floor(Date.now() / 1000) - 3600 });
    await writeFile(file, expired);
    const first = assertFirst(await atNode(['--kubelet-token-file', file]), 'kubelet-rejects-credential');
    assert.equal(first.certainty, 'proven');
    assert.match(JSON.stringify(first), /expired/);
  });

  it('the token named alone: server and CA are those of the kubelet, the reason is proven', async () => {
    const file = path.join(cluster.dir, 'gone.token');
    const gone = {
      'kubernetes.io': { namespace: 'datadog', serviceaccount: { name: 'datadog-agent', uid: 'x' }, pod: { name: 'p', uid: 'gone' } },
    };
    await writeFile(file, cluster.mintToken({ sub: ACCOUNT, ...gone }));
    const diagnosis = await atNode(['--token-file', file]);
    const first = assertFirst(diagnosis, 'token-rejected');
    assert.equal(first.certainty, 'proven');
    assert.match(JSON.stringify(first), /invalidated|does not match|deleted/);
    assert.ok(!diagnosis.stdout.includes(await readFile(file, 'utf8')), 'the token is not shown');
    assert.ok((await assertReadOnly(cluster)) > 0);
  });

  it('the command that is printed to tell a good token from a bad one tells them apart', {
    skip: mayRun ? false : 'kubectl is not installed',
  }, async () => {
    const file = path.join(cluster.dir, 'doubtful.token');
    await writeFile(file, `${agent.token.slice(0, -8)}AAAAAAAA`);
    const { report } = await asNobody(['--token-file', file]);
    const printed = flatten(report.findings).flatMap(({ decide }) => decide.filter((command) => command.includes('TokenReview')));
    const [review] = printed;
    assert.ok(review, JSON.stringify(report.findings));
    const pasted = async () => JSON.parse(await kubectl(cluster, review)) as { authenticated?: boolean; user?: { username: string } };
    assert.notEqual((await pasted()).authenticated, true);
    await writeFile(file, `${agent.token}\n`);
    assert.deepEqual([(await pasted()).authenticated, (await pasted()).user?.username], [true, ACCOUNT]);
  });

  it("of the agent itself: the agent's good token, on the kubelet's way", async () => {
    assertClean(await atNode(['--token-file', path.join(agent.secretsDir, 'token')]));
  });
});

describe("the node's surroundings", () => {
  let listener: Server | undefined;
  afterEach(() => listener?.close());

  it("a proxy of the kubelet's service is named with its drop-in, and what is printed cures", async () => {
    const proxy = `http://ops:sentinel-proxy-password@${NODE_IPS.n2}:3128`;
    const dropIn = path.join(root, 'etc/systemd/system/kubelet.service.d');
    await mkdir(dropIn, { recursive: true });
    await writeFile(path.join(dropIn, 'http-proxy.conf'), `[Service]\nEnvironment="HTTPS_PROXY=${proxy}"\n`);
    await cluster.restartKubelet('n1', { environment: { HTTPS_PROXY: proxy } });
    const diagnosis = await atNode();
    const first = assertFirst(diagnosis, 'proxy-captures-apiserver');
    assert.ok(causesOf(diagnosis).includes('kubelet-cannot-reach-apiserver'), JSON.stringify(causesOf(diagnosis)));
    assert.match(JSON.stringify(first.evidence), /\/etc\/systemd\/system\/kubelet\.service\.d\/http-proxy\.conf:2/);
    assert.ok(!diagnosis.stdout.includes('sentinel-proxy-password'));
    // As a systemd of the node would read it.
    const [, added = ''] = /^NO_PROXY=(.*)$/m.exec(fixIn(first, 'shell')) ?? [];
    await cluster.restartKubelet('n1', { environment: { HTTPS_PROXY: proxy, NO_PROXY: added } });
    assertClean(await atNode());
    await cluster.waitForNodes(['n1']);
    await rm(dropIn, { recursive: true });
    await cluster.restartKubelet('n1');
  });

  it('a runtime that nobody listens for is named with its socket, and is well once somebody does', async () => {
    const socket = path.join(cluster.kubelet('n1').directory, 'runtime.sock');
    await cluster.restartKubelet('n1', { flags: [`--container-runtime-endpoint=unix://${socket}`] });
    assertFirst(await atNode(), 'container-runtime-down');
    // Frozen: the kernel accepts in its place, and nobody answers the greeting.
    const held: Socket[] = [];
    const frozen = createServer((connection) => void held.push(connection));
    await new Promise<void>((resolve) => frozen.listen(socket, resolve));
    assertFirst(await atNode(), 'container-runtime-down');
    for (const connection of held) connection.destroy();
    await new Promise((resolve) => frozen.close(resolve));
    listener = createHttp2Server();
    await new Promise<void>((resolve) => listener?.listen(socket, resolve));
    assertClean(await atNode());
    await cluster.restartKubelet('n1');
  });

  it('a kubeconfig that broke under a running kubelet is named, though it still works', async () => {
    const file = path.join(cluster.kubelet('n1').directory, 'kubeconfig');
    const good = await readFile(file, 'utf8');
    await writeFile(file, good.replace(/client-key-data: .*/, 'client-key: /var/lib/kubelet/pki/gone.pem'));
    const broken = await atNode();
    assertFirst(broken, 'kubelet-kubeconfig-broken');
    assert.match(JSON.stringify(broken.report.findings), /gone\.pem: no such file/);
    await writeFile(file, good);
    assertClean(await atNode());
  });
});

describe('whose word it is', () => {
  const ofStranger = (port: number) => `kind: Config
clusters: [{ name: c, cluster: { server: "https://127.0.0.1:${port}" } }]
users: [{ name: u, user: { tokenFile: /etc/shadow } }]
contexts: [{ name: c, context: { cluster: c, user: u } }]
current-context: c
`;

  it('a kubeconfig that others may write is named and not used: the node is not asked in its name', async () => {
    const file = path.join(cluster.kubelet('n1').directory, 'kubeconfig');
    await chmod(file, 0o666);
    const before = (await cluster.auditEvents()).length;
    const exposed = assertFirst(await atNode(), 'kubelet-kubeconfig-exposed');
    assert.match(JSON.stringify(exposed), /may be written by everyone/);
    const asked = (await cluster.auditEvents()).slice(before).filter(({ userAgent }) => userAgent?.startsWith('kubelet-doctor/'));
    assert.deepEqual(asked, []);
    // As it is printed.
    const steps = exposed.fixes.find(({ changes }) => changes === 'config')?.steps ?? assert.fail('a fix');
    await run('sh', ['-ec', steps]);
    assertClean(await atNode());
  });

  it('a process in a container that calls itself kubelet is not the one of the node, beside it nor in its absence', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = (server.address() as AddressInfo).port;
    const file = path.join(cluster.kubelet('n1').directory, 'of-a-stranger');
    await writeFile(file, ofStranger(port), { mode: 0o600 });
    const script = 'exec -a kubelet "$0" -e "setTimeout(() => {}, 600000)" -- "$@"';
    const words = ['bash', '-c', script, process.execPath, `--kubeconfig=${file}`, '--node-ip=127.0.0.1', `--port=${port}`];
    const stranger = spawn('unshare', ['--pid', '--fork', '--kill-child', ...words], { stdio: 'ignore' });
    try {
      await waitFor('the stranger to run', async () => {
        const { stdout } = await run('pgrep', ['-fx', 'kubelet -e .*'], { encoding: 'utf8' });
        return stdout || undefined;
      });
      const beside = await atNode();
      assertClean(beside);
      assert.match(results(beside, 'kubelet-impostor')?.note?.en ?? '', /ignored, not the node's kubelet: process \d+/);
      await cluster.stopKubelet('n1');
      const alone = await atNode(['--token-file', path.join(agent.secretsDir, 'token')]);
      const impostor = flatten(alone.report.findings).find(({ cause }) => cause === 'kubelet-impostor');
      assert.match(
        impostor?.title.en ?? JSON.stringify(causesOf(alone)),
        /^Process \d+ is not this node's kubelet: it runs in a container/,
      );
      assert.equal(connections, 0);
    } finally {
      stranger.kill('SIGKILL');
      server.close();
      await cluster.restartKubelet('n1');
    }
  });
});

describe('at the node, with the apiserver stopped', () => {
  it('that comes first, and the kubelet is judged from the node', async () => {
    await cluster.restartKubelet('n1', { webhookAuthentication: false });
    await cluster.stopApiserver();
    const diagnosis = await atNode();
    assertFirst(diagnosis, 'apiserver-connection-refused');
    assert.ok(causesOf(diagnosis).includes('kubelet-token-authentication-off'), JSON.stringify(causesOf(diagnosis)));
    assert.equal(diagnosis.report.where.node, 'n1');
    await cluster.restartKubelet('n1');
    const cutOff = await atNode();
    assertFirst(cutOff, 'apiserver-connection-refused');
    assert.ok(causesOf(cutOff).includes('kubelet-cannot-reach-apiserver'), JSON.stringify(causesOf(cutOff)));
  });
});
