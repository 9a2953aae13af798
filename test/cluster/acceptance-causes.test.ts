/** The causes that the other acceptance tests do not show, on a real apiserver and real kubelets: named first, and gone after the fix. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import type { Finding } from '../../src/model/report.js';
import { issueCertificate } from '../../src/sim/state/pki.js';
import { type Cluster, startCluster } from './cluster.js';
import { servingCertificate } from './credentials.js';
import { assertClean, assertFirst, assertReadOnly, type Diagnosis, diagnose, environmentOf, fixIn } from './doctor.js';
import { AGENT_RULES, type Agent, type PolicyRule, writeSecrets } from './identities.js';
import { APISERVER_IP, APISERVER_PORT, clearFilters, dropFrom, KUBELET_PORT, NODE_IPS, POD_IP, reject } from './net.js';
import { waitFor } from './process.js';

const exec = promisify(execFile);
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const FINE_GRAINED: PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes/metrics', 'nodes/stats', 'nodes/pods', 'nodes/healthz', 'nodes/configz'], verbs: ['get'] },
];
const READS: PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get'] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['list'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
];

let cluster: Cluster;
let agent: Agent;

before(async () => {
  cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1, healthz: '127.0.0.1' }, n2: { ip: NODE_IPS.n2 } } });
  agent = await cluster.createAgent({ rules: [...AGENT_RULES, ...READS] });
});
after(() => cluster?.stop());

const run = (options: Parameters<typeof diagnose>[2] = {}) => diagnose(cluster, agent, options);
const restore = async () => {
  await cluster.restartKubelet('n1');
  await cluster.waitForNodes(['n1']);
};
const all = (findings: Finding[]): Finding[] => findings.flatMap((f) => [f, ...all(f.consequences)]);
/** This cause is among the findings, wherever it ranks. */
const assertFound = ({ report }: Diagnosis, cause: string): Finding => {
  const found = all(report.findings).find((f) => f.cause === cause);
  assert.ok(found, JSON.stringify(all(report.findings).map((f) => f.cause)));
  return found;
};
const assertGone = ({ report }: Diagnosis, cause: string): void => assert.ok(!all(report.findings).some((f) => f.cause === cause), cause);
/** As if on a machine of that name. */
const named = (name: string) => ['unshare', '--uts', 'sh', '-c', `hostname ${name}; exec "$@"`, 'sh'];
/** The agent's secrets with other files. */
const secrets = (files: Record<string, string>) =>
  writeSecrets(cluster.dir, { token: agent.token, 'ca.crt': cluster.ca.certPem, namespace: 'datadog', ...files });

describe('the kubelet is open', () => {
  afterEach(restore);

  it('by its read-only port: cured by the setting that is printed', async () => {
    await cluster.restartKubelet('n1', { readOnlyPort: 10255 });
    const diagnosis = await run();
    const found = assertFirst(diagnosis, 'read-only-port-open');
    assert.equal(diagnosis.code, 0, 'a risk');
    const { readOnlyPort } = parse(fixIn(found, 'kubelet-config')) as { readOnlyPort: number };
    await cluster.restartKubelet('n1', { readOnlyPort });
    assertGone(await run(), 'read-only-port-open');
  });

  it('to everyone', async () => {
    await cluster.restartKubelet('n1', { anonymous: true, authorization: 'AlwaysAllow' });
    const found = assertFirst(await run(), 'kubelet-anonymous-access');
    const fixed = parse(fixIn(found, 'kubelet-config')) as Config;
    await cluster.restartKubelet('n1', { anonymous: fixed.authentication?.anonymous?.enabled, authorization: fixed.authorization?.mode });
    assertGone(await run(), 'kubelet-anonymous-access');
  });

  it('to everyone it knows', async () => {
    await cluster.restartKubelet('n1', { authorization: 'AlwaysAllow' });
    const found = assertFirst(await run(), 'kubelet-always-allow');
    await cluster.restartKubelet('n1', { authorization: (parse(fixIn(found, 'kubelet-config')) as Config).authorization?.mode });
    assertGone(await run(), 'kubelet-always-allow');
  });
});

interface Config {
  authentication?: { anonymous?: { enabled?: boolean } };
  authorization?: { mode?: 'Webhook' };
  enableDebuggingHandlers?: boolean;
}

