/**
 * The objects of a cluster as they lie in a bundle, by kind, namespace and name, whatever the files were called. Of each only what some reducer reads is
 * kept, so that a cluster of thousands of nodes fits.
 */
import { record } from '../kubernetes/json.js';
import { type Kind, type KubeObject, kindOf } from './kinds.js';
import { pruned } from './objects/prune.js';

/** More is some mistake: a cluster of 5,000 nodes has 150,000 pods. */
const MOST_OBJECTS = 400_000;

export interface ObjectIndex {
  /** A document of a file: an object, a list, or an array; `guess`: of what kind its objects are, where they do not say it. */
  add(json: unknown, guess?: Kind): void;
  /** One object; `listKind`: that of the list it stood in. */
  addOne(json: unknown, guess?: Kind): void;
  list(kind: string, namespace?: string): readonly KubeObject[];
  get(kind: string, namespace: string, name: string): KubeObject | undefined;
  namespaces(kind: string): readonly string[];
  count(): number;
}

/** `watch` sees every object before it is pruned, also those that are not kept. */
export function createObjectIndex(watch: (object: KubeObject, kind: string) => void = () => {}): ObjectIndex {
  const shelves = new Map<string, Map<string, Map<string, KubeObject>>>();
  const prune = pruned();
  let held = 0;

  const shelfOf = (kind: string, namespace: string) => {
    const byNamespace = shelves.get(kind) ?? new Map<string, Map<string, KubeObject>>();
    shelves.set(kind, byNamespace);
    const shelf = byNamespace.get(namespace) ?? new Map<string, KubeObject>();
    byNamespace.set(namespace, shelf);
    return shelf;
  };

  function addOne(json: unknown, guess?: Kind): void {
    const object = record(json);
    const { name, namespace = '' } = record(object.metadata);
    // The object's own word decides: a file called pods may hold PodMetrics.
    const kind = object.kind === undefined ? guess : kindOf(object.kind);
    if (typeof name !== 'string' || typeof namespace !== 'string') return;
    watch(object, String(object.kind ?? guess?.kind ?? ''));
    if (!kind || !isOwnGroup(object, kind) || held >= MOST_OBJECTS) return;
    const kept = prune(object, kind);
    if (!kept) return;
    const shelf = shelfOf(kind.kind, kind.isNamespaced ? namespace : '');
    if (!shelf.has(name)) held += 1;
    // Of two of one name the one that was written later is what there is.
    const there = shelf.get(name);
    if (!there || versionOf(there) <= versionOf(kept)) shelf.set(name, kept);
  }

  return {
    addOne,
    add(json, guess) {
      if (Array.isArray(json)) {
        for (const each of json) addOne(each, guess);
        return;
      }
      const { kind, items } = record(json);
      if (!Array.isArray(items)) return addOne(json, guess);
      const own = typeof kind === 'string' && kind.endsWith('List') ? kindOf(kind.slice(0, -'List'.length)) : guess;
      // A list of another kind, as PodMetricsList, holds none of ours.
      const isForeign = typeof kind === 'string' && kind !== 'List' && kind.endsWith('List') && !own;
      for (const each of items) addOne(each, isForeign ? undefined : own);
    },
    list(kind, namespace) {
      const byNamespace = shelves.get(kind);
      if (!byNamespace) return [];
      if (namespace !== undefined) return [...(byNamespace.get(namespace)?.values() ?? [])];
      return [...byNamespace.values()].flatMap((shelf) => [...shelf.values()]);
    },
    get: (kind, namespace, name) => shelves.get(kind)?.get(namespace)?.get(name),
    namespaces: (kind) => [...(shelves.get(kind)?.keys() ?? [])],
    count: () => held,
  };
}

function versionOf({ metadata }: KubeObject): number {
  return Number(record(metadata).resourceVersion) || 0;
}

/** `metrics.k8s.io` has a Node of its own kind name, and others have an Event. Without an apiVersion the kind must do. */
function isOwnGroup({ apiVersion }: KubeObject, kind: Kind): boolean {
  if (typeof apiVersion !== 'string') return true;
  return isOfGroup(kind, apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');
}

/** Is it a kind of this API group? */
export function isOfGroup({ kind }: Kind, group: string): boolean {
  return OF_GROUP[kind]?.includes(group) ?? false;
}

const RBAC = ['rbac.authorization.k8s.io', 'authorization.openshift.io'];
const OF_GROUP: Readonly<Record<string, readonly string[]>> = {
  Node: [''],
  Namespace: [''],
  PriorityClass: ['scheduling.k8s.io'],
  ClusterRole: RBAC,
  ClusterRoleBinding: RBAC,
  Role: RBAC,
  RoleBinding: RBAC,
  CertificateSigningRequest: ['certificates.k8s.io'],
  ServiceAccount: [''],
  Pod: [''],
  DaemonSet: ['apps', 'extensions'],
  ConfigMap: [''],
  Event: ['', 'events.k8s.io'],
  Lease: ['coordination.k8s.io'],
  EndpointSlice: ['discovery.k8s.io'],
  NetworkPolicy: ['networking.k8s.io', 'extensions'],
  ResourceQuota: [''],
  DatadogAgent: ['datadoghq.com'],
};
