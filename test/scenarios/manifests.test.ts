/**
 * Manifests that are not installed: `settings --manifest` and `nodes --manifest` by the real command line. Small ones of our own; with KD_SAMPLES,
 * every manifest of that folder: of a healthy one nothing is said to be wrong.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { runCommandLine } from '../../src/cli/command-line.js';
import type { NodeLine } from '../../src/report/tables/nodes.js';
import { type RunningWorld, startWorld } from '../../src/sim/start.js';
import type { World } from '../../src/sim/world.js';
import { recordingIo } from './run.js';

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
const LINUX = { labels: { 'kubernetes.io/os': 'linux' } };
const WINDOWS = { labels: { 'kubernetes.io/os': 'windows' } };
const MIXED: World = {
  place: 'workstation',
  agent: { rights: 'everything' },
  placement: { nodes: { n1: LINUX, n2: LINUX, w1: WINDOWS }, daemonSets: [] },
};
const WITH_CONTROL_PLANE: World = {
  ...MIXED,
  placement: {
    nodes: { n1: LINUX, cp1: { labels: { ...LINUX.labels, [CONTROL_PLANE]: '' }, taints: [`${CONTROL_PLANE}:NoSchedule`] } },
    daemonSets: [],
  },
};

async function run(world: RunningWorld, command: 'settings' | 'nodes', yaml: string, args: string[] = []) {
  mkdirSync(join(world.host.root, 'cwd'), { recursive: true });
  writeFileSync(join(world.host.root, 'cwd', 'm.yaml'), yaml);
  const { io, text } = recordingIo();
  const code = await runCommandLine(
    [command, ...(command === 'nodes' ? world.argv : []), '--manifest', '/cwd/m.yaml', ...args],
    io,
    world.host,
  );
  return { code, ...text() };
}

function inWorld(world: World, body: (running: () => RunningWorld) => void): void {
  let running: RunningWorld | undefined;
  before(async () => {
    running = await startWorld(world);
  });
  after(() => running?.stop());
  body(() => running ?? assert.fail('not started'));
}

const daemonSet = (name: string, image: string, spec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name, namespace: 'monitoring' },
  spec: { template: { spec: { containers: [{ name: 'c', image }], ...spec } } },
});
const list = (...items: object[]) => JSON.stringify({ kind: 'List', items });
const on = (system: string) => ({ nodeSelector: { 'kubernetes.io/os': system } });
const TOLERANT = { tolerations: [{ operator: 'Exists' }] };

describe('nodes --manifest, where the control plane has its taint', () =>
  inWorld(WITH_CONTROL_PLANE, (world) => {
    const two = list(daemonSet('meter', 'r/meter:1'), daemonSet('shipper', 'r/shipper:2', TOLERANT));

    it('judges each of several agents, and names the one that is kept off', async () => {
      const { code, stdout } = await run(world(), 'nodes', two);
      assert.equal(code, 1);
      assert.match(stdout, /^No meter on 1 of 2 nodes \(cp1\): control-plane taint not tolerated/);
      assert.match(stdout, /meter would run on 1 of 2 nodes; 1 kept off\./);
      assert.match(stdout, /shipper would run on 2 of 2 nodes\./);
    });

    it('has in JSON a row a node of each', async () => {
      const { stdout } = await run(world(), 'nodes', two, ['-o', 'json']);
      const { nodes } = JSON.parse(stdout) as { nodes: NodeLine[] };
      assert.deepEqual(
        nodes.map(({ daemonset, node, wouldRun }) => `${daemonset} ${node} ${wouldRun}`),
        ['meter cp1 false', 'meter n1 true', 'shipper cp1 true', 'shipper n1 true'],
      );
    });

    it('--daemonset chooses one', async () => {
      const { code, stdout } = await run(world(), 'nodes', two, ['--daemonset', 'monitoring/shipper']);
      assert.equal(code, 0, stdout);
      assert.match(stdout, /The agent would run on 2 of 2 nodes/);
    });

    it('one that runs nowhere is a finding; beside others of another system it is none', async () => {
      const windows = daemonSet('exporter', 'r/windows-exporter', on('windows'));
      const alone = await run(world(), 'nodes', list(windows));
      assert.equal(alone.code, 1);
      assert.match(alone.stdout, /DaemonSet exporter matches none of 2 nodes/);
      const beside = await run(world(), 'nodes', list(windows, daemonSet('shipper', 'r/shipper', TOLERANT)));
      assert.equal(beside.code, 0, beside.stdout);
      assert.match(beside.stdout, /exporter would run on 0 of 2 nodes; 2 not selected/);
    });

    it('values: a key that no chart reads, and the taint that it was meant for', async () => {
      const { code, stdout } = await run(world(), 'nodes', 'datadog: { site: s, tolerations: [ { operator: Exists } ] }');
      assert.equal(code, 1);
      assert.match(stdout, /This manifest does not tolerate the control-plane taint/);
      assert.match(stdout, /Nothing reads datadog\.tolerations: the key is agents\.tolerations/);
    });

    it('a file without one is a wrong argument', async () => {
      const { code, stdout, stderr } = await run(world(), 'nodes', 'kind: Deployment\nmetadata: { name: metrics-server }\n');
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, /^kubelet-doctor: --manifest \/cwd\/m\.yaml: contains no DaemonSet/);
    });
  }));

describe('nodes --manifest, with nodes of two systems', () =>
  inWorld(MIXED, (world) => {
    it('is one agent where two DaemonSets of one image exclude each other', async () => {
      const halves = list(daemonSet('a', 'r/agent:1', on('linux')), daemonSet('a-windows', 'q/agent-windows:1', on('windows')));
      const { code, stdout } = await run(world(), 'nodes', halves);
      assert.equal(code, 0, stdout);
      assert.match(stdout, /The agent would run on 3 of 3 nodes/);
    });

    it('values of the chart are for Linux', async () => {
      const { code, stdout } = await run(world(), 'nodes', 'datadog: { clusterName: c }');
      assert.equal(code, 0, stdout);
      assert.match(stdout, /The agent would run on 2 of 3 nodes; 1 not selected/);
    });

    it('settings of DaemonSets of others: which there are, and what shows more of them', async () => {
      const { code, stderr } = await run(world(), 'settings', list(daemonSet('meter', 'r/meter'), daemonSet('shipper', 'r/shipper')));
      assert.equal(code, 2);
      assert.match(stderr, /contains 2 DaemonSets \(meter, shipper\), none of Datadog's agent: nodes --manifest shows where they run$/);
    });
  }));

interface Sample {
  file: string;
  agent: string;
  expect: 'healthy' | 'off';
}

const folder = process.env.KD_SAMPLES && join(process.env.KD_SAMPLES, 'manifests');
const samples: Sample[] = folder ? JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) : [];
const textOf = ({ file }: Sample) => readFileSync(join(folder ?? '', file), 'utf8');

/** By another reader than ours. */
function daemonSetsIn(yaml: string): string[] {
  const objects = parseAllDocuments(yaml).map((document) => document.toJS() as { kind?: string; metadata?: { name?: string } } | null);
  return objects.flatMap((object) => (object?.kind === 'DaemonSet' && object.metadata?.name ? [object.metadata.name] : []));
}

