/** Which strings of a report and its facts are names of somebody's: by the keys they stand under, and by their shape anywhere. */

/** In the order in which a string that could be two of them is decided. */
export const KINDS = [
  'uuid',
  'v4',
  'v6',
  'home',
  'node',
  'pod',
  'namespace',
  'account',
  'host',
  'user',
  'group',
  'context',
  'object',
  'file',
] as const;
export type Kind = (typeof KINDS)[number];

/** Keys whose strings are one of a fixed set, or words of ours. */
const IDS = new Set(
  'cause question kind target layer severity certainty need id verdict outcome state changes form reportVersion factsVersion startedAt status code origin alternatives rankedBy states program failOn skip only result verbs verb protocol cipher operator effect ready phase manager platform'
    .split(' ')
    .filter(Boolean),
);

/** Is the string under this key one of a fixed set? Then it is no name, whatever it reads. */
export function isId(key: string, parent: string, text: string): boolean {
  // A role's kind is a word of Kubernetes; a fix's owner is one of ours, a pod's is an object.
  if (key === 'owner') return !text.includes('/');
  if (parent === 'tool' || key === 'setting') return true;
  return IDS.has(key);
}

/** Words of Kubernetes and of this program, and names that every installation has: they tell nothing of a cluster. */
const WELL_KNOWN = new Set(
  `kubelet-doctor default kube-system kube-public kube-node-lease kubernetes kubernetes-admin kubelet kube-apiserver kube-proxy localhost cluster local master
  control-plane worker node nodes pod pods host hosts namespace agent agents datadog datadog-agent datadog-cluster-agent cluster-agent
  datadog-leader-election datadogtoken datadog-token metrics-server trace-agent process-agent system security-agent apiserver server proxy token
  certificate user users group name names cluster-admin admin view edit extension-apiserver-authentication root none unknown yes no true false
  null self http https tcp tls dns authn authz payload settings get list watch create update patch delete all any in-cluster kubernetes-ca
  helm kubectl kubectl-client-side-apply kubectl-edit kubectl-patch kubectl-create kubectl-taint kubectl-cordon kube-controller-manager cloud-controller-manager
  argocd-controller kustomize-controller helm-controller cluster-bootstrap kubeadm
  system-node-critical system-cluster-critical amd64 arm64 linux windows exists equal noschedule noexecute preferschedule the and for not may can
  with from into over here there that this what which when file files path port address values key value right rights role roles binding rule
  account service-account serviceaccount daemonset deployment endpoint endpoints lease leases events event services service secret secrets
  configmap configmaps kubeconfig context environment variable image container containers kube-root-ca.crt kubernetes.io
  /home`
    .split(/\s+/)
    .filter(Boolean),
);
/** Hosts of documents, of images and of Kubernetes' own naming. */
const PUBLIC =
  /(?:^|\.)(?:kubernetes\.io|k8s\.io|github\.com|githubusercontent\.com|datadoghq\.com|datadoghq\.eu|svc|cluster\.local|localhost|go\.dev|golang\.org|openssl\.org|rfc-editor\.org|oasis-open\.org|example|gcr\.io|docker\.io|quay\.io|public\.ecr\.aws|mcr\.microsoft\.com|eks\.amazonaws\.com|azure\.com|google\.com)$/i;

const BY_KEY: Readonly<Record<string, Kind>> = {
  node: 'node',
  machine: 'node',
  otherNode: 'node',
  nodes: 'node',
  examples: 'node',
  pod: 'pod',
  namespace: 'namespace',
  serviceAccount: 'account',
  account: 'account',
  host: 'host',
  hostName: 'host',
  serverName: 'host',
  server: 'host',
  asked: 'host',
  local: 'host',
  user: 'user',
  requestor: 'user',
  identity: 'user',
  groups: 'group',
  context: 'context',
  cluster: 'context',
  name: 'object',
  names: 'object',
  policy: 'object',
  quotas: 'object',
  csr: 'object',
  daemonset: 'object',
  owner: 'object',
  others: 'object',
  gone: 'object',
  brings: 'object',
  priorityClass: 'object',
  lease: 'object',
  binding: 'object',
  object: 'object',
  client: 'object',
  roleName: 'object',
};
const BY_SETTING: Readonly<Record<string, Kind>> = {
  node: 'node',
  'kubelet.host': 'host',
  context: 'context',
  serviceAccount: 'account',
  daemonset: 'object',
  'apiserver.as': 'user',
  DD_KUBERNETES_KUBELET_HOST: 'host',
  DD_KUBERNETES_KUBELET_NODENAME: 'node',
  DD_KUBE_RESOURCES_NAMESPACE: 'namespace',
  DD_CLUSTER_NAME: 'context',
  DD_CLUSTER_AGENT_KUBERNETES_SERVICE_NAME: 'object',
  DD_LEADER_LEASE_NAME: 'object',
};
/** What an agent's configuration is called: a name with its kind before it, or words of ours. */
const CONFIGURED = /^(?:DaemonSet|DatadogAgent|this process|process|the values) ?/;