describe('the kubelet is set up otherwise', () => {
  afterEach(restore);

  it('without debugging handlers: cured by the setting that is printed', async () => {
    await cluster.restartKubelet('n1', { debugHandlers: false });
    const found = assertFirst(await run(), 'kubelet-debug-handlers-off');
    const { enableDebuggingHandlers } = parse(fixIn(found, 'kubelet-config')) as Config;
    await cluster.restartKubelet('n1', { debugHandlers: enableDebuggingHandlers });
    assertClean(await run());
  });

  it('without a CA for client certificates', async () => {
    const pair = await issueCertificate(cluster.ca, {
      commonName: 'kubernetes-admin',
      organizations: ['system:masters'],
      usages: ['client'],
    });
    const secretsDir = await secrets({ 'c.crt': pair.certPem, 'c.key': pair.keyPem, token: '' });
    const env = { DD_KUBELET_CLIENT_CRT: `${ACCOUNT}/c.crt`, DD_KUBELET_CLIENT_KEY: `${ACCOUNT}/c.key` };
    await cluster.restartKubelet('n1', { clientCa: false });
    assertFound(await run({ env, secretsDir }), 'kubelet-client-ca-unset');
  });

  it('without a server: its own 10248 answers, and nothing listens on 10250', async () => {
    await cluster.restartKubelet('n1', { server: false });
    await cluster.waitForNodes(['n1']);
    const hosts = '# Kubernetes-managed hosts file (host network).\n127.0.0.1 localhost\n';
    const first = assertFirst(await run({ network: 'host', hosts, under: named('n1') }), 'kubelet-server-disabled');
    assert.equal(first.certainty, 'suspected', 'a firewall on the node that rejects everyone looks the same: its sockets tell');
  });

  it('five minor versions behind', async () => {
    await cluster.restartKubelet('n1', { version: 'v1.31.14', preFineGrained: true });
    await waitForVersion('v1.31.14');
    const diagnosis = await run();
    assertFirst(diagnosis, 'kubelet-version-skew');
    assert.equal(diagnosis.code, 0, 'a risk');
    await restore();
    await waitFor('its own version', async () => ((await versionOf('n1')) === 'v1.31.14' ? undefined : true));
    assertGone(await run(), 'kubelet-version-skew');
  });

  it('without fine-grained rights, which the role relies on: cured by the rule that is printed', async () => {
    await cluster.restartKubelet('n1', { version: 'v1.31.14', preFineGrained: true });
    await waitForVersion('v1.31.14');
    const fine = await cluster.createAgent({ name: 'fine', rules: [...FINE_GRAINED, ...READS] });
    const first = assertFirst(await diagnose(cluster, fine), 'fine-grained-permission-too-new');
    await cluster.applyYaml(fixIn(first, 'yaml'));
    assertClean(await diagnose(cluster, fine, { args: ['--wait'] }));
  });

  const versionOf = async (node: string) =>
    (await cluster.admin<{ status: { nodeInfo: { kubeletVersion: string } } }>('GET', `/api/v1/nodes/${node}`)).status.nodeInfo
      .kubeletVersion;
  const waitForVersion = (version: string) => waitFor(version, async () => ((await versionOf('n1')) === version ? true : undefined));
});

describe("the kubelet's certificate", () => {
  const days = (n: number) => new Date(Date.now() + n * 86_400_000);
  const swap = async (notBefore: Date, notAfter: Date) =>
    cluster.swapKubeletCertificate(
      'n1',
      await issueCertificate(cluster.ca, { commonName: 'system:node:n1', dnsNames: ['n1'], ips: [NODE_IPS.n1], notBefore, notAfter }),
    );
  afterEach(async () => cluster.swapKubeletCertificate('n1', await servingCertificate(cluster.ca, 'n1', NODE_IPS.n1)));

  it('is not valid yet', async () => {
    await swap(days(2), days(300));
    assertFirst(await run(), 'kubelet-certificate-not-yet-valid');
  });

  it('expires within the month', async () => {
    await swap(days(-300), days(10));
    assertFirst(await run(), 'kubelet-certificate-expires-soon');
  });
});

