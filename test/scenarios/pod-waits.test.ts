/** Events of the agent's pods are asked for where one waits and its status does not say why: once for each state, three times at most. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flatten } from '../../src/judge/rank.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import type { DaemonSetShape, World } from '../../src/sim/world.js';
import { diagnoseWorld } from './run.js';

const worldOf = (name: string): World => SCENARIOS.find(({ scenario }) => scenario === name)?.world ?? assert.fail(name);

/** Of which pods events were asked for, and what was found. */
async function asked(world: World): Promise<{ pods: string[]; found: string[]; open: string[] }> {
  const { report } = await diagnoseWorld(world);
  const http = report.timings.filter(({ kind, subject }) => kind === 'http' && subject.includes('/events?') && subject.includes('Pod%2C'));
  return {
    pods: http.map(({ subject }) => /involvedObject\.name%3D(.+?)%2C/.exec(subject)?.[1] ?? subject),
    found: flatten(report.findings).map(({ cause }) => cause),
    open: report.results.filter(({ outcome }) => outcome === 'cannot-tell').map(({ question }) => question),
  };
}

const seen = (...daemonSets: DaemonSetShape[]): World => ({
  place: 'workstation',
  agent: { rights: 'everything' },
  placement: { nodes: { n2: {}, n3: {}, n4: {}, n5: {} }, daemonSets },
});
const waiting = (reason: string, on: string[], message = ''): DaemonSetShape => ({
  name: `agent-${on[0]}`,
  on,
  waiting: { reason, message },
});

describe('events', { concurrency: 4 }, () => {
  it('none where all run', async () => assert.deepEqual((await asked(worldOf('placement-healthy'))).pods, []));

  it('none where the status says it', async () => {
    for (const name of ['host-path-read-only', 'host-port-held', 'agent-crash-loops'])
      assert.deepEqual((await asked(worldOf(name))).pods, [], name);
  });

  it('of one pod, where two wait alike; of the node that was named', async () => {
    assert.deepEqual((await asked(worldOf('kubelet-ca-not-on-node'))).pods, ['datadog-agent-x7k2p']);
    const { placement, ...same } = worldOf('kubelet-ca-not-on-node');
    assert.deepEqual((await asked({ ...same, placement: { ...placement, nodes: { a1: {} } } })).pods, ['datadog-agent-x7k2p']);
  });

  it('of three, where more states are unknown', async () => {
    const states = ['ContainerCreating', 'ImagePullBackOff', 'ErrImagePull', 'CreateContainerError', 'RunContainerError'];
    const { pods } = await asked(seen(...states.map((state, at) => waiting(state, [`n${at + 1}`]))));
    assert.equal(pods.length, 3, `${pods}`);
  });

  it('that may not be read leave the question open, and the pod not ready', async () => {
    const world = worldOf('kubelet-ca-not-on-node');
    const lists = {
      verbs: ['get', 'list'],
      groups: ['', 'apps'],
      resources: ['nodes', 'pods', 'daemonsets', 'namespaces', 'resourcequotas'],
    };
    const { pods, found, open } = await asked({ ...world, agent: { rights: [lists] } });
    assert.equal(pods.length, 1);
    assert.ok(found.includes('agent-not-ready-on-node'), `${found}`);
    assert.ok(open.includes('pod-waits'), `${open}`);
  });
});
