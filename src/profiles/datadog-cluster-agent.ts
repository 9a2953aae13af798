/**
 * The Datadog Cluster Agent. From what it calls (datadog-agent cmd/cluster-agent, pkg/clusteragent), as far as chart (helm-charts 3.240.0
 * cluster-agent-rbac.yaml) and operator (1.29 component/clusteragent/rbac.go) grant it both; `since` is the Agent of the first chart with the
 * right (helm-charts 2.12.1 to 3.240.0, rendered). What an informer reads is listed and watched, and never got by name.
 */
import { CHECKS_OF_CLUSTER_AGENT, CLUSTER_CHECKS, ORCHESTRATOR_OFF } from './datadog-cluster-checks.js';
import { ENDPOINT_SLICES, ENDPOINTS, each, INFORM, LEASE_AND_CONFIGMAP, locksOn, READ, SLICES_FOR_METADATA } from './shared.js';
import type { PermissionNeed, Profile } from './types.js';

const ADMISSION = 'admissionregistration.k8s.io';
/** A webhook and a setting of its own came with 7.59. */
const VALIDATES = { agent: { since: '7.59' }, unless: ['DD_ADMISSION_CONTROLLER_VALIDATION_ENABLED=false'] };
const DATADOG_METRIC = 'DD_EXTERNAL_METRICS_PROVIDER_USE_DATADOGMETRIC_CRD=true';

const webhooks = (resource: string, more: Partial<PermissionNeed>): PermissionNeed[] => [
  ...each('admission-controller', ['create'], ADMISSION, [resource], more),
  ...each('admission-controller', [...READ, 'update'], ADMISSION, [resource], { name: '{webhook}', ...more }),
];

