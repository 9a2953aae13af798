/** `kubelet-doctor settings`: in a simulated cluster, and from a file, where nobody is asked. */
import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { parse } from 'yaml';
import { runCommandLine } from '../../src/cli/command-line.js';
import type { Io } from '../../src/cli/io.js';
import type { Report } from '../../src/model/report.js';
import { SECRETS } from '../../src/sim/answers/hostile.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { startWorld } from '../../src/sim/start.js';
import type { World } from '../../src/sim/world.js';
import { createTestHost } from '../host/files.js';
import { recordingIo } from '../scenarios/run.js';

async function settings(world: World, args: string[] = [], given: Partial<Io> = {}) {
  const running = await startWorld(world);
  try {
    const { io, text } = recordingIo(given);
    const code = await runCommandLine(['settings', ...running.argv, ...args], io, running.host);
    return { code, ...text(), kubelet: running.connections.kubelet, requests: running.requests };
  } finally {
    await running.stop();
  }
}

async function fromFile(t: TestContext, yaml: string, ...args: string[]) {
  const { io, text } = recordingIo();
  const host = createTestHost(t, { '/values.yaml': yaml });
  return { code: await runCommandLine(['settings', '--manifest', '/values.yaml', ...args], io, host), ...text() };
}

const world = (scenario: string): World => SCENARIOS.find((each) => each.scenario === scenario)?.world ?? assert.fail(scenario);

it('shows what counts with where it comes from within 80 columns, and asks no kubelet', async () => {
  const { code, stdout, kubelet, requests } = await settings(world('settings-empty'));
  assert.equal(code, 1);
  assert.equal(kubelet, 0);
  assert.ok(requests.every(({ method, path }) => method === 'GET' || /review/.test(path)));
  const table = stdout.split('\n').filter((line) => /^[│┌├└]/.test(line));
  assert.ok(table.length > 4 && table.every((line) => [...line].length <= 80), stdout);
  assert.match(stdout, /DaemonSet datadog\/datadog-agent, container agent/);
  assert.match(stdout, /DD_KUBERNETES_KUBELET_HOST +│ empty: not set/);
  assert.match(stdout, /ConfigMap[\s│]+kubelet-settings, key[\s│]+hots/);
  assert.ok(!stdout.includes(SECRETS.podEnvironment));
});

it('of a file: in a form for tickets, CI and code scanning, which wants a file and a line', async (t) => {
  const yaml = 'datadog: { kubelet: { tlsverify: false } }';
  const { code, stdout, stderr } = await fromFile(t, yaml, '-o', 'sarif');
  assert.deepEqual([code, stderr], [1, '']);
  const [run] = JSON.parse(stdout).runs;
  assert.ok(run.results.length > 0);
  for (const { locations } of run.results) {
    const { artifactLocation, region } = locations[0].physicalLocation;
    assert.deepEqual([artifactLocation.uri, region.startLine], ['file:///values.yaml', 1]);
  }
  for (const { help } of run.tool.driver.rules) assert.ok(help.text && help.markdown);
  assert.match((await fromFile(t, yaml, '-o', 'junit')).stdout, /<failure /);
  assert.match((await fromFile(t, yaml, '-o', 'markdown')).stdout, /^# /);
});

it('without a file it has no SARIF, and asks nobody to find out', async () => {
  const { code, stdout, stderr, requests } = await settings({}, ['-o', 'sarif']);
  assert.deepEqual([code, stdout, requests.length], [2, '', 0]);
  assert.match(stderr, /^kubelet-doctor: -o sarif is for .* --manifest FILE/);
  assert.equal(stderr.trimEnd().split('\n').length, 1);
});

it('is a list where the terminal is narrow, and whole with --verbose', async () => {
  const { stdout } = await settings(world('settings-contradict'), ['--verbose'], { width: 50 });
  assert.doesNotMatch(stdout, /│/);
  assert.match(stdout, /DD_KUBELET_TLS_VERIFY: overridden: false/);
  assert.match(stdout, /DD_KUBERNETES_HTTP_KUBELET_PORT: 10255/);
});

it('in a pod is its environment over its datadog.yaml, and in JSON has the same rows', async () => {
  const files = {
    '/etc/datadog-agent/datadog.yaml': 'kubelet_tls_verify: false\napi_key: x\nlogs_config: { k8s_container_use_file: false }\n',
  };
  const { code, stdout } = await settings({ agent: { env: { DD_KUBELET_TLS_VERIFY: 'true' }, files } }, ['-o', 'json']);
  assert.equal(code, 0, stdout);
  const report = JSON.parse(stdout) as {
    agents: { agent: string; rows: { setting: string; value: string; state: string; from: string }[] }[];
  };
  assert.deepEqual(Object.keys(report)[0], 'summary');
  const rows = report.agents[0]?.rows ?? [];
  const of = (setting: string) => rows.filter((row) => row.setting === setting).map(({ value, state, from }) => [value, state, from]);
  assert.deepEqual(of('DD_KUBELET_TLS_VERIFY'), [
    ['true', 'counts', 'the environment'],
    ['false', 'overruled', 'kubelet_tls_verify in /etc/datadog-agent/datadog.yaml'],
  ]);
  assert.deepEqual(of('DD_LOGS_CONFIG_K8S_CONTAINER_USE_FILE')[0]?.[0], 'false');
  assert.ok(rows.every(({ setting }) => !/API_KEY/.test(setting)));
});

it('in a pod says nothing of an apiserver that is down: that is another question', async () => {
  const { code, stdout } = await settings({ apiserver: { listen: 'closed' } });
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^OK: /);
  assert.match(stdout, /DD_KUBERNETES_KUBELET_HOST/);
});

