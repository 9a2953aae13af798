/** Over real sockets: what a Cluster Agent, or whoever stands at its address, is sent by someone who has its token in the environment. */
import assert from 'node:assert/strict';
import https from 'node:https';
import net from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { askClusterAgent } from '../../src/live/cluster-agent.js';
import { createContext } from '../../src/live/context.js';
import { createFactStore } from '../../src/live/store.js';
import type { ClusterAgentWay, Place } from '../../src/model/facts.js';
import type { Resolved } from '../../src/setup/resolved.js';
import { createAuthority, issueCertificate } from '../../src/sim/state/pki.js';
import { createTestHost } from '../host/files.js';
import { listen } from '../probes/loopback.js';

const TOKEN = 'sentinel-dca-token-0123456789abcdef0123';
const AGENT = { agentEnvironment: true } as Place;

async function ask(t: TestContext, env: Record<string, string>, place = AGENT): Promise<ClusterAgentWay | undefined> {
  const own = createTestHost(t, {}, { env: { DD_CLUSTER_AGENT_ENABLED: 'true', DD_CLUSTER_AGENT_AUTH_TOKEN: TOKEN, ...env } });
  const store = createFactStore(Date.now);
  const settings = { connectTimeoutMs: 2000 } as Resolved;
  const { context, close } = createContext({ host: own, own, settings, store, userAgent: 't', clean: (text) => text }, 10_000);
  await askClusterAgent(context, place);
  await close();
  const all = JSON.stringify(store.snapshot());
  assert.ok(!all.includes(TOKEN), 'no fact holds the token');
  const found = store.snapshot().find(({ kind }) => kind === 'cluster-agent');
  return found?.outcome.status === 'observed' ? (found.outcome.data as ClusterAgentWay) : undefined;
}

async function clusterAgent(t: TestContext, status: number) {
  const heard: string[] = [];
  const pair = await issueCertificate(await createAuthority('theirs'), { commonName: 'dca' });
  const server = https.createServer({ cert: pair.certPem, key: pair.keyPem }, (request, response) => {
    heard.push(`${request.method} ${request.url} ${request.rawHeaders.join(' ')}`);
    response.writeHead(status).end('no session token provided');
  });
  return { heard, port: await listen(t, server) };
}

describe('a Cluster Agent', () => {
  it('is asked once, without its token, and refuses', async (t) => {
    const { heard, port } = await clusterAgent(t, 403);
    const way = await ask(t, { DD_CLUSTER_AGENT_URL: `https://127.0.0.1:${port}` });
    assert.deepEqual(heard, ['GET /version Host 127.0.0.1']);
    assert.equal(way?.state, 'answers');
    assert.equal(way?.tokenLength, TOKEN.length);
    assert.match(way?.fingerprint ?? '', /^[0-9a-f]{64}$/);
  });

  it('is found by the variables of its Service', async (t) => {
    const { heard, port } = await clusterAgent(t, 401);
    const env = { DD_CLUSTER_AGENT_KUBERNETES_SERVICE_NAME: 'dd-dca', DD_DCA_SERVICE_HOST: '127.0.0.1', DD_DCA_SERVICE_PORT: String(port) };
    assert.equal((await ask(t, env))?.state, 'answers');
    assert.equal(heard.length, 1);
  });

  it('is another server where it answers otherwise', async (t) => {
    const { port } = await clusterAgent(t, 404);
    assert.equal((await ask(t, { DD_CLUSTER_AGENT_URL: `127.0.0.1:${port}` }))?.state, 'other');
  });

  it('refuses connections, or speaks no TLS', async (t) => {
    const port = await listen(
      t,
      net.createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    assert.equal((await ask(t, { DD_CLUSTER_AGENT_URL: `https://127.0.0.1:${port}` }))?.state, 'no-tls');
    assert.equal((await ask(t, { DD_CLUSTER_AGENT_URL: 'https://127.0.0.1:1' }))?.state, 'refused');
  });

  it('has no address: no variable, no https, or one that is never dialled', async (t) => {
    assert.deepEqual(await ask(t, {}), {
      ...{ source: 'DATADOG_CLUSTER_AGENT_SERVICE_HOST', fault: 'unset', tokenLength: TOKEN.length, state: 'not-asked', said: '' },
    });
    assert.equal((await ask(t, { DD_CLUSTER_AGENT_URL: 'http://127.0.0.1:5005' }))?.fault, 'not-https');
    assert.equal((await ask(t, { DD_CLUSTER_AGENT_URL: 'https://169.254.169.254' }))?.state, 'not-asked');
  });

  it("is not asked where the settings name none, or are not an agent's", async (t) => {
    const { heard, port } = await clusterAgent(t, 403);
    const env = { DD_CLUSTER_AGENT_URL: `https://127.0.0.1:${port}` };
    assert.equal(await ask(t, { ...env, DD_CLUSTER_AGENT_ENABLED: 'false' }), undefined);
    assert.equal(await ask(t, env, { agentEnvironment: false } as Place), undefined);
    assert.deepEqual(heard, []);
  });
});
