/** What every fact and every setting is said in terms of: whose it is, where we run, where a value came from. Types only; see facts.ts. */

/** What a fact is about. `self` is the process, its files and its settings; the other two are logical servers, not addresses. */
export type Target = 'self' | 'kubelet' | 'apiserver';

/** Whose network the observation was made from. */
export type Vantage = 'pod-network' | 'host-network' | 'workstation';

/** Where a setting's value came from, strongest first. */
export type Origin = 'flag' | 'agent environment' | 'environment' | 'file' | 'default';

/** One setting as used, with where it came from. `value` is safe to print (paths, hosts, booleans; URLs without credentials). */
export interface Setting {
  /** Dotted name, e.g. `kubelet.host`. */
  setting: string;
  value: string;
  origin: Origin;
  /** The flag, variable or file it was read from, e.g. `DD_KUBERNETES_KUBELET_HOST`. */
  source: string;
}

/** Since 1.5: the last change of what is judged of an object, as its managedFields say: when, and the client's name for itself. */
export interface Change {
  /** ISO. */
  at: string;
  client?: string;
}

/** A value and who gave it. */
export interface Choice {
  value: string;
  origin: Origin;
  /** The flag, variable or file; empty for a default. */
  source: string;
}

/** Where the tool runs. `agent-pod` is a pod whose environment is the agent's own (DD_* variables). */
export interface Place {
  place: 'agent-pod' | 'pod' | 'debug-pod' | 'node' | 'workstation';
  vantage: Vantage;
  hostName: string;
  /** The node we run on, where the node's files, our token or the agent's variables name it. */
  node?: string;
  /** Since 1.4: a directory that a kubelet made, on a machine where none lives: it decides nothing. */
  leftOver?: string;
  /** Namespace of the pod we run in, when known. */
  namespace?: string;
  /** In a pod, and no ServiceAccount is mounted here: an ephemeral container, or a pod for which that is turned off. */
  noToken?: true;
  /** Local clock when the run began, ms since the epoch: checks have no clock of their own. */
  nowMs?: number;
  /** Does the environment hold the agent's own variables? Then its settings are judged too. */
  agentEnvironment: boolean;
  /** `KUBERNETES_SERVICE_HOST`/`PORT` present? */
  serviceEnvironment: boolean;
  /** Variables whose names an agent no longer reads (Agent 5), found set: old name → the name read today. */
  renamedVariables: { old: string; current: string }[];
  /** A default gateway and the bridge addresses of this network namespace, to recognise a host setting that is no node. */
  gateways: string[];
  /** With --agent-process: the process that stands for the agent. Environment, namespace and mounts are its own, the network is ours. */
  agentProcess?: AgentProcessPlace;
  /** Since 1.5: the script of `kubelet-doctor script` asked there, and what it printed is read elsewhere; its pod, where the token or the host name says it; `cut`: its end is missing. */
  script?: { pod?: string | undefined; cut?: true };
  /** Since 1.5: the agent that runs here, by its process: since when (ms since the epoch), and the version beside it where a file says it. */
  agentRunning?: { pid: number; startedMs: number; version?: string };
  /** Since 1.5: nobody was asked; all is read from what another program has collected. `nowMs` is when it did. */
  bundle?: BundlePlace;
}

/** A bundle that is judged in the place of a cluster. */
export interface BundlePlace {
  /** As people call it: `troubleshoot support bundle`. */
  format: string;
  /** Its collector's version. */
  collector?: string;
  /** The cluster's version of Kubernetes. */
  version?: string;
  /** Cut off or damaged: what comes behind is not known. */
  isCut?: true;
  /** The nodes of which it tells something. */
  nodes: number;
  /**
   * Where more than one DaemonSet may be the agent's: `daemonsets` that are judged, as `NS/NAME`, `account` whose permissions are, as far as that is one
   * of several, and a few of the others that may be meant, with how many more there are.
   */
  agents?: { daemonsets: string[]; account?: string; others: string[]; more?: number };
}

/** Whose environment and files were taken for the agent's. */
export interface AgentProcessPlace {
  pid: number;
  program: string;
  /** Name of its pod, where that has a network of its own and its environment says it. */
  pod?: string;
  /** Where we run ourselves. */
  beside: Place['place'] | 'ephemeral-container';
  /** Is the network we ask from the agent's? */
  network: 'same' | 'other';
}

/** An address to try, and who named it. `host` is an IP (unbracketed) or a name. */
export interface Candidate {
  host: string;
  port: number;
  /** `setting` was asked for; the others were found: Node object, token, service environment, cluster DNS name, EndpointSlice, kubeconfig. */
  origin: 'setting' | 'node-object' | 'token' | 'service-environment' | 'dns-name' | 'endpoint' | 'kubeconfig' | 'loopback';
  /** Human source: the variable, flag, file or object. */
  source: string;
}
