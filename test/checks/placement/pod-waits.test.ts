import { podWaits } from '../../../src/checks/placement/pod-waits/check.js';
import { UNREAD_BY } from '../../../src/checks/placement/shared/unread.js';
import type { AgentPod, HostPathVolume, PodEvent, PortHolder } from '../../../src/model/facts/placement.js';
import type { AnyFact, Need } from '../../../src/model/facts.js';
import { fact, pending } from '../facts.js';
import { asked, node, type Placed, placed, pod, workload, workstation } from '../placement.js';
import { judgeTable, type Row } from '../table.js';

const EVENTS: Need[] = ['apiserver/pod-events'];
const PODS: Need[] = ['apiserver/agent-pods'];

const waits = (on: string, reason?: string, message?: string): AgentPod =>
  pod(on, { ready: false, phase: 'Pending', ...(reason && { reason, container: 'agent' }), ...(message && { message }) });
const told = (on: string, ...events: [reason: string, message: string][]): AnyFact =>
  fact(
    'apiserver/pod-events',
    events.map(([reason, message]): PodEvent => ({ reason, message, count: 9, last: '2026-06-01T00:00:00Z' })),
    `datadog/datadog-agent-${on}`,
  );
const both = (reason: string, message?: string, more: Placed = {}): AnyFact[] =>
  placed({ pods: ['n1', 'n2'].map((on) => waits(on, reason, message)), ...more });
const proven = (cause: string) => ({ cause, certainty: 'proven', severity: 'blocks' }) as const;
const MOUNT = 'MountVolume.SetUp failed for volume';
const paths = (...hostPaths: HostPathVolume[]) => [workload({ hostPaths })];
const ports = (...holders: PortHolder[]): AnyFact =>
  fact('apiserver/agent-pods', {
    pods: ['n1', 'n2'].map((on) =>
      waits(on, 'Unschedulable', "0/2 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."),
    ),
    everywhere: true,
    complete: true,
    holders,
  });

