/** Which files of a bundle are logs, and whose: by their paths alone. Layouts are those of the collectors' sources. */
import type { Speaker } from '../../texts/index.js';
import { speakerOfProgram } from '../../texts/speakers.js';

/** A container's log. */
export interface PodName {
  namespace: string;
  name: string;
}

export interface LogFile {
  /** Undefined where several programs share it, and each record tells. */
  by?: Speaker;
  pod?: PodName;
  /** As the path names it. */
  node?: string;
  /** An earlier run's, or a rotated file: not up to the end. */
  isEarlier: boolean;
}

/** `ns`, `pod` and `c` of a container's log. First that fits. */
const OF_PODS: readonly RegExp[] = [
  // openshift/oc pkg/cli/admin/inspect
  /(?:^|\/)namespaces\/(?<ns>[^/]+)\/pods\/(?<pod>[^/]+)\/(?<c>[^/]+)\/[^/]+\/logs\/(?:current|previous)(?:\.insecure)?\.log$/,
  // vmware-tanzu/crash-diagnostics k8s, as velero debug runs it: a container a folder
  /(?:^|\/)kubecapture\/core_v1\/(?<ns>[^/]+)\/pods\/(?<pod>[^/]+)\/(?<c>[^/]+)\/\k<c>\.log$/,
  // vmware-tanzu/sonobuoy pkg/discovery
  /(?:^|\/)podlogs\/(?<ns>[^/]+)\/(?<pod>[^/]+)\/logs\/(?<c>[^/]+)\.txt$/,
  // kubernetes/kubectl pkg/cmd/clusterinfo
  /(?:^|\/)(?<ns>[^/]+)\/(?<pod>[^/]+)\/(?<c>logs)\.txt$/,
  // /var/log/pods and /var/log/containers of a node: kind, sos, EKS
  /(?:^|\/)(?<ns>[a-z\d-]+)_(?<pod>[a-z\d.-]+)_[\w-]+\/(?<c>[a-z\d-]+)\/\d+\.log(?:\.[\w-]+)?$/,
  /(?:^|\/)(?<pod>[a-z\d.-]+)_(?<ns>[a-z\d-]+)_(?<c>[a-z\d-]+)-[\da-f]{64}\.log$/,
  // sosreport/sos kubernetes plugin, with podlogs: what kubectl printed, its errors too
  /_--namespace_(?<ns>[a-z\d-]{1,63})_logs_(?<pod>[a-z\d][a-z\d.-]{0,252})(?:_-c_(?<c>[a-z\d-]{1,63}))?$/,
  // siderolabs/go-talos-support: one container a file, of kube-system alone
  /(?:^|\/)kubernetes-logs\/(?<ns>[^/]+)\/(?<pod>[a-z\d][a-z\d.-]{0,252}?)(?:-exited)?\.log$/,
  // replicatedhq/troubleshoot, rancher/support-bundle-kit
  /(?:^|\/)(?<ns>[a-z\d-]+)\/(?<pod>[a-z\d][a-z\d.-]*)\/(?<c>[a-z\d-]+?)(?:-previous)?\.log(?:\.\d+)?$/,
];

/** What a supervisor's unit or a program writes; the name tells whose it is. `logs` of a flare are the agent's, whatever their name. */
const OF_PROGRAMS: readonly RegExp[] = [
  /(?:^|\/)(?:journald|systemlogs|service-logs|agent-logs)\/(?<program>[\w.-]+?)(?:\.log)?$/,
  /journalctl_[\w.-]{0,80}--unit_(?<program>[\w.-]{1,80})$/,
  /(?:^|\/)host_service_logs\/[^/]+\/(?<program>[\w.-]+)_service\.log$/,
  /(?:^|\/)(?<program>kubelet|kube-apiserver|kube-controller-manager|kube-scheduler|k3s|rke2|rke2-agent|rke2-server)\.log(?:\.\d+)?$/,
  // vmware-tanzu/sonobuoy-plugins systemd-logs: the whole journal of a node, as JSON
  /(?:^|\/)plugins\/systemd[_-]logs\/results\/[^/]+\/(?<program>systemd_logs)$/,
  // rancher/support-bundle-kit hack/collector-longhorn
  /(?:^|\/)(?<program>k3s(?:-agent)?)-service\.log$/,
];
/** Programs with a kubelet among others in one log. */
const SHARED = /^(?:k3s|rke2|rke2-server|k3s-server|hyperkube|systemd_logs|snap\.(?:micro)?k8s)$/;

