/** The Datadog Cluster Agent. From its chart (cluster-agent-rbac.yaml, orchestrator-explorer-rbac.yaml) and operator (component/clusteragent/rbac.go). */
import { LEASE_AND_CONFIGMAP } from './datadog-agent.js';
import type { PermissionNeed, Profile } from './types.js';

const READ = ['get', 'list', 'watch'];

/** The same right on several resources of a group. */
function each(feature: string, verbs: string[], group: string, resources: string[], more: Partial<PermissionNeed> = {}): PermissionNeed[] {
  return resources.map((resource) => ({ feature, verbs, group, resource, ...more }));
}

const ADMISSION = 'admissionregistration.k8s.io';
const WEBHOOKS = ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'];

export const datadogClusterAgent: Profile = {
  profile: 'datadog-cluster-agent',
  title: 'Datadog Cluster Agent',
  account: { namespace: 'datadog', name: 'datadog-cluster-agent' },
  hints: ['datadog'],
  names: {
    lock: { variable: 'DD_LEADER_LEASE_NAME', value: 'datadog-leader-election' },
    token: { variable: 'DD_CLUSTER_AGENT_TOKEN_NAME', value: 'datadogtoken' },
  },
  locks: [{ kind: 'configmap' }],
  lockSetting: { variable: 'DD_LEADER_ELECTION_DEFAULT_RESOURCE', since: '7.47' },
  features: [
    { feature: 'metadata', loses: 'service, node and namespace tags', required: true, always: true },
    { feature: 'cluster-id', loses: 'cluster ID', required: true, always: true },
    { feature: 'leader-election', loses: 'leader election for events and cluster checks', required: true, always: true },
    { feature: 'endpoint-checks', loses: 'endpoint checks', environment: ['DD_KUBERNETES_USE_ENDPOINT_SLICES=true'] },
    { feature: 'events', loses: 'Kubernetes events', environment: ['DD_COLLECT_KUBERNETES_EVENTS=true'] },
    { feature: 'component-status', loses: 'control-plane service check' },
    { feature: 'autoscaling', loses: 'HorizontalPodAutoscaler metrics' },
    { feature: 'external-metrics', loses: 'external metrics for autoscaling', environment: ['DD_EXTERNAL_METRICS_PROVIDER_ENABLED=true'] },
    { feature: 'admission-controller', loses: 'admission controller', environment: ['DD_ADMISSION_CONTROLLER_ENABLED=true'] },
    { feature: 'orchestrator-explorer', loses: 'orchestrator explorer', environment: ['DD_ORCHESTRATOR_EXPLORER_ENABLED=true'] },
    { feature: 'kube-state-metrics', loses: 'kube-state metrics', environment: ['DD_KUBE_STATE_METRICS_CORE_ENABLED=true'] },
    { feature: 'language-detection', loses: 'language detection', environment: ['DD_LANGUAGE_DETECTION_ENABLED=true'] },
    { feature: 'compliance', loses: 'compliance checks', environment: ['DD_COMPLIANCE_CONFIG_ENABLED=true'] },
    { feature: 'control-plane', loses: 'apiserver metrics' },
  ],
  needs: [
    ...each('metadata', READ, '', ['services', 'pods', 'nodes', 'namespaces']),
    ...each('metadata', READ, '', ['endpoints'], { kubernetes: { until: '1.33' } }),
    { feature: 'cluster-id', verbs: ['get'], resource: 'namespaces', name: 'kube-system' },
    { feature: 'cluster-id', verbs: ['get', 'update'], resource: 'configmaps', name: 'datadog-cluster-id', namespace: 'agent' },
    { feature: 'cluster-id', verbs: ['create'], resource: 'configmaps', namespace: 'agent' },
    ...(['lease', 'configmap'] as const).flatMap((lock): PermissionNeed[] => {
      const where = lock === 'lease' ? { group: 'coordination.k8s.io', resource: 'leases' } : { resource: 'configmaps' };
      const need = { feature: 'leader-election', kind: 'leader-lock', lock, namespace: 'agent', ...where } as const;
      return [
        { ...need, verbs: ['get', 'update'], name: '{lock}' },
        { ...need, verbs: ['create'] },
      ];
    }),
    ...LEASE_AND_CONFIGMAP,
    ...each('endpoint-checks', READ, 'discovery.k8s.io', ['endpointslices'], { kubernetes: { since: '1.21' } }),
    { feature: 'events', verbs: ['get', 'list', 'watch', 'create'], resource: 'events' },
    { feature: 'events', kind: 'event-bookmark', verbs: ['get', 'update'], resource: 'configmaps', name: '{token}', namespace: 'agent' },
    ...each('component-status', ['list'], '', ['componentstatuses']),
    ...each('autoscaling', ['list', 'watch'], 'autoscaling', ['horizontalpodautoscalers']),
    { feature: 'external-metrics', verbs: ['get', 'update'], resource: 'configmaps', name: 'datadog-custom-metrics', namespace: 'agent' },
    {
      feature: 'external-metrics',
      verbs: READ,
      resource: 'configmaps',
      name: 'extension-apiserver-authentication',
      namespace: { fixed: 'kube-system' },
    },
    ...each('external-metrics', ['create'], 'authorization.k8s.io', ['subjectaccessreviews']),
    ...each('external-metrics', ['create'], 'authentication.k8s.io', ['tokenreviews']),
    ...each('external-metrics', ['list', 'watch', 'create', 'delete'], 'datadoghq.com', ['datadogmetrics']),
    { feature: 'external-metrics', verbs: ['update'], group: 'datadoghq.com', resource: 'datadogmetrics', subresource: 'status' },
    ...each('admission-controller', ['create'], ADMISSION, WEBHOOKS),
    ...each('admission-controller', [...READ, 'update', 'delete'], ADMISSION, WEBHOOKS, { name: 'datadog-webhook' }),
    ...each('admission-controller', ['get'], 'apps', ['statefulsets', 'replicasets', 'deployments', 'daemonsets']),
    ...each('admission-controller', ['get'], 'batch', ['jobs', 'cronjobs']),
    ...each('admission-controller', ['get'], '', ['replicationcontrollers']),
    ...each('admission-controller', [...READ, 'update', 'create'], '', ['secrets'], { namespace: 'agent' }),
    ...each('orchestrator-explorer', READ, '', ['pods', 'nodes', 'namespaces', 'limitranges', 'services', 'serviceaccounts']),
    ...each('orchestrator-explorer', READ, '', ['persistentvolumes', 'persistentvolumeclaims']),
    ...each('orchestrator-explorer', READ, 'apps', ['deployments', 'replicasets', 'daemonsets', 'statefulsets']),
    ...each('orchestrator-explorer', READ, 'batch', ['jobs', 'cronjobs']),
    ...each('orchestrator-explorer', READ, 'networking.k8s.io', ['ingresses', 'networkpolicies']),
    ...each('orchestrator-explorer', READ, 'rbac.authorization.k8s.io', ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings']),
    ...each('orchestrator-explorer', READ, 'storage.k8s.io', ['storageclasses']),
    ...each('orchestrator-explorer', READ, 'apiextensions.k8s.io', ['customresourcedefinitions']),
    ...each('orchestrator-explorer', ['list', 'watch'], 'autoscaling', ['horizontalpodautoscalers']),
    ...each('kube-state-metrics', ['list', 'watch'], '', ['pods', 'nodes', 'services', 'resourcequotas', 'replicationcontrollers']),
    ...each('kube-state-metrics', ['list', 'watch'], '', [
      'limitranges',
      'persistentvolumeclaims',
      'persistentvolumes',
      'namespaces',
      'events',
    ]),
    ...each('kube-state-metrics', ['list', 'watch'], 'apps', ['daemonsets', 'deployments', 'replicasets', 'statefulsets']),
    ...each('kube-state-metrics', ['list', 'watch'], 'apps', ['controllerrevisions'], { agent: { since: '7.72' } }),
    ...each('kube-state-metrics', ['list', 'watch'], 'batch', ['jobs', 'cronjobs']),
    ...each('kube-state-metrics', ['list', 'watch'], 'autoscaling', ['horizontalpodautoscalers']),
    ...each('kube-state-metrics', ['list', 'watch'], 'policy', ['poddisruptionbudgets']),
    ...each('kube-state-metrics', ['list', 'watch'], 'storage.k8s.io', ['storageclasses', 'volumeattachments']),
    ...each('kube-state-metrics', ['list', 'watch'], 'networking.k8s.io', ['ingresses']),
    ...each('language-detection', [...READ, 'patch'], 'apps', ['deployments']),
    ...each('compliance', ['list'], '', ['serviceaccounts', 'namespaces']),
    ...each('compliance', ['list'], 'rbac.authorization.k8s.io', ['rolebindings', 'clusterrolebindings']),
    ...each('compliance', ['list'], 'networking.k8s.io', ['networkpolicies']),
    ...each('compliance', ['list', 'watch'], 'policy', ['poddisruptionbudgets']),
    { feature: 'control-plane', verbs: ['get'], path: '/metrics' },
    { feature: 'control-plane', verbs: ['get'], path: '/version' },
    { feature: 'control-plane', verbs: ['get'], path: '/healthz' },
  ],
};
