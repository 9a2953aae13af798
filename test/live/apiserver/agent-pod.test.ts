/** What is read of an account's pod, and of the ConfigMaps that say where its checks run. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { record } from '../../../src/kubernetes/json.js';
import { askAgentPod } from '../../../src/live/apiserver/agent-pod.js';
import type { ApiserverClient } from '../../../src/live/apiserver/client.js';
import { datadogAgent } from '../../../src/profiles/datadog-agent.js';
import { datadogClusterAgent } from '../../../src/profiles/datadog-cluster-agent.js';
import { datadogClusterChecks } from '../../../src/profiles/datadog-cluster-checks.js';

const OBJECTS = parseAllDocuments(readFileSync(new URL('../../profiles/installs/cluster-agent.yaml', import.meta.url), 'utf8')).map(
  (document) => record(document.toJS()),
);
const podOf = (name: string) =>
  record(record(OBJECTS.find(({ kind, metadata }) => kind === 'Deployment' && record(metadata).name === name)?.spec).template);

/** Pods by account or label, and ConfigMaps as far as they may be read. */
function cluster(data: Record<string, string> | undefined): { api: ApiserverClient; paths: string[] } {
  const paths: string[] = [];
  const ask = async ({ path }: { path: string }, read: (answer: unknown, json: unknown) => unknown) => {
    paths.push(path);
    if (path.includes('/configmaps/')) return data ? read({ status: 200 }, { data }) : { status: 'failed', code: 'HTTP403', detail: '' };
    const pod = /runner/.test(path) ? 'obs-runner' : 'obs-cluster-agent';
    return read({ status: 200 }, { items: [{ ...podOf(pod), metadata: { name: `${pod}-1` } }] });
  };
  return { api: { ask } as unknown as ApiserverClient, paths };
}

const FILE = 'kubernetes_state_core.yaml.default';
const CLUSTER_AGENT = { namespace: 'watch', name: 'obs-cluster-agent' };
const RUNNER = { namespace: 'watch', name: 'obs-runner' };

it('keeps of a Cluster Agent what profiles go by, and where its checks run', async () => {
  const { api } = cluster({ [FILE]: 'init_config:\ninstances: []\n', 'orchestrator.yaml': 'cluster_check: true\n' });
  const told = await askAgentPod(api, CLUSTER_AGENT, datadogClusterAgent);
  assert.deepEqual(told?.checks, { kubernetes_state_core: 'here', orchestrator: 'elsewhere' });
  assert.equal(told?.settings?.DD_LEADER_LEASE_NAME, 'obs-leader-election');
  assert.deepEqual(told?.version, { value: '7.81.1', from: 'image of pod obs-cluster-agent-1' });
  assert.doesNotMatch(JSON.stringify(told), /API_KEY|instances/);
});

it('knows of a runner by the Cluster Agent', async () => {
  const { api } = cluster({ [FILE]: 'init_config:\n', 'orchestrator.yaml': 'cluster_check: true\n' });
  assert.deepEqual((await askAgentPod(api, RUNNER, datadogClusterChecks))?.checks, {
    kubernetes_state_core: 'elsewhere',
    orchestrator: 'here',
  });
});

it('leaves open where they run as long as the ConfigMap may not be read', async () => {
  const { api } = cluster(undefined);
  const both = { kubernetes_state_core: 'somewhere', orchestrator: 'somewhere' };
  assert.deepEqual((await askAgentPod(api, CLUSTER_AGENT, datadogClusterAgent))?.checks, both);
});

it('asks for no ConfigMap where no check is movable', async () => {
  const { api, paths } = cluster({});
  assert.equal((await askAgentPod(api, CLUSTER_AGENT, datadogAgent))?.checks, undefined);
  assert.equal(paths.length, 1);
});
