/**
 * What a pod of ours may do: what the agent reads of a kubelet of 1.33 or later, and the reads that our own questions need. No secret, no write, and
 * no nodes/proxy, which older kubelets ask for: that one would let it run commands in every pod of a node.
 */
import type { ResolvedNeed } from '../model/facts.js';
import { KUBELET } from './datadog-agent.js';
import { resolveProfile } from './resolve.js';
import type { Profile } from './types.js';

const own: Profile = {
  profile: 'kubelet-doctor',
  title: 'kubelet-doctor',
  account: { namespace: 'kubelet-doctor', name: 'kubelet-doctor' },
  hints: [],
  features: [
    { feature: 'kubelet', loses: 'answers of the kubelet', always: true },
    { feature: 'node', loses: 'address and heartbeat of the node', always: true },
  ],
  needs: [
    ...KUBELET,
    { feature: 'node', verbs: ['get'], resource: 'nodes' },
    // Where kubelets renew their heartbeat (pkg/kubelet, NodeLease).
    { feature: 'node', verbs: ['get'], group: 'coordination.k8s.io', resource: 'leases', namespace: { fixed: 'kube-node-lease' } },
  ],
};

export function ownNeeds(): ResolvedNeed[] {
  const namespace = { value: own.account.namespace, from: '' };
  return resolveProfile(own, { source: 'built in', asked: [], environment: {}, kubeletVersions: [], namespace, inDepth: false }).needs;
}
