/** What the apiserver says of itself and, by its objects, of a node and the ways to it. Types only; see facts.ts. */
import type { Change } from './run.js';

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

/** What registers a Node without a machine behind it: Virtual Kubelet (virtual nodes of AKS and others), or vCluster. */
export type StandIn = 'virtual-kubelet' | 'vcluster';

/** What of a Node object is judged. */
export interface NodeObject {
  node: string;
  kubeletVersion: string;
  /** Since 1.5: who built the node, by its labels, version and OS image; a name of `kubernetes/kubelet/platforms.ts`. */
  platform?: string;
  /** Since 1.5: its own labels or taints say that no kubelet runs there, but what stands in for one. */
  standIn?: StandIn;
  kubeletPort?: number;
  addresses: { type: string; address: string }[];
  ready: 'True' | 'False' | 'Unknown';
  /** Reason and message of the Ready condition, cleaned and cut. */
  reason?: string;
  message?: string;
  /** Since 1.5: when Ready became what it is (`lastTransitionTime`), ISO. */
  readySince?: string;
  /** `lastHeartbeatTime` of Ready, ISO. */
  lastHeartbeat?: string;
}

/** An object that was named to this run, as the apiserver knows it. Subject: `Node NAME`, `ServiceAccount NAMESPACE/NAME`. */
export interface NamedObject {
  /** False by a Status of the apiserver's own that says so. */
  exists: boolean;
  /** Not even its namespace exists. */
  gone?: 'namespace';
  /** Names like it, the nearest first; empty where none is, or they may not be listed. */
  alike: string[];
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

/** A CertificateSigningRequest for the kubelet's serving certificate; names are compared, never copied into a command unchecked. */
export interface ServingRequest {
  csr: string;
  state: 'pending' | 'approved' | 'denied' | 'failed';
  requestor: string;
  /** Requestor and SANs are exactly those of this Node object. */
  matchesNode: boolean;
  /** Since 1.5, ISO. */
  created?: string;
}

/** Since 1.5, in a bundle: a CertificateSigningRequest for a kubelet's client certificate that waits. */
export interface ClientRequest {
  csr: string;
  /** The node itself where it renews; else whoever bootstraps nodes. */
  requestor: string;
  /** Whose identity it asks for, by its subject. */
  node: string;
  created?: string;
}

/** NetworkPolicies that select a pod and limit whom it may connect to: our own pod, or at a workstation the agent's on the node in question. */
export interface EgressPolicies {
  policies: { policy: string; rules: EgressRule[]; changed?: Change }[];
  complete: boolean;
  /** Of the pod, without those that change with each rollout or version: the same on every pod of its workload. */
  labels?: Record<string, string>;
  /** Since 1.5: pods of the namespace with these labels that a policy applies to, where all could be listed. */
  selected?: number;
  /** Since 1.5, at a workstation: `NAMESPACE/NAME` of the agent's pod. */
  pod?: string;
  /** Since 1.5, in a bundle without its pods: `NAMESPACE/NAME` of its DaemonSet, whose template has the labels. */
  daemonset?: string;
  /** Since 1.5: in the host's network no policy applies to it. */
  hostNetwork?: boolean;
}

/** One egress rule as far as it concerns addresses of no pod: nodes and the apiserver. */
export interface EgressRule {
  /** TCP ports; undefined: every port. A named port counts only in pods, so it is left out. */
  ports?: { from: number; to: number }[];
  /** Undefined: anywhere. Peers chosen by labels are pods, and leave this list empty. */
  blocks?: { cidr: string; except: string[] }[];
}

/** Versions of all kubelets, for what is judged for every node. */
export interface KubeletVersions {
  versions: { version: string; nodes: number; examples: string[] }[];
  complete: boolean;
}
