/** What a bundle's logs and refusals say, of which node, in each collector's layout. */
import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import path, { posix } from 'node:path';
import { describe, it } from 'node:test';
import { judgeBundle } from '../../src/bundles/judged.js';
import { createObjectIndex } from '../../src/bundles/objects.js';
import { createHearing } from '../../src/bundles/said/hearing.js';
import { logAt } from '../../src/bundles/said/logs.js';
import { createHost } from '../../src/host/create.js';
import { flatten } from '../../src/judge/rank.js';
import type { AgentConfiguration, Statement } from '../../src/model/facts.js';
import { entryOf } from './entries.js';
import { written } from './made.js';

const SECRET = 'sentinel-0123456789';
const clean = (text: string, most = 1000) => text.replaceAll(SECRET, '…').slice(0, most);

async function heardIn(files: Record<string, string>, objects: unknown[] = []) {
  const index = createObjectIndex();
  for (const each of objects) index.add(each);
  const hearing = createHearing(clean);
  for (const [at, text] of Object.entries(files)) {
    const entry = entryOf(at, text);
    if (hearing.wants(at, text.slice(0, 4096))) await hearing.hear(entry);
  }
  const told = await hearing.told(0, index);
  assert.ok(!JSON.stringify(told).includes(SECRET));
  const said = told.flatMap(({ node, fact }) =>
    fact.kind === 'said' && fact.outcome.status === 'observed' ? [{ at: node, ...fact.outcome.data }] : [],
  );
  const configuration = told.flatMap(({ fact }) =>
    fact.kind === 'agent-configuration' && fact.outcome.status === 'observed' ? [fact.outcome.data] : [],
  )[0];
  const answers = told.flatMap(({ fact }) => (fact.kind === 'http' && fact.outcome.status === 'observed' ? [fact.outcome.data] : []));
  return { said, configuration, answers };
}

const causeOf = ({ causes }: Statement) => causes[0]?.cause;
const node = (name: string, address: string, ready = 'True') => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { addresses: [{ type: 'InternalIP', address }], conditions: [{ type: 'Ready', status: ready }] },
});
const pod = (namespace: string, name: string, nodeName: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name },
  spec: { nodeName },
});
const TWO = [node('n1', '10.0.0.1', 'Unknown'), node('n2', '10.0.0.2')];

const LEASE = (at: string) =>
  `Jan 05 10:00:35 ${at} kubelet[1945]: E0105 10:00:35.000000    1945 controller.go:145] "Failed to ensure lease exists, will retry" err="Get \\"https://api.k:6443/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${at}?timeout=10s\\": dial tcp 10.0.0.1:6443: connect: connection refused" interval="200ms"`;
const FORBIDDEN = `2026-01-05 10:00:35 UTC | CORE | WARN | (a.go:605 in func1) | error pulling from collector "kubelet": couldn't fetch "podlist": unexpected status code 403 on https://10.0.0.1:10250/pods: Forbidden (user=system:serviceaccount:datadog:agent, verb=get, resource=nodes, subresource(s)=[pods proxy]) ${SECRET}`;

