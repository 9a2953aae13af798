/** The test cluster behaves as a real one with containerd was recorded to: identities, paths, words. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createAuthority } from '../../src/sim/state/pki.js';
import { type Answer, ask, type Identity } from './ask.js';
import { release } from './build.js';
import { type Cluster, startCluster } from './cluster.js';
import { clientCertificate, ISSUER } from './credentials.js';
import { createServiceAccount } from './identities.js';
import { NODE_IPS } from './net.js';
import { waitFor } from './process.js';

/** Status per identity and path of a kubelet of 1.36 and 1.37: webhook authentication and authorization, anonymous off. */
const MATRIX = `
who           /healthz /pods /runningpods/ /metrics /metrics/cadvisor /metrics/probes /stats/summary /configz /flagz /logs/ /spec/ /nope
none          401      401   401           401      401               401             401            401      401    401    404    404
empty-bearer  401      401   401           401      401               401             401            401      401    401    404    404
garbage       401      401   401           401      401               401             401            401      401    401    404    404
tok-expired   401      401   401           401      401               401             401            401      401    401    404    404
tok-wrongaud  401      401   401           401      401               401             401            401      401    401    404    404
tok-wrongiss  401      401   401           401      401               401             401            401      401    401    404    404
sa-norbac     403      403   403           403      403               403             403            403      403    403    404    404
sa-metrics    403      403   403           200      200               200             403            403      403    403    404    404
sa-stats      403      403   403           403      403               403             200            403      403    403    404    404
sa-pods       403      200   200           403      403               403             403            403      403    403    404    404
sa-proxy      200      200   200           403      403               403             403            200      403    403    404    404
sa-full       200      200   200           200      200               200             200            200      403    200    404    404
cert-nobody   403      403   403           403      403               403             403            403      403    403    404    404
cert-admin    200      200   200           200      200               200             200            200      200    200    404    404
cert-node2    403      403   403           403      403               403             403            403      403    403    404    404
cert-otherca  401      401   401           401      401               401             401            401      401    401    404    404
`;

const RULES: Record<string, string[]> = {
  norbac: [],
  metrics: ['nodes/metrics'],
  stats: ['nodes/stats'],
  pods: ['nodes/pods'],
  proxy: ['nodes/proxy'],
  full: ['nodes/metrics', 'nodes/stats', 'nodes/log', 'nodes/proxy'],
};

let cluster: Cluster;
const identities: Record<string, Identity> = { none: {}, 'empty-bearer': { token: '' }, garbage: { token: 'garbage' } };

async function addServiceAccounts(): Promise<void> {
  for (const [name, resources] of Object.entries(RULES)) {
    await createServiceAccount(cluster.admin, 'lab', name);
    await cluster.grant('lab', name, resources.length > 0 ? [{ apiGroups: [''], resources, verbs: ['get'] }] : []);
    identities[`sa-${name}`] = { token: await cluster.serviceAccountToken('lab', name) };
  }
  const { sub, 'kubernetes.io': about } = JSON.parse(
    Buffer.from(identities['sa-full']?.token?.split('.')[1] ?? '', 'base64url').toString(),
  );
  const hourAgo = Math.floor(Date.now() / 1000) - 3600;
  const token = (claims: Record<string, unknown>): Identity => ({ token: cluster.mintToken({ sub, 'kubernetes.io': about, ...claims }) });
  identities['tok-good'] = token({});
  identities['tok-expired'] = token({ iat: hourAgo - 60, nbf: hourAgo - 60, exp: hourAgo });
  identities['tok-wrongaud'] = token({ aud: ['https://sts.amazonaws.com'] });
  identities['tok-wrongiss'] = token({ iss: 'https://another.example' });
}

async function addCertificates(): Promise<void> {
  identities['cert-nobody'] = await clientCertificate(cluster.ca, 'lab-nobody');
  identities['cert-admin'] = cluster.adminCertificate;
  identities['cert-node2'] = await clientCertificate(cluster.ca, 'system:node:n2', ['system:nodes']);
  identities['cert-otherca'] = await clientCertificate(await createAuthority('another-ca'), 'kubernetes-admin', ['system:masters']);
}

before(async () => {
  cluster = await startCluster();
  await addServiceAccounts();
  await addCertificates();
});
after(() => cluster?.stop());

function toKubelet(who: string, path: string, node = 'n1'): Promise<Answer> {
  return ask(cluster.kubelet(node).url + path, { ...identities[who], ca: cluster.ca.certPem });
}

function toApiserver(who: string, path: string): Promise<Answer> {
  return ask(cluster.apiserver.url + path, { ...identities[who], ca: cluster.ca.certPem });
}

