/** Every fault of the kubelet's side on a real cluster: named first, and gone after what was printed was done. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { createAuthority, issueCertificate } from '../../src/sim/state/pki.js';
import { type Cluster, startCluster } from './cluster.js';
import { type clientCertificate, servingCertificate, writeKeyPair } from './credentials.js';
import { assertClean, assertFirst, assertReadOnly, diagnose, environmentOn, fixIn, kubeletSettingsOf } from './doctor.js';
import { AGENT_RULES, type Agent, type PolicyRule } from './identities.js';
import { APISERVER_IP, APISERVER_PORT, clearFilters, dropFrom, KUBELET_PORT, NODE_IPS, POD_GATEWAY, POD_IP } from './net.js';
import { waitFor } from './process.js';

/** What the chart grants, and the reads that let the second side be asked. */
const RULES: PolicyRule[] = [
  ...AGENT_RULES,
  { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get'] },
  { apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests'], verbs: ['list'] },
];

let cluster: Cluster;
let agent: Agent;

before(async () => {
  cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 }, n2: { ip: NODE_IPS.n2 } } });
  agent = await cluster.createAgent({ rules: RULES });
});
after(() => cluster?.stop());
afterEach(async () => {
  await clearFilters();
  await restore();
});

const run = (options: Parameters<typeof diagnose>[2] = {}) => diagnose(cluster, agent, options);
/** As at first again, and healthy; a test that fails leaves nothing behind for the next one. */
const restore = async () => {
  await cluster.restartKubelet('n1');
  await cluster.waitForNodes(['n1']);
};

describe('healthy', () => {
  it('says so in three lines and exits with 0', async () => {
    const diagnosis = await run();
    assertClean(diagnosis);
    assert.deepEqual(
      diagnosis.report.findings.filter((f) => f.severity !== 'note'),
      [],
    );
    assert.equal(diagnosis.report.where.identity, 'system:serviceaccount:datadog:datadog-agent');
  });
});

describe('the address', () => {
  it("is the CNI's gateway", async () => {
    const first = assertFirst(await run({ env: { DD_KUBERNETES_KUBELET_HOST: POD_GATEWAY } }), 'kubelet-host-not-a-node');
    assertClean(await run({ env: environmentOn({ name: 'n1', ip: NODE_IPS.n1 }, fixIn(first, 'yaml')) }));
  });

  it('is unset', async () => {
    const first = assertFirst(await run({ env: { DD_KUBERNETES_KUBELET_HOST: undefined } }), 'kubelet-host-unset');
    assertClean(await run({ env: environmentOn({ name: 'n1', ip: NODE_IPS.n1 }, fixIn(first, 'yaml')) }));
  });

  it('refuses: the kubelet is down', async () => {
    await cluster.stopKubelet('n1');
    await cluster.waitForNodes(['n1'], 'Unknown');
    const first = assertFirst(await run(), 'kubelet-down');
    assert.equal(first.certainty, 'proven');
    await restore();
    assertClean(await run());
  });

  it('refuses, and the heartbeat is too fresh to tell a kubelet that is down from one that does not listen', async () => {
    await cluster.stopKubelet('n1');
    const first = assertFirst(await run(), 'kubelet-down');
    assert.equal(first.certainty, 'suspected');
  });

  it('is dropped by a packet filter between this pod and the node', async () => {
    await dropFrom(POD_IP, NODE_IPS.n1, KUBELET_PORT);
    const first = assertFirst(await run(), 'kubelet-connect-timeout');
    assert.equal(first.certainty, 'proven', 'the apiserver reaches it: so it is the network between us');
    await clearFilters();
    assertClean(await run());
  });

  it('is dropped, and the second side is not ours to ask: suspected, not asserted', async () => {
    const poor = await cluster.createAgent({
      name: 'poor',
      rules: [
        { apiGroups: [''], resources: ['nodes/metrics', 'nodes/stats', 'nodes/pods', 'nodes/healthz', 'nodes/configz'], verbs: ['get'] },
      ],
    });
    await dropFrom(POD_IP, NODE_IPS.n1, KUBELET_PORT);
    const first = assertFirst(await diagnose(cluster, poor), 'kubelet-connect-timeout');
    assert.equal(first.certainty, 'suspected');
    assert.ok(
      first.decide.some((command) => command.includes('/api/v1/nodes/n1/proxy/')),
      JSON.stringify(first.decide),
    );
  });

  it('answers to nobody: the kubelet process is stopped', async () => {
    cluster.freeze('n1');
    try {
      assertFirst(await run(), 'kubelet-hangs');
    } finally {
      cluster.thaw('n1');
    }
    await cluster.waitForNodes(['n1']);
    assertClean(await run());
  });
});

