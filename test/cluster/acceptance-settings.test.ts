/**
 * The agent's settings in its DaemonSet, against the environment that the real kubelet makes of the same pod template; and each fault there,
 * found by the real command, gone after what was printed was done.
 */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Report } from '../../src/model/report.js';
import type { SettingRow, SettingsTable } from '../../src/report/tables/settings.js';
import { type Cluster, startCluster } from './cluster.js';
import { applyCommand, createDaemonSet, removeDaemonSets, waitForDaemonSet } from './daemonsets.js';
import { assertClean, assertFirst, type Diagnosis } from './doctor.js';
import { applyObject } from './identities.js';
import { runAsPod } from './pod-place.js';
import { waitFor } from './process.js';

const SECRET = 'sentinel-0123456789abcdef0123456789abcdef';
const HOST = { name: 'DD_KUBERNETES_KUBELET_HOST', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } };
const OURS = ['--daemonset', 'datadog/datadog-agent'];
type Json = Record<string, unknown>;

let cluster: Cluster;

before(async () => {
  cluster = await startCluster();
  const { admin } = cluster;
  await applyObject(admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'datadog' } });
  const metadata = { namespace: 'datadog', name: 'kubelet-settings' };
  await applyObject(admin, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { verify: 'false', DD_EKS_FARGATE: 'false', DD_LOGS_ENABLED: 'false', other: SECRET },
  });
  await applyObject(admin, { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { ca: '/etc/kubelet-ca.crt', key: SECRET } });
});
after(() => cluster?.stop());
afterEach(() => removeDaemonSets(cluster.admin, ['datadog']));

interface Settings extends Diagnosis {
  report: Report & { agents: SettingsTable[] };
}

async function doctor(command: 'check' | 'settings', args: string[] = OURS): Promise<Settings> {
  const env = { KUBERNETES_SERVICE_HOST: undefined, KUBERNETES_SERVICE_PORT: undefined };
  const node = command === 'check' ? ['--node', 'n1'] : [];
  const words = [command, '--output', 'json', '--kubeconfig', cluster.adminKubeconfig, ...node, ...args];
  const result = await runAsPod(cluster, {
    argv: [process.execPath, path.resolve('bin/kubelet-doctor.js'), ...words],
    env,
    network: 'host',
  });
  assert.equal(result.stderr, '');
  assert.ok(!result.stdout.includes(SECRET), 'a secret in the output');
  return { ...result, report: JSON.parse(result.stdout) };
}

const rowsOf = ({ report }: Settings): SettingRow[] => report.agents[0]?.rows.filter(({ state }) => state === 'counts') ?? [];

/** What the kubelet of n1 gave the agent's container. */
async function environment(): Promise<Record<string, string>> {
  const directory = path.join(cluster.kubelet('n1').directory, 'root', 'environments');
  const file = await waitFor('the container', async () =>
    (await readdir(directory)).find((name) => name.startsWith('datadog_datadog-agent-') && name.endsWith('_agent')),
  );
  return JSON.parse(await readFile(path.join(directory, file), 'utf8')) as Record<string, string>;
}

const create = (env: Json[], container: Json = {}, spec: Json = {}) =>
  createDaemonSet(cluster.admin, { spec: { nodeSelector: { 'kubernetes.io/hostname': 'n1' }, ...spec }, container: { env, ...container } });

const key = (name: string, from: 'configMapKeyRef' | 'secretKeyRef', at: string, optional = false): Json => ({
  name,
  valueFrom: { [from]: { name: 'kubelet-settings', key: at, optional } },
});

