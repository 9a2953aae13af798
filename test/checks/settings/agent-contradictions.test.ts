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
    says: /\\"true\\" wins over \\"false\\"/,
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
]);
