/** The simulated apiserver answers as the recorded one did, byte for byte but for ids and times. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type RunningWorld, startWorld } from '../../../src/sim/start.js';
import { ask, bindLab, type Credential, jsonLines, LAB, labIdentity, labToken, type Received } from '../client.js';

interface Recorded {
  case: string;
  method: string;
  path: string;
  request?: string;
  status: number;
  headers: [string, string][];
  body?: string;
}

/** A line break cannot be sent with Node's client, and the node is another one. */
const LEFT_OUT = new Set(['badtoken-newline-inside', 'nodes-ro-get-node']);
const recordings = jsonLines<Recorded>('apiserver.jsonl').filter((r) => !LEFT_OUT.has(r.case));

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g;

/** Ids and times replaced. Build dates stay: they are equal. */
const neutral = (text: string) =>
  text
    .replace(UUID, '<uuid>')
    .replace(TIME, '<time>')
    .replace(/X509SHA256=[0-9a-f]{64}/, 'X509SHA256=<print>');

function headerLines({ headers }: Pick<Received, 'headers'>, withLength: boolean): string[] {
  return headers
    .filter(([name]) => withLength || !['Content-Length', 'Transfer-Encoding'].includes(name))
    .map(([name, value]) => `${name}: ${name === 'Audit-Id' ? '<id>' : value}`)
    .sort();
}

/** Who asked, by the name of the case. */
async function credentialOf(name: string, cluster: RunningWorld['cluster']): Promise<Credential> {
  if (name.startsWith('anon-')) return {};
  if (name === 'basic-auth') return labIdentity('basic', cluster);
  if (name.startsWith('badtoken-')) return labIdentity(name === 'badtoken-empty' ? 'empty-bearer' : 'garbage', cluster);
  if (name.startsWith('admin-')) return labIdentity('cert-admin', cluster);
  if (name === 'expired-client-cert') return labIdentity('cert-expired', cluster);
  if (name === 'wrong-ca-client-cert') return labIdentity('cert-otherca', cluster);
  if (name === 'cert-ssr' || name === 'nobody-cert-list-nodes') return labIdentity('cert-nobody', cluster);
  if (name.startsWith('token-')) return labIdentity(name, cluster);
  return labIdentity(`sa-${/^(norbac|full|nodes-ro)/.exec(name)?.[0]}`, cluster);
}

/** The recordings say `<token>`. */
function tokenReviewed(name: string, cluster: RunningWorld['cluster']): string {
  return name === 'admin-tokenreview-garbage' ? 'garbage' : labToken(name.replace('admin-tokenreview-', ''), cluster);
}

/** Rule lists come in no fixed order. */
function sortedRules(body: string): unknown {
  const { status } = JSON.parse(body) as { status: { resourceRules: object[]; nonResourceRules: object[]; incomplete: boolean } };
  const sorted = (rules: object[]) => rules.map((rule) => JSON.stringify(rule)).sort();
  return { resource: sorted(status.resourceRules), path: sorted(status.nonResourceRules), incomplete: status.incomplete };
}

describe('apiserver', () => {
  let world: RunningWorld;
  before(async () => {
    world = await startWorld(LAB);
    bindLab(world);
  });
  after(() => world.stop());

  for (const recorded of recordings) {
    it(recorded.case, async () => {
      const token = recorded.case.startsWith('admin-tokenreview') ? tokenReviewed(recorded.case, world.cluster) : undefined;
      const body = token === undefined ? recorded.request : recorded.request?.replace('<token>', token);
      const { method, path } = recorded;
      const credential = await credentialOf(recorded.case, world.cluster);
      const got = await ask(world.addresses.apiserver, { method, path, body, ...credential, ca: world.caPem });
      const said = token === undefined ? got.body : got.body.replace(token, '<token>');
      assert.equal(got.status, recorded.status);
      const withLength = token === undefined && recorded.headers.some(([name]) => name === 'Content-Length');
      assert.deepEqual(headerLines(got, withLength), headerLines(recorded, withLength));
      if (recorded.case.endsWith('-ssrr')) assert.deepEqual(sortedRules(said), sortedRules(recorded.body ?? ''));
      else assert.equal(neutral(said), neutral(recorded.body ?? ''));
    });
  }

  it('has them all', () => assert.equal(recordings.length, 63));

  it('answers at the service address too, and in one line to clients other than curl', async () => {
    const { status, body } = await ask(world.addresses.service, { path: '/version', ca: world.caPem });
    assert.equal(status, 200);
    assert.match(body, /"gitVersion": "v1\.36\.2"/);
    assert.deepEqual(world.connections.kubelet, 0);
    assert.ok(world.requests.every(({ server }) => server === 'apiserver'));
  });

  it('knows its objects', async () => {
    world.cluster.grant('system:serviceaccount:lab:norbac', [
      { verbs: ['get', 'list'], groups: ['*'], resources: ['nodes', 'endpointslices', 'leases', 'certificatesigningrequests'] },
    ]);
    const credential = await labIdentity('sa-norbac', world.cluster);
    const get = async (path: string) =>
      JSON.parse((await ask(world.addresses.apiserver, { path, ...credential, ca: world.caPem })).body) as Objects;
    const node = await get('/api/v1/nodes/lab-n1');
    const kubelet = world.addresses.kubelets['lab-n1']!;
    assert.equal(node.kind, 'Node');
    assert.deepEqual(node.status?.addresses?.[0], { type: 'InternalIP', address: kubelet.host });
    assert.equal(node.status?.daemonEndpoints?.kubeletEndpoint.Port, kubelet.port);
    assert.deepEqual((await get('/api/v1/nodes?fieldSelector=metadata.name=other')).items, []);
    const slices = await get(
      '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkubernetes',
    );
    assert.deepEqual(slices.items?.[0]?.endpoints?.[0]?.addresses, [world.addresses.apiserver.host]);
    const lease = await get('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/lab-n1');
    assert.ok(Date.now() - Date.parse(lease.spec?.renewTime ?? '') < 10_000);
    assert.deepEqual((await get('/apis/certificates.k8s.io/v1/certificatesigningrequests')).items, []);
  });
});

