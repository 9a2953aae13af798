/**
 * The Datadog node Agent, with and without Cluster Agent. From its chart and operator (rbac.yaml, component/agent/rbac.go), its own
 * documentation (docs.datadoghq.com, Kubernetes, RBAC), and for the kubelet from what kubelets ask for (pkg/kubelet/server/auth.go).
 */
import type { KubeletSubresource } from '../kubernetes/kubelet/rights.js';
import { ENDPOINTS, each, LEASE_AND_CONFIGMAP, locksOn, READ, SLICES_FOR_METADATA } from './shared.js';
import type { PermissionNeed, Profile } from './types.js';

const atKubelet = { feature: 'kubelet', kind: 'kubelet', verbs: ['get'], resource: 'nodes' } as const;
/** The agent then asks the apiserver's node proxy, whatever the kubelet: nodes/proxy alone (datadog-agent, pkg/util/kubernetes/kubelet, kubelet_hosts.go). */
const FARGATE = 'DD_EKS_FARGATE=true';
const POD_LIST_ELSEWHERE = 'DD_KUBELET_USE_API_SERVER=true';
type AtKubelet = Omit<PermissionNeed, 'feature' | 'verbs'> & { subresource: KubeletSubresource };
const OLD_LOSES = 'pod list and tags, kubelet service check';

/** Its paths, by the version of each kubelet: fine-grained rights from 1.33 on, nodes/proxy before. */
const AT_KUBELET: AtKubelet[] = [
  { subresource: 'metrics', loses: 'kubelet, container and probe metrics' },
  { subresource: 'stats', loses: 'node and volume statistics' },
  {
    subresource: 'pods',
    kubelet: 'fine-grained',
    loses: 'pod list and tags',
    unless: [FARGATE, POD_LIST_ELSEWHERE],
  },
  { subresource: 'healthz', kubelet: 'fine-grained', loses: 'kubelet service check' },
  { subresource: 'configz', kubelet: 'fine-grained', required: false, loses: 'kubelet configuration view' },
  { subresource: 'proxy', kubelet: 'classic', loses: OLD_LOSES },
];

export const KUBELET: PermissionNeed[] = AT_KUBELET.map((need) => ({ unless: [FARGATE], ...atKubelet, ...need, verbs: ['get'] }));

