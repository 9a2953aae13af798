/** Where the agent may run: seen at a workstation by someone who may list nodes, DaemonSets and pods. */
import { broken, healthy, type Scenario } from '../scenario.js';
import type { PlacementWorld, World } from '../world.js';

const ROLE = 'node-role.kubernetes.io';
const TOLERANT = { tolerations: [{ operator: 'Exists' }] };
const WORKERS = ['n1', 'n2'];
const CONTROL_PLANE = { labels: { [`${ROLE}/control-plane`]: '' }, taints: [`${ROLE}/control-plane:NoSchedule`] };

const seen = (placement: PlacementWorld, argv: string[] = []): World => ({
  place: 'workstation',
  agent: { rights: 'everything' },
  placement: { ...placement, nodes: { n2: {}, ...placement.nodes } },
  argv,
});
/** Its pods on every node wait, and this is told of them. */
const waits = (reason: string, message: string, events: [reason: string, message: string][] = [], more: PlacementWorld = {}): World =>
  seen({ daemonSets: [{ waiting: { reason, message }, events: events.map(([why, said]) => ({ reason: why, message: said })) }], ...more });
const MOUNT = 'MountVolume.SetUp failed for volume';
const follows = { also: ['agent-not-ready-on-node'] };
const OURS = ['--daemonset', 'datadog/datadog-agent'];

/** With the operator's word for what keeps it, or without a status. */
const datadogAgent = (namespace: string, error?: string) => ({
  apiVersion: 'datadoghq.com/v2alpha1',
  kind: 'DatadogAgent',
  metadata: { name: 'datadog', namespace },
  spec: { global: { site: 'datadoghq.com' } },
  ...(error && { status: { conditions: [{ type: 'DatadogAgentReconcileError', status: 'True', message: error }] } }),
});

