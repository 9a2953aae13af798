/**
 * Who names a node reads of that one first: where its agent is there and ready, line one says so before what befell another node. One world for every
 * cause by which a node is without its agent, or has two.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHECKS } from '../../src/checks/index.js';
import type { Report } from '../../src/model/report.js';
import { startWorld } from '../../src/sim/start.js';
import type { PlacementWorld, World } from '../../src/sim/world.js';
import { runIn, WORLDS_AT_ONCE } from './run.js';

const ROLE = 'node-role.kubernetes.io/control-plane';

/** Of two DaemonSets the one that is meant for n1 has a pod there that waits. */
const waits = (reason: string, message: string, ...events: { reason: string; message: string }[]): PlacementWorld => ({
  daemonSets: [{ on: ['n2'] }, { name: 'other', on: ['n1'], waiting: { reason, message }, events }],
});

/** What befell n1, while n2 has its agent. */
const WORLDS: Readonly<Record<string, PlacementWorld>> = {
  'node-taint-not-tolerated': { nodes: { n1: { taints: ['a=b:NoSchedule'] } } },
  'control-plane-taint-not-tolerated': { nodes: { n1: { labels: { [ROLE]: '' }, taints: [`${ROLE}:NoSchedule`] } } },
  'node-not-selected': { nodes: { n2: { labels: { pool: 'a' } } }, daemonSets: [{ spec: { nodeSelector: { pool: 'a' } } }] },
  'agent-missing-on-node': { daemonSets: [{ on: ['n2'] }] },
  'agent-not-ready-on-node': waits('CrashLoopBackOff', 'API key missing'),
  'host-path-not-mounted': waits('CreateContainerError', 'mkdir /etc/group: read-only file system'),
  'agent-object-missing': waits('CreateContainerConfigError', 'secret "keys" not found'),
  'host-port-taken': waits('Unschedulable', "0/2 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."),
  'node-without-room-for-agent': waits('Unschedulable', '0/2 nodes are available: 1 Insufficient memory.'),
  'agent-pod-not-scheduled': waits('Unschedulable', "0/2 nodes are available: 1 node(s) didn't match pod anti-affinity rules."),
  'agent-image-not-pulled': waits('ErrImagePull', 'a:1: not found'),
  'pod-sandbox-not-created': waits('ContainerCreating', '', {
    reason: 'FailedCreatePodSandBox',
    message: 'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "5e1f"',
  }),
  'node-not-ready': {
    nodes: { n1: { ready: false, taints: ['node.kubernetes.io/not-ready:NoSchedule'] } },
    daemonSets: [{ on: ['n2'] }],
  },
  'several-agents-on-node': { daemonSets: [{}, { name: 'other', on: ['n1'] }] },
};

/** What is of no node: the DaemonSet is not there, no pod of it is let into the namespace, or a file that every pod of it mounts is gone. */
const OF_NO_NODE = ['agent-daemonset', 'pod-admission', 'kubelet-authority-file'];
/** Asks for nothing. */
const NOTES = ['node-cordoned'];

const CAUSES = CHECKS.filter(({ needs, question }) => needs.includes('apiserver/workloads') && !OF_NO_NODE.includes(question))
  .concat(CHECKS.filter(({ question }) => question === 'node-condition'))
  .flatMap(({ causes }) => Object.keys(causes))
  .filter((cause) => !NOTES.includes(cause));

async function run(world: World): Promise<{ report: Report; first: string }> {
  const running = await startWorld(world);
  try {
    const report = JSON.parse((await runIn(running, ['-o', 'json'])).stdout) as Report;
    return { report, first: (await runIn(running)).stdout.split('\n')[0] ?? '' };
  } finally {
    await running.stop();
  }
}

describe('the node that was named is well, another is not', { concurrency: WORLDS_AT_ONCE }, () => {
  it('in every way in which one can be without its agent', () => assert.deepEqual(Object.keys(WORLDS).sort(), [...new Set(CAUSES)].sort()));

  const atWorkstation = (node: string, placement: PlacementWorld): World => ({
    place: 'workstation',
    agent: { rights: 'everything' },
    otherNodes: { n2: {} },
    placement,
    argv: ['--node', node],
  });

  for (const [cause, placement] of Object.entries(WORLDS)) {
    it(`${cause}: it is first`, async () => {
      const { report, first } = await run(atWorkstation('n2', placement));
      const found = report.findings.find((finding) => finding.cause === cause);
      assert.ok(found?.ofOthers, JSON.stringify(report.findings.map((finding) => finding.cause)));
      assert.match(first, /^OK on n2\. \S/);
      assert.equal(report.summary.exitCode, 1);
    });

    it(`${cause}: it is not called well where it is the one`, async () => {
      const { report, first } = await run(atWorkstation('n1', placement));
      assert.ok(report.findings.some((finding) => finding.cause === cause));
      assert.doesNotMatch(first, /OK on/);
    });
  }

  it('what is wrong on the named one goes before', async () => {
    const world = atWorkstation('n2', WORLDS['node-taint-not-tolerated'] ?? {});
    const { first } = await run({ ...world, otherNodes: { n2: { fail: { '/stats/summary': 500 } } } });
    assert.match(first, /stats/);
  });
});