describe('a log of a bundle', () => {
  it('is known by its path, and whose it is', () => {
    const rows: [string, string | undefined][] = [
      ['kubelet/kubelet.log', 'kubelet'],
      ['x/rke2/agent-logs/kubelet.log', 'kubelet'],
      ['x/journald/rke2-server', 'shared'],
      ['10.0.0.1/service-logs/kubelet.log', 'kubelet'],
      ['r/sos_commands/kubernetes/journalctl_--no-pager_--unit_kubelet', 'kubelet'],
      ['r/sos_commands/kubernetes/journalctl_--no-pager_--unit_snap.kubelet.daemon', 'kubelet'],
      ['r/sos_commands/microk8s/journalctl_--no-pager_--unit_snap.microk8s', 'shared'],
      ['r/sos_commands/kubernetes/journalctl_--no-pager_--unit_snap.k8s', 'shared'],
      ['r/sos_strings/kubernetes/journalctl_--no-pager_--unit_kubelet.tailed', 'kubelet'],
      ['plugins/systemd-logs/results/n1/systemd_logs', 'shared'],
      ['velero-bundle/kubecapture/core_v1/datadog/pods/datadog-agent-x/agent/agent.log', 'node-agent'],
      ['velero-bundle/kubecapture/core_v1/velero/pods/node-agent-x/node-agent/node-agent.log', undefined],
      ['m/host_service_logs/masters/kubelet_service.log', 'kubelet'],
      ['m/host_service_logs/masters/NetworkManager_service.log', undefined],
      ['m/namespaces/datadog/pods/datadog-agent-x/agent/agent/logs/current.log', 'node-agent'],
      ['m/namespaces/kube-system/pods/metrics-server-1/metrics-server/metrics-server/logs/previous.log', undefined],
      ['m/namespaces/shop/pods/cart-1/cart/cart/logs/current.log', undefined],
      ['s/cluster-resources/pods/logs/datadog/datadog-agent-x/agent-previous.log', 'node-agent'],
      ['podlogs/kube-system/kube-apiserver-n1/logs/kube-apiserver.txt', 'apiserver'],
      ['k/kind-worker/pods/datadog_datadog-agent-x_6e1d9b7a/agent/0.log', 'node-agent'],
      ['dump/kube-system/metrics-server-7/logs.txt', 'metrics-server'],
      ['logs/datadog/datadog-cluster-agent-1/cluster-agent.log', 'cluster-agent'],
      ['10.0.0.1/kubernetes-logs/kube-system/kube-apiserver-cp1.log', 'apiserver'],
      ['b/nodes/n1.zip/n1/logs/k3s-agent-service.log', 'kubelet'],
      ['r/sos_commands/kubernetes/pods/kubectl_--namespace_datadog_logs_datadog-agent-x', 'node-agent'],
      ['r/sos_commands/kubernetes/pods/kubectl_--namespace_shop_logs_cart-1', undefined],
      ['nodes.json', undefined],
    ];
    for (const [at, by] of rows) {
      const file = logAt(at);
      assert.equal(file && (file.by ?? 'shared'), by, at);
    }
  });

  it('of all nodes is told apart by the host in each line', async () => {
    const { said } = await heardIn(
      { 'm/host_service_logs/masters/kubelet_service.log': `${LEASE('n1')}\n${LEASE('n1')}\n${LEASE('n2')}` },
      TWO,
    );
    assert.deepEqual(
      said.map((each) => [each.at, causeOf(each), each.isHistory]),
      [
        ['n1', 'kubelet-cannot-reach-apiserver', false],
        // It is ready: its status came through.
        ['n2', 'kubelet-cannot-reach-apiserver', true],
      ],
    );
  });

  it('of a pod is of the node where that runs', async () => {
    const at = 'm/namespaces/datadog/pods/datadog-agent-x/agent/agent/logs/current.log';
    const { said } = await heardIn({ [at]: FORBIDDEN }, [...TWO, pod('datadog', 'datadog-agent-x', 'n1')]);
    assert.deepEqual(
      said.map((each) => [each.at, causeOf(each), each.lasts]),
      [['n1', 'kubelet-permission-missing', true]],
    );
    assert.deepEqual(
      (await heardIn({ [at]: FORBIDDEN.replace('10.0.0.1:', '10.9.9.9:') }, TWO)).said,
      [],
      'of one of many, and not known which',
    );
  });

  it('is quoted without the secrets in it, however they are spelled', async () => {
    const odd = ['credentials=SENTINEL1', '-u admin:SENTINEL1', 'sig=SENTINEL1', 's3nt1n.e1s3nt1ne1s3nt1n', 'AKIASENTINELSENTINEL'];
    const real = createHost({ env: {} }).redactor.clean;
    for (const each of odd) {
      const hearing = createHearing(real);
      const refused = `E0105 10:00:35.000000    1945 controller.go:145] "Failed to ensure lease exists, will retry" err="Unauthorized: ${each}"`;
      await hearing.hear(entryOf('n1/service-logs/kubelet.log', `${refused}\n`));
      const told = JSON.stringify(await hearing.told(0, createObjectIndex()));
      assert.match(told, /Failed to ensure lease exists.*\[redacted\]/, each);
      assert.doesNotMatch(told, /SENTINEL|s3nt1n/, each);
    }
  });

  it('of an earlier run does not last', async () => {
    const { said } = await heardIn({ 's/cluster-resources/pods/logs/datadog/datadog-agent-x/agent-previous.log': FORBIDDEN });
    assert.deepEqual(
      said.map(({ lasts }) => lasts),
      [false],
    );
  });

  it('with its newest line first is read in the order of its time', async () => {
    const well = Array.from(
      { length: 300 },
      (_, at) => `Jan 05 09:${String(59 - Math.floor(at / 10)).padStart(2, '0')}:00 n1 kubelet[1]: I0105 well ${at}`,
    );
    const at = 'b/nodes/n1.zip/n1/logs/kubelet.log';
    const newest = await heardIn({ [at]: [LEASE('n1'), ...well].join('\n') });
    const oldest = await heardIn({ [at]: [...well, LEASE('n1').replaceAll('10:00:35', '09:00:35')].join('\n') });
    assert.deepEqual(
      [newest, oldest].map(({ said }) => said.map((each) => [each.at, each.lasts])),
      [[['n1', true]], [['n1', false]]],
    );
  });

  it('has a node by its path alone', async () => {
    const { said } = await heardIn({ 'worker-1-2026-01-05_10_00_00/rke2/agent-logs/kubelet.log': LEASE('x').replace(/^.*?: /, '') });
    assert.deepEqual(
      said.map((each) => each.at),
      ['worker-1'],
    );
  });
});

