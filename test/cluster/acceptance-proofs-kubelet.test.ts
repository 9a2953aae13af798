/** Faults of kubelets and nodes that the other acceptance tests do not show: made of a real kubelet, named, and gone with their reason. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Finding } from '../../src/model/report.js';
import { type Cluster, startCluster } from './cluster.js';
import { createDaemonSet, waitForDaemonSet } from './daemonsets.js';
import { assertClean, assertFirst, assertReadOnly, type Diagnosis, diagnose, fixIn } from './doctor.js';
import { AGENT_RULES, type Agent, applyObject, writeSecrets } from './identities.js';
import { clearFilters, KUBELET_PORT, NODE_IPS, POD_IP, rejectFrom } from './net.js';
import { waitFor } from './process.js';

const exec = promisify(execFile);
let cluster: Cluster;
let agent: Agent;
/** With the kubelet's paths and the node proxy alone, as most agents: it may not read its Node, which would tell it more. */
let usual: Agent;

before(async () => {
  cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 }, n2: { ip: NODE_IPS.n2 } } });
  agent = await cluster.createAgent({
    rules: [
      ...AGENT_RULES,
      { apiGroups: [''], resources: ['nodes'], verbs: ['get'] },
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get'] },
    ],
  });
  usual = await cluster.createAgent({ name: 'usual' });
});
after(() => cluster?.stop());
afterEach(clearFilters);

const run = (options: Parameters<typeof diagnose>[2] = {}) => diagnose(cluster, agent, options);
const all = (findings: Finding[]): Finding[] => findings.flatMap((f) => [f, ...all(f.consequences)]);
/** This cause is among the findings, wherever it ranks. */
const assertFound = ({ report }: Diagnosis, cause: string): Finding => {
  const found = all(report.findings).find((f) => f.cause === cause);
  assert.ok(found, JSON.stringify(all(report.findings).map((f) => f.cause)));
  return found;
};
const assertGone = ({ report }: Diagnosis, cause: string): void => assert.ok(!all(report.findings).some((f) => f.cause === cause), cause);
const merge = (path: string, body: unknown) => cluster.admin('PATCH', path, body, 'application/merge-patch+json');

describe('the path to the kubelet', () => {
  it('a reset on the first bytes, by something between', async () => {
    // The handshake passes; the packet with the ClientHello is answered with a reset, as some middleboxes and sidecars do.
    await rejectFrom(POD_IP, NODE_IPS.n1, KUBELET_PORT, 'tcp flags & psh == psh');
    const finding = assertFirst(await run(), 'kubelet-connection-reset');
    assert.equal(finding.certainty, 'proven', 'the apiserver reaches it');
    await clearFilters();
    assertClean(await run());
  });

  it('an address of the machine that the kubelet is not bound to', async () => {
    // One of the machine's, and no kubelet's (net.ts setUpLoopback).
    const other = '10.77.0.28';
    const finding = assertFirst(
      await diagnose(cluster, usual, { env: { DD_KUBERNETES_KUBELET_HOST: other } }),
      'kubelet-connection-refused',
    );
    assert.equal(finding.certainty, 'suspected', 'whose address it is stands in the Node, which this agent may not read');
    assert.match(fixIn(finding, 'yaml'), /fieldPath: status\.hostIP/);
    // What the kubelet makes of status.hostIP is the address of its Node.
    assertClean(await diagnose(cluster, usual, { env: { DD_KUBERNETES_KUBELET_HOST: NODE_IPS.n1 } }));
  });

  it('an address that nobody has', async (t) => {
    await exec('ip', ['link', 'add', 'kd-lan', 'type', 'veth', 'peer', 'name', 'kd-lan-end']);
    t.after(() => exec('ip', ['link', 'del', 'kd-lan']));
    for (const args of [
      ['address', 'add', '10.78.0.1/24', 'dev', 'kd-lan'],
      ['link', 'set', 'kd-lan', 'up'],
      ['link', 'set', 'kd-lan-end', 'up'],
    ])
      await exec('ip', args);
    const from = { network: 'host', env: { DD_KUBERNETES_KUBELET_HOST: '10.78.0.77' } } as const;
    const finding = assertFirst(await diagnose(cluster, usual, from), 'node-address-dead');
    assert.equal(finding.certainty, 'suspected', 'three seconds are the word of our own clock, and no heartbeat is known to have stopped');
    assertClean(await diagnose(cluster, usual, { network: 'host' }));
  });
});

