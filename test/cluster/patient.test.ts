/** What takes a kubelet minutes to notice about itself. Run beside the other files (run.ts), for it does little but wait. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { ask } from './ask.js';
import { type Cluster, startCluster } from './cluster.js';
import { assertClean, assertFirst, diagnose } from './doctor.js';
import type { Agent } from './identities.js';
import { NODE_IPS } from './net.js';
import { waitFor } from './process.js';

let cluster: Cluster;
let agent: Agent;

before(async () => {
  cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 } } });
  agent = await cluster.createAgent();
});
after(() => cluster?.stop());

/** A kubelet whose loop has not come round for this long says so (pkg/kubelet/server syncLoopHealthCheck: at least 5 minutes). */
const NOTICED_MS = 7 * 60_000;

it('a container runtime that is not ready: the sync loop stands still, and /healthz says so', async () => {
  const healthz = async () =>
    (await ask(`${cluster.kubelet('n1').url}/healthz`, { ...cluster.adminCertificate, ca: cluster.ca.certPem })).status;
  assert.equal(await healthz(), 200);
  cluster.setRuntime('n1', false);
  await waitFor('an unhealthy kubelet', async () => ((await healthz()) === 500 ? true : undefined), NOTICED_MS);
  const finding = assertFirst(await diagnose(cluster, agent), 'kubelet-unhealthy');
  assert.match(finding.title.en, /unhealthy: syncloop/);
  cluster.setRuntime('n1', true);
  await waitFor('a healthy kubelet', async () => ((await healthz()) === 200 ? true : undefined), 60_000);
  assertClean(await diagnose(cluster, agent));
});
