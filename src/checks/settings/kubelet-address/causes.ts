/** Why the agent has no address of its own kubelet, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';
import { AGENT_KUBELET } from '../../shared/distributions.js';

export const CAUSES = {
  'kubelet-host-unset': {
    title: 'kubelet host not set',
    means:
      'The agent has no address to look for the kubelet at. Agent 6 and 7 do not guess: without `DD_KUBERNETES_KUBELET_HOST` they ask only a Docker daemon for its host name, and on containerd or CRI-O nothing is left. The log then says `impossible to reach Kubelet with host: .` with nothing after the colon.',
    happens:
      'A manifest without the downward API entry, an Agent 5 variable (`KUBERNETES_KUBELET_HOST`) that nobody reads any more, or the variable set on one container of the pod and not on the others.',
    distributions: AGENT_KUBELET,
    confirm:
      'For each container of the pod, as the variable is often set on one only:\n\n    kubectl -n NAMESPACE exec POD -c agent -- env | grep KUBELET_HOST',
    fix: 'Take the address from the downward API field; the pods are replaced. The chart and the operator do so by themselves.\n\n    - name: DD_KUBERNETES_KUBELET_HOST\n      valueFrom: {fieldRef: {fieldPath: status.hostIP}}',
    avoid: 'Do not write down one IP: the pod runs on every node, and each would ask the same kubelet.',
    explainedBy: ['agent-settings-renamed'],
  },
  'kubelet-host-not-a-node': {
    title: 'kubelet host is not the node',
    means:
      'The address the agent dials is a gateway of its network or another machine: nothing answers on 10250 there, or the kubelet of another node does. Then everything works, and the agent takes the pods of that node for its own; its own node is watched by nobody.',
    happens:
      "Following the Agent 5 idea that the container's default gateway is the node. With Calico it is 169.254.1.1, with others a bridge or router. Or an IP was written into the manifest: all nodes ask that one, or the node was replaced.",
    distributions: AGENT_KUBELET,
    confirm:
      '`kubectl get node NODE -o wide` shows the addresses; `ip route` in the pod shows the gateway. Whose kubelet answers stands in its certificate:\n\n    openssl s_client -connect HOST:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -subject -ext subjectAltName',
    fix: "`status.hostIP` from the downward API. `spec.nodeName` is the other choice where the kubelet's certificate names only the host name, and only if that name resolves in pods.",
    avoid: "Do not write the node's present IP into the manifest: it is wrong on every other node, and here after the next replacement.",
    explainedBy: ['agent-host-of-one-node'],
  },
  'agent-ports-both-disabled': {
    title: 'both kubelet ports disabled in the agent',
    means:
      'With `kubernetes_https_kubelet_port` and `kubernetes_http_kubelet_port` at 0 the agent dials nothing: `Invalid Kubelet configuration: both HTTPS and HTTP ports are disabled`.',
    happens: 'The HTTPS port was set to 0 to force the read-only port (GKE Autopilot before `useApiServer`), and that was closed later.',
    confirm: "In the agent's container:\n\n    kubectl -n NAMESPACE exec POD -c agent -- env | grep KUBELET_PORT",
    fix: 'Set the HTTPS port back to 10250, the authenticated one; the pods are replaced.',
    avoid: 'Do not open 10255 instead: it answers anyone who reaches the node.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
