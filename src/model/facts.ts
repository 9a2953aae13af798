/**
 * Facts: what was observed, as plain data, redacted before it gets here. Probes and bundle readers write them, checks read them.
 * A fact never holds a token, a key, a password or a whole response body; see `src/host/redact.ts`.
 */
import type { KubeletConfig, KubeletProcess, NodeCertificate } from './facts-node.js';
import type { AgentPods, AgentWorkloads, NamespacePolicy, PlacementNodes, RefusedCreate } from './placement.js';

export type * from './facts-node.js';

/** What a fact is about. `self` is the process, its files and its settings; the other two are logical servers, not addresses. */
export type Target = 'self' | 'kubelet' | 'apiserver';

/** Whose network the observation was made from. */
export type Vantage = 'pod-network' | 'host-network' | 'workstation';

/** How an identity reaches a server. `nobody` sends no credential. */
export type CredentialKind = 'nobody' | 'token' | 'certificate';

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
  /** Namespace of the pod we run in, when known. */
  namespace?: string;
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
}

/** An address to try, and who named it. `host` is an IP (unbracketed) or a name. */
export interface Candidate {
  host: string;
  port: number;
  /** `setting` was asked for; the others were found: Node object, service environment, cluster DNS name, EndpointSlice, kubeconfig. */
  origin: 'setting' | 'node-object' | 'service-environment' | 'dns-name' | 'endpoint' | 'kubeconfig' | 'loopback';
  /** Human source: the variable, flag, file or object. */
  source: string;
}

/** How a request to `host:port` leaves: directly, or through a proxy. Decided before DNS and TCP, which then concern the next hop. */
export interface ProxyDecision {
  via: 'direct' | 'proxy';
  /** `http://proxy:3128`, credentials removed. Present for `proxy`. */
  proxy?: string;
  /** The variable that decided, e.g. `HTTPS_PROXY` or, for direct in spite of a proxy, `NO_PROXY`. */
  variable?: string;
  /** The NO_PROXY token that matched. */
  matched?: string;
  /** NO_PROXY as it stands (safe to print), to build the line to set. */
  noProxy?: string;
}

/** Answer of the resolver for one name. Failed outcomes use Node's codes: ENOTFOUND, ETIMEOUT, ESERVFAIL, ECONNREFUSED… */
export interface DnsAnswer {
  addresses: { address: string; family: 4 | 6 }[];
  /** `hosts` file, `dns`, or `literal` for an IP that needs no question. */
  from: 'hosts' | 'dns' | 'literal';
  /** The fully qualified name that answered (after the search list). */
  asked: string[];
  nameservers: string[];
}

/** TCP to the next hop. Failed codes: ETIMEDOUT (no answer), ECONNREFUSED, ECONNRESET, EHOSTUNREACH, ENETUNREACH, EACCES… */
export interface TcpConnection {
  /** Each address tried, in order, and what it said; the first `connected` is used. */
  tries: { address: string; port: number; result: 'connected' | string; ms: number }[];
}

/** A proxy's answer to CONNECT. Failed when it refused; `status` then is its HTTP status. */
export interface TunnelAnswer {
  proxy: string;
  status: number;
  /** `Server`/`Via` header, cleaned and cut. */
  voice?: string;
}

/** One certificate as the server sent it. Times are ISO 8601 UTC. */
export interface Certificate {
  subject: string;
  issuer: string;
  /** `DNS:name` and `IP:address` entries. */
  names: string[];
  notBefore: string;
  notAfter: string;
  selfSigned: boolean;
  isCa: boolean;
  /** SHA-256, lower-case hex. */
  fingerprint: string;
}

/** A CA file (or inline data) at hand and whether the chain verifies with it, dates and name left aside. */
export interface AuthorityTrial {
  /** Path or description (`kubeconfig inline`, `presented chain`). */
  authority: string;
  /** The one the agent (or kubeconfig) is configured to use for this target? */
  inUse: boolean;
  verifies: boolean;
}

/**
 * A TLS handshake without any credential. `failed` with code when no handshake came about (EPROTO, ERR_SSL_*, ECONNRESET, ETIMEDOUT);
 * a certificate that does not verify is an *observed* handshake whose `verification.ok` is false.
 */