describe('the way to the kubelet', () => {
  afterEach(() => clearFilters());

  it('is refused by a packet filter, as a closed port would', async () => {
    await dropNothingRejectFromPod('port-unreachable');
    const first = assertFirst(await run(), 'kubelet-rejected-by-firewall');
    await clearFilters();
    assert.ok(first.decide.length > 0 || first.certainty === 'proven');
    assertClean(await run());
  });

  it('has no route', async () => {
    await exec('ip', ['-n', 'kd-pod', 'route', 'add', 'throw', `${NODE_IPS.n1}/32`]);
    try {
      assertFirst(await run(), 'kubelet-no-route');
    } finally {
      await exec('ip', ['-n', 'kd-pod', 'route', 'del', 'throw', `${NODE_IPS.n1}/32`]);
    }
    assertClean(await run());
  });

  it('leads to another port than the node registered: cured by the port that is printed', async () => {
    const first = assertFirst(await run({ env: { DD_KUBERNETES_HTTPS_KUBELET_PORT: '10251' } }), 'kubelet-port-differs');
    assertClean(await run({ env: environmentOf(fixIn(first, 'env')) }));
  });

  it('leads to the plain HTTP port', async () => {
    await cluster.restartKubelet('n1', { readOnlyPort: 10255 });
    const found = assertFirst(await run({ env: { DD_KUBERNETES_HTTPS_KUBELET_PORT: '10255' } }), 'kubelet-speaks-plain-http');
    assertGone(await run({ env: environmentOf(fixIn(found, 'env')) }), 'kubelet-speaks-plain-http');
    await restore();
  });

  it('leads nowhere, and the read-only port is only the last thing the agent tries', async () => {
    await cluster.stopKubelet('n1');
    await cluster.waitForNodes(['n1'], 'Unknown');
    const diagnosis = await run();
    assertFirst(diagnosis, 'kubelet-down');
    assertFound(diagnosis, 'read-only-port-closed');
    await restore();
  });

  it('is closed by a NetworkPolicy: the rule that is printed lets through', async () => {
    const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'default-deny', namespace: 'datadog' } };
    await cluster.applyYaml(stringify({ ...policy, spec: { podSelector: {}, policyTypes: ['Egress'] } }));
    // What the network plugin would do of it.
    await dropFrom(POD_IP, NODE_IPS.n1, KUBELET_PORT);
    const first = assertFirst(await run(), 'network-policy-blocks-egress');
    await cluster.applyYaml(fixIn(first, 'yaml'));
    assertGone(await run(), 'network-policy-blocks-egress');
    const at = '/apis/networking.k8s.io/v1/namespaces/datadog/networkpolicies';
    for (const name of ['default-deny', 'kubelet-doctor-agent-to-kubelet']) await cluster.admin('DELETE', `${at}/${name}`);
  });

  /** From every source: the apiserver dials from its own address, so only the pod's is rejected. */
  async function dropNothingRejectFromPod(how: 'port-unreachable'): Promise<void> {
    await reject(`${NODE_IPS.n1} ip saddr ${POD_IP}`, KUBELET_PORT, how);
  }
});

