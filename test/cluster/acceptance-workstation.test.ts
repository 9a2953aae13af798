/** At a workstation: a kubeconfig of each kind, and a kubelet that is not routed to it. The real command, the real servers. */
import assert from 'node:assert/strict';
import { access, chmod, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { stringify } from 'yaml';
import type { Finding } from '../../src/model/report.js';
import { type Cluster, startCluster } from './cluster.js';
import { clientCertificate } from './credentials.js';
import { assertClean, assertCleanWithoutAgent, assertFirst, assertReadOnly, type Diagnosis, diagnose } from './doctor.js';
import { AGENT_RULES, type Agent } from './identities.js';
import { APISERVER_IP, APISERVER_PORT, clearFilters, dropFrom, KUBELET_PORT, NODE_IPS, POD_IP } from './net.js';

let cluster: Cluster;
let agent: Agent;
let operator: { 'client-certificate-data': string; 'client-key-data': string };

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const SERVER = `https://${APISERVER_IP}:${APISERVER_PORT}`;

before(async () => {
  cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 } } });
  agent = await cluster.createAgent({ rules: AGENT_RULES });
  const pair = await clientCertificate(cluster.ca, 'ops', ['system:masters']);
  operator = { 'client-certificate-data': base64(pair.certPem), 'client-key-data': base64(pair.keyPem) };
});
after(() => cluster?.stop());
afterEach(clearFilters);

/** A kubeconfig whose cluster and user are as given, beside what every one needs. */
async function kubeconfig(name: string, { cluster: ofCluster = {}, user = operator }: { cluster?: object; user?: object } = {}) {
  const file = path.join(cluster.dir, `${name}.kubeconfig`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: SERVER, 'certificate-authority-data': base64(cluster.ca.certPem), ...ofCluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
  return file;
}

/** No service environment, no agent's variables, no token mounted: the network of the machine. */
function atWorkstation(
  file: string,
  args: string[] = [],
  env: Record<string, string> = {},
  network: 'host' | 'pod' = 'host',
): Promise<Diagnosis> {
  const none = Object.fromEntries(
    ['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT', 'DD_KUBERNETES_KUBELET_HOST', 'DD_API_KEY'].map((n) => [n, undefined]),
  );
  return diagnose(cluster, undefined, { network, env: { ...none, KUBECONFIG: file, ...env }, args: ['--node', 'n1', ...args] });
}

const assertFound = ({ report }: Diagnosis, cause: string): Finding => {
  const found = report.findings.find((finding) => finding.cause === cause);
  assert.ok(found, JSON.stringify(report.findings.map((finding) => finding.cause)));
  return found;
};

const plugin = async (name: string, body: string): Promise<string> => {
  const file = path.join(cluster.dir, name);
  await writeFile(file, `#!/bin/sh\n${body}\n`);
  await chmod(file, 0o755);
  return file;
};
const exec = (command: string) => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never', provideClusterInfo: false },
});

