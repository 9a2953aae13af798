/** Causes of the apiserver's side that no other acceptance test shows: each made on a real apiserver, named first, and gone afterwards. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { issueCertificate } from '../../src/sim/state/pki.js';
import { ask } from './ask.js';
import { type Cluster, startCluster } from './cluster.js';
import { writeKeyPair } from './credentials.js';
import { assertClean, assertFirst, type Diagnosis, diagnose, fixIn } from './doctor.js';
import { AGENT_RULES, type Agent, writeSecrets } from './identities.js';
import { APISERVER_IP, APISERVER_PORT, clearFilters, NODE_IPS, POD_IP, rejectFrom, SERVICE_IP } from './net.js';
import { runAsPod } from './pod-place.js';
import { waitFor } from './process.js';

const exec = promisify(execFile);
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const DAY_MS = 86_400_000;
const SERVICE_NAME = 'kubernetes.default.svc';

let cluster: Cluster;
let agent: Agent;

before(async () => {
  cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 } } });
  agent = await cluster.createAgent({ rules: [...AGENT_RULES, { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] }] });
});
after(() => cluster?.stop());

const run = (options: Parameters<typeof diagnose>[2] = {}) => diagnose(cluster, agent, options);
const daysFromNow = (days: number): Date => new Date(Date.now() + days * DAY_MS);

describe('the way to the apiserver', () => {
  it('is not routed', async () => {
    const routes = ['10.77.0.1/32', `${SERVICE_IP}/32`];
    for (const route of routes) await exec('ip', ['-n', 'kd-pod', 'route', 'add', 'unreachable', route]);
    try {
      assertFirst(await run(), 'apiserver-no-route');
    } finally {
      for (const route of routes) await exec('ip', ['-n', 'kd-pod', 'route', 'del', 'unreachable', route]);
    }
    assertClean(await run());
  });
});

describe('the apiserver', () => {
  it('is not ready: etcd does not answer it', async (t) => {
    cluster.freezeEtcd();
    t.after(() => cluster.thawEtcd());
    await waitFor('an apiserver that is not ready', async () =>
      (await ask(`${cluster.apiserver.url}/readyz`)).status === 500 ? true : undefined,
    );
    const finding = assertFirst(await run(), 'apiserver-not-ready');
    assert.match(finding.title.en, /etcd/);
    cluster.thawEtcd();
    await waitFor('the apiserver to be ready', () => cluster.admin('GET', '/readyz'));
    assertClean(await run());
  });

  it('is cut off by something that resets what is said to it, on every way in', async () => {
    for (const [address, port] of [
      [SERVICE_IP, 443],
      [APISERVER_IP, APISERVER_PORT],
    ] as const)
      await rejectFrom(POD_IP, address, port, 'tcp flags & psh == psh');
    assertFirst(await run(), 'apiserver-connection-reset');
    await clearFilters();
    assertClean(await run());
  });
});

describe('rights about rights', () => {
  it('nobody may ask what he may: cured by what is printed, though the binding is kept from repair', async () => {
    const binding = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/system:basic-user';
    const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' };
    await cluster.admin('PATCH', binding, { metadata: { annotations }, subjects: [] }, 'application/merge-patch+json');
    const found = await waitFor('the authorizer to notice', async () => {
      const { report } = await run();
      return report.findings.find(({ cause }) => cause === 'review-forbidden');
    });
    assertFirst(await run(), 'review-forbidden');
    const command = found.fixes.find(({ form }) => form === 'shell')?.steps ?? '';
    await exec('sh', ['-ec', command], { env: { ...process.env, KUBECONFIG: cluster.adminKubeconfig } });
    await waitFor('the right to ask', async () => ((await run()).report.findings.length === 0 ? true : undefined));
    assertClean(await run());
  });

  it('nodes/proxy where less would do: the printed rules, and nodes/proxy taken away', async () => {
    const account = await cluster.createAgent({ name: 'mighty' });
    const judged = async (): Promise<Diagnosis> => {
      const argv = [process.execPath, path.resolve('bin/kubelet-doctor.js'), 'rbac', '-o', 'json', '--kubeconfig', cluster.adminKubeconfig];
      const env = { KUBERNETES_SERVICE_HOST: undefined, KUBERNETES_SERVICE_PORT: undefined };
      const result = await runAsPod(cluster, {
        network: 'host',
        env,
        argv: [...argv, '--service-account', `${account.namespace}/${account.name}`],
      });
      return { ...result, report: JSON.parse(result.stdout) };
    };
    const finding = assertFirst(await judged(), 'role-grants-too-much');
    await cluster.applyYaml(fixIn(finding, 'yaml'));
    const role = `/apis/rbac.authorization.k8s.io/v1/clusterroles/${account.namespace}-${account.name}`;
    const rules = AGENT_RULES.map((rule) => ({ ...rule, resources: rule.resources?.filter((resource) => resource !== 'nodes/proxy') }));
    await cluster.admin('PATCH', role, { rules }, 'application/merge-patch+json');
    await waitFor('the lesser role', async () =>
      (await judged()).report.findings.some(({ cause }) => cause === 'role-grants-too-much') ? undefined : true,
    );
    assertClean(await judged());
  });
});

describe('the CA file for the apiserver', () => {
  it('is not mounted, the token is', async () => {
    const secretsDir = await writeSecrets(cluster.dir, { token: agent.token, namespace: 'datadog' });
    assertFirst(await run({ secretsDir }), 'apiserver-ca-file-missing');
    assertClean(await run());
  });
});

describe('the client certificate', () => {
  const env = { DD_KUBELET_CLIENT_CRT: `${ACCOUNT}/c.crt`, DD_KUBELET_CLIENT_KEY: `${ACCOUNT}/c.key` };
  const withPair = async (certPem: string, keyPem: string) =>
    writeSecrets(cluster.dir, {
      token: agent.token,
      'ca.crt': cluster.ca.certPem,
      namespace: 'datadog',
      'c.crt': certPem,
      'c.key': keyPem,
    });
  const subject = { commonName: 'kubernetes-admin', organizations: ['system:masters'], usages: ['client' as const] };

  it('is not valid yet', async () => {
    const pair = await issueCertificate(cluster.ca, { ...subject, notBefore: daysFromNow(2), notAfter: daysFromNow(30) });
    assertFirst(await run({ env, secretsDir: await withPair(pair.certPem, pair.keyPem) }), 'client-certificate-not-yet-valid');
  });

  it('is not PEM', async () => {
    const pair = await issueCertificate(cluster.ca, subject);
    const secretsDir = await withPair('no certificate', pair.keyPem);
    assertFirst(await run({ env, secretsDir }), 'client-certificate-unreadable');
  });
});

describe("the apiserver's certificate", () => {
  /** Shown to whoever asks for this name; nodes and the test, who dial an address, are shown the good one. */
  const serve = async (notBefore: Date, notAfter: Date) => {
    const request = { commonName: 'kube-apiserver', dnsNames: [SERVICE_NAME], usages: ['server' as const], notBefore, notAfter };
    await writeKeyPair(cluster.dir, 'sni', await issueCertificate(cluster.ca, request));
    const pair = `${path.join(cluster.dir, 'sni.crt')},${path.join(cluster.dir, 'sni.key')}`;
    await cluster.stopApiserver();
    await cluster.startApiserver([`--tls-sni-cert-key=${pair}:${SERVICE_NAME}`]);
    await cluster.waitForNodes();
  };
  const env = { KUBERNETES_SERVICE_HOST: SERVICE_NAME };

  it('has expired', async () => {
    await serve(daysFromNow(-30), daysFromNow(-2));
    assertFirst(await run({ env }), 'apiserver-certificate-expired');
  });

  it('is not valid yet, then renewed', async () => {
    await serve(daysFromNow(2), daysFromNow(30));
    assertFirst(await run({ env }), 'apiserver-certificate-not-yet-valid');
    await serve(daysFromNow(-2), daysFromNow(30));
    assertClean(await run({ env }));
  });
});