describe("the kubelet's certificate", () => {
  it('is its own, self-signed: cured by serverTLSBootstrap and the approval of its CSR', async () => {
    await cluster.restartKubelet('n1', { serving: 'self-signed' });
    const first = assertFirst(await run(), 'kubelet-certificate-self-signed');
    await cluster.restartKubelet('n1', kubeletSettingsOf(fixIn(first, 'kubelet-config')));
    await approveAsPrinted();
    assertClean(await run());
  });

  it('is signed by another CA: cured by giving that CA', async () => {
    const other = await createAuthority('other-ca');
    await writeKeyPair(agent.secretsDir, 'other', other);
    await cluster.swapKubeletCertificate('n1', await servingCertificate(other, 'n1', NODE_IPS.n1));
    assertFirst(await run(), 'kubelet-certificate-unknown-authority');
    assertClean(await run({ env: { DD_KUBELET_CLIENT_CA: '/var/run/secrets/kubernetes.io/serviceaccount/other.crt' } }));
  });

  it('has expired', async () => {
    const expired = {
      commonName: 'system:node:n1',
      dnsNames: ['n1'],
      ips: [NODE_IPS.n1],
      notBefore: new Date(Date.now() - 2e8),
      notAfter: new Date(Date.now() - 1e8),
    };
    await cluster.swapKubeletCertificate('n1', await issueCertificate(cluster.ca, expired));
    assertFirst(await run(), 'kubelet-certificate-expired');
    await cluster.swapKubeletCertificate('n1', await servingCertificate(cluster.ca, 'n1', NODE_IPS.n1));
    assertClean(await run());
  });

  it('does not name the address: cured by dialling the name that is in it', async () => {
    await cluster.swapKubeletCertificate('n1', await issueCertificate(cluster.ca, { commonName: 'system:node:n1', dnsNames: ['n1'] }));
    const first = assertFirst(await run(), 'kubelet-certificate-name-mismatch');
    assertClean(await run({ env: environmentOn({ name: 'n1', ip: NODE_IPS.n1 }, fixIn(first, 'yaml')) }));
  });

  it('waits for approval: cured by the command that was printed', async () => {
    await cluster.restartKubelet('n1', { serving: 'bootstrap' });
    await approveAsPrinted();
    assertClean(await run());
  });

  /** Runs until the pending CSR is named, and does what `kubectl certificate approve NAME` does. */
  async function approveAsPrinted(): Promise<void> {
    await waitFor('the CSR of n1', async () => {
      const first = assertFirst(await run(), 'kubelet-certificate-pending');
      return /^kubectl certificate approve csr-[a-z0-9]+$/m.test(fixIn(first, 'shell')) || undefined;
    });
    await cluster.approveServingCertificate('n1');
    await new Promise((resolve) => setTimeout(resolve, 2000)); // signer and kubelet follow by watch
  }

  it('does not matter to an agent that does not verify: a risk, exit code 0', async () => {
    await cluster.restartKubelet('n1', { serving: 'self-signed' });
    const diagnosis = await run({ env: { DD_KUBELET_TLS_VERIFY: 'false' } });
    assert.equal(diagnosis.code, 0, JSON.stringify(diagnosis.report.findings.map((f) => [f.cause, f.severity])));
    assert.equal(diagnosis.report.summary.verdict, 'warn');
  });
});

