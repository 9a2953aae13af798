/**
 * The apiserver as a client of kubelets, and who else may answer in a kubelet's place: a client certificate without permissions, of another CA, none
 * at all; and a server of Kubernetes' own library on the node's address and port. Real servers, the printed fix, and the cause is gone.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { stringify } from 'yaml';
import type { Finding } from '../../src/model/report.js';
import { createAuthority, type KeyPair } from '../../src/sim/state/pki.js';
import { type Cluster, startCluster } from './cluster.js';
import { clientCertificate } from './credentials.js';
import { assertFirst, type Diagnosis, diagnose } from './doctor.js';
import { AGENT_RULES, type Agent, applyObject } from './identities.js';
import { APISERVER_IP, APISERVER_PORT, clearFilters, dropFrom, KUBELET_PORT, NODE_IPS, POD_IP } from './net.js';
import { killComponent, startComponent, waitForPort } from './process.js';

const USER = 'kube-apiserver-kubelet-client';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
let cluster: Cluster;
let agent: Agent;
let file: string;

before(async () => {
  cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 } } });
  agent = await cluster.createAgent({ rules: [...AGENT_RULES, { apiGroups: [''], resources: ['nodes'], verbs: ['get'] }] });
  const pair = await clientCertificate(cluster.ca, 'ops', ['system:masters']);
  file = path.join(cluster.dir, 'ops.kubeconfig');
  const server = { server: `https://${APISERVER_IP}:${APISERVER_PORT}`, 'certificate-authority-data': base64(cluster.ca.certPem) };
  const user = { 'client-certificate-data': base64(pair.certPem), 'client-key-data': base64(pair.keyPem) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: server }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
});
after(() => cluster?.stop());
afterEach(clearFilters);

/** The apiserver again, with this certificate for kubelets; without one as at first. */
async function apiserverWith(pair?: KeyPair | 'none'): Promise<void> {
  await cluster.stopApiserver();
  const at = (name: string) => path.join(cluster.dir, 'pki', name);
  if (pair === undefined) return cluster.startApiserver();
  if (pair === 'none') return cluster.startApiserver(['--kubelet-client-certificate=', '--kubelet-client-key=']);
  await writeFile(at('other-client.crt'), pair.certPem);
  await writeFile(at('other-client.key'), pair.keyPem, { mode: 0o600 });
  return cluster.startApiserver([
    `--kubelet-client-certificate=${at('other-client.crt')}`,
    `--kubelet-client-key=${at('other-client.key')}`,
  ]);
}

/** Where the kubelet's port is not reached, it is asked through the apiserver. */
async function fromAfar(): Promise<Diagnosis> {
  await dropFrom(POD_IP, NODE_IPS.n1, KUBELET_PORT);
  const none = Object.fromEntries(
    ['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT', 'DD_KUBERNETES_KUBELET_HOST', 'DD_API_KEY'].map((n) => [n, undefined]),
  );
  return diagnose(cluster, undefined, {
    network: 'pod',
    env: { ...none, KUBECONFIG: file },
    args: ['--node', 'n1', '--connect-timeout', '1500ms'],
  });
}

const all = (findings: Finding[]): Finding[] => findings.flatMap((f) => [f, ...all(f.consequences)]);
const assertGone = ({ report }: Diagnosis, cause: string): void => assert.ok(!all(report.findings).some((f) => f.cause === cause), cause);

describe('the client certificate that the apiserver shows to kubelets', () => {
  it('of a user without permissions, as kubeadm issues it since kubernetes#138957: the printed binding cures it', async () => {
    await apiserverWith(await clientCertificate(cluster.ca, USER));
    const finding = assertFirst(await fromAfar(), 'apiserver-forbidden-at-kubelet');
    assert.equal(finding.certainty, 'proven');
    assert.match(finding.evidence.map(({ saw }) => saw.en).join('\n'), new RegExp(`403 Forbidden \\(user=${USER}, verb=get`));
    const [, name = '', role = '', user = ''] =
      /^kubectl create clusterrolebinding (\S+) --clusterrole=(\S+) --user=(\S+)$/.exec(finding.fixes[0]?.steps ?? '') ?? [];
    await applyObject(cluster.admin, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    } as Parameters<typeof applyObject>[1]);
    // What the kubelet has denied it remembers for 30 seconds; a new one has denied nothing.
    await cluster.restartKubelet('n1');
    await cluster.waitForNodes();
    assertGone(await fromAfar(), 'apiserver-forbidden-at-kubelet');
  });

  it('of another CA, or none: the kubelet does not know who asks', async () => {
    for (const pair of [await clientCertificate(await createAuthority('another'), USER), 'none'] as const) {
      await apiserverWith(pair);
      const finding = assertFirst(await fromAfar(), 'apiserver-unknown-at-kubelet');
      assert.equal(finding.certainty, 'proven');
      assert.match(finding.evidence.map(({ saw }) => saw.en).join('\n'), /401 Unauthorized/);
    }
    await apiserverWith();
    assertGone(await fromAfar(), 'apiserver-unknown-at-kubelet');
  });
});

it('a server of the same library as metrics-server on the address and port of the node', async () => {
  await cluster.stopKubelet('n1');
  // kube-scheduler serves with staging/src/k8s.io/apiserver, as metrics-server does: Status objects, its own self-signed certificate.
  const config = path.join(cluster.dir, 'scheduler.conf');
  const flags = [`--kubeconfig=${config}`, `--authentication-kubeconfig=${config}`, `--authorization-kubeconfig=${config}`];
  const scheduler = startComponent('kube-scheduler', path.join(cluster.dir, 'logs', 'port-10250.log'), [
    ...flags,
    '--leader-elect=false',
    `--bind-address=${NODE_IPS.n1}`,
    `--secure-port=${KUBELET_PORT}`,
    '--authentication-tolerate-lookup-failure=true',
    `--cert-dir=${path.join(cluster.dir, 'scheduler-pki')}`,
  ]);
  try {
    await waitForPort(scheduler, NODE_IPS.n1, KUBELET_PORT);
    const diagnosis = await diagnose(cluster, agent);
    const finding = assertFirst(diagnosis, 'kubelet-port-taken');
    assert.equal(finding.certainty, 'proven');
    assert.ok(
      !diagnosis.report.findings.some(({ cause }) => /^kubelet-certificate-/.test(cause)),
      'whose certificate it is follows from it',
    );
  } finally {
    await killComponent(scheduler);
  }
  await cluster.restartKubelet('n1');
  await cluster.waitForNodes();
  assertGone(await diagnose(cluster, agent), 'kubelet-port-taken');
});
