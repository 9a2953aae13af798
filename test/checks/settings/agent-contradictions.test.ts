import { agentContradictions } from '../../../src/checks/settings/agent/agent-contradictions/check.js';
import type { AgentPodTemplate } from '../../../src/model/facts.js';
import { agent, ownAgent, settings } from '../configurations.js';
import { judgeTable } from '../table.js';

const HOST = 'DD_KUBERNETES_KUBELET_HOST<status.hostIP';
const contradict = (severity: 'blocks' | 'degrades' | 'risk' | 'note') => ({ cause: 'agent-settings-contradict', severity }) as const;
const pod = (change: Partial<AgentPodTemplate>): AgentPodTemplate => ({
  hostNetwork: false,
  noToken: false,
  host: [],
  hidden: [],
  disks: [],
  ...change,
});

const AKS = { from: '/etc/kubernetes/certs/kubeletserver.crt', at: '/ca/kubeletserver.crt' };
const byChart = (variable: string, value: string) => ({ variable, value, source: 'the default of the chart', standard: true as const });

const OTHER = 'DaemonSet datadog/datadog-windows';

judgeTable(agentContradictions, [
  { row: 'nothing is known', facts: [], expect: 'not-applicable' },
  {
    row: 'as the chart has it, in two containers',
    facts: [agent(settings(HOST, 'DD_KUBELET_TLS_VERIFY=true', 'DD_KUBELET_CLIENT_CA=/ca'), {}, { 'process-agent': settings(HOST) })],
    expect: 'pass',
  },
  {
    row: 'one address for all nodes',
    facts: [agent(settings('DD_KUBERNETES_KUBELET_HOST=10.0.0.7'))],
    expect: { cause: 'agent-host-of-one-node', severity: 'blocks' },
    witnesses: ['self/agent-configuration'],
    says: /fieldPath: status\.hostIP/,
  },
  { row: 'of a process it is right', facts: [ownAgent(settings('DD_KUBERNETES_KUBELET_HOST=10.0.0.7'))], expect: 'pass' },
  {
    row: "loopback, in the host's network",
    facts: [agent(settings('DD_KUBERNETES_KUBELET_HOST=127.0.0.1'), { pod: pod({ hostNetwork: true }) })],
    expect: 'pass',
  },
  {
    row: 'no token',
    facts: [agent(settings(HOST), { pod: pod({ noToken: true }) })],
    expect: { cause: 'agent-token-not-mounted', severity: 'blocks' },
    witnesses: ['self/agent-configuration'],
    says: /automountServiceAccountToken: true/,
  },
  {
    row: 'no token, and a client certificate',
    facts: [agent(settings(HOST, 'DD_KUBELET_CLIENT_CRT=/c', 'DD_KUBELET_CLIENT_KEY=/k'), { pod: pod({ noToken: true }) })],
    expect: 'pass',
  },
  {
    row: 'Fargate without a node',
    facts: [agent(settings('DD_EKS_FARGATE=true', HOST))],
    expect: contradict('blocks'),
    witnesses: ['self/agent-configuration'],
    says: /fieldPath: spec\.nodeName/,
  },
  {
    row: 'Fargate with one',
    facts: [agent(settings('DD_EKS_FARGATE=true', 'DD_KUBERNETES_KUBELET_NODENAME<spec.nodeName'))],
    expect: 'pass',
  },
  {
    row: 'a certificate without its key',
    facts: [agent(settings('DD_KUBELET_CLIENT_CRT=/c'))],
    expect: contradict('degrades'),
    witnesses: ['self/agent-configuration'],
    says: /Without DD_KUBELET_CLIENT_KEY the agent presents no client certificate/,
  },
  {
    row: 'a key without its certificate',
    facts: [agent(settings('DD_KUBELET_CLIENT_KEY=/k'))],
    expect: contradict('degrades'),
    witnesses: ['self/agent-configuration'],
  },
  {
    row: 'twice in one list',
    facts: [agent(settings('DD_LEADER_ELECTION=true', 'DD_LEADER_ELECTION=false'))],
    expect: contradict('degrades'),
    witnesses: ['self/agent-configuration'],
    says: /set twice: the later one counts.*= \\"false\\".*= \\"true\\"/,
  },
  {
    row: "twice in a list of the chart's: it writes the first one itself",
    facts: [agent(settings('DD_KUBELET_TLS_VERIFY=true', 'DD_KUBELET_TLS_VERIFY=false'), { manager: 'helm' })],
    expect: contradict('note'),
    witnesses: ['self/agent-configuration'],
    says: /Set datadog\.kubelet\.tlsVerify of the chart instead of the variable/,
  },
  {
    row: 'what the chart has by itself, overruled on purpose',
    facts: [agent([...settings('DD_KUBERNETES_HTTPS_KUBELET_PORT=10250@datadog.env'), byChart('DD_KUBERNETES_HTTPS_KUBELET_PORT', '0')])],
    expect: 'pass',
  },
  {
    row: 'what the chart has by itself wins over a list',
    facts: [agent([byChart('DD_LOGS_ENABLED', 'false'), ...settings('DD_LOGS_ENABLED=true@datadog.env')])],
    expect: contradict('note'),
    witnesses: ['self/agent-configuration'],
    says: /wins over.*Set datadog\.logs\.enabled of the chart/,
  },
  {
    row: 'a toleration with an operator that is none',
    facts: [agent(settings(HOST), { of: 'file', pod: pod({ badTolerations: [{ at: 'agents.tolerations[0]', operator: 'Equals' }] }) })],
    expect: { cause: 'agent-toleration-invalid', severity: 'blocks' },
    witnesses: ['self/agent-configuration'],
    says: /no toleration operator \\"Equals\\".*Equal or Exists \(agents\.tolerations\[0\]\)/,
  },
  {
    row: 'HTTPS port 0',
    facts: [agent(settings(HOST, 'DD_KUBERNETES_HTTPS_KUBELET_PORT=0'))],
    expect: { cause: 'agent-https-port-off', severity: 'degrades' },
    witnesses: ['self/agent-configuration'],
    says: /only the read-only kubelet port.*DD_KUBERNETES_HTTPS_KUBELET_PORT=10250/,
  },
  {
    row: 'HTTPS port 0 on Autopilot, where the chart sets it',
    facts: [agent(settings(HOST, 'DD_KUBERNETES_HTTPS_KUBELET_PORT=0'), { pod: pod({ platform: 'gke-autopilot' }) })],
    expect: { cause: 'agent-https-port-off', severity: 'note' },
    witnesses: ['self/agent-configuration'],
  },
  {
    row: 'HTTPS port 0 of a process: it is judged by what it leads to',
    facts: [ownAgent(settings('DD_KUBERNETES_HTTPS_KUBELET_PORT=0'))],
    expect: 'pass',
  },
  {
    row: 'both ports 0: another question',
    facts: [agent(settings(HOST, 'DD_KUBERNETES_HTTPS_KUBELET_PORT=0', 'DD_KUBERNETES_HTTP_KUBELET_PORT=0'))],
    expect: 'pass',
  },
  {
    row: 'a CA file of AKS nodes',
    facts: [agent(settings('DD_KUBELET_CLIENT_CA=/ca/kubeletserver.crt'), { pod: pod({ disks: [AKS] }) })],
    expect: { cause: 'agent-ca-of-old-aks', severity: 'note', certainty: 'suspected' },
    wants: ['apiserver/node'],
    says: /Newer AKS nodes/,
  },
  {
    row: 'environment over datadog.yaml',
    facts: [ownAgent(settings('DD_LEADER_ELECTION=true@the environment', 'DD_LEADER_ELECTION=false@datadog.yaml'))],
    expect: contradict('note'),
    witnesses: ['self/agent-configuration'],
  },
  {
    row: 'a field and a value in one list',
    facts: [agent(settings('DD_KUBERNETES_KUBELET_HOST<spec.nodeName', 'DD_KUBERNETES_KUBELET_HOST=10.0.0.1'))],
    expect: contradict('degrades'),
    witnesses: ['self/agent-configuration'],
    says: /DD_KUBERNETES_KUBELET_HOST from spec\.nodeName/,
  },
  { row: 'twice the same', facts: [agent(settings('DD_LEADER_ELECTION=true', 'DD_LEADER_ELECTION=true'))], expect: 'pass' },
  {
    row: 'containers that are told different things',
    facts: [agent(settings(HOST, 'DD_KUBELET_TLS_VERIFY=false'), {}, { 'process-agent': settings(HOST, 'DD_KUBELET_TLS_VERIFY=true') })],
    expect: contradict('degrades'),
    witnesses: ['self/agent-configuration'],
    says: /in container agent.*-c process-agent DD_KUBELET_TLS_VERIFY=false/,
  },
  {
    row: 'containers with hosts of two fields: which is right is not ours to say',
    facts: [agent(settings(HOST), {}, { 'trace-agent': settings('DD_KUBERNETES_KUBELET_HOST<spec.nodeName') })],
    expect: contradict('degrades'),
    witnesses: ['self/agent-configuration'],
    says: /status\.hostIP.* in container agent.*spec\.nodeName.* in container trace-agent/,
  },
  {
    row: 'a CA that is not used',
    facts: [agent(settings('DD_KUBELET_CLIENT_CA=/ca', 'DD_KUBELET_TLS_VERIFY=false'))],
    expect: contradict('risk'),
    witnesses: ['self/agent-configuration'],
    says: /DD_KUBELET_TLS_VERIFY=true/,
  },
  {
    row: 'two DaemonSets with two kinds of lock',
    facts: [
      agent(settings(HOST, 'DD_LEADER_ELECTION=true')),
      agent(settings(HOST, 'DD_COLLECT_KUBERNETES_EVENTS=true', 'DD_LEADER_ELECTION_DEFAULT_RESOURCE=leases'), { name: OTHER }),
    ],
    expect: { cause: 'agent-two-leaders', severity: 'degrades', certainty: 'proven' },
    witnesses: ['self/agent-configuration'],
    says: /locks on a lease, another on a configmap.*datadog-windows elects its leader with a lease.*datadog-agent elects its leader with a configmap.*DD_LEADER_ELECTION_DEFAULT_RESOURCE=configmap/,
  },
  ...(
    [
      ['one kind', ['DD_LEADER_ELECTION=true', 'DD_LEADER_ELECTION_DEFAULT_RESOURCE=configmaps']],
      ['objects of two names', ['DD_LEADER_ELECTION=true', 'DD_LEADER_ELECTION_DEFAULT_RESOURCE=lease', 'DD_LEADER_LEASE_NAME=other']],
      ['one that elects none', ['DD_LEADER_ELECTION_DEFAULT_RESOURCE=lease']],
      ['a kind that is not in sight', ['DD_LEADER_ELECTION=true', 'DD_LEADER_ELECTION_DEFAULT_RESOURCE<ConfigMap a, key b']],
    ] as const
  ).map(([what, own]) => ({
    row: `two DaemonSets, and ${what}`,
    facts: [agent(settings(HOST, 'DD_LEADER_ELECTION=true')), agent(settings(HOST, ...own), { name: OTHER })],
    expect: 'pass' as const,
  })),
]);
