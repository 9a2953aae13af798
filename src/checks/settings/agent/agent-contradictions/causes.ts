/** What `agent-contradictions` finds, explained. */
import type { CauseDocs } from '../../../../model/check.js';

export const CAUSES = {
  'agent-host-of-one-node': {
    title: 'one kubelet address for all nodes',
    means:
      'The kubelet host is written into the DaemonSet as one address. Its pods run on every node, and all of them ask the same kubelet: they see its pods as their own, and their own not at all.',
    happens: 'An address that was tried by hand on one node and stayed, or values copied from a cluster with one node.',
    confirm:
      'More than one node, and one address:\n\n    kubectl -n NAMESPACE set env daemonset/NAME --list | grep KUBELET_HOST\n    kubectl get nodes -o wide',
    fix: 'Take it from the downward API: status.hostIP, or spec.nodeName where the certificate names only the host name and pods can resolve it.',
    avoid: 'Do not make a DaemonSet per node: the downward API is there for this.',
  },
  'agent-token-not-mounted': {
    title: 'no token mounted for the agent',
    means:
      'The pod says that no token of its ServiceAccount is to be mounted, and nothing else is set to be presented. Kubelet and apiserver answer it as nobody.',
    happens: 'Hardening by a template or a policy, or a pod spec that was taken from an application which needs no apiserver.',
    confirm: '    kubectl -n NAMESPACE get daemonset NAME \\\n      -o jsonpath={.spec.template.spec.automountServiceAccountToken}',
    fix: "Set it to true in the pod template: the pod's word wins over its ServiceAccount's. The pods are replaced.",
    avoid: 'Do not put a token that never expires into a Secret instead.',
  },
  'agent-settings-contradict': {
    title: 'settings that contradict each other',
    means:
      "Two settings, each possible by itself, do not go together: the same one twice with different values, half of a certificate pair, a CA beside verification that is off, containers of one pod that are told different things, Fargate mode without a node's name.",
    happens:
      'datadog.yaml and environment are kept by different people; a variable is added to a list that had it; a change reaches one container of the pod; a workaround stays after the right setting came.',
    confirm:
      '`kubelet-doctor settings` shows each with where it comes from; what counts in the container:\n\n    agent config | grep -i kube',
    fix: 'Say each thing once, where it is meant to be said. Environment counts before datadog.yaml, of two entries in a list the later one, chart keys below the lists of variables.',
    avoid: 'Do not add the right value a third time above the others.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
