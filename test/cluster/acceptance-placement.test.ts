/** Where the agent may run, on a real cluster: each fault named first, and gone after what was printed was done. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Finding, Report } from '../../src/model/report.js';
import type { NodeLine } from '../../src/report/tables/nodes.js';
import { type Cluster, startCluster } from './cluster.js';
import { applyCommand, createDaemonSet, removeDaemonSets, unaimed, waitForDaemonSet } from './daemonsets.js';
import { assertClean, assertFirst, type Diagnosis } from './doctor.js';
import { applyObject } from './identities.js';
import { runAsPod } from './pod-place.js';
import { waitFor } from './process.js';

const NAMESPACES = ['datadog', 'other'];
const ROLE = 'node-role.kubernetes.io';
const NEW = { key: `${ROLE}/control-plane`, effect: 'NoSchedule' };
const OLD = { key: `${ROLE}/master`, effect: 'NoSchedule' };
const EVERYWHERE = { tolerations: [{ operator: 'Exists' }] };

let cluster: Cluster;

before(async () => {
  cluster = await startCluster();
  for (const name of NAMESPACES) await applyObject(cluster.admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
});
after(() => cluster?.stop());
afterEach(async () => {
  await removeDaemonSets(cluster.admin, NAMESPACES);
  await taint('cp1', [NEW]);
  await taint('n2', []);
  await label('datadog', { 'pod-security.kubernetes.io/enforce': null });
});

const merge = (path: string, body: unknown) => cluster.admin('PATCH', path, body, 'application/merge-patch+json');
const taint = (node: string, taints: object[]) => merge(`/api/v1/nodes/${node}`, { spec: { taints } });
const label = (namespace: string, labels: Record<string, string | null>) =>
  merge(`/api/v1/namespaces/${namespace}`, { metadata: { labels } });

/** At a workstation: the admin's kubeconfig, no pod's environment. */
async function doctor(command: 'check' | 'nodes', args: string[]): Promise<Diagnosis & { report: Report & { nodes: NodeLine[] } }> {
  const env = { KUBERNETES_SERVICE_HOST: undefined, KUBERNETES_SERVICE_PORT: undefined };
  const node = command === 'check' ? ['--node', 'n1'] : [];
  const argv = [
    process.execPath,
    path.resolve('bin/kubelet-doctor.js'),
    command,
    '--output',
    'json',
    '--kubeconfig',
    cluster.adminKubeconfig,
    ...node,
    ...args,
  ];
  const result = await runAsPod(cluster, { argv, env, network: 'host' });
  assert.equal(result.stderr, '');
  return { ...result, report: JSON.parse(result.stdout) };
}

const OURS = ['--daemonset', 'datadog/datadog-agent'];
const run = (args = OURS) => doctor('check', args);

/** The first command of a finding's fixes, security changes included. */
function commandOf({ fixes }: Finding): string {
  const command = fixes.find(({ form, steps }) => form === 'shell' && steps)?.steps;
  assert.ok(command, JSON.stringify(fixes));
  return command;
}

/** Named first by `check`, done as printed, and well by both commands. */
async function cured(cause: string, desired: number): Promise<Finding> {
  const first = assertFirst(await run(), cause);
  await applyCommand(cluster.admin, commandOf(first));
  await waitForDaemonSet(cluster.admin, desired);
  assertClean(await run());
  assertClean(await doctor('nodes', OURS));
  return first;
}

describe('healthy', () => {
  it('is an agent on every node, the control plane included', async () => {
    await createDaemonSet(cluster.admin, { spec: EVERYWHERE });
    await waitForDaemonSet(cluster.admin, 3);
    const nodes = await doctor('nodes', OURS);
    assertClean(nodes);
    assert.deepEqual(
      nodes.report.nodes.map(({ node, state, controlPlane, ready }) => [node, state, controlPlane, ready]),
      [
        ['cp1', 'covered', true, true],
        ['n1', 'covered', false, true],
        ['n2', 'covered', false, true],
      ],
    );
    assertClean(await doctor('nodes', [])); // found by its labels
    assertClean(await run());
  });
});

describe('the control-plane taint', () => {
  const cases = { new: [NEW], old: [OLD], 'both (1.24)': [NEW, OLD] };
  for (const [name, taints] of Object.entries(cases))
    it(name, async () => {
      await taint('cp1', taints);
      await createDaemonSet(cluster.admin);
      await waitForDaemonSet(cluster.admin, 2);
      const rows = (await doctor('nodes', OURS)).report.nodes.map(({ node, state }) => [node, state]);
      assert.deepEqual(rows, [
        ['cp1', 'refused'],
        ['n1', 'covered'],
        ['n2', 'covered'],
      ]);
      const first = await cured('control-plane-taint-not-tolerated', 3);
      for (const { key } of taints) assert.match(JSON.stringify(first), new RegExp(key));
    });

  it('beside tolerations that are there already: they stay', async () => {
    await taint('n2', [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }]);
    await createDaemonSet(cluster.admin, { spec: { tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'gpu' }] } });
    await waitForDaemonSet(cluster.admin, 2);
    await cured('control-plane-taint-not-tolerated', 3);
  });
});

