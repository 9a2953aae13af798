/**
 * Facts: what was observed, as plain data, redacted before it gets here. Probes and bundle readers write them, checks read them.
 * A fact never holds a token, a key, a password or a whole response body; see `src/host/redact.ts`.
 */
import type { AgentConfiguration, Mounts, RunningAgent } from './facts/agent.js';
import type {
  ApiserverEndpoints,
  ClientRequest,
  EgressPolicies,
  KubeletVersions,
  NamedObject,
  NodeLease,
  NodeObject,
  Readiness,
  ServerVersion,
  ServingRequest,
} from './facts/apiserver.js';
import type {
  AuthorityFile,
  ClockComparison,
  ClusterAgentWay,
  Credential,
  DnsAnswer,
  HttpAnswer,
  ProxyDecision,
  SecondSight,
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
import type { AgentPods, AgentWorkloads, NamespacePolicy, PlacementNodes, PodEvent, RefusedCreate } from './facts/placement.js';
import type { AccessAnswer, Account, Identity, OwnRules, RbacObjects, ResolvedProfile } from './facts/rights.js';
import type { Candidate, Place, Setting, Target } from './facts/run.js';
import type { Statement } from './facts/said.js';

export type * from './facts/agent.js';
export type * from './facts/apiserver.js';
export type * from './facts/connection.js';
export type * from './facts/node.js';
export type * from './facts/rights.js';
export type * from './facts/run.js';
export type * from './facts/said.js';

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
  named: NamedObject;
  lease: NodeLease;
  endpoints: ApiserverEndpoints;
  'second-sight': SecondSight;
  /** What the kubelet answered through the apiserver's node proxy, by its path: at a workstation, where its port is not reached. */
  proxied: HttpAnswer;
  'serving-requests': ServingRequest[];
  'client-requests': ClientRequest[];
  mounts: Mounts;
  'egress-policies': EgressPolicies;
  nodes: PlacementNodes;
  workloads: AgentWorkloads;
  'agent-pods': AgentPods;
  'namespace-policy': NamespacePolicy;
  'refused-creates': RefusedCreate[];
  /** Since 1.5: of one waiting pod of the agent, `NAMESPACE/POD`; newest first. */
  'pod-events': PodEvent[];
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
  'cluster-agent': ClusterAgentWay;
  /** Since 1.5: what a log says, or a refusal that stands where a document should be; one fact for each kind of thing that is said. */
  said: Statement;
}

export type FactKind = keyof FactData;

/**
 * Why a fact is not there. `blocked`: an earlier layer failed; `withheld`: a credential was not sent, on purpose; `not-ours`: cannot be asked from
 * here; `budget`: the run's time was over; `busy`: this machine had no time to hear an answer, which says nothing of who was asked.
 */
export type AbsentWhy =
  | 'not-attempted'
  | 'blocked'
  | 'withheld'
  | 'no-permission'
  | 'not-ours'
  | 'budget'
  | 'busy'
  | 'probe-crashed'
  | 'not-in-bundle';

/**
 * *Could not look* (`absent`) is never *fine*; `failed` means: looked, and it failed. Times are milliseconds; `lateMs` of
 * them were lost on this machine. */
export type Outcome<T> =
  | { status: 'observed'; data: T; ms?: number; lateMs?: number }
  | { status: 'failed'; code: string; detail: string; ms?: number; lateMs?: number; data?: T }
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
