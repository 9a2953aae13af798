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
  'agent-toleration-invalid': {
    title: 'toleration with an unknown operator',
    means:
      'A toleration has an operator that Kubernetes does not know. The apiserver refuses the whole DaemonSet (`Unsupported value`), so the release fails, or the agent stays as it was before.',
    happens: '`Equals`, `exists` or `=` in the values or the manifest: the operators are Equal and Exists, written exactly so.',
    confirm: 'The apiserver names the field; nothing is changed:\n\n    helm template … | kubectl apply --dry-run=server -f -',
    fix: 'Write `operator: Equal` with a key and a value, or `operator: Exists` with a key and no value. Without an operator it is Equal.',
    avoid: 'Do not remove the toleration to make the manifest apply: the agent then stays off the tainted nodes.',
  },
  'agent-https-port-off': {
    title: 'HTTPS port of the kubelet set to 0',
    means:
      "With DD_KUBERNETES_HTTPS_KUBELET_PORT=0 the agent does not dial the kubelet's authenticated port. It asks the read-only port 10255 in plain HTTP, which most kubelets do not open: then it has no kubelet at all.",
    happens:
      'The chart sets it where `providers.gke.autopilot` is true, and GKE opens the read-only port on ever fewer nodes (off for new clusters from 1.32). Elsewhere it is a copy of such values, or an empty number in a template.',
    confirm: 'On the node, or from a pod there; refused means closed:\n\n    curl -sS -m 4 http://NODE_ADDRESS:10255/healthz',
    fix: 'Set the port to 10250, or remove the variable. On GKE Autopilot set it to 10250 in `datadog.env`, which counts over the value of the chart, and `datadog.kubelet.useApiServer: true` (Agent 7.65, chart 3.113): pods may not read the kubelet as they like there.',
    avoid: 'Do not open the read-only port for this: it gives pods and metrics to anyone who reaches the node.',
  },
  'agent-ca-of-old-aks': {
    title: 'kubelet CA file that newer AKS nodes lack',
    means:
      'The pod mounts `/etc/kubernetes/certs/kubeletserver.crt` of its node. As AKS documents it, nodes with serving certificate rotation have no such file; a pod that mounts it stays in ContainerCreating there (`hostPath type check failed`).',
    happens:
      'The documentation recommended it for AKS before rotation; node pools get rotation with a newer node image, and the values stay. Which nodes have it, no manifest shows.',
    confirm: 'A node with the label has rotation:\n\n    kubectl get nodes -L kubernetes.azure.com/kubelet-serving-ca',
    fix: "Where all nodes have rotation, remove `datadog.kubelet.hostCAPath` and `datadog.kubelet.host`: the cluster CA signs, and the ServiceAccount's `ca.crt` verifies. With both kinds of nodes, update the older pools first.",
    avoid: 'Do not turn verification off: the agent then sends its token to any server at that address.',
  },
  'agent-two-leaders': {
    title: 'leader election with two kinds of lock',
    // Agent 7.82 pkg/util/kubernetes/apiserver/leaderelection; the variable is known from 7.47 on, the default is a ConfigMap.
    means:
      'Agents elect one leader by an object that all of them write to. Some of these lock on a Lease, the others on a ConfigMap of the same name: each kind has its own leader, and both do the work of one. Events are sent twice.',
    happens:
      '`datadog.leaderElectionResource`, or the variable, was set for one of two releases or DaemonSets (one for Linux, one for Windows), or an upgrade of one was stopped halfway.',
    confirm:
      'Two holders are two leaders:\n\n    kubectl -n NAMESPACE get lease datadog-leader-election \\\n      -o jsonpath={.spec.holderIdentity}\n    kubectl -n NAMESPACE get configmap datadog-leader-election \\\n      -o jsonpath={.metadata.annotations}',
    fix: 'Set DD_LEADER_ELECTION_DEFAULT_RESOURCE to the same value for all agents of the cluster, then delete the object of the other kind.',
    avoid: 'Do not turn leader election off for one of them: it then sends every event.',
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
