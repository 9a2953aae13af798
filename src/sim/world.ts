/**
 * A world: everything a simulated cluster is made of, as plain data. A bare `{}` is a healthy in-pod world with an agent that holds
 * every right it needs. `startWorld` (start.ts) brings a world to life; `scenarios.ts` lists the ones with a known diagnosis.
 */

import type { Instead } from './answers/instead.js';
import type { TableKind } from './answers/table.js';
import type { RbacObject } from './state/rbac.js';
import type { RightSet } from './state/rights.js';

/** How a serving certificate is faulty. `pending`: there is none yet (CSR not approved), the handshake ends in TLS alert 80. */
export type CertificateFault =
  | 'good'
  | 'self-signed'
  /** A lone leaf that signs itself, with the name of the node alone. */
  | 'own-leaf'
  | 'other-ca'
  | 'expired'
  | 'not-yet-valid'
  | 'expires-soon'
  | 'wrong-name'
  | 'no-san'
  /** Verifies, and names its address alone, with no node in its subject: made by something else than the cluster's own signer. */
  | 'address-only'
  /** Of the right CA, with the right names and dates, and for clients alone. */
  | 'for-clients'
  | 'pending';

/**
 * What is behind the port. closed: refused. silent: SYNs stay unanswered. hang: TCP accepted, TLS silent. hang-http: TLS, then silence.
 * reset: RST as soon as the client speaks. cuts-credential: RST for a request with an Authorization header.
 * swaps-certificate: from the second connection on a certificate of another CA. impostor: a metrics-server-like API (JSON Status). impostor-html: a web server.
 * stall: small packets pass (plain HTTP gets its 400), the certificate flight never arrives; others see a healthy server. old-tls: TLS 1.1 at most.
 */
export type Listening =
  | 'tls'
  | 'closed'
  | 'silent'
  | 'hang'
  | 'hang-http'
  | 'reset'
  | 'cuts-credential'
  | 'swaps-certificate'
  | 'plain-http'
  | 'impostor'
  | 'impostor-html'
  | 'stall'
  | 'old-tls';

/** How the apiserver's node proxy finds this kubelet, where that differs from `listen`. */
export type SeenByApiserver = 'answers' | 'refused' | 'timeout' | 'no-route';

export interface KubeletWorld {
  /** Decides the text of a 403, the fine-grained subresources and which paths exist. Default 1.36. */
  version?: '1.36' | '1.32' | '1.31';
  certificate?: CertificateFault;
  listen?: Listening;
  /** TokenReview for bearer tokens. Default true. */
  webhookAuthentication?: boolean;
  anonymous?: boolean;
  /** Authorization mode AlwaysAllow. */
  alwaysAllow?: boolean;
  /** `clientCAFile` set: client certificates are asked for. Default true. */
  clientCa?: boolean;
  /** refused: tokens 401 at once, certificates 500. dropped: the same after `network.patienceMs`. */
  apiserverReach?: 'ok' | 'refused' | 'dropped';
  debugHandlers?: boolean;
  /** true, or the /healthz checks that fail, e.g. ['syncloop']. */
  healthy?: true | string[];
  /** Path → status: what fails although the caller may read it, e.g. { '/stats/summary': 500 }. */
  fail?: Record<string, number>;
  /** The path to it drops large packets: of an answer of more bytes than this nothing arrives. Others see a healthy server. 0: all arrives. */
  pathCarries?: number;
  /** Remembers a refusal although the apiserver allows by now, for `decisionCacheMs` (default 30 000). */
  decisionCache?: 'none' | 'denied';
  decisionCacheMs?: number;
  seenByApiserver?: SeenByApiserver;
  /** Node conditions and Lease. Default fresh; `not-ready` is a fresh heartbeat that says NotReady. */
  heartbeat?: 'fresh' | 'stale' | 'not-ready';
  /** The node that answers at its address: by certificate, pods and statistics. Default: its own. */
  speaksFor?: string;
  /** Whose names the pending CertificateSigningRequest asks for. Default this node's. */
  pendingRequest?: 'own-names' | 'foreign-names';
  /** Serves pods and metrics to anyone in plain HTTP, on the port that DD_KUBERNETES_HTTP_KUBELET_PORT then names. */
  readOnlyPort?: boolean;
  /** How far the clock of its Date headers is ahead of the cluster's. On the agent's own node that is `network.clockOffsetMs`: one machine. */
  clockAheadMs?: number;
}

