/** One cluster in the layouts of several collectors: what each of them takes of it, where it lays it, and nothing else. */
import { stringify } from 'yaml';
import type { Files } from './made.js';

type Json = Record<string, unknown>;

const RESOURCES: Readonly<Record<string, string>> = {
  Node: 'nodes',
  Namespace: 'namespaces',
  Pod: 'pods',
  DaemonSet: 'daemonsets',
  Event: 'events',
  Lease: 'leases',
  ServiceAccount: 'serviceaccounts',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  NetworkPolicy: 'networkpolicies',
  CertificateSigningRequest: 'certificatesigningrequests',
  EndpointSlice: 'endpointslices',
  ResourceQuota: 'resourcequotas',
};

interface Named {
  kind: string;
  namespace: string | undefined;
  name: string;
}

const named = (object: Json): Named => {
  const { name, namespace } = object.metadata as { name: string; namespace?: string };
  return { kind: String(object.kind), namespace, name };
};

const kindsOf = (objects: readonly Json[]): string[] => [...new Set(objects.map((each) => named(each).kind))];
const namespacesOf = (objects: readonly Json[]): string[] => [
  ...new Set(objects.flatMap((each) => (each.kind === 'Namespace' ? named(each).name : (named(each).namespace ?? [])))),
];
const isNamespaced = (kind: string): boolean => !/^(?:Node|Namespace|ClusterRole.*|CertificateSigningRequest)$/.test(kind);

/** As `kubectl get KIND -A -o yaml > KIND.yaml`, for each kind that somebody thought of. */
function plainFolder(objects: readonly Json[]): Files {
  return Object.fromEntries(
    kindsOf(objects).map((kind) => [
      `${RESOURCES[kind]}.yaml`,
      stringify({ apiVersion: 'v1', items: objects.filter((each) => each.kind === kind), kind: 'List', metadata: { resourceVersion: '' } }),
    ]),
  );
}

/** One object a file, as manifests lie in a repository. */
function manifests(objects: readonly Json[]): Files {
  return Object.fromEntries(objects.map((each) => [`${String(each.kind).toLowerCase()}-${named(each).name}.yaml`, stringify(each)]));
}

/** Of roles and bindings it takes those that some operator is related to. */
function mustGather(objects: readonly Json[]): Files {
  const at = 'must-gather.local.42/quay-io-openshift-must-gather-sha256-0';
  const group = (each: Json) => (String(each.apiVersion).includes('/') ? String(each.apiVersion).split('/')[0] : 'core');
  const files: [string, string][] = [];
  for (const each of objects) {
    const { kind, name, namespace } = named(each);
    if (namespace !== undefined || kind.startsWith('ClusterRole')) continue;
    if (kind === 'Namespace') files.push([`${at}/namespaces/${name}/${name}.yaml`, `---\n${stringify(each)}`]);
    else files.push([`${at}/cluster-scoped-resources/${group(each)}/${RESOURCES[kind]}/${name}.yaml`, `---\n${stringify(each)}`]);
  }
  for (const namespace of namespacesOf(objects))
    for (const kind of kindsOf(objects).filter((each) => isNamespaced(each) && each !== 'Lease')) {
      const items = objects.filter((each) => each.kind === kind && named(each).namespace === namespace);
      const of = objects.find((each) => each.kind === kind) as Json;
      files.push([
        `${at}/namespaces/${namespace}/${group(of)}/${RESOURCES[kind]}.yaml`,
        `---\n${stringify({ apiVersion: of.apiVersion, items, kind: `${kind}List` })}`,
      ]);
    }
  return {
    [`${at}/version`]: 'openshift/must-gather\n4.16.0\n',
    [`${at}/timestamp`]: '2026-01-05 10:00:00.1 +0000 UTC m=+0.1\n',
    ...Object.fromEntries(files),
  };
}

/** `kubectl cluster-info dump --namespaces … --output-directory`: six kinds, without a kind at each item. */
function clusterInfoDump(objects: readonly Json[]): Files {
  const list = (kind: string, namespace?: string): Json => ({
    kind: `${kind}List`,
    apiVersion: kind === 'DaemonSet' ? 'apps/v1' : 'v1',
    metadata: { resourceVersion: '1' },
    items: objects
      .filter((each) => each.kind === kind && named(each).namespace === namespace)
      .map(({ kind: _, apiVersion: __, ...rest }) => rest),
  });
  return Object.fromEntries([
    ['nodes.json', list('Node')],
    ...namespacesOf(objects).flatMap((namespace) => [
      [`${namespace}/daemonsets.json`, list('DaemonSet', namespace)],
      [`${namespace}/pods.json`, list('Pod', namespace)],
      [`${namespace}/events.json`, list('Event', namespace)],
      [`${namespace}/replication-controllers.json`, list('ReplicationController', namespace)],
    ]),
  ]);
}

/** Everything is listed. */
function troubleshoot(objects: readonly Json[]): Files {
  const at = 'support-bundle-2026-01-05T10_00_00';
  const namespaces = namespacesOf(objects);
  const list = (kind: string, namespace?: string): Json => ({
    kind: `${kind}List`,
    apiVersion: 'v1',
    metadata: {},
    items: objects.filter((each) => each.kind === kind && named(each).namespace === namespace),
  });
  const cluster = ['Node', 'Namespace', 'ClusterRole', 'ClusterRoleBinding'].map((kind): [string, Json] => [
    `${at}/cluster-resources/${RESOURCES[kind]}.json`,
    kind === 'Namespace'
      ? { ...list(kind), items: namespaces.map((name) => ({ kind, apiVersion: 'v1', metadata: { name } })) }
      : list(kind),
  ]);
  const within = ['Pod', 'DaemonSet', 'Event', 'Lease', 'ServiceAccount', 'Role', 'RoleBinding', 'NetworkPolicy', 'ResourceQuota'];
  return {
    [`${at}/version.yaml`]: 'apiVersion: troubleshoot.sh/v1beta2\nkind: SupportBundle\nspec:\n  versionNumber: v0.123.0\n',
    [`${at}/cluster-info/cluster_version.json`]: { info: { major: '1', minor: '31', gitVersion: 'v1.31.2' }, string: 'v1.31.2' },
    ...Object.fromEntries(cluster),
    ...Object.fromEntries(
      within.flatMap((kind) =>
        namespaces.map((namespace) => [
          `${at}/cluster-resources/${kind === 'NetworkPolicy' ? 'network-policy' : RESOURCES[kind]}/${namespace}.json`,
          list(kind, namespace),
        ]),
      ),
    ),
    // pkg/collect/cluster_resources.go certificatesigningrequests: by a collector of its own.
    ...(objects.some(({ kind }) => kind === 'CertificateSigningRequest') && {
      [`${at}/cluster-resources/certificatesigningrequests.json`]: list('CertificateSigningRequest'),
    }),
  };
}

export const LAYOUTS = {
  'plain folder': plainFolder,
  manifests,
  'must-gather': mustGather,
  'cluster-info dump': clusterInfoDump,
  troubleshoot,
} as const satisfies Record<string, (objects: readonly Json[]) => Files>;

export type Layout = keyof typeof LAYOUTS;