describe('samples that are healthy', { skip: !folder }, () =>
  inWorld(MIXED, (world) => {
    for (const sample of samples.filter(({ expect }) => expect === 'healthy')) {
      const yaml = textOf(sample);
      const names = daemonSetsIn(yaml);
      it(`${sample.file}: settings find nothing wrong`, async () => {
        // Of those that were cut by hand the mounts are left out.
        if (sample.agent === 'datadog-cut') return;
        const { code, stdout, stderr } = await run(world(), 'settings', yaml);
        if (/^datadog-(chart|operator)$/.test(sample.agent)) return assert.equal(code, 0, stdout);
        assert.equal(code, 2);
        assert.match(
          stderr,
          names.length > 0 ? new RegExp(`contains ${names.length} DaemonSets? \\(${names[0]}.*none of Datadog's`) : /contains no DaemonSet/,
        );
      });
      it(`${sample.file}: nodes find nothing wrong`, async () => {
        const { code, stdout, stderr } = await run(world(), 'nodes', yaml);
        assert.equal(code, names.length > 0 ? 0 : 2, stdout || stderr);
      });
    }
  }),
);

describe('samples where the control plane has its taint', { skip: !folder }, () =>
  inWorld(WITH_CONTROL_PLANE, (world) => {
    for (const sample of samples) {
      const yaml = textOf(sample);
      const names = daemonSetsIn(yaml);
      if (names.length < 2 || sample.agent.startsWith('datadog')) continue;
      it(`${sample.file}: each DaemonSet is named, and one that is kept off is a finding`, async () => {
        const { code, stdout } = await run(world(), 'nodes', yaml, ['-o', 'json']);
        const { nodes } = JSON.parse(stdout) as { nodes: NodeLine[] };
        const named = new Set(nodes.flatMap(({ daemonset = '' }) => daemonset.split(', ')));
        for (const name of names) assert.ok(named.has(name) || named.has(''), `${name} is not in ${[...named]}`);
        const isKeptOff = nodes.some(({ state }) => state === 'refused');
        assert.equal(code, isKeptOff ? 1 : 0, stdout);
      });
    }
  }),
);
