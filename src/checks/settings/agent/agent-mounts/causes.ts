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
