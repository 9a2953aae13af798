/** Kubelets configured otherwise answer as recorded: certificates, webhook and anonymous variants, older authorization, ports. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createAuthority, issueCertificate } from '../../src/sim/state/pki.js';
import { type Answer, ask, type Identity } from './ask.js';
import { type Cluster, startCluster } from './cluster.js';
import { clientCertificate, servingCertificate } from './credentials.js';
import { createServiceAccount } from './identities.js';
import type { KubeletSettings } from './kubelet.js';
import { NODE_IPS } from './net.js';
import { waitFor } from './process.js';

const PATHS = ['/healthz', '/pods', '/metrics/resource', '/stats/summary', '/configz', '/containerLogs/lab/none/c'];
const NONE: Identity = {};
const GARBAGE: Identity = { token: 'garbage' };

let cluster: Cluster;
let norbac: Identity;
let full: Identity;

async function account(name: string, resources: string[]): Promise<Identity> {
  await createServiceAccount(cluster.admin, 'lab', name);
  await cluster.grant('lab', name, resources.length > 0 ? [{ apiGroups: [''], resources, verbs: ['get'] }] : []);
  return { token: await cluster.serviceAccountToken('lab', name) };
}

before(async () => {
  cluster = await startCluster({ nodes: { n2: { ip: NODE_IPS.n2 } } });
  norbac = await account('norbac', []);
  full = await account('full', ['nodes/metrics', 'nodes/stats', 'nodes/log', 'nodes/proxy']);
});
after(() => cluster?.stop());

function question(path: string, identity: Identity, ca?: string): Promise<Answer> {
  return ask(cluster.kubelet('n2').url + path, { ...identity, ca });
}

/** Restarts n2 with these settings, and asks every path as every identity, in rows of statuses. */
async function statuses(changes: Partial<KubeletSettings>, who: Identity[]): Promise<number[][]> {
  await cluster.restartKubelet('n2', changes);
  return Promise.all(who.map((identity) => Promise.all(PATHS.map(async (path) => (await question(path, identity)).status))));
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : error);

