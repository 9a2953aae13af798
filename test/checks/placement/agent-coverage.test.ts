import { agentCoverage } from '../../../src/checks/placement/agent-coverage/check.js';
import type { AnyFact, Need } from '../../../src/model/facts.js';
import { fact, failed, inPod, pending } from '../facts.js';
import { asked, controlPlane, node, type Placed, placed, pod, taint, workload, workstation } from '../placement.js';
import { judgeTable, type Row } from '../table.js';

const missing = { cause: 'agent-missing-on-node', certainty: 'proven' } as const;
const unready = { cause: 'agent-not-ready-on-node', certainty: 'proven' } as const;
const waits = (on: string, reason: string, message?: string) =>
  pod(on, { ready: false, reason, container: 'agent', restarts: 7, ...(message ? { message } : {}) });

const cordoned = (name: string) => node(name, { unschedulable: true, taints: [taint('node.kubernetes.io/unschedulable')] });

const PODS: Need[] = ['apiserver/agent-pods'];
const PODS_AND_NODES: Need[] = [...PODS, 'apiserver/nodes'];

judgeTable(agentCoverage, [
  { row: 'not asked', facts: [], expect: 'cannot-tell', wants: ['apiserver/agent-pods'] },
  { row: 'pods are not ours to list', facts: placed({ pods: 'none' }), expect: 'cannot-tell' },
  { row: 'still asked', facts: [pending('apiserver/agent-pods', '')], expect: 'cannot-tell' },
  { row: 'no agent at all', facts: placed({ workloads: [] }), expect: 'not-applicable' },
  { row: 'a manifest', facts: placed({ pods: 'none', found: { by: 'manifest' } }), expect: 'not-applicable' },
  { row: 'on every node', facts: placed(), expect: 'pass' },
  { row: 'a list cut off makes no node look empty', facts: placed({ pods: ['n1'], complete: false }), expect: 'cannot-tell' },
  { row: 'where a taint keeps it off, nothing is missing', facts: placed({ nodes: [controlPlane()], pods: [] }), expect: 'pass' },
  {
    row: 'missing on one',
    facts: placed({ pods: ['n1'] }),
    expect: { ...missing, severity: 'degrades' },
    witnesses: PODS_AND_NODES,
    says: /describe daemonset datadog-agent/,
  },
  {
    row: 'missing on all',
    facts: placed({ pods: [] }),
    expect: { ...missing, severity: 'blocks' },
    witnesses: PODS_AND_NODES,
  },
  {
    row: 'a second DaemonSet without a pod, where the first one runs',
    facts: placed({ workloads: [workload(), workload({}, { name: 'second' })] }),
    expect: { ...missing, severity: 'degrades' },
    witnesses: PODS_AND_NODES,
    says: /DaemonSet second has no pods; another runs on 2 of 2 nodes.*describe daemonset second/,
  },
  {
    row: 'the one that was asked about has no pod, where another of its image runs',
    facts: placed({
      found: { by: 'flag', asked: 'datadog/datadog-agent' },
      pods: ['n1', 'n2'].map((on) => pod(on, { owner: 'DaemonSet/old' })),
    }),
    expect: { ...missing, severity: 'blocks' },
    witnesses: PODS_AND_NODES,
    says: /DaemonSet datadog-agent has no pods/,
  },
  {
    row: 'a second one whose only pod leaves has none; a name of another namespace is another',
    facts: placed({
      workloads: [workload(), workload({}, { name: 'second' })],
      pods: [
        'n1',
        'n2',
        pod('n1', { owner: 'DaemonSet/second', leaving: true }),
        pod('n1', { owner: 'DaemonSet/second', namespace: 'x', leaving: true }),
      ],
    }),
    expect: missing,
    witnesses: PODS_AND_NODES,
  },
  {
    row: 'two share the nodes: each has its own',
    facts: placed({ workloads: [workload(), workload({}, { name: 'second' })], pods: ['n1', pod('n2', { owner: 'DaemonSet/second' })] }),
    expect: 'pass',
  },
  {
    row: 'of pods that were not all read, none is without',
    facts: placed({ workloads: [workload(), workload({}, { name: 'second' })], complete: false }),
    expect: 'cannot-tell',
  },
  {
    row: 'cordoned, and its agent is missing',
    facts: placed({ nodes: [node('n1'), cordoned('n2')], pods: ['n1'] }),
    expect: { ...missing, severity: 'degrades' },
    witnesses: PODS_AND_NODES,
  },
  {
    row: 'cordoned, and its agent waits',
    facts: placed({ nodes: [node('n1'), cordoned('n2')], pods: ['n1', pod('n2', { ready: false, phase: 'Pending' })] }),
    expect: { ...unready, severity: 'degrades' },
    witnesses: PODS,
  },
  { row: 'cordoned, and its agent runs', facts: placed({ nodes: [node('n1'), cordoned('n2')] }), expect: 'pass' },
  {
    row: 'a node is not ready, and whether it has an agent cannot be read: it must be known',
    facts: placed({ nodes: [node('n1'), node('n2', { ready: 'Unknown' })], pods: 'none' }),
    expect: 'cannot-tell',
    says: /"because":"node-not-ready"|"required":true/,
  },
  {
    row: 'a node is not ready, and the pods were read in part',
    facts: placed({ nodes: [node('n1'), node('n2', { ready: 'False' })], pods: ['n1'], complete: false }),
    expect: 'cannot-tell',
    says: /"required":true/,
  },
  {
    row: 'a node is not ready, its agent was seen, and the pods were read in part',
    facts: placed({ nodes: [node('n1'), node('n2', { ready: 'False' })], pods: ['n2'], complete: false }),
    expect: 'cannot-tell',
    neverSays: /"required":true/,
  },
  {
    row: 'one that leaves is none',
    facts: placed({ pods: ['n1', pod('n2', { leaving: true })] }),
    expect: missing,
    witnesses: PODS_AND_NODES,
  },
  {
    row: 'missing here, waiting there: both are said',
    facts: placed({ pods: [waits('n1', 'ImagePullBackOff')] }),
    expect: missing,
    witnesses: PODS_AND_NODES,
    says: /ImagePullBackOff/,
  },
  {
    row: 'a crash loop on one node',
    facts: placed({ pods: ['n1', waits('n2', 'CrashLoopBackOff', 'exit code 1 (Error)')] }),
    expect: { ...unready, severity: 'degrades' },
    witnesses: PODS,
    says: /crash-loops on 1 of 2 nodes \(n2\): exit code 1 \(Error\)".*logs datadog-agent-n2 -c agent --previous/,
  },
  ...(
    [
      ['API key missing', /crash-loops on 2 of 2 nodes: \\"API key missing\\"".*"fixes":\[\{[^[]*Set the API key.*logs datadog-agent-n1/],
      ['listen udp 0.0.0.0:8125: bind: address already in use', /"fixes":\[\{[^[]*Free the port/],
      ['yaml: line 7: mapping values are not allowed', /"fixes":\[\{[^[]*Correct the agent's configuration/],
      ['segmentation violation', /\\"segmentation violation\\"".*"fixes":\[\{[^[]*Read the last log/],
      [`panic: ${'x'.repeat(200)}`, /"en":"The agent crash-loops on 2 of 2 nodes: \\"panic: x{10,40}…\\""/],
    ] as const
  ).map(([words, says]) => ({
    row: `the last words of a crash loop are in the title, and choose the fix: ${words.slice(0, 20)}`,
    facts: placed({ pods: ['n1', 'n2'].map((on) => waits(on, 'CrashLoopBackOff', `exit code 1 (Error): ${words}`)) }),
    expect: unready,
    witnesses: PODS,
    says,
  })),
  {
    row: 'on more nodes than have their own evidence, all are named',
    facts: placed({
      nodes: ['n1', 'n2', 'n3', 'n4', 'n5'].map((name) => node(name)),
      pods: ['n1', 'n2', 'n3', 'n4', 'n5'].map((on) => waits(on, 'ErrImagePull')),
    }),
    expect: unready,
    witnesses: PODS,
    says: /on 5 of 5 nodes: ErrImagePull.*ErrImagePull on n1, n2, n3, n4, n5/,
  },
  {
    row: 'ended by the kernel',
    facts: placed({ pods: [waits('n1', 'CrashLoopBackOff', 'exit code 137 (OOMKilled)'), 'n2'] }),
    expect: unready,
    witnesses: PODS,
    says: /Raise the memory limit/,
  },
  {
    row: 'the image',
    facts: placed({ pods: [waits('n1', 'ErrImagePull'), waits('n2', 'ErrImagePull')] }),
    expect: { ...unready, severity: 'blocks' },
    witnesses: PODS,
    says: /"explainedBy":\[.*"agent-image-not-pulled"/,
  },
  {
    row: 'a Secret',
    facts: placed({ pods: [waits('n1', 'CreateContainerConfigError', 'secret "x" not found'), 'n2'] }),
    expect: unready,
    witnesses: PODS,
    says: /"explainedBy":\[.*"agent-object-missing"/,
  },
  {
    row: 'no user but root in the image',
    facts: placed({ pods: [waits('n1', 'CreateContainerConfigError', 'container has runAsNonRoot and image will run as root'), 'n2'] }),
    expect: unready,
    witnesses: PODS,
    says: /Remove runAsNonRoot/,
    neverSays: /explainedBy/,
  },
  {
    row: 'of another configuration error the message is read',
    facts: placed({ pods: [waits('n1', 'CreateContainerConfigError', 'failed to prepare subPath for volumeMount "a"'), 'n2'] }),
    expect: unready,
    witnesses: PODS,
    says: /Correct what the message names/,
  },
  {
    row: 'no place, and no word why',
    facts: placed({ pods: [waits('n1', 'Unschedulable'), 'n2'] }),
    expect: unready,
    witnesses: PODS,
    says: /n1\): Unschedulable.*Find out what the pod waits for/,
    neverSays: /explainedBy/,
  },
  {
    row: 'one waits for what has a cause of its own, another for what has none: this one is said, and follows from nothing',
    facts: placed({ pods: [waits('n1', 'ErrImagePull', 'a: not found'), waits('n2', 'Unschedulable')] }),
    expect: { ...unready, severity: 'blocks' },
    witnesses: PODS,
    says: /n2\): Unschedulable.*ErrImagePull on n1/,
    neverSays: /explainedBy/,
  },
  {
    row: 'what was told of it is in the title, where its status says nothing',
    facts: [
      ...placed({ pods: [pod('n1', { ready: false, phase: 'Pending', reason: 'ContainerCreating' }), 'n2'] }),
      fact(
        'apiserver/pod-events',
        [{ reason: 'FailedMount', message: 'Unable to attach or mount volumes: timed out', count: 3, last: '2026-06-01T00:00:00Z' }],
        'datadog/datadog-agent-n1',
      ),
    ],
    expect: unready,
    witnesses: PODS,
    says: /n1\): \\"Unable to attach or mount volumes:…\\"".*FailedMount \(3 times, last 2026-06-01T00:00:00Z\)/,
  },
  {
    row: 'the last words of one that was started again',
    facts: placed({ pods: ['n1', waits('n2', 'restarting', 'exit code 2 (Error): no API key')] }),
    expect: unready,
    witnesses: PODS,
    says: /n2\): \\"no API key\\"/,
  },
  {
    row: 'of nodes that were not all read, the first are counted',
    facts: placed({ pods: [waits('n1', 'Unschedulable'), 'n2'], cut: { nodes: 'HTTP500' } }),
    expect: { ...unready, severity: 'degrades' },
    witnesses: PODS,
    says: /not ready on 1 of the first 2 nodes: Unschedulable/,
  },
  {
    row: 'two reasons on two nodes',
    facts: placed({ pods: [pod('n1', { ready: false, phase: 'Pending' }), waits('n2', 'ErrImagePull')] }),
    expect: unready,
    witnesses: PODS,
    says: /"Pending on n1"|"ErrImagePull on n2"/,
  },
  {
    row: 'names that are none are not printed for pasting',
    facts: placed({ pods: [pod('n1', { pod: 'x;reboot', ready: false, reason: 'CrashLoopBackOff', container: 'agent' }), 'n2'] }),
    expect: unready,
    witnesses: PODS,
    neverSays: /"(steps|reproduce)":"[^"]*reboot/,
  },
  // One node was named: its own row decides, and an agent that was not seen there is an open question.
  ...(
    [
      ['pods', { pods: ['n1'], cut: { pods: 'HTTP403' } }],
      ['all pods', { pods: 'none' }],
      ['DaemonSets', { workloads: [], pods: [], cut: { workloads: 'HTTP500' } }],
      ['nodes', { nodes: [node('n1')], pods: ['n1'], cut: { nodes: 'HTTP500' } }],
    ] as const
  ).flatMap(([list, cluster]): Row[] => {
    const facts = placed({ ...cluster } as Placed);
    return [
      {
        row: `named, ${list} unread: required`,
        facts: [...facts, workstation, asked('n2')],
        expect: 'cannot-tell',
        says: /"required":true/,
      },
      { row: `not named, ${list} unread`, facts: [...facts, workstation], expect: 'cannot-tell', neverSays: /"required":true/ },
      {
        row: `${list} unread in the agent's own pod, which shows that it is there`,
        facts: [...facts, inPod(), asked('n2')],
        expect: 'cannot-tell',
        neverSays: /"required":true/,
      },
      {
        row: `${list} unread as another user`,
        facts: [...facts, workstation, asked('n2', 'system:serviceaccount:datadog:datadog-agent')],
        expect: 'cannot-tell',
        neverSays: /"required":true/,
      },
    ];
  }),
  // Someone who may list nothing is told so; an account of pods is the agent's own, which never may.
  ...(['apiserver/workloads', 'apiserver/nodes', 'apiserver/agent-pods'] as const).flatMap((list): Row[] => {
    const denied = { kind: list.split('/')[1], target: 'apiserver', subject: '', outcome: { status: 'absent', why: 'no-permission' } };
    const cluster = placed({}).filter(({ kind }) => kind !== denied.kind);
    const facts = [...cluster, denied as AnyFact, workstation, asked('n2')];
    const as = (user: string) => fact('apiserver/identity', { user, groups: [], by: 'review' });
    return [
      {
        row: `named by a user who may not list ${list}`,
        facts: [...facts, as('jane')],
        expect: 'cannot-tell',
        wants: ['apiserver/workloads', 'apiserver/nodes', 'apiserver/agent-pods'],
        says: /permission denied \(403\).*kubelet-doctor nodes --daemonset NAMESPACE\/NAME.*"required":true/s,
      },
      {
        row: `named by an account of pods that may not list ${list}`,
        facts: [...facts, as('system:serviceaccount:datadog:datadog-agent')],
        expect: 'cannot-tell',
        neverSays: /"required":true/,
      },
    ];
  }),
  {
    row: 'named, as is the DaemonSet, which is not answered',
    facts: [
      failed('apiserver/workloads', '', 'HTTP500'),
      workstation,
      fact('self/settings', [
        { setting: 'node', value: 'n2', origin: 'flag', source: '--node' },
        { setting: 'daemonset', value: 'monitoring/agent', origin: 'flag', source: '--daemonset' },
      ]),
    ],
    expect: 'cannot-tell',
    says: /kubelet-doctor nodes --daemonset monitoring\/agent/,
    neverSays: /NAMESPACE/,
  },
  {
    row: 'named, and no agent is known: required',
    facts: [...placed({ workloads: [] }), workstation, asked('n2')],
    expect: 'cannot-tell',
    wants: ['apiserver/workloads', 'apiserver/nodes', 'apiserver/agent-pods'],
    says: /"required":true/,
  },
  {
    row: 'named, and its agent was seen before the list ended',
    facts: [...placed({ pods: ['n2'], cut: { pods: 'HTTP403' } }), workstation, asked('n2')],
    expect: 'cannot-tell',
    neverSays: /"required":true/,
  },
  {
    row: 'named and without, where others are without too: it is first, and all are counted',
    facts: [...placed({ nodes: ['n1', 'n2', 'n3'].map((name) => node(name)), pods: ['n1'] }), workstation, asked('n2')],
    expect: { ...missing, severity: 'blocks' },
    witnesses: PODS_AND_NODES,
    says: /2 of 3 nodes.*n2, n3/s,
  },
  {
    row: 'named and crash-looping, where another is without',
    facts: [
      ...placed({ nodes: ['n1', 'n2', 'n3'].map((name) => node(name)), pods: ['n1', waits('n2', 'CrashLoopBackOff')] }),
      workstation,
      asked('n2'),
    ],
    expect: { ...unready, severity: 'blocks' },
    witnesses: PODS,
    says: /crash-loops on 1 of 3 nodes \(n2\)/,
  },
  ...(['search', 'flag'] as const).map(
    (by): Row => ({
      row: `named, and virtual: nothing says that an agent runs there (${by})`,
      facts: [
        ...placed({ nodes: [node('n1'), node('n2', { labels: { type: 'virtual-kubelet' } })], pods: ['n1'], found: { by } }),
        workstation,
        asked('n2'),
      ],
      expect: 'cannot-tell',
      ...(by === 'flag' ? { says: /"required":true/ } : { neverSays: /"required":true/ }),
    }),
  ),
  {
    row: 'a virtual node by its taint alone, and a DaemonSet that tolerates every taint: no agent is missing there',
    facts: placed({
      nodes: [node('n1'), node('n2', { taints: [{ key: 'virtual-kubelet.io/provider', value: '', effect: 'NoSchedule' }] })],
      workloads: [workload({ tolerations: [{ key: '', operator: 'Exists', value: '', effect: '' }] })],
      pods: ['n1'],
    }),
    expect: 'pass',
  },
  {
    row: 'named, of no known DaemonSet, and DaemonSets were read in part',
    facts: [
      ...placed({
        workloads: [workload({ nodeSelector: { 'kubernetes.io/os': 'windows' } })],
        nodes: [node('n2', { labels: { 'kubernetes.io/os': 'linux' } })],
        pods: [],
        cut: { workloads: 'HTTP500' },
      }),
      workstation,
      asked('n2'),
    ],
    expect: 'cannot-tell',
    says: /"required":true/,
  },
]);