export interface TlsHandshake {
  protocol: string;
  cipher: string;
  /** The name or address verified against. */
  serverName: string;
  chain: Certificate[];
  verification: { ok: boolean /** Node's code, e.g. CERT_HAS_EXPIRED */; code?: string; detail?: string };
  /** The parts of verification, each apart, so that two faults are two. */
  trusted: boolean;
  nameMatches: boolean;
  validNow: boolean;
  trials: AuthorityTrial[];
  /** Did the server ask for a client certificate? Undefined where the handshake does not show it. */
  asksClientCertificate?: boolean;
}

/** A CA file configured for a target. Failed codes: ENOENT, EACCES, ENOTPEM, ETOOBIG, EISDIR, ENOTFILE. */
export interface AuthorityFile {
  path: string;
  certificates: Certificate[];
}

/** Claims of a JWT, decoded for display only. Times are seconds since the epoch. */
export interface TokenClaims {
  issuer?: string;
  subject?: string;
  audiences: string[];
  expiresAt?: number;
  notBefore?: number;
  issuedAt?: number;
  warnAfter?: number;
  namespace?: string;
  serviceAccount?: string;
  pod?: string;
  node?: string;
  /** `kubernetes/serviceaccount` issuer: a Secret token that never expires. */
  legacy: boolean;
}

/** What we would present to a target. Failed codes: ENOENT, EACCES, EMPTY, ENOTJWT, ENEWLINE, EKEYMISMATCH, ENOTPEM, EPLUGIN… */
export interface Credential {
  as: CredentialKind;
  /** Token file, certificate file, `kubeconfig FILE (user NAME)`, or `none`. */
  source: string;
  token?: TokenClaims;
  certificate?: Certificate & { clientUsage: boolean };
}

/** An HTTP answer, reduced. `failed` when no answer came (ETIMEDOUT, ECONNRESET, UND_ERR_*). */
export interface HttpAnswer {
  method: 'GET' | 'POST';
  path: string;
  as: CredentialKind;
  status: number;
  /** First bytes of a *refusal* (status ≥ 400) or of /healthz, cleaned, redacted, at most 512 characters; empty for payloads. */
  body: string;
  /** Who seems to be speaking. */
  voice: Voice;
  /** Server's clock: the `Date` header in ms since the epoch, if there was one. */
  serverTimeMs?: number;
  /** What was found in a successful payload, e.g. `PodList 14`, `prometheus`, `summary n1`, `KubeletConfiguration`. */
  payload?: Payload;
  retryAfterSeconds?: number;
}

/** Who answered, by the shape of the answer. */
export type Voice = 'kubelet' | 'apiserver' | 'kubernetes-api-other' | 'proxy' | 'unknown';

/** What a 2xx body was recognised as. */
export interface Payload {
  recognised: 'pod-list' | 'metrics' | 'stats-summary' | 'kubelet-configuration' | 'healthz-ok' | 'unrecognised';
  /** e.g. the node name in a stats summary. */
  node?: string;
  items?: number;
  /** From /configz only: the settings checks read; nothing else of it is kept. */
  kubelet?: { anonymous?: boolean; webhook?: boolean; authorizationMode?: string; clientCaFile?: boolean; readOnlyPort?: number };
}

/** The local clock against a server's `Date` header, from one answer. Positive: we are ahead. */
export interface ClockComparison {
  against: Target;
  offsetMs: number;
  /** Half the round trip plus the header's one-second grain. */
  toleranceMs: number;
}

/** SelfSubjectReview (or its fallback): who the apiserver takes us for. */
export interface Identity {
  user: string;
  groups: string[];
  /** From `extra`: pod and node the token is bound to. */
  pod?: string;
  node?: string;
  /**
   * `review` = SelfSubjectReview; `refusal` = read from a 403 of an older server; `disputed` = a review that names another than our own token
   * does. Only the first may be put into a command.
   */
  by: 'review' | 'refusal' | 'disputed';
}

/** `/version` of the apiserver. */
export interface ServerVersion {
  gitVersion: string;
  major: number;
  minor: number;
}

/** `/readyz?verbose` of the apiserver: the checks that failed, by name. */
export interface Readiness {
  ready: boolean;
  failing: string[];
}

