/** What `pod-admission` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'pod-security-refuses': {
    title: 'agent refused by pod security',
    means:
      'The namespace enforces the pod security level baseline or restricted. A node agent needs the host: hostPath volumes, hostPID, host ports. Baseline already forbids all of these.',
    happens:
      'A label `pod-security.kubernetes.io/enforce` on the namespace, or a default for all namespaces (Talos, hardened clusters). Running pods stay; new ones are refused.',
    distributions: {
      OpenShift: "SecurityContextConstraints also decide: the agent's ServiceAccount needs `use` of one that allows its mounts and ports.",
      Talos: "enforces baseline by default in every namespace except kube-system; the agent's namespace needs the label.",
      GKE: 'Autopilot has its own policy: `providers.gke.autopilot` of the chart and its allowlist.',
    },
    confirm:
      'The second command names the forbidden field:\n\n    kubectl get namespace NAMESPACE --show-labels\n    kubectl -n NAMESPACE get events --field-selector reason=FailedCreate',
    fix: 'Give the agent its own namespace, with nothing else in it, labelled `pod-security.kubernetes.io/enforce=privileged`. On OpenShift a SecurityContextConstraint decides instead. The controller retries, with a delay that grows with each failure.',
    avoid: 'Do not lower the level for the whole cluster. Do not remove mounts until the pod passes: the agent then reports only half.',
  },
  'admission-refuses': {
    title: 'agent pods refused at creation',
    means:
      "The apiserver did not create the agent's pods: a quota, a missing PriorityClass or ServiceAccount, a SecurityContextConstraint or a policy webhook. No node shows anything of this.",
    happens:
      '`exceeded quota` and `failed quota … must specify`; `insufficient quota to match these scopes` for system priority classes outside kube-system (GKE); `no PriorityClass with name …`; `unable to validate against any security context constraint` (OpenShift); `admission webhook … denied the request`.',
    confirm:
      "The events hold the apiserver's message. They are kept for an hour; a rollout restart writes new ones.\n\n    kubectl -n NAMESPACE get events --field-selector reason=FailedCreate",
    fix: 'Fix what the message names: raise the quota, create the class or account, allow the agent in the policy. For OpenShift the chart has `agents.podSecurity.securityContextConstraints.create`. The controller then retries.',
    avoid: "Do not delete the webhook's configuration: it guards everything else. Do not move the agent to kube-system to avoid a quota.",
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
