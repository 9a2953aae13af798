/** Names that do not exist, on a real apiserver: its own 404 is line one, with the names that are near, and nothing is granted to nobody. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stringify } from 'yaml';
import { type Cluster, startCluster } from './cluster.js';
import { clientCertificate } from './credentials.js';
import { assertFirst, type Diagnosis, diagnose } from './doctor.js';
import { AGENT_RULES } from './identities.js';
import { APISERVER_IP, APISERVER_PORT, NODE_IPS } from './net.js';

let cluster: Cluster;
let file: string;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

before(async () => {
  cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 } } });
  await cluster.createAgent({ name: 'agent', rules: AGENT_RULES });
  const pair = await clientCertificate(cluster.ca, 'ops', ['system:masters']);
  file = path.join(cluster.dir, 'names.kubeconfig');
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

const VARIABLES = ['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT', 'DD_KUBERNETES_KUBELET_HOST', 'DD_API_KEY'];

function ask(...args: string[]): Promise<Diagnosis> {
  const none = Object.fromEntries(VARIABLES.map((name) => [name, undefined]));
  return diagnose(cluster, undefined, { network: 'host', env: { ...none, KUBECONFIG: file }, args });
}

const ROWS: [args: string[], cause: string, title: RegExp, fix: RegExp][] = [
  [['--node', 'n9'], 'node-not-found', /^No Node n9: did you mean n1\?$/, /^Run again with --node n1$/],
  [
    ['--node', 'n1', '--service-account', 'datadog/agnt'],
    'service-account-not-found',
    /^No ServiceAccount datadog\/agnt: did you mean datadog\//,
    /^Run again with --service-account datadog\/[a-z-]+$/,
  ],
  [
    ['--node', 'n1', '--service-account', 'datdog/agent'],
    'service-account-not-found',
    /^No namespace datdog: did you mean ServiceAccount datadog\//,
    /^Run again with --service-account datadog\/[a-z-]+$/,
  ],
  [
    ['--node', 'n1', '--as', 'system:serviceaccount:datadog:agnt'],
    'service-account-not-found',
    /^No ServiceAccount datadog\/agnt: did you mean datadog\//,
    /^Run again with --as system:serviceaccount:datadog:[a-z-]+$/,
  ],
];

describe('a name that does not exist', () => {
  for (const [args, cause, title, fix] of ROWS)
    it(args.join(' '), async () => {
      const diagnosis = await ask(...args);
      const first = assertFirst(diagnosis, cause);
      assert.match(first.title.en, title);
      assert.match(first.fixes[0]?.action.en ?? '', fix);
      assert.equal(diagnosis.report.summary.exitCode, 1);
      assert.doesNotMatch(JSON.stringify(diagnosis.report.findings), /kind: (Cluster)?Role/);
    });

  it('that exists: nothing is said of it', async () => {
    const { report } = await ask('--node', 'n1', '--service-account', 'datadog/agent');
    assert.ok(!report.findings.some(({ question }) => question.startsWith('named-')));
    assert.equal(report.results.find(({ question }) => question === 'named-account')?.outcome, 'pass');
  });
});
