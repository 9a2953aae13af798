/** Every fault of the apiserver's side, of names, credentials, proxies and clocks, on a real cluster. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { createAuthority } from '../../src/sim/state/pki.js';
import { type Cluster, startCluster } from './cluster.js';
import { assertClean, assertFirst, assertReadOnly, diagnose, environmentOf, fixIn } from './doctor.js';
import { AGENT_RULES, type Agent, type PolicyRule, writeSecrets } from './identities.js';
import {
  APISERVER_IP,
  APISERVER_PORT,
  clearFilters,
  dropFrom,
  KUBELET_PORT,
  NODE_IPS,
  POD_IP,
  SERVICE_IP,
  startServiceRouting,
  stopServiceRouting,
} from './net.js';

const RULES: PolicyRule[] = [...AGENT_RULES, { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] }];

let cluster: Cluster;
let agent: Agent;

before(async () => {
  cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 } } });
  agent = await cluster.createAgent({ rules: RULES });
});
after(() => cluster?.stop());
afterEach(() => clearFilters());

const run = (options: Parameters<typeof diagnose>[2] = {}) => diagnose(cluster, agent, options);
/** The agent's secrets with other files. */
const secrets = (files: Record<string, string>) =>
  writeSecrets(cluster.dir, { token: agent.token, 'ca.crt': cluster.ca.certPem, namespace: 'datadog', ...files });

describe('the way to the apiserver', () => {
  it('refuses: it is down', async () => {
    await cluster.stopApiserver();
    try {
      assertFirst(await run(), 'apiserver-connection-refused');
    } finally {
      await cluster.startApiserver();
      await cluster.waitForNodes();
    }
    assertClean(await run());
  });

  it('is dropped', async () => {
    await dropFrom(POD_IP, SERVICE_IP, 443);
    await dropFrom(POD_IP, APISERVER_IP, APISERVER_PORT);
    assertFirst(await run(), 'apiserver-connect-timeout');
    await clearFilters();
    assertClean(await run());
  });

  it('is broken at the service address alone: the endpoint answers', async () => {
    await stopServiceRouting();
    try {
      const first = assertFirst(await run(), 'service-address-broken');
      assert.match(JSON.stringify(first), /10\.77\.0\.1:6443/);
    } finally {
      await startServiceRouting();
    }
    assertClean(await run());
  });

  it('is signed by another CA than the pod was given', async () => {
    const other = await createAuthority('kubernetes');
    assertFirst(await run({ secretsDir: await secrets({ 'ca.crt': other.certPem }) }), 'apiserver-certificate-unknown-authority');
  });

  it('has no DNS, and needs none: said, with what it costs', async () => {
    cluster.dns.silent = true;
    try {
      assertFirst(await run(), 'cluster-dns-fails');
    } finally {
      cluster.dns.silent = false;
    }
    assertClean(await run());
  });
});

describe('the token', () => {
  it('is not mounted', async () => {
    assertFirst(await diagnose(cluster, undefined), 'token-missing');
  });

  it('has expired', async () => {
    const now = Math.floor(Date.now() / 1000);
    const token = cluster.mintToken({
      sub: 'system:serviceaccount:datadog:datadog-agent',
      iat: now - 7200,
      nbf: now - 7200,
      exp: now - 3600,
      'kubernetes.io': { namespace: 'datadog', serviceaccount: { name: 'datadog-agent', uid: 'x' } },
    });
    assertFirst(await run({ secretsDir: await secrets({ token }) }), 'token-expired');
    assertClean(await run({ secretsDir: await secrets({}) }));
  });

  it('is for another audience', async () => {
    const token = await cluster.serviceAccountToken('datadog', 'datadog-agent', { audiences: ['vault'] });
    assertFirst(await run({ secretsDir: await secrets({ token }) }), 'token-wrong-audience');
  });
});