const V4 = /(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)/g;
const V6 = /(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi;
const UUID = /(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])/gi;
const HOME = /\/(?:home|Users)\/[^\s/:'",;)]+/g;
const URL_HOST = /\b[a-z][a-z0-9+.-]{0,20}:\/\/(?:[^\s/@]*@)?([a-z0-9][a-z0-9.-]*)/gi;
const ACCOUNT = /system:serviceaccount:([a-z0-9][a-z0-9.-]*):([a-z0-9][a-z0-9.-]*)/g;
const ACCOUNTS = /system:serviceaccounts:([a-z0-9][a-z0-9.-]*)/g;
const NODE = /system:node:([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)/g;
const DISTINGUISHED = /\b(CN|OU?)=([^\n,+"]+)/g;
const CERTIFICATE_NAME = /\bDNS:(?:\*\.)?([A-Za-z0-9][A-Za-z0-9.-]*)/g;
const KUBECONFIG_USER = /\(user ([^)\s]+)\)/g;
/** As settings are said to come from them. */
const WORKLOAD = /\bDaemonSet ([a-z0-9][a-z0-9.-]*)\/([a-z0-9][a-z0-9.-]*)/g;
const SOURCE = /\b(?:ConfigMap|Secret) ([a-z0-9][a-z0-9.-]*)(?=, key |$)|\bDatadogAgent ([a-z0-9][a-z0-9.-]*) in /g;
const REGISTRY = /^([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?\//i;

/** Every name in a JSON-like value, by kind; each name once. */
export function namesIn(value: unknown): Map<Kind, Set<string>> {
  const found = new Map<Kind, Set<string>>();
  const kindOf = new Map<string, Kind>();
  const add = (kind: Kind, given: string) => {
    const name = kind === 'v6' ? given : given.trim().replace(/^[[.(]+|(?<![\].,;:)])[\].,;:)]+$/g, '');
    if (!isName(kind, name)) return;
    const before = kindOf.get(name);
    if (before && KINDS.indexOf(before) <= KINDS.indexOf(kind)) return;
    if (before) found.get(before)?.delete(name);
    kindOf.set(name, kind);
    found.set(kind, (found.get(kind) ?? new Set()).add(name));
  };
  const seen = new Set<string>();
  const walk = (each: unknown, key: string, parent: string, setting: string): void => {
    if (typeof each === 'string') {
      if (isId(key, parent, each) || key === 'id') return;
      if (!seen.has(each)) byShape(each, add);
      seen.add(each);
      const kind = parent === 'unread' && key === 'file' ? 'file' : (kindFor(key, parent, setting) ?? undefined);
      if (kind) byKey(kind, each, add);
      if (key === 'images') for (const [, host = ''] of [REGISTRY.exec(each) ?? []].filter((match) => match.length > 0)) add('host', host);
      if (key === 'noProxy' || (key === 'value' && /^(DD_PROXY_)?no_proxy$/i.test(setting)))
        for (const part of each.split(/[, ]/)) add('host', part);
    } else if (Array.isArray(each)) {
      for (const one of each) walk(one, key, parent, setting);
    } else if (typeof each === 'object' && each !== null && key !== 'causes') {
      const { setting: written, variable = written } = each as Record<string, unknown>;
      const named = typeof variable === 'string' ? variable : '';
      for (const [name, one] of Object.entries(each)) {
        byShape(name, add);
        walk(one, name, key, named);
      }
    }
  };
  walk(value, '', '', '');
  return found;
}

function kindFor(key: string, parent: string, setting: string): Kind | undefined {
  if (key === 'value' && setting !== '') return BY_SETTING[setting];
  if (key === 'value' && parent === 'namespace') return 'namespace';
  if (key === 'kubernetes.io/hostname') return 'node';
  return Object.hasOwn(BY_KEY, key) ? BY_KEY[key] : undefined;
}

/** A value under a key that holds names: perhaps `NS/NAME`, `Kind/NAME`, or with words behind it. */
function byKey(kind: Kind, text: string, add: (kind: Kind, name: string) => void): void {
  if (CONFIGURED.test(text)) return;
  const [first = ''] = text.split(/\s/);
  if (kind === 'file') {
    add('file', (text.split('/').at(-1) ?? '').replace(/(\.tar)?\.\w+$/, ''));
    return;
  }
  if (first.startsWith('system:') || /^(?:DNS|IP):/.test(first)) return;
  if (kind === 'node' && text.startsWith('(')) return;
  if (kind === 'user' || kind === 'context') {
    add(kind, kind === 'context' ? text : first);
    return;
  }
  const parts = first.split('/').filter(Boolean);
  const [last = ''] = parts.slice(-1);
  // `NS/NAME` and `Role/NS/NAME`; kinds of Kubernetes begin with a capital.
  for (const part of parts.slice(0, -1)) if (!/^[A-Z]/.test(part)) add('namespace', part);
  add(kind, kind === 'host' ? last.replace(/:\d+$/, '') : last);
}

function byShape(text: string, add: (kind: Kind, name: string) => void): void {
  for (const [v4] of text.matchAll(V4)) if (v4.split('.').every((part) => Number(part) < 256)) add('v4', v4);
  if (text.includes(':')) for (const [v6] of text.matchAll(V6)) if (v6.includes('::') || v6.split(':').length === 8) add('v6', v6);
  if (text.includes('-')) for (const [uuid] of text.matchAll(UUID)) add('uuid', uuid);
  for (const [home] of text.matchAll(HOME)) add('home', home);
  for (const [, host = ''] of text.matchAll(URL_HOST)) if (!/^[\d.]+$/.test(host)) add('host', host);
  for (const [, namespace = '', account = ''] of text.matchAll(ACCOUNT)) {
    add('namespace', namespace);
    add('account', account);
  }
  for (const [, namespace = '', daemonSet = ''] of text.matchAll(WORKLOAD)) {
    add('namespace', namespace);
    add('object', daemonSet);
  }
  for (const [, map, custom] of text.matchAll(SOURCE)) add('object', map ?? custom ?? '');
  for (const [, namespace = ''] of text.matchAll(ACCOUNTS)) add('namespace', namespace);
  for (const [, node = ''] of text.matchAll(NODE)) add('node', node);
  for (const [, host = ''] of text.matchAll(CERTIFICATE_NAME)) add('host', host);
  for (const [, user = ''] of text.matchAll(KUBECONFIG_USER)) add('user', user);
  for (const [, attribute, name = ''] of text.matchAll(DISTINGUISHED)) {
    const [plain = ''] = name.trim().split('@');
    if (plain.startsWith('system:') || /\s/.test(plain)) continue;
    add(attribute === 'CN' ? (plain.includes('.') ? 'host' : 'object') : 'group', plain);
  }
}

/** Long enough to be told from chance, no number, and nobody's in particular. */
function isName(kind: Kind, name: string): boolean {
  if (kind === 'v4') return !/^(?:127\.|0\.0\.0\.0$|255\.|169\.254\.169\.254$)/.test(name);
  if (kind === 'v6') return name !== '::1' && name !== '::';
  if (kind === 'uuid' || kind === 'home') return true;
  if (name.length < 2 || !/[a-z]/i.test(name) || name.startsWith('system:') || WELL_KNOWN.has(name.toLowerCase())) return false;
  if ((name.includes('::') && /^[\d.:a-f]*$/i.test(name)) || /^(?:\d{1,3}\.){3}\d{1,3}$/i.test(name)) return false;
  if (/[\s{}$<>|*]/.test(name)) return false;
  return !(PUBLIC.test(name) && kind !== 'node');
}
