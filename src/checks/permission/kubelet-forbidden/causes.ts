/** Why a kubelet refuses somebody whom it knows, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';
import { ROLE_CAUSES } from '../shared/role-causes.js';

export const CAUSES = {
  'kubelet-permission-missing': {
    title: 'right to read from the kubelet missing',
    means:
      'The kubelet knows who asks and the apiserver denies it the right. Each path of the kubelet is a subresource of nodes, and nodes/proxy covers neither metrics nor stats.',
    happens:
      'The ClusterRole or its binding is gone, was made for another ServiceAccount, is a RoleBinding (without effect on nodes), or lacks a subresource: manifests without nodes/stats, roles with nodes/spec or nodes/logs, which no kubelet asks for.',
    distributions: {
      'Helm chart':
        '`datadog.rbac.create`; `clusterAgent.rbac.create` for the Cluster Agent. `datadog.kubelet.fineGrainedAuthorization` only with kubelets of 1.33 and later.',
      operator: 'writes the roles itself; edits by hand are undone.',
      'plain manifests': 'look for roles without nodes/stats, the oldest gap.',
      GKE: 'Autopilot forbids nodes/proxy: `datadog.kubelet.useApiServer` (Agent 7.65) or the fine-grained role.',
    },
    confirm:
      'Not `nodes/metrics`: kubectl takes that for a node named metrics.\n\n    kubectl auth can-i get nodes --subresource=metrics \\\n      --as=system:serviceaccount:NAMESPACE:NAME',
    fix: 'A ClusterRole and ClusterRoleBinding with exactly the missing subresources, beside the one of the agent, or the same lines in its chart. Nothing restarts; the kubelet keeps a refusal for up to 30 s.',
    avoid:
      'Do not bind cluster-admin or system:kubelet-api-admin: both can run commands in every container. nodes/proxy is no short cut: it covers neither metrics nor stats.',
    explainedBy: ROLE_CAUSES,
  },
  'fine-grained-permission-too-new': {
    title: 'fine-grained rights on a kubelet that does not know them',
    means: 'nodes/pods, nodes/healthz or nodes/configz is granted, but this kubelet asks for nodes/proxy on those paths.',
    happens:
      'Fine-grained kubelet authorization is on from Kubernetes 1.33; in 1.32 it is behind a gate that is off. The chart value kubelet.fineGrainedAuthorization says 1.32+. The version of each node counts, not that of the apiserver.',
    confirm: '`kubectl get nodes` shows the VERSION of each kubelet; its 403 says `subresource=proxy` or `[proxy]`.',
    fix: 'nodes/proxy until the last kubelet is at 1.33, then take it away again: get on nodes/proxy is enough for exec into every container of the node.',
    avoid: 'Do not bind cluster-admin for the time between: nodes/proxy for the old kubelets is already more than enough.',
  },
  'kubelet-decision-cached': {
    title: 'right granted, kubelet still remembers its refusal',
    means: 'The apiserver grants the right, the kubelet answers from its memory: refusals are kept for 30 s, permissions for 5 minutes.',
    happens: 'The role was mended moments ago.',
    confirm:
      'It asks until it is well. If it stays for more than a minute, the address is perhaps the kubelet of another cluster.\n\n    kubelet-doctor --wait',
    fix: 'Nothing but time: half a minute, or `kubelet-doctor --wait`.',
    avoid: 'Do not add more rights while you wait, and do not restart the kubelet: the memory is short.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
