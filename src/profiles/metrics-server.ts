/** metrics-server, as an example of an agent of others: it reads /metrics/resource of every kubelet (its manifests/base/rbac.yaml). */
import type { Profile } from './types.js';

export const metricsServer: Profile = {
  profile: 'metrics-server',
  title: 'metrics-server',
  account: { namespace: 'kube-system', name: 'metrics-server' },
  hints: ['metrics-server'],
  features: [
    { feature: 'kubelet', loses: 'CPU and memory of nodes and pods', required: true, always: true },
    { feature: 'objects', loses: 'pods and nodes to report metrics for', required: true, always: true },
    { feature: 'authentication', loses: 'answers to requests of the apiserver', required: true, always: true },
  ],
  needs: [
    { feature: 'kubelet', verbs: ['get'], resource: 'nodes', subresource: 'metrics' },
    { feature: 'objects', verbs: ['get', 'list', 'watch'], resource: 'pods' },
    { feature: 'objects', verbs: ['get', 'list', 'watch'], resource: 'nodes' },
    { feature: 'authentication', verbs: ['create'], group: 'authentication.k8s.io', resource: 'tokenreviews' },
    { feature: 'authentication', verbs: ['create'], group: 'authorization.k8s.io', resource: 'subjectaccessreviews' },
    {
      feature: 'authentication',
      verbs: ['get', 'list', 'watch'],
      resource: 'configmaps',
      name: 'extension-apiserver-authentication',
      namespace: { fixed: 'kube-system' },
    },
  ],
};
