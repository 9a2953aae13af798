/** RBAC of the simulated cluster: rules, the presets worlds are written with, and the question "may this subject do that?". */

/** A rule about resources (`resource` with its `subresource` after a slash, as in a ClusterRole) or about paths. */
export interface Rule {
  verbs: string[];
  groups?: string[];
  resources?: string[];
  resourceNames?: string[];
  namespace?: string;
  /** The field selector a list must have (the node authorizer, KEP-4601). */
  fieldSelector?: string;
  paths?: string[];
}

/** What a request asks for. `path` alone for a request that is not about a resource. */
export interface Attributes {
  verb: string;
  group: string;
  version?: string;
  resource: string;
  subresource?: string;
  name?: string;
  namespace?: string;
  fieldSelector?: string;
  path?: string;
}

const nodes = (...subresources: string[]): Rule => ({ verbs: ['get'], groups: [''], resources: subresources.map((s) => `nodes/${s}`) });

/** What the tool reads beside the kubelet's paths: Node, Lease, EndpointSlice, serving CSRs. */
const READS: Rule[] = [
  { verbs: ['get', 'list', 'watch'], groups: [''], resources: ['nodes', 'pods', 'services', 'events', 'endpoints'] },
  { verbs: ['get', 'list'], groups: ['discovery.k8s.io'], resources: ['endpointslices'] },
  { verbs: ['get', 'list'], groups: ['coordination.k8s.io'], resources: ['leases'] },
  { verbs: ['get', 'list'], groups: ['certificates.k8s.io'], resources: ['certificatesigningrequests'] },
  { verbs: ['get'], paths: ['/metrics', '/metrics/slis'] },
];

const FINE = ['pods', 'healthz', 'configz', 'metrics', 'stats', 'log'];
const fineWithout = (gone: string): Rule[] => [nodes(...FINE.filter((s) => s !== gone)), ...READS];

/**
 * Named sets of rules. `all` is what today's fine-grained agent role holds; on a kubelet that knows no fine-grained rights (< 1.33)
 * the simulator adds nodes/proxy to it. `classic` is the role with nodes/proxy.
 */
export const PRESETS = {
  all: [nodes(...FINE), ...READS],
  none: [],
  reads: READS,
  classic: [nodes('metrics', 'spec', 'proxy', 'stats'), ...READS],
  'fine-grained': [nodes(...FINE), ...READS],
  /** The kubelet's paths and nothing at the apiserver: no second side may be asked. */
  'kubelet-only': [nodes(...FINE)],
  'proxy-only': [nodes('proxy')],
  'no-pods': fineWithout('pods'),
  'no-stats': fineWithout('stats'),
  'no-metrics': fineWithout('metrics'),
  reviews: [
    { verbs: ['create'], groups: ['authentication.k8s.io'], resources: ['tokenreviews'] },
    { verbs: ['create'], groups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'] },
  ],
  everything: [
    { verbs: ['*'], groups: ['*'], resources: ['*'] },
    { verbs: ['*'], paths: ['*'] },
  ],
} as const satisfies Record<string, readonly Rule[]>;

/** A preset by name, or rules of one's own. */
export type RightSet = keyof typeof PRESETS | Rule[];

/** The rules of one or several sets. */
export function rulesOf(sets: RightSet | RightSet[]): Rule[] {
  const list = (Array.isArray(sets) && !isRules(sets) ? sets : [sets]) as RightSet[];
  return list.flatMap((set) => (typeof set === 'string' ? ([...PRESETS[set]] as Rule[]) : set));
}

function isRules(sets: RightSet | RightSet[]): sets is Rule[] {
  return Array.isArray(sets) && sets.every((s) => typeof s === 'object' && 'verbs' in s);
}

const PUBLIC = ['/healthz', '/livez', '/readyz', '/version', '/version/'];

/** system:public-info-viewer: everyone. */
export const PUBLIC_INFO: Rule[] = [{ verbs: ['get'], paths: PUBLIC }];

/** system:basic-user and system:discovery: everyone who is authenticated. */
export const AUTHENTICATED: Rule[] = [
  { verbs: ['create'], groups: ['authorization.k8s.io'], resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'] },
  { verbs: ['create'], groups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
  {
    verbs: ['get'],
    paths: ['/api', '/api/*', '/apis', '/apis/*', '/healthz', '/livez', '/openapi', '/openapi/*', '/readyz', '/version', '/version/'],
  },
];

const OPENID = ['/.well-known/openid-configuration', '/.well-known/openid-configuration/', '/openid/v1/jwks', '/openid/v1/jwks/'];

/** system:service-account-issuer-discovery: every ServiceAccount. */
export const SERVICE_ACCOUNTS: Rule[] = [{ verbs: ['get'], paths: OPENID }];

/** What the Node authorizer lets a kubelet do, as far as the tool may ask for it. */
export function nodeRules(node: string): Rule[] {
  return [
    { verbs: ['get', 'list', 'watch'], groups: [''], resources: ['nodes'], resourceNames: [node] },
    { verbs: ['get', 'list', 'watch'], groups: [''], resources: ['services'] },
    { verbs: ['list', 'watch'], groups: [''], resources: ['pods'], fieldSelector: `spec.nodeName=${node}` },
    { verbs: ['get'], groups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: [node], namespace: 'kube-node-lease' },
    { verbs: ['create'], groups: ['authentication.k8s.io'], resources: ['tokenreviews'] },
    { verbs: ['create'], groups: ['authorization.k8s.io'], resources: ['subjectaccessreviews', 'localsubjectaccessreviews'] },
    { verbs: ['create', 'get'], groups: ['certificates.k8s.io'], resources: ['certificatesigningrequests'] },
  ];
}

const has = (list: readonly string[] | undefined, value: string) => list?.some((entry) => entry === '*' || entry === value) ?? false;

function pathMatches(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}

/** Does this rule alone allow it? */
export function allows(rule: Rule, asked: Attributes): boolean {
  if (!has(rule.verbs, asked.verb)) return false;
  if (asked.path !== undefined) return rule.paths?.some((pattern) => pathMatches(pattern, asked.path ?? '')) ?? false;
  const resource = asked.subresource ? `${asked.resource}/${asked.subresource}` : asked.resource;
  if (!has(rule.groups, asked.group) || !has(rule.resources, resource)) return false;
  if (rule.resourceNames !== undefined && !rule.resourceNames.includes(asked.name ?? '')) return false;
  if (rule.fieldSelector !== undefined && rule.fieldSelector !== asked.fieldSelector) return false;
  return rule.namespace === undefined || rule.namespace === asked.namespace;
}

/** A user as an authenticator makes one. */
export interface Caller {
  user: string;
  uid?: string;
  groups: string[];
  extra?: Record<string, string[]>;
}