describe('the kubeconfig', () => {
  it('of an operator: clean, and at a workstation', async () => {
    const diagnosis = await atWorkstation(await kubeconfig('plain'));
    assertCleanWithoutAgent(diagnosis);
    assert.equal(diagnosis.report.where.place, 'a workstation');
    assert.equal(diagnosis.report.where.identity, 'ops');
  });

  it('in two files, the first of which names the context alone', async () => {
    const whole = await kubeconfig('second');
    const first = path.join(cluster.dir, 'first.kubeconfig');
    await writeFile(
      first,
      stringify({
        apiVersion: 'v1',
        kind: 'Config',
        contexts: [{ name: 'mine', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'mine',
      }),
    );
    const diagnosis = await atWorkstation(`${first}:${whole}`);
    assertCleanWithoutAgent(diagnosis);
    assert.ok(diagnosis.report.settings.some(({ setting, value }) => setting === 'context' && value === 'mine'));
  });

  it('with a name to verify beside an address that is not in the certificate', async (t) => {
    const forward = await listen(createServer((socket) => splice(socket, connect(APISERVER_PORT, APISERVER_IP))));
    t.after(() => forward.close());
    const server = `https://127.0.0.2:${portOf(forward)}`;
    assertFirst(await atWorkstation(await kubeconfig('unnamed', { cluster: { server } })), 'apiserver-certificate-name-mismatch');
    assertCleanWithoutAgent(
      await atWorkstation(await kubeconfig('named', { cluster: { server, 'tls-server-name': 'kubernetes.default.svc' } })),
    );
  });

  it('through its proxy-url alone, while the way past it is closed', async (t) => {
    const asked: string[] = [];
    const proxy = await listen(createServer((socket) => tunnel(socket, asked)));
    t.after(() => proxy.close());
    const diagnosis = await atWorkstation(await kubeconfig('proxied', { cluster: { 'proxy-url': `http://127.0.0.1:${portOf(proxy)}` } }));
    assertCleanWithoutAgent(diagnosis);
    assert.deepEqual([...new Set(asked)], [`${APISERVER_IP}:${APISERVER_PORT}`], 'the apiserver goes through it, the kubelet does not');
  });
});

describe('a credential plugin', () => {
  it('gives the token it prints', async () => {
    const credential = JSON.stringify({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: agent.token },
    });
    const diagnosis = await atWorkstation(await kubeconfig('plugin', { user: exec(await plugin('give-token', `echo '${credential}'`)) }));
    assert.equal(diagnosis.report.where.identity, 'system:serviceaccount:datadog:datadog-agent');
    assert.ok(!diagnosis.stdout.includes(agent.token), 'the token is not shown');
  });

  it('fails, in its own words, with the command to sign in again', async () => {
    const says =
      'The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run aws sso login.';
    const finding = assertFirst(
      await atWorkstation(await kubeconfig('expired', { user: exec(await plugin('aws', `echo "${says}" >&2; exit 255`)) })),
      'credential-plugin-fails',
    );
    assert.match(
      [finding.title, ...finding.evidence.map(({ saw }) => saw)].map(({ en }) => en).join('\n'),
      /SSO session associated with this profile has expired/,
    );
    assert.equal(finding.fixes[0]?.steps, 'aws sso login');
  });

  it('is not run with --no-exec', async () => {
    const mark = path.join(cluster.dir, 'was-run');
    const file = await kubeconfig('forbidden', { user: exec(await plugin('never', `touch ${mark}; exit 1`)) });
    assertFirst(await atWorkstation(file, ['--no-exec']), 'credential-plugin-fails');
    await assert.rejects(access(mark), 'the plugin did not run');
  });
});

describe('in the name of somebody else', () => {
  const account = 'system:serviceaccount:datadog:datadog-agent';

  it('by as of the kubeconfig: the apiserver answers as to the agent', async () => {
    const diagnosis = await atWorkstation(await kubeconfig('as', { user: { ...operator, as: account } }));
    assert.equal(diagnosis.report.where.identity, `${account} (impersonated)`);
    assert.ok(!diagnosis.report.findings.some(({ cause }) => cause === 'identity-unexpected'));
  });

  it('by --as and --as-group', async () => {
    const diagnosis = await atWorkstation(await kubeconfig('plain'), ['--as', 'jane', '--as-group', 'system:masters']);
    assertClean(diagnosis);
    assert.equal(diagnosis.report.where.identity, 'jane (impersonated)');
  });

  it('who is not ours to be', async () => {
    const pair = await clientCertificate(cluster.ca, 'nobody-special');
    const user = { 'client-certificate-data': base64(pair.certPem), 'client-key-data': base64(pair.keyPem) };
    assertFirst(await atWorkstation(await kubeconfig('small', { user }), ['--as', 'jane']), 'impersonation-forbidden');
  });
});

describe('a kubelet that is not routed here', () => {
  // The machine apart from the nodes is the pod's network here: it has an address of its own, which a filter can tell.
  const afar = async (user: object = operator) => {
    await dropFrom(POD_IP, NODE_IPS.n1, KUBELET_PORT);
    return atWorkstation(await kubeconfig('afar', { user }), ['--connect-timeout', '1500ms'], {}, 'pod');
  };
  const payload = ({ report }: Diagnosis) => report.results.find(({ question }) => question === 'kubelet-payload');

  it('is asked through the node proxy, and what only the node can answer comes with its command', async () => {
    const diagnosis = await afar();
    const finding = assertFound(diagnosis, 'kubelet-connect-timeout');
    assert.deepEqual([finding.severity, finding.certainty], ['note', 'proven'], 'the agent does not ask from here');
    assert.equal(finding.fixes[0]?.steps, 'kubelet-doctor manifest debug --node n1 --image IMAGE');
    assert.equal(payload(diagnosis)?.outcome, 'pass', 'its answers are in order, by the node proxy');
    assert.ok(!diagnosis.report.findings.some(({ severity }) => severity === 'blocks'));
    const open = diagnosis.report.results
      .filter(({ outcome, required }) => outcome === 'cannot-tell' && required)
      .map(({ question }) => question);
    assert.deepEqual(open.sort(), ['agent-coverage', 'kubelet-certificate', 'kubelet-tls-handshake', 'kubelet-unauthorized']);
  });

  it('is left alone where the node proxy is not ours, and the command is printed', async () => {
    const pair = await clientCertificate(cluster.ca, 'reader');
    const diagnosis = await afar({ 'client-certificate-data': base64(pair.certPem), 'client-key-data': base64(pair.keyPem) });
    assert.notEqual(payload(diagnosis)?.outcome, 'pass');
    assert.ok(!diagnosis.report.findings.some(({ cause }) => cause === 'not-a-kubelet'));
  });
});

it('nothing but questions reached the apiserver', async () => {
  assert.ok((await assertReadOnly(cluster)) > 50);
});

function portOf(server: Server): number {
  return (server.address() as { port: number }).port;
}

function listen(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, '0.0.0.0', () => resolve(server)));
}

function splice(one: Socket, other: Socket): void {
  one.on('error', () => other.destroy()).pipe(other);
  other.on('error', () => one.destroy()).pipe(one);
}

/** A proxy that knows CONNECT and notes for what it was asked. */
function tunnel(socket: Socket, asked: string[]): void {
  socket.on('error', () => socket.destroy());
  socket.once('data', (head) => {
    const [, host = '', port = ''] = /^CONNECT ([\d.]+):(\d+) /.exec(head.toString()) ?? [];
    asked.push(`${host}:${port}`);
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      splice(socket, onward);
    });
    onward.on('error', () => socket.destroy());
  });
}