it('at a workstation names what keeps it from the DaemonSets', async () => {
  const { code, stdout } = await settings({ ...world('settings-one-node'), apiserver: { listen: 'closed' } });
  assert.equal(code, 1);
  assert.match(stdout, /refuse/);
});

it('says what helps where no configuration is in sight', async () => {
  const { stdout, code } = await settings({ place: 'workstation', agent: { rights: 'everything' }, placement: { daemonSets: [] } });
  assert.equal(code, 3);
  assert.match(stdout, /--agent-process auto/);
});

it('of a file asks nobody, and names it', async (t) => {
  const { code, stdout, stderr } = await fromFile(t, 'datadog: { kubelet: { tlsverify: false } }');
  assert.equal(code, 1, stderr);
  assert.match(stdout, /^The agent does not read datadog\.kubelet\.tlsverify/);
  assert.match(stdout, /Read from a file, without asking a server/);
  assert.match(stdout, /The values in \/values\.yaml, container agent/);
});

for (const [what, file, broken] of [
  ['the chart', 'datadog: { kubelet: { tlsVerify: true } }', 'datadog: { kubelet: { host: 10.0.0.7 } }'],
  [
    'the operator',
    '{ apiVersion: datadoghq.com/v2alpha1, kind: DatadogAgent, metadata: { name: dd } }',
    '{ spec: { global: { kubelet: { host: { fieldRef: { fieldPath: status.podIP } } } } } }',
  ],
] as const)
  it(`of a file of ${what} prints the host as that has it, and it cures`, async (t) => {
    const whole = (change: unknown) => JSON.stringify({ ...(parse(file) as object), ...(change as object) });
    const { code, stdout } = await fromFile(t, whole(parse(broken)), '-o', 'json');
    assert.equal(code, 1);
    const [fix] = (JSON.parse(stdout) as Report).findings[0]?.fixes ?? [];
    const cured = await fromFile(t, whole(parse(fix?.steps ?? '')), '-o', 'json');
    assert.equal(cured.code, 0, `${fix?.steps}\n${cured.stdout}`);
    assert.match(cured.stdout, /"from":\s?"status\.hostIP \((spec\.global|datadog)\.kubelet\.host\)"/);
  });

it('of a well-written file is content', async (t) => {
  const { code, stdout } = await fromFile(t, 'datadog: { kubelet: { tlsVerify: true } }');
  assert.equal(code, 0, stdout);
});

for (const [what, yaml, says] of [
  ['no agent', 'kind: Service\n', /contains no DaemonSet, chart values or DatadogAgent/],
  ['no YAML', 'a: [', /values\.yaml:\d+: /],
] as const)
  it(`a file with ${what} is one line and exit code 2`, async (t) => {
    const { code, stdout, stderr } = await fromFile(t, yaml);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, says);
    assert.equal(stderr.split('\n').length, 1);
  });
