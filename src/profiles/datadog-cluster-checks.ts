/**
 * What runs in the Cluster Agent, or on cluster checks runners where there are any: then the rights go to their account (helm-charts 3.240.0,
 * useClusterCheckRunners of kubeStateMetricsCore and orchestratorExplorer; operator 1.29, bindings -ksm-core-ccr and -orch-exp-ccr). Which of the
 * two it is stands in the check's own configuration, as `cluster_check: true`.
 */
import { each, INFORM } from './shared.js';
import type { Profile, ProfileFeature } from './types.js';

export const ORCHESTRATOR_OFF = 'DD_ORCHESTRATOR_EXPLORER_ENABLED=false';

const KUBE_STATE_METRICS: ProfileFeature = { feature: 'kube-state-metrics', loses: 'kube-state metrics', check: 'kubernetes_state_core' };
const ORCHESTRATOR: ProfileFeature = { feature: 'orchestrator-explorer', loses: 'orchestrator explorer', check: 'orchestrator' };

/** In the Cluster Agent: the operator sets the variable, the chart a file of conf.d alone; the explorer is on by default (datadog-agent pkg/config/setup). */
export const CHECKS_OF_CLUSTER_AGENT: ProfileFeature[] = [
  { ...ORCHESTRATOR, always: true, unless: [ORCHESTRATOR_OFF] },
  { ...KUBE_STATE_METRICS, environment: ['DD_KUBE_STATE_METRICS_CORE_ENABLED=true'] },
];

/** An Agent is the one of the first chart whose role has the right. */
export const CLUSTER_CHECKS = [
  ...each('orchestrator-explorer', INFORM, '', ['pods', 'nodes', 'namespaces', 'services']),
  ...each('orchestrator-explorer', INFORM, 'apps', ['deployments', 'replicasets']),
  ...each('orchestrator-explorer', INFORM, 'apps', ['daemonsets'], { agent: { since: '7.29' } }),
  ...each('orchestrator-explorer', INFORM, 'batch', ['jobs', 'cronjobs'], { agent: { since: '7.29' } }),
  ...each('orchestrator-explorer', INFORM, 'apps', ['statefulsets'], { agent: { since: '7.30' } }),
  ...each('orchestrator-explorer', INFORM, '', ['persistentvolumes', 'persistentvolumeclaims', 'serviceaccounts'], {
    agent: { since: '7.33' },
  }),
  ...each('orchestrator-explorer', INFORM, 'rbac.authorization.k8s.io', ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'], {
    agent: { since: '7.33' },
  }),
  ...each('orchestrator-explorer', INFORM, 'networking.k8s.io', ['ingresses'], { agent: { since: '7.33' } }),
  ...each('orchestrator-explorer', INFORM, 'apiextensions.k8s.io', ['customresourcedefinitions'], { agent: { since: '7.41' } }),
  ...each('orchestrator-explorer', INFORM, 'networking.k8s.io', ['networkpolicies'], { agent: { since: '7.51' } }),
  ...each('orchestrator-explorer', INFORM, '', ['limitranges'], { agent: { since: '7.53' } }),
  ...each('orchestrator-explorer', INFORM, 'storage.k8s.io', ['storageclasses'], { agent: { since: '7.53' } }),
  ...each('orchestrator-explorer', INFORM, 'autoscaling', ['horizontalpodautoscalers']),
  ...each('kube-state-metrics', INFORM, '', ['pods', 'nodes', 'services', 'resourcequotas', 'replicationcontrollers', 'limitranges']),
  ...each('kube-state-metrics', INFORM, '', ['persistentvolumeclaims', 'persistentvolumes', 'namespaces', 'events']),
  ...each('kube-state-metrics', INFORM, 'apps', ['daemonsets', 'deployments', 'replicasets', 'statefulsets']),
  ...each('kube-state-metrics', INFORM, 'apps', ['controllerrevisions'], { agent: { since: '7.72' } }),
  ...each('kube-state-metrics', INFORM, 'batch', ['jobs', 'cronjobs']),
  ...each('kube-state-metrics', INFORM, 'autoscaling', ['horizontalpodautoscalers']),
  ...each('kube-state-metrics', INFORM, 'policy', ['poddisruptionbudgets']),
  ...each('kube-state-metrics', INFORM, 'storage.k8s.io', ['storageclasses', 'volumeattachments']),
  ...each('kube-state-metrics', INFORM, 'networking.k8s.io', ['ingresses']),
];

/** The account of the runners: itself it asks the apiserver for nothing, its checks do. */
export const datadogClusterChecks: Profile = {
  profile: 'datadog-cluster-checks',
  title: 'Datadog cluster checks runner',
  account: { namespace: 'datadog', name: 'datadog-cluster-checks' },
  hints: ['datadog'],
  runner: true,
  features: [{ ...ORCHESTRATOR, environment: ['DD_ORCHESTRATOR_EXPLORER_ENABLED=true'] }, KUBE_STATE_METRICS],
  needs: CLUSTER_CHECKS,
};
