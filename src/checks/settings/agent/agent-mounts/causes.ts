/** What `agent-mounts` finds, explained. */
import type { CauseDocs } from '../../../../model/check.js';

export const CAUSES = {
  'host-mounts-missing': {
    title: 'missing host mounts of the agent',
    means:
      "The agent reads the node's processes and cgroups, the socket of the container runtime and, if it collects logs, /var/log/pods through mounts. Without one of them, the checks that need it report nothing, or the container's numbers instead of the node's.",
    happens:
      'A hand-written manifest, a DaemonSet that was cut down to pass a Pod Security level, a runtime with its socket elsewhere (k3s: /run/k3s/containerd, microk8s: /var/snap/microk8s), a volume that is declared but mounted only into another container. A disk partition that is not mounted has no metrics either.',
    confirm:
      "In the agent's container; compare with its `volumeMounts` in the manifest:\n\n    kubectl -n NAMESPACE exec POD -c agent -- grep host /proc/self/mountinfo",
    fix: 'Add a hostPath volume and its volumeMount, read-only: `kubectl patch daemonset NAME --patch-file FILE`. If the namespace forbids hostPath, label it `pod-security.kubernetes.io/enforce=privileged`. The pods are replaced one by one.',
    avoid: 'Do not run the container privileged for this: a read-only mount is enough, and a privileged container is root on the node.',
    explainedBy: ['pod-security-refuses'],
  },
  'agent-runtime-socket-wrong': {
    title: "container runtime's socket not where the agent looks",
    // Agent 7.7x pkg/config/env/environment_containers.go detectCriRuntimes; helm-charts 3.240.0 _components-common-env.yaml (criSocketPath).
    means:
      "In its container the agent finds no socket of the container runtime. With DD_CRI_SOCKET_PATH it tries that path alone; without it only `/var/run/containerd/containerd.sock` and `/var/run/crio/crio.sock`, also below `/host`. Pods are still known from the kubelet; images, states and events of containers are not. The agent's log: `dial unix …: connect: no such file or directory`, `temporary failure in criutil`.",
    happens:
      "The runtime has its socket elsewhere, the path is the node's and lacks `/host`, or the socket's directory is mounted at another place of the container than the path says.",
    distributions: {
      k3s: '`/run/k3s/containerd/containerd.sock`; RKE2 has the same.',
      microk8s: '`/var/snap/microk8s/common/run/containerd.sock`.',
      Bottlerocket: 'older variants have `/run/dockershim.sock` only; newer ones `/run/containerd/containerd.sock`.',
      OpenShift: 'CRI-O: `/var/run/crio/crio.sock`.',
    },
    confirm:
      "In the agent's container; the path must be in the list:\n\n    kubectl -n NAMESPACE exec POD -c agent -- printenv DD_CRI_SOCKET_PATH\n    kubectl -n NAMESPACE exec POD -c agent -- \\\n      find /host/run/ /host/var/run/ -name '*.sock'",
    fix: "Name the node's path in `datadog.criSocketPath` of the chart (operator: `global.criSocketPath`): both mount its directory and set the variable. In a manifest of your own set DD_CRI_SOCKET_PATH to the path in the container. The pods are replaced.",
    avoid: 'Do not link sockets on the nodes: the link is gone with the next node.',
    explainedBy: ['host-mounts-missing'],
  },
  'partition-not-mounted': {
    title: 'partition of the node the agent cannot see',
    means:
      "A file system of the node is not mounted into the agent's container. Its disk check sees only what is mounted there, so this partition has no metrics: used, free, inodes.",
    happens: 'A data disk was added to the node. The chart mounts /proc and the cgroups, not every disk.',
    confirm:
      "The node's list, then the container's:\n\n    kubectl -n NAMESPACE exec POD -c agent -- cat /host/proc/1/mounts\n    kubectl -n NAMESPACE exec POD -c agent -- df -h",
    fix: 'If you want its metrics, add a read-only hostPath volume of the mount point, or of one file on it, with a volumeMount. The pods are replaced.',
    avoid: 'Do not mount the whole root of the node for this: the check then also reads the mounts of every pod.',
  },
  'integration-config-hidden': {
    title: 'check configuration hidden by a mount',
    means:
      "A volume is mounted over `conf.d`, or over the directory of one check. It hides what the image has there (`conf.yaml.default`), and the checks that run by default, such as the kubelet's, stop without an error.",
    happens: 'A ConfigMap with one custom integration is mounted at /etc/datadog-agent/conf.d, not at conf.d/NAME.d or with subPath.',
    confirm:
      'The first shows no `conf.yaml.default`, the second no kubelet check:\n\n    kubectl -n NAMESPACE exec POD -c agent -- \\\n      ls /etc/datadog-agent/conf.d/kubelet.d\n    kubectl -n NAMESPACE exec POD -c agent -- agent configcheck',
    fix: "Mount at the directory of your own integration (`conf.d/NAME.d`), or mount single files with subPath. The chart's `datadog.confd` does this. Code of checks goes to `checks.d`.",
    avoid: "Do not copy the image's defaults into your ConfigMap: they change with each version of the agent.",
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