const IMAGES: readonly [string, string, RegExp][] = [
  ['gcr.io/a:1: not found', 'not found', /no such image of the agent: \\"not found\\"".*Correct registry, name and tag/],
  ['401 Unauthorized', '401 Unauthorized', /refuses the image.*pull secret in namespace datadog.*create secret docker-registry/],
  ['429 Too Many Requests', '429', /limits pulls.*Pull from another registry/],
  [
    'dial tcp: lookup gcr.io: no such host',
    'no such host',
    /cannot reach the registry of the agent: \\"no such host\\"".*"owner":"network"/,
  ],
];

/** As a pattern: what stands in braces may be anything. */
const saysOf = (words: string): RegExp => new RegExp(words.replace(/[.()?]/g, '\\$&').replace(/\{\w+\}/g, '.{1,40}'));

/** Every reason for which a list is not there has a word. */
const UNREAD = Object.entries(UNREAD_BY).map(([key, words]): Row => {
  const reason = key.slice('unread.'.length);
  const code = { status: 'HTTP500', code: 'EOTHER' }[reason] ?? reason;
  const outcome = /^[a-z-]+$/.test(code) ? { status: 'absent', why: code } : { status: 'failed', code, detail: '' };
  const list = { ...fact('apiserver/workloads', { by: 'search', workloads: [], others: [], brings: [] }), outcome } as AnyFact;
  return { row: `DaemonSets: ${reason}`, facts: [list], expect: 'cannot-tell', says: saysOf(words) };
});

judgeTable(podWaits, [
  { row: 'not asked', facts: [], expect: 'cannot-tell', wants: ['apiserver/agent-pods'] },
  ...UNREAD,
  { row: 'still asked', facts: [pending('apiserver/agent-pods', '')], expect: 'cannot-tell' },
  { row: 'pods are not ours to list', facts: placed({ pods: 'none' }), expect: 'cannot-tell' },
  { row: 'no agent at all', facts: placed({ workloads: [] }), expect: 'not-applicable' },
  { row: 'a manifest', facts: placed({ pods: 'none', found: { by: 'manifest' } }), expect: 'not-applicable' },
  { row: 'all run', facts: placed(), expect: 'pass' },
  { row: 'all run, as far as the list goes', facts: placed({ cut: { pods: 'ETIMEDOUT' } }), expect: 'cannot-tell' },
  { row: 'one waits, and nothing is told of it', facts: placed({ pods: ['n1', waits('n2')] }), expect: 'cannot-tell' },
  {
    row: 'events of a pod that runs say nothing',
    facts: [...placed(), told('n1', ['FailedMount', `${MOUNT} "a" : hostPath type check failed: /a is not a file`])],
    expect: 'pass',
  },
  {
    row: 'a crash loop is none of these',
    facts: placed({ pods: ['n1', pod('n2', { ready: false, reason: 'CrashLoopBackOff', message: 'exit code 1 (Error)' })] }),
    expect: 'cannot-tell',
  },
  {
    row: 'a host path of another type, by an event',
    facts: [
      ...both('ContainerCreating', undefined, { workloads: paths({ volume: 'ca', path: '/etc/ca', type: 'File' }) }),
      told('n1', ['FailedMount', `${MOUNT} "ca" : hostPath type check failed: /etc/ca is not a file`]),
    ],
    expect: proven('host-path-not-mounted'),
    witnesses: EVENTS,
    inPart: ['apiserver/agent-pods'],
    says: /Host path \/etc\/ca of the agent cannot be mounted: \\"is not a file\\"".*so on n1, n2.*volume ca of the pod template is hostPath \/etc\/ca.*Remove volume ca/,
  },
  {
    row: 'the CA file of the kubelet is another question',
    facts: [
      ...both('ContainerCreating'),
      told('n1', ['FailedMount', `${MOUNT} "kubelet-ca" : hostPath type check failed: /etc/ca is not a file`]),
    ],
    expect: 'pass',
  },
  {
    row: 'a read-only system of nobody in particular',
    facts: both('CreateContainerError', 'failed to mkdir "/etc/group": mkdir /etc/group: read-only file system', {
      workloads: paths({ volume: 'group', path: '/etc/group' }),
    }),
    expect: proven('host-path-not-mounted'),
    witnesses: PODS,
    inPart: PODS,
    says: /\/etc\/group of the agent cannot be mounted: \\"read-only file system\\"".*volume group.*providers\.talos\.enabled=true +# Talos\\nproviders\.gke\.autopilot=true +# GKE Autopilot.*Remove volume group/,
    neverSays: /gke\.cos/,
  },
  ...(
    [
      ['Talos', '/etc/passwd', 'helm', /Set the provider: volumes that Talos lacks.*"steps":"providers\.talos\.enabled=true"/],
      ['Talos', '/etc/passwd', 'operator', /"steps":"agent\.datadoghq\.com\/cluster-provider: talos"/],
      ['GKE', '/usr/src', 'helm', /"steps":"providers\.gke\.cos=true"/],
      ['Bottlerocket', '/usr/src', 'helm', /Remove this volume.*Make the path on the node/],
    ] as const
  ).map(
    ([platform, path, manager, says]): Row => ({
      row: `a read-only system of ${platform}, installed by ${manager}`,
      facts: both('CreateContainerError', `failed to mkdir "${path}": mkdir ${path}: read-only file system`, {
        nodes: ['n1', 'n2'].map((name) => node(name, { platform })),
        workloads: [workload({}, { manager })],
      }),
      expect: proven('host-path-not-mounted'),
      witnesses: PODS,
      inPart: PODS,
      says,
    }),
  ),
  {
    row: 'a Secret',
    facts: both('CreateContainerConfigError', 'secret "datadog-secret" not found'),
    expect: proven('agent-object-missing'),
    witnesses: PODS,
    inPart: PODS,
    says: /Secret datadog-secret does not exist.*create secret generic datadog-secret --from-file=\.\/api-key/,
  },
  {
    row: 'a ConfigMap of a volume',
    facts: [...both('ContainerCreating'), told('n2', ['FailedMount', `${MOUNT} "installinfo" : configmap "install" not found`])],
    expect: proven('agent-object-missing'),
    witnesses: EVENTS,
    inPart: PODS,
    says: /ConfigMap install does not exist.*create configmap install/,
  },
  {
    row: 'a key of one',
    facts: both('CreateContainerConfigError', "couldn't find key api-key in Secret datadog/datadog-secret"),
    expect: proven('agent-object-missing'),
    witnesses: PODS,
    inPart: PODS,
    says: /Secret datadog-secret has no key api-key.*get secret datadog-secret -o yaml/,
  },
  {
    row: 'a host port that another holds',
    facts: [
      ...placed({ pods: 'none', workloads: [workload({ hostPorts: ['8125/UDP'] })] }),
      ports({ namespace: 'statsd', pod: 'statsd-x', node: 'n1', owner: 'DaemonSet/statsd', ports: ['8125/UDP'] }),
    ],
    expect: proven('host-port-taken'),
    witnesses: PODS,
    inPart: PODS,
    says: /Host port 8125\/UDP is held by DaemonSet statsd\/statsd.*n1: pod statsd\/statsd-x has host port 8125\/UDP.*Give DaemonSet statsd\/statsd or the agent another port.*-n statsd get pod statsd-x/,
  },
  {
    row: 'a host port, and who holds it was not seen',
    facts: [
      ...placed({ pods: 'none', workloads: [workload({ hostPorts: ['8125/UDP', '8126/TCP'] })] }),
      ports({ namespace: 'statsd', pod: 'statsd-x', node: 'n3', owner: '', ports: ['8125/UDP'] }),
    ],
    expect: proven('host-port-taken'),
    witnesses: PODS,
    inPart: PODS,
    says: /A host port of the agent is taken.*host ports of the pod template: 8125\/UDP, 8126\/TCP.*another release of the agent\?.*spec\.nodeName=n1/,
  },
  {
    row: 'no memory',
    facts: both('Unschedulable', '0/2 nodes are available: 1 Insufficient memory.', { workloads: [workload({}, { manager: 'helm' })] }),
    expect: proven('node-without-room-for-agent'),
    witnesses: PODS,
    inPart: PODS,
    says: /no room for the agent: \\"Insufficient memory\\"".*agents\.priorityClassCreate=true/,
  },
  {
    row: 'no pod more',
    facts: both('OutOfpods', "Pod was rejected: Node didn't have enough resource: pods, requested: 1, used: 110, capacity: 110"),
    expect: proven('node-without-room-for-agent'),
    witnesses: PODS,
    inPart: PODS,
    says: /Raise maxPods/,
  },
  {
    row: 'a rule of the scheduler',
    facts: both(
      'Unschedulable',
      "0/2 nodes are available: 1 node(s) didn't match pod anti-affinity rules, 1 node(s) didn't match Pod's node affinity/selector.",
    ),
    expect: proven('agent-pod-not-scheduled'),
    witnesses: PODS,
    inPart: PODS,
    says: /refuses the agent on its node: \\"didn't match pod anti-affinity rules\\"/,
  },
  ...IMAGES.map(
    ([message, , says]): Row => ({
      row: `the image, by its status: ${message}`,
      facts: both('ErrImagePull', message),
      expect: proven('agent-image-not-pulled'),
      witnesses: PODS,
      inPart: PODS,
      says,
    }),
  ),
  {
    row: 'the image, by an event: its status says no more than that',
    facts: [
      ...both('ImagePullBackOff', 'Back-off pulling image "a:1"'),
      told('n1', ['Failed', 'Failed to pull image "a:1": dial tcp 10.0.0.1:443: i/o timeout']),
    ],
    expect: proven('agent-image-not-pulled'),
    witnesses: EVENTS,
    inPart: PODS,
    says: /cannot reach the registry of the agent: \\"i\/o timeout\\"".*images of the pod template: gcr\.io\/datadoghq\/agent:7/,
  },
  {
    row: 'the image, and no reason',
    facts: both('ErrImageNeverPull', 'Container image "a:1" is not present with pull policy of Never'),
    expect: proven('agent-image-not-pulled'),
    witnesses: PODS,
    inPart: PODS,
    says: /cannot be pulled: ErrImageNeverPull/,
  },
  {
    row: 'the network of the node',
    facts: [
      ...both('ContainerCreating'),
      told('n1', [
        'FailedCreatePodSandBox',
        'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "a": plugin type="calico" failed (add): x',
      ]),
    ],
    expect: proven('pod-sandbox-not-created'),
    witnesses: EVENTS,
    inPart: PODS,
    says: /pod network of the node fails.*calico.*spec\.nodeName=n1/,
  },
  {
    row: 'the runtime of the node',
    facts: [
      ...both('ContainerCreating'),
      told('n1', [
        'FailedCreatePodSandBox',
        'Failed to create pod sandbox: rpc error: code = Unknown desc = no runtime for "x" is configured',
      ]),
    ],
    expect: proven('pod-sandbox-not-created'),
    witnesses: EVENTS,
    inPart: PODS,
    says: /runtime of the node cannot create the pod: \\"no runtime for/,
  },
  {
    row: 'a volume, and no word why',
    facts: [
      ...both('ContainerCreating'),
      told('n1', ['FailedMount', 'Unable to attach or mount volumes: timed out waiting for the condition']),
    ],
    expect: 'cannot-tell',
  },
  {
    row: 'two kinds on two nodes: the one that is asked about is said, the other is seen',
    facts: [
      ...placed({
        pods: [waits('n1', 'ErrImagePull', 'a: not found'), waits('n2', 'Unschedulable', '0/2 nodes are available: 1 Insufficient cpu.')],
      }),
      workstation,
      asked('n2'),
    ],
    expect: proven('node-without-room-for-agent'),
    witnesses: PODS,
    inPart: PODS,
    says: /ErrImagePull on n1/,
  },
  {
    row: 'one of two runs',
    facts: placed({ pods: ['n1', waits('n2', 'ErrImagePull', 'a: not found')] }),
    expect: { cause: 'agent-image-not-pulled', certainty: 'proven', severity: 'degrades' },
    witnesses: PODS,
    inPart: PODS,
  },
  {
    row: 'names that are none are not printed for pasting',
    facts: placed({
      pods: [
        pod('n1', { namespace: 'x;reboot', ready: false, reason: 'CreateContainerConfigError', message: 'secret "y" not found' }),
        'n2',
      ],
    }),
    expect: { cause: 'agent-object-missing', certainty: 'proven', severity: 'degrades' },
    witnesses: PODS,
    inPart: PODS,
    neverSays: /"(steps|reproduce)":"[^"]*reboot/,
  },
]);