describe('other nodes', () => {
  it('another taint', async () => {
    await taint('n2', [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }]);
    await createDaemonSet(cluster.admin, { spec: { tolerations: [{ ...NEW, operator: 'Exists' }] } });
    await waitForDaemonSet(cluster.admin, 2);
    await cured('node-taint-not-tolerated', 3);
  });

  it('both kinds of taint are named, and both are cured', async () => {
    await taint('n2', [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }]);
    await createDaemonSet(cluster.admin);
    await waitForDaemonSet(cluster.admin, 1);
    const { report } = await run();
    const commands = report.findings.filter(({ severity }) => severity !== 'note').map(commandOf);
    assert.equal(commands.length, 2, JSON.stringify(report.findings.map(({ cause }) => cause)));
    await applyCommand(cluster.admin, commands[0] ?? '');
    await waitForDaemonSet(cluster.admin, 2);
    await cured(report.findings[1]?.cause ?? '', 3);
  });

  it('a selector value: "true" against ""', async () => {
    await createDaemonSet(cluster.admin, { spec: { ...EVERYWHERE, nodeSelector: { [NEW.key]: 'true' } } });
    await waitForDaemonSet(cluster.admin, 0);
    const said = ({ title, evidence }: Diagnosis['report']['findings'][number]) =>
      [title, ...evidence.map(({ saw }) => saw)].map(({ en }) => en).join('\n');
    const wrong = /nodeSelector wants .*="true", the node has ""/;
    const first = assertFirst(await run(), 'node-not-selected');
    assert.match(said(first), wrong);
    await applyCommand(cluster.admin, commandOf(first));
    await waitForDaemonSet(cluster.admin, 1);
    // The other nodes have no such label: that is another fault, and it stays.
    assert.doesNotMatch(said(assertFirst(await run(), 'node-not-selected')), wrong);
  });

  it('required affinity', async () => {
    const expression = { key: 'kubernetes.io/hostname', operator: 'In', values: ['n1'] };
    const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } };
    await createDaemonSet(cluster.admin, { spec: { ...EVERYWHERE, affinity: { nodeAffinity: required } } });
    await waitForDaemonSet(cluster.admin, 1);
    await cured('node-not-selected', 3);
  });
});

describe('admission', () => {
  it('the namespace enforces baseline', async () => {
    await label('datadog', { 'pod-security.kubernetes.io/enforce': 'baseline' });
    await createDaemonSet(cluster.admin, { spec: { ...EVERYWHERE, hostPID: true } });
    await waitFor('a FailedCreate event', async () => {
      const { items } = await cluster.admin<{ items: { reason: string }[] }>('GET', '/api/v1/namespaces/datadog/events');
      return items.some(({ reason }) => reason === 'FailedCreate') || undefined;
    });
    const first = await cured('pod-security-refuses', 3);
    assert.match([first.title, ...first.evidence.map(({ saw }) => saw)].map(({ en }) => en).join('\n'), /violates PodSecurity "baseline/);
  });

  it('a priority class that is not there', async () => {
    await createDaemonSet(cluster.admin, { spec: { ...EVERYWHERE, priorityClassName: 'no-such-class' } });
    await cured('admission-refuses', 3);
  });
});

describe('pods', () => {
  it('two agents on a node', async () => {
    await createDaemonSet(cluster.admin, { spec: EVERYWHERE });
    await createDaemonSet(cluster.admin, { namespace: 'other', name: 'old-agent' });
    await waitForDaemonSet(cluster.admin, 3);
    await waitForDaemonSet(cluster.admin, 2, 'other', 'old-agent');
    const first = assertFirst(await run(), 'several-agents-on-node');
    assert.match(first.title.en, /2 of 3 nodes/);
    await applyCommand(cluster.admin, commandOf(first));
    await waitFor('the other agent to be gone', async () => {
      const { items } = await cluster.admin<{ items: unknown[] }>('GET', '/api/v1/namespaces/other/pods');
      return items.length === 0 || undefined;
    });
    assertClean(await run());
  });

  it('the DaemonSet is not there, and another is', async () => {
    await createDaemonSet(cluster.admin, { spec: EVERYWHERE });
    await waitForDaemonSet(cluster.admin, 3);
    const first = assertFirst(await run(['--daemonset', 'monitoring/agent']), 'daemonset-not-found');
    const [program, command, ...args] = unaimed(commandOf(first)).split(' ');
    assert.deepEqual([program, command, ...args], ['kubelet-doctor', 'nodes', ...OURS]);
    assertClean(await doctor('nodes', args));
  });

  it('the agent crash-loops: its container ends again and again', async () => {
    // A real loop: the kubelet's own probe fails and ends the container; the fake runtime has no process that could fail by itself.
    const livenessProbe = { tcpSocket: { host: '127.0.0.1', port: 1 }, periodSeconds: 1, failureThreshold: 1 };
    await createDaemonSet(cluster.admin, { spec: EVERYWHERE, container: { livenessProbe } });
    const first = await waitFor('a crash loop that is named', async () => {
      const { report } = await run();
      const [top] = report.findings;
      return top?.cause === 'agent-not-ready-on-node' && /crash-loops/.test(top.title.en) ? top : undefined;
    });
    assert.match(unaimed(commandOf(first)), /^kubectl -n datadog logs datadog-agent-\w+ -c agent --previous/);
    const remove = [{ op: 'remove', path: '/spec/template/spec/containers/0/livenessProbe' }];
    await cluster.admin('PATCH', '/apis/apps/v1/namespaces/datadog/daemonsets/datadog-agent', remove, 'application/json-patch+json');
    await waitForDaemonSet(cluster.admin, 3);
    assertClean(await run());
  });
});