describe('who the kubelet thinks we are', () => {
  it('accepts no tokens: cured by the kubelet configuration that was printed', async () => {
    await cluster.restartKubelet('n1', { webhookAuthentication: false });
    const first = assertFirst(await run(), 'kubelet-token-authentication-off');
    await cluster.restartKubelet('n1', { webhookAuthentication: false, ...kubeletSettingsOf(fixIn(first, 'kubelet-config')) });
    assertClean(await run());
  });

  it('ignores tokens and lets anonymous in', async () => {
    await cluster.restartKubelet('n1', { webhookAuthentication: false, anonymous: true });
    const first = assertFirst(await run(), 'kubelet-ignores-token');
    await cluster.restartKubelet('n1', {
      webhookAuthentication: false,
      anonymous: true,
      ...kubeletSettingsOf(fixIn(first, 'kubelet-config')),
    });
    assertClean(await run());
  });

  it('cannot ask its apiserver: refused', async () => {
    await cluster.restartKubelet('n1', { apiserver: `https://${NODE_IPS.n2}:1` });
    await cluster.waitForNodes(['n1'], 'Unknown');
    assertFirst(await run(), 'kubelet-cannot-reach-apiserver');
    await restore();
    assertClean(await run());
  });

  it('cannot ask its apiserver: dropped', async () => {
    await dropFrom(NODE_IPS.n1, APISERVER_IP, APISERVER_PORT);
    await cluster.waitForNodes(['n1'], 'Unknown');
    assertFirst(await run(), 'kubelet-cannot-reach-apiserver');
    await clearFilters();
    await restore();
    assertClean(await run());
  });

  it('takes a client certificate: good, expired, foreign', async () => {
    const files = async (name: string, pair: Awaited<ReturnType<typeof clientCertificate>>) => {
      await writeKeyPair(agent.secretsDir, name, pair);
      const at = `/var/run/secrets/kubernetes.io/serviceaccount/${name}`;
      return { DD_KUBELET_CLIENT_CRT: `${at}.crt`, DD_KUBELET_CLIENT_KEY: `${at}.key` };
    };
    const admin = { commonName: 'kubernetes-admin', organizations: ['system:masters'], usages: ['client' as const] };
    assertClean(await run({ env: await files('good', await issueCertificate(cluster.ca, admin)) }));
    const expired = await issueCertificate(cluster.ca, {
      ...admin,
      notBefore: new Date(Date.now() - 2e8),
      notAfter: new Date(Date.now() - 1e8),
    });
    assertFirst(await run({ env: await files('expired', expired) }), 'client-certificate-expired');
    const foreign = await issueCertificate(await createAuthority('kubernetes'), admin);
    assertFirst(await run({ env: await files('foreign', foreign) }), 'client-certificate-foreign');
  });
});

describe('what it lets us read', () => {
  const without = (resource: string): PolicyRule[] =>
    RULES.map((rule) => ({ ...rule, resources: rule.resources?.filter((r) => r !== resource) }));

  it('not one path: cured by the rule that was printed', async () => {
    const some = await cluster.createAgent({ name: 'some', rules: without('nodes/stats') });
    const first = assertFirst(await diagnose(cluster, some), 'kubelet-permission-missing');
    assert.match(JSON.stringify(first), /stats/);
    await cluster.applyYaml(fixIn(first, 'yaml'));
    assertClean(await diagnose(cluster, some, { args: ['--wait'] }));
  });

  it('nothing at all, by the newer text', async () => {
    const none = await cluster.createAgent({ name: 'none', rules: [] });
    const first = assertFirst(await diagnose(cluster, none), 'kubelet-permission-missing');
    assert.match(JSON.stringify(first.evidence), /subresource\(s\)=\[/);
    await cluster.applyYaml(fixIn(first, 'yaml'));
    assertClean(await diagnose(cluster, none, { args: ['--wait'] }));
  });

  it('nothing at all, on a kubelet that knows no fine-grained rights', async () => {
    await cluster.restartKubelet('n1', { preFineGrained: true, version: 'v1.31.14' });
    const old = await cluster.createAgent({ name: 'old', rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }] });
    const first = assertFirst(await diagnose(cluster, old), 'kubelet-permission-missing');
    await cluster.applyYaml(fixIn(first, 'yaml'));
    assertClean(await diagnose(cluster, old, { args: ['--wait'] }));
  });

  it('although it was granted five seconds ago: the refusal is remembered', async () => {
    await cluster.restartKubelet('n1', { cacheTtl: '15s' });
    const late = await cluster.createAgent({ name: 'late', rules: [] });
    const first = assertFirst(await diagnose(cluster, late), 'kubelet-permission-missing');
    await cluster.applyYaml(fixIn(first, 'yaml'));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const soon = await diagnose(cluster, late);
    assert.equal(soon.code, 1);
    assertFirst(soon, 'kubelet-decision-cached');
    const waited = await diagnose(cluster, late, { args: ['--wait'] });
    assertClean(waited);
    assert.deepEqual(
      waited.report.findings.filter((f) => f.cause === 'kubelet-decision-cached'),
      [],
    );
  });
});

describe('what reached the apiserver', () => {
  it('was read-only, in all of the above', async () => {
    assert.ok((await assertReadOnly(cluster)) > 200);
  });
});
