/** `kubelet-doctor nodes` against simulated clusters: rows, exit codes, and what is asked of whom. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runCommandLine } from '../../src/cli/command-line.js';
import { BOUNDS } from '../../src/model/bounds.js';
import type { Report } from '../../src/model/report.js';
import type { NodeLine } from '../../src/report/tables/nodes.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { type RunningWorld, startWorld } from '../../src/sim/start.js';
import { recordingIo } from './run.js';

const worldOf = (name: string) => SCENARIOS.find(({ scenario }) => scenario === name)!.world;

async function nodes(world: RunningWorld, args: string[] = []) {
  const { io, text } = recordingIo();
  const code = await runCommandLine(['nodes', ...world.argv, ...args], io, world.host);
  const { stdout, stderr } = text();
  assert.equal(stderr, '');
  for (const secret of world.secrets) assert.ok(!stdout.includes(secret), secret.slice(0, 12));
  return { code, stdout };
}

async function inWorld(name: string, run: (world: RunningWorld) => Promise<void>): Promise<void> {
  const world = await startWorld(worldOf(name));
  try {
    await run(world);
  } finally {
    await world.stop();
  }
}

describe('nodes', () => {
  it('shows one row a node, and the patch', () =>
    inWorld('control-plane-taint', async (world) => {
      const { code, stdout } = await nodes(world);
      assert.equal(code, 1);
      assert.match(stdout, /│ cp1 +│ none +│ no +│ control plane/);
      assert.match(stdout, /│ n2 +│ ready +│ yes/);
      assert.match(stdout, /An agent is ready on 2 of 3 nodes; 1 kept off\./);
      assert.match(stdout, /kubectl -n datadog patch daemonset datadog-agent --type=json/);
      const asked = world.requests.filter(({ server }) => server === 'apiserver');
      assert.ok(
        asked.every(({ method, path }) => method === 'GET' || path.includes('reviews')),
        'nothing is written',
      );
      assert.deepEqual(
        [...world.requests].filter(({ server }) => server.startsWith('kubelet')),
        [],
      );
      assert.doesNotMatch(stdout, /kubelet 127\./, 'a kubelet that is not asked is not named');
    }));

  it('is JSON with the rows, its summary first', () =>
    inWorld('node-taint', async (world) => {
      const { stdout } = await nodes(world, ['--output', 'json']);
      assert.match(stdout, /^\{"summary":/);
      const report = JSON.parse(stdout) as Report & { nodes: NodeLine[] };
      assert.deepEqual(
        report.nodes.map(({ node, state, wouldRun }) => [node, state, wouldRun]),
        [
          ['n1', 'covered', true],
          ['n2', 'refused', false],
          ['n3', 'refused', false],
        ],
      );
    }));

  it('says in one line that all is well', () =>
    inWorld('placement-healthy', async (world) => {
      const { code, stdout } = await nodes(world);
      assert.equal(code, 0);
      assert.equal(stdout.split('\n')[0], 'An agent is ready on 3 of 3 nodes.');
    }));

  it('leaves no question unsaid where the lists are not ours: exit code 3', () =>
    inWorld('healthy', async (world) => {
      const { code, stdout } = await nodes(world);
      assert.equal(code, 3);
      assert.match(stdout, /could not be listed/);
    }));

  it('says in one line what is wrong with a manifest that cannot be read', () =>
    inWorld('control-plane-taint', async (world) => {
      const at = join(world.host.root, 'cwd');
      mkdirSync(at, { recursive: true });
      writeFileSync(join(at, 'garbage.yaml'), 'a: [b\n');
      writeFileSync(join(at, 'nothing.yaml'), '\0\u0001');
      writeFileSync(join(at, 'large.yaml'), '#'.repeat(BOUNDS.manifest + 1));
      for (const name of ['garbage.yaml', 'nothing.yaml', 'large.yaml', 'missing.yaml', '']) {
        const { io, text } = recordingIo();
        const code = await runCommandLine(['nodes', ...world.argv, '--manifest', `/cwd/${name}`], io, world.host);
        const { stdout, stderr } = text();
        assert.deepEqual([code, stdout], [2, ''], name);
        assert.match(stderr, /^kubelet-doctor: --manifest.*$/, name);
      }
    }));

  it('judges a manifest before it is installed', () =>
    inWorld('placement-healthy', async (world) => {
      const spec = { template: { spec: { containers: [{ name: 'agent', image: 'datadog/agent:7' }] } } };
      const manifest = { kind: 'List', items: [{ kind: 'DaemonSet', metadata: { name: 'datadog-agent', namespace: 'datadog' }, spec }] };
      mkdirSync(join(world.host.root, 'cwd'), { recursive: true });
      writeFileSync(join(world.host.root, 'cwd', 'agent.yaml'), `---\n${JSON.stringify(manifest)}\n`);
      const { code, stdout } = await nodes(world, ['--manifest', '/cwd/agent.yaml']);
      assert.equal(code, 1);
      assert.match(stdout, /This manifest does not tolerate the control-plane taint of 1 of 3 nodes/);
      assert.doesNotMatch(stdout, /kubectl -n datadog patch/);
    }));
});
