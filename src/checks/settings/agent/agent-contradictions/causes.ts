/** What `agent-contradictions` finds, explained. */
import type { CauseDocs } from '../../../../model/check.js';

export const CAUSES = {
  'agent-host-of-one-node': {
    title: 'one kubelet address for all nodes',
    means:
      'The DaemonSet sets the kubelet host to one fixed address. Its pods run on every node, and all of them ask the same kubelet: they report its pods as their own, and do not see their own.',
    happens: 'An address that was tested on one node and stayed, or values copied from a single-node cluster.',
    confirm:
      'More than one node, but one address:\n\n    kubectl -n NAMESPACE set env daemonset/NAME --list | grep KUBELET_HOST\n    kubectl get nodes -o wide',
    fix: 'Take it from the downward API: status.hostIP, which is right on every node, or spec.nodeName where the certificate names only the host name and pods can resolve it.',
    avoid: 'Do not create one DaemonSet per node: the downward API solves this.',
  },
  'agent-token-not-mounted': {
    title: 'no token mounted into the agent',
    means:
      'The pod turns off the mount of its ServiceAccount token, and no other credential is set. Kubelet and apiserver treat the agent as anonymous.',
    happens: 'Hardening by a template or a policy, or a pod spec copied from an application that does not need the apiserver.',
    confirm: '    kubectl -n NAMESPACE get daemonset NAME \\\n      -o jsonpath={.spec.template.spec.automountServiceAccountToken}',
    fix: "Set it to true in the pod template: the pod's value wins over its ServiceAccount's. The pods are replaced.",
    avoid: 'Do not put a token that never expires into a Secret instead.',
  },
  'agent-settings-contradict': {
    title: 'settings that contradict each other',
    means:
      'Two settings, each valid alone, do not work together: one variable set twice with different values, half of a certificate pair, a CA with verification off, containers of one pod with different values, Fargate mode without a node name.',
    happens:
      'Different people maintain datadog.yaml and the environment. A variable is added to a list that already has it. A change reaches only one container of the pod. A workaround stays after the right setting is in place.',
    confirm: '`kubelet-doctor settings` shows each value and its source; what counts in the container:\n\n    agent config | grep -i kube',
    fix: 'Set each variable once. The environment wins over datadog.yaml, the later of two entries in a list wins, and lists of variables win over chart keys.',
    avoid: 'Do not add the right value a third time.',
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
