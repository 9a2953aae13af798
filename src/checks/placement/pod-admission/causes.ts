/** What `pod-admission` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'pod-security-refuses': {
    title: 'pod security refuses the agent',
    means:
      'The namespace enforces the pod security level baseline or restricted. A node agent needs the host: hostPath volumes, hostPID, host ports. Baseline already forbids all of these.',
    happens:
      'A label `pod-security.kubernetes.io/enforce` on the namespace, or a default for all namespaces (Talos, hardened clusters). Pods that run stay; the next one is refused.',
    distributions: {
      OpenShift:
        "SecurityContextConstraints decide as well: the agent's ServiceAccount needs `use` of one that allows its mounts and ports.",
      Talos: "enforces baseline in every namespace but kube-system by default; the agent's namespace needs the label.",
      GKE: 'Autopilot has its own policy: `providers.gke.autopilot` of the chart and its allowlist.',
    },
    confirm:
      'The second says which field offends:\n\n    kubectl get namespace NAMESPACE --show-labels\n    kubectl -n NAMESPACE get events --field-selector reason=FailedCreate',
    fix: 'A namespace for the agent alone, labelled `pod-security.kubernetes.io/enforce=privileged`. On OpenShift a SecurityContextConstraint decides instead. The controller tries again by itself, after a while that grows with each failure.',
    avoid: 'Do not take the level off the whole cluster, and do not cut the mounts down until the pod passes: the agent then reports half.',
  },
  'admission-refuses': {
    title: 'agent pods refused at creation',
    means:
      "The apiserver did not create the agent's pods: a quota, a missing PriorityClass or ServiceAccount, a SecurityContextConstraint or a policy webhook. Nothing of this shows on a node.",
    happens:
      '`exceeded quota` and `failed quota … must specify`; `insufficient quota to match these scopes` for system priority classes outside kube-system (GKE); `no PriorityClass with name …`; `unable to validate against any security context constraint` (OpenShift); `admission webhook … denied the request`.',
    confirm:
      "It has the apiserver's words. Events are kept for an hour; a restart of the rollout writes new ones.\n\n    kubectl -n NAMESPACE get events --field-selector reason=FailedCreate",
    fix: 'By the words: raise the quota, create the class or account, allow it in the policy. The controller tries again by itself.',
    avoid: "Do not delete the webhook's configuration: it guards everything else. Do not move the agent to kube-system to escape a quota.",
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
