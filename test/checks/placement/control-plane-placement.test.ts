import { controlPlanePlacement } from '../../../src/checks/placement/control-plane-placement.js';
import { pending } from '../facts.js';
import { asked, controlPlane, node, placed, ROLE, taint, workload } from '../placement.js';
import { judgeTable } from '../table.js';

const NODES = [controlPlane(), node('n1'), node('n2')];
const MASTER = 'node-role.kubernetes.io/master';
const problem = { cause: 'control-plane-taint-not-tolerated', certainty: 'proven' } as const;

const METER = workload({ images: ['r/meter:1'] }, { name: 'meter', datadog: false });

judgeTable(controlPlanePlacement, [
  { row: 'not asked', facts: [], expect: 'cannot-tell', wants: ['apiserver/nodes', 'apiserver/workloads'] },
  { row: 'still asked', facts: [pending('apiserver/nodes', '')], expect: 'cannot-tell' },
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
    facts: placed({ nodes: NODES, pods: 'none' }),
    expect: { ...problem, severity: 'degrades' },
    says: /No new agent on 1 of 3 nodes/,
  },
  { row: 'the agent runs there', facts: placed({ nodes: NODES, pods: ['cp1', 'n1', 'n2'] }), expect: 'pass' },
  {
    row: 'tolerated by a toleration without a key',
    facts: placed({
      nodes: NODES,
      workloads: [workload({ tolerations: [{ key: '', operator: 'Exists', value: '', effect: '' }] })],
      pods: 'none',
    }),
    expect: 'pass',
  },
  {
    row: 'the new taint: the list is created',
    facts: placed({ nodes: NODES }),
    expect: { ...problem, severity: 'degrades' },
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /"path\\":\\"\/spec\/template\/spec\/tolerations\\",\\"value\\":\[/,
  },
  {
    row: 'both taints of 1.24, one tolerated by its old name: the list is added to, and the chart gets all of it',
    facts: placed({
      nodes: [controlPlane('cp1', [ROLE, MASTER]), node('n1')],
      workloads: [workload({ tolerations: [{ key: MASTER, operator: 'Exists', value: '', effect: '' }] }, { manager: 'helm' })],
      pods: ['n1'],
    }),
    expect: problem,
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /tolerations\/-/,
    neverSays: /"path\\":\\"[^"]*tolerations\\"/,
  },
  {
    row: 'RKE1: controlplane and etcd with NoExecute, operator first',
    facts: placed({
      nodes: [
        node('cp1', {
          taints: [
            taint('node-role.kubernetes.io/controlplane', 'NoSchedule', 'true'),
            taint('node-role.kubernetes.io/etcd', 'NoExecute', 'true'),
          ],
        }),
        node('n1'),
      ],
      workloads: [workload({}, { manager: 'operator' })],
      pods: ['n1'],
    }),
    expect: problem,
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /nodeAgent/,
  },
  {
    row: 'a manifest, before it is installed: nothing to patch',
    facts: placed({ nodes: NODES, pods: 'none', found: { by: 'manifest', asked: 'agent.yaml' } }),
    expect: problem,
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /This manifest does not tolerate.*by agent.yaml/,
    neverSays: /kubectl -n/,
  },
  {
    row: 'a manifest with two agents: the one that does not tolerate it',
    facts: placed({
      nodes: NODES,
      pods: 'none',
      workloads: [workload({ tolerations: [{ key: '', operator: 'Exists', value: '', effect: '' }] }), METER],
      found: { by: 'manifest', asked: 'agents.yaml' },
    }),
    expect: problem,
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /No meter on .*: control-plane taint not tolerated/,
  },
  {
    row: 'only control-plane nodes: it runs nowhere',
    facts: placed({ nodes: [controlPlane('a'), controlPlane('b')], pods: [] }),
    expect: { ...problem, severity: 'blocks' },
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
  },
  {
    row: 'the nearest DaemonSet differs by node: the others are named, too',
    facts: placed({
      nodes: [...['x', 'y'].map((pool) => node(pool, { labels: { pool }, taints: [taint(ROLE)] })), node('n1')],
      workloads: [workload({ nodeSelector: { pool: 'x' } }, { name: 'x' }), workload({ nodeSelector: { pool: 'y' } }, { name: 'y' })],
      pods: ['n1'],
    }),
    expect: problem,
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /also none on y/,
  },
  {
    row: 'a taint key that is no name is not printed for pasting',
    facts: placed({
      nodes: [node('cp1', { taints: [taint(ROLE), taint('$(reboot)/x')] }), node('n1')],
      workloads: [workload({}, { datadog: false })],
      pods: ['n1'],
    }),
    expect: problem,
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    neverSays: /"steps":"[^"]*reboot/,
  },
  { row: 'EKS', facts: placed({ nodes: [node('n1', { provider: 'EKS' })], pods: ['n1'] }), expect: 'not-applicable', says: /metrics\.eks/ },
  { row: 'GKE', facts: placed({ nodes: [node('n1', { provider: 'GKE' })], pods: ['n1'] }), expect: 'not-applicable', says: /GKE hides/ },
  { row: 'hidden otherwise', facts: placed(), expect: 'not-applicable' },
  {
    row: 'named, and kept off as another is: both are counted, it is first',
    facts: [...placed({ nodes: [node('n1'), controlPlane('n2'), controlPlane('n3')], pods: ['n1'] }), asked('n2')],
    expect: { cause: 'control-plane-taint-not-tolerated', certainty: 'proven', severity: 'blocks' },
    witnesses: ['apiserver/nodes', 'apiserver/workloads'],
    says: /2 of 3 nodes.*n2, n3/s,
  },
]);