export const datadogAgent: Profile = {
  profile: 'datadog-agent',
  title: 'Datadog node Agent',
  account: { namespace: 'datadog', name: 'datadog-agent' },
  hints: ['datadog'],
  names: {
    lock: { variable: 'DD_LEADER_LEASE_NAME', value: 'datadog-leader-election' },
    token: { variable: 'DD_CLUSTER_AGENT_TOKEN_NAME', value: 'datadogtoken' },
  },
  // Agent 5 locked on Endpoints, as the official list has it; every later one on a ConfigMap, unless it is told otherwise (7.47 and later).
  locks: [{ kind: 'endpoints' }, { kind: 'configmap', since: '6.0' }],
  lockSetting: { variable: 'DD_LEADER_ELECTION_DEFAULT_RESOURCE', since: '7.47' },
  features: [
    { feature: 'kubelet', loses: 'kubelet integration', required: true, always: true },
    {
      feature: 'use-apiserver',
      loses: 'pod list and tags, read from the apiserver',
      required: true,
      environment: [POD_LIST_ELSEWHERE],
    },
    { feature: 'eks-fargate', loses: 'all kubelet data, read through the apiserver', required: true, environment: [FARGATE] },
    { feature: 'events', loses: 'Kubernetes events', environment: ['DD_COLLECT_KUBERNETES_EVENTS=true'] },
    {
      feature: 'leader-election',
      loses: 'leader election for events and cluster checks',
      // Event collection turns it on (datadog-agent docs, event_collection).
      environment: ['DD_LEADER_ELECTION=true', 'DD_COLLECT_KUBERNETES_EVENTS=true'],
    },
    { feature: 'metadata', loses: 'service, node and namespace tags', environment: ['DD_CLUSTER_AGENT_ENABLED=false'] },
    { feature: 'component-status', loses: 'control-plane service check' },
    { feature: 'control-plane', loses: 'control-plane metrics' },
    { feature: 'eks-control-plane', loses: 'EKS control-plane metrics' },
    {
      feature: 'container-logs',
      loses: 'container logs from the kubelet',
      environment: ['DD_LOGS_CONFIG_K8S_CONTAINER_USE_KUBELET_API=true'],
    },
    { feature: 'node-logs', loses: 'node logs (/logs/)' },
    { feature: 'openshift', loses: 'OpenShift quotas and the security context of the agent' },
    {
      feature: 'official',
      loses: 'features of the official permission list',
      includes: ['events', 'leader-election', 'component-status'],
    },
    {
      feature: 'without-cluster-agent',
      loses: 'features of the Cluster Agent',
      includes: ['events', 'leader-election', 'metadata', 'component-status', 'control-plane'],
    },
  ],
  needs: [
    ...KUBELET,
    // /containerLogs and /logs have no fine-grained right of their own but nodes/log for the latter.
    { feature: 'container-logs', verbs: ['get'], resource: 'nodes', subresource: 'proxy' },
    { feature: 'eks-fargate', verbs: ['get'], resource: 'nodes', subresource: 'proxy' },
    { feature: 'node-logs', verbs: ['get'], resource: 'nodes', subresource: 'log' },
    { feature: 'use-apiserver', verbs: ['get', 'list'], resource: 'pods', agent: { since: '7.65' } },
    { feature: 'events', verbs: ['list', 'watch'], resource: 'events' },
    {
      feature: 'events',
      kind: 'event-bookmark',
      verbs: ['get', 'update'],
      resource: 'configmaps',
      name: '{token}',
      namespace: 'agent',
      loses: 'bookmark of the last event (lost or repeated events after a restart)',
    },
    ...locksOn('lease', 'configmap', 'endpoints'),
    ...LEASE_AND_CONFIGMAP,
    ...each('metadata', READ, '', ['services', 'pods', 'nodes', 'namespaces']),
    ...ENDPOINTS,
    ...SLICES_FOR_METADATA,
    { feature: 'component-status', verbs: ['list'], resource: 'componentstatuses' },
    { feature: 'control-plane', verbs: ['get'], path: '/metrics' },
    { feature: 'control-plane', verbs: ['get'], path: '/metrics/slis', kubernetes: { since: '1.26' } },
    { feature: 'control-plane', verbs: ['get'], path: '/version' },
    { feature: 'control-plane', verbs: ['get'], path: '/healthz' },
    {
      feature: 'control-plane',
      verbs: ['get'],
      group: 'coordination.k8s.io',
      resource: 'leases',
      namespace: { fixed: 'kube-system' },
      kubernetes: { since: '1.20' },
      loses: 'leader status of controller-manager and scheduler',
    },
    {
      feature: 'control-plane',
      verbs: ['get'],
      resource: 'endpoints',
      namespace: { fixed: 'kube-system' },
      kubernetes: { until: '1.20' },
      loses: 'leader status of controller-manager and scheduler',
    },
    { feature: 'eks-control-plane', verbs: ['get'], group: 'metrics.eks.amazonaws.com', resource: 'kcm', subresource: 'metrics' },
    { feature: 'eks-control-plane', verbs: ['get'], group: 'metrics.eks.amazonaws.com', resource: 'ksh', subresource: 'metrics' },
    { feature: 'openshift', verbs: ['get', 'list'], group: 'quota.openshift.io', resource: 'clusterresourcequotas' },
    { feature: 'openshift', verbs: ['use'], group: 'security.openshift.io', resource: 'securitycontextconstraints', name: 'privileged' },
  ],
};
