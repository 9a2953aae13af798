/** A bundle is judged as the cluster would be, and says nothing of what is not in it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { type Chosen, judgeBundle } from '../../src/bundles/judged.js';
import { createHearing } from '../../src/bundles/said/hearing.js';
import { createHost } from '../../src/host/create.js';
import { flatten } from '../../src/judge/rank.js';
import type { Report } from '../../src/model/report.js';
import { renderCollect } from '../../src/render/collect.js';
import { renderText } from '../../src/render/text/report.js';
import { vouch } from '../../src/report/vouch.js';
import { BINDING, daemonSet, type Files, listOf, mustGather, node, pod, ROLE, SENTINELS, troubleshoot, written } from './made.js';

const CHOICES = { failOn: 'degrades' as const, skip: [], only: [] };

async function judged(files: Files, flags: Chosen = {}) {
  const root = written(files);
  try {
    const host = createHost();
    const found = await judgeBundle(root, flags, host, CHOICES, [createHearing(host.redactor.clean)]);
    if ('error' in found) throw new Error(found.error);
    return found;
  } finally {
    rmSync(root, { recursive: true });
  }
}

const causesIn = ({ findings }: Report): string[] => flatten(findings).map(({ cause }) => cause);
const result = ({ results }: Report, question: string) => results.find((each) => each.question === question);

describe('a whole bundle', () => {
  it('is judged node by node, and what is of the cluster is said once', async () => {
    const { report } = await judged(troubleshoot());
    assert.deepEqual(report.where.bundle, { format: 'troubleshoot support bundle', collector: 'v0.123.0', version: 'v1.31.2', nodes: 3 });
    // The newest sign of life: the name has the local time of who collected.
    assert.equal(report.startedAt, '2026-01-05T09:59:58.000Z');
    const causes = causesIn(report);
    for (const cause of [
      'agent-host-of-one-node',
      'binding-subject-differs',
      'kubelet-permission-missing',
      'agent-missing-on-node',
      'node-not-ready',
    ])
      assert.ok(causes.includes(cause), `${cause} in ${causes}`);
    const missing = flatten(report.findings).find(({ cause }) => cause === 'agent-missing-on-node');
    assert.equal(missing?.title.en, 'No agent pod on 1 of 3 nodes (n2), though the DaemonSet should run there');
    assert.equal(missing?.seen, undefined);
    assert.equal(report.merged?.nodes, 3);
  });

  it('--node picks one', async () => {
    const { report } = await judged(troubleshoot(), { node: 'n2' });
    assert.equal(report.where.node, 'n2');
    assert.equal(report.merged, undefined);
    assert.equal(flatten(report.findings).find(({ cause }) => cause === 'agent-missing-on-node')?.severity, 'blocks');
  });

  it('--pod picks its node and its DaemonSet, and is the pod that is asked', async () => {
    for (const named of ['datadog-agent-n3', 'datadog/datadog-agent-n3']) {
      const { report } = await judged(troubleshoot(), { pod: named });
      assert.equal(report.where.node, 'n3');
      assert.match(result(report, 'kubelet-payload')?.elsewhere.join() ?? '', /-n datadog exec -i datadog-agent-n3 /);
      assert.ok(causesIn(report).includes('agent-host-of-one-node'), 'the DaemonSet is judged as well');
    }
    const other = { ...pod('n1'), metadata: { name: 'dns', namespace: 'x' }, spec: { nodeName: 'n1', containers: [{ name: 'dns' }] } };
    const { report: named } = await judged({ ...troubleshoot(), 'more/pods.json': listOf('Pod', [other]) }, { pod: 'dns' });
    assert.match(result(vouch(named), 'kubelet-payload')?.elsewhere.join() ?? '', / exec -i dns -- sh /);
    const refused: [Chosen, RegExp][] = [
      [
        { pod: 'datadog-agent-n2' },
        /^Error: --pod datadog-agent-n2: the bundle contains no such pod; it contains datadog\/datadog-agent-n1, datadog\/datadog-agent-n3$/,
      ],
      [{ pod: 'other/datadog-agent-n1' }, /^Error: --pod other\/datadog-agent-n1: the bundle contains no such pod/],
      [{ pod: 'datadog-agent-n1', node: 'n3' }, /^Error: --pod datadog-agent-n1: runs on node n1, not on --node n3$/],
    ];
    for (const [flags, why] of refused) await assert.rejects(judged(troubleshoot(), flags), why);
    const twice = {
      ...troubleshoot(),
      'more/pods.json': listOf('Pod', [{ ...pod('n1'), metadata: { name: 'datadog-agent-n1', namespace: 'x' } }]),
    };
    await assert.rejects(
      judged(twice, { pod: 'datadog-agent-n1' }),
      /is in several namespaces; name one: datadog\/datadog-agent-n1, x\/datadog-agent-n1$/,
    );
    await assert.rejects(
      judged({ 'nodes.all.json': listOf('Node', [node('n1')]) }, { pod: 'x' }),
      /the bundle contains no pods; --node names a node$/,
    );
  });

  it('--profile FILE is read, and nothing else of this machine', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'kd-profile-')), 'mine.yaml');
    writeFileSync(file, 'profile: mine\nfeatures: []\n');
    await assert.rejects(judged(troubleshoot(), { profile: file }), /mine\.yaml:1: features must name at least one feature/);
  });

  it('where several DaemonSets may be the agent, it says which are judged, and --daemonset chooses', async () => {
    const one = daemonSet();
    const second = { ...one, metadata: { name: 'agent', namespace: 'other', labels: (one.metadata as { labels: object }).labels } };
    const vendor = {
      ...one,
      metadata: { name: 'nri', namespace: 'newrelic' },
      spec: { template: { metadata: {}, spec: { containers: [{ name: 'a', image: 'mirror.example/newrelic/nri-kubernetes:3' }] } } },
    };
    const proxy = { ...vendor, metadata: { name: 'proxy', namespace: 'kube-system' }, spec: { template: { spec: { containers: [] } } } };
    const said = async (items: readonly object[], flags: Chosen = {}) => {
      const { report } = await judged(
        { 'nodes.all.json': listOf('Node', [node('n1')]), 'daemonsets.all.json': listOf('DaemonSet', items) },
        flags,
      );
      const text = renderText(report, { width: 200, colour: false, verbose: false });
      return /^(?:Judged|DaemonSets)[\s\S]*?(?=\n\n)/m.exec(text)?.[0].replaceAll('\n', ' ');
    };
    assert.equal(await said([one, proxy]), undefined);
    assert.equal(
      await said([one, second, vendor, proxy]),
      'Judged: datadog/datadog-agent and other/agent; permissions: account datadog/datadog-agent. Others: newrelic/nri. --daemonset chooses.',
    );
    assert.equal(
      await said([one, second, proxy], { daemonset: 'other/agent' }),
      'Judged: other/agent. Others: datadog/datadog-agent. --daemonset chooses.',
    );
    assert.equal(await said([proxy, vendor]), 'DaemonSets in the bundle: newrelic/nri and kube-system/proxy.');
  });

  it('names that are not in it are said: node, DaemonSet, account, profile', async () => {
    await assert.rejects(
      judged(troubleshoot(), { node: 'n9' }),
      /^Error: --node n9: the bundle contains no such node; it contains n1, n2, n3$/,
    );
    await assert.rejects(judged(troubleshoot(), { profile: 'datadog-agnt' }), /datadog-agnt/);
    const { report } = await judged(troubleshoot(), { daemonset: 'datadog/none' });
    assert.ok(causesIn(report).includes('daemonset-not-found'), `${causesIn(report)}`);
    const { report: other } = await judged(troubleshoot(), { 'service-account': 'datadog/none' });
    assert.match(other.findings[0]?.title.en ?? '', /datadog\/none/);
  });

  it('with an archive in it that is cut off nothing is missing', async () => {
    // In a whole bundle that one is not there is a finding.
    const cut = judged({ ...troubleshoot(), 'more.zip': 'PK\u0003\u0004 and no more' }, { daemonset: 'datadog/none' });
    await assert.rejects(
      cut,
      /^Error: --daemonset datadog\/none: the bundle contains no such DaemonSet; it contains datadog\/datadog-agent$/,
    );
  });

  it('a hidden value is not known: neither wrong nor right', async () => {
    const { report, facts } = await judged(troubleshoot());
    assert.ok(!causesIn(report).includes('agent-setting-invalid'));
    const configuration = facts.find(({ kind }) => kind === 'agent-configuration');
    assert.match(JSON.stringify(configuration), /DD_KUBELET_TLS_VERIFY/);
    assert.doesNotMatch(JSON.stringify(configuration), /HIDDEN/);
  });

  it('nothing that stands in it in the clear comes out', async () => {
    const { report, facts, lists } = await judged(troubleshoot());
    for (const sentinel of SENTINELS) assert.ok(!JSON.stringify({ report, facts, lists }).includes(sentinel), sentinel);
  });

  it('one question stands for all that no bundle answers', async () => {
    const { report } = await judged(troubleshoot());
    const open = report.results.filter(({ outcome }) => outcome === 'cannot-tell');
    assert.deepEqual(
      open.map(({ question }) => question),
      ['kubelet-payload'],
    );
    assert.match(open[0]?.elsewhere.join('\n') ?? '', /kubectl -n datadog exec -i datadog-agent-n1 -c agent -- sh \|/);
    const works = report.layers.filter(({ target, state }) => target !== 'self' && state === 'ok').map(({ layer }) => layer);
    assert.deepEqual(
      works.filter((layer) => layer !== 'settings' && layer !== 'authz'),
      [],
    );
  });
});

describe('a part of a cluster', () => {
  it('is no reason to call a role, a binding or an agent missing', async () => {
    const { report, lists } = await judged(mustGather());
    const causes = causesIn(report);
    for (const cause of [
      'role-missing',
      'binding-missing',
      'kubelet-permission-missing',
      'permission-missing',
      'service-account-not-found',
      'daemonset-not-found',
    ])
      assert.ok(!causes.includes(cause), `${cause} in ${causes}`);
    assert.equal(result(report, 'agent-daemonset')?.outcome, 'pass');
    assert.ok(lists.includes('kubectl get clusterroles -o json > collected/clusterroles.all.json'), lists.join('\n'));
    assert.ok(!lists.some((command) => command.includes('get nodes')));
    const commands = renderCollect(report, lists, 'collected');
    assert.match(commands, /^kubectl get clusterrolebindings -o json > collected\/clusterrolebindings\.all\.json$/m);
    for (const line of commands.split('\n')) assert.match(line, /^(#.*|kubectl .*|kubelet-doctor .*|mkdir -p collected|)$/);
  });

  it('is filled in steps of which each needs this program or the cluster, and says which', async () => {
    const { report, lists } = await judged(mustGather());
    const lines = renderCollect(report, lists, 'collected', "their bundle's.tgz").split('\n');
    let place = '';
    for (const line of lines.filter((each) => each !== '')) {
      if (line.startsWith('#')) place = line;
      else
        assert.match(line, place === '# Here:' ? /^(?:kubelet-doctor (?:script|read|judge)|cp) [^|]*$/ : /^(kubectl|mkdir) [^|]*$/, place);
    }
    // Alone it would be a part again: with the bundle it is whole.
    assert.ok(lines.includes(`cp -R -- 'their bundle'\\''s.tgz' collected/`), lines.join('\n'));
    assert.ok(
      lines.some((line) => /^kubectl -n \S+ exec -i \S+ -c agent -- sh < ask\.sh > answers\.txt$/.test(line)),
      lines.join('\n'),
    );
  });

  it('saved as JSON and rendered, its open questions are said in our own words; asking again asks the pod', async () => {
    for (const files of [troubleshoot(), mustGather(), { 'nodes.all.json': listOf('Node', [node('n1', 'False')]) }]) {
      const { report } = await judged(files);
      const open = (each: Report) => each.results.filter(({ outcome, required }) => required && outcome === 'cannot-tell');
      assert.deepEqual(open(vouch(report)), open(report));
      assert.ok(!/"kubelet-doctor --wait"|"verify":"kubelet-doctor"/.test(JSON.stringify(report)));
    }
  });

  it('a finding stands on line one, though questions stay open', async () => {
    const { report } = await judged({ 'nodes.all.json': listOf('Node', [node('n1'), node('n2', 'False')]) });
    const [one, two] = renderText(report, { width: 80, colour: false, verbose: false }).split('\n');
    assert.match(one ?? '', /^1 of 2 nodes \(n2\) is not ready/);
    assert.match(two ?? '', /^(Fix|To decide)/);
  });

  it('a right that a log alone tells of blocks, and stands before mounts that are missing for certain', async () => {
    const refused =
      '2026-01-05 10:00:35 UTC | CORE | WARN | (a.go:605 in func1) | error pulling from collector "kubelet": unexpected status code 403 on https://192.0.2.1:10250/pods: Forbidden';
    const objects = { 'nodes.json': listOf('Node', [node('n1')]), 'ds.json': listOf('DaemonSet', [daemonSet([])]) };
    const { report } = await judged({ ...objects, 'pods/datadog/datadog-agent-n1/agent.log': refused });
    const [first, ...others] = report.findings;
    assert.deepEqual([first?.cause, first?.severity, first?.certainty], ['kubelet-permission-missing', 'blocks', 'suspected']);
    assert.ok(
      others.some(({ cause, severity, certainty }) => cause === 'host-mounts-missing' && severity === 'degrades' && certainty === 'proven'),
    );
    assert.equal(report.summary.top.id, 'kubelet-permission-missing');
  });

  it('of a node that is named and ready line one is not what befell another, though no agent is known', async () => {
    const files = { 'nodes.json': listOf('Node', [node('n1'), node('n2', 'False')]) };
    const lineOne = async (named: string) => {
      const { report } = await judged(files, { node: named });
      assert.ok(causesIn(report).includes('node-not-ready'));
      return renderText(report, { width: 80, colour: false, verbose: false }).split('\n')[0] ?? '';
    };
    assert.match(await lineOne('n1'), /^Not answered: /);
    assert.match(await lineOne('n2'), /^1 of 2 nodes \(n2\) is not ready/);
  });

  it('a node that is cordoned changes neither line one nor line two', async () => {
    const of = async (unschedulable: boolean) => {
      const { report } = await judged({ 'nodes.json': listOf('Node', [node('n1'), { ...node('n2'), spec: { unschedulable } }]) });
      return renderText(report, { width: 80, colour: false, verbose: false }).split('\n');
    };
    const [lines, without] = [await of(true), await of(false)];
    assert.deepEqual(lines.slice(0, 2), without.slice(0, 2));
    assert.ok(lines.includes('Note: 1 of 2 nodes (n2) is cordoned: DaemonSet pods still start there'), lines.join('\n'));
  });

  it('a DaemonSet or a node that cannot be there is said, and what cut the bundle off', async () => {
    const only = { 'nodes/n1.yaml': JSON.stringify(node('n1')), 'x.json': daemonSet() };
    await assert.rejects(
      judged(only, { daemonset: 'datadog/none' }),
      /the bundle contains no such DaemonSet; it contains datadog\/datadog-agent$/,
    );
    await assert.rejects(
      judged({ 'x.json': daemonSet() }, { node: 'n1' }),
      /^Error: --node n1: the bundle names no node; leave the option out$/,
    );
    const { report } = await judged(mustGather(), { node: 'n1' });
    assert.match(renderText(report, { width: 80, colour: false, verbose: false }), /^Bundle: .*, n1 of 3 nodes, /m);
  });

  it('is as old as the last that befell a pod, where nothing else tells', async () => {
    const one = { metadata: { name: 'a', namespace: 'd', creationTimestamp: '2026-01-05T10:00:00Z' }, spec: { nodeName: 'n1' } };
    const states = [
      {
        name: 'c',
        state: { running: { startedAt: '2026-02-01T00:00:00Z' } },
        lastState: { terminated: { finishedAt: '2026-01-31T00:00:00Z' } },
      },
    ];
    const status = { startTime: '2026-01-05T10:00:01Z', containerStatuses: states };
    const { report } = await judged({ 'x.json': JSON.stringify(listOf('Pod', [{ ...one, status }])) });
    assert.match(renderText(report, { width: 80, colour: false, verbose: false }), /^Bundle: .*, 2026-02-01 00:00 UTC$/m);
  });

  it('says of a flare what the kubelet gave the agent, and where a log has no reason how to have one', async () => {
    const lines = async (files: Files) => {
      const { report } = await judged(files);
      assert.equal(report.summary.exitCode, 3);
      const open = report.results.filter(({ outcome }) => outcome === 'cannot-tell');
      assert.deepEqual(vouch(report).results, report.results);
      assert.deepEqual(
        open.map(({ question }) => question),
        ['kubelet-payload'],
      );
      return renderText(report, { width: 80, colour: false, verbose: false }).split('\n').slice(0, 2);
    };
    const flare = { 'w/status.log': 'Agent (v7.60.0)\n', 'w/runtime_config_dump.yaml': 'log_level: info\n' };
    const { report } = await judged({ ...flare, 'w/k8s/kubelet_pods.yaml': JSON.stringify(listOf('Pod', [pod('n1')])) });
    assert.match(result(report, 'kubelet-payload')?.elsewhere.join() ?? '', /-n datadog exec -i datadog-agent-n1 /);
    assert.deepEqual(await lines({ ...flare, 'w/k8s/kubelet_pods.yaml': 'apiVersion: v1\nkind: PodList\nitems: []\n' }), [
      'Nothing wrong found: the kubelet gave the agent its pod list',
      'To find out: kubelet-doctor judge FILE --collect',
    ]);
    // The check for the kubelet keeps a token of its own: the agent may read the pods while that one is refused.
    const pods = { 'w/k8s/kubelet_pods.yaml': 'apiVersion: v1\nkind: PodList\nitems: []\n' };
    const refused =
      'ERROR | check:kubelet | Error running check: 401 Client Error: Unauthorized for url: https://10.0.0.1:10250/metrics/cadvisor\n';
    const still = `2026-01-05 10:00:35 UTC | CORE | ${refused}`.repeat(5);
    assert.equal(
      (await lines({ ...flare, ...pods, 'w/logs/agent.log': still }))[0],
      "Not answered: the kubelet gave its pod list, but the agent's log shows failures",
    );
    const over = `${still}${'2026-01-05 10:30:00 UTC | CORE | INFO | check:kubelet | Done running check\n'.repeat(500)}`;
    assert.equal(
      (await lines({ ...flare, ...pods, 'w/logs/agent.log': over }))[0],
      'Nothing wrong found: the kubelet gave the agent its pod list',
    );
    const wrapped = 'WARN | unable to reach kubelet: temporary failure in kubeutil, will retry later: try delay not elapsed yet\n';
    const log = `2026-01-05 10:00:35 UTC | CORE | ${wrapped}`;
    assert.deepEqual((await lines({ ...flare, 'w/logs/agent.log': log }))[0], 'Not answered: Why does the agent not reach its kubelet?');
  });

  it('says of no agent that its settings are right where none was seen', async () => {
    const { report } = await judged({ 'nodes.all.json': listOf('Node', [node('n1')]) });
    const passed = report.results.filter(({ outcome }) => outcome === 'pass').map(({ question }) => question);
    assert.deepEqual(passed, ['node-condition']);
  });

  it('of what is encrypted alone it says that', async () => {
    const root = written({ 'a.zip.age': 'age-encryption.org/v1\n-> X25519 a\n' });
    const found = await judgeBundle(root, {}, createHost(), CHOICES);
    rmSync(root, { recursive: true });
    assert.match(('fault' in found && found.fault) || '', /encrypted/);
  });

  it('what is missing is not asked by this program: the lists have it', async () => {
    const { report } = await judged({ 'nodes/n1.yaml': JSON.stringify(node('n1')) }, { node: 'n1' });
    assert.deepEqual(
      report.results.flatMap(({ elsewhere }) => elsewhere).filter((command) => /^kubelet-doctor (?!script)/.test(command)),
      [],
    );
  });

  it('a list that was refused to the collector is not known, and not empty', async () => {
    const files = troubleshoot();
    const at = 'support-bundle-2026-01-05T10_00_00/cluster-resources';
    const without = Object.fromEntries(Object.entries(files).filter(([name]) => !name.includes('/daemonsets/')));
    const { report } = await judged({ ...without, [`${at}/daemonsets-errors.json`]: ['daemonsets.apps is forbidden'] });
    assert.ok(!causesIn(report).includes('daemonset-not-found'));
  });

  it('what was collected by our own commands is whole', async () => {
    const lists = { nodes: ['Node', [node('n1')]], daemonsets: ['DaemonSet', []], pods: ['Pod', []] } as const;
    const files = Object.fromEntries(Object.entries(lists).map(([name, [kind, items]]) => [`${name}.all.json`, listOf(kind, items)]));
    const { report } = await judged(files);
    assert.ok(causesIn(report).includes('daemonset-not-found'));
  });

  it('a name that is none stands in no command', async () => {
    const named = node('n1');
    const evil = { ...named, metadata: { ...(named.metadata as object), name: 'n1; touch /tmp/x' } };
    const found = await judged({ 'nodes.all.json': listOf('Node', [evil, node('n2', 'False')]) });
    assert.equal(found.report.where.node, 'n2');
    const commands = [
      ...found.facts.map(({ reproduce }) => reproduce),
      ...found.lists,
      ...found.report.results.flatMap(({ elsewhere }) => elsewhere),
    ];
    assert.doesNotMatch(commands.join('\n'), /touch/);
    assert.doesNotMatch(JSON.stringify(flatten(found.report.findings).flatMap(({ fixes }) => fixes)), /touch/);
  });

  it('what is nested without end, or cut off, ends nothing and is not whole', async () => {
    const files = {
      'nodes.all.json': `{"kind":"NodeList","items":[${JSON.stringify(node('n1'))},${'{"a":'.repeat(50_000)}`,
      'pods.all.json': listOf('Pod', [
        { metadata: { name: 'x', namespace: 'y' }, spec: JSON.parse(`${'{"a":'.repeat(300)}1${'}'.repeat(300)}`) },
        pod('n1'),
      ]),
      'daemonsets.all.json': listOf('DaemonSet', [daemonSet()]),
      'bad.yaml': 'kind: Node\na: [',
    };
    const { report } = await judged(files);
    assert.ok(!causesIn(report).includes('agent-missing-on-node'));
    assert.equal(report.where.bundle?.nodes, 1);
  });

  it('objects are what they say, whatever the file is called', async () => {
    const metrics = {
      kind: 'PodMetrics',
      apiVersion: 'metrics.k8s.io/v1beta1',
      metadata: { name: 'datadog-agent-n1', namespace: 'datadog' },
    };
    const { report } = await judged({
      'pods.yaml': JSON.stringify(listOf('PodMetrics', [metrics])),
      'everything.txt': `${JSON.stringify(node('n1'))}\n${JSON.stringify(daemonSet())}\n${JSON.stringify(pod('n1'))}\n`,
      'rbac.yaml': `${JSON.stringify(ROLE)}\n---\n${JSON.stringify(BINDING)}\n`,
    });
    assert.equal(report.where.bundle?.format, 'folder of Kubernetes objects');
    assert.ok(causesIn(report).includes('host-mounts-missing'));
    assert.ok(!causesIn(report).includes('role-missing'));
  });
});