export interface ApiserverWorld {
  certificate?: CertificateFault;
  listen?: Listening;
  /** true, or the /readyz checks that fail, e.g. ['etcd']. */
  ready?: true | string[];
  /** 1.27 has no SelfSubjectReview v1. */
  version?: '1.36' | '1.31' | '1.27' | '1.7';
  /** How far its clock is ahead of the cluster's: of its Date headers, and when it judges tokens and certificates. */
  clockAheadMs?: number;
  anonymousAuth?: boolean;
  /** The connections that ask for Nodes reach a second apiserver, which does not have the key that signed the token. */
  secondKey?: boolean;
  /** Answers 429 with this Retry-After (seconds) to all but health endpoints. */
  throttle429?: number;
  /** permitted: adds `get nodes/proxy` to the agent's rights. Default forbidden. */
  nodeProxy?: 'permitted' | 'forbidden';
  /** What kubelets make of the client certificate that it shows them: `forbidden` has no permissions there, `unknown` is not accepted. */
  atKubelets?: 'allowed' | 'forbidden' | 'unknown';
  /** It reaches nodes through a tunnel: one that no agent is connected to, or that answers its CONNECT with 502. */
  tunnel?: 'none' | 'no-agent' | 'bad-gateway';
  /** The address in KUBERNETES_SERVICE_HOST; `dead` refuses, `silent` never answers, while the endpoint works. */
  serviceAddress?: 'ok' | 'dead' | 'silent';
  /** false: somebody took everyone out of system:basic-user. */
  basicUser?: boolean;
  /** SelfSubjectRulesReview says incomplete, as with a webhook authorizer. */
  rulesIncomplete?: boolean;
}

/** Client credential of the agent (or of the kubeconfig's user at a workstation). */
export type CredentialWorld =
  | 'token'
  | 'no-token'
  | 'expired'
  | 'not-yet-valid'
  | 'other-audience'
  | 'foreign'
  | 'garbage'
  | 'empty'
  | 'newline-inside'
  | 'deleted-pod'
  /** As before Kubernetes 1.30: the token names its pod and not its node. */
  | 'no-node-claim'
  /** The mount is fresh; DD_KUBELET_AUTH_TOKEN_PATH names a copy that was made for a pod that is gone. */
  | 'stale-copy'
  | 'legacy'
  | 'certificate'
  | 'certificate-expired'
  | 'certificate-foreign';

export interface AgentWorld {
  rights?: RightSet | RightSet[];
  credential?: CredentialWorld;
  /** false sets DD_KUBELET_TLS_VERIFY=false. */
  tlsVerify?: boolean;
  /**
   * DD_KUBERNETES_KUBELET_HOST: the node's address, nothing, this pod's gateway, an address where nobody answers, the node's name, a name nobody
   * knows, the first of the other nodes. At a node `unset`: no argument names an address.
   */
  kubeletHost?: 'status.hostIP' | 'unset' | 'gateway' | 'elsewhere' | 'name' | 'unknown-name' | 'other-node';
  /** What is behind the gateway's port. Default silent. */
  gateway?: 'silent' | 'closed';
  /** DD_KUBERNETES_HTTPS_KUBELET_PORT: the kubelet's, or one where nothing listens. */
  kubeletPort?: 'right' | 'wrong';
  /** DD_KUBELET_CLIENT_CA: not set (the mounted ca.crt), a missing file, a file that is no PEM, the CA of `other-ca` certificates. */
  kubeletCa?: 'default' | 'missing-file' | 'not-pem' | 'other-ca';
  /** More environment, e.g. Agent 5 names. Placeholders as in `World.argv`. */
  env?: Record<string, string>;
  /** More files, e.g. /proc/self/mountinfo. Placeholders as in `World.argv`. */
  files?: Record<string, string>;
}

export interface ProxyWorld {
  /** The variable that names the proxy, e.g. HTTPS_PROXY. */
  variable: string;
  /** NO_PROXY as set. Placeholders as in `World.argv`. */
  noProxy?: string;
  /** intercept: accepts CONNECT, then speaks TLS itself with a certificate of its own CA and answers an HTML page. */
  behaviour: 'forward' | 'refuse-403' | 'require-407' | 'intercept';
  /** Targets whose name only the proxy can resolve. */
  onlyWayTo?: ('kubelet' | 'apiserver')[];
  /** Puts user and password into the proxy's URL. */
  credentials?: boolean;
}

