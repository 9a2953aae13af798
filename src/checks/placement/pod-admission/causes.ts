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
  'agent-pod-changed-at-admission': {
    title: 'agent pod changed at admission',
    means:
      "The agent's pods lack what the template of their DaemonSet has: the token of the ServiceAccount, or access to the host. Nothing but admission writes a pod between template and creation.",
    happens:
      'The ServiceAccount says `automountServiceAccountToken: false`, by hand or by a policy that hardens every account (Kyverno, Gatekeeper). Or a mutating webhook, or a MutatingAdmissionPolicy (on by default from Kubernetes 1.36), removes hostPath, hostPID or the token from pods. Policies that only fill in leave alone what the template says.',
    confirm:
      'Compare a pod with the template; then see who changes pods:\n\n    kubectl -n NAMESPACE get pod POD -o yaml\n    kubectl -n NAMESPACE get daemonset NAME -o yaml\n    kubectl -n NAMESPACE get serviceaccount ACCOUNT -o yaml\n    kubectl get mutatingwebhookconfigurations',
    fix: "Say it in the template: `automountServiceAccountToken: true` there wins over the ServiceAccount, and is kept by a policy that only fills in. Otherwise exempt the agent's namespace from the policy. The pods are replaced.",
    avoid: 'Do not edit the pod: its spec cannot be changed, and the next one is changed again. Do not delete the webhook for all.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
