/**
 * What two reports of one node show together and neither shows alone: a server that answers in the host's network and is silent in the pod's.
 * No single run can judge it: `kubelet-doctor merge` does (src/report/merge/vantages.ts), and `explain` finds its words here like those of any cause.
 */
import { defineCheck } from '../../model/check.js';
import { notApplicable } from '../shared/problem.js';

export const podNetworkPath = defineCheck({
  question: 'pod-network-path',
  asks: 'Does the server that answers in the host network answer in the pod network too?',
  target: 'kubelet',
  layer: 'tcp',
  required: false,
  needs: [],
  words: {
    blocked:
      '{server} answers from the host network of {node} but not from the pod network: the path of the pod (NetworkPolicy or CNI) is the cause',
    apart: '; the two were asked {minutes} minutes apart',
    silent:
      '{server} answers neither from the pod network nor from the host network: the kubelet of {node} or the node itself is the cause',
    answered: '{server} answers',
    fixPath: 'Let pods of the agent connect to {server}: first its NetworkPolicies (egress), then what the CNI does with node addresses',
    fixHostNetwork: 'Or run the agent in the network of the host (hostNetwork: true), which answers',
    fixNode: 'On {node} see whether the kubelet runs: systemctl status kubelet, then journalctl -u kubelet',
    alone: 'one report sees from one place only; kubelet-doctor merge compares several',
  },
  causes: {
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
  },
  judge: (_view, say) => notApplicable(say('alone')),
});
