/** What can be wrong with what a kubelet answers, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';
import { KUBELET_LOG, KUBELET_SETTINGS } from '../../shared/distributions.js';

export const CAUSES = {
  'not-a-kubelet': {
    title: 'other server instead of the kubelet',
    means: 'A server accepts connections at that address and port, but it is not the kubelet.',
    happens:
      'metrics-server also listens on 10250 and answers with JSON `Status` objects. A proxy or load balancer answers in HTML. Or the host setting names a pod, a service or a gateway instead of the node.',
    confirm: '`curl -sk https://HOST:10250/pods`: a kubelet answers `Unauthorized` or `Forbidden (user=…` in plain text.',
    fix: "Set the kubelet host from `status.hostIP` in the agent's manifest.",
    avoid: "Do not grant the permissions that the JSON refusal names: they are another server's.",
    explainedBy: ['proxy-captures-kubelet', 'kubelet-host-not-a-node'],
    stranger: 'kubelet',
  },
  // cert-manager.io, Platform Provider Compatibility (Fargate); chart of metrics-server 3.10; kubernetes-sigs/metrics-server#1271.
  'kubelet-port-taken': {
    title: 'another server on the port of the kubelet',
    means:
      "The address and the port are those of the kubelet by its Node object, and another Kubernetes server answers there: one whose pod has the node's own address.",
    happens:
      'A pod in the host network, or any pod on EKS Fargate where pod and node share one address, listens on 10250: metrics-server from chart 3.10 on, the webhook of cert-manager, which both use that port by default. On other nodes it gets the port where the kubelet did not listen yet, or listens at another address (`address:`).',
    confirm:
      'The subject of the certificate is not `system:node:NODE`; on the node, `ss` names the process:\n\n    openssl s_client -connect HOST:10250 </dev/null 2>/dev/null |\n      openssl x509 -noout -subject -issuer\n    ss -ltnp "sport = :10250"',
    fix: 'Give that server another port: metrics-server `containerPort: 4443`, cert-manager `webhook.securePort: 10260` in the values of their charts. Restart the kubelet where it could not listen.',
    avoid:
      'Do not change the certificate of the kubelet or turn verification off: the certificate that is shown belongs to the other server, which would get the token.',
    explainedBy: ['proxy-captures-kubelet', 'kubelet-host-not-a-node'],
    stranger: 'kubelet',
  },
  'kubelet-answer-foreign': {
    title: 'kubelet path answered by another server',
    means:
      'The kubelet answers, but not on every path: one of those that the agent needs is answered by another server (HTML, an empty body, a redirect, 429), or with something that is not what the path is for.',
    happens:
      'A proxy, gateway or web application firewall between the agent and the kubelet filters by path, shows a login page, limits the rate, or has lost the connection behind it (502).',
    confirm:
      'Through the apiserver, which asks the kubelet from elsewhere, the same path answers otherwise:\n\n    kubectl get --raw /api/v1/nodes/NODE/proxy/pods | head -c 80',
    fix: 'Exclude the node addresses from the proxy (NO_PROXY), or allow the path in what filters it.',
    avoid: 'Do not grant permissions: the request did not come to the kubelet.',
    explainedBy: ['proxy-captures-kubelet', 'kubelet-host-not-a-node'],
  },
  'kubelet-answers-for-another-node': {
    title: 'kubelet answers for another node',
    means: 'The pod list or the statistics name another node than the one that was asked: the agent would report those of the other node.',
    happens:
      'A load balancer or a NAT rule sends connections to several kubelets in turn, a cache keeps the answer for another node, or two machines have the same address.',
    confirm:
      'Ask several times; the name must always be that of the node:\n\n    kubectl get --raw /api/v1/nodes/NODE/proxy/stats/summary |\n      grep nodeName',
    fix: 'Give the agent the address of the node it runs on (`status.hostIP`), without a load balancer in between. Where two machines share an address, change one.',
    avoid: 'Do not raise timeouts or grant permissions: the answers are complete, and of the wrong node.',
    explainedBy: ['proxy-captures-kubelet', 'kubelet-host-not-a-node'],
    stranger: 'kubelet',
  },
  'kubelet-unhealthy': {
    title: 'unhealthy kubelet',
    means:
      '/healthz answers 500 and names the part that failed: `syncloop` (the kubelet stopped syncing pods), `log`, `ping`, `device-plugin`.',
    happens: 'The container runtime hangs, the disk is full or slow, or the node is overloaded.',
    distributions: KUBELET_LOG,
    confirm:
      'Through the apiserver, with the details; or on the node:\n\n    kubectl get --raw "/api/v1/nodes/NODE/proxy/healthz?verbose"\n    curl -sS http://127.0.0.1:10248/healthz',
    fix: "Check the kubelet's log and the container runtime first (`crictl info`), then disk space and cgroups. Restart the kubelet when the cause is fixed.",
    avoid: 'Do not restart the kubelet in a loop: it stays unhealthy while the runtime hangs.',
    explainedBy: ['kubelet-hangs', 'container-runtime-down'],
  },
  'kubelet-endpoint-fails': {
    title: 'failing kubelet endpoint',
    means: 'The agent may read the path, but the kubelet fails to answer: 5xx, or nothing in time. Permissions are not the problem.',
    happens:
      'The container runtime does not answer, cAdvisor cannot read cgroups or a file system (`failed to get rootFs info`), or a slow node runs many pods.',
    distributions: KUBELET_LOG,
    confirm: '`kubectl get --raw /api/v1/nodes/NODE/proxy/stats/summary` fails with the same message.',
    fix: "Search the kubelet's log for the same message; check the container runtime with `crictl stats`. Longer timeouts help only if the node is slow.",
    avoid: 'Do not grant more permissions: the request was allowed and failed afterwards.',
    explainedBy: ['kubelet-hangs', 'container-runtime-down'],
  },
  'kubelet-large-answers-stall': {
    title: 'large answers of the kubelet that do not arrive',
    means:
      'TCP, TLS and short answers such as /healthz work, but every long answer stalls: packets above some size are lost between the node and the agent, and no ICMP message tells the sender (path MTU).',
    happens:
      'An overlay (VXLAN, IPsec, WireGuard), VPN or cloud link carries less than the MTU of the interface, and a firewall drops ICMP “fragmentation needed”. Often after a change of the CNI, of the cloud network or of a tunnel.',
    confirm:
      'The first command passes with a small size and fails with a large one; the second reads the same path from the other side:\n\n    ping -c 3 -M do -s 1372 NODE-ADDRESS\n    kubectl get --raw /api/v1/nodes/NODE/proxy/metrics/cadvisor | wc -c',
    fix: 'Set the MTU of the pod network (CNI) to what the path carries: the interface minus the overhead of each tunnel. Or allow ICMP type 3 code 4 (IPv6: type 2) between node and agent. Clamping the TCP MSS also works.',
    avoid: 'Do not raise the timeouts of the agent: the missing packets do not arrive later.',
    explainedBy: ['kubelet-hangs', 'container-runtime-down'],
  },
  'kubelet-debug-handlers-off': {
    title: 'disabled kubelet debug handlers',
    means: 'Debug endpoints answer 405 `Debug endpoints are disabled.` and /configz is 404, while /pods, metrics and statistics work.',
    happens: '`enableDebuggingHandlers: false` is set, a hardening that some node images ship.',
    distributions: KUBELET_SETTINGS,
    confirm: '`curl -sk https://NODE:10250/configz` answers 404, even without a credential.',
    fix: 'Enable them, or accept the loss: the agent needs them only for the kubelet configuration in the orchestrator explorer and for logs read through the API. Without them, kubectl logs and exec do not work on that node.',
    avoid: 'Do not open the read-only port instead: it serves none of these endpoints and has no authentication.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
