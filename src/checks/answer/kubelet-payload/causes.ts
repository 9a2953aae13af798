/** What can be wrong with what a kubelet answers, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';
import { KUBELET_LOG, KUBELET_SETTINGS } from '../../shared/distributions.js';

export const CAUSES = {
  'not-a-kubelet': {
    title: 'not a kubelet',
    means: 'Something accepts connections at that address and port, but it is not the kubelet.',
    happens:
      'metrics-server listens on 10250, too, and answers with JSON `Status` objects; a proxy or load balancer answers in HTML; the host setting points at a pod, a service or a gateway instead of the node.',
    confirm: '`curl -sk https://HOST:10250/pods`: a kubelet says `Unauthorized` or `Forbidden (user=…` in plain text.',
    fix: 'Set the kubelet host from `status.hostIP`. Granting rights for what the JSON refusal names does not help.',
    avoid: "Do not grant rights for what the JSON refusal names: it is another server's.",
    explainedBy: ['proxy-captures-kubelet', 'kubelet-host-not-a-node'],
  },
  'kubelet-unhealthy': {
    title: 'kubelet reports itself unhealthy',
    means:
      '/healthz answers 500 and names the part that failed: `syncloop` (pods are no longer looked after), `log`, `ping`, `device-plugin`.',
    happens: 'The container runtime hangs, the disk is full or slow, or the node is overloaded.',
    distributions: KUBELET_LOG,
    confirm:
      'From the apiserver\'s side with the details; and on the node its own port:\n\n    kubectl get --raw "/api/v1/nodes/NODE/proxy/healthz?verbose"\n    curl -sS http://127.0.0.1:10248/healthz',
    fix: "Look at the kubelet's log and at the container runtime first (`crictl info`); restart the kubelet when the cause is mended.",
    avoid: 'Do not restart the kubelet in a loop: while the runtime hangs it comes back unhealthy.',
    explainedBy: ['kubelet-hangs', 'container-runtime-down'],
  },
  'kubelet-endpoint-fails': {
    title: 'kubelet endpoint fails',
    means:
      'The agent may read the path, and the kubelet has trouble of its own to answer: 5xx, or nothing in time. Rights are not the matter.',
    happens:
      'The container runtime does not answer, cAdvisor cannot read cgroups or a file system (`failed to get rootFs info`), many pods on a slow node.',
    distributions: KUBELET_LOG,
    confirm: '`kubectl get --raw /api/v1/nodes/NODE/proxy/stats/summary` fails in the same words.',
    fix: "Read the kubelet's log for the same words; check the container runtime with `crictl stats`. Longer timeouts help only where it is slow.",
    avoid: 'Do not add rights: the request was allowed, and failed after that.',
    explainedBy: ['kubelet-hangs', 'container-runtime-down'],
  },
  'kubelet-debug-handlers-off': {
    title: 'kubelet debug endpoints turned off',
    means: 'Debug endpoints answer 405 `Debug endpoints are disabled.` and /configz is 404, while /pods, metrics and statistics work.',
    happens: '`enableDebuggingHandlers: false`, a hardening that some images bring.',
    distributions: KUBELET_SETTINGS,
    confirm: '`curl -sk https://NODE:10250/configz` is 404 even without a credential.',
    fix: 'Without them kubectl logs and exec do not work on that node either. Turn them on, or accept the loss: the agent needs them only for the kubelet configuration in the orchestrator explorer and for logs read through the API.',
    avoid: 'Do not open the read-only port in their place: it serves none of them, and asks nobody who he is.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
