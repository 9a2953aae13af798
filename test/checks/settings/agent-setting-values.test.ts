import { agentSettingValues } from '../../../src/checks/settings/agent/agent-setting-values.js';
import type { Need } from '../../../src/model/facts.js';
import { agent, ownAgent, settings } from '../configurations.js';
import { judgeTable } from '../table.js';

const invalid = { cause: 'agent-setting-invalid', severity: 'degrades', certainty: 'proven' } as const;
const HOST = 'DD_KUBERNETES_KUBELET_HOST<status.hostIP';
const CONFIGURED: Need[] = ['self/agent-configuration'];
const wrong = (row: string, setting: string, says: RegExp) => ({
  row,
  facts: [agent(settings(HOST, setting))],
  expect: invalid,
  witnesses: CONFIGURED,
  says,
});

judgeTable(agentSettingValues, [
  { row: 'nothing is known', facts: [], expect: 'not-applicable' },
  {
    row: 'as the chart has it',
    facts: [agent(settings('DD_KUBERNETES_KUBELET_HOST<status.hostIP', 'DD_KUBELET_TLS_VERIFY=false', 'DD_CLUSTER_NAME=a b'))],
    expect: 'pass',
  },
  {
    row: 'every kind, as it should be',
    facts: [
      agent(
        settings(
          'DD_KUBERNETES_KUBELET_HOST=fd00::7',
          'DD_KUBERNETES_HTTPS_KUBELET_PORT=0',
          'DD_KUBELET_CLIENT_CA=C:/var/ca.crt',
          'DD_LEADER_LEASE_DURATION=15',
          'DD_LEADER_ELECTION_DEFAULT_RESOURCE=leases',
          'DD_KUBERNETES_KUBELET_NODENAME<spec.nodeName',
          'DD_EKS_FARGATE=T',
        ),
      ),
    ],
    expect: 'pass',
  },
  {
    row: "a Secret's value is not known, and not wrong",
    facts: [agent(settings('DD_KUBERNETES_KUBELET_HOST<Secret a, key b'))],
    expect: 'pass',
  },
  {
    row: 'yes is false',
    facts: [agent(settings(HOST, 'DD_KUBELET_TLS_VERIFY=yes'))],
    expect: invalid,
    witnesses: CONFIGURED,
    says: /set env daemonset\/datadog-agent -c agent DD_KUBELET_TLS_VERIFY=true/,
  },
  {
    row: 'in our own environment: no command, but the variable',
    facts: [ownAgent(settings('DD_KUBELET_TLS_VERIFY=no'))],
    expect: invalid,
    witnesses: CONFIGURED,
    says: /"steps":"DD_KUBELET_TLS_VERIFY=false","form":"env"/,
    neverSays: /kubectl/,
  },
  wrong('a boolean that means nothing', 'DD_LEADER_ELECTION=maybe', /to true or false/),
  wrong('a port with its protocol', 'DD_KUBERNETES_HTTPS_KUBELET_PORT=10250/tcp', /not a port.*DD_KUBERNETES_HTTPS_KUBELET_PORT-/),
  wrong('a port beyond', 'DD_KUBERNETES_HTTP_KUBELET_PORT=70000', /not a port/),
  wrong('a relative path', 'DD_KUBELET_CLIENT_CA=ca.crt', /not an absolute path/),
  wrong('a name with a space', 'DD_KUBE_RESOURCES_NAMESPACE=my ns', /not a valid Kubernetes name/),
  wrong('a duration with its unit', 'DD_LEADER_LEASE_DURATION=60s', /not a number of seconds.*default: 60/),
  wrong('another lock', 'DD_LEADER_ELECTION_DEFAULT_RESOURCE=etcd', /neither lease nor configmap/),
  wrong("the node's name from the pod's", 'DD_KUBERNETES_KUBELET_NODENAME<metadata.name', /comes from metadata\.name/),
  ...['https://10.0.0.7:10250', '$(NODE_IP)', '10.0.0.7:10250'].map((host) => ({
    row: `the host is ${host}`,
    facts: [agent(settings(`DD_KUBERNETES_KUBELET_HOST=${host}`, 'DD_LOGS_ENABLED=yes'))],
    expect: { ...invalid, severity: 'blocks' as const },
    witnesses: CONFIGURED,
    says: /not a host name or IP.*container metrics.*fieldPath: status\.hostIP/,
  })),
  {
    row: "the host is the pod's own address",
    facts: [agent(settings('DD_KUBERNETES_KUBELET_HOST<status.podIP'))],
    expect: { ...invalid, severity: 'blocks' },
    witnesses: CONFIGURED,
    says: /status\.podIP/,
  },
  {
    row: 'in a file: with the key it stands under, and no command',
    facts: [agent(settings('DD_KUBELET_TLS_VERIFY=yes@datadog.kubelet.tlsVerify', HOST), { of: 'file', name: 'the values in a.yaml' })],
    expect: invalid,
    witnesses: CONFIGURED,
    says: /datadog\.kubelet\.tlsVerify in the values in a\.yaml.*Set DD_KUBELET_TLS_VERIFY to true \(datadog\.kubelet\.tlsVerify\)/,
    neverSays: /kubectl/,
  },
  {
    row: 'no host at all',
    facts: [agent(settings('DD_KUBELET_TLS_VERIFY=true'))],
    expect: { cause: 'agent-setting-empty', severity: 'degrades' },
    witnesses: CONFIGURED,
    says: /is not set: the agent finds no kubelet.*DaemonSet datadog\/datadog-agent: no DD_KUBERNETES_KUBELET_HOST among 1 settings.*fieldPath: status\.hostIP/,
  },
  { row: 'no host: Fargate needs none', facts: [agent(settings('DD_EKS_FARGATE=true'))], expect: 'pass' },
  {
    row: 'no host under its own name: that is another question',
    facts: [agent(settings('DD_KUBELET_HOST<status.hostIP'))],
    expect: 'pass',
  },
  { row: 'no host in our own environment: that is another question', facts: [ownAgent(settings('DD_EKS_FARGATE=false'))], expect: 'pass' },
  {
    row: 'an empty host',
    facts: [agent(settings('DD_KUBERNETES_KUBELET_HOST='))],
    expect: { cause: 'agent-setting-empty', severity: 'degrades' },
    witnesses: CONFIGURED,
    says: /container metrics/,
  },
  {
    row: 'an empty value over one of datadog.yaml, which counts then',
    facts: [ownAgent(settings('DD_KUBERNETES_KUBELET_HOST=', 'DD_KUBERNETES_KUBELET_HOST=10.0.0.7@datadog.yaml'))],
    expect: 'pass',
  },
  {
    row: 'another empty one, in another container',
    facts: [agent(settings(HOST, 'DD_EKS_FARGATE=false'), {}, { 'trace-agent': settings('DD_LEADER_ELECTION=') })],
    expect: { cause: 'agent-setting-empty', severity: 'note' },
    witnesses: CONFIGURED,
    says: /container trace-agent.*-c trace-agent DD_LEADER_ELECTION-/,
  },
  { row: 'empty, as it is by itself', facts: [agent(settings(HOST, 'DD_KUBELET_CLIENT_CA='))], expect: 'pass' },
  {
    row: 'hostile names come into no command',
    facts: [agent(settings(HOST, 'DD_KUBELET_TLS_VERIFY=yes'), { name: 'DaemonSet a$(id)/b' })],
    expect: invalid,
    witnesses: CONFIGURED,
    neverSays: /kubectl/,
  },
]);
