/**
 * Which lists of a bundle are whole. Each collector takes a part of the cluster, and what is not in its bundle may be in the cluster all the same: only where
 * a list is known to be whole may something be said to be missing, none or not found.
 */

import { type Kind, kindByPath, kindOf, kindOfResource } from '../kinds.js';
import { isOfGroup } from '../objects.js';
import type { Task } from './task.js';
import { whyNotAll } from './velero-log.js';

export type Extent = { is: 'whole' } | { is: 'part' } | { is: 'failed'; why: string };

/** What was seen of the bundle's files. */
export interface Seen extends Partial<Pick<Task, 'backup' | 'isChosen'>> {
  /** Paths whose objects were read to their end. */
  read: readonly string[];
  /** Lists that the collector could not get, by their paths, and what it wrote there. */
  errors: readonly { path: string; text: string }[];
  /** The bundle itself ends before its end. */
  isCut: boolean;
  /** Names of Namespace objects. */
  namespaces: readonly string[];
}

/** How a collector lays out its lists: a file is one whole list, of a namespace where it names one, and of an API `group` where it names that. */
interface Layout {
  file: RegExp;
  /** What a path with a namespace stands for. `each`: that namespace's list. `all`: with no namespace in it, that of all namespaces. */
  without: 'cluster' | 'all';
  /** Kinds of which it takes only some, as must-gather takes ten ClusterRoles. */
  some?: readonly string[];
  /** Of the kinds that it lists at all, those of which a namespace has none leave no file there. */
  isSilentOnNone?: true;
}

const RBAC = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'];

/** By the collectors' sources; what is not here is a part. */
const LAYOUTS: readonly Layout[] = [
  // By our own commands (collect.ts).
  { file: /(?:^|\/)[a-z]+\.all\.json$/, without: 'all' },
  // replicatedhq/troubleshoot pkg/collect/cluster_resources.go.
  { file: /(?:^|\/)cluster-resources\/(?:[\w-]+\/(?<ns>[^/]+)|[\w-]+)\.json$/, without: 'cluster' },
  // vmware-tanzu/sonobuoy pkg/discovery/queries.go: events are left out by default.
  { file: /(?:^|\/)resources\/(?:ns\/(?<ns>[^/]+)|cluster)\/[^/]+\.json$/, without: 'cluster', some: ['Event'], isSilentOnNone: true },
  // rancher/support-bundle-kit pkg/manager/client/discovery.go: an empty list is a file too, and one that could not be read is none. Others have a Node too.
  { file: /(?:^|\/)yamls\/(?:namespaced\/(?<ns>[^/]+)|cluster)\/(?:(?<group>[^/]+)\/)?[^/]+\/[^/]+\.ya?ml$/, without: 'cluster' },
  // openshift/oc pkg/cli/admin/inspect: lists of the namespaces it was told, and of the cluster what it was told is related.
  { file: /(?:^|\/)namespaces\/(?<ns>[^/]+)\/[\w.-]+\/\w+\.ya?ml$/, without: 'cluster', some: [...RBAC, 'Event'] },
  { file: /(?:^|\/)cluster-scoped-resources\/core\/nodes\/[^/]+\.ya?ml$/, without: 'cluster' },
  { file: /(?:^|\/)cluster-scoped-resources\/certificates\.k8s\.io\/certificatesigningrequests\/[^/]+\.ya?ml$/, without: 'cluster' },
  // kubernetes/kubectl pkg/cmd/clusterinfo: of the namespaces it was told; also siderolabs/go-talos-support. Those below `yamls` are as said above.
  {
    file: /^(?!(?:.*\/)?yamls\/).*?(?:(?:^|\/)(?<ns>[a-z0-9-]+)\/(?:daemonsets|pods|events)|(?:^|\/)nodes)\.(?:json|ya?ml)$/,
    without: 'cluster',
  },
  // cilium/cilium-cli sysdump: of all namespaces.
  { file: /(?:^|\/)k8s-(?:nodes|pods|namespaces|networkpolicies|events)-[\w-]+\.ya?ml$/, without: 'all' },
  // sosreport/sos kubernetes plugin: of each namespace with its option `all`.
  { file: /_get_-o_json_(?:--namespace_(?<ns>[a-z\d-]+)_[a-z]+|nodes|namespaces|clusterroles|clusterrolebindings)$/, without: 'cluster' },
  // With a namespace too, kubectl lists what is of the cluster whole; sos up from 4.1 asks so.
  { file: /_get_-o_json_--namespace_[a-z\d-]{1,63}_(?:clusterroles|clusterrolebindings)$/, without: 'cluster' },
];

export interface Completeness {
  /** Of a kind in a namespace; of a namespaced kind without one: in all namespaces. */
  of(kind: Kind, namespace?: string): Extent;
}