describe('what is said in place of a log', () => {
  it('is of the kubelet that the apiserver asked', async () => {
    const error = 'Request log error: Get "https://10.0.0.2:10250/containerLogs/shop/cart-1/cart": remote error: tls: internal error';
    const { said } = await heardIn(
      { 'dump/shop/cart-1/logs.txt': `==== START logs for container cart of pod shop/cart-1 ====\n${error}\nx509: nonsense of the shop\n` },
      TWO,
    );
    assert.deepEqual(
      said.map((each) => [each.at, each.speaker, causeOf(each)]),
      [['n2', 'apiserver', 'kubelet-certificate-pending']],
    );
  });

  it('stands between objects, in what a dump prints', async () => {
    const index = createObjectIndex();
    for (const each of TWO) index.add(each);
    const hearing = createHearing(clean);
    const block = (of: string, lines: string[]) => [
      `==== START logs for container ${of} ====`,
      ...lines,
      `==== END logs for container ${of} ====`,
    ];
    const error = 'Request log error: Get "https://10.0.0.2:10250/containerLogs/shop/cart-1/cart": remote error: tls: internal error';
    const lines = [
      ...block('cart of pod shop/cart-1', [error, 'x509: certificate signed by unknown authority']),
      ...block('agent of pod datadog/datadog-agent-x', [FORBIDDEN]),
    ];
    for (const line of lines) hearing.overhear?.(line);
    const told = await hearing.told(0, index);
    assert.deepEqual(
      told.flatMap(({ node: at, fact }) =>
        fact.kind === 'said' && fact.outcome.status === 'observed' ? [[at, fact.outcome.data.speaker, causeOf(fact.outcome.data)]] : [],
      ),
      [
        ['n2', 'apiserver', 'kubelet-certificate-pending'],
        ['n1', 'node-agent', 'kubelet-permission-missing'],
      ],
    );
  });

  it('stands in a file of errors', async () => {
    const { said } = await heardIn(
      {
        's/cluster-resources/pods/logs/shop/cart-1/cart-logs-errors.log':
          'Get "https://10.0.0.1:10250/containerLogs/shop/cart-1/cart": dial tcp 10.0.0.1:10250: connect: connection refused',
      },
      TWO,
    );
    assert.deepEqual(
      said.map((each) => [each.at, causeOf(each)]),
      [['n1', 'kubelet-down']],
    );
  });

  const logs = (name: string, secure: string, insecure: string) => ({
    [`m/namespaces/shop/pods/${name}/c/c/logs/current.log`]: secure,
    [`m/namespaces/shop/pods/${name}/c/c/logs/current.insecure.log`]: insecure,
  });
  const PODS = [...TWO, pod('shop', 'a', 'n1'), pod('shop', 'b', 'n1')];
  it('of oc adm inspect, where all logs of a node came unverified', async () => {
    const all = await heardIn({ ...logs('a', '', 'hello'), ...logs('b', '', 'hello') }, PODS);
    assert.deepEqual(
      all.said.map((each) => [each.at, causeOf(each), each.count]),
      [['n1', 'kubelet-certificate-unknown-authority', 2]],
    );
    assert.deepEqual((await heardIn({ ...logs('a', '', 'hello'), ...logs('b', 'hello', '') }, PODS)).said, [], 'one may be chance');
    assert.deepEqual((await heardIn({ ...logs('a', '', ''), ...logs('b', '', '') }, PODS)).said, [], 'quiet containers');
  });
});