describe('the proxy', () => {
  it('captures the kubelet: cured by the NO_PROXY line that was printed', async () => {
    // A company proxy that knows the apiserver's service but not the nodes: it refuses CONNECT.
    const proxy = createServer((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 403 Forbidden\r\nServer: squid\r\nContent-Length: 0\r\n\r\n')),
    );
    await new Promise<void>((resolve) => proxy.listen(3128, NODE_IPS.n2, resolve));
    try {
      const env = { HTTPS_PROXY: `http://user:sentinel-proxy-password@${NODE_IPS.n2}:3128`, NO_PROXY: `${SERVICE_IP},.svc` };
      const captured = await run({ env });
      const first = assertFirst(captured, 'proxy-captures-kubelet');
      assert.doesNotMatch(captured.stdout, /sentinel/);
      assertClean(await run({ env: { ...env, ...environmentOf(fixIn(first, 'env')) } }));
    } finally {
      proxy.close();
    }
  });
});

describe('the clock', () => {
  it('of this machine is wrong: the certificates and the token are not blamed', async () => {
    // faketime shifts the wall clock of one process; its timers go on by the monotonic clock.
    const skewed = await run({ under: ['faketime', '-f', '+400d'], env: { FAKETIME_DONT_FAKE_MONOTONIC: '1' } });
    assertFirst(skewed, 'clock-skew');
    for (const finding of skewed.report.findings) assert.doesNotMatch(finding.cause, /certificate|token/);
    assertClean(await run());
  });
});

describe('what reached the servers', () => {
  it('was read-only: get, list and reviews, as the audit log of all of the above tells', async () => {
    assert.ok((await assertReadOnly(cluster)) > 50);
  });
});

describe('time', () => {
  const connectTimeoutMs = 4000;

  it('both servers silent: one connect timeout, not two', async () => {
    const startUp = (await run({ args: ['--version'] }).catch(() => undefined))?.ms ?? 0;
    for (const [address, port] of [
      [SERVICE_IP, 443],
      [APISERVER_IP, APISERVER_PORT],
      [NODE_IPS.n1, KUBELET_PORT],
    ] as const)
      await dropFrom(POD_IP, address, port);
    const { ms } = await run();
    assert.ok(ms < connectTimeoutMs * 1.15 + Math.max(startUp, 1000), `${Math.round(ms)} ms`);
  });

  it('DNS dead and everything by name: the DNS deadline plus one second', async () => {
    cluster.dns.silent = true;
    try {
      const { ms } = await run({ env: { DD_KUBERNETES_KUBELET_HOST: 'n1', KUBERNETES_SERVICE_HOST: 'kubernetes.default.svc' } });
      assert.ok(ms < connectTimeoutMs + 1000 + 1000, `${Math.round(ms)} ms`);
    } finally {
      cluster.dns.silent = false;
    }
  });
});

describe('secrets', () => {
  it('appear in no output, whatever the verbosity', async () => {
    const token = agent.token.split('.')[2] ?? '';
    for (const args of [['--verbose'], ['--debug'], ['--verbose', '--debug', '--output', 'text']]) {
      const place = await mkdtemp(path.join(cluster.dir, 'out-'));
      const { runAsPod } = await import('./pod-place.js');
      const result = await runAsPod(cluster, {
        secretsDir: agent.secretsDir,
        env: {
          DD_KUBERNETES_KUBELET_HOST: NODE_IPS.n1,
          DD_API_KEY: 'sentinel-api-key',
          HTTPS_PROXY: 'http://u:sentinel-pw@10.77.0.29:1',
          NO_PROXY: `${NODE_IPS.n1},${SERVICE_IP}`,
        },
        argv: [process.execPath, path.resolve('bin/kubelet-doctor.js'), ...args],
      });
      await writeFile(path.join(place, 'out'), result.stdout + result.stderr);
      assert.ok(result.stdout.length > 0);
      assert.ok(!(result.stdout + result.stderr).includes(token), 'the token');
      assert.doesNotMatch(result.stdout + result.stderr, /sentinel/);
      await rm(place, { recursive: true });
    }
    assert.ok((await readdir(agent.secretsDir)).includes('token'));
    await cp(agent.secretsDir, path.join(cluster.dir, 'kept'), { recursive: true });
  });
});
