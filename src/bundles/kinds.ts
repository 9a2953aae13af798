/** The kinds of Kubernetes objects that anything here reads, by the names that paths of an apiserver and of collectors have for them. */

/** As JSON or YAML has it; nothing about its shape is believed. */
export type KubeObject = Record<string, unknown>;

export interface Kind {
  kind: string;
  /** As in a path of the apiserver. */
  resource: string;
  isNamespaced: boolean;
}

const kind = (name: string, resource: string, isNamespaced = true): Kind => ({ kind: name, resource, isNamespaced });

const KINDS: readonly Kind[] = [
  kind('Node', 'nodes', false),
  kind('Namespace', 'namespaces', false),
  kind('PriorityClass', 'priorityclasses', false),
  kind('ClusterRole', 'clusterroles', false),
  kind('ClusterRoleBinding', 'clusterrolebindings', false),
  kind('CertificateSigningRequest', 'certificatesigningrequests', false),
  kind('Role', 'roles'),
  kind('RoleBinding', 'rolebindings'),
  kind('ServiceAccount', 'serviceaccounts'),
  kind('Pod', 'pods'),
  kind('DaemonSet', 'daemonsets'),
  kind('ConfigMap', 'configmaps'),
  kind('Event', 'events'),
  kind('Lease', 'leases'),
  kind('EndpointSlice', 'endpointslices'),
  kind('NetworkPolicy', 'networkpolicies'),
  kind('ResourceQuota', 'resourcequotas'),
  kind('DatadogAgent', 'datadogagents'),
];

const BY_KIND = new Map(KINDS.map((each) => [each.kind, each]));
const BY_RESOURCE = new Map(KINDS.map((each) => [each.resource, each]));

/** Undefined where nothing reads it. */
export const kindOf = (name: unknown): Kind | undefined => (typeof name === 'string' ? BY_KIND.get(name) : undefined);

export const kindOfResource = (resource: string): Kind | undefined => BY_RESOURCE.get(resource);

/** `networkPolicy`, `network-policy`, `resource-quota`, `clusterRoleBindings`: as collectors have called lists. */
const byPlainName = new Map(KINDS.flatMap((each) => [each.resource, each.kind.toLowerCase()].map((name) => [name, each] as const)));

/**
 * By the name of a file or folder, where the objects in it do not say what they are: `core_v1_pods.json`, `pods/kube-system.json`,
 * `k8s-nodes-20260105.yaml`, `…_get_-o_json_nodes`. The nearest to the end counts.
 */
export function kindByPath(path: string): Kind | undefined {
  for (const part of path.split('/').reverse()) {
    const words = part
      .replace(/\.(json|ya?ml|txt)$/i, '')
      .toLowerCase()
      .split(/[_.]/);
    const whole = words.map((word) => byPlainName.get(word.replaceAll('-', '')));
    const found =
      whole.findLast(Boolean) ??
      words
        .flatMap((word) => word.split('-'))
        .map((word) => byPlainName.get(word))
        .findLast(Boolean);
    if (found) return found;
  }
  return undefined;
}
