/** Where an agent may run, as data: nodes, the agent's DaemonSet, its pods, and what stands between them. Types only; see facts.ts. */
import type { Change } from './run.js';

export interface Taint {
  key: string;
  value: string;
  effect: string;
  /** Since 1.5, where Kubernetes itself set it: when, ISO (`timeAdded`). */
  added?: string;
}

/** As written in a pod template; what is left out is ''. */
export interface Toleration {
  key: string;
  operator: string;
  value: string;
  effect: string;
}

/** One expression of a node selector term. */
export interface Requirement {
  key: string;
  operator: string;
  values: string[];
}

export interface SelectorTerm {
  expressions: Requirement[];
  fields: Requirement[];
}

/** What of a pod template decides where its pods may run. Never an environment value. */
export interface PodTemplate {
  nodeName?: string;
  nodeSelector: Record<string, string>;
  /** Required node affinity; undefined where there is none (an empty list matches no node). */
  affinity?: SelectorTerm[];
  /** Undefined where the field is absent: a JSON patch must then create the list. */
  tolerations?: Toleration[];
  hostNetwork: boolean;
  priorityClass?: string;
  serviceAccount?: string;
  /** What the pod security level `baseline` forbids and this template asks for, in its own words: `hostPath volumes`, `hostPID`. */
  asks: string[];
  images: string[];
  /** Since 1.5: ports of the node that its containers ask for, `[ADDRESS:]PORT/PROTOCOL`. */
  hostPorts?: string[];
  /** Since 1.5: its hostPath volumes. */
  hostPaths?: HostPathVolume[];
  /** Since 1.5: `automountServiceAccountToken`, where it is said. */
  automount?: boolean;
}

export interface HostPathVolume {
  volume: string;
  path: string;
  /** `File`, `DirectoryOrCreate`; left out where nothing is looked at. */
  type?: string;
}

export interface AgentWorkload {
  /** '' where a manifest leaves it to the command line. */
  namespace: string;
  name: string;
  /** Who writes this object, by its labels: what a patch by hand would be undone by. */
  manager: 'helm' | 'operator' | 'unknown';
  datadog: boolean;
  template: PodTemplate;
  /** Of its spec. */
  changed?: Change;
  /** Since 1.5: which template this is; its pods say of which they are made. */
  generation?: string;
}

/** The agent's DaemonSets. */
export interface AgentWorkloads {
  by: 'flag' | 'search' | 'manifest';
  /** What was asked for: `NS/NAME`, or the manifest's path. */
  asked?: string;
  workloads: AgentWorkload[];
  /** `NS/NAME` of other DaemonSets that look like agents, for a name that was not found. */
  others: string[];
  /** Names of the PriorityClasses a manifest brings along. */
  brings: string[];
  /** Since 1.5: why not all DaemonSets were looked through. */
  cut?: ListCut;
  /** Since 1.5, where there is no DaemonSet of an agent: DatadogAgents that ask for one, as `NS/NAME`; `seen`: the operator has written a status. */
  unmade?: { object: string; seen: boolean; error?: string }[];
}

/** What of a node is judged. */
export interface PlacementNode {
  node: string;
  /** Only labels that a selector or a rule of ours asks for. */
  labels: Record<string, string>;
  taints: Taint[];
  unschedulable: boolean;
  ready: 'True' | 'False' | 'Unknown';
  /** Since 1.5, where it is not ready: since when, ISO. */
  readySince?: string;
  /** Since 1.5: a file leaves its status out; `ready` is Unknown because nothing tells it. */
  untold?: true;
  /** Of its taints or of `unschedulable`, where it has one. */
  changed?: Change;
  /** Conditions that are not as they should be: `DiskPressure`. */
  pressure: string[];
  kubeletVersion: string;
  /** Whose managed cluster this node belongs to, by its labels. */
  provider?: 'EKS' | 'GKE' | 'AKS';
  /** Since 1.5: who built it; a name of `kubernetes/kubelet/platforms.ts`. */
  platform?: string;
  /** Since 1.5: an agent is there, so that only its row of the apiserver's table was read: labels and taints are not known. */
  brief?: true;
}

/** Where the reading of a list ended before the list did. */
export interface ListCut {
  /** That of the request that failed: `ETIMEDOUT`, `HTTP500`, `ETOOBIG`; `EMORE` where no more pages were asked for. */
  code: string;
  detail: string;
  /** How many of its items were looked at. */
  read: number;
  /** How many more there are, as the server estimates (metadata.remainingItemCount). */
  remaining?: number;
}

export interface PlacementNodes {
  nodes: PlacementNode[];
  /** False where there are more than we read. */
  complete: boolean;
  /** Since 1.5: why they are not all. */
  cut?: ListCut;
}

/** One pod of an agent. */
export interface AgentPod {
  namespace: string;
  pod: string;
  /** Where it runs or, unscheduled, where its DaemonSet wants it. */
  node: string;
  /** `DaemonSet/datadog-agent`, or '' for a bare pod. */
  owner: string;
  /** The agent's image in a pod of another kind. */
  sidecar: boolean;
  phase: string;
  ready: boolean;
  /** Since 1.5, where it is not ready: since when, ISO. */
  readySince?: string;
  /** Being deleted. */
  leaving: boolean;
  /** Of the container with most; since 1.5, of a pod that is ready in a large cluster, of all together. */
  restarts: number;
  /** Why it does not run: `CrashLoopBackOff`, `Unschedulable`, and of which container. */
  reason?: string;
  container?: string;
  /** Its words, or those of the last end; cleaned and cut. */
  message?: string;
  /** Since 1.5: what admission took from it that its template has: `token`, and what of the host it asks for, as in {@link PodTemplate}. */
  taken?: string[];
  /** Since 1.5: only its row of the apiserver's table was read; why it is not ready is said of this pod in the same state, `NAMESPACE/POD`. */
  like?: string;
}

export interface AgentPods {
  pods: AgentPod[];
  /** Were pods of other namespaces looked through for further agents? */
  everywhere: boolean;
  /** Since 1.5: in a large cluster only those of agents' DaemonSets were looked for. */
  only?: 'daemonsets';
  complete: boolean;
  /** Since 1.5: why they are not all. */
  cut?: ListCut;
  /** Since 1.5: other pods that have a port of the node which an agent asks for; only of nodes where one waits. */
  holders?: PortHolder[];
}

export interface PortHolder {
  namespace: string;
  pod: string;
  node: string;
  /** As of {@link AgentPod}. */
  owner: string;
  /** As of {@link PodTemplate}. */
  ports: string[];
}

/** Since 1.5: a warning about an agent's pod that waits. */
export interface PodEvent {
  reason: string;
  message: string;
  count: number;
  /** ISO. */
  last: string;
}

/** What the agent's namespace lets in. */
export interface NamespacePolicy {
  namespace: string;
  /** `pod-security.kubernetes.io/enforce`. */
  enforce?: string;
  /** Named by the DaemonSet; undefined where it names none or nobody may say. */
  priorityClassExists?: boolean;
  /** Names of ResourceQuotas. */
  quotas: string[];
}

/** A FailedCreate event of an agent's DaemonSet: why the apiserver did not take its pod. */
export interface RefusedCreate {
  namespace: string;
  daemonset: string;
  message: string;
  count: number;
  /** Since 1.5, ISO. */
  first?: string;
  /** ISO. */
  last: string;
}
