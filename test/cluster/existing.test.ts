/** Our own cluster through the door for existing ones. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { startCluster } from './cluster.js';
import { NODE_IPS } from './net.js';

it('the tests for an existing cluster pass on this one, with nothing but its kubeconfig', async () => {
  const cluster = await startCluster({ nodes: { n1: { ip: NODE_IPS.n1 } } });
  try {
    const { NODE_TEST_CONTEXT: _ours, ...env } = process.env;
    const run = spawnSync(process.execPath, ['--import', 'tsx', '--test', 'test/cluster/existing.ts'], {
      env: { ...env, KUBECONFIG: cluster.adminKubeconfig },
      encoding: 'utf8',
    });
    assert.equal(run.status, 0, run.stdout + run.stderr);
  } finally {
    await cluster.stop();
  }
});
