/**
 * What a fix's `source` prints: run by a cluster admin at a workstation, as it stands there and with nothing else, against a cluster in the same
 * state, it prints the fix's YAML to the byte.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runCommandLine } from '../../src/cli/command-line.js';
import { flatten } from '../../src/judge/rank.js';
import type { Fix } from '../../src/model/check.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { startWorld } from '../../src/sim/start.js';
import { type Rule, rulesOf } from '../../src/sim/state/rights.js';
import type { World } from '../../src/sim/world.js';
import { diagnoseOnce } from './diagnosed.js';
import { diagnoseWorld, recordingIo } from './run.js';

const AGENT = 'system:serviceaccount:datadog:datadog-agent';

interface Grant {
  cause: string;
  fix: Fix;
}

async function grantsIn(world: World, args: string[] = []): Promise<Grant[]> {
  const { report } = await (args.length > 0 ? diagnoseWorld(world, args) : diagnoseOnce(world));
  return flatten(report.findings).flatMap(({ cause, fixes }) =>
    fixes.filter(({ form, steps }) => form === 'yaml' && /^kind: (Cluster)?RoleBinding/m.test(steps ?? '')).map((fix) => ({ cause, fix })),
  );
}

/** The same cluster, before somebody else: who holds every right and is not the agent. */
async function asAdmin(world: World, commands: readonly string[]): Promise<string[]> {
  const { rights = 'all' } = world.agent ?? {};
  const coarse: Rule[] =
    world.kubelet?.version && world.kubelet.version !== '1.36' && [rights].flat().includes('all')
      ? [{ verbs: ['get'], groups: [''], resources: ['nodes/proxy'] }]
      : [];
  const { kubelet, otherNodes, apiserver, rbac, placement = {} } = world;
  const env = Object.entries(world.agent?.env ?? {}).map(([name, value]) => ({ name, value }));
  const running = await startWorld({
    place: 'workstation',
    ...(kubelet && { kubelet }),
    ...(otherNodes && { otherNodes }),
    ...(apiserver && { apiserver }),
    ...(rbac && { rbac }),
    placement: { daemonSets: [{ env }], ...placement },
    agent: { rights: 'everything' },
    names: { serviceAccount: 'admin' },
  });
  try {
    running.cluster.grant(AGENT, [...rulesOf(rights), ...coarse]);
    const printed: string[] = [];
    for (const command of commands) {
      const { io, text } = recordingIo();
      const [program, ...words] = command.split(' ');
      assert.equal(program, 'kubelet-doctor');
      await runCommandLine(words, io, running.host);
      assert.equal(text().stderr, '', command);
      printed.push(
        text()
          .stdout.replace(/^#.*\n/gm, '')
          .trimEnd(),
      );
    }
    assert.equal(running.connections.kubelet, 0);
    return printed;
  } finally {
    await running.stop();
  }
}

async function compare(world: World, grants: readonly Grant[]): Promise<void> {
  const sourced = grants.filter(({ fix }) => fix.source !== undefined);
  if (sourced.length === 0) return;
  const printed = await asAdmin(
    world,
    sourced.map(({ fix }) => fix.source ?? ''),
  );
  for (const [n, { cause, fix }] of sourced.entries()) {
    assert.equal(printed[n], fix.steps, `${cause}: ${fix.source}`);
    assert.match(fix.source ?? '', / --service-account datadog\/datadog-agent\b/);
    assert.equal(/"nodes\//.test(fix.steps ?? ''), / --kubernetes-version 1\.\d+/.test(fix.source ?? ''), fix.source);
  }
}

/** Their YAML binds a role that is there, or takes the place of rights that are held: `rbac` prints what is missing. */
const NO_SOURCE = /^(binding-missing|binding-subject-differs|dangling-binding|role-binding-too-narrow|role-grants-too-much)$/;

function assertSourced(grants: readonly Grant[]): void {
  for (const { cause, fix } of grants) assert.equal(fix.source === undefined, NO_SOURCE.test(cause), `${cause}: ${fix.source}`);
}

const ABOUT_RIGHTS = /right|role|grant|lock|bookmark|binding|fine/;

describe('the grants of each scenario', { concurrency: 3 }, () => {
  let sourced = 0;
  for (const { scenario, world } of SCENARIOS.filter((each) => ABOUT_RIGHTS.test(each.scenario)))
    it(scenario, async () => {
      const grants = await grantsIn(world);
      assertSourced(grants);
      await compare(world, grants);
      sourced += grants.filter(({ fix }) => fix.source).length;
    });
  it('are printed again in most of them', () => assert.ok(sourced >= 10, `${sourced}`));
});

const READ_NODES: Rule = { verbs: ['get', 'list'], groups: [''], resources: ['nodes'] };
const EVENTS = { DD_COLLECT_KUBERNETES_EVENTS: 'true' };
const LEASES = { ...EVENTS, DD_LEADER_ELECTION_DEFAULT_RESOURCE: 'leases' };
const WORLDS: [string, World, string[]][] = [
  ['events and a leader', { agent: { rights: 'none', env: EVENTS } }, []],
  ['events beside the rights at the kubelet', { agent: { rights: 'all', env: EVENTS } }, []],
  ['a lease as the lock', { agent: { rights: [READ_NODES], env: LEASES } }, []],
  ['a kubelet of 1.31 that may be read', { kubelet: { version: '1.31' }, agent: { rights: [READ_NODES] } }, []],
  ['a kubelet of 1.31 that nobody may read', { kubelet: { version: '1.31' }, agent: { rights: 'none' } }, []],
  ['old kubelets on other nodes', { otherNodes: { n2: { version: '1.31' } }, agent: { rights: [READ_NODES], env: EVENTS } }, []],
  ['new kubelets on other nodes', { kubelet: { version: '1.31' }, otherNodes: { n2: {} }, agent: { rights: 'none' } }, []],
  ['all of it old', { apiserver: { version: '1.31' }, kubelet: { version: '1.31' }, agent: { rights: 'none', env: EVENTS } }, []],
  ['metrics-server', { agent: { rights: 'none' } }, ['--profile', 'metrics-server']],
  ['the Cluster Agent', { agent: { rights: 'none' } }, ['--profile', 'datadog-cluster-agent', '--feature', 'events,leader-election']],
  ['a feature by its flag', { agent: { rights: 'none' } }, ['--feature', 'openshift,events']],
  ['an agent before the setting of its lock', { agent: { rights: 'none', env: EVENTS } }, ['--agent-version', '7.40.0']],
];

describe('the grants of', { concurrency: 3 }, () => {
  for (const [name, world, args] of WORLDS)
    it(name, async () => {
      const grants = await grantsIn(world, args);
      assert.ok(grants.length > 0, 'nothing is granted');
      assertSourced(grants);
      await compare(world, grants);
    });
});

it('a name that may not be printed, settings that only the agent has, and a profile of a file give no command', async () => {
  const named = { agent: { rights: [READ_NODES], env: { ...EVENTS, DD_LEADER_LEASE_NAME: 'mine' } } } satisfies World;
  const locks = (await grantsIn(named)).filter(({ cause }) => cause === 'leader-lock-forbidden');
  assert.match(locks[0]?.fix.steps ?? '', /"mine"/);
  assert.equal(locks[0]?.fix.source, undefined);
});