export interface NetworkWorld {
  /**
   * Whose network the agent's pod is in. Default host-network: everything here listens on loopback addresses, which are a node's only
   * as seen from its own network (the tool dials no loopback address for a second look from a pod's network).
   */
  vantage?: 'host-network' | 'pod-network';
  dns?: 'ok' | 'dead' | 'refused' | 'nxdomain' | 'servfail';
  /** Whose resolv.conf the pod got: the cluster's with its search list, or the node's (`dnsPolicy: ClusterFirst` in the host's network). */
  resolvConf?: 'cluster' | 'node';
  /** NetworkPolicies of the agent's namespace that select its pod, by name: the egress rules of each. They are objects; nothing enforces them. */
  egressPolicies?: Record<string, object[]>;
  /** More names the DNS server knows, e.g. the cluster name on the endpoint. Placeholders as in `World.argv`. */
  names?: Record<string, string>;
  proxy?: ProxyWorld;
  /** How far our clock is ahead of the cluster's; certificates, tokens and Date headers follow the cluster's. */
  clockOffsetMs?: number;
  /** How long servers wait for a peer that is dropped. Default 30 000, as seen. */
  patienceMs?: number;
  /** How long each answer takes. Default 0. */
  answersAfterMs?: number;
}

/** Names of the objects; the defaults are fine but for comparisons with recordings. */
export interface NamesWorld {
  node?: string;
  namespace?: string;
  serviceAccount?: string;
  pod?: string;
}

export interface World {
  place?: 'agent-pod' | 'workstation' | 'node';
  kubelet?: KubeletWorld;
  /** More nodes, by name. */
  otherNodes?: Record<string, KubeletWorld>;
  apiserver?: ApiserverWorld;
  /** Where the agent runs. Default: on every node, and nothing keeps it off. */
  placement?: PlacementWorld;
  agent?: AgentWorld;
  /** Roles and bindings as objects: to be listed, and effective beside `agent.rights`. */
  rbac?: RbacObject[];
  /** More ServiceAccounts, as NAMESPACE/NAME. */
  accounts?: string[];
  /** `none`: at `node` and `workstation` there is no kubeconfig, nor an argument that names one. */
  kubeconfig?: 'ours' | 'none';
  network?: NetworkWorld;
  /** Servers that put terminal escapes, shell and secrets into bodies, headers, names and certificates. */
  hostile?: { kubelet?: boolean; apiserver?: boolean };
  /** One server that lies in these fields. */
  poison?: PoisonWorld;
  /** One answer that another one stands in for. */
  instead?: Instead;
  names?: NamesWorld;
  /** More arguments. {kubelet} {kubelet-port} {apiserver} {apiserver-port} {service} {gateway} {node} {root} are replaced. */
  argv?: string[];
}

/** A world with every choice made. */
export interface ResolvedWorld {
  place: 'agent-pod' | 'workstation' | 'node';
  kubelet: Required<KubeletWorld>;
  otherNodes: Record<string, Required<KubeletWorld>>;
  apiserver: Required<ApiserverWorld>;
  placement: PlacementWorld;
  agent: Required<AgentWorld>;
  rbac: RbacObject[];
  accounts: string[];
  kubeconfig: 'ours' | 'none';
  network: Required<Omit<NetworkWorld, 'proxy'>> & { proxy?: ProxyWorld };
  hostile: { kubelet: boolean; apiserver: boolean };
  poison?: PoisonWorld;
  instead?: Instead;
  names: Required<NamesWorld>;
  argv: string[];
}

const SEEN: Partial<Record<Listening, SeenByApiserver>> = { closed: 'refused', silent: 'timeout' };

function resolveKubelet(given: KubeletWorld = {}): Required<KubeletWorld> {
  return {
    version: '1.36',
    certificate: 'good',
    listen: 'tls',
    webhookAuthentication: true,
    anonymous: false,
    alwaysAllow: false,
    clientCa: true,
    apiserverReach: 'ok',
    debugHandlers: true,
    healthy: true,
    fail: {},
    decisionCache: 'none',
    decisionCacheMs: 30_000,
    pathCarries: 0,
    seenByApiserver: SEEN[given.listen ?? 'tls'] ?? 'answers',
    heartbeat: 'fresh',
    speaksFor: '',
    pendingRequest: 'own-names',
    readOnlyPort: false,
    clockAheadMs: 0,
    ...given,
  };
}

