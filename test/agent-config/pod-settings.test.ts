/** What of a pod's environment decides its needs, and that nothing else of it is kept. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checksHere, checksOf, settingsOf } from '../../src/agent-config/pod-settings.js';
import { knownSetting } from '../../src/profiles/datadog-settings.js';

const KIND = 'DD_LEADER_ELECTION_DEFAULT_RESOURCE';
const container = (...env: object[]) => ({ name: 'agent', env });

it('keeps the kind and the name of the lock, and no more', () => {
  const env = [
    { name: KIND, value: 'leases' },
    { name: 'DD_LEADER_LEASE_NAME', value: 'release-leader-election' },
    { name: 'DD_API_KEY', value: 'secret' },
    { name: 'DD_CLUSTER_NAME', valueFrom: { configMapKeyRef: { name: 'a', key: 'b' } } },
  ];
  assert.deepEqual(settingsOf([container(...env), container()]), { [KIND]: 'leases', DD_LEADER_LEASE_NAME: 'release-leader-election' });
});

it('what is not set, or set to nothing, is the default', () => {
  assert.deepEqual(settingsOf([container({ name: KIND, value: '' }), {}]), {});
});

it('says nothing where it may be set out of sight', () => {
  assert.equal(settingsOf([{ name: 'agent', envFrom: [{ configMapRef: { name: 'settings' } }] }]), undefined);
  assert.equal(settingsOf([container({ name: KIND, valueFrom: { configMapKeyRef: { name: 'a', key: 'b' } } })]), undefined);
});

describe('where a check runs', () => {
  const spec = (volume: object, mounts: object[] = []) => ({ containers: [{ volumeMounts: mounts }], volumes: [{ name: 'c', ...volume }] });
  const items = (...paths: string[]) => ({ configMap: { name: 'm', items: paths.map((path) => ({ key: 'k', path })) } });
  const KSM = 'kubernetes_state_core';
  const maps = (text: string) => new Map([['m', { k: text }]]);

  it('is by the file that configures it, in the shapes of chart and operator', () => {
    for (const each of [
      spec(items(`${KSM}.d/${KSM}.yaml.default`)),
      spec(items(`${KSM}.yaml.default`)),
      spec({ configMap: { name: 'm' } }, [{ name: 'c', mountPath: `/etc/datadog-agent/conf.d/${KSM}.d` }]),
    ]) {
      assert.equal(checksOf(each, maps('init_config:\n'))[KSM], 'here');
      assert.equal(checksOf(each, maps('cluster_check: true\ninit_config:\n'))[KSM], 'elsewhere');
      assert.equal(checksOf(each, maps('cluster_check: false\n'))[KSM], 'here');
      assert.equal(checksOf(each, new Map())[KSM], 'somewhere');
    }
  });
  it('is nowhere by a file of another name', () => {
    assert.deepEqual(checksOf({ containers: [] }, new Map()), {}, 'and not known of a pod without any volume');
    assert.equal(checksOf(spec(items('kubernetes_apiserver.yaml')), maps(''))[KSM], 'unset');
  });
  it('is told by the files of the pod itself, as far as they are there', async () => {
    const files: Record<string, string> = { '/etc/datadog-agent/conf.d/orchestrator.d/orchestrator.yaml': 'cluster_check: true\n' };
    const read = async (file: string) => (file in files ? { ok: true as const, text: files[file] ?? '' } : { ok: false as const });
    assert.deepEqual(await checksHere(read), { orchestrator: 'elsewhere' });
  });
});

it('knows what counts where nobody sets it, as the Agent has it', () => {
  // datadog-agent pkg/config/setup, config.go of 7.61, 7.77 and 7.82.
  for (const [variable, standard] of [
    ['DD_LEADER_LEASE_NAME', 'datadog-leader-election'],
    ['DD_LEADER_ELECTION_DEFAULT_RESOURCE', 'configmap'],
    ['DD_CLUSTER_AGENT_KUBERNETES_SERVICE_NAME', 'datadog-cluster-agent'],
    ['DD_LOGS_CONFIG_K8S_CONTAINER_USE_FILE', 'false'],
  ] as const)
    assert.equal(knownSetting(variable)?.standard, standard, variable);
});
