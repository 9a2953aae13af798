/**
 * Values, and what the chart or the operator makes of them: the same agent is read of both. Small pairs of our own; with KD_SAMPLES, every manifest
 * of that folder that has the values it was made of.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseManifest } from '../../src/agent-config/manifest.js';
import { effective } from '../../src/checks/settings/shared/configuration.js';
import type { AgentContainer } from '../../src/model/facts.js';
import { KNOWN_SETTINGS } from '../../src/profiles/datadog-settings.js';

function agentOf(yaml: string) {
  const manifest = parseManifest(yaml, 'f.yaml');
  if ('error' in manifest) return assert.fail(manifest.error);
  const [workload] = manifest.daemonSets.filter(({ datadog }) => datadog);
  const [configuration] = manifest.configurations;
  return { ...(configuration?.pod ?? assert.fail('no pod')), template: workload?.template, container: configuration?.containers[0] };
}

/** What differs, a line each; nothing is asked of what the values leave to the version of the chart, or to the release. */
function differences(values: string, render: string): string[] {
  const [said, made] = [agentOf(values), agentOf(render)];
  const counts = ({ container }: { container: AgentContainer | undefined }, variable: string, standard: string) => {
    const setting = container && effective(container, variable);
    return setting ? (setting.value ?? `<${setting.from}>`) : standard;
  };
  const settings = KNOWN_SETTINGS.filter(({ variable }) => !said.container?.open?.includes(variable)).flatMap(({ variable, standard }) => {
    const [ours, theirs] = [counts(said, variable, standard), counts(made, variable, standard)];
    return ours === theirs || ours === '<the name of the release>' ? [] : [`${variable}: ${ours}, made ${theirs}`];
  });
  const mounts = said.disks.filter(({ from, at }) => !made.disks.some((disk) => disk.at === at && disk.from === from));
  const rest = (['host', 'hostNetwork', 'noToken', 'platform'] as const).map((what) => [what, said[what], made[what]]);
  const placed = (['nodeSelector', 'tolerations', 'affinity'] as const).map((what) => [what, said.template?.[what], made.template?.[what]]);
  const others = [...rest, ...placed].filter(([, ours, theirs]) => JSON.stringify(ours) !== JSON.stringify(theirs));
  return [
    ...settings,
    ...mounts.map(({ at }) => `${at} is not mounted`),
    ...others.map(([what, ours, theirs]) => JSON.stringify([what, ours, theirs])),
  ];
}

/** As the chart writes it: in its order, the variables of a section after those of all containers. */
function chart(env: Record<string, string>, mounts: Record<string, string>, pod: object = {}): string {
  const volumes = Object.keys(mounts).map((path, at) => ({ name: `v${at}`, hostPath: { path } }));
  const volumeMounts = Object.values(mounts).map((mountPath, at) => ({ name: `v${at}`, mountPath }));
  const host = { name: 'DD_KUBERNETES_KUBELET_HOST', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } };
  const list = [host, ...Object.entries(env).map(([name, value]) => ({ name: name.replace(/ .*/, ''), value }))];
  const spec = {
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    volumes,
    containers: [{ name: 'agent', image: 'x/datadog/agent:7', env: list, volumeMounts }],
    ...pod,
  };
  const labels = { 'app.kubernetes.io/managed-by': 'Helm' };
  return JSON.stringify({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'dd', labels }, spec: { template: { spec } } });
}

const CLUSTER = {
  DD_CLUSTER_AGENT_ENABLED: 'true',
  DD_CLUSTER_AGENT_KUBERNETES_SERVICE_NAME: 'dd-cluster-agent',
  DD_LOGS_ENABLED: 'false',
};
const NODE = { '/proc': '/host/proc', '/sys/fs/cgroup': '/host/sys/fs/cgroup' };
const ALL = { ...NODE, '/var/run': '/host/var/run' };