const REFUSED = 'Forbidden (user=system:serviceaccount:datadog:agent, verb=get, resource=nodes, subresource(s)=[configz proxy])';
describe('a flare', () => {
  it('holds the refusal of the kubelet where its configuration should stand', async () => {
    const { said } = await heardIn({ 'w/k8s/kubelet_config.yaml': REFUSED });
    assert.deepEqual(
      said.map(({ causes, sample, user, log, host }) => [causes[0], sample, user, log, host]),
      [
        [
          { cause: 'kubelet-permission-missing', certainty: 'proven' },
          REFUSED,
          'system:serviceaccount:datadog:agent',
          'w/k8s/kubelet_config.yaml',
          undefined,
        ],
      ],
    );
    const pods = { 'w/k8s/kubelet_pods.yaml': 'apiVersion: v1\nkind: PodList\nitems: []\n' };
    assert.deepEqual((await heardIn({ 'w/k8s/kubelet_config.yaml': REFUSED, ...pods })).said, [], 'the configuration alone is no loss');
    const [not] = (await heardIn({ 'w/k8s/kubelet_config.yaml': 'Unauthorized' })).said;
    assert.deepEqual(not && [not.sample, not.server, causeOf(not)], ['Unauthorized', 'kubelet', 'kubelet-token-authentication-off']);
    for (const text of ['', 'kubeletconfig:\n  port: 10250\n'])
      assert.deepEqual((await heardIn({ 'w/k8s/kubelet_config.yaml': text })).said, []);
  });

  it('holds the answer to a request where the log of the agent quotes it whole', async () => {
    const log = { 'w/logs/agent.log': FORBIDDEN };
    const [answer] = (await heardIn(log)).answers;
    assert.deepEqual(answer && [answer.path, answer.status, answer.body], [
      '/pods',
      403,
      'Forbidden (user=system:serviceaccount:datadog:agent, verb=get, resource=nodes, subresource(s)=[pods proxy])',
    ]);
    assert.deepEqual((await heardIn({ 'w/logs/agent.log.1': FORBIDDEN })).answers, [], 'of an earlier time');
    assert.deepEqual(
      (await heardIn({ ...log, 'w/k8s/kubelet_pods.yaml': 'kind: PodList\nitems: []\n' })).answers.map(({ path, status }) => [
        path,
        status,
      ]),
      [['/pods', 200]],
      'it is answered now',
    );
  });

  it('holds the configuration of the kubelet, as far as it is not hidden', async () => {
    const { answers } = await heardIn({
      'w/k8s/kubelet_config.yaml': `kubeletconfig:\n  authentication:\n    anonymous:\n      enabled: true\n    webhook:\n      enabled: true\n  authorization: "********"\n  readOnlyPort: 10255\n  staticPodURLHeader:\n    Authorization: [${SECRET}]\n`,
    });
    assert.deepEqual(
      answers.map(({ path, payload }) => [path, payload?.kubelet]),
      [['/configz', { anonymous: true, webhook: true, clientCaFile: false, readOnlyPort: 10255 }]],
    );
    for (const text of ['kubeletconfig: x\n', 'other: {}\n', 'kubeletconfig: [\n', '\u0000'])
      assert.deepEqual((await heardIn({ 'w/k8s/kubelet_config.yaml': text })).answers, [], text);
  });

  it('tells of a clock that is off', async () => {
    const at = async (offset: string) =>
      (
        await heardIn({ 'w/status.log': `  Clocks\n  ======\n    NTP offset: ${offset}\n    System time: 2026-01-05 10:00:41.000 UTC\n` })
      ).said.map(causeOf);
    for (const offset of ['1m2.5s', '-1h3m0.1s', '312s']) assert.deepEqual(await at(offset), ['clock-skew'], offset);
    for (const offset of ['312µs', '-59.9s', '12', 'n/a', '']) assert.deepEqual(await at(offset), [], offset);
  });

  it('says what it could not collect, and how its checks fare', async () => {
    const line = "error collecting data for 'k8s/kubelet_pods.yaml': unexpected status code 403";
    const { said } = await heardIn({ 'w/flare_creation.log': `Flare creation time: 2026-01-05T10:00:42Z\n${line}` });
    assert.deepEqual(
      said.map((each) => [causeOf(each), each.sample]),
      [['kubelet-permission-missing', line]],
    );
    const leader =
      'leases.coordination.k8s.io "datadog-leader-election" is forbidden: User "system:serviceaccount:datadog:dca" cannot get resource "leases" in API group "coordination.k8s.io" in the namespace "datadog"';
    const status = await heardIn({
      'd/cluster-agent-status.log': `  Leader Election\n    Leader Election Status:  Failing\n    Error: ${leader}\n`,
    });
    assert.deepEqual(
      status.said.flatMap((each) => (causeOf(each) ? [[each.speaker, causeOf(each)]] : [])),
      [['cluster-agent', 'leader-lock-forbidden']],
    );
  });

  const settingsOf = (configuration: AgentConfiguration | undefined) =>
    configuration?.containers.flatMap(({ settings }) => settings.map(({ variable, value }) => `${variable}=${value}`)).sort();
  it('has the settings of the agent, of its environment first, without what is hidden and what is the default', async () => {
    const { configuration } = await heardIn({
      'w/envvars.log': `Found the following envvars:\n -  DD_KUBERNETES_KUBELET_HOST=10.0.0.1\n -  DD_KUBELET_AUTH_TOKEN_PATH=********\n -  OTHER=${SECRET}\n`,
      'w/etc/datadog.yaml': 'kubelet_tls_verify: false\n',
      'w/runtime_config_dump.yaml': `api_key: ${SECRET}\nkubernetes_kubelet_host: 10.9.9.9\nkubelet_tls_verify: true\nkubernetes_https_kubelet_port: 10250\nkubelet_client_ca: /ca.crt\n`,
    });
    assert.deepEqual(settingsOf(configuration), [
      'DD_KUBELET_CLIENT_CA=/ca.crt',
      'DD_KUBELET_TLS_VERIFY=false',
      'DD_KUBERNETES_KUBELET_HOST=10.0.0.1',
    ]);
    const clusterAgents = await heardIn({ 'd/cluster-agent-status.log': 'x', 'd/envvars.log': ' -  DD_LEADER_ELECTION=true\n' });
    assert.equal(clusterAgents.configuration, undefined, 'the Cluster Agent asks no kubelet');
  });
});