const WHOLE: Extent = { is: 'whole' };
const PART: Extent = { is: 'part' };

export function completenessOf(seen: Seen): Completeness {
  if (seen.isCut || seen.isChosen) return { of: () => PART };
  /** `Kind/NAMESPACE`, `Kind/` for the cluster, `Kind/*` for all namespaces. */
  const whole = new Set<string>();
  for (const layout of LAYOUTS) {
    const paths = seen.read.filter((path) => layout.file.test(path));
    const asked = new Set(layout.isSilentOnNone ? paths.flatMap((path) => kindByPath(path)?.kind ?? []) : []);
    for (const path of paths) for (const key of keysOf(path, layout, asked)) whole.add(key);
  }
  const { scope, log } = seen.backup ?? {};
  const failed = failuresIn(seen.errors);
  const failure = ({ kind }: Kind): Extent | undefined => {
    const why = failed.get(kind);
    return why === undefined ? undefined : { is: 'failed', why };
  };
  const namespaceKind = kindOf('Namespace') as Kind;
  const knowsNamespaces = whole.has('Namespace/') && !failure(namespaceKind);

  return {
    of(kind, namespace) {
      if (scope?.takesAll(kind, namespace)) {
        const why = whyNotAll(scope, log, kind, namespace);
        return why === undefined ? WHOLE : { is: 'failed', why };
      }
      if (!kind.isNamespaced) return failure(kind) ?? (whole.has(`${kind.kind}/`) ? WHOLE : PART);
      if (whole.has(`${kind.kind}/*`)) return failure(kind) ?? WHOLE;
      if (namespace !== undefined) return whole.has(`${kind.kind}/${namespace}`) ? WHOLE : (failure(kind) ?? PART);
      const isEverywhere = knowsNamespaces && seen.namespaces.every((each) => whole.has(`${kind.kind}/${each}`));
      return failure(kind) ?? (isEverywhere ? WHOLE : PART);
    },
  };
}

/** What a file shows to be whole. */
function keysOf(path: string, { file, without, some = [], isSilentOnNone }: Layout, asked: ReadonlySet<string>): string[] {
  const found = file.exec(path);
  if (!found) return [];
  const namespace = found.groups?.ns;
  if (namespace !== undefined && isSilentOnNone)
    return [...asked].filter((kind) => kindOf(kind)?.isNamespaced && !some.includes(kind)).map((kind) => `${kind}/${namespace}`);
  const kind = kindByPath(path.slice(found.index).replace(namespace === undefined ? '' : `/${namespace}`, ''));
  if (!kind || some.includes(kind.kind)) return [];
  const { group } = found.groups ?? {};
  if (group !== undefined && !isOfGroup(kind, group)) return [];
  if (namespace !== undefined) return kind.isNamespaced ? [`${kind.kind}/${namespace}`] : [];
  return [`${kind.kind}/${kind.isNamespaced ? '*' : ''}`].filter(() => without === 'all' || !kind.isNamespaced);
}

/** By kind, the first words of what went wrong. */
function failuresIn(errors: Seen['errors']): Map<string, string> {
  const failed = new Map<string, string>();
  for (const { path, text } of errors) {
    if (REFUSALS.test(path)) {
      for (const [kind, why] of refusalsIn(text)) failed.set(kind, failed.get(kind) ?? why);
      continue;
    }
    const kind = kindByPath(path.replace(/-errors?(?=\.json$)/, ''));
    if (kind && text.trim() !== '' && !/^\s*(?:\[\s*\]|\{\s*\}|null)\s*$/.test(text)) failed.set(kind.kind, failed.get(kind.kind) ?? text);
  }
  return failed;
}

/** Is it a file in which a collector says what it could not get? */
export function isErrorFile(path: string): boolean {
  return /(?:-errors?\.json|\/collector-errors\/[^/]+\.json)$/.test(path) || REFUSALS.test(path);
}

/** rancher/support-bundle-kit pkg/manager/client/discovery.go: a line for each list that it could not get. */
const REFUSALS = /(?:^|\/)bundleGenerationError\.log$/;
const REFUSED_LIST =
  /^Failed to get \/api(?:s\/([a-z\d.-]{1,253}))?\/[a-z\d]{1,30}\/(?:namespaces\/[a-z\d-]{1,63}\/)?([a-z]{1,63}): (.{1,500})$/gm;

function refusalsIn(text: string): [kind: string, why: string][] {
  return [...text.matchAll(REFUSED_LIST)].flatMap(([, group = '', resource = '', why = '']): [string, string][] => {
    const kind = kindOfResource(resource);
    return kind && isOfGroup(kind, group) ? [[kind.kind, why]] : [];
  });
}
