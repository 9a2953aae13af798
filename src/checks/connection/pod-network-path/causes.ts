/** What `pod-network-path` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'pod-network-path-blocked': {
    title: 'pod network does not reach what the host network reaches',
    means:
      'The same node was asked from two networks. The server answers in the host network, so it runs and listens; what is lost is lost on the way out of the pod.',
    happens: "A NetworkPolicy with egress rules on the agent's pod, or a CNI whose pods do not reach node addresses.",
    confirm:
      '`kubectl get networkpolicies -A`; on the node `tcpdump -ni any tcp port 10250` while the pod connects. Cilium: `cilium monitor --type drop`.',
    fix: "Allow the egress to the nodes' range on 10250, or run the agent in the host's network.",
  },
  'kubelet-silent-everywhere': {
    title: 'kubelet answers from no network',
    means:
      "The same node was asked from its own network and from a pod's, and its kubelet answered in neither: the pod's path is not the cause.",
    happens: 'The kubelet is down or listens elsewhere, or the node is off.',
    confirm: 'On the node: `systemctl status kubelet`, `ss -ltnp "sport = :10250"`.',
    fix: 'Start the kubelet; the last error in `journalctl -u kubelet` says why it stopped.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