const SAMPLES = path.resolve('../shared/samples/bundles');
describe('samples', { skip: !existsSync(SAMPLES) }, () => {
  const rows: [file: string, expect: RegExp][] = [
    ['datadog-flare/MADE-kubelet-403.zip', /^kubelet-permission-missing proven/],
    ['datadog-flare/MADE-kubelet-401.zip', /^kubelet-token-authentication-off suspected/],
    ['datadog-flare/MADE-cluster-agent-apiserver-forbidden.zip', /leader-lock-forbidden proven/],
    ['datadog-flare/MADE-healthy.zip', /^incomplete$/],
    ['datadog-flare/MADE-kubelet-tls-info-level.zip', /log_level to debug/],
    ['must-gather/MADE-kubelet-cert-not-trusted.tar.gz', /^kubelet-certificate-unknown-authority suspected/],
    ['must-gather/metal-4.9-trimmed.tar.gz', /^incomplete/],
    ['cluster-info-dump/MADE-directory.tar.gz', /^kubelet-certificate-pending/],
    ['cluster-info-dump/MADE-stdout.txt', /^kubelet-certificate-pending/],
    ['rancher/MADE-rke2-worker.tar.gz', /kubelet-cannot-reach-apiserver/],
    ['troubleshoot/old-layout-k3s-1.24.tar.gz', /^(?!.*self-signed)/],
  ];
  for (const [file, expect] of rows)
    it(file, async () => {
      const host = createHost();
      const choices = { failOn: 'degrades', skip: [], only: [] } as const;
      const judged = await judgeBundle(path.join(SAMPLES, file), {}, host, choices, [createHearing(host.redactor.clean)]);
      assert.ok('report' in judged, JSON.stringify(judged));
      const { findings, results, summary } = judged.report;
      const found = flatten(findings).map(({ cause, certainty }) => `${cause} ${certainty}`);
      const open = results.flatMap(({ note }) => (note?.id.endsWith('.said.wrapped') ? [note.en] : []));
      assert.match([...found, summary.verdict, ...open].join(' '), expect);
    });
});

