/** The script of `kubelet-doctor script`, by a real shell in a pod's network, against a real kubelet and apiserver: the first cause of the program there. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { createHost } from '../../src/host/create.js';
import { judgeAnswers } from '../../src/live/script/judged.js';
import { scriptText } from '../../src/live/script/text.js';
import type { Report } from '../../src/model/report.js';
import { createAuthority } from '../../src/sim/state/pki.js';
import { type Cluster, startCluster } from './cluster.js';
import { servingCertificate } from './credentials.js';
import { AGENT_ENV, diagnose } from './doctor.js';
import { AGENT_RULES, type Agent } from './identities.js';
import { clearFilters, dropFrom, KUBELET_PORT, NODE_IPS, POD_IP } from './net.js';
import { runAsPod } from './pod-place.js';

let cluster: Cluster;
let agent: Agent;

before(async () => {
  cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 } } });
  agent = await cluster.createAgent({ rules: [...AGENT_RULES, { apiGroups: [''], resources: ['nodes'], verbs: ['get'] }] });
});
after(() => cluster?.stop());
afterEach(async () => {
  await clearFilters();
  await cluster.restartKubelet('n1');
  await cluster.waitForNodes(['n1']);
});

async function heard(of: Agent): Promise<Report> {
  const { stdout, stderr } = await runAsPod(cluster, {
    secretsDir: of.secretsDir,
    env: AGENT_ENV,
    argv: ['sh'],
    stdin: scriptText('0.0.0'),
    timeoutMs: 120_000,
  });
  assert.equal(stderr, '');
  assert.ok(!stdout.includes(AGENT_ENV.DD_API_KEY), 'a secret is printed');
  const judged = await judgeAnswers(stdout, createHost({ env: {} }), { failOn: 'degrades', skip: [], only: [] });
  assert.ok(!('error' in judged));
  return judged.report;
}

/** As the program itself says it in the same pod, now. */
async function agrees(cause: string | undefined, of = agent): Promise<void> {
  const firstIn = ({ findings }: Report) => findings.find(({ severity }) => severity !== 'note')?.cause;
  const { report } = await diagnose(cluster, of);
  assert.equal(firstIn(report), cause);
  const judged = await heard(of);
  assert.equal(firstIn(judged), cause, JSON.stringify(judged.findings.map((finding) => [finding.cause, finding.title.en])));
}

describe('the script says what the program says', () => {
  it('of a healthy cluster', () => agrees(undefined));

  it('of rights that are missing', async () => {
    const poor = await cluster.createAgent({ name: 'poor', rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }] });
    await agrees('kubelet-permission-missing', poor);
  });

  it('of a packet filter', async () => {
    await dropFrom(POD_IP, NODE_IPS.n1, KUBELET_PORT);
    await agrees('kubelet-connect-timeout');
  });

  it('of a certificate of another CA', async () => {
    await cluster.swapKubeletCertificate('n1', await servingCertificate(await createAuthority('other-ca'), 'n1', NODE_IPS.n1));
    await agrees('kubelet-certificate-unknown-authority');
  });

  it('of a kubelet that signed its own', async () => {
    await cluster.restartKubelet('n1', { serving: 'self-signed' });
    await agrees('kubelet-certificate-self-signed');
  });

  it('of a kubelet that is down', async () => {
    await cluster.stopKubelet('n1');
    await agrees('kubelet-down');
  });
});
