/** Worlds as a whole: what a place looks like, scenarios as data, demo; and that nothing stays behind. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { createHost } from '../../src/host/create.js';
import { ESCAPES, SECRETS } from '../../src/sim/answers/hostile.js';
import { runDemo } from '../../src/sim/demo.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { type RunningWorld, startWorld } from '../../src/sim/start.js';
import type { CredentialWorld, World } from '../../src/sim/world.js';
import { bundleInto } from '../support/bundled.js';
import { stopwatch } from '../support/stopwatch.js';
import { ask } from './client.js';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

async function withWorld(world: World, use: (running: RunningWorld) => Promise<void> | void): Promise<void> {
  const running = await startWorld(world);
  try {
    await use(running);
  } finally {
    await running.stop();
  }
}

const read = ({ host }: RunningWorld, file: string) => readFileSync(path.join(host.root, file), 'utf8');
const bearer = (world: RunningWorld) => `Bearer ${read(world, `${ACCOUNT}/token`)}`;

describe('places', { concurrency: true }, () => {
  it("an agent's pod: service account, resolver, gateway, the agent's settings", () =>
    withWorld({}, async (world) => {
      const claims = JSON.parse(Buffer.from(read(world, `${ACCOUNT}/token`).split('.')[1]!, 'base64url').toString()) as Record<
        string,
        unknown
      >;
      assert.equal(claims.iss, 'https://kubernetes.default.svc.cluster.local');
      assert.equal(claims.sub, world.user);
      assert.deepEqual(Object.keys(claims['kubernetes.io'] as object), ['namespace', 'node', 'pod', 'serviceaccount', 'warnafter']);
      assert.equal(read(world, `${ACCOUNT}/namespace`), 'datadog');
      assert.equal(read(world, `${ACCOUNT}/ca.crt`), world.caPem);
      assert.match(read(world, '/etc/resolv.conf'), /^nameserver 127\.[\d.]+\nsearch datadog\.svc\.cluster\.local /);
      const [, line = ''] = read(world, '/proc/net/route').split('\n');
      const gateway = Buffer.from(line.split('\t')[2]!, 'hex').reverse().join('.');
      assert.equal(gateway, world.addresses.gateway);
      const { env } = world.host;
      assert.equal(env.DD_KUBERNETES_KUBELET_HOST, world.addresses.kubelets.n1?.host);
      assert.equal(env.KUBERNETES_SERVICE_PORT, String(world.addresses.service.port));
      assert.deepEqual(world.argv, []);
      // And the real Host reads it, through the links a kubelet makes.
      const token = await createHost(world.host).readFile(`${ACCOUNT}/token`);
      assert.ok(token.ok && token.text.startsWith('eyJ'));
    }));

  it('a workstation: a kubeconfig, no service environment', () =>
    withWorld({ place: 'workstation', agent: { credential: 'certificate' } }, async (world) => {
      assert.equal(world.host.env.KUBERNETES_SERVICE_HOST, undefined);
      const config = parse(read(world, world.kubeconfig!)) as Kubeconfig;
      assert.equal(world.kubeconfig, `${world.host.home}/.kube/config`);
      const { user } = config.users[0]!;
      const decode = (text = '') => Buffer.from(text, 'base64').toString();
      const cert = decode(user['client-certificate-data']);
      const key = decode(user['client-key-data']);
      const { host, port } = world.addresses.apiserver;
      assert.equal(config.clusters[0]?.cluster.server, `https://${host}:${port}`);
      assert.equal((await ask({ host, port }, { path: '/api/v1/nodes/n1', ca: world.caPem, cert, key })).status, 200);
    }));

  it("a node: the kubelet's kubeconfig, which the Node authorizer knows", () =>
    withWorld({ place: 'node' }, async (world) => {
      const pem = read(world, '/var/lib/kubelet/pki/kubelet-client-current.pem');
      assert.equal(new X509Certificate(pem).subject, 'O=system:nodes\nCN=system:node:n1');
      const get = async (url: string) => (await ask(world.addresses.apiserver, { path: url, ca: world.caPem, cert: pem, key: pem })).status;
      assert.deepEqual(await Promise.all(['/api/v1/nodes/n1', '/api/v1/nodes/n2', '/api/v1/pods'].map(get)), [200, 403, 403]);
      assert.equal((parse(read(world, '/var/lib/kubelet/config.yaml')) as { port: number }).port, world.addresses.kubelets.n1?.port);
      assert.ok(world.argv.includes('/etc/kubernetes/kubelet.conf'));
    }));

  it('more nodes, each with its own fault', () =>
    withWorld({ otherNodes: { n2: { certificate: 'expired' }, n3: { listen: 'closed' } } }, async (world) => {
      assert.deepEqual(Object.keys(world.addresses.kubelets), ['n1', 'n2', 'n3']);
      const { status } = await ask(world.addresses.kubelets.n1!, { path: '/pods', ca: world.caPem, authorization: bearer(world) });
      assert.equal(status, 200);
      await assert.rejects(ask(world.addresses.kubelets.n2!, { path: '/pods', ca: world.caPem }), { code: 'CERT_HAS_EXPIRED' });
      await assert.rejects(ask(world.addresses.kubelets.n3!, { path: '/pods', ca: world.caPem }), { code: 'ECONNREFUSED' });
    }));

  const STATUS: Partial<Record<CredentialWorld, number>> = {
    token: 200,
    legacy: 200,
    expired: 401,
    'not-yet-valid': 401,
    'other-audience': 401,
    foreign: 401,
    garbage: 401,
    'deleted-pod': 401,
    empty: 403,
  };
  for (const [credential, status] of Object.entries(STATUS) as [CredentialWorld, number][]) {
    it(`the credential ${credential} gets ${status} from the apiserver`, () =>
      withWorld({ agent: { credential } }, async (world) => {
        const got = await ask(world.addresses.apiserver, { path: '/api/v1/nodes/n1', ca: world.caPem, authorization: bearer(world) });
        assert.equal(got.status, status);
        if (credential !== 'empty') assert.ok(world.secrets.some((secret) => bearer(world).includes(secret)));
      }));
  }

  it('no token means no volume at all; a certificate comes with its own CA file and kubeconfig', async () => {
    await withWorld({ agent: { credential: 'no-token' } }, ({ host }) => assert.ok(!existsSync(path.join(host.root, ACCOUNT))));
    await withWorld({ agent: { credential: 'certificate-expired' } }, async (world) => {
      const { env } = world.host;
      const cert = read(world, env.DD_KUBELET_CLIENT_CRT!);
      const key = read(world, env.DD_KUBELET_CLIENT_KEY!);
      const ca = read(world, env.DD_KUBELET_CLIENT_CA!);
      assert.ok(new X509Certificate(cert).publicKey.equals(createPublicKey(key)));
      for (const way of [world.addresses.kubelets.n1!, world.addresses.apiserver]) {
        assert.equal((await ask(way, { path: '/pods', ca, cert, key })).status, 401);
      }
      assert.ok(existsSync(path.join(world.host.root, env.DD_KUBERNETES_KUBECONFIG_PATH!)));
    });
  });

  it('rights can be granted while the world runs', () =>
    withWorld({ agent: { rights: 'none' } }, async (world) => {
      const get = async () =>
        (await ask(world.addresses.kubelets.n1!, { path: '/pods', ca: world.caPem, authorization: bearer(world) })).status;
      assert.equal(await get(), 403);
      world.cluster.grant(world.user, [{ verbs: ['get'], groups: [''], resources: ['nodes/pods'] }]);
      assert.equal(await get(), 200);
    }));

  it('a pending certificate has a request that names the node', () =>
    withWorld({ kubelet: { certificate: 'pending' } }, async (world) => {
      const url = '/apis/certificates.k8s.io/v1/certificatesigningrequests?fieldSelector=spec.signerName%3Dkubernetes.io%2Fkubelet-serving';
      const { body } = await ask(world.addresses.apiserver, { path: url, ca: world.caPem, authorization: bearer(world) });
      const [request] = (JSON.parse(body) as { items: { spec: { username: string; request: string }; status: object }[] }).items;
      assert.equal(request?.spec.username, 'system:node:n1');
      assert.match(Buffer.from(request.spec.request, 'base64').toString(), /^-----BEGIN CERTIFICATE REQUEST-----/);
      assert.deepEqual(request.status, {});
    }));

  it('hostile servers send escapes, shell and secrets', () =>
    withWorld({ hostile: { kubelet: true, apiserver: true } }, async (world) => {
      const authorization = bearer(world);
      const refused = await ask(world.addresses.kubelets.n1!, { path: '/metrics', ca: world.caPem, authorization });
      assert.ok(refused.body.includes(ESCAPES) && refused.body.includes(SECRETS.bodyPassword));
      assert.ok(refused.headers.some(([name, value]) => name === 'Set-Cookie' && value.includes(SECRETS.header)));
      const version = await ask(world.addresses.apiserver, { path: '/version', ca: world.caPem, authorization });
      assert.ok((JSON.parse(version.body) as { gitVersion: string }).gitVersion.includes(ESCAPES));
      assert.ok(world.secrets.includes(SECRETS.body));
    }));
});

interface Kubeconfig {
  clusters: { cluster: { server: string } }[];
  users: { user: Record<string, string> }[];
}

/** What a world could leave behind: sockets, servers, workers. */
const handles = () => process.getActiveResourcesInfo().filter((kind) => /^(TCP|TLS|UDP|Pipe|MessagePort|Worker)/.test(kind));

