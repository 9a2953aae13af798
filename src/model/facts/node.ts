/** Facts about a node's own kubelet, read from the node's files: at a node, in a debug pod that has the node's root, or with --root. */
import type { Certificate } from './connection.js';

/** What the kernel lists of the kubelet's process and its sockets. */
export interface KubeletProcess {
  /**
   * `hidden`: not seen, and not all processes are ours to see. `gone`: all were seen, and none is a kubelet. `several`: which one is meant
   * is not known.
   */
  state: 'running' | 'gone' | 'several' | 'hidden';
  pid?: number;
  /** The program: `kubelet`, `kubelite` (microk8s), or `k3s`, whose kubelet is inside it and shows no flags. */
  program?: string;
  /** Since 1.5: when it was started, ISO. */
  startedAt?: string;
  /** Names and addresses of this machine: whether the kubelet that was asked is this one. */
  local: string[];
  /** The node's files were named with --root: then the user says that they are of the node that is asked about. */
  named: boolean;
  /** Sockets that listen on the ports that matter; undefined where the kernel's list could not be read. */
  listening?: { address: string; port: number }[];
  /** Processes that have its name and are not this node's kubelet; at most 8. */
  impostors?: KubeletImpostor[];
}

/** Its name is a process's own choice; what it names is not believed, and nobody it names is sent anything. */
export interface KubeletImpostor {
  pid: number;
  program: string;
  /** `pod`: in a pod's cgroup. `container`: in a process namespace of its own. `user`: not root's. */
  why: 'pod' | 'container' | 'user';
  user?: number;
}

/** The settings of a kubelet that are judged, by their dotted names in KubeletConfiguration. */
export interface KubeletValues {
  'authentication.webhook.enabled': boolean;
  'authentication.anonymous.enabled': boolean;
  'authentication.x509.clientCAFile': string;
  'authorization.mode': string;
  readOnlyPort: number;
  port: number;
  address: string;
  enableServer: boolean;
  enableDebuggingHandlers: boolean;
  serverTLSBootstrap: boolean;
  tlsCertFile: string;
  rotateCertificates: boolean;
  tlsMinVersion: string;
  containerRuntimeEndpoint: string;
}

export type KubeletKey = keyof KubeletValues;

/** Where a value came from. A later one overrides: default, --config file, --config-dir drop-ins in order of their names, flags. */
export interface ValueOrigin {
  /** `answer`: the kubelet says so itself, and not what sets it. */
  by: 'default' | 'file' | 'drop-in' | 'flag' | 'answer';
  /** The file, the flag as it is written, or the path that was asked. */
  source: string;
  line?: number;
}

/** `failed` where a file of the configuration cannot be read or is none: ENOENT EACCES EISDIR ELOOP ENOTFILE ETOOBIG, EYAML, EKIND. */
export interface KubeletConfig {
  values: KubeletValues;
  origins: Record<KubeletKey, ValueOrigin>;
  /** Files it was made of, in order. */
  files: string[];
  /** The flags of the running kubelet were seen, which override every file. Without them nothing is proven by a file, nor by one written after its start. */
  certain: boolean;
}

/** A certificate of the kubelet as it lies on the node; `failed` codes as for other files. */
export interface NodeCertificate {
  role: 'serving' | 'client';
  path: string;
  certificate: Certificate;
}

/**
 * The kubeconfig with which the kubelet goes to its apiserver. `failed` where it is named and cannot be used: ENOENT EACCES EISDIR … for it or a
 * file it names, EYAML for its contents, EOWNER where others than root have a say in one of them.
 */
export interface KubeletKubeconfig {
  path: string;
  /** As written. */
  server: string;
  user: string;
  /** `plugin`: a program that is not run from here makes its credential. */
  presents: 'certificate' | 'token' | 'plugin' | 'nothing';
  plugin?: string;
}

/** A variable of the kubelet's service that decides whether its requests leave through a proxy; without credentials. */
export interface ServiceVariable {
  name: string;
  value: string;
  /** Where the service sets it, `FILE:line`; `process PID` where it runs with it and no file says so. */
  source: string;
}

/** What keeps this machine's clock right. */
export interface TimeSync {
  /** Programs that set clocks, and run: `chronyd`. */
  daemons: string[];
  /** Every process was seen: where none is listed, none runs. */
  complete: boolean;
  /** By systemd-timesyncd's own mark; undefined where that one does not run. */
  synchronised?: boolean;
}

/** The socket at which the kubelet speaks to its container runtime. */
export interface RuntimeSocket {
  /** As configured: `unix:///run/containerd/containerd.sock`. */
  endpoint: string;
  /** The file and line or flag that says so, or the default. */
  source: string;
  /** `silent` (since 1.5): it accepts connections and answers no greeting, twice. `refused`: the socket is there and nobody listens at it. `denied`: not ours to ask. `other`: no socket of this machine. */
  state: 'answers' | 'silent' | 'refused' | 'missing' | 'denied' | 'other';
}

/** What the apiserver makes of the token that is shown to the kubelet: the question a kubelet asks it (TokenReview), without the token. */
export interface TokenReview {
  authenticated: boolean;
  user?: string;
  /** The apiserver's reason, cleaned and cut. */
  error?: string;
  /** Who asked: the kubelet's own identity, or the user of the kubeconfig. */
  by: string;
}