const OF_NODES: readonly RegExp[] = [
  // rancherlabs/support-tools
  /(?:^|\/)(?<node>[^/]+)-\d{4}-\d\d-\d\d_\d\d_\d\d_\d\d\//,
  // sosreport/sos
  /(?:^|\/)sosreport-(?<node>[^/]+?)-(?:[\w]+-)?\d{4}-\d\d-\d\d-\w+\//,
  /(?:^|\/)host_service_logs\/(?!masters\/|workers\/|windows\/)(?<node>[^/]+)\//,
  // siderolabs/go-talos-support, Azure/aks-periscope
  /(?:^|\/)(?<node>[^/]+)\/(?:service-logs|systemlogs|kubernetes-logs)\//,
  /(?:^|\/)plugins\/systemd[_-]logs\/results\/(?<node>[^/]+)\//,
  // rancher/support-bundle-kit: an archive of each node
  /(?:^|\/)nodes\/(?<node>[^/]+)\.zip\//,
  // kubernetes-sigs/kind
  /(?:^|\/)(?<node>(?!logs?\/)[a-z\d][a-z\d.-]*)\/(?:pods|containers)\/[^/]+_[^/]+_[^/]+/,
  /(?:^|\/)(?<node>(?!kubelet\/|logs?\/|agent-logs\/|kubernetes\/)[^/]+)\/(?:kubelet|journal)\.log$/,
];

/** Programs whose words tell of agents, kubelets and the apiserver. What a pod of any other says is of its own servers. */
const HEARD: readonly (Speaker | undefined)[] = [
  'node-agent',
  'cluster-agent',
  'other-agent',
  'opentelemetry',
  'prometheus',
  'metrics-server',
  'kubelet',
  'apiserver',
  'controller-manager',
];

/** Of an earlier run an agent alone is heard: it may have said there why it ended. */
const HEARD_EARLIER: readonly (Speaker | undefined)[] = ['node-agent', 'cluster-agent', 'other-agent'];

/** Undefined where it is no log, or one that no one here listens to. */
export function logAt(path: string): LogFile | undefined {
  const isEarlier = /previous|\.log\.[\w-]{1,20}$|\/rotated\//.test(path);
  const node = groupOf(OF_NODES, path)?.node;
  const program = groupOf(OF_PROGRAMS, path)?.program;
  if (program !== undefined) {
    const by = SHARED.test(program) ? undefined : speakerOfProgram(program);
    if (by === undefined && !SHARED.test(program)) return undefined;
    return HEARD.includes(by) || by === undefined ? { ...(by && { by }), ...(node !== undefined && { node }), isEarlier } : undefined;
  }
  const { ns, pod, c = '' } = groupOf(OF_PODS, path) ?? {};
  if (ns === undefined || pod === undefined) return undefined;
  const by = speakerOfProgram(c) ?? speakerOfProgram(pod);
  return by !== undefined && (isEarlier ? HEARD_EARLIER : HEARD).includes(by)
    ? { by, pod: { namespace: ns, name: pod }, ...(node !== undefined && { node }), isEarlier }
    : undefined;
}

/** The pod of a container's log, whoever it is. */
export function podAt(path: string): PodName | undefined {
  const { ns, pod } = groupOf(OF_PODS, path) ?? {};
  return ns === undefined || pod === undefined ? undefined : { namespace: ns, name: pod };
}

/** What the apiserver said where it could not get a container's log: it asked the kubelet for it. */
export function isLogError(path: string): boolean {
  return /-logs-errors\.log$/.test(path);
}

/** In the file of a log that `kubectl cluster-info dump`, or `kubectl logs`, could not get. */
export const LOG_ERROR = /^(?:Request log error|Create log request error|Error from server(?: \([A-Z]\w{1,40}\))?): /;

/** Files in which an error of kubectl may stand in the place of a container's log. */
export const MAY_BE_ERROR = /(?:^|\/)[^/]+\/[^/]+\/logs\.txt$|_--namespace_[a-z\d-]{1,63}_logs_[a-z\d][\w.-]{0,300}$/;

/**
 * What the apiserver answered where the kubelet gave it no log and no reason (client-go, rest/request.go). It answered: that it is not ready, or which
 * kubelet has what, is not said.
 */
const WITHOUT_REASON = /^an error on the server \("unknown"\) has prevented the request from succeeding/;

/** The reason in such a line; undefined where it is none, or gives none. */
export function logErrorIn(line: string): string | undefined {
  const reason = line.replace(LOG_ERROR, '');
  return WITHOUT_REASON.test(reason) ? undefined : reason;
}

function groupOf(patterns: readonly RegExp[], path: string): Record<string, string | undefined> | undefined {
  for (const pattern of patterns) {
    const groups = pattern.exec(path)?.groups;
    if (groups) return groups;
  }
  return undefined;
}
