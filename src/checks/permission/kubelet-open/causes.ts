/** What a kubelet leaves open, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';
import { KUBELET_SETTINGS } from '../../shared/distributions.js';

export const CAUSES = {
  'kubelet-anonymous-access': {
    title: 'anonymous access to the kubelet',
    means:
      'GET /pods without a credential answers 200. Anyone on the network can read all about the pods of that node, environment variables included. With authorization mode AlwaysAllow, anyone can run commands in every container.',
    happens:
      'The kubelet runs with flags and without a configuration file: then anonymous access is on and authorization is AlwaysAllow by default. Or permissions were bound to system:anonymous or system:unauthenticated to work around a 403.',
    distributions: KUBELET_SETTINGS,
    confirm: '`curl -sk https://NODE:10250/pods | head -c 200` prints a PodList.',
    fix: 'Grant the agent its own permissions first, or it loses what it reads now; bind the client user of the apiserver to `system:kubelet-api-admin`, or `kubectl logs` and `exec` stop. Then disable anonymous access, enable webhook authentication, and set authorization to Webhook. To find bindings: `kubectl get clusterrolebindings -o wide | grep -E "anonymous|unauthenticated"`.',
    avoid: 'Do not rely on a firewall alone: every pod of the cluster is behind it. Do not leave it open for an agent that has no token.',
  },
  'kubelet-always-allow': {
    title: 'kubelet without authorization',
    means:
      'Every authenticated client, such as any ServiceAccount of the cluster, can read everything from the kubelet and run commands in its containers.',
    happens: '`authorization.mode: AlwaysAllow`, the default of a kubelet that runs with flags only (as in microk8s).',
    distributions: KUBELET_SETTINGS,
    confirm:
      '`kubectl get --raw /api/v1/nodes/NODE/proxy/configz` shows `"authorization":{"mode":"AlwaysAllow"`. After a permission is removed, a cached decision has the same effect for up to 5 minutes: check again after that.',
    fix: 'Grant the agent a ClusterRole with exactly the nodes/ subresources it reads, bind the client user of the apiserver to `system:kubelet-api-admin` (else `kubectl logs` and `exec` stop), then set authorization.mode to Webhook.',
    avoid: 'Do not change the mode before the agent has its ClusterRole: it would lose access to the kubelet at once.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
