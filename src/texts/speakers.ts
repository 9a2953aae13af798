/** Whose log a line stands in, by the names that stand before it: a source file, a unit, a container, a pod. */
import type { Speaker } from './reading.js';

/** Files that write of one program alone (Kubernetes 1.31 to 1.36; metrics-server 0.8). `server.go`, `reflector.go` and the like are of several. */
const FILES: readonly [RegExp, Speaker][] = [
  [
    /^(?:kubelet\w*|setters|pod_workers|pod_container_deletor|remote_runtime|remote_image|kuberuntime_\w+|pleg|prober|prober_manager|nestedpendingoperations|reconciler\w*|operation_generator|desired_state_of_world_populator|eviction_manager|container_manager_linux|cpu_manager|memory_manager|topology_manager|status_manager|csi_\w+|image_gc_manager|bootstrap|plugin_watcher)\.go$/,
    'kubelet',
  ],
  [
    /^(?:authentication|remote_available_controller|available_controller|dispatcher|writers|timeout|httplog|cacher|apf_controller)\.go$/,
    'apiserver',
  ],
  [/^scraper\.go$/, 'metrics-server'],
  [
    /^(?:node_lifecycle_controller|daemon_controller|garbagecollector|replica_set|attach_detach_controller|resource_quota_controller|serviceaccounts_controller|certificate_controller)\.go$/,
    'controller-manager',
  ],
  [/^(?:schedule_one|scheduler|scheduling_queue)\.go$/, 'scheduler'],
];

/** Words in the name of a unit, container, pod, image or logger. The first that fits; what is longer goes before what it holds. */
const PROGRAMS: readonly [RegExp, Speaker][] = [
  [/cluster-?agent|clusterchecks|^dca\b/i, 'cluster-agent'],
  [/datadog|^dd-agent|trace-agent|process-agent|security-agent|system-probe|^core$|^agent$/i, 'node-agent'],
  [/metrics-server/i, 'metrics-server'],
  [/otel|opentelemetry|otc-container/i, 'opentelemetry'],
  [/prometheus(?!-adapter)|config-reloader/i, 'prometheus'],
  [/kube-?apiserver|openshift-apiserver|oauth-apiserver/i, 'apiserver'],
  [/kube-?controller-?manager/i, 'controller-manager'],
  [/kube-?scheduler/i, 'scheduler'],
  [
    /^(?:(?:snap\.)?(?:kubelet(?!-client|stats)|microk8s\.daemon-kubelite|k8s\.kubelet)|hyperkube|k3s-agent|rke2-agent|k0sworker|kubelite|kubernetes\.io\/kube(?:let|-apiserver-client-kubelet))/i,
    'kubelet',
  ],
  [/^(?:containerd|dockerd|docker|crio|cri-o|cri-dockerd)(?:\.service)?$/i, 'runtime'],
  [/calico|cilium|flannel|weave|kube-router|antrea|multus|aws-node|ovn/i, 'cni'],
  [
    /telegraf|metricbeat|filebeat|elastic-agent|newrelic|nri-|fluent-?bit|fluentd|netdata|alloy|grafana-agent|dynatrace|oneagent|cloudwatch-agent|sysdig|instana|zabbix|opencost|kubecost|splunk-otel|\bvector\b(?!-?db)|vmagent|ama-metrics/i,
    'other-agent',
  ],
];

export function speakerOfFile(file: string): Speaker | undefined {
  const name = file.slice(file.lastIndexOf('/') + 1);
  // The file of the kubelet's own scraper has the metrics-server's name.
  if (/kubeletstatsreceiver/.test(file)) return 'opentelemetry';
  return FILES.find(([text]) => text.test(name))?.[1];
}

export function speakerOfProgram(name: string): Speaker | undefined {
  return name === '' ? undefined : PROGRAMS.find(([text]) => text.test(name))?.[1];
}

/** Whose log a file is: by its name, or by a folder that it is in (`/var/log/pods/NS_POD_UID/CONTAINER/0.log`). */
export function speakerOfLog(path: string): Speaker | undefined {
  for (const part of path.split('/').reverse()) {
    const speaker = speakerOfProgram(part.replace(/\.(?:log|txt|out)(?:\.\d{1,4})?$/, ''));
    if (speaker !== undefined) return speaker;
  }
  return undefined;
}

/** Is a pod, image or label of this name that of an agent, of which one should run on each node? */
export function isAgentName(name: string): boolean {
  const speaker = speakerOfProgram(name);
  return speaker !== undefined && AGENTS.includes(speaker);
}

const AGENTS: readonly Speaker[] = ['node-agent', 'cluster-agent', 'other-agent', 'opentelemetry'];

/** By the package that a message names in front of itself: `k8s.io/kubernetes/pkg/kubelet/kubelet.go:451: Failed to list …`. */
export function speakerOfPath(body: string): Speaker | undefined {
  return PATHS.find(([text]) => text.test(body))?.[1];
}

const PATHS: readonly [RegExp, Speaker][] = [
  [/k8s\.io\/kubernetes\/pkg\/kubelet\//, 'kubelet'],
  [/sigs\.k8s\.io\/metrics-server/, 'metrics-server'],
  [/kubeletstatsreceiver|scraperhelper\//, 'opentelemetry'],
  [/beats\/v\d|elastic-agent/, 'other-agent'],
];
