/** `kubelet-doctor rbac` against a simulated cluster, and its manifests without one. */
import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { runCommandLine } from '../../src/cli/command-line.js';
import { startWorld } from '../../src/sim/start.js';
import { type Rule, rulesOf } from '../../src/sim/state/rights.js';
import type { World } from '../../src/sim/world.js';
import { recordingIo } from '../scenarios/run.js';

async function rbac(world: World, ...args: string[]) {
  const running = await startWorld(world);
  try {
    const { io, text } = recordingIo();
    const code = await runCommandLine(['rbac', ...running.argv, ...args], io, running.host);
    return { code, ...text(), kubelet: running.connections.kubelet, requests: running.requests };
  } finally {
    await running.stop();
  }
}

it('prints need, allowed and feature lost within 80 columns, and asks no kubelet', async () => {
  const { code, stdout, kubelet, requests } = await rbac({ agent: { rights: 'no-stats' } }, '--feature', 'events');
  assert.equal(code, 1);
  assert.equal(kubelet, 0);
  assert.ok(
    requests.every((r) => r.method === 'GET' || /review/.test(r.path)),
    'GET and reviews only',
  );
  const table = stdout.split('\n').filter((line) => /^[│┌├└]/.test(line));
  assert.ok(table.length > 5 && table.every((line) => [...line].length <= 80), stdout);
  assert.match(stdout, /get nodes\/stats +│ NO +│ node and volume/);
  assert.match(stdout, /get nodes\/metrics +│ ✓ yes/);
  assert.match(stdout, /--missing --yaml/);
});

it('is content with an agent that holds what it needs', async () => {
  const { code, stdout } = await rbac({});
  assert.equal(code, 0, stdout);
  assert.match(stdout, /5 of 5 permissions granted, 0 missing/);
});

it('prints only what closes the gap', async () => {
  const { stdout } = await rbac({ agent: { rights: 'no-stats' } }, '--missing', '--yaml');
  assert.match(stdout, /resources: \["nodes\/stats"\]/);
  assert.doesNotMatch(stdout, /nodes\/metrics|ServiceAccount\nmetadata/);
  assert.match((await rbac({}, '--missing', '--yaml')).stdout, /^# nothing is missing$/m);
});

it('says what the YAML does: of itself, and beside the roles and bindings that are there where they can be read', async () => {
  const missing = async (...more: Rule[]) =>
    (await rbac({ agent: { rights: [...rulesOf('no-stats'), ...more] } }, '--missing', '--yaml')).stdout.match(/^# .*no others$/gm);
  assert.deepEqual(await missing(), ['# grants 1 right to datadog/datadog-agent, no others']);
  const group = 'rbac.authorization.k8s.io';
  const resources = ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'];
  assert.deepEqual(await missing({ verbs: ['list'], groups: [group], resources }), ['# +1 right for datadog/datadog-agent, no others']);
});

it('prints no YAML of which nobody can say what it does', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'profile-'));
  const file = path.join(directory, 'mine.yaml');
  await writeFile(
    file,
    'profile: mine\ntitle: Mine\naccount: {namespace: a, name: b}\nfeatures: [{feature: f, loses: all, always: true}]\nneeds: [{feature: f, verbs: ["*"], resource: pods}]\n',
  );
  const { io, text } = recordingIo();
  assert.equal(await runCommandLine(['rbac', '--yaml', '--profile', file], io, { env: {}, root: '/' }), 2, text().stdout);
  assert.match(text().stderr, /every verb/);
  assert.equal(text().stdout, '');
});

it('prints whole manifests offline, by what was chosen', async () => {
  const offline = async (...args: string[]) => {
    const { io, text } = recordingIo();
    assert.equal(await runCommandLine(['rbac', '--yaml', ...args], io, { env: {}, root: '/nonexistent' }), 0, text().stderr);
    return text().stdout;
  };
  const fine = await offline('--service-account', 'mon/agent');
  assert.match(fine, /kind: ServiceAccount\nmetadata:\n {2}name: "agent"\n {2}namespace: "mon"/);
  assert.match(fine, /nodes\/pods/);
  assert.match(await offline('--kubernetes-version', '1.31'), /nodes\/proxy/);
  const old = await offline('--feature', 'leader-election', '--agent-version', '7.40');
  assert.match(old, /resources: \["configmaps"\]/);
  assert.doesNotMatch(old, /leases/);
  // From 7.47 on a setting chooses, which is not in sight here: a role for either, as the chart's.
  const either = await offline('--feature', 'leader-election', '--agent-version', '7.82.0');
  assert.match(either, /resources: \["configmaps"\]\n {4}resourceNames: \["datadog-leader-election"\]/);
  assert.match(either, /resources: \["leases"\]\n {4}resourceNames: \["datadog-leader-election"\]/);
  for (const profile of ['datadog-cluster-agent', 'metrics-server'])
    for (const document of parseAllDocuments(await offline('--profile', profile, '--feature', 'all')))
      assert.deepEqual(document.errors, []);
});