describe('serving certificate', () => {
  it('of its own: signed by a throw-away authority that is sent along, and without its address', async () => {
    await cluster.restartKubelet('n2', { serving: 'self-signed' });
    assert.equal(await question('/healthz', NONE, cluster.ca.certPem).catch(codeOf), 'SELF_SIGNED_CERT_IN_CHAIN');
    assert.equal((await question('/healthz', full)).status, 200);
  });

  it('asked for by CSR: TLS alert 80 until it is approved, then healed', async () => {
    await cluster.restartKubelet('n2', { serving: 'bootstrap' });
    const refused = await question('/healthz', full).catch((error: Error) => error);
    assert.match(String(refused), /tlsv1 alert internal error.*SSL alert number 80/);
    const proxied = await ask(`${cluster.apiserver.url}/api/v1/nodes/n2/proxy/healthz`, full);
    assert.deepEqual(
      [proxied.status, JSON.parse(proxied.text).message],
      [503, 'error trying to reach service: remote error: tls: internal error'],
    );
    await cluster.waitForNodes(['n2']); // the Node is Ready all the same
    await cluster.approveServingCertificate('n2');
    const healed = await waitFor('the certificate', () => question('/healthz', full, cluster.ca.certPem));
    assert.equal(healed.status, 200);
  });

  it('can expire or change its signer while the kubelet runs', async () => {
    await cluster.restartKubelet('n2');
    const request = { commonName: 'n2', ips: [NODE_IPS.n2], notBefore: new Date(Date.now() - 2e8), notAfter: new Date(Date.now() - 1e8) };
    await cluster.swapKubeletCertificate('n2', await issueCertificate(cluster.ca, request));
    assert.equal(await question('/healthz', NONE, cluster.ca.certPem).catch(codeOf), 'CERT_HAS_EXPIRED');
    assert.equal((await ask(`${cluster.apiserver.url}/api/v1/nodes/n2/proxy/healthz`, full)).status, 200, 'the apiserver does not verify');
    await cluster.swapKubeletCertificate('n2', await servingCertificate(await createAuthority('other'), 'n2', NODE_IPS.n2));
    assert.equal(await question('/healthz', NONE, cluster.ca.certPem).catch(codeOf), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    await cluster.swapKubeletCertificate('n2', await servingCertificate(cluster.ca, 'another-node', '10.77.0.29'));
    assert.equal(await question('/healthz', NONE, cluster.ca.certPem).catch(codeOf), 'ERR_TLS_CERT_ALTNAME_INVALID');
  });
});

describe('authentication and authorization', () => {
  const all = (status: number): number[] => PATHS.map(() => status);
  /** containerLogs of a pod that is not there. */
  const allowed = [200, 200, 200, 200, 200, 404];

  it('without webhook: no token counts, a client certificate does', async () => {
    const rows = await statuses({ webhookAuthentication: false }, [NONE, norbac, full, GARBAGE, cluster.adminCertificate]);
    assert.deepEqual(rows, [all(401), all(401), all(401), all(401), allowed]);
  });

  it('without webhook but with anonymous: a good token is ignored in silence', async () => {
    const rows = await statuses({ webhookAuthentication: false, anonymous: true }, [NONE, full]);
    assert.deepEqual(rows, [all(403), all(403)]);
    const text = 'Forbidden (user=system:anonymous, verb=get, resource=nodes, subresource(s)=[pods proxy])\n';
    assert.equal((await question('/pods', full)).text, text);
  });

  it('with anonymous: nobody is system:anonymous, a bad token still nobody', async () => {
    assert.deepEqual(await statuses({ anonymous: true }, [NONE, norbac, full, GARBAGE]), [all(403), all(403), allowed, all(401)]);
    assert.match((await question('/pods', NONE)).text, /^Forbidden \(user=system:anonymous, /);
  });

  it('with AlwaysAllow: any accepted identity may do anything', async () => {
    assert.deepEqual(await statuses({ authorization: 'AlwaysAllow' }, [NONE, norbac, GARBAGE]), [all(401), allowed, all(401)]);
  });

  it('without client CA: certificates mean nothing', async () => {
    assert.deepEqual(await statuses({ clientCa: false }, [full, cluster.adminCertificate]), [allowed, all(401)]);
  });

  it('of the time before fine-grained authorization: nodes/pods is not enough, nodes/proxy is', async () => {
    const pods = await account('pods', ['nodes/pods']);
    const proxy = await account('proxy', ['nodes/proxy']);
    await cluster.restartKubelet('n2', { preFineGrained: true, version: 'v1.31.14' });
    assert.deepEqual([(await question('/pods', pods)).status, (await question('/pods', proxy)).status], [403, 200]);
    assert.equal(
      (await question('/pods', pods)).text,
      'Forbidden (user=system:serviceaccount:lab:pods, verb=get, resource=nodes, subresource(s)=[proxy])\n',
    );
    await waitFor('the version in the Node', async () => {
      const node = await cluster.admin<{ status: { nodeInfo: { kubeletVersion: string } } }>('GET', '/api/v1/nodes/n2');
      return node.status.nodeInfo.kubeletVersion === 'v1.31.14' || undefined;
    });
  });

  it('as a node: its own credential is known to the kubelet but may nothing', async () => {
    await cluster.restartKubelet('n2');
    const { status, text } = await question('/pods', await clientCertificate(cluster.ca, 'system:node:n2', ['system:nodes']));
    assert.deepEqual([status, text], [403, 'Forbidden (user=system:node:n2, verb=get, resource=nodes, subresource(s)=[pods proxy])\n']);
  });
});

describe('ports and handlers', () => {
  it('without debugging handlers: no /configz, and 405 for the rest of them', async () => {
    assert.deepEqual(await statuses({ debugHandlers: false }, [NONE, full]), [
      [401, 401, 401, 401, 404, 401],
      [200, 200, 200, 200, 404, 405],
    ]);
  });

  it('read-only: pods and statistics to anyone, in plain HTTP', async () => {
    await cluster.restartKubelet('n2', { readOnlyPort: 10255 });
    const plain = async (path: string): Promise<number> => (await fetch(`http://${NODE_IPS.n2}:10255${path}`)).status;
    assert.deepEqual(
      await Promise.all(['/pods', '/healthz', '/stats/summary', '/metrics', '/spec/'].map(plain)),
      [200, 200, 200, 200, 404],
    );
  });

  it('no server at all: refused', async () => {
    await cluster.restartKubelet('n2', { server: false });
    assert.equal(await question('/healthz', NONE).catch(codeOf), 'ECONNREFUSED');
  });

  it('of an added node, with labels and taints of its own', async () => {
    const added = await cluster.startKubelet('gpu1', {
      ip: '10.77.0.20',
      labels: { pool: 'gpu' },
      taints: ['dedicated=gpu:NoSchedule'],
      healthz: '127.0.0.1',
    });
    await cluster.waitForNodes(['gpu1']);
    const node = await cluster.admin<{ metadata: { labels: Record<string, string> }; spec: { taints: unknown } }>(
      'GET',
      '/api/v1/nodes/gpu1',
    );
    assert.deepEqual([node.metadata.labels.pool, node.spec.taints], ['gpu', [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }]]);
    assert.equal((await ask(`${added.url}/pods`, { ...full, ca: cluster.ca.certPem })).status, 200);
    assert.equal(await (await fetch('http://127.0.0.1:10248/healthz')).text(), 'ok');
  });
});
