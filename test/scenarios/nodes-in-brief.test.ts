/**
 * `kubelet-doctor nodes` in a cluster of more nodes than are read as objects: by the apiserver's tables the report is what it is by all objects, and
 * where a server makes none, other ones, or breaks off, it is read as objects.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runCommandLine } from '../../src/cli/command-line.js';
import type { Report } from '../../src/model/report.js';
import type { NodeLine } from '../../src/report/tables/nodes.js';
import { startWorld } from '../../src/sim/start.js';
import type { NodeShape, PlacementWorld } from '../../src/sim/world.js';
import { recordingIo } from './run.js';

type Shapes = Record<string, NodeShape>;

const many = (count: number, more: Shapes = {}): Shapes => ({
  ...Object.fromEntries(Array.from({ length: count }, (_, at) => [`w${at}`, {}])),
  ...more,
});

const TROUBLE: Shapes = {
  gpu: { taints: ['dedicated=gpu:NoSchedule'] },
  cp1: { labels: { 'node-role.kubernetes.io/control-plane': '' }, taints: ['node-role.kubernetes.io/control-plane:NoSchedule'] },
  drained: { unschedulable: true },
  down: { ready: false },
};

async function nodes(placement: PlacementWorld, args: string[] = []) {
  const world = await startWorld({ place: 'workstation', agent: { rights: 'everything' }, placement });
  try {
    const { io, text } = recordingIo();
    const code = await runCommandLine(['nodes', ...world.argv, ...args, '--timeout', '120s', '--output', 'json'], io, world.host);
    const report = JSON.parse(text().stdout) as Report & { nodes: NodeLine[]; nodesUnread?: string[] };
    return { code, report, asked: world.requests.filter(({ server }) => server === 'apiserver').map(({ path }) => path) };
  } finally {
    await world.stop();
  }
}

/** What is found and shown, apart from how it was asked and when. */
function told({ report }: Awaited<ReturnType<typeof nodes>>) {
  const found = report.findings.map(({ cause, severity, title, fixes }) => [cause, severity, title.en, fixes.map(({ steps }) => steps)]);
  const notes = report.results.flatMap(({ question, outcome, note }) =>
    question === 'agent-duplicates' ? [] : [`${question} ${outcome} ${note?.en ?? ''}`],
  );
  return { found, notes, nodes: report.nodes, unread: report.nodesUnread };
}

/** Lists whose objects were read, other than of DaemonSets. */
const objectsIn = (asked: readonly string[]) => asked.filter((path) => /\/(nodes|pods)\?/.test(path) && !path.includes('includeObject'));

describe('more nodes than are read as objects', () => {
  it('are told by their rows as they are by all objects', async () => {
    const placement = { nodes: many(520, TROUBLE) };
    const [brief, whole] = [await nodes(placement), await nodes({ ...placement, tables: 'none' })];
    assert.deepEqual(told(brief), told(whole));
    assert.ok(
      objectsIn(brief.asked).every((path) => /hostname|metadata\.name|limit=20$/.test(path)),
      objectsIn(brief.asked).join('\n'),
    );
    assert.match(objectsIn(whole.asked).join('\n'), /nodes\?limit=500&continue/);
  });

  it('are told so where the pods do not start', async () => {
    const waiting = { reason: 'CrashLoopBackOff', message: 'API key missing' };
    const placement = { nodes: many(510), daemonSets: [{}, { name: 'second', on: ['w3', 'w4'], waiting }] };
    assert.deepEqual(told(await nodes(placement)), told(await nodes({ ...placement, tables: 'none' })));
  });

  for (const waiting of [
    { reason: 'CrashLoopBackOff', message: 'API key missing' },
    { reason: 'ImagePullBackOff', message: 'Back-off pulling image "gcr.io/datadoghq/agent:7.70.0"' },
    { reason: 'Unschedulable', message: "0/510 nodes are available: 1 node(s) didn't have free ports for the requested pod ports." },
  ])
    it(`are told so where no pod starts: ${waiting.reason}`, async () => {
      const placement = { nodes: many(510), daemonSets: [{ waiting }] };
      const [brief, whole] = [await nodes(placement), await nodes({ ...placement, tables: 'none' })];
      assert.deepEqual(told(brief), told(whole));
      assert.doesNotMatch(objectsIn(brief.asked).join('\n'), /nodes\?limit/);
    });

  it('are read as objects where a DaemonSet has no pod', async () => {
    const placement = { nodes: many(510), daemonSets: [{}, { name: 'idle', on: [] }] };
    const [brief, whole] = [await nodes(placement), await nodes({ ...placement, tables: 'none' })];
    assert.deepEqual(told(brief), told(whole));
    assert.match(objectsIn(brief.asked).join('\n'), /nodes\?limit=500/);
  });

  it('are all counted, ten thousand and one of them', async () => {
    const { report, asked } = await nodes({ nodes: many(10_000, { zz: { taints: ['dedicated=gpu:NoSchedule'] } }) });
    assert.equal(report.nodes.length, 10_002);
    assert.equal(report.nodes.filter(({ state }) => state === 'covered').length, 10_001);
    assert.match(report.findings[0]?.title.en ?? '', /No agent on 1 of 10002 nodes \(zz\): taint/);
    assert.equal(report.nodesUnread, undefined);
    assert.ok(asked.length < 40, asked.join('\n'));
  });

  for (const tables of ['406', 'fewer', 'shuffled'] as const)
    it(`are the same nodes where a server's tables are: ${tables}`, async () => {
      const placement = { nodes: many(505, TROUBLE) };
      assert.deepEqual(told(await nodes({ ...placement, tables })), told(await nodes({ ...placement, tables: 'none' })));
    });

  it('a table in pages is read to its end', async () => {
    const { report, asked } = await nodes({ nodes: many(505, TROUBLE), paged: { list: 'nodes', size: 200 } });
    assert.equal(report.nodes.length, 510);
    assert.ok(asked.filter((path) => /nodes\?includeObject=None&continue/.test(path)).length === 2, asked.join('\n'));
  });

  for (const ends of ['cut', '410', '500', 'html', 'too-big'] as const)
    it(`a table that ends before its end is none: ${ends}`, async () => {
      const { code, report } = await nodes({ nodes: many(505, TROUBLE), paged: { list: 'nodes', size: 200, at: 2, ends } });
      assert.notEqual(code, 0);
      const all = JSON.stringify(report);
      assert.doesNotMatch(all, /\b\d+ of \d+ nodes?\b/);
      assert.match(all, /first 200 nodes/);
    });
});

describe('another command', () => {
  it('asks for objects alone', async () => {
    const world = await startWorld({ place: 'workstation', agent: { rights: 'everything' } });
    try {
      await runCommandLine(['check', ...world.argv], recordingIo().io, world.host);
      assert.deepEqual(
        world.requests.filter(({ path }) => path.includes('includeObject')),
        [],
      );
    } finally {
      await world.stop();
    }
  });
});
