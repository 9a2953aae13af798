/** What `pod-network-path` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'pod-network-path-blocked': {
    title: 'server reached from the host network, not from the pod',
    means:
      'Two reports of the same node, from two networks. The server answers in the host network, so it runs and listens: the path out of the pod is broken.',
    happens: "A NetworkPolicy with egress rules on the agent's pod, or a CNI whose pods cannot reach node addresses.",
    confirm:
      '`kubectl get networkpolicies -A`; on the node `tcpdump -ni any tcp port 10250` while the pod connects. Cilium: `cilium-dbg monitor --type drop` in its pod on the node.',
    fix: 'Allow egress to the nodes on 10250 in the NetworkPolicies, then check how the CNI treats node addresses. Or run the agent in the host network.',
  },
  'kubelet-silent-everywhere': {
    title: 'kubelet unreachable from both networks',
    means:
      "Two reports of the same node, from the host network and from a pod: the kubelet answers in neither, so the pod's network alone is not the cause.",
    happens: 'The kubelet is down or listens elsewhere, or the node is off.',
    confirm: 'On the node: `systemctl status kubelet`, `ss -ltnp "sport = :10250"`.',
    fix: 'Read the last error in `journalctl -u kubelet`, fix it and start the kubelet.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