describe('the kubelet', () => {
  it('rejects a credential that the apiserver rejects too', async () => {
    const token = cluster.mintToken({ sub: 'system:serviceaccount:datadog:gone', iss: 'https://another.example' });
    const secretsDir = await writeSecrets(cluster.dir, { token, 'ca.crt': cluster.ca.certPem, namespace: 'datadog' });
    assertFound(await run({ secretsDir }), 'kubelet-rejects-credential');
    assertGone(await run(), 'kubelet-rejects-credential');
  });

  it('fails in what it may show: the file system of the node is not found', async (t) => {
    const lost = path.join(cluster.kubelet('n1').directory, 'root', 'rootfs-lost');
    t.after(() => rm(lost, { force: true }));
    await writeFile(lost, '');
    const finding = assertFirst(await run(), 'kubelet-endpoint-fails');
    assert.match(finding.title.en, /\/stats\/summary/);
    assert.match([finding.title, ...finding.evidence.map(({ saw }) => saw)].map(({ en }) => en).join('\n'), /500 .*rootFs/);
    await rm(lost);
    assertClean(await run());
  });
});

describe('nodes, at a workstation', () => {
  const env = {
    KUBERNETES_SERVICE_HOST: undefined,
    KUBERNETES_SERVICE_PORT: undefined,
    DD_KUBERNETES_KUBELET_HOST: undefined,
    DD_API_KEY: undefined,
  };
  const look = () =>
    diagnose(cluster, undefined, {
      network: 'host',
      env: { ...env, KUBECONFIG: cluster.adminKubeconfig },
      args: ['--node', 'n1', '--daemonset', 'datadog/datadog-agent'],
    });

  before(async () => {
    await applyObject(cluster.admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'datadog' } });
    await createDaemonSet(cluster.admin, { spec: { tolerations: [{ operator: 'Exists' }] } });
    await waitForDaemonSet(cluster.admin, 2);
  });

  it('one is cordoned, which keeps no agent off', async () => {
    await merge('/api/v1/nodes/n2', { spec: { unschedulable: true } });
    assert.equal(assertFound(await look(), 'node-cordoned').severity, 'note');
    await merge('/api/v1/nodes/n2', { spec: { unschedulable: null } });
    await waitFor('the taint of the cordon to be gone', async () => {
      const { spec } = await cluster.admin<{ spec: { taints?: unknown[] } }>('GET', '/api/v1/nodes/n2');
      return spec.taints?.length ? undefined : true;
    });
    assertClean(await look());
  });

  it('one is not ready', async () => {
    cluster.setPodNetwork('n2', false);
    await cluster.waitForNodes(['n2'], 'False');
    assertFound(await look(), 'node-not-ready');
    cluster.setPodNetwork('n2', true);
    await cluster.waitForNodes(['n2']);
    assertGone(await look(), 'node-not-ready');
  });

  it('one has no agent, and nothing keeps it off: the controller has not come to it', async () => {
    const { items } = await cluster.admin<{ items: { metadata: { name: string }; spec: { nodeName: string } }[] }>(
      'GET',
      '/api/v1/namespaces/datadog/pods',
    );
    const name = items.find(({ spec }) => spec.nodeName === 'n2')?.metadata.name;
    cluster.freezeControllers();
    await cluster.admin('DELETE', `/api/v1/namespaces/datadog/pods/${name}?gracePeriodSeconds=0`);
    const finding = assertFound(await look(), 'agent-missing-on-node');
    cluster.thawControllers();
    assert.match(finding.title.en, /n2/);
    await waitForDaemonSet(cluster.admin, 2);
    assertGone(await look(), 'agent-missing-on-node');
  });
});

it('asked and changed nothing', async () => {
  assert.ok((await assertReadOnly(cluster)) > 100);
});