it('knows --profile by its name of before, and shows it nowhere', async () => {
  const said = async (option: string) => {
    const { io, text } = recordingIo();
    await runCommandLine(['rbac', '--yaml', option, 'metrics-server'], io, { env: {}, root: '/nonexistent' });
    return text();
  };
  assert.match((await said('--profile')).stdout, /^# metrics-server: /);
  assert.deepEqual(await said('--agent'), await said('--profile'));
});

it('judges the lock that the agent takes, and grants either where its setting is not in sight', async () => {
  const lease = { DD_LEADER_ELECTION_DEFAULT_RESOURCE: 'leases' };
  const locks = (group: string, resource: string) => [
    { verbs: ['get', 'update'], groups: [group], resources: [resource], resourceNames: ['datadog-leader-election'] },
    { verbs: ['create'], groups: [group], resources: [resource] },
  ];
  const kubelet = { verbs: ['get'], groups: [''], resources: ['pods', 'healthz', 'configz', 'metrics', 'stats'].map((s) => `nodes/${s}`) };
  const leases = [kubelet, ...locks('coordination.k8s.io', 'leases')];
  const run = (world: World, ...args: string[]) => rbac(world, '--feature', 'leader-election', ...args);

  const byDefault = await run({ agent: { rights: leases } });
  assert.equal(byDefault.code, 1);
  assert.match(
    byDefault.stdout,
    /leader\s+election\s+by\s+configmap\s+\(the\s+default;\s+DD_LEADER_ELECTION_DEFAULT_RESOURCE\s+is\s+not\s+set\)/,
  );
  assert.equal((await run({ agent: { rights: leases, env: lease } })).code, 0);
  assert.equal((await run({ agent: { rights: [kubelet, ...locks('', 'configmaps')] } })).code, 0);

  // From afar, about an account of which no pod may be read.
  const review = { verbs: ['create'], groups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'] };
  const afar: World = { place: 'workstation', agent: { rights: [review, ...leases] } };
  const open = await run(afar, '--service-account', 'datadog/other');
  assert.match(open.stdout, /cannot be seen from\s+here/);
  const { stdout } = await run(afar, '--service-account', 'datadog/other', '--missing', '--yaml');
  for (const resource of ['configmaps', 'leases'])
    assert.match(stdout, new RegExp(`resources: \\["${resource}"\\]\n {4}resourceNames: \\["datadog-leader-election"\\]`));
  assert.doesNotMatch(stdout, /nodes\/proxy/);
});

it('goes by the pods of a file, and says what it left out', async () => {
  const INSTALL = path.resolve(import.meta.dirname, '../profiles/installs/cluster-agent.yaml');
  const offline = async (...args: string[]) => {
    const { io, text } = recordingIo();
    const code = await runCommandLine(['rbac', '--yaml', ...args], io, { env: {}, root: '/' });
    return { code, ...text() };
  };
  const from = (account: string, profile: string) => offline('--manifest', INSTALL, '--service-account', account, '--profile', profile);
  const { stdout, code } = await from('watch/obs-cluster-agent', 'datadog-cluster-agent');
  assert.equal(code, 0);
  for (const name of ['obs-leader-election', 'obs-token', 'obs-webhook'])
    assert.match(stdout, new RegExp(`resourceNames: \\["${name}"\\]`));
  assert.doesNotMatch(stdout, /datadog-leader-election|"leases"/);
  assert.match(stdout, /^# agent 7\.81\.1; /m);
  assert.match(
    stdout,
    /^# datadog-cluster-agent: .*kube-state-metrics\n# left out: component-status, autoscaling, .*--feature FEATURE adds one/m,
  );
  for (const [account, profile, says] of [
    ['watch/other', 'datadog-cluster-agent', /contains no pod of ServiceAccount watch\/other/],
    ['watch/obs-runner', 'datadog-cluster-checks', /no feature of datadog-cluster-checks is on/],
  ] as const) {
    const refused = await from(account, profile);
    assert.equal(refused.code, 2, refused.stdout);
    assert.match(refused.stderr, says);
  }
});

it('says what is wrong with its options in one line', async () => {
  for (const [args, says] of [
    [['--service-account', 'x'], /NAMESPACE\/NAME/],
    [['--profile', 'nope'], /is not a profile/],
    [['--feature', 'evnts'], /is not a feature of datadog-agent; choose from kubelet/],
    [['--agent-version', 'new'], /is not a version/],
  ] as const) {
    const { io, text } = recordingIo();
    assert.equal(await runCommandLine(['rbac', '--yaml', ...args], io, { env: {}, root: '/nonexistent' }), 2);
    assert.match(text().stderr, says);
  }
});
