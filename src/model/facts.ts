/**
 * Facts: what was observed, as plain data, redacted before it gets here. Probes and bundle readers write them, checks read them.
 * A fact never holds a token, a key, a password or a whole response body; see `src/host/redact.ts`.
 */
import type { AgentConfiguration, HostMount, RunningAgent } from './facts/agent.js';
import type {
  AuthorityFile,
  Credential,
  DnsAnswer,
  HttpAnswer,
  ProxyDecision,
  TcpConnection,
  TlsHandshake,
  TunnelAnswer,
} from './facts/connection.js';
import type {
  KubeletConfig,
  KubeletKubeconfig,
  KubeletProcess,
  NodeCertificate,
  RuntimeSocket,
  ServiceVariable,
  TimeSync,
  TokenReview,
} from './facts/node.js';
import type { AgentPods, AgentWorkloads, NamespacePolicy, PlacementNodes, RefusedCreate } from './facts/placement.js';
import type {
  AccessAnswer,
  Account,
  Identity,
  KubeletVersions,
  OwnRules,
  RbacObjects,
  Readiness,
  ResolvedProfile,
  ServerVersion,
} from './facts/rights.js';

export type * from './facts/agent.js';
export type * from './facts/connection.js';
export type * from './facts/node.js';
export type * from './facts/rights.js';

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

/** Where the tool runs. `agent-pod` is a pod whose environment is the agent's own (DD_* variables). */
export interface Place {
  place: 'agent-pod' | 'pod' | 'debug-pod' | 'node' | 'workstation';
  vantage: Vantage;
  hostName: string;
  /** The node we run on, where the node's files, our token or the agent's variables name it. */
  node?: string;
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

/** The local clock against a server's `Date` header, from one answer. Positive: we are ahead. */
export interface ClockComparison {
  against: Target;
  offsetMs: number;
  /** Half the round trip plus the header's one-second grain. */
  toleranceMs: number;
}

/** What of a Node object is judged. */
export interface NodeObject {
  node: string;
  kubeletVersion: string;
  kubeletPort?: number;
  addresses: { type: string; address: string }[];
  ready: 'True' | 'False' | 'Unknown';
  /** Reason and message of the Ready condition, cleaned and cut. */
  reason?: string;
  message?: string;
  /** `lastHeartbeatTime` of Ready, ISO. */
  lastHeartbeat?: string;
}

/** The node's Lease: the freshest sign of life of its kubelet. */
export interface NodeLease {
  node: string;
  renewedAt: string;
  /** Age in seconds by the *server's* clock. */
  ageSeconds: number;
  /** `spec.leaseDurationSeconds`; 40 unless the kubelet is told otherwise, and renewed four times in it. */
  durationSeconds?: number;
}

/** Ready addresses of the `kubernetes` EndpointSlice. */
export interface ApiserverEndpoints {
  /** `kubelet-metrics`: the apiserver hosts this kubelet's own client talks to (rest_client_requests_total). */
  from?: 'endpoint-slice' | 'kubelet-metrics';
  endpoints: { address: string; port: number }[];
}

/** The same kubelet seen from elsewhere: through the apiserver's node proxy, or its local 10248. */
export interface SecondSight {
  by: 'node-proxy' | 'local-healthz' | 'read-only-port';
  status: number;
  /** Cleaned words of the other side, at most 300 characters: `dial tcp 10.0.0.7:10250: connect: connection refused`. */
  said: string;
  /** What it says of the kubelet. `unknown` where the refusal was about our rights. */
  kubelet: 'answers' | 'refused' | 'timeout' | 'no-route' | 'tls-failed' | 'unknown';
}

/** A CertificateSigningRequest for the kubelet's serving certificate; names are compared, never copied into a command unchecked. */
export interface ServingRequest {
  csr: string;
  state: 'pending' | 'approved' | 'denied' | 'failed';
  requestor: string;
  /** Requestor and SANs are exactly those of this Node object. */
  matchesNode: boolean;
}

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
  /** A token of our own pod, mounted in another container of it: below /proc/PID/root. */
  neighbourToken?: string;
}

/** NetworkPolicies of our namespace that select our pod and limit whom it may connect to. */
export interface EgressPolicies {
  policies: { policy: string; rules: EgressRule[] }[];
  complete: boolean;
  /** Of our pod, without those that change with each rollout or version: the same on every pod of its workload. */
  labels?: Record<string, string>;
}

