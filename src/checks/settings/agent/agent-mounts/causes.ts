/** What `agent-mounts` finds, explained. */
import type { CauseDocs } from '../../../../model/check.js';

export const CAUSES = {
  'host-mounts-missing': {
    title: 'host mounts missing in the agent',
    means:
      "The agent reads processes and cgroups of its node, the socket of the container runtime and, if it collects logs, /var/log/pods through mounts. Without one of them the checks that need it report nothing, or the numbers of the container in place of the node's.",
    happens:
      "A manifest of one's own, a DaemonSet that was cut down to get past a Pod Security level, a runtime whose socket lies elsewhere (k3s: /run/k3s/containerd, microk8s: /var/snap/microk8s), a volume that is declared and mounted into another container only. A disk partition that is not mounted has no metrics either.",
    confirm:
      "In the agent's container, beside `volumeMounts` of that container in the manifest:\n\n    kubectl -n NAMESPACE exec POD -c agent -- grep host /proc/self/mountinfo",
    fix: 'Add hostPath volume and volumeMount, read-only. If the namespace forbids hostPath, label it `pod-security.kubernetes.io/enforce=privileged`. The pods are replaced one by one.',
    avoid: 'Do not run the container privileged for this: a read-only mount is enough, and a privileged one is root on the node.',
    explainedBy: ['pod-security-refuses'],
  },
  'partition-not-mounted': {
    title: 'partition of the node the agent cannot see',
    means:
      "A file system of the node has nothing mounted into the agent's container. Its disk check sees only what is mounted there, so this partition has no metrics: used, free, inodes.",
    happens: 'A data disk that was added to the node; a chart mounts /proc and the cgroups, not every disk.',
    confirm:
      "The node's list beside the container's:\n\n    kubectl -n NAMESPACE exec POD -c agent -- cat /host/proc/1/mounts\n    kubectl -n NAMESPACE exec POD -c agent -- df -h",
    fix: 'A hostPath volume of the mount point, or of one file on it, read-only. The pods are replaced.',
    avoid: 'Do not mount the whole root of the node for it: the check then stumbles over the mounts of every pod.',
  },
  'integration-config-hidden': {
    title: 'default configuration of checks hidden by a mount',
    means:
      "A volume is mounted over `conf.d`, or over the directory of one check. What the image has there (`conf.yaml.default`) is no longer visible, and checks that need no configuration, the kubelet's among them, stop without an error.",
    happens: 'A ConfigMap with one custom integration is mounted at /etc/datadog-agent/conf.d instead of at conf.d/NAME.d or with subPath.',
    confirm:
      'No `conf.yaml.default` in the first, no kubelet check in the second:\n\n    kubectl -n NAMESPACE exec POD -c agent -- \\\n      ls /etc/datadog-agent/conf.d/kubelet.d\n    kubectl -n NAMESPACE exec POD -c agent -- agent configcheck',
    fix: "Mount at the directory of your own integration (`conf.d/NAME.d`), or single files with subPath; the chart's `datadog.confd` does it right. Code of checks goes to `checks.d`.",
    avoid: "Do not copy the image's defaults into your ConfigMap: they change with each version of the agent.",
  },
} as const satisfies Record<string, CauseDocs>;

export type Cause = keyof typeof CAUSES;