describe('kubelet', () => {
  it('answers every identity on every path as recorded', async () => {
    const [header = '', ...rows] = MATRIX.trim().split('\n');
    const paths = header.split(/\s+/).slice(1);
    for (const row of rows) {
      const [who = '', ...expected] = row.split(/\s+/);
      const answers = await Promise.all(paths.map((path) => toKubelet(who, path)));
      assert.deepEqual(
        answers.map((a) => String(a.status)),
        expected,
        who,
      );
    }
    assert.equal((await toKubelet('tok-good', '/pods')).status, 200, 'a token signed by the test is as good as one from TokenRequest');
  });

  it('refuses in the recorded words', async () => {
    const plain = 'text/plain; charset=utf-8';
    const unauthorized = await toKubelet('none', '/pods');
    assert.deepEqual([unauthorized.text, unauthorized.contentType], ['Unauthorized', plain]);
    const forbidden = await toKubelet('sa-norbac', '/pods');
    const user = 'user=system:serviceaccount:lab:norbac, verb=get, resource=nodes';
    assert.deepEqual([forbidden.text, forbidden.contentType], [`Forbidden (${user}, subresource(s)=[pods proxy])\n`, plain]);
    assert.equal((await toKubelet('sa-norbac', '/stats/summary')).text, `Forbidden (${user}, subresource(s)=[stats])\n`);
    assert.equal((await toKubelet('none', '/spec/')).text, '404 page not found\n');
  });

  it('serves its pods, its configuration and its statistics', async () => {
    const agent = await cluster.createAgent({ hostNetwork: true });
    const pod = await waitFor('the agent in /pods', async () => {
      const { items } = JSON.parse((await toKubelet('sa-pods', '/pods')).text);
      const found = items?.find((p: { metadata: { name: string } }) => p.metadata.name === agent.podName);
      return found?.status?.phase === 'Running' ? found : undefined;
    });
    assert.deepEqual([pod.spec.nodeName, pod.status.podIP, pod.status.hostIP], ['n1', NODE_IPS.n1, NODE_IPS.n1]);
    const { kubeletconfig } = JSON.parse((await toKubelet('sa-full', '/configz')).text);
    assert.deepEqual([kubeletconfig.kind, kubeletconfig.authentication.webhook.enabled], ['KubeletConfiguration', true]);
    const summary = JSON.parse((await toKubelet('sa-full', '/stats/summary')).text);
    assert.equal(summary.node.nodeName, 'n1');
    assert.ok(summary.node.memory.availableBytes < 2 ** 40, 'no underflow');
    assert.match((await toKubelet('sa-full', '/metrics')).text, /kubernetes_build_info\{.*git_version="v1\.36\.2"/);
    assert.equal(
      await ask(`${cluster.kubelet('n1').url}/healthz`, { ca: (await createAuthority('x')).certPem }).catch((e) => e.code),
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    );
  });
});

describe('apiserver', () => {
  it('refuses in the recorded words', async () => {
    const { status, text } = await toApiserver('tok-expired', '/api/v1/nodes');
    const body =
      '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}\n';
    assert.deepEqual([status, text], [401, body]);
    const forbidden = JSON.parse((await toApiserver('sa-norbac', '/api/v1/nodes')).text);
    const message =
      'nodes is forbidden: User "system:serviceaccount:lab:norbac" cannot list resource "nodes" in API group "" at the cluster scope';
    assert.deepEqual([forbidden.code, forbidden.message], [403, message]);
    assert.match(JSON.parse((await toApiserver('empty-bearer', '/api/v1/nodes')).text).message, /User "system:anonymous"/);
    assert.equal(JSON.parse((await toApiserver('none', '/version')).text).gitVersion, release());
  });

  it('says in a TokenReview why a token is bad', async () => {
    const why = async (who: string): Promise<string | undefined> => {
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: identities[who]?.token } };
      return (await cluster.admin<{ status: { error?: string } }>('POST', '/apis/authentication.k8s.io/v1/tokenreviews', body)).status
        .error;
    };
    assert.equal(await why('tok-good'), undefined);
    assert.equal(await why('tok-expired'), '[invalid bearer token, service account token has expired]');
    const audiences = `token audiences ["https://sts.amazonaws.com"] is invalid for the target audiences ["${ISSUER}"]`;
    assert.equal(await why('tok-wrongaud'), `[invalid bearer token, ${audiences}]`);
  });

  it('reaches kubelets through its node proxy', async () => {
    const { status, text } = await toApiserver('sa-proxy', '/api/v1/nodes/n1/proxy/healthz');
    assert.deepEqual([status, text], [200, 'ok']);
    assert.equal((await toApiserver('sa-norbac', '/api/v1/nodes/n1/proxy/healthz')).status, 403);
  });

  it('writes every request into the audit log, with who and what', async () => {
    await toApiserver('sa-norbac', '/api/v1/nodes?limit=7');
    const event = (await cluster.auditEvents()).find((e) => e.requestURI === '/api/v1/nodes?limit=7');
    assert.deepEqual([event?.verb, event?.user, event?.code], ['list', 'system:serviceaccount:lab:norbac', 403]);
  });
});