/** One egress rule as far as it concerns addresses of no pod: nodes and the apiserver. */
export interface EgressRule {
  /** TCP ports; undefined: every port. A named port counts only in pods, so it is left out. */
  ports?: { from: number; to: number }[];
  /** Undefined: anywhere. Peers chosen by labels are pods, and leave this list empty. */
  blocks?: { cidr: string; except: string[] }[];
}

/** kind → data. */
export interface FactData {
  place: Place;
  settings: Setting[];
  candidates: Candidate[];
  proxy: ProxyDecision;
  dns: DnsAnswer;
  tcp: TcpConnection;
  tunnel: TunnelAnswer;
  tls: TlsHandshake;
  authority: AuthorityFile;
  credential: Credential;
  http: HttpAnswer;
  clock: ClockComparison;
  identity: Identity;
  version: ServerVersion;
  readiness: Readiness;
  access: AccessAnswer;
  node: NodeObject;
  lease: NodeLease;
  endpoints: ApiserverEndpoints;
  'second-sight': SecondSight;
  /** What the kubelet answered through the apiserver's node proxy, by its path: at a workstation, where its port is not reached. */
  proxied: HttpAnswer;
  'serving-requests': ServingRequest[];
  mounts: Mounts;
  'egress-policies': EgressPolicies;
  nodes: PlacementNodes;
  workloads: AgentWorkloads;
  'agent-pods': AgentPods;
  'namespace-policy': NamespacePolicy;
  'refused-creates': RefusedCreate[];
  profile: ResolvedProfile;
  account: Account;
  'rbac-objects': RbacObjects;
  'own-rules': OwnRules;
  'kubelet-versions': KubeletVersions;
  'kubelet-process': KubeletProcess;
  'kubelet-config': KubeletConfig;
  'node-certificate': NodeCertificate;
  'kubelet-kubeconfig': KubeletKubeconfig;
  'kubelet-proxy': ServiceVariable[];
  'time-sync': TimeSync;
  'runtime-socket': RuntimeSocket;
  'token-review': TokenReview;
  'agent-configuration': AgentConfiguration;
  'running-agents': RunningAgent[];
}

export type FactKind = keyof FactData;

/** Why a fact is not there. `blocked`: an earlier layer failed; `withheld`: a credential was not sent, on purpose; `not-ours`: cannot be asked from here. */
export type AbsentWhy =
  | 'not-attempted'
  | 'blocked'
  | 'withheld'
  | 'no-permission'
  | 'not-ours'
  | 'budget'
  | 'probe-crashed'
  | 'not-in-bundle';

/** *Could not look* (`absent`) is never *fine*; `failed` means: looked, and it failed. Times are milliseconds. */
export type Outcome<T> =
  | { status: 'observed'; data: T; ms?: number }
  | { status: 'failed'; code: string; detail: string; ms?: number; data?: T }
  | { status: 'pending'; ms: number }
  | { status: 'absent'; why: AbsentWhy; detail?: string };

/** Of what was looked at: found, or why not. */
export type Looked<T> = Exclude<Outcome<T>, { status: 'pending' | 'absent' }>;

/** One observation. `subject` tells facts of one kind apart: `host:port` for connection facts, `token GET /pods` for http, a path for files. */
export interface Fact<K extends FactKind = FactKind> {
  kind: K;
  target: Target;
  subject: string;
  outcome: Outcome<FactData[K]>;
  /** A command that shows the same thing by hand, without a secret in it. */
  reproduce?: string;
  /** When it began, ms after the run's start; for the waterfall. */
  startedMs?: number;
}

/** Any fact, as a union discriminated by `kind`. */
export type AnyFact = { [K in FactKind]: Fact<K> }[FactKind];

/** Something a check may read, e.g. `kubelet/tcp`. */
export type Need = `${Target}/${FactKind}`;

/** The kind behind a need. */
export type KindOf<N extends Need> = N extends `${Target}/${infer K extends FactKind}` ? K : never;

/** A value and who gave it. */
export interface Choice {
  value: string;
  origin: Origin;
  /** The flag, variable or file; empty for a default. */
  source: string;
}
