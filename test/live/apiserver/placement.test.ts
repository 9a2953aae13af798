/** What of DaemonSets, pods, nodes and manifests becomes a fact: what is judged, and no secret. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseManifest } from '../../../src/agent-config/manifest.js';
import { isAgentImage, reduceDaemonSet } from '../../../src/agent-config/reduce-workload.js';
import {
  labelsRead,
  marksOf,
  reduceAgentPod,
  reducePlacementNode,
  reducePortHolder,
  reduceRefusedCreate,
} from '../../../src/live/apiserver/reduce-placement.js';

const SECRET = 'sentinel-value-77';
const MANIFEST = `
apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {key: ${SECRET}}
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: agents}
---
# a comment alone
---
apiVersion: v1
kind: List
items:
  - apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: datadog-agent, labels: {app.kubernetes.io/managed-by: Helm, app.kubernetes.io/name: datadog-agent}}
    spec:
      template:
        spec:
          hostPID: true
          tolerations: [{key: a, operator: Exists}]
          containers:
            - {name: agent, image: "gcr.io/datadoghq/agent:7", env: [{name: DD_API_KEY, value: ${SECRET}}], ports: [{hostPort: 8125}], securityContext: {capabilities: {add: [SYS_ADMIN]}}}
          volumes: [{name: proc, hostPath: {path: /proc}}]
`;

describe('a manifest', () => {
  it('is read over documents and Lists, reduced to what is judged', () => {
    const manifest = parseManifest(MANIFEST, 'a.yaml');
    assert.ok(!('error' in manifest));
    assert.deepEqual(manifest.priorityClasses, ['agents']);
    const [agent] = manifest.daemonSets;
    assert.equal(manifest.daemonSets.length, 1);
    assert.deepEqual([agent?.namespace, agent?.name, agent?.manager, agent?.datadog], ['', 'datadog-agent', 'helm', true]);
    assert.deepEqual(agent?.template.asks, ['hostPID', 'hostPath volumes', 'hostPort', 'added capabilities']);
    assert.ok(!JSON.stringify(manifest).includes(SECRET));
  });

  it('names the line that is wrong, and stops aliases from growing', () => {
    assert.match(JSON.stringify(parseManifest('kind: x\na: [', 'a.yaml')), /a.yaml:\d+: /);
    const levels = Array.from({ length: 12 }, (_, at) => `l${at + 1}: &l${at + 1} [${Array(9).fill(`*l${at}`).join(',')}]`);
    assert.ok('error' in parseManifest(['l0: &l0 [x]', ...levels].join('\n'), 'a.yaml'));
    assert.deepEqual(parseManifest('', 'a.yaml'), { daemonSets: [], configurations: [], priorityClasses: [] });
  });
});

describe('what counts as an agent', () => {
  for (const image of [
    'datadog/agent',
    'gcr.io/datadoghq/agent:7.70.0',
    'public.ecr.aws/datadog/agent@sha256:ab',
    'registry.datadoghq.com/agent:7-jmx',
  ])
    it(image, () => assert.ok(isAgentImage(image)));
  for (const image of ['datadog/cluster-agent:7', 'my/agent:1', 'datadog/agentless:1', 'gcr.io/datadoghq/operator:1'])
    it(`not ${image}`, () => assert.ok(!isAgentImage(image)));

  const marks = marksOf([
    reduceDaemonSet({
      metadata: { name: 'agent', namespace: 'a' },
      spec: { template: { spec: { containers: [{ image: 'my/agent:1' }] } } },
    })!,
  ]);
  const owner = (kind: string, name: string) => ({ ownerReferences: [{ kind, name, controller: true }] });
  const running = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };

  it('a pod of the DaemonSet, not yet scheduled: the node it is for', () => {
    const terms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }];
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } };
    const status = {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no free ports' }],
    };
    const [pod] = reduceAgentPod(
      { metadata: { name: 'p', namespace: 'a', ...owner('DaemonSet', 'agent') }, spec: { affinity }, status },
      marks,
    );
    assert.deepEqual([pod?.node, pod?.ready, pod?.reason, pod?.message], ['n1', false, 'Unschedulable', 'no free ports']);
  });

  it('a crash loop says how the container ended, not how long it waits', () => {
    const state = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } };
    const lastState = { terminated: { exitCode: 3, reason: 'Error', message: 'no API key' } };
    const status = { ...running, conditions: [], containerStatuses: [{ name: 'agent', restartCount: 4, state, lastState }] };
    const [pod] = reduceAgentPod(
      { metadata: { name: 'p', namespace: 'a', ...owner('DaemonSet', 'agent') }, spec: { nodeName: 'n1' }, status },
      marks,
    );
    assert.deepEqual(
      [pod?.reason, pod?.container, pod?.message, pod?.restarts],
      ['CrashLoopBackOff', 'agent', 'exit code 3 (Error): no API key', 4],
    );
  });

  it('one that ended a moment ago, or runs again: its last words', () => {
    const terminated = { exitCode: 2, reason: 'Error', message: 'no API key' };
    const of = (container: object) =>
      reduceAgentPod(
        {
          metadata: { name: 'p', namespace: 'a', ...owner('DaemonSet', 'agent') },
          spec: { nodeName: 'n1' },
          status: { ...running, conditions: [], containerStatuses: [{ name: 'agent', restartCount: 1, ready: false, ...container }] },
        },
        marks,
      )[0];
    assert.equal(of({ state: { terminated } })?.message, 'exit code 2 (Error): no API key');
    assert.equal(of({ state: { running: {} }, lastState: { terminated } })?.message, 'exit code 2 (Error): no API key');
  });

  it('what admission took, of a pod of this very template', () => {
    const template = { hostPID: true, volumes: [{ name: 'proc', hostPath: { path: '/proc' } }], containers: [{ image: 'my/agent:1' }] };
    const annotations = { 'deprecated.daemonset.template.generation': '2' };
    const agent = (spec: object) =>
      marksOf([reduceDaemonSet({ metadata: { name: 'agent', namespace: 'a', annotations }, spec: { template: { spec } } })!]);
    const taken = (spec: object, generation = '2', of: object = template) =>
      reduceAgentPod(
        {
          metadata: { name: 'p', namespace: 'a', labels: { 'pod-template-generation': generation }, ...owner('DaemonSet', 'agent') },
          spec: { nodeName: 'n1', ...spec },
          status: running,
        },
        agent(of),
      )[0]?.taken;
    const token = { name: 't', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } };
    const whole = { ...template, volumes: [...template.volumes, token] };
    assert.equal(taken(whole), undefined);
    assert.deepEqual(taken(template), ['token']);
    const mount = { volumeMounts: [{ mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }] };
    assert.deepEqual(taken({ ...whole, hostPID: undefined, volumes: [], containers: [mount] }), ['hostPID', 'hostPath volumes']);
    // Set behind the plugin that mounts it, it takes nothing away.
    assert.equal(taken({ ...whole, automountServiceAccountToken: false }), undefined);
    // Made of an older template, or refused by the template itself.
    assert.equal(taken(template, '1'), undefined);
    const without = { ...template, automountServiceAccountToken: false };
    assert.equal(taken(without, '2', without), undefined);
  });

  it('who has a port of the node that an agent asks for', () => {
    const asking = { ...marks, ports: ['8125/UDP', '10.0.0.1:8126/TCP'] };
    const ports = (hostNetwork: boolean, port: object, phase = 'Running') =>
      reducePortHolder(
        {
          metadata: { name: 's', namespace: 'b', ...owner('DaemonSet', 'statsd') },
          spec: { nodeName: 'n1', hostNetwork, containers: [{ ports: [port] }] },
          status: { phase },
        },
        asking,
      );
    const held = [{ namespace: 'b', pod: 's', node: 'n1', owner: 'DaemonSet/statsd', ports: ['8125/UDP'] }];
    const protocol = 'UDP';
    assert.deepEqual(ports(false, { containerPort: 1, hostPort: 8125, protocol }), held);
    assert.deepEqual(ports(true, { containerPort: 8125, protocol }), held);
    assert.deepEqual(ports(false, { containerPort: 8125, protocol }), []);
    assert.deepEqual(ports(false, { hostPort: 8125, protocol }, 'Succeeded'), []);
    // Another protocol or another address is another port.
    assert.deepEqual(ports(false, { hostPort: 8125 }), []);
    assert.deepEqual(ports(false, { hostPort: 8126, hostIP: '10.0.0.2' }), []);
    assert.equal(ports(false, { hostPort: 8126, hostIP: '10.0.0.1' }).length, 1);
    assert.equal(ports(false, { hostPort: 8126, hostIP: '0.0.0.0' }).length, 1);
  });

  it('another image of one repository, told from the first by its digest alone, is none', () => {
    const release = (digest: string) => ({ containers: [{ image: `quay.io/release/dev@sha256:${digest}` }] });
    const [own = assert.fail()] = [
      reduceDaemonSet({ metadata: { name: 'dns', namespace: 'd' }, spec: { template: { spec: release('aa') } } }),
    ];
    const found = (digest: string) =>
      reduceAgentPod({ metadata: { name: 'x', namespace: 'd' }, spec: { nodeName: 'n1', ...release(digest) } }, marksOf([own]));
    assert.equal(found('aa').length, 1);
    assert.deepEqual(found('bb'), []);
  });

  it('the image in another pod, as a sidecar; no cluster check runner, no finished pod', () => {
    const containers = [{ image: 'shop' }, { image: 'datadog/agent:7' }];
    const shop = {
      metadata: { name: 's', namespace: 'shop', ...owner('ReplicaSet', 'shop') },
      spec: { nodeName: 'n1', containers },
      status: running,
    };
    assert.equal(reduceAgentPod(shop, marks)[0]?.sidecar, true);
    const runner = { ...shop, metadata: { ...shop.metadata, labels: { 'app.kubernetes.io/component': 'clusterchecks-agent' } } };
    assert.deepEqual(reduceAgentPod(runner, marks), []);
    assert.deepEqual(reduceAgentPod({ ...shop, status: { phase: 'Failed' } }, marks), []);
    assert.deepEqual(reduceAgentPod({ metadata: { name: 'x' }, spec: { nodeName: 'n1', containers: [{ image: 'nginx' }] } }, marks), []);
  });
});

describe('nodes and events', () => {
  it('keep the labels that are asked for, and tell whose cluster it is', () => {
    const labels = { 'eks.amazonaws.com/nodegroup': 'a', secret: SECRET, zone: 'b' };
    const template = { metadata: { name: 'x' }, spec: { template: { spec: { nodeSelector: { zone: 'b' } } } } };
    const [node] = reducePlacementNode(
      { metadata: { name: 'n1', labels }, spec: { unschedulable: true } },
      labelsRead([reduceDaemonSet(template)!]),
    );
    assert.deepEqual([node?.labels, node?.provider, node?.unschedulable, node?.ready], [{ zone: 'b' }, 'EKS', true, 'Unknown']);
    assert.deepEqual(reducePlacementNode({ spec: {} }, new Set()), []);
  });

  it('FailedCreate of a DaemonSet, counted in either way', () => {
    const event = {
      involvedObject: { kind: 'DaemonSet', namespace: 'a', name: 'b' },
      reason: 'FailedCreate',
      message: 'no',
      series: { count: 4, lastObservedTime: 'x' },
    };
    assert.deepEqual(reduceRefusedCreate(event), [{ namespace: 'a', daemonset: 'b', message: 'no', count: 4, last: 'x' }]);
    assert.deepEqual(reduceRefusedCreate({ ...event, reason: 'Other' }), []);
  });
});