describe('scenarios', () => {
  it('have names of their own, a title and an exit code that fits', () => {
    assert.equal(new Set(SCENARIOS.map((s) => s.scenario)).size, SCENARIOS.length);
    for (const { scenario, title, expect } of SCENARIOS) {
      assert.match(scenario, /^[a-z0-9.-]+$/);
      assert.ok(title.length > 10 && title.length < 100 && !title.endsWith('.'), scenario);
      // Nothing found, and either nothing left open (0) or something required that was not ours to ask (3).
      if (expect.first === null) assert.ok(expect.exitCode === 0 || expect.exitCode === 3, scenario);
      else assert.ok(!expect.never?.includes(expect.first), scenario);
    }
  });

  it('start and stop without leaving a handle or a file', async () => {
    const before = handles();
    const roots: string[] = [];
    for (let i = 0; i < SCENARIOS.length; i += 20) {
      const started = await Promise.allSettled(SCENARIOS.slice(i, i + 20).map(({ world }) => startWorld(world)));
      const running = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      roots.push(...running.map(({ host }) => host.root));
      await Promise.all(running.map((world) => world.stop()));
      for (const result of started) if (result.status === 'rejected') throw result.reason;
    }
    const lived = stopwatch();
    while (handles().length > before.length && lived() < 1000) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(handles().sort(), before.sort());
    assert.deepEqual(roots.filter(existsSync), []);
  });

  it('leave a process free to end', async (t) => {
    const scratch = await mkdtemp(path.join(tmpdir(), 'kd-end-'));
    t.after(() => rm(scratch, { recursive: true }));
    const source = path.join(scratch, 'end.mts');
    await writeFile(
      source,
      `import { startWorld } from ${JSON.stringify(path.resolve('src/sim/start.ts'))};
      const world = await startWorld({ kubelet: { listen: 'silent' }, network: { dns: 'dead' } });
      await world.stop();`,
    );
    bundleInto(scratch, source);
    const began = performance.now();
    await promisify(execFile)(process.execPath, [path.join(scratch, 'end.mjs')], { timeout: 10_000 });
    assert.ok(performance.now() - began < 8000);
  });
});

describe('demo', () => {
  const capture = async (options: { scenario?: string; list: boolean }) => {
    const lines: string[] = [];
    const runs: { argv: readonly string[]; root: string }[] = [];
    const code = await runDemo(
      options,
      async (argv, { root }) => {
        assert.ok(existsSync(root));
        runs.push({ argv, root });
        return 1;
      },
      (line) => lines.push(line),
    );
    return { code, lines, runs };
  };

  it('runs the command in the world of its choice, says what is simulated and cleans up', async () => {
    const { code, lines, runs } = await capture({ scenario: 'healthy-workstation', list: false });
    assert.equal(code, 1);
    assert.deepEqual(runs[0]?.argv, ['--node', 'n1']);
    assert.match(lines[0]!, /Healthy, at a workstation/);
    assert.match(lines.at(-1)!, /demo --list/);
    assert.ok(!existsSync(runs[0]!.root));
  });

  it('has a default and a list', async () => {
    assert.equal((await capture({ list: false })).runs.length, 1);
    const listed = await capture({ list: true });
    assert.equal(listed.code, 0);
    assert.equal(listed.lines.length, SCENARIOS.length);
  });
});
