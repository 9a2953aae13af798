/** What can be wrong with what an apiserver answers, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'apiserver-not-ready': {
    title: 'apiserver not ready',
    means: 'The apiserver is reachable and reports that a part of it fails, or it accepts requests and does not answer.',
    happens:
      'etcd has no leader, no space or no quorum; a start-up hook hangs; the apiserver is shutting down; an admission or authentication webhook blocks it.',
    confirm:
      '`kubectl get --raw "/readyz?verbose"` lists each check with [+] or [-]. The names are public; the reasons are only in its log.',
    fix: 'Act on the check that fails: `etcd` and `etcd-readiness` are etcd, without which the apiserver serves nothing. `poststarthook/…` and `informer-sync` are the apiserver itself. `shutdown` passes.',
    avoid: 'Do not restart all apiservers at once: those that still serve would stop, and an etcd fault remains.',
    stops: 'apiserver',
  },
  'apiserver-throttles': {
    title: 'request throttling by the apiserver (429)',
    means: 'Priority and fairness rejected the request: the queue of its priority level is full. Retry-After says when to try again.',
    happens:
      'A client lists objects in a loop, or many agents start at once. ServiceAccounts share the level `workload-low`; those of kube-system have `workload-high`.',
    confirm:
      'This counter grows for the level that is full:\n\n    kubectl get --raw /metrics |\n      grep apiserver_flowcontrol_rejected_requests_total',
    fix: 'Stop the client that sends too many requests. Then create a separate FlowSchema for the agent, or give `workload-low` more seats; with the Cluster Agent, fewer agents list at once. More apiservers only raise the limit.',
    avoid:
      'Do not put the agent into the level `exempt`, and do not disable priority and fairness: one client in a loop could then take down the apiserver.',
  },
  'apiserver-answer-foreign': {
    title: 'apiserver request answered by another server',
    means:
      'The apiserver answers, but not every request: one of those that decide is answered by another server (HTML, an empty body, a redirect), or with an object that was not asked for. What it would say is then not known, and not taken for granted.',
    happens:
      'A proxy, gateway or web application firewall filters by path or method, shows a login page, or has lost a backend (502); a cache gives the answer to another request.',
    confirm: 'Both must print JSON of the kind that is asked for:\n\n    kubectl get --raw /version\n    kubectl auth whoami -o yaml',
    fix: 'Exclude the apiserver from the proxy (NO_PROXY), or allow these paths and POST in what filters them.',
    avoid: 'Do not grant permissions: the request did not come to the apiserver.',
    explainedBy: ['proxy-captures-apiserver'],
  },
  'apiserver-cuts-credential': {
    title: 'apiserver connection cut when a credential is sent',
    means: 'Requests without a credential are answered. Each request with the credential ends with a reset connection and no answer.',
    happens:
      'A firewall or proxy that inspects TLS drops requests with an Authorization header, or limits the size of headers (tokens are long).',
    confirm: 'From a machine near the control plane the same request is answered:\n\n    kubectl get --raw /version --token "$TOKEN"',
    fix: 'Exclude the apiserver from the inspection, or raise the header limit (8 KiB and more) of what is in between.',
    avoid: 'Do not issue another token: the apiserver has not seen this one.',
    explainedBy: ['proxy-captures-apiserver'],
  },
  'not-an-apiserver': {
    title: 'other server instead of the apiserver',
    means: 'The answer is not a Kubernetes object and does not have the headers of an apiserver (Audit-Id, X-Kubernetes-PF-*).',
    happens:
      'A proxy or load balancer answers (503 without a healthy backend), the port is that of a kubelet, or the address belongs to a different server.',
    confirm: '`curl -ki https://HOST:PORT/version`: an apiserver answers JSON with `gitVersion`, or a `Status`.',
    fix: 'Correct the address, or what is in front of it: exclude it from the proxy with NO_PROXY, or restore the backends of the load balancer.',
    avoid: 'Do not disable certificate verification: the token would go to the other server.',
    explainedBy: ['proxy-captures-apiserver'],
  },
  'kubernetes-too-old': {
    title: 'Kubernetes 1.7.6 or older',
    means: 'Agent 6 and later need a Kubernetes version above 1.7.6: older clusters lack API versions they use.',
    happens: 'The cluster was not upgraded for a long time.',
    confirm: "`kubectl version` prints the server's version.",
    fix: 'Upgrade the cluster: Kubernetes of that age gets no security fixes. Agent 5 works with it.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