export const datadogClusterAgent: Profile = {
  profile: 'datadog-cluster-agent',
  title: 'Datadog Cluster Agent',
  account: { namespace: 'datadog', name: 'datadog-cluster-agent' },
  hints: ['datadog'],
  names: {
    lock: { variable: 'DD_LEADER_LEASE_NAME', value: 'datadog-leader-election' },
    token: { variable: 'DD_CLUSTER_AGENT_TOKEN_NAME', value: 'datadogtoken' },
    webhook: { variable: 'DD_ADMISSION_CONTROLLER_WEBHOOK_NAME', value: 'datadog-webhook' },
  },
  // 1.17 came with Agent 7.33, and 1.22 with 7.38; the next one was 7.39.
  renumbered: { from: 1, to: 7, later: 16 },
  locks: [{ kind: 'configmap' }],
  lockSetting: { variable: 'DD_LEADER_ELECTION_DEFAULT_RESOURCE', since: '7.47' },
  features: [
    { feature: 'metadata', loses: 'service, node and namespace tags', required: true, always: true },
    // A start without it goes on (cmd/cluster-agent/subcommands/start: "Failed to generate or retrieve the cluster ID").
    { feature: 'cluster-id', loses: 'cluster ID and orchestrator explorer', always: true, unless: [ORCHESTRATOR_OFF] },
    { feature: 'leader-election', loses: 'leader election for events and cluster checks', required: true, always: true },
    { feature: 'endpoint-checks', loses: 'endpoint checks', environment: [ENDPOINT_SLICES] },
    { feature: 'events', loses: 'Kubernetes events', environment: ['DD_COLLECT_KUBERNETES_EVENTS=true'] },
    { feature: 'component-status', loses: 'control-plane service check' },
    { feature: 'autoscaling', loses: 'HorizontalPodAutoscaler metrics' },
    { feature: 'external-metrics', loses: 'external metrics for autoscaling', environment: ['DD_EXTERNAL_METRICS_PROVIDER_ENABLED=true'] },
    { feature: 'admission-controller', loses: 'admission controller', environment: ['DD_ADMISSION_CONTROLLER_ENABLED=true'] },
    ...CHECKS_OF_CLUSTER_AGENT,
    { feature: 'language-detection', loses: 'language detection', environment: ['DD_LANGUAGE_DETECTION_ENABLED=true'] },
    { feature: 'compliance', loses: 'compliance checks', environment: ['DD_COMPLIANCE_CONFIG_ENABLED=true'] },
    { feature: 'control-plane', loses: 'apiserver metrics' },
  ],
  needs: [
    ...each('metadata', READ, '', ['services', 'pods', 'nodes', 'namespaces']),
    ...ENDPOINTS,
    { feature: 'cluster-id', verbs: ['get'], resource: 'namespaces', name: 'kube-system' },
    { feature: 'cluster-id', verbs: ['get', 'update'], resource: 'configmaps', name: 'datadog-cluster-id', namespace: 'agent' },
    { feature: 'cluster-id', verbs: ['create'], resource: 'configmaps', namespace: 'agent' },
    ...locksOn('lease', 'configmap'),
    ...LEASE_AND_CONFIGMAP,
    ...SLICES_FOR_METADATA,
    ...each('endpoint-checks', READ, 'discovery.k8s.io', ['endpointslices'], { agent: { since: '7.59' } }),
    ...each('events', INFORM, '', ['events']),
    { feature: 'events', kind: 'event-bookmark', verbs: ['get', 'update'], resource: 'configmaps', name: '{token}', namespace: 'agent' },
    ...each('component-status', ['list'], '', ['componentstatuses']),
    ...each('autoscaling', INFORM, 'autoscaling', ['horizontalpodautoscalers']),
    {
      feature: 'external-metrics',
      verbs: ['get', 'update'],
      resource: 'configmaps',
      name: 'datadog-custom-metrics',
      namespace: 'agent',
      unless: [DATADOG_METRIC],
    },
    {
      feature: 'external-metrics',
      verbs: READ,
      resource: 'configmaps',
      name: 'extension-apiserver-authentication',
      namespace: { fixed: 'kube-system' },
    },
    ...each('external-metrics', ['create'], 'authorization.k8s.io', ['subjectaccessreviews']),
    ...each('external-metrics', ['create'], 'authentication.k8s.io', ['tokenreviews']),
    ...each('external-metrics', ['list', 'watch', 'create', 'delete'], 'datadoghq.com', ['datadogmetrics'], { when: [DATADOG_METRIC] }),
    ...each('external-metrics', ['update'], 'datadoghq.com', ['datadogmetrics'], { subresource: 'status', when: [DATADOG_METRIC] }),
    ...webhooks('mutatingwebhookconfigurations', {}),
    ...webhooks('validatingwebhookconfigurations', VALIDATES),
    ...each('admission-controller', ['delete'], ADMISSION, ['mutatingwebhookconfigurations'], {
      name: '{webhook}',
      agent: { since: '7.59' },
    }),
    ...each('admission-controller', ['delete'], ADMISSION, ['validatingwebhookconfigurations'], { name: '{webhook}', ...VALIDATES }),
    ...each('admission-controller', ['get'], 'apps', ['statefulsets', 'replicasets', 'deployments', 'daemonsets']),
    ...each('admission-controller', ['get'], 'batch', ['jobs', 'cronjobs']),
    ...each('admission-controller', ['get'], '', ['replicationcontrollers'], { agent: { since: '7.64' } }),
    ...each('admission-controller', [...READ, 'update', 'create'], '', ['secrets'], { namespace: 'agent' }),
    ...CLUSTER_CHECKS,
    ...each('language-detection', [...READ, 'patch'], 'apps', ['deployments']),
    ...each('compliance', ['list'], '', ['serviceaccounts', 'namespaces']),
    ...each('compliance', ['list'], 'rbac.authorization.k8s.io', ['rolebindings', 'clusterrolebindings']),
    ...each('compliance', ['list'], 'networking.k8s.io', ['networkpolicies']),
    ...each('compliance', INFORM, 'policy', ['poddisruptionbudgets']),
    { feature: 'control-plane', verbs: ['get'], path: '/metrics' },
    { feature: 'control-plane', verbs: ['get'], path: '/version' },
    { feature: 'control-plane', verbs: ['get'], path: '/healthz' },
  ],
};
