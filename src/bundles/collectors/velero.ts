/**
 * What a Velero backup was told to take: `velero-backup.json`, which lies beside it in its bucket and not in it. By vmware-tanzu/velero
 * pkg/util/collections/includes_excludes.go. What has a label that keeps it out of every backup, its log tells (velero-log.ts).
 */
import { list, record } from '../../kubernetes/json.js';
import { isDnsName } from '../../kubernetes/names.js';
import type { Kind } from '../kinds.js';
import { isOfGroup } from '../objects.js';

export interface BackupScope {
  name: string;
  /** All objects of the kind, in the namespace, or where none is named in all of them and in the cluster. */
  takesAll(kind: Kind, namespace?: string): boolean;
}

export const isBackupFile = (path: string): boolean => /(?:^|\/)velero-backup\.json$/.test(path);

/** A file of the backup itself. */
export const isBackedUp = (path: string): boolean => /(?:^|\/)resources\/[^/]+\/.{0,300}\.json$/.test(path);

/** Names to include, and to leave out. Nothing included is everything. */
interface Filter {
  includes: readonly string[];
  excludes: readonly string[];
}

/** Undefined where it did not end well, or took what was chosen by labels or a policy that lies elsewhere. */
export function backupScope(json: unknown): BackupScope | undefined {
  const { kind, metadata, spec, status } = record(json);
  const { phase, errors = 0 } = record(status);
  if (kind !== 'Backup' || phase !== 'Completed' || errors !== 0) return undefined;
  const options = record(spec);
  const { name } = record(metadata);
  const isChosen = [options.labelSelector, ...list(options.orLabelSelectors)].some(isSelector) || options.resourcePolicy !== undefined;
  if (isChosen) return undefined;
  const filter = (includes: unknown, excludes: unknown): Filter => ({
    includes: list(includes).map(String),
    excludes: list(excludes).map(String),
  });
  const namespaces = filter(options.includedNamespaces, options.excludedNamespaces);
  const takesKind = isOld(options)
    ? oldFilter(filter(options.includedResources, options.excludedResources), options.includeClusterResources, namespaces)
    : newFilter(
        filter(options.includedNamespaceScopedResources, options.excludedNamespaceScopedResources),
        filter(options.includedClusterScopedResources, options.excludedClusterScopedResources),
        namespaces,
      );
  return {
    name: typeof name === 'string' && isDnsName(name) ? name : 'NAME',
    takesAll(kind, namespace) {
      if (!takesKind(kind)) return false;
      // Of namespaces it keeps those that it took something of.
      if (kind.kind === 'Namespace') return takesEverything(namespaces);
      return (
        !kind.isNamespaced ||
        (namespace === undefined ? takesEverything(namespaces) : takes(namespaces, (name) => matches(name, namespace)))
      );
    },
  };
}

/** One that selects something. */
function isSelector(selector: unknown): boolean {
  const { matchLabels, matchExpressions } = record(selector);
  return Object.keys(record(matchLabels)).length > 0 || list(matchExpressions).length > 0;
}

/** `UseOldResourceFilters`. */
function isOld({ includeClusterResources, includedResources, excludedResources }: Record<string, unknown>): boolean {
  return (includeClusterResources ?? undefined) !== undefined || list(includedResources).length > 0 || list(excludedResources).length > 0;
}

/** `GlobalIncludesExcludes.ShouldInclude`. */
function oldFilter(resources: Filter, withCluster: unknown, namespaces: Filter) {
  return (kind: Kind): boolean => {
    if (!kind.isNamespaced && withCluster === false) return false;
    const isLeftOut = kind.kind !== 'Namespace' && !kind.isNamespaced && withCluster !== true && !takesEverything(namespaces);
    return !isLeftOut && takes(resources, (name) => isKind(name, kind));
  };
}

/** `ScopeIncludesExcludes.ShouldInclude`. */
function newFilter(namespaced: Filter, cluster: Filter, namespaces: Filter) {
  return (kind: Kind): boolean => {
    const names = (name: string) => isKind(name, kind);
    if (kind.isNamespaced) return takes(namespaced, names);
    if (cluster.excludes.some(names)) return false;
    const isUnsaid = cluster.includes.length === 0 && cluster.excludes.length === 0;
    if (isUnsaid && takesEverything(namespaces) && takesEverything(namespaced)) return true;
    return cluster.includes.some(names) || kind.kind === 'Namespace';
  };
}

function takesEverything({ includes, excludes }: Filter): boolean {
  return excludes.length === 0 && (includes.length === 0 || (includes.length === 1 && includes[0] === '*'));
}

function takes({ includes, excludes }: Filter, isIt: (name: string) => boolean): boolean {
  return !excludes.some(isIt) && (includes.length === 0 || includes.some(isIt));
}

/** kubectl api-resources, of the kinds that are read here. */
const SHORT: Readonly<Record<string, string>> = {
  no: 'nodes',
  ns: 'namespaces',
  pc: 'priorityclasses',
  csr: 'certificatesigningrequests',
  sa: 'serviceaccounts',
  po: 'pods',
  ds: 'daemonsets',
  cm: 'configmaps',
  ev: 'events',
  netpol: 'networkpolicies',
  quota: 'resourcequotas',
};

/** `pods`, `pod`, `po`, `daemonsets.apps`, `*`, `*.apps`. */
function isKind(name: string, kind: Kind): boolean {
  const [plain = '', ...group] = name.toLowerCase().split('.');
  if (group.length > 0 && !isOfGroup(kind, group.join('.'))) return false;
  return [kind.resource, kind.kind.toLowerCase()].some((each) => matches(SHORT[plain] ?? plain, each));
}

/** With `*` for any part of it. */
function matches(pattern: string, name: string): boolean {
  if (!pattern.includes('*')) return pattern === name;
  const parts = pattern.split('*');
  if (!name.startsWith(parts[0] ?? '') || !name.endsWith(parts.at(-1) ?? '')) return false;
  let at = 0;
  return parts.every((part) => {
    const found = name.indexOf(part, at);
    at = found + part.length;
    return found >= 0;
  });
}