/** One SelfSubjectAccessReview, asked the way this kubelet asks. */
export interface AccessAnswer {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  name?: string;
  namespace?: string;
  allowed: boolean;
  /** The authorizer's words, cleaned and cut. */
  reason?: string;
  /** A path of the apiserver, for a right that is about no resource. */
  path?: string;
  /** Whom it was asked for, where that is not simply us. */
  user?: string;
  by?: AskedBy;
}

/** How rights are asked for: about ourselves, about another (SubjectAccessReview), or as another (impersonation). */
export type AskedBy = 'self' | 'review' | 'impersonation';

/** Whose rights are judged. `failed` with code HTTP403: another's were asked for, and neither way is allowed to us. */
export interface Account {
  user: string;
  /** `flag`: named by --service-account; our own words, so it may be printed. */
  from: 'identity' | 'flag';
  by: AskedBy;
}

/** One right a profile needs in this run, all choices made. */
export interface ResolvedNeed {
  verbs: string[];
  group: string;
  resource: string;
  subresource?: string;
  /** Subresources that serve as well. */
  orElse?: string[];
  name?: string;
  /** Missing: cluster-wide. */
  namespace?: string;
  /** A path of the apiserver instead of a resource. */
  path?: string;
  feature: string;
  /** What is lost without it, as a phrase. */
  loses: string;
  required: boolean;
  kind: NeedKind;
}

/** Which check speaks of it. */
export type NeedKind = 'kubelet' | 'leader-lock' | 'event-bookmark' | 'general';

/** Kubernetes object a leader election locks on. */
export type LockKind = 'lease' | 'configmap' | 'endpoints';

/** What the agent needs, by its profile, and where each choice came from. */
export interface ResolvedProfile {
  profile: string;
  /** Built in, or the file it was read from. */
  source: string;
  /** Features that are on, and why. */
  features: { feature: string; why: string }[];
  /** Features it knows and that were not asked for. */
  off: string[];
  agentVersion: { value: string; from: string };
  kubernetesVersion: { value: string; from: string };
  kubelet: 'fine-grained' | 'classic' | 'unknown';
  lock?: LockKind;
  namespace: { value: string; from: string };
  /** Words that names of its roles hold. */
  hints: string[];
  needs: ResolvedNeed[];
  /** What should be known about deprecated APIs it uses. */
  deprecated: string[];
  /** Asked for by the `rbac` command or for a named account: roles are then judged in depth. */
  inDepth: boolean;
}

/** A rule of RBAC as it stands, cleaned. */
export interface RbacRule {
  verbs: string[];
  groups: string[];
  resources: string[];
  names: string[];
  paths: string[];
}

export interface RbacRole {
  kind: 'ClusterRole' | 'Role';
  name: string;
  namespace?: string;
  rules: RbacRule[];
}

export interface RbacSubject {
  kind: string;
  name: string;
  namespace?: string;
}

export interface RbacBinding {
  kind: 'ClusterRoleBinding' | 'RoleBinding';
  name: string;
  namespace?: string;
  role: { kind: string; name: string };
  subjects: RbacSubject[];
}

/** Roles and bindings that concern the account, or that by their names or rules might be meant for it. */
export interface RbacObjects {
  bindings: RbacBinding[];
  roles: RbacRole[];
  /** ClusterRoles and Roles that a binding names and that do not exist: `ClusterRole/NAME`, `Role/NAMESPACE/NAME`. */
  gone: string[];
  /** Everything was listed; otherwise there are more than we read. */
  complete: boolean;
}

/** SelfSubjectRulesReview: a rule that is listed is held; one that is not may be held all the same. */
export interface OwnRules {
  rules: RbacRule[];
  incomplete: boolean;
}

/** Versions of all kubelets, for what is judged for every node. */
export interface KubeletVersions {
  versions: { version: string; nodes: number; examples: string[] }[];
  complete: boolean;
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
  /** A token of our own pod, mounted in another container of it: below /proc/PID/root. */
  neighbourToken?: string;
}

export type HostMount = 'proc' | 'cgroup' | 'runtime-socket' | 'pod-logs';

/** NetworkPolicies of our namespace that select our pod and limit whom it may connect to. */
export interface EgressPolicies {
  policies: { policy: string; rules: EgressRule[] }[];
  complete: boolean;
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
