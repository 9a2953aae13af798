import { nodePlacement } from '../../../src/checks/placement/node-placement.js';
import type { Requirement } from '../../../src/model/facts/placement.js';
import { pending } from '../facts.js';
import { asked, controlPlane, node, placed, pod, ROLE, taint, workload } from '../placement.js';
import { judgeTable } from '../table.js';

const tainted = { cause: 'node-taint-not-tolerated', certainty: 'proven' } as const;
const unselected = { cause: 'node-not-selected', certainty: 'proven' } as const;
const gpu = (name: string) => node(name, { taints: [taint('dedicated', 'NoSchedule', 'gpu')] });
const affinity = (...expressions: Requirement[]) => workload({ affinity: [{ expressions, fields: [] }] });
const is = (key: string, operator: string, ...values: string[]): Requirement => ({ key, operator, values });
const zone = (name: string, value: string) => node(name, { labels: { zone: value } });

const OS = 'kubernetes.io/os';
const METER = workload({ images: ['r/meter:1'] }, { name: 'meter', datadog: false });

judgeTable(nodePlacement, [
  { row: 'not asked', facts: [], expect: 'cannot-tell', wants: ['apiserver/nodes'] },
  { row: 'still asked', facts: [pending('apiserver/agent-pods', '')], expect: 'cannot-tell' },
  { row: 'no agent at all', facts: placed({ workloads: [] }), expect: 'not-applicable' },
  {
    row: 'of the nodes only the first were read',
    facts: placed({ cut: { nodes: 'HTTP500' } }),
    expect: 'cannot-tell',
    says: /of the nodes, 2 were read: the apiserver answered 500/,
  },
  {
    row: 'the pods were not read: one from before the taint may still run',
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    facts: placed({ nodes: [gpu('n1')], pods: 'none' }),
    expect: { ...tainted, severity: 'degrades' },
    says: /No new agent on 1 of 1 node \(n1\)/,
  },
  {
    row: 'it is for another kind of node than there is: it runs nowhere',
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    facts: placed({
      nodes: [node('n1', { labels: { 'kubernetes.io/os': 'linux' } })],
      workloads: [workload({ nodeSelector: { 'kubernetes.io/os': 'windows' } })],
      pods: [],
    }),
    expect: { ...unselected, severity: 'blocks' },
    says: /DaemonSet datadog-agent matches none of 1 node.*kubernetes.io\/os=windows/,
  },
  {
    row: 'of virtual nodes alone nothing is asked',
    facts: placed({ nodes: [node('v', { labels: { type: 'virtual-kubelet' } })], pods: [] }),
    expect: 'pass',
  },
  { row: 'nothing in the way', facts: placed(), expect: 'pass' },
  {
    row: "a control-plane taint is the other check's",
    facts: placed({ nodes: [controlPlane(), node('n1')], pods: ['n1'] }),
    expect: 'pass',
  },
  {
    row: 'PreferNoSchedule keeps nothing off',
    facts: placed({ nodes: [node('n1', { taints: [taint('a', 'PreferNoSchedule')] })], pods: [] }),
    expect: 'pass',
  },
  {
    row: 'a cordon keeps no DaemonSet off',
    facts: placed({ nodes: [node('n1', { unschedulable: true, taints: [taint('node.kubernetes.io/unschedulable')] })], pods: [] }),
    expect: 'pass',
  },
  {
    row: 'a node that is not ready is in no order, and needs no toleration',
    facts: placed({ nodes: [node('n1', { ready: 'Unknown', taints: [taint('node.kubernetes.io/unreachable')] })], pods: [] }),
    expect: 'pass',
  },
  {
    row: 'a pod of before the taint still runs',
    facts: placed({ nodes: [gpu('n1')], pods: ['n1'] }),
    expect: 'pass',
  },
  {
    row: 'two nodes of a pool: the value is in the toleration',
    facts: placed({ nodes: [node('n1'), gpu('g1'), gpu('g2')], pods: ['n1'] }),
    expect: { ...tainted, severity: 'degrades' },
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /"key\\":\\"dedicated\\",\\"operator\\":\\"Equal\\",\\"value\\":\\"gpu\\"/,
  },
  {
    row: 'two reasons: the larger group first, the other named',
    facts: placed({ nodes: [node('n1'), gpu('g1'), gpu('g2'), node('s', { taints: [taint('spot', 'NoExecute')] })], pods: ['n1'] }),
    expect: tainted,
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /also none on s: taint spot:NoExecute/,
  },
  {
    row: 'everywhere: it runs nowhere',
    facts: placed({ nodes: [gpu('g1')], pods: [], workloads: [workload({}, { manager: 'operator' })] }),
    expect: { ...tainted, severity: 'blocks' },
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
  },
  {
    row: 'a manifest',
    facts: placed({ nodes: [gpu('g1')], pods: 'none', found: { by: 'manifest', asked: 'a.yaml' } }),
    expect: tainted,
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /This manifest puts no agent on .*by a.yaml/,
  },
  {
    row: 'a node of another system, by affinity: it is not meant',
    facts: placed({
      nodes: [node('n1', { labels: { [OS]: 'linux' } }), node('w1', { labels: { [OS]: 'windows' } })],
      workloads: [workload({ affinity: [{ expressions: [{ key: OS, operator: 'In', values: ['linux'] }], fields: [] }] })],
      pods: ['n1'],
    }),
    expect: 'pass',
  },
  {
    row: 'a manifest with two agents: the one that is kept off',
    facts: placed({
      nodes: [gpu('g1'), node('n1')],
      pods: 'none',
      workloads: [workload({ tolerations: [{ key: '', operator: 'Exists', value: '', effect: '' }] }), METER],
      found: { by: 'manifest', asked: 'agents.yaml' },
    }),
    expect: tainted,
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /No meter on 1 of 2 nodes/,
  },
  {
    row: 'a manifest with two agents, one for another system: its pool may be empty',
    facts: placed({
      nodes: [node('n1', { labels: { [OS]: 'linux' } })],
      pods: 'none',
      workloads: [workload(), workload({ images: ['r/m:1'], nodeSelector: { [OS]: 'windows' } }, { name: 'w', datadog: false })],
      found: { by: 'manifest' },
    }),
    expect: 'pass',
  },
  {
    row: 'selector: "" against "true" of k3s',
    facts: placed({
      nodes: [node('s1', { labels: { [ROLE]: 'true' } }), node('n1')],
      workloads: [workload({ nodeSelector: { [ROLE]: '' } })],
      pods: [],
    }),
    expect: { ...unselected, severity: 'blocks' },
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /"op\\":\\"replace\\",\\"path\\":\\"\/spec\/template\/spec\/nodeSelector\/node-role.kubernetes.io~1control-plane\\",\\"value\\":\\"true\\"/,
  },
  {
    row: 'selector: a label that a new pool lacks; the old value still chooses nodes',
    facts: placed({
      nodes: [node('n1', { labels: { pool: 'a' } }), node('n2')],
      workloads: [workload({ nodeSelector: { pool: 'a' } })],
      pods: ['n1'],
    }),
    expect: { ...unselected, severity: 'degrades' },
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /"op\\":\\"remove\\"/,
  },
  {
    row: 'a second DaemonSet that matches no node, where the first one runs',
    facts: placed({ workloads: [workload(), workload({ nodeSelector: { pool: 'gpu' } }, { name: 'second' })] }),
    expect: { ...unselected, severity: 'degrades' },
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /DaemonSet second matches none of 2 nodes.*pool/,
  },
  {
    row: 'a second one that every taint keeps off, where the first one runs',
    facts: placed({
      nodes: [gpu('g1')],
      pods: ['g1'],
      workloads: [workload({ tolerations: [{ key: '', operator: 'Exists', value: '', effect: '' }] }), workload({}, { name: 'second' })],
    }),
    expect: { ...tainted, severity: 'degrades' },
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /DaemonSet second matches none of 1 node.*dedicated/,
  },
  {
    row: 'the one that was asked about matches no node, and pods of another run there',
    facts: placed({
      found: { by: 'flag', asked: 'datadog/datadog-agent' },
      workloads: [workload({ nodeSelector: { pool: 'gpu' } })],
      pods: ['n1', 'n2'].map((on) => pod(on, { owner: 'DaemonSet/old' })),
    }),
    expect: { ...unselected, severity: 'blocks' },
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
  },
  {
    row: 'a second one for another system: its pool may be empty today',
    facts: placed({
      nodes: ['n1', 'n2'].map((name) => node(name, { labels: { 'kubernetes.io/os': 'linux' } })),
      workloads: [workload(), workload({ nodeSelector: { 'kubernetes.io/os': 'windows' } }, { name: 'windows' })],
    }),
    expect: 'pass',
  },
  {
    row: 'all are for the control plane, and the others have no agent',
    facts: placed({
      nodes: [controlPlane(), node('n1'), node('n2')],
      workloads: [workload({ nodeSelector: { [ROLE]: '' }, tolerations: [{ key: '', operator: 'Exists', value: '', effect: '' }] })],
      pods: ['cp1'],
    }),
    expect: { ...unselected, severity: 'degrades' },
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /No agent on 2 of 3 nodes: its nodeSelector does not match/,
  },
  {
    row: 'another operating system is not meant',
    facts: placed({
      nodes: [node('n1', { labels: { 'kubernetes.io/os': 'linux' } }), node('w1', { labels: { 'kubernetes.io/os': 'windows' } })],
      workloads: [workload({ nodeSelector: { 'kubernetes.io/os': 'linux' } })],
      pods: ['n1'],
    }),
    expect: 'pass',
  },
  {
    row: 'Fargate: no DaemonSet runs there',
    facts: placed({
      nodes: [
        node('n1'),
        node('f', {
          labels: { 'eks.amazonaws.com/compute-type': 'fargate' },
          taints: [taint('eks.amazonaws.com/compute-type', 'NoSchedule', 'fargate')],
        }),
      ],
      pods: ['n1'],
    }),
    expect: 'pass',
  },
  {
    row: 'affinity: In gets the value',
    facts: placed({ nodes: [zone('n1', 'a'), zone('n2', 'b')], workloads: [affinity(is('zone', 'In', 'a'))], pods: ['n1'] }),
    expect: unselected,
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /matchExpressions\/0\/values\/-\\",\\"value\\":\\"b\\"/,
  },
  {
    row: 'affinity: NotIn loses it',
    facts: placed({ nodes: [zone('n1', 'a'), zone('n2', 'b')], workloads: [affinity(is('zone', 'NotIn', 'b', 'c'))], pods: ['n1'] }),
    expect: unselected,
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /values\\",\\"value\\":\[\\"c\\"\]/,
  },
  {
    row: 'affinity: one expression of two goes',
    facts: placed({ nodes: [zone('n1', 'a')], workloads: [affinity(is('zone', 'Exists'), is(ROLE, 'Exists'))], pods: [] }),
    expect: unselected,
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /"op\\":\\"remove\\",\\"path\\":\\"[^"]*matchExpressions\/1\\"/,
  },
  {
    row: 'affinity: the only expression goes, and all of it with it (an empty term matches nothing)',
    facts: placed({ nodes: [controlPlane()], workloads: [affinity(is(ROLE, 'DoesNotExist'))], pods: [] }),
    expect: unselected,
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /"op\\":\\"remove\\",\\"path\\":\\"[^"]*requiredDuringSchedulingIgnoredDuringExecution\\"/,
  },
  {
    row: 'affinity: an empty term matches no node',
    facts: placed({ nodes: [node('n1')], workloads: [affinity()], pods: [] }),
    expect: unselected,
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /a value that no node has/,
  },
  {
    row: 'pinned to another node',
    facts: placed({ nodes: [node('n1'), node('n2')], workloads: [workload({ nodeName: 'n1' }, { datadog: false })], pods: ['n1'] }),
    expect: unselected,
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /pinned to the node n1/,
  },
  {
    row: 'names that are none are not printed for pasting',
    facts: placed({
      nodes: [node('n2')],
      workloads: [workload({ nodeSelector: { 'a$(b)': 'x' } }, { datadog: false, name: "x'; reboot" })],
      pods: [],
    }),
    expect: unselected,
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    neverSays: /"steps":"[^"]*(reboot|\$\()/,
  },
  {
    row: 'named, and kept off as another is: both are counted, it is first',
    facts: [
      ...placed({
        nodes: [node('n1'), node('n2', { taints: [taint('dedicated')] }), node('n3', { taints: [taint('dedicated')] })],
        pods: ['n1'],
      }),
      asked('n2'),
    ],
    expect: { cause: 'node-taint-not-tolerated', certainty: 'proven', severity: 'blocks' },
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /2 of 3 nodes.*n2, n3/s,
  },
]);
