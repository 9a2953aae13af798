/** What a kubelet leaves open, and what to do about it. */
import type { CauseDocs } from '../../../model/check.js';
import { KUBELET_SETTINGS } from '../../shared/distributions.js';

export const CAUSES = {
  'kubelet-anonymous-access': {
    title: 'kubelet open to everyone',
    means:
      'GET /pods without a credential answers 200. Everything in the pods of that node, environment variables included, is readable from the network; with authorization AlwaysAllow commands can be run in every container.',
    happens:
      'A kubelet run by flags, without a configuration file: anonymous access is on and authorization is AlwaysAllow by default. Or somebody bound rights to system:anonymous or system:unauthenticated to get past a 403.',
    distributions: KUBELET_SETTINGS,
    confirm: '`curl -sk https://NODE:10250/pods | head -c 200` prints a PodList.',
    fix: 'anonymous off, webhook authentication on, authorization Webhook; look for bindings with `kubectl get clusterrolebindings -o wide | grep -E "anonymous|unauthenticated"`. Give the agent its own rights first, or it loses what it reads now.',
    avoid: 'Do not count on a firewall alone: every pod of the cluster is behind it. Do not leave it open for an agent that has no token.',
  },
  'kubelet-always-allow': {
    title: 'kubelet authorizes everyone',
    means:
      'Whoever authenticates, any ServiceAccount of the cluster, may read everything of the kubelet and run commands in its containers.',
    happens: '`authorization.mode: AlwaysAllow`, the default of a kubelet run by flags (microk8s among others).',
    distributions: KUBELET_SETTINGS,
    confirm:
      '`kubectl get --raw /api/v1/nodes/NODE/proxy/configz` shows `"authorization":{"mode":"AlwaysAllow"`. A decision kept in the cache looks the same for up to 5 minutes after a right was taken away: ask again after that.',
    fix: 'authorization.mode: Webhook, and a ClusterRole for the agent with exactly the nodes/ subresources it reads.',
    avoid: 'Do not switch it before the agent has its ClusterRole: it loses the kubelet at that moment.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
