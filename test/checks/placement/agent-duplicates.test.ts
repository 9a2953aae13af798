import { agentDuplicates } from '../../../src/checks/placement/agent-duplicates.js';
import { pending } from '../facts.js';
import { node, placed, pod, workload } from '../placement.js';
import { judgeTable } from '../table.js';

const problem = { cause: 'several-agents-on-node', certainty: 'proven', severity: 'degrades' } as const;
const other = pod('n1', { namespace: 'monitoring', pod: 'old-n1', owner: 'DaemonSet/old' });
const sidecar = pod('n1', { namespace: 'shop', pod: 'shop-1', owner: 'ReplicaSet/shop-6b', sidecar: true });
const flag = { by: 'flag', asked: 'datadog/datadog-agent' } as const;

judgeTable(agentDuplicates, [
  { row: 'not asked', facts: [], expect: 'cannot-tell', wants: ['apiserver/agent-pods'] },
  { row: 'still asked', facts: [pending('apiserver/workloads', '')], expect: 'cannot-tell' },
  { row: 'no agent at all', facts: placed({ workloads: [] }), expect: 'not-applicable' },
  { row: 'a manifest', facts: placed({ pods: 'none', found: { by: 'manifest' } }), expect: 'not-applicable' },
  { row: 'one each', facts: placed(), expect: 'pass' },
  {
    row: 'of the pods only the first were read',
    facts: placed({ cut: { pods: 'ETIMEDOUT' } }),
    expect: 'cannot-tell',
    says: /of the pods, 2 were read: the apiserver did not answer in time/,
  },
  { row: 'one each, as far as we may look', facts: placed({ everywhere: false }), expect: 'pass', says: /only the agent's own namespace/ },
  {
    row: 'one each of those that DaemonSets make',
    facts: placed({ everywhere: false, only: 'daemonsets' }),
    expect: 'pass',
    says: /only pods of agents' DaemonSets/,
  },
  {
    row: 'an update: the old pod leaves',
    facts: placed({ pods: ['n1', pod('n1', { pod: 'datadog-agent-old', leaving: true }), 'n2'] }),
    expect: 'pass',
  },
  {
    row: 'a second release: the one that was not named goes',
    inPart: ['apiserver/agent-pods'],
    facts: placed({ pods: ['n1', other, 'n2'], found: flag }),
    expect: problem,
    witnesses: ['apiserver/agent-pods'],
    says: /"fixes":\[\{[^[]*get daemonset datadog-agent --show-labels[^[]*get daemonset old --show-labels.*kubectl -n monitoring delete daemonset old/,
    neverSays: /delete daemonset datadog-agent/,
  },
  {
    row: 'nobody said which to keep',
    inPart: ['apiserver/agent-pods'],
    facts: placed({ pods: ['n1', other, 'n2'] }),
    expect: problem,
    witnesses: ['apiserver/agent-pods'],
    says: /"fixes":\[\{[^[]*Compare[^[]*--show-labels.*delete daemonset/,
  },
  {
    row: 'on more nodes than have their own evidence, all are named',
    inPart: ['apiserver/agent-pods'],
    facts: placed({
      nodes: ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'].map((name) => node(name)),
      pods: ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'].flatMap((on) => [pod(on), { ...other, node: on }]),
    }),
    expect: problem,
    witnesses: ['apiserver/agent-pods'],
    says: /on 6 of 6 nodes.*also on n6/,
  },
  {
    row: 'what Helm or the operator has made is removed by them',
    inPart: ['apiserver/agent-pods'],
    facts: placed({
      workloads: [workload({}, { manager: 'operator' }), workload({}, { namespace: 'monitoring', name: 'old', manager: 'helm' })],
      pods: ['n1', other, 'n2'],
    }),
    expect: problem,
    witnesses: ['apiserver/agent-pods'],
    says: /datadog delete datadogagent NAME.*helm -n monitoring uninstall RELEASE/,
    neverSays: /delete daemonset/,
  },
  {
    row: 'a bare pod',
    inPart: ['apiserver/agent-pods'],
    facts: placed({ pods: ['n1', pod('n1', { pod: 'agent', owner: '' }), 'n2'], found: flag }),
    expect: problem,
    witnesses: ['apiserver/agent-pods'],
    says: /delete pod agent/,
  },
  {
    row: 'a sidecar',
    inPart: ['apiserver/agent-pods'],
    facts: placed({ pods: ['n1', sidecar, 'n2'], found: flag }),
    expect: problem,
    witnesses: ['apiserver/agent-pods'],
    says: /a sidecar.*get replicaset shop-6b --show-labels.*Remove the agent container from ReplicaSet shop\/shop-6b/,
  },
  {
    row: 'names that are none are not printed for pasting',
    inPart: ['apiserver/agent-pods'],
    facts: placed({ pods: ['n1', pod('n1', { namespace: 'x', owner: 'DaemonSet/$(reboot)' })], found: flag }),
    expect: problem,
    witnesses: ['apiserver/agent-pods'],
    neverSays: /"steps":"[^"]*reboot/,
  },
]);
