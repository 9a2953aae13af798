/** What `agent-coverage` finds, explained. */
import type { CauseDocs } from '../../../model/check.js';

export const CAUSES = {
  'agent-missing-on-node': {
    title: 'agent missing on a node',
    means: 'Taints, selector and affinity allow the agent on this node, but it has no agent pod.',
    happens:
      'The controller could not create the pod (quota, pod security, webhook: it writes FailedCreate events), an update of the DaemonSet is in progress, the controller-manager is down, or the node joined a moment ago.',
    confirm:
      'Events and pods of the DaemonSet:\n\n    kubectl -n NAMESPACE describe daemonset NAME\n    kubectl -n NAMESPACE get pods -o wide',
    fix: 'Fix what the event names. Without an event, check that the controller-manager runs: `kubectl -n kube-system get lease kube-controller-manager`.',
    avoid: 'Do not create a bare pod for that node: the DaemonSet does not know it, and later two agents run there.',
    explainedBy: ['pod-security-refuses', 'admission-refuses'],
  },
  'agent-not-ready-on-node': {
    title: 'agent not ready on a node',
    means: "The agent's pod exists but does not run, or runs but is not ready. That node sends little or nothing.",
    happens:
      'A crash loop (bad configuration, no API key, a liveness probe that fails), an image that cannot be pulled, a missing Secret or ConfigMap, a pod the scheduler cannot place (host port in use), or a node that is itself not ready.',
    confirm:
      'What the pod waits for, and the last log of a container that ended:\n\n    kubectl -n NAMESPACE describe pod POD\n    kubectl -n NAMESPACE logs POD -c CONTAINER --previous',
    fix: 'Fix what the reason in the finding names. If resources are short, a priority class places the agent first. A pod on a node that is not ready waits for the node.',
    avoid: 'Do not remove the probes: the pod then counts as ready and sends nothing.',
  },
} as const satisfies Record<string, CauseDocs>;
