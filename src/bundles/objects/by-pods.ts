/**
 * DaemonSets that a bundle has pods of and not themselves: how their agents are set is in the pods too. Which nodes they are meant for is not, as the
 * controller writes that of each pod anew.
 */
import { reduceDaemonSet } from '../../agent-config/reduce-workload.js';
import { list, record } from '../../kubernetes/json.js';
import type { AgentPod, AgentWorkload } from '../../model/facts/placement.js';
import type { Cluster } from '../apiserver.js';
import { type Kind, type KubeObject, kindOf } from '../kinds.js';

export interface OfPods {
  workload: AgentWorkload;
  /** As the DaemonSet would have it: template and labels. */
  object: KubeObject;
  /** The pod that it is read from, the newest of all. */
  pod: { namespace: string; pod: string };
}

/** Agents alone; where all DaemonSets are in the bundle, one that is not there is gone. */
export function daemonSetsOfPods({ index, whole }: Pick<Cluster, 'index' | 'whole'>): OfPods[] {
  const newest = new Map<string, KubeObject>();
  for (const pod of index.list('Pod')) {
    const { namespace } = record(pod.metadata);
    const name = ownerOf(pod);
    if (typeof namespace !== 'string' || name === undefined || index.get('DaemonSet', namespace, name)) continue;
    const key = `${namespace}/${name}`;
    const before = newest.get(key);
    if (!before || createdOf(before) < createdOf(pod)) newest.set(key, pod);
  }
  return [...newest].flatMap(([key, pod]) => {
    const [namespace = '', name = ''] = key.split('/');
    const { labels, name: podName } = record(pod.metadata);
    if (isCutShort(pod)) return [];
    const { nodeName: _, affinity: __, tolerations: ___, ...spec } = record(pod.spec);
    const object = { kind: 'DaemonSet', metadata: { namespace, name, labels }, spec: { template: { metadata: { labels }, spec } } };
    const workload = reduceDaemonSet(object);
    if (!workload?.datadog || whole.of(kindOf('DaemonSet') as Kind, namespace).is === 'whole') return [];
    return [{ workload, object, pod: { namespace, pod: String(podName) } }];
  });
}

/** Is it a pod of this DaemonSet? */
export function isOwnedBy(pod: AgentPod, { namespace, name }: { namespace: string; name: string }): boolean {
  return pod.namespace === namespace && pod.owner === `DaemonSet/${name}`;
}

/** The apiserver mounts a token in every container: where nothing is mounted, somebody has left out most of the spec. */
function isCutShort({ spec }: KubeObject): boolean {
  return !list(record(spec).containers).some((container) => list(record(container).volumeMounts).length > 0);
}

function ownerOf({ metadata }: KubeObject): string | undefined {
  const owner = list(record(metadata).ownerReferences)
    .map(record)
    .find(({ kind }) => kind === 'DaemonSet');
  return typeof owner?.name === 'string' ? owner.name : undefined;
}

function createdOf({ metadata }: KubeObject): string {
  return String(record(metadata).creationTimestamp ?? '');
}