/** Fills in what a world leaves open. */
export function resolveWorld(world: World): ResolvedWorld {
  const { names = {}, network = {} } = world;
  return {
    place: world.place ?? 'agent-pod',
    kubelet: resolveKubelet(world.kubelet),
    otherNodes: Object.fromEntries(Object.entries(world.otherNodes ?? {}).map(([name, kubelet]) => [name, resolveKubelet(kubelet)])),
    apiserver: {
      certificate: 'good',
      listen: 'tls',
      ready: true,
      version: '1.36',
      clockAheadMs: 0,
      anonymousAuth: true,
      secondKey: false,
      throttle429: 0,
      nodeProxy: 'forbidden',
      atKubelets: 'allowed',
      tunnel: 'none',
      serviceAddress: 'ok',
      basicUser: true,
      rulesIncomplete: false,
      ...world.apiserver,
    },
    placement: world.placement ?? {},
    agent: {
      rights: 'all',
      credential: 'token',
      tlsVerify: true,
      kubeletHost: 'status.hostIP',
      gateway: 'silent',
      kubeletPort: 'right',
      kubeletCa: 'default',
      env: {},
      files: {},
      ...world.agent,
    },
    network: {
      vantage: 'host-network',
      dns: 'ok',
      resolvConf: 'cluster',
      egressPolicies: {},
      names: {},
      clockOffsetMs: 0,
      patienceMs: 30_000,
      answersAfterMs: 0,
      ...network,
    },
    rbac: world.rbac ?? [],
    accounts: world.accounts ?? [],
    kubeconfig: world.kubeconfig ?? 'ours',
    hostile: { kubelet: false, apiserver: false, ...world.hostile },
    ...(world.poison && { poison: world.poison }),
    ...(world.instead && { instead: world.instead }),
    names: { node: 'n1', namespace: 'datadog', serviceAccount: 'datadog-agent', pod: 'datadog-agent-x7k2p', ...names },
    argv: world.argv ?? [],
  };
}

export interface PoisonWorld {
  server: 'kubelet' | 'apiserver' | 'proxy';
  /**
   * Keys of JSON objects; `text` (plain bodies), `user`, `verb` and `subresource` of a kubelet's 403, `header`, `metrics`,
   * `certificate`.
   */
  fields: readonly string[];
  how: 'shell' | 'name';
}

/** What becomes of a page. */
export type PageEnd = 'silence' | 'slow' | 'cut' | 'too-big' | 'html' | '403' | '410' | '429' | '500';

export interface PlacementWorld {
  nodes?: Record<string, NodeShape>;
  /** Default: one, on every node. */
  daemonSets?: DaemonSetShape[];
  /** Pods that are no DaemonSet's: an application with the agent as sidecar. */
  sidecars?: string[];
  /** Pods of others that have a port of their node: `NAMESPACE/DAEMONSET`, on every node. */
  holders?: Record<string, number>;
  namespaceLabels?: Record<string, string>;
  /** What the apiserver said when the controller created a pod. */
  refused?: string;
  quotas?: string[];
  priorityClasses?: string[];
  /** A list that comes in pages of this size, and the page that does not come as it should; the first is 1. */
  paged?: { list: 'nodes' | 'pods' | 'daemonsets'; size: number; at?: number; ends?: PageEnd };
  /** A server that makes no tables of its lists, refuses who asks for one, or has other columns. */
  tables?: 'none' | '406' | TableKind;
  /** DatadogAgents as objects, which no operator acts on; without any the kind is not installed. */
  datadogAgents?: Json[];
  /** ConfigMaps of the agent's namespace. */
  configMaps?: Record<string, Record<string, string>>;
}

/** One agent DaemonSet and where its pods are: what the controller has done is said (`on`), else it is computed. */
export interface DaemonSetShape {
  namespace?: string;
  name?: string;
  labels?: Record<string, string>;
  image?: string;
  /** Added to the pod template's spec. */
  spec?: Json;
  /** The agent's variables; default: the kubelet's host from status.hostIP, as the chart has it. */
  env?: Json[];
  /** Directories of the node that its container has under /host; default: those of the chart. */
  mounts?: string[];
  /** More volumeMounts of ConfigMaps. */
  configMounts?: string[];
  /** Nodes with a pod of it; default: those where its selector, its tolerations and admission let one be. */
  on?: string[];
  /** Why the container on every node of it waits; default: it runs and is ready. `Unschedulable`: no node takes the pod. */
  waiting?: { reason: string; message: string };
  /** Its ServiceAccount says automountServiceAccountToken: false. */
  tokenless?: true;
  /** Warnings about each of its pods. */
  events?: { reason: string; message: string }[];
}

/** What of a Node differs from the plain one. A name without a kubelet in the world is a Node object alone. */
export interface NodeShape {
  labels?: Record<string, string>;
  /** `key[=value]:Effect`. */
  taints?: string[];
  unschedulable?: boolean;
  ready?: boolean;
}

/** A part of an API object, as it goes onto the wire. */
export type Json = Record<string, unknown>;
