/** What the agent's pods wait for, in the words of a real scheduler and a real kubelet; and what a real admission leaves out of them. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Finding, Report } from '../../src/model/report.js';
import { type Cluster, startCluster } from './cluster.js';
import { createDaemonSet, removeDaemonSets, waitForDaemonSet } from './daemonsets.js';
import { assertClean, type Diagnosis } from './doctor.js';
import { applyObject } from './identities.js';
import { runAsPod } from './pod-place.js';
import { waitFor } from './process.js';

const NAMESPACES = ['datadog', 'other'];
/** A kubelet tries again after some seconds up to two minutes. */
const SOON_MS = 90_000;
const EVERYWHERE = { tolerations: [{ operator: 'Exists' }] };

let cluster: Cluster;

before(async () => {
  cluster = await startCluster();
  for (const name of NAMESPACES) await applyObject(cluster.admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
});
after(() => cluster?.stop());
afterEach(() => removeDaemonSets(cluster.admin, NAMESPACES));

/** At a workstation: the admin's kubeconfig, no pod's environment. */
async function doctor(): Promise<Diagnosis> {
  const env = { KUBERNETES_SERVICE_HOST: undefined, KUBERNETES_SERVICE_PORT: undefined };
  const own = ['--kubeconfig', cluster.adminKubeconfig, '--daemonset', 'datadog/datadog-agent'];
  const argv = [process.execPath, path.resolve('bin/kubelet-doctor.js'), 'nodes', '--output', 'json', ...own];
  const result = await runAsPod(cluster, { argv, env, network: 'host' });
  assert.equal(result.stderr, '');
  return { ...result, report: JSON.parse(result.stdout) as Report };
}

/** Named first, with what follows from it, as soon as the cluster says so. */
async function assertFound(cause: string): Promise<Finding> {
  const found = await waitFor(`${cause} to be named`, async () => {
    const { report } = await doctor();
    return report.findings[0]?.cause === cause ? report.findings[0] : undefined;
  });
  assert.equal(found.certainty, 'proven');
  return found;
}

interface Waiting {
  metadata: { name: string; namespace: string; uid: string };
  status: { containerStatuses?: { state: { waiting?: { reason: string } } }[] };
}

/** As the kubelet's recorder writes it (client-go tools/record). */
async function tell({ name, namespace, uid }: Waiting['metadata'], reason: string, message: string): Promise<void> {
  const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  await cluster.admin('POST', `/api/v1/namespaces/${namespace}/events`, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.17d`, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid },
    type: 'Warning',
    reason,
    message,
    count: 3,
    firstTimestamp: at,
    lastTimestamp: at,
    source: { component: 'kubelet' },
  });
}

const said = ({ title, evidence, fixes }: Finding): string =>
  [title.en, ...evidence.map(({ saw }) => saw.en), ...fixes.map(({ action, steps = '' }) => `${action.en}\n${steps}`)].join('\n');
const follows = ({ consequences }: Finding) =>
  assert.deepEqual(
    consequences.map(({ cause }) => cause),
    ['agent-not-ready-on-node'],
  );
const fromSecret = (name: string) => ({ env: [{ name: 'DD_API_KEY', valueFrom: { secretKeyRef: { name, key: 'api-key' } } }] });
const secret = (name: string, key: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'datadog' },
  stringData: { [key]: 'sentinel-api-key-0123456789abcdef' },
});

describe('the scheduler', () => {
  it('another DaemonSet has the host port; gone, the agent runs', async () => {
    const ports = { ports: [{ containerPort: 8125, hostPort: 8125, protocol: 'UDP' }] };
    await createDaemonSet(cluster.admin, {
      namespace: 'other',
      name: 'statsd',
      spec: EVERYWHERE,
      container: { image: 'statsd:1', ...ports },
    });
    await waitForDaemonSet(cluster.admin, 3, 'other', 'statsd');
    await createDaemonSet(cluster.admin, { spec: EVERYWHERE, container: ports });
    const found = await assertFound('host-port-taken');
    follows(found);
    assert.match(
      said(found),
      /^Host port 8125\/UDP is held by DaemonSet other\/statsd.*didn't have free ports for the requested pod ports/s,
    );
    await removeDaemonSets(cluster.admin, ['other']);
    await waitForDaemonSet(cluster.admin, 3);
    assertClean(await doctor());
  });

  it('no memory for what is requested', async () => {
    const resources = { requests: { memory: '900Ti' } };
    await createDaemonSet(cluster.admin, { spec: EVERYWHERE, container: { resources } });
    const found = await assertFound('node-without-room-for-agent');
    follows(found);
    assert.match(said(found), /^The node has no room for the agent: "Insufficient memory"/);
  });

  it('a pod anti-affinity', async () => {
    const topology = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'statsd' } }, namespaces: ['other'] };
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [topology] } };
    await createDaemonSet(cluster.admin, { namespace: 'other', name: 'statsd', spec: EVERYWHERE, container: { image: 'statsd:1' } });
    await waitForDaemonSet(cluster.admin, 3, 'other', 'statsd');
    await createDaemonSet(cluster.admin, { spec: { ...EVERYWHERE, affinity } });
    const found = await assertFound('agent-pod-not-scheduled');
    follows(found);
    assert.match(said(found), /anti-affinity/);
  });
});

describe('the kubelet', () => {
  it('a Secret that is not there, then its key; created, the agent runs without a restart', async () => {
    await createDaemonSet(cluster.admin, { spec: EVERYWHERE, container: fromSecret('datadog-secret') });
    const found = await assertFound('agent-object-missing');
    follows(found);
    assert.match(said(found), /^Secret datadog-secret does not exist.*create secret generic datadog-secret/s);
    await applyObject(cluster.admin, secret('datadog-secret', 'apikey'));
    const key = await waitFor(
      'the kubelet to try again',
      async () => {
        const [first] = (await doctor()).report.findings;
        return first && /has no key/.test(first.title.en) ? first : undefined;
      },
      SOON_MS,
    );
    assert.match(said(key), /^Secret datadog-secret has no key api-key/);
    await applyObject(cluster.admin, secret('datadog-secret', 'api-key'));
    await waitFor('the agent to run', async () => (await doctor()).report.summary.exitCode === 0 || undefined, SOON_MS);
  });

  it('a ConfigMap of a volume: its status says nothing, an event does', async () => {
    const volumes = [{ name: 'installinfo', configMap: { name: 'datadog-installinfo' } }];
    const volumeMounts = [{ name: 'installinfo', mountPath: '/etc/info' }];
    await createDaemonSet(cluster.admin, { spec: { ...EVERYWHERE, volumes }, container: { volumeMounts } });
    const pods = await waitFor('pods that wait', async () => {
      const { items } = await cluster.admin<{ items: Waiting[] }>('GET', '/api/v1/namespaces/datadog/pods');
      const waiting = items.filter(({ status }) => status.containerStatuses?.[0]?.state.waiting?.reason === 'ContainerCreating');
      return waiting.length === 3 ? waiting : undefined;
    });
    // The kubelet of the test cluster has the recorder of kubemark, which drops events: what it would write is written in its place.
    for (const { metadata } of pods)
      await tell(metadata, 'FailedMount', 'MountVolume.SetUp failed for volume "installinfo" : configmap "datadog-installinfo" not found');
    const found = await assertFound('agent-object-missing');
    follows(found);
    assert.match(said(found), /^ConfigMap datadog-installinfo does not exist.*FailedMount \(3 times/s);
    assert.deepEqual(
      found.witnesses?.map(({ need }) => need),
      ['apiserver/pod-events'],
    );
  });

  it('a name that no image can have', async () => {
    await createDaemonSet(cluster.admin, { spec: EVERYWHERE, container: { image: 'gcr.io/datadoghq/agent:7:70' } });
    const found = await assertFound('agent-image-not-pulled');
    follows(found);
    assert.match(
      said(found),
      /^The registry has no such image of the agent: "couldn't parse image .*InvalidImageName.*Correct registry, name and tag/s,
    );
  });
});

describe('admission', () => {
  it('the ServiceAccount leaves the token out, the template puts it back', async () => {
    const account = (automountServiceAccountToken: boolean) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'tokenless', namespace: 'datadog' },
      automountServiceAccountToken,
    });
    await applyObject(cluster.admin, account(false));
    const spec = { ...EVERYWHERE, serviceAccountName: 'tokenless' };
    await createDaemonSet(cluster.admin, { spec });
    await waitForDaemonSet(cluster.admin, 3);
    const found = await assertFound('agent-pod-changed-at-admission');
    assert.match(said(found), /^The agent's pods have no token: admission leaves it out/);
    await removeDaemonSets(cluster.admin, ['datadog']);
    await createDaemonSet(cluster.admin, { spec: { ...spec, automountServiceAccountToken: true } });
    await waitForDaemonSet(cluster.admin, 3);
    assertClean(await doctor());
  });

  it('a policy that turns off hostPID', async () => {
    const resourceRules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }];
    const admission = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name: 'no-host-pid' } };
    await applyObject(cluster.admin, {
      ...admission,
      kind: 'MutatingAdmissionPolicy',
      spec: {
        matchConstraints: { resourceRules },
        failurePolicy: 'Fail',
        reinvocationPolicy: 'Never',
        mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "add", path: "/spec/hostPID", value: false}]' } }],
      },
    });
    await applyObject(cluster.admin, { ...admission, kind: 'MutatingAdmissionPolicyBinding', spec: { policyName: 'no-host-pid' } });
    const found = await waitFor('the policy to act', async () => {
      await createDaemonSet(cluster.admin, { spec: { ...EVERYWHERE, hostPID: true } });
      await waitForDaemonSet(cluster.admin, 3);
      const [first] = (await doctor()).report.findings;
      if (first?.cause === 'agent-pod-changed-at-admission') return first;
      await removeDaemonSets(cluster.admin, ['datadog']);
      return undefined;
    });
    assert.match(said(found), /^Admission takes hostPID from the agent's pods/);
  });
});
