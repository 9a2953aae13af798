/** Why a kubelet refuses somebody whom it knows, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';
import { ROLE_CAUSES } from '../shared/role-causes.js';

export const CAUSES = {
  'kubelet-permission-missing': {
    title: 'missing kubelet permissions',
    means:
      'The kubelet knows who the agent is, and the apiserver denies the permission. Each kubelet path is a subresource of nodes; nodes/proxy covers neither metrics nor stats.',
    happens:
      'The ClusterRole or its binding was deleted, is for a different ServiceAccount, is a RoleBinding (no effect on nodes), or lacks a subresource: manifests without nodes/stats, or roles with nodes/spec or nodes/logs, which kubelets do not check.',
    distributions: {
      'Helm chart':
        '`agents.rbac.create`, and `clusterAgent.rbac.create` for the Cluster Agent. Set `datadog.kubelet.fineGrainedAuthorization` only if all kubelets are 1.33 or later.',
      operator: 'creates the roles; it reverts manual edits. Its experimental Autopilot support sets DD_KUBELET_USE_API_SERVER itself.',
      'plain manifests': 'check for a role without nodes/stats, the most common gap.',
      GKE: 'Autopilot forbids nodes/proxy: use `datadog.kubelet.useApiServer` (Agent 7.65) or the fine-grained role.',
    },
    confirm:
      'Use `--subresource`: kubectl reads `nodes/metrics` as a node named metrics.\n\n    kubectl auth can-i get nodes --subresource=metrics \\\n      --as=system:serviceaccount:NAMESPACE:NAME',
    // useApiServer: Agent 7.82 pkg/util/kubernetes/kubelet/kubelet_client.go.
    fix: "Create a ClusterRole and ClusterRoleBinding with exactly the missing subresources, next to the agent's own, or add them to its chart. Nothing restarts; the kubelet caches a refusal for up to 30 s. To avoid nodes/proxy for /pods, set DD_KUBELET_USE_API_SERVER=true (Agent 7.65 or later): it needs get and list on pods. The other paths still go to the kubelet. The pod list then uses the TLS settings of the kubelet: `DD_KUBELET_CLIENT_CA` must verify the apiserver too (the cluster's CA does), and verification must be on, or the token goes to any server.",
    avoid:
      'Do not bind cluster-admin or system:kubelet-api-admin: both can run commands in every container. nodes/proxy does not replace the others: it covers neither metrics nor stats.',
    explainedBy: ROLE_CAUSES,
  },
  'fine-grained-permission-too-new': {
    title: 'fine-grained permissions on an older kubelet',
    means: 'nodes/pods, nodes/healthz or nodes/configz is granted, but this kubelet requires nodes/proxy for those paths.',
    happens:
      'Kubelets support fine-grained authorization by default from 1.33; in 1.32 it is behind a feature gate that is off. The chart says 1.32+ for kubelet.fineGrainedAuthorization. The version of each kubelet counts, not that of the apiserver.',
    confirm: '`kubectl get nodes` shows the VERSION of each kubelet. Its 403 says `subresource=proxy` or `[proxy]`.',
    fix: 'Grant nodes/proxy until the last kubelet is 1.33 or later, then remove it: get on nodes/proxy allows exec in every container of the node. Or upgrade the kubelet first: the agent already has what newer kubelets check.',
    avoid: 'Do not bind cluster-admin in the meantime: nodes/proxy is enough for the older kubelets.',
  },
  'kubelet-decision-cached': {
    title: 'permission granted, refusal still cached by the kubelet',
    means:
      'The apiserver grants the permission, but the kubelet answers from its cache: it keeps refusals for 30 s and permissions for 5 minutes.',
    happens: 'The role was fixed moments ago.',
    confirm:
      'This repeats the check until it passes. If the refusal lasts for more than a minute, the address may be the kubelet of another cluster.\n\n    kubelet-doctor --wait',
    fix: 'Wait half a minute, or run `kubelet-doctor --wait`.',
    avoid: 'Do not grant more permissions in the meantime, and do not restart the kubelet: the cache expires soon.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