export const PLACEMENT: Scenario[] = [
  healthy(
    'placement-healthy',
    'The agent runs on every node, the control plane included',
    seen({ nodes: { cp1: CONTROL_PLANE }, daemonSets: [{ spec: TOLERANT }] }, OURS),
  ),
  healthy(
    'placement-managed',
    'Managed cluster (EKS) without control-plane nodes in the list',
    seen({ nodes: { n1: { labels: { 'eks.amazonaws.com/nodegroup': 'a' } }, n2: { labels: { 'eks.amazonaws.com/nodegroup': 'a' } } } }),
  ),
  broken(
    'control-plane-taint',
    'The agent does not tolerate the control-plane taint',
    seen({ nodes: { cp1: CONTROL_PLANE }, daemonSets: [{ on: WORKERS }] }, OURS),
    'control-plane-taint-not-tolerated',
    { never: ['agent-missing-on-node', 'node-taint-not-tolerated'] },
  ),
  broken(
    'control-plane-taint-renamed',
    'The agent tolerates the old control-plane taint (master) only',
    seen({
      nodes: { cp1: CONTROL_PLANE },
      daemonSets: [{ on: WORKERS, spec: { tolerations: [{ key: `${ROLE}/master`, operator: 'Exists', effect: 'NoSchedule' }] } }],
    }),
    'control-plane-taint-not-tolerated',
  ),
  broken(
    'node-taint',
    'A node pool has an additional taint',
    seen({
      nodes: { n2: { taints: ['dedicated=gpu:NoSchedule'] }, n3: { taints: ['dedicated=gpu:NoSchedule'] } },
      daemonSets: [{ on: ['n1'] }],
    }),
    'node-taint-not-tolerated',
  ),
  broken(
    'node-selector-value',
    'The node selector has the value "", but k3s labels have "true"',
    seen(
      {
        nodes: Object.fromEntries(['n1', 'n2', 's1'].map((node) => [node, { labels: { [`${ROLE}/control-plane`]: 'true' } }])),
        daemonSets: [{ on: [], spec: { nodeSelector: { [`${ROLE}/control-plane`]: '' } } }],
      },
      OURS,
    ),
    'node-not-selected',
  ),
  broken('agent-missing', 'A node has no agent, for no visible reason', seen({ daemonSets: [{ on: ['n1'] }] }), 'agent-missing-on-node', {
    never: ['node-not-selected', 'node-taint-not-tolerated'],
  }),
  broken(
    'agent-crash-loops',
    'The agent crash-loops on every node',
    seen({ daemonSets: [{ waiting: { reason: 'CrashLoopBackOff', message: 'API key missing' } }] }),
    'agent-not-ready-on-node',
  ),
  broken(
    'agents-twice',
    'Two releases of the agent run on each node',
    seen({ daemonSets: [{}, { namespace: 'monitoring', name: 'datadog-agent-old' }] }, OURS),
    'several-agents-on-node',
  ),
  broken(
    'agent-sidecar',
    'An application runs the agent as sidecar on a node that has one',
    seen({ sidecars: ['n2'] }),
    'several-agents-on-node',
  ),
  broken(
    'daemonset-not-found',
    "The agent's DaemonSet has a different name",
    seen({}, ['--daemonset', 'monitoring/agent']),
    'daemonset-not-found',
  ),
  broken(
    'operator-does-not-look',
    'A DatadogAgent in a namespace that no operator watches',
    seen({ daemonSets: [], datadogAgents: [datadogAgent('team-a')] }),
    'operator-does-not-reconcile',
    { never: ['daemonset-not-found'] },
  ),
  broken(
    'operator-fails',
    'Two DatadogAgents, of which the operator makes nothing',
    seen({ daemonSets: [], datadogAgents: [datadogAgent('team-a', 'clusterroles "x" already exists'), datadogAgent('team-b')] }),
    'operator-does-not-reconcile',
  ),
  broken(
    'operator-without-node-agent',
    'The DatadogAgent asks for no node agent',
    seen({ daemonSets: [], datadogAgents: [{ ...datadogAgent('team-a'), spec: { override: { nodeAgent: { disabled: true } } } }] }),
    'daemonset-not-found',
    { exitCode: 3, never: ['operator-does-not-reconcile'] },
  ),
  broken(
    'pod-security',
    'The namespace enforces Pod Security level baseline',
    seen({
      daemonSets: [{ on: [] }],
      namespaceLabels: { 'pod-security.kubernetes.io/enforce': 'baseline' },
      refused: 'violates PodSecurity "baseline:latest": host namespaces (hostPID=true), hostPath volumes (volume "procdir")',
    }),
    'pod-security-refuses',
    { also: ['agent-missing-on-node'] },
  ),
  broken(
    'quota-exceeded',
    "A quota refuses the agent's pods",
    seen({
      daemonSets: [{ on: ['n1'] }],
      quotas: ['small'],
      refused: 'exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1',
    }),
    'admission-refuses',
    { also: ['agent-missing-on-node'] },
  ),
  broken(
    'security-context-constraint',
    'No SecurityContextConstraint allows the agent (OpenShift)',
    seen({
      daemonSets: [{ on: [] }],
      refused:
        'unable to validate against any security context constraint: [provider "restricted-v2": Forbidden: hostPath volumes are not allowed]',
    }),
    'admission-refuses',
  ),
  broken(
    'host-port-forbidden',
    "A policy forbids a host port of the agent's OTLP receiver",
    seen({
      daemonSets: [{ on: [] }],
      refused:
        'PodSecurityPolicy: unable to admit pod: [spec.containers[0].hostPort: Invalid value: 4317: Host port 4317 is not allowed to be used. Allowed ports: [8125-8126]]',
    }),
    'admission-refuses',
    { also: ['agent-missing-on-node'] },
  ),
  broken(
    'token-left-out-at-admission',
    "The ServiceAccount of the agent's pods mounts no token",
    seen({ daemonSets: [{ tokenless: true }] }),
    'agent-pod-changed-at-admission',
  ),
  broken(
    'node-cordoned',
    'A node is cordoned, which does not affect DaemonSets',
    seen({ nodes: { n2: { unschedulable: true, taints: ['node.kubernetes.io/unschedulable:NoSchedule'] } } }),
    'node-cordoned',
    { exitCode: 0, never: ['node-taint-not-tolerated'] },
  ),
  broken(
    'node-not-ready',
    'A node without a kubelet is not ready and gets no agent',
    seen({
      nodes: { n2: { ready: false, taints: ['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute'] } },
      daemonSets: [{ on: ['n1'] }],
    }),
    'node-not-ready',
    { never: ['node-taint-not-tolerated', 'agent-missing-on-node'] },
  ),
  broken(
    'kubelet-ca-not-on-node',
    "The kubelet's CA file that the agent mounts is not on the nodes",
    waits('ContainerCreating', '', [
      ['FailedMount', `${MOUNT} "kubelet-ca" : hostPath type check failed: /etc/kubernetes/certs/kubeletserver.crt is not a file`],
    ]),
    'kubelet-ca-file-missing',
    { ...follows, never: ['host-path-not-mounted'] },
  ),
  broken(
    'host-path-read-only',
    'The runtime cannot create a host path of the agent: the system is read-only',
    waits('CreateContainerError', 'failed to generate spec: failed to mkdir "/etc/group": mkdir /etc/group: read-only file system'),
    'host-path-not-mounted',
    follows,
  ),
  broken(
    'host-path-wrong-type',
    'A host path of the agent is a directory, and no file',
    waits('ContainerCreating', '', [['FailedMount', `${MOUNT} "os-release" : hostPath type check failed: /etc/os-release is not a file`]]),
    'host-path-not-mounted',
    follows,
  ),
  broken(
    'secret-not-found',
    "The Secret with the agent's API key does not exist",
    waits('CreateContainerConfigError', 'secret "datadog-secret" not found'),
    'agent-object-missing',
    follows,
  ),
  broken(
    'host-port-held',
    'Another DaemonSet holds a host port of the agent',
    waits(
      'Unschedulable',
      "0/2 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, 1 node(s) didn't satisfy plugin(s) [NodeAffinity].",
      [],
      { holders: { 'statsd/statsd': 8125 } },
    ),
    'host-port-taken',
    follows,
  ),
  broken(
    'no-memory-left',
    'The nodes have no memory left for the agent',
    waits(
      'Unschedulable',
      "0/2 nodes are available: 1 Insufficient memory, 1 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
    ),
    'node-without-room-for-agent',
    follows,
  ),
  broken(
    'anti-affinity',
    "The agent's pods must not be beside another's",
    waits(
      'Unschedulable',
      "0/2 nodes are available: 1 node(s) didn't match pod anti-affinity rules, 1 node(s) didn't satisfy plugin(s) [NodeAffinity].",
    ),
    'agent-pod-not-scheduled',
    follows,
  ),
  broken(
    'image-tag-unknown',
    "The registry has no image of the agent's tag; a kubelet before 1.32 says so in an event alone",
    waits('ImagePullBackOff', 'Back-off pulling image "gcr.io/datadoghq/agent:7.99.9"', [
      [
        'Failed',
        'Failed to pull image "gcr.io/datadoghq/agent:7.99.9": rpc error: code = NotFound desc = gcr.io/datadoghq/agent:7.99.9: not found',
      ],
      ['Failed', 'Error: ErrImagePull'],
    ]),
    'agent-image-not-pulled',
    follows,
  ),
  broken(
    'pod-network-down',
    'The network plugin of the nodes fails',
    waits('ContainerCreating', '', [
      [
        'FailedCreatePodSandBox',
        'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "5e1f": plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized: Unauthorized',
      ],
    ]),
    'pod-sandbox-not-created',
    follows,
  ),
];