describe('what is foretold', () => {
  it('is what the kubelet makes of the same template, from every kind of source', async () => {
    await create(
      [
        { name: 'DD_API_KEY', value: SECRET },
        { name: 'NODE_IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
        { name: 'DD_KUBERNETES_KUBELET_HOST', value: '$(NODE_IP)' },
        { name: 'DD_KUBERNETES_KUBELET_NODENAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
        key('DD_KUBELET_TLS_VERIFY', 'configMapKeyRef', 'verify'),
        key('DD_KUBELET_CLIENT_CRT', 'configMapKeyRef', 'nothing', true),
        key('DD_KUBELET_CLIENT_CA', 'secretKeyRef', 'ca'),
        { name: 'DD_LEADER_ELECTION', value: 'false' },
        { name: 'DD_LEADER_ELECTION', value: 'true' },
        { name: 'DD_CLUSTER_NAME', value: 'of-$(DD_LEADER_ELECTION)-$$(NODE_IP)-$(BELOW)' },
        { name: 'BELOW', value: 'x' },
        { name: 'DD_LOGS_ENABLED', value: 'true' },
      ],
      { envFrom: [{ configMapRef: { name: 'kubelet-settings' } }, { secretRef: { name: 'kubelet-settings' } }] },
    );
    await waitForDaemonSet(cluster.admin, 1);
    const told = rowsOf(await doctor('settings'));
    const real = await environment();
    const known = told.filter(({ value }) => value !== null);
    assert.deepEqual(
      known.map(({ setting, value }) => [setting, value]),
      known.map(({ setting }) => [setting, real[setting]]),
    );
    assert.deepEqual(
      told.map(({ setting }) => setting).sort(),
      Object.keys(real)
        .filter((name) => name.startsWith('DD_') && name !== 'DD_API_KEY')
        .sort(),
    );
    const from = (setting: string) => told.find((row) => row.setting === setting)?.from;
    assert.equal(from('DD_KUBERNETES_KUBELET_HOST'), 'status.hostIP (env)');
    assert.equal(real.DD_KUBERNETES_KUBELET_HOST, real.NODE_IP);
    assert.equal(from('DD_KUBELET_TLS_VERIFY'), 'ConfigMap kubelet-settings, key verify (env)');
    assert.equal(from('DD_KUBELET_CLIENT_CA'), 'Secret kubelet-settings, key ca (env)');
    assert.equal(from('DD_EKS_FARGATE'), 'ConfigMap kubelet-settings (envFrom)');
    assert.equal(real.DD_KUBELET_CLIENT_CRT, undefined);
  });
});

/** Found first by `settings`, and by `check` too; done as printed; well. */
async function cured(cause: string): Promise<void> {
  await waitForDaemonSet(cluster.admin, 1);
  const { fixes } = assertFirst(await doctor('settings'), cause);
  assert.ok((await doctor('check')).report.findings.some((finding) => finding.cause === cause));
  const [fix] = fixes;
  assert.ok(fix?.steps, JSON.stringify(fixes));
  if (fix.form === 'shell') await applyCommand(cluster.admin, fix.steps);
  else {
    const { parse } = await import('yaml');
    const steps = parse(fix.steps) as Json | Json[];
    // A list is entries of `env`; a mapping is a patch.
    const patch = Array.isArray(steps)
      ? { spec: { template: { spec: { containers: [{ name: 'agent', env: [{ $patch: 'replace' }, ...steps] }] } } } }
      : steps;
    await cluster.admin(
      'PATCH',
      '/apis/apps/v1/namespaces/datadog/daemonsets/datadog-agent',
      patch,
      'application/strategic-merge-patch+json',
    );
  }
  await waitForDaemonSet(cluster.admin, 1);
  assertClean(await doctor('settings'));
}

describe('a DaemonSet', () => {
  it('with the host under the name of Agent 5', async () => {
    await create([{ name: 'KUBERNETES_KUBELET_HOST', valueFrom: HOST.valueFrom }]);
    await cured('agent-settings-renamed');
  });
  it('with words in another order', async () => {
    await create([HOST, { name: 'DD_KUBELET_VERIFY_TLS', value: 'true' }]);
    await cured('agent-setting-misspelt');
  });
  it('with yes where the agent reads true', async () => {
    await create([HOST, { name: 'DD_KUBELET_TLS_VERIFY', value: 'yes' }]);
    await cured('agent-setting-invalid');
  });
  it('without a host', async () => {
    await create([]);
    await cured('agent-setting-empty');
  });
  it('with the address of one node', async () => {
    await create([{ name: HOST.name, value: '10.77.0.11' }]);
    await cured('agent-host-of-one-node');
  });
  it('without a token', async () => {
    await create([HOST], {}, { automountServiceAccountToken: false });
    await cured('agent-token-not-mounted');
  });
  it('without anything of its node', async () => {
    await create([HOST], { volumeMounts: [] }, { volumes: [] });
    await cured('host-mounts-missing');
  });
  it('with a CA beside verification that is off', async () => {
    await create([HOST, { name: 'DD_KUBELET_TLS_VERIFY', value: 'false' }, { name: 'DD_KUBELET_CLIENT_CA', value: '/ca.crt' }]);
    await cured('agent-settings-contradict');
  });
});
