/**
 * What is to be granted is computed once. What a fix's `source` prints, run by a cluster admin at a workstation, as it stands there and with nothing
 * else, against a cluster in the same state, is the fix's YAML to the byte; and `rbac --yaml` and `manifest access`, told the same account, features
 * and versions, print the same rights in roles of the same names.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { runCommandLine } from '../../src/cli/command-line.js';
import { flatten } from '../../src/judge/rank.js';
import { KUBELET_SUBRESOURCES } from '../../src/kubernetes/kubelet/rights.js';
import type { Fix } from '../../src/model/check.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { startWorld } from '../../src/sim/start.js';
import { type Rule, rulesOf } from '../../src/sim/state/rights.js';
import type { World } from '../../src/sim/world.js';
import { diagnoseOnce } from './diagnosed.js';
import { diagnoseWorld, recordingIo } from './run.js';

const AGENT = 'system:serviceaccount:datadog:datadog-agent';

/** What is not answered is not printed: on a machine without time it only comes later. */
const PATIENT = ['--timeout', '120s', '--connect-timeout', '30s'];

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
    accounts: ['datadog/datadog-agent'],
  });
  try {
    running.cluster.grant(AGENT, [...rulesOf(rights), ...coarse]);
    const printed: string[] = [];
    for (const command of commands) {
      const { io, text } = recordingIo();
      const [program, ...words] = command.split(' ');
      assert.equal(program, 'kubelet-doctor');
      await runCommandLine([...words, ...PATIENT], io, running.host);
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
  // About another account the cluster of `asAdmin` knows nothing.
  const sourced = grants.filter(({ fix: { source } }) => source !== undefined && !/ --service-account datadog\/other-agent\b/.test(source));
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

/** What a command that asks no server prints. */
async function offline(command: string): Promise<string> {
  const { io, text } = recordingIo();
  assert.equal(await runCommandLine(command.split(' ').slice(1), io, { env: {}, root: '/nonexistent' }), 0, text().stderr);
  return text().stdout;
}

interface Printed {
  kind: string;
  metadata: { name: string; namespace?: string };
  rules?: { verbs: string[]; apiGroups?: string[]; resources?: string[]; resourceNames?: string[]; nonResourceURLs?: string[] }[];
  subjects?: object[];
}

/** Each object by its name, and each right in it. */
function objectsIn(yaml: string): { objects: Map<string, string>; rights: Set<string>; subjects: Set<string> } {
  const all = parseAllDocuments(yaml).map((each) => each.toJS() as Printed);
  const own = all.filter(({ kind }) => /Role(Binding)?$/.test(kind));
  const rights = own.flatMap(({ rules = [], metadata: { namespace = '' } }) =>
    rules.flatMap(({ verbs, apiGroups = [''], resources = [], resourceNames = [''], nonResourceURLs = [] }) =>
      verbs.flatMap((verb) => [
        ...nonResourceURLs.map((path) => `${verb} ${path}`),
        ...apiGroups.flatMap((group) =>
          resources.flatMap((resource) => resourceNames.map((name) => [namespace, verb, group, resource, name].join(' '))),
        ),
      ]),
    ),
  );
  return {
    objects: new Map(own.map((each) => [`${each.kind} ${each.metadata.namespace ?? ''}/${each.metadata.name}`, JSON.stringify(each)])),
    rights: new Set(rights),
    subjects: new Set(own.flatMap(({ subjects = [] }) => subjects.map((subject) => JSON.stringify(subject)))),
  };
}

const AT_KUBELET = new RegExp(` nodes/(${KUBELET_SUBRESOURCES.join('|')}) $`);

/** How many roles and bindings the fix has in common with what each other command prints. */
async function agree({ fix: { source = '', steps = '' } }: Grant): Promise<{ whole: number; access: number }> {
  const account = / --service-account (\S+)/.exec(source)?.[1];
  const fix = objectsIn(steps);
  const whole = objectsIn(await offline(source.replace(/ --missing --yaml(?: --only \S+)?/, ' --yaml')));
  const access = objectsIn(await offline(`kubelet-doctor manifest access --service-account ${account}`));
  assert.deepEqual(
    [...fix.rights].filter((right) => !whole.rights.has(right)),
    [],
    `not in ${source.replace('--missing ', '')}`,
  );
  const shared = (other: Map<string, string>) => {
    const names = [...fix.objects.keys()].filter((name) => other.has(name));
    for (const name of names) assert.equal(other.get(name), fix.objects.get(name));
    return names.length;
  };
  for (const { subjects } of [whole, access]) assert.deepEqual(subjects, fix.subjects);
  const atKubelet = ({ rights }: { rights: Set<string> }) => [...rights].filter((right) => AT_KUBELET.test(right)).sort();
  // A pod of ours is given no nodes/proxy, whatever the kubelet.
  if (!atKubelet(whole).some((right) => /proxy/.test(right))) assert.deepEqual(atKubelet(access), atKubelet(whole));
  const sizes = { whole: shared(whole.objects), access: shared(access.objects) };
  if (fix.rights.size === whole.rights.size) assert.equal(sizes.whole, fix.objects.size, 'the same rights have other names');
  return sizes;
}

describe('the grants of each scenario', { concurrency: 3 }, () => {
  const seen = { sourced: 0, whole: 0, access: 0 };
  for (const { scenario, world } of SCENARIOS.filter(({ expect }) => expect.first !== null))
    it(scenario, async () => {
      const grants = await grantsIn(world);
      assertSourced(grants);
      await compare(world, grants);
      for (const grant of grants.filter(({ fix }) => fix.source)) {
        const { whole, access } = await agree(grant);
        seen.sourced += 1;
        seen.whole += whole;
        seen.access += access;
      }
    });
  it('are printed again in most of them', () => assert.ok(seen.sourced >= 10 && seen.whole >= 8 && seen.access >= 4, JSON.stringify(seen)));
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
  ['a feature by its flag', { agent: { rights: 'none' } }, ['--feature', 'openshift,events']],
  ['an agent before the setting of its lock', { agent: { rights: 'none', env: EVENTS } }, ['--agent-version', '7.40.0']],
];

describe('the grants of', { concurrency: 3 }, () => {
  for (const [name, world, args] of WORLDS)
    it(name, async () => {
      const grants = await grantsIn(world, [...PATIENT, ...args]);
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
  // Where the explorer's check runs, the Cluster Agent's pod does not show: by the same command an admin would be given more.
  const cluster = await grantsIn({ agent: { rights: 'none' } }, ['--profile', 'datadog-cluster-agent', '--feature', 'events']);
  assert.ok(cluster.some(({ cause }) => cause === 'permission-missing'));
  for (const { cause, fix } of cluster) if (cause === 'permission-missing') assert.equal(fix.source, undefined);
});
