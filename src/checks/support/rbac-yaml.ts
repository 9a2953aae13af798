/**
 * The smallest manifest that closes a gap in RBAC. Its names are validated first and always quoted: `123`, `on` and `null` are legal
 * names and no strings in YAML. A name that fails its guard gives no manifest at all.
 */
import { serviceAccountOf, shellQuote } from './quote.js';

/** Subresources of `nodes` that a kubelet may be asked to allow. Anything else has no place in a manifest of ours. */
const KNOWN = new Set(['configz', 'healthz', 'metrics', 'pods', 'proxy', 'stats']);

/** A user name as certificates carry it: no blanks, no quotes, no control characters. */
const USER = /^[A-Za-z0-9][A-Za-z0-9:._@+/=-]{0,252}$/;

/** Applyable YAML that lets `user` get these subresources of nodes; undefined when a name may not be printed. */
export function nodeRightsYaml(user: string, subresources: readonly string[]): string | undefined {
  const account = serviceAccountOf(user);
  const subject = account
    ? ['  - kind: ServiceAccount', `    name: ${quote(account.name)}`, `    namespace: ${quote(account.namespace)}`]
    : isBindableUser(user)
      ? ['  - kind: User', '    apiGroup: rbac.authorization.k8s.io', `    name: ${quote(user)}`]
      : undefined;
  const wanted = [...new Set(subresources)].sort();
  const name = roleName(account ? `${account.namespace}-${account.name}` : user, wanted);
  if (!subject || wanted.length === 0 || !wanted.every((s) => KNOWN.has(s)) || name.length > 253) return undefined;
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: ClusterRole',
    'metadata:',
    `  name: ${quote(name)}`,
    'rules:',
    '  - apiGroups: [""]',
    `    resources: [${wanted.map((s) => quote(`nodes/${s}`)).join(', ')}]`,
    '    verbs: ["get"]',
    '---',
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: ClusterRoleBinding',
    'metadata:',
    `  name: ${quote(name)}`,
    'roleRef:',
    '  apiGroup: rbac.authorization.k8s.io',
    '  kind: ClusterRole',
    `  name: ${quote(name)}`,
    'subjects:',
    ...subject,
  ].join('\n');
}

/**
 * Asks whether `user` may get these subresources of nodes. `nodes/metrics` would be a node named metrics here: kubectl takes
 * TYPE/NAME, a subresource only as a flag.
 */
export function canI(user: string, subresources: readonly string[]): string {
  return [...new Set(subresources)]
    .sort()
    .map((s) => `kubectl auth can-i get nodes --subresource=${s} --as=${shellQuote(user)}`)
    .join('\n');
}

/** May `user` be named in a manifest or command? Identities of the cluster itself get no rights from us. */
export function isBindableUser(user: string): boolean {
  return serviceAccountOf(user) !== undefined || (USER.test(user) && !user.startsWith('system:'));
}

/** Its own name: it neither replaces the agent's role nor, with other subresources, an earlier manifest of ours. */
function roleName(who: string, subresources: readonly string[]): string {
  const slug = who.toLowerCase().replace(/[^a-z0-9.-]+/g, '-');
  return ['kubelet-doctor', slug, 'kubelet', ...subresources].join('-');
}

function quote(text: string): string {
  return JSON.stringify(text);
}