const PAIRS: [what: string, values: object, render: string][] = [
  ['the least', { datadog: { clusterName: 'c' } }, chart({ DD_CLUSTER_NAME: 'c', ...CLUSTER }, ALL)],
  [
    'logs, which the chart switches on after `datadog.env`',
    { datadog: { logs: { enabled: true }, env: [{ name: 'DD_LOGS_ENABLED', value: 'false' }] } },
    chart(
      { 'DD_LOGS_ENABLED of datadog.env': 'false', ...CLUSTER, DD_LOGS_ENABLED: 'true', DD_LOGS_CONFIG_K8S_CONTAINER_USE_FILE: 'true' },
      { ...ALL, '/var/log/pods': '/var/log/pods' },
    ),
  ],
  [
    'Autopilot, with a port of its own in `datadog.env`',
    { providers: { gke: { autopilot: true } }, datadog: { envDict: { DD_KUBERNETES_HTTPS_KUBELET_PORT: 10250 } } },
    chart(
      {
        'DD_KUBERNETES_HTTPS_KUBELET_PORT of the chart': '0',
        DD_KUBERNETES_HTTPS_KUBELET_PORT: '10250',
        DD_PROVIDER_KIND: 'gke-autopilot',
        ...CLUSTER,
      },
      { ...NODE, '/var/run/containerd': '/host/var/run/containerd' },
    ),
  ],
  [
    'no Cluster Agent',
    { clusterAgent: { enabled: false }, datadog: { leaderElectionResource: 'lease' } },
    chart(
      {
        DD_LEADER_ELECTION: 'true',
        DD_LEADER_ELECTION_DEFAULT_RESOURCE: 'lease',
        DD_COLLECT_KUBERNETES_EVENTS: 'true',
        DD_LOGS_ENABLED: 'false',
      },
      ALL,
    ),
  ],
  [
    'another socket, and a CA of the node',
    { datadog: { criSocketPath: '/run/k3s/containerd/containerd.sock', kubelet: { hostCAPath: '/etc/ca.crt' } } },
    chart(
      { DD_KUBELET_CLIENT_CA: '/var/run/kubelet-ca/ca.crt', DD_CRI_SOCKET_PATH: '/host/run/k3s/containerd/containerd.sock', ...CLUSTER },
      { ...NODE, '/run/k3s/containerd': '/host/run/k3s/containerd', '/etc/ca.crt': '/var/run/kubelet-ca/ca.crt' },
    ),
  ],
  [
    'GDC, without a token',
    { providers: { gke: { gdc: true } }, agents: { rbac: { automountServiceAccountToken: false } } },
    chart(
      { DD_KUBELET_CLIENT_CRT: '/certs/tls.crt', DD_KUBELET_CLIENT_KEY: '/certs/tls.key', DD_PROVIDER_KIND: 'gke-gdc', ...CLUSTER },
      {},
      { automountServiceAccountToken: false },
    ),
  ],
  [
    'Windows',
    { targetSystem: 'windows' },
    chart(
      CLUSTER,
      {},
      {
        nodeSelector: { 'kubernetes.io/os': 'windows' },
        tolerations: [{ key: 'node.kubernetes.io/os', operator: 'Equal', value: 'windows', effect: 'NoSchedule' }],
      },
    ),
  ],
];

describe('values and what is made of them are one agent', () => {
  for (const [what, values, render] of PAIRS) it(what, () => assert.deepEqual(differences(JSON.stringify(values), render), []));

  it('a difference is seen', () => {
    assert.equal(differences(JSON.stringify({ clusterAgent: { enabled: false } }), chart(CLUSTER, NODE)).length > 3, true);
  });
});

interface Sample {
  file: string;
  agent: string;
  values: { datadog?: object };
}

const folder = process.env.KD_SAMPLES && join(process.env.KD_SAMPLES, 'manifests');
const samples: Sample[] = folder ? JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) : [];

describe('samples', { skip: !folder }, () => {
  /** That the operator runs on Autopilot, no DatadogAgent says. */
  const isSilent = ({ agent, file }: Sample) => agent === 'datadog-operator' && file.includes('autopilot');
  for (const sample of samples.filter((each) => /^datadog-(chart|operator)$/.test(each.agent) && !isSilent(each)))
    it(sample.file, () => {
      const { agent, values, file } = sample;
      const written =
        agent === 'datadog-operator'
          ? { apiVersion: 'datadoghq.com/v2alpha1', kind: 'DatadogAgent', metadata: { name: 'datadog-agent' }, spec: values }
          : { ...values, datadog: { clusterName: 'cluster-one', ...values.datadog } };
      assert.deepEqual(differences(JSON.stringify(written), readFileSync(join(folder ?? '', file), 'utf8')), []);
    });
});
