/** Rows of the tables that `kubectl get` prints, each whole by itself: nodes, pods, events, certificate requests. */
import type { Scene } from './reading.js';
import { isAgentName } from './speakers.js';

/** `n1  NotReady  worker  5d  v1.33.1 …` */
const NODE =
  /^\s{0,8}([a-z\d][\w.-]{0,252})\s{1,80}(?:Not)?Ready(?:,SchedulingDisabled)?\s{1,80}\S{1,200}\s{1,80}(?:\d{1,6}[a-z]){1,3}\s{1,80}v\d/;
/** Before roles were printed: `n1  NotReady  3d  v1.6.1`. */
const OLD_NODE = /^\s{0,8}([a-z\d][\w.-]{0,252})\s{1,80}(?:Not)?Ready(?:,SchedulingDisabled)?\s{1,80}(?:\d{1,6}[a-z]){1,3}\s{1,80}v\d/;
/** `[namespace]  app-7d…  0/1  CrashLoopBackOff  12 (3m ago)  1h …` */
const POD =
  /^\s{0,8}(?:([a-z\d][a-z\d-]{0,62})\s{1,80})?([a-z\d][\w.-]{0,252})\s{1,80}\d{1,3}\/\d{1,3}\s{1,80}([A-Z][\w:/-]{1,60})\s{1,80}\d{1,7}\b/;
/** `[namespace]  2m  Warning  FailedMount  pod/app-7d…  message`: in whatever columns, the type, the reason and the object follow one another; what is no node counts as a pod. */
const EVENT = /\b(?:Normal|Warning)\s{1,80}[A-Z]\w{1,60}\s{1,80}([A-Za-z]\w{1,60}(?:\.[\w.]{1,100})?)\/([\w.-]{1,253})\s/;
/** `csr-abc  5m  kubernetes.io/kubelet-serving  system:node:n1  <none>  Pending` */
const REQUEST =
  /^\s{0,8}(csr-\w{1,20}|[\w.-]{1,253})\s{1,80}\S{1,20}\s{1,80}kubernetes\.io\/kubelet-serving\s{1,80}system:node:([\w.-]{1,253})\s/;

export function rowIn(line: string): Scene | undefined {
  const [, node] = NODE.exec(line) ?? OLD_NODE.exec(line) ?? [];
  if (node !== undefined) return { kind: 'node', name: node };
  const [, namespace, pod] = POD.exec(line) ?? [];
  if (pod !== undefined) return { kind: 'pod', name: pod, namespace, ofAgent: isAgentName(pod) };
  const [, kind = '', name] = EVENT.exec(line) ?? [];
  if (name !== undefined) return /^nodes?$/i.test(kind) ? { kind: 'node', name } : { kind: 'pod', name, ofAgent: isAgentName(name) };
  const [, request, requester] = REQUEST.exec(line) ?? [];
  return request === undefined ? undefined : { kind: 'request', name: request, node: requester };
}