describe('the credential', () => {
  it('is a token that is not valid yet', async () => {
    const now = Math.floor(Date.now() / 1000);
    const sub = 'system:serviceaccount:datadog:datadog-agent';
    const token = cluster.mintToken({
      sub,
      iat: now + 7200,
      nbf: now + 7200,
      exp: now + 10_800,
      'kubernetes.io': { namespace: 'datadog' },
    });
    assertFirst(await run({ secretsDir: await secrets({ token }) }), 'token-not-yet-valid');
  });

  it('is a token of another issuer', async () => {
    const iss = 'https://oidc.other-cluster.example';
    const token = cluster.mintToken({
      iss,
      aud: ['https://kubernetes.default.svc.cluster.local'],
      sub: 'system:serviceaccount:datadog:datadog-agent',
    });
    assertFirst(await run({ secretsDir: await secrets({ token }) }), 'token-foreign');
  });

  it('is the token of a pod that is gone', async () => {
    // Its pod was on n2; which node is meant is said, as the token names another.
    assertFirst(await run({ args: ['--node', 'n1'], secretsDir: await secrets({ token: await tokenOfGonePod() }) }), 'token-rejected');
  });

  it('is a copy of such a token, beside the mounted one: cured by the path that is printed', async () => {
    const secretsDir = await secrets({ copy: await tokenOfGonePod() });
    const first = assertFirst(await run({ secretsDir, env: { DD_KUBELET_AUTH_TOKEN_PATH: `${ACCOUNT}/copy` } }), 'token-stale-copy');
    assert.equal(first.certainty, 'proven');
    assertClean(await run({ secretsDir, env: environmentOf(fixIn(first, 'env')) }));
  });

  it('is a client certificate without client usage, or with another key', async () => {
    const subject = { commonName: 'kubernetes-admin', organizations: ['system:masters'] };
    const server = await issueCertificate(cluster.ca, { ...subject, usages: ['server'] });
    const client = await issueCertificate(cluster.ca, { ...subject, usages: ['client'] });
    const secretsDir = await secrets({ 's.crt': server.certPem, 's.key': server.keyPem, 'c.crt': client.certPem });
    const env = (name: string) => ({ DD_KUBELET_CLIENT_CRT: `${ACCOUNT}/${name}.crt`, DD_KUBELET_CLIENT_KEY: `${ACCOUNT}/s.key` });
    assertFirst(await run({ secretsDir, env: env('s') }), 'client-certificate-without-client-usage');
    assertFirst(await run({ secretsDir, env: env('c') }), 'client-certificate-key-mismatch');
  });

  it('is none: a kubeconfig without a user', async () => {
    const file = path.join(cluster.dir, `nobody-${randomUUID()}.conf`);
    const server = { server: cluster.apiserver.url, 'certificate-authority-data': Buffer.from(cluster.ca.certPem).toString('base64') };
    await writeFile(
      file,
      stringify({
        ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c', users: [{ name: 'u', user: {} }] },
        ...{ clusters: [{ name: 'c', cluster: server }], contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }] },
      }),
    );
    const env = {
      KUBERNETES_SERVICE_HOST: undefined,
      KUBERNETES_SERVICE_PORT: undefined,
      DD_API_KEY: undefined,
      DD_KUBERNETES_KUBELET_HOST: undefined,
    };
    const diagnosis = await diagnose(cluster, undefined, { env, args: ['--kubeconfig', file, '--kubelet-host', NODE_IPS.n1] });
    assertFound(diagnosis, 'credential-not-sent');
  });

  it('is bound to another node than the settings say', async () => {
    assertFound(await run({ env: { DD_KUBERNETES_KUBELET_NODENAME: 'n2' } }), 'identity-unexpected');
  });

  it('is that of a debug pod', async () => {
    const token = await cluster.serviceAccountToken('default', 'default');
    const env = { DD_API_KEY: undefined, DD_KUBERNETES_KUBELET_HOST: undefined };
    const secretsDir = await secrets({ token, namespace: 'default' });
    const diagnosis = await run({ secretsDir, env, under: named('node-debugger-n1-x7k2p'), args: ['--kubelet-host', NODE_IPS.n1] });
    assertFound(diagnosis, 'debug-pod-foreign-identity');
  });

  /** A token whose pod existed and was deleted. */
  async function tokenOfGonePod(): Promise<string> {
    const metadata = { name: `gone-${randomUUID().slice(0, 8)}`, namespace: 'datadog' };
    const spec = { serviceAccountName: 'datadog-agent', nodeName: 'n2', containers: [{ name: 'agent', image: 'agent:test' }] };
    const pods = '/api/v1/namespaces/datadog/pods';
    const pod = await cluster.admin<{ metadata: { uid: string } }>('POST', pods, { apiVersion: 'v1', kind: 'Pod', metadata, spec });
    const token = await cluster.serviceAccountToken('datadog', 'datadog-agent', {
      boundPod: { name: metadata.name, uid: pod.metadata.uid },
    });
    await cluster.admin('DELETE', `${pods}/${metadata.name}?gracePeriodSeconds=0`);
    // The apiserver believes a token it has just checked for ten seconds more; nobody has shown it this one.
    return token;
  }
});

describe('the apiserver', () => {
  it('is dialled by a name that its certificate does not hold', async () => {
    const hosts = `127.0.0.1 localhost\n${APISERVER_IP} api.example\n`;
    assertFirst(await run({ hosts, args: ['--apiserver', `api.example:${APISERVER_PORT}`] }), 'apiserver-certificate-name-mismatch');
  });
});

describe('what reached the apiserver', () => {
  it('was read-only, in all of the above', async () => {
    assert.ok((await assertReadOnly(cluster)) > 100);
  });
});
