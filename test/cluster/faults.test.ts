/** Things that stop, freeze or are cut off while the rest runs: what is answered then, and that it heals. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { type Answer, ask, type Identity } from './ask.js';
import { type Cluster, startCluster } from './cluster.js';
import { NODE_GRACE_SECONDS } from './control-plane.js';
import { APISERVER_IP, APISERVER_PORT, clearFilters, drop, dropFrom, NODE_IPS } from './net.js';
import { waitFor } from './process.js';

let cluster: Cluster;

before(async () => {
  cluster = await startCluster();
});
after(() => cluster?.stop());
afterEach(clearFilters);

function toKubelet(name: string, identity: Identity, timeoutMs = 10_000): Promise<Answer> {
  return ask(`${cluster.kubelet(name).url}/pods`, { ...identity, ca: cluster.ca.certPem, timeoutMs });
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : error);

const ADMIN_REFUSED = 'Authorization error (user=kubernetes-admin, verb=get, resource=nodes, subresource=pods)';

describe('apiserver', () => {
  it('stopped: a token is 401, a client certificate 500, and both at once; started again: healed', async () => {
    const { token } = await cluster.createAgent();
    await cluster.stopApiserver();
    assert.equal(await ask(`${cluster.apiserver.url}/readyz`).catch(codeOf), 'ECONNREFUSED');
    const byToken = await toKubelet('n1', { token });
    assert.deepEqual([byToken.status, byToken.text], [401, 'Unauthorized']);
    const byCertificate = await toKubelet('n1', cluster.adminCertificate);
    assert.deepEqual([byCertificate.status, byCertificate.text], [500, ADMIN_REFUSED]);
    assert.ok(byToken.ms < 2000 && byCertificate.ms < 2000);
    await cluster.startApiserver();
    const healed = await waitFor('the kubelet to accept the token', async () =>
      (await toKubelet('n1', { token })).status === 200 ? true : undefined,
    );
    assert.ok(healed);
  });

  it('started with other flags: without anonymous requests even /version is 401', async () => {
    await cluster.stopApiserver();
    await cluster.startApiserver(['--anonymous-auth=false']);
    assert.equal((await ask(`${cluster.apiserver.url}/version`)).status, 401);
    await cluster.stopApiserver();
    await cluster.startApiserver();
    assert.equal((await ask(`${cluster.apiserver.url}/version`)).status, 200);
  });

  it('cut off from one kubelet: silence with a token, 401 without; the other kubelets know nothing of it', async () => {
    const { token } = await cluster.createAgent();
    await dropFrom(NODE_IPS.n1, APISERVER_IP, APISERVER_PORT);
    assert.equal(await toKubelet('n1', { token }, 1500).catch(codeOf), 'ETIMEDOUT');
    assert.equal((await toKubelet('n1', {})).status, 401);
    assert.equal((await toKubelet('n2', { token })).status, 200);
    await clearFilters();
    await cluster.restartKubelet('n1');
    assert.equal((await toKubelet('n1', { token })).status, 200);
  });

  it('closed to one kubelet: its kubeconfig points to a port where nobody listens', async () => {
    const { token } = await cluster.createAgent();
    await cluster.restartKubelet('n1', { apiserver: `https://${APISERVER_IP}:6444` });
    assert.deepEqual([(await toKubelet('n1', { token })).status, (await toKubelet('n1', cluster.adminCertificate)).status], [401, 500]);
    await cluster.restartKubelet('n1');
  });
});

describe('node', () => {
  it('frozen: accepts connections and says nothing, becomes Unknown; thawed: Ready', async () => {
    await cluster.waitForNodes();
    cluster.freeze('n2');
    const started = Date.now();
    assert.equal(await toKubelet('n2', {}, 800).catch(codeOf), 'ETIMEDOUT');
    await new Promise<void>((resolve, reject) => connect(10250, NODE_IPS.n2, resolve).on('error', reject).unref());
    await cluster.waitForNodes(['n2'], 'Unknown');
    assert.ok(Date.now() - started < (NODE_GRACE_SECONDS + 6) * 1000);
    await cluster.waitForNodes(['cp1', 'n1'], 'True');
    cluster.thaw('n2');
    await cluster.waitForNodes(['n2']);
    assert.equal((await toKubelet('n2', {})).status, 401);
  });

  it('stopped: refused', async () => {
    await cluster.stopKubelet('n2');
    assert.equal(await toKubelet('n2', {}).catch(codeOf), 'ECONNREFUSED');
    await cluster.restartKubelet('n2');
    assert.equal((await toKubelet('n2', {})).status, 401);
  });

  it('without pod network: NotReady, in the words of the container runtime', async () => {
    cluster.setPodNetwork('n1', false);
    await cluster.waitForNodes(['n1'], 'False');
    const { status } = await cluster.admin<{ status: { conditions: { type: string; message: string }[] } }>('GET', '/api/v1/nodes/n1');
    const words =
      'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';
    assert.equal(status.conditions.find((condition) => condition.type === 'Ready')?.message, words);
    cluster.setPodNetwork('n1', true);
    await cluster.waitForNodes(['n1']);
  });

  it('behind a filter: silent to everyone', async () => {
    await drop(NODE_IPS.n1, 10250);
    assert.equal(await toKubelet('n1', {}, 800).catch(codeOf), 'ETIMEDOUT');
  });
});

describe('objects', () => {
  it('are applied from YAML, and a real DaemonSet leaves the tainted control plane out', async () => {
    await cluster.applyYaml(`
apiVersion: v1
kind: Namespace
metadata: { name: agents }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent, namespace: agents }
spec:
  selector: { matchLabels: { app: agent } }
  template:
    metadata: { labels: { app: agent } }
    spec:
      containers: [{ name: agent, image: agent }]
`);
    const status = await waitFor('the DaemonSet', async () => {
      const { status } = await cluster.admin<{ status: { desiredNumberScheduled: number; numberReady: number } }>(
        'GET',
        '/apis/apps/v1/namespaces/agents/daemonsets/agent',
      );
      return status.numberReady === 2 ? status : undefined;
    });
    assert.equal(status.desiredNumberScheduled, 2);
    const { items } = await cluster.admin<{ items: { spec: { nodeName: string } }[] }>('GET', '/api/v1/namespaces/agents/pods');
    assert.deepEqual(items.map((pod) => pod.spec.nodeName).sort(), ['n1', 'n2']);
  });
});
