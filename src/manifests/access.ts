/**
 * What a pod of ours may do: a namespace that admits nothing but harmless pods, an account, and the reads that its own questions need. No secret, no
 * write, and no nodes/proxy: that one would let it run commands in every pod of a node.
 */

/** Subresources that a kubelet from 1.33 on asks for; older ones ask for nodes/proxy, which is not given here. */
const KUBELET_READS = ['nodes/configz', 'nodes/healthz', 'nodes/metrics', 'nodes/pods', 'nodes/stats'];
const GROUP = 'rbac.authorization.k8s.io';
/** Where kubelets renew their heartbeat (pkg/kubelet, NodeLease). */
const LEASES = 'kube-node-lease';

export interface AccountName {
  namespace: string;
  name: string;
}

/** `level` is what Pod Security Admission lets in: host network is not for `baseline` or `restricted`. */
export function namespaceYaml(name: string, level: 'restricted' | 'privileged'): string {
  return lines(
    'apiVersion: v1',
    'kind: Namespace',
    'metadata:',
    `  name: ${quote(name)}`,
    '  labels:',
    `    pod-security.kubernetes.io/enforce: ${level}`,
  );
}

/** The account and its rights; bindings carry its namespace, so that two installations do not take each other's. */
export function accessYaml(account: AccountName): string[] {
  const name = `${account.namespace}-${account.name}`;
  const nodeReads = ['  - apiGroups: [""]', `    resources: [${['nodes', ...KUBELET_READS].map(quote).join(', ')}]`, '    verbs: ["get"]'];
  const leaseReads = ['  - apiGroups: ["coordination.k8s.io"]', '    resources: ["leases"]', '    verbs: ["get"]'];
  return [
    lines(
      'apiVersion: v1',
      'kind: ServiceAccount',
      'metadata:',
      `  name: ${quote(account.name)}`,
      `  namespace: ${quote(account.namespace)}`,
      'automountServiceAccountToken: false',
    ),
    lines(...head('ClusterRole', name), 'rules:', ...nodeReads),
    lines(...head('ClusterRoleBinding', name), ...bound('ClusterRole', name, account)),
    lines(...head('Role', name, LEASES), 'rules:', ...leaseReads),
    lines(...head('RoleBinding', name, LEASES), ...bound('Role', name, account)),
  ];
}

export function quote(text: string): string {
  return JSON.stringify(text);
}

export function lines(...parts: string[]): string {
  return parts.join('\n');
}

export function indent(by: number, parts: readonly string[]): string[] {
  return parts.map((part) => ' '.repeat(by) + part);
}

function head(kind: string, name: string, namespace?: string): string[] {
  return [
    `apiVersion: ${GROUP}/v1`,
    `kind: ${kind}`,
    'metadata:',
    `  name: ${quote(name)}`,
    ...(namespace ? [`  namespace: ${quote(namespace)}`] : []),
  ];
}

function bound(kind: 'ClusterRole' | 'Role', name: string, account: AccountName): string[] {
  return [
    'roleRef:',
    `  apiGroup: ${GROUP}`,
    `  kind: ${kind}`,
    `  name: ${quote(name)}`,
    'subjects:',
    '  - kind: ServiceAccount',
    `    name: ${quote(account.name)}`,
    `    namespace: ${quote(account.namespace)}`,
  ];
}
