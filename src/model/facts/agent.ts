/** An agent's configuration as it is written: each setting with where it comes from, and the pod around it; and what is mounted here. Types only; see facts.ts. */

/** One setting in one place. A key of datadog.yaml, of the chart or of a DatadogAgent stands under the variable of the same meaning. */
export interface AgentSetting {
  variable: string;
  /** Cleaned and cut, without credentials; undefined where it is only known in the pod (`from`), or not ours to read. */
  value?: string;
  /** Where in that agent's configuration it is written: `env`, `datadog.kubelet.host`, `kubelet_tls_verify in /etc/datadog-agent/datadog.yaml`. */
  source: string;
  /** Where the pod takes it from at its start: `status.hostIP`, `ConfigMap kubelet-settings, key host`, `Secret …`. Never what a Secret holds. */
  from?: string;
  /** Since 1.5: chart or operator set it by themselves; whoever wrote the file did not. */
  standard?: true;
  /** No agent reads this name, and what it reads in its place; `misplaced`, since 1.5: a key of the chart in another section. */
  meant?: { why: 'renamed' | 'misspelt' | 'misplaced'; current: string };
}

/** The settings of one container, strongest first: of two with the same name the first that is not empty counts. */
export interface AgentContainer {
  container: string;
  settings: AgentSetting[];
  /** Since 1.5: variables that the version of the chart decides, and nothing in the file. */
  open?: string[];
}

/** What of a pod template decides what its agent sees; in the same terms as {@link Mounts}. */
export interface AgentPodTemplate {
  hostNetwork: boolean;
  /** Since 1.5: where its pods can run at all, where that allows them less of the node. */
  platform?: AgentPlatform;
  /** Since 1.5: tolerations with an operator that Kubernetes does not have, and where each is written; `unread` where no chart reads that key. */
  badTolerations?: { at: string; operator: string; unread?: true }[];
  /** No token of its ServiceAccount is mounted, neither by itself nor as a projected volume. */
  noToken: boolean;
  /** Of the agent's container. */
  host: { what: HostMount; path: string; mounted: boolean }[];
  hidden: { path: string; checks: string[] }[];
  /** Directories of the node, and where the agent's container has them. A partition is seen where something on it is mounted. */
  disks: { from: string; at: string }[];
}

/** One agent: this process's, an installed DaemonSet's, or one in a file. */
export interface AgentConfiguration {
  of: 'process' | 'workload' | 'file';
  /** `host`: the agent of a package, outside of pods. */
  install: 'container' | 'host';
  /** As it is said: `this process`, `DaemonSet datadog/datadog-agent`, `values.yaml (chart)`. */
  name: string;
  /** Since 1.5: who writes the pod template, where that is known; left out for values, which a person writes. */
  manager?: 'helm' | 'operator';
  /** The agent's own first. */
  containers: AgentContainer[];
  pod?: AgentPodTemplate;
}

/** An agent that runs on this node, by its processes. */
export interface RunningAgent {
  pid: number;
  program: string;
  /** In a pod, or installed on the node itself. */
  install: 'container' | 'host';
}

/** By the template's own marks. */
export type AgentPlatform = 'windows' | 'gke-autopilot' | 'gke-gdc';

export type HostMount = 'proc' | 'cgroup' | 'runtime-socket' | 'pod-logs';

/** What of this container's mounts is judged; from /proc/self/mountinfo. */
export interface Mounts {
  /** UID of our pod, as the kubelet's own mounts name it. */
  pod?: string;
  /** The agent's program is in this container: only then are its mounts to be expected. */
  agentImage: boolean;
  /** What an agent reads of its node, and whether it is mounted. */
  host: { what: HostMount; path: string; mounted: boolean }[];
  /** Mounts over the agent's configuration directory, and the checks whose default configuration is not there any more. */
  hidden: { path: string; checks: string[] }[];
  /** File systems of the node of which nothing is mounted here, by the node's own list in /host/proc; undefined where that was not read. */
  unseenDisks?: { device: string; at: string }[];
  /** Since 1.5: the container runtime's socket is at none of the paths where the agent looks; `set`: one was configured. `others`: sockets that are there. */
  missingSocket?: { looked: string[]; set: boolean; others: string[] };
  /** A token of our own pod, mounted in another container of it: below /proc/PID/root. */
  neighbourToken?: string;
}
