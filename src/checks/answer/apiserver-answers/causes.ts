/** What can be wrong with what an apiserver answers, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'apiserver-not-ready': {
    title: 'apiserver not ready',
    means: 'The apiserver is reached, and says itself that part of it fails; or it takes requests and never answers.',
    happens:
      'etcd has no leader, no space or no quorum; a start-up hook hangs; it is shutting down; an admission or authentication webhook blocks it.',
    confirm: '`kubectl get --raw "/readyz?verbose"` lists each check with [+] or [-]. Names are public, reasons are only in its log.',
    fix: 'By the name that fails: `etcd` and `etcd-readiness` are etcd; `poststarthook/…` and `informer-sync` the apiserver itself; `shutdown` passes.',
    avoid: "Do not restart every apiserver at once: the ones that still serve are taken away, and etcd's fault stays.",
  },
  'apiserver-throttles': {
    title: 'apiserver turns requests away (429)',
    means: 'Priority and fairness rejected the request: the queue of its priority level is full. Retry-After says when to come back.',
    happens: 'Something lists in a loop, or many agents start at once. ServiceAccounts share the level `workload-low`.',
    confirm:
      'It grows for the level that is full:\n\n    kubectl get --raw /metrics |\n      grep apiserver_flowcontrol_rejected_requests_total',
    fix: 'Stop who asks too much; then a FlowSchema of its own for the agent. More apiservers only move the limit.',
    avoid:
      'Do not put the agent into the level `exempt`, and do not turn priority and fairness off: one loop then takes the whole apiserver down.',
  },
  'not-an-apiserver': {
    title: 'another server answers instead of the apiserver',
    means: 'The answer is neither a Kubernetes object nor carries the marks of an apiserver (Audit-Id, X-Kubernetes-PF-*).',
    happens:
      'A proxy or load balancer answers for it (503 without a healthy backend), a kubelet port was given, or the address belongs to something else.',
    confirm: '`curl -ki https://HOST:PORT/version`: an apiserver answers JSON with `gitVersion`, or a `Status`.',
    fix: 'Correct the address, or what stands before it.',
    avoid: 'Do not turn verification off to see further: the token would go to the stranger.',
    explainedBy: ['proxy-captures-apiserver'],
  },
  'kubernetes-too-old': {
    title: 'Kubernetes 1.7.6 or older',
    means: 'Agent 6 and later are made for Kubernetes above 1.7.6: older clusters lack API versions they ask for.',
    happens: 'A cluster that was never upgraded.',
    confirm: "`kubectl version` prints the server's version.",
    fix: 'Upgrade. No Kubernetes of that age gets security fixes.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
