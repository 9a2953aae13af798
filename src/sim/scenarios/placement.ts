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
const OURS = ['--daemonset', 'datadog/datadog-agent'];

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
];