interface Objects {
  kind: string;
  status?: { addresses?: object[]; daemonEndpoints?: { kubeletEndpoint: { Port: number } } };
  spec?: { renewTime?: string };
  items?: { endpoints?: { addresses: string[] }[] }[];
}

describe('apiservers configured otherwise', () => {
  const withWorld = async (given: Parameters<typeof startWorld>[0], use: (world: RunningWorld) => Promise<void>) => {
    const world = await startWorld({ ...LAB, ...given });
    try {
      await use(world);
    } finally {
      await world.stop();
    }
  };

  it('anonymous off: 401 to nobody, for /version and /readyz too', () =>
    withWorld({ apiserver: { anonymousAuth: false } }, async ({ addresses, caPem }) => {
      for (const path of ['/version', '/readyz', '/readyz?verbose', '/api', '/nope']) {
        const { status, headers } = await ask(addresses.apiserver, { path, ca: caPem });
        assert.equal(status, 401);
        assert.ok(!headers.some(([name]) => name.startsWith('X-Kubernetes-Pf')));
      }
    }));

  it('not ready, throttling, too old for SelfSubjectReview', () =>
    Promise.all([
      withWorld({ apiserver: { ready: ['etcd'] } }, async ({ addresses, caPem }) => {
        const { status, body } = await ask(addresses.apiserver, { path: '/readyz', ca: caPem });
        assert.equal(status, 500);
        assert.match(body, /^\[\+\]ping ok\n\[\+\]log ok\n\[-\]etcd failed: reason withheld\n.*\nreadyz check failed\n$/s);
        assert.equal((await ask(addresses.apiserver, { path: '/livez', ca: caPem })).status, 200);
      }),
      withWorld({ apiserver: { throttle429: 3 } }, async ({ addresses, caPem }) => {
        const { status, headers, body } = await ask(addresses.apiserver, { path: '/version', ca: caPem });
        assert.equal(status, 429);
        assert.equal(body, 'Too many requests, please try again later.\n');
        assert.ok(headers.some(([name, value]) => name === 'Retry-After' && value === '3'));
        assert.equal((await ask(addresses.apiserver, { path: '/readyz', ca: caPem })).status, 200);
      }),
      withWorld({ apiserver: { version: '1.27' } }, async ({ addresses, caPem, cluster }) => {
        const credential = await labIdentity('sa-norbac', cluster);
        const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
        const { status, body } = await ask(addresses.apiserver, { method: 'POST', path, body: '{}', ...credential, ca: caPem });
        assert.deepEqual([status, body], [404, '404 page not found\n']);
      }),
    ]).then(() => {}));

  it('shows the kubelet through its node proxy as it finds it, whatever its certificate', async () => {
    const said = async (kubelet: NonNullable<Parameters<typeof startWorld>[0]>['kubelet']) => {
      let answer = '';
      await withWorld({ kubelet, network: { patienceMs: 50 } }, async (world) => {
        bindLab(world);
        const credential = await labIdentity('sa-full', world.cluster);
        const { status, body } = await ask(world.addresses.apiserver, {
          path: '/api/v1/nodes/lab-n1/proxy/healthz',
          ...credential,
          ca: world.caPem,
        });
        answer = `${status} ${status === 200 ? body : (JSON.parse(body) as { message: string }).message}`.replace(
          /127\.[\d.]+:\d+/g,
          'ADDRESS',
        );
      });
      return answer;
    };
    const [expired, pending, hang, refused, dropped] = await Promise.all([
      said({ certificate: 'expired' }),
      said({ certificate: 'pending' }),
      said({ listen: 'hang' }),
      said({ listen: 'closed' }),
      said({ listen: 'silent' }),
    ]);
    assert.equal(expired, '200 ok');
    assert.equal(pending, '503 error trying to reach service: remote error: tls: internal error');
    assert.equal(hang, '503 error trying to reach service: net/http: TLS handshake timeout');
    assert.equal(refused, '503 error trying to reach service: dial tcp ADDRESS: connect: connection refused');
    assert.equal(dropped, '503 error trying to reach service: dial tcp ADDRESS: i/o timeout');
  });
});