describe('several flares', () => {
  const REFUSED_PODS = 'Forbidden (user=system:serviceaccount:datadog:agent, verb=get, resource=nodes, subresource(s)=[pods proxy])';
  const PODS = 'apiVersion: v1\nkind: PodList\nitems: []\n';
  /** As an agent makes it: its host name is the folder. */
  const flare = (root: string, at: string, pods: string): Record<string, string> => ({
    [`${root}flare_creation.log`]: `Flare creation time: 2026-01-05T${at}Z\n`,
    [`${root}status.log`]: `Agent (v7.60.0)\n  Hostnames\n  =========\n    hostname: ${posix.basename(root)}\n`,
    [`${root}envvars.log`]: ` -  DD_KUBELET_TLS_VERIFY=${at > '10:30' ? 'false' : 'true'}\n`,
    [`${root}k8s/kubelet_pods.yaml`]: pods,
  });
  async function judged(files: Record<string, string>, flags: { node?: string } = {}) {
    const root = written(files);
    const host = createHost();
    const found = await judgeBundle(root, flags, host, { failOn: 'degrades', skip: [], only: [] }, [createHearing(host.redactor.clean)]);
    rmSync(root, { recursive: true });
    if ('error' in found) throw new Error(found.error);
    const { report, unread } = found;
    return { report, unread, causes: flatten(report.findings).map(({ cause, seen }) => [cause, seen?.nodes]) };
  }
  const TWO_NODES = { ...flare('a.zip/worker-1/', '10:00:00', REFUSED_PODS), ...flare('b/worker-2/', '10:00:00', PODS) };

  it('are each of its node, and are judged node by node', async () => {
    const { report, causes } = await judged(TWO_NODES);
    assert.equal(report.where.bundle?.nodes, 2);
    assert.deepEqual(causes, [['kubelet-permission-missing', ['worker-1']]]);
    assert.deepEqual((await judged(TWO_NODES, { node: 'worker-2' })).causes, []);
    assert.equal((await judged(TWO_NODES, { node: 'worker-1' })).causes.length, 1);
  });

  it('are of the nodes of the objects that lie beside them', async () => {
    const named = { ...node('worker-1.internal', '10.0.0.1') };
    const { report, causes } = await judged({
      ...TWO_NODES,
      'nodes.json': JSON.stringify({
        kind: 'NodeList',
        apiVersion: 'v1',
        items: [node('worker-1', '10.0.0.1'), node('worker-2', '10.0.0.2'), named],
      }),
    });
    assert.equal(report.where.bundle?.nodes, 3);
    assert.deepEqual(causes, [['kubelet-permission-missing', ['worker-1']]]);
  });

  it('of one node: the newest counts, and the other is said to be left out', async () => {
    const now = { ...flare('then/worker-1/', '10:00:00', REFUSED_PODS), ...flare('now/worker-1/', '11:00:00', PODS) };
    const { report, causes, unread } = await judged(now);
    assert.equal(report.where.bundle?.nodes, 1);
    assert.ok(!causes.some(([cause]) => cause === 'kubelet-permission-missing'), JSON.stringify(causes));
    assert.deepEqual(unread, ['then/worker-1/: another flare of worker-1 is newer']);
    const again = { ...flare('then/worker-1/', '10:00:00', PODS), ...flare('now/worker-1/', '10:00:00', REFUSED_PODS) };
    assert.deepEqual((await judged(again)).unread, [], 'of the same time: both');
  });

  it('one that names no node is left out, one of the Cluster Agent is of none', async () => {
    const nameless = Object.fromEntries(
      Object.entries(flare('x/unknown/', '10:00:00', REFUSED_PODS)).filter(([path]) => !path.endsWith('status.log')),
    );
    const cluster = { 'c/dca/flare_creation.log': '', 'c/dca/cluster-agent-status.log': '', 'c/dca/status.log': '' };
    const { report, unread } = await judged({ ...TWO_NODES, ...cluster, ...nameless, 'x/unknown/runtime_config_dump.yaml': 'a: b\n' });
    assert.equal(report.where.bundle?.nodes, 2);
    assert.deepEqual(unread, ['x/unknown/: a flare that names no node']);
  });

  it('one alone is judged as it is, whatever its folder is called', async () => {
    const { report, causes } = await judged(flare('worker-1/', '10:00:00', REFUSED_PODS));
    assert.equal(report.where.node, '');
    assert.deepEqual(causes, [['kubelet-permission-missing', undefined]]);
  });
});
