/** The apiserver: authentication, authorization and the few objects and reviews the tool asks for, answered as recorded from 1.36. */

import { ESCAPES, hostileStatus } from '../answers/hostile.js';
import {
  type Answer,
  apiserverHeaders,
  flowSchema,
  forbidden,
  json,
  notFound,
  objectNotFound,
  type Status,
  statusObject,
  textError,
  UNAUTHORIZED,
} from '../answers/http.js';
import { endpointSlice, leaseObject, signingRequests, versionObject } from '../answers/objects.js';
import { review } from '../answers/reviews.js';
import { tableOf } from '../answers/table.js';
import { ANONYMOUS, type Cluster } from '../state/cluster.js';
import { listed } from '../state/rbac.js';
import type { Attributes, Caller } from '../state/rights.js';
import {
  accountObjects,
  agentPodObjects,
  configMapObjects,
  daemonSetObjects,
  eventObjects,
  namespaceObjects,
  networkPolicyObjects,
  nodeObjects,
  priorityClassObjects,
  quotaObjects,
} from '../state/workloads.js';
import { bearerToken } from './kubelet.js';
import type { SimRequest } from './listeners.js';
import { nodeProxy } from './nodeproxy.js';
import { LIVEZ, READYZ } from './readyz.js';

const NOSNIFF: [string, string] = ['X-Content-Type-Options', 'nosniff'];
const JSON_TYPE: [string, string] = ['Content-Type', 'application/json'];

/** What an apiserver needs to answer: who asks, for what, and how its JSON is to look. */
interface Call {
  asked: SimRequest;
  attributes: Attributes;
  /** Path behind `nodes/NAME/proxy`. */
  rest: string;
  who: Caller;
  cluster: Cluster;
}

const WRITE_VERBS: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** Request info as the apiserver derives it from method and path. */
function requestInfo(method: string, path: string): { attributes: Attributes; rest: string } {
  const match = /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))\/(?:namespaces\/([^/]+)\/)?([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?(\/.*)?$/.exec(path);
  const verb = (named: boolean) => WRITE_VERBS[method] ?? (named ? 'get' : 'list');
  if (!match) return { attributes: { verb: WRITE_VERBS[method] ?? 'get', group: '', resource: '', path }, rest: '' };
  const [, , group = '', , namespace, resource = '', name, subresource, rest = ''] = match;
  return { attributes: { verb: verb(name !== undefined), group, resource, name, namespace, subresource }, rest };
}

/** Answers a request to the apiserver. */
export function apiserverAnswer(asked: SimRequest, cluster: Cluster): Answer {
  const pretty = /^(curl|Wget|Mozilla\/5\.0)/.test(asked.userAgent);
  const { hostile, apiserver } = cluster.world;
  const status = (given: Status, extra: [string, string][] = []): Answer => {
    const said = hostile.apiserver ? hostileStatus(given, asked.authorization) : given;
    return { status: said.code, headers: [...apiserverHeaders(), JSON_TYPE, ...extra], body: json(statusObject(said), pretty) };
  };
  const self = authenticate(asked, cluster);
  const isAtSecond = apiserver.secondKey && /^Bearer /i.test(asked.authorization ?? '') && /^\/api\/v1\/nodes/.test(asked.path);
  if (!self || isAtSecond) return status(UNAUTHORIZED);
  const other = asked.impersonate === undefined ? undefined : impersonated(asked.impersonate, asked.impersonateGroups);
  const denied = other?.attributes.find((attributes) => !cluster.authorize(self, attributes).allowed);
  if (denied)
    return status(
      forbidden(self, apiserver.version === '1.36' ? constrained(denied, requestInfo(asked.method, asked.path).attributes) : denied),
      [NOSNIFF],
    );
  const who = other?.identity ?? self;
  const { attributes: named, rest } = requestInfo(asked.method, asked.path);
  const fieldSelector = asked.query.get('fieldSelector') ?? undefined;
  const attributes = fieldSelector === undefined ? named : { ...named, fieldSelector };
  const proxied = attributes.resource === 'nodes' && attributes.subresource === 'proxy';
  const flow = proxied ? [] : flowSchema(who, asked.path);
  const withFlow = (answer: Answer): Answer => ({ ...answer, headers: [...apiserverHeaders(), ...answer.headers, ...flow] });
  if (apiserver.throttle429 > 0 && !/^\/(healthz|livez|readyz)/.test(asked.path)) {
    const answer = textError(429, 'Too many requests, please try again later.');
    return withFlow({ ...answer, headers: [...answer.headers, ['Retry-After', String(apiserver.throttle429)]] });
  }
  if (!cluster.authorize(who, attributes).allowed) return status(forbidden(who, attributes), [NOSNIFF, ...flow]);
  const call = { asked, attributes, rest, who, cluster };
  const found = proxied ? nodeProxy(asked, attributes, rest, cluster) : attributes.path === undefined ? resource(call) : path(call);
  if (found === undefined) return withFlow(notFound());
  if ('code' in found) return status(found as Status, flow);
  if ('body' in found) return withFlow(found as Answer);
  const code = asked.method === 'POST' ? 201 : 200;
  return { status: code, headers: [...apiserverHeaders(), JSON_TYPE, ...flow], body: json(found, pretty) };
}

/** What 1.36 says was missing (KEP-5284): the right to impersonate for this very request. */
function constrained(denied: Attributes, request: Attributes): Attributes {
  const kind = denied.resource === 'serviceaccounts' ? 'serviceaccount' : 'user-info';
  return { ...request, verb: `impersonate-on:${kind}:${request.verb}` };
}

/** Whom a request is made as, and the right that takes: the groups of a ServiceAccount follow by themselves. */
function impersonated(user: string, asGroups: string[]): { identity: Caller; attributes: Attributes[] } {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  const own = namespace ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : [];
  const groups = asGroups.length > 0 ? asGroups : own;
  const verb = { verb: 'impersonate', group: '' };
  const subject = namespace ? { ...verb, resource: 'serviceaccounts', namespace, name } : { ...verb, resource: 'users', name: user };
  const attributes = [subject, ...asGroups.map((group) => ({ ...verb, resource: 'groups', name: group }))];
  return { identity: { user, groups: [...groups, 'system:authenticated'] }, attributes };
}

function authenticate(asked: SimRequest, cluster: Cluster): Caller | undefined {
  const byCertificate = asked.certificate && cluster.authenticateCertificate(asked.certificate);
  if (byCertificate) return byCertificate;
  const token = bearerToken(asked.authorization);
  if (token) {
    const result = cluster.authenticateToken(token);
    return 'identity' in result ? result.identity : undefined;
  }
  return cluster.world.apiserver.anonymousAuth && !asked.certificate ? ANONYMOUS : undefined;
}

type Found = Answer | Status | Record<string, unknown> | undefined;

function path({ asked, cluster }: Call): Found {
  switch (asked.path) {
    case '/version':
    case '/version/':
      return { status: 200, headers: [JSON_TYPE], body: json(versionObject(cluster), true) };
    case '/healthz':
    case '/livez':
    case '/readyz':
      return health(asked, cluster);
    default:
      return undefined;
  }
}

function health({ path, query }: SimRequest, cluster: Cluster): Answer {
  const { hostile, apiserver } = cluster.world;
  const name = path.slice(1);
  const failing = apiserver.ready === true || name !== 'readyz' ? [] : apiserver.ready;
  const usual = name === 'readyz' ? READYZ : LIVEZ;
  const checks = [...usual.slice(0, 2), ...failing.filter((check) => !usual.includes(check)), ...usual.slice(2)];
  const lines = checks.map((check) => (failing.includes(check) ? `[-]${check} failed: reason withheld` : `[+]${check} ok`));
  if (hostile.apiserver) lines.unshift(`[-]${ESCAPES} failed`);
  if (failing.length > 0 || hostile.apiserver) return textError(500, [...lines, `${name} check failed`].join('\n'));
  return { ...textError(200, ''), body: query.has('verbose') ? `${[...lines, `${name} check passed`].join('\n')}\n` : 'ok' };
}

const REVIEWS = ['selfsubjectreviews', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'subjectaccessreviews', 'tokenreviews'];

const bad = (message: string): Status => ({ code: 400, reason: 'BadRequest', message });

function resource({ asked, attributes, who, cluster }: Call): Found {
  const { group, resource: kind, verb, name, namespace, subresource } = attributes;
  if (subresource !== undefined) return undefined;
  if (verb === 'create') {
    if (!REVIEWS.includes(kind) || (kind === 'selfsubjectreviews' && ['1.27', '1.7'].includes(cluster.world.apiserver.version)))
      return undefined;
    let body: Record<string, unknown>;
    try {
      body = JSON.parse(asked.body) as Record<string, unknown>;
    } catch {
      return bad('the object provided is unrecognized (must be of type JSON)');
    }
    const answer = review(kind, body, who, asked.userAgent, cluster);
    return typeof answer === 'string' ? bad(answer) : answer;
  }
  if (verb !== 'get' && verb !== 'list') return undefined;
  const list = objects(`${group}/${kind}`, namespace, cluster);
  if (!list) return undefined;
  const isTable = /as=Table/.test(asked.accept ?? '');
  if (isTable && cluster.world.placement.tables === '406') return { code: 406, reason: 'NotAcceptable', message: 'only application/json' };
  const head = (listed: string) => ({ kind: listed, apiVersion: group ? `${group}/v1` : 'v1' });
  if (name !== undefined) {
    const object = list.items.find((item) => (item.metadata as { name?: string }).name === name);
    return object ? { ...head(list.kind), ...object } : objectNotFound(kind, name, group);
  }
  return listPage(head(`${list.kind}List`), selected(list.items, asked.query), { asked, attributes, who, cluster });
}

/** A page as the apiserver cuts them: `continue` is opaque to its clients, and here the number of the first item that is left. */
function listPage(head: Record<string, unknown>, items: Items, { asked, attributes, who, cluster }: Omit<Call, 'rest'>): Found {
  const { paged } = cluster.world.placement;
  const own = paged?.list === attributes.resource ? paged : undefined;
  const from = Number(asked.query.get('continue')) || 0;
  const size = Math.min(Number(asked.query.get('limit')) || items.length, own?.size ?? items.length) || items.length;
  const left = Math.max(0, items.length - from - size);
  const metadata = { resourceVersion: '1449', ...(left > 0 && { continue: String(from + size), remainingItemCount: left }) };
  const { tables } = cluster.world.placement;
  const shown = items.slice(from, from + size);
  const isTable = /as=Table/.test(asked.accept ?? '') && tables !== 'none';
  const table = isTable
    ? tableOf(String(head.kind).replace(/List$/, ''), shown, metadata, tables === '406' ? undefined : tables)
    : undefined;
  const page = table ?? { ...head, metadata, items: shown };
  const body = json(page, false);
  if (own?.ends === undefined || from / own.size + 1 !== (own.at ?? 1)) return page;
  const whole = { status: 200, headers: [JSON_TYPE], body };
  switch (own.ends) {
    case 'silence':
      return { ...whole, sent: 'never' };
    case 'slow':
      return { ...whole, sent: { pauseMs: 700 } };
    case 'cut':
      return { ...whole, sent: 'half' };
    case 'too-big':
      return { ...whole, body: `${body}${' '.repeat(25 << 20)}` };
    case 'html':
      return { ...whole, headers: [['Content-Type', 'text/html']], body: '<html><body>Sign in</body></html>' };
    case '403':
      return forbidden(who, attributes);
    case '410':
      return { code: 410, reason: 'Expired', message: 'The provided continue parameter is too old to display a consistent list result.' };
    case '429':
      return textError(429, 'Too many requests, please try again later.');
    case '500':
      return { code: 500, reason: 'InternalError', message: 'Internal error occurred: etcdserver: request timed out' };
  }
}

type Items = Record<string, unknown>[];

function objects(kind: string, namespace: string | undefined, cluster: Cluster): { kind: string; items: Items } | undefined {
  const nodes = [...cluster.nodes.values()];
  const inside = (items: Items) =>
    namespace === undefined ? items : items.filter((item) => (item.metadata as { namespace?: string }).namespace === namespace);
  const within = (home: string, items: Items) => (namespace === undefined || namespace === home ? items : []);
  switch (kind) {
    case '/nodes':
      return { kind: 'Node', items: nodeObjects(cluster) };
    case 'coordination.k8s.io/leases':
      return {
        kind: 'Lease',
        items: within(
          'kube-node-lease',
          nodes.map((node) => leaseObject(node, cluster)),
        ),
      };
    case 'discovery.k8s.io/endpointslices':
      return { kind: 'EndpointSlice', items: within('default', [endpointSlice(cluster)]) };
    case 'datadoghq.com/datadogagents':
      return cluster.world.placement.datadogAgents && { kind: 'DatadogAgent', items: inside(cluster.world.placement.datadogAgents) };
    case 'apps/daemonsets':
      return { kind: 'DaemonSet', items: inside(daemonSetObjects(cluster)) };
    case '/pods':
      return { kind: 'Pod', items: inside(agentPodObjects(cluster)) };
    case '/namespaces':
      return { kind: 'Namespace', items: namespaceObjects(cluster) };
    case '/serviceaccounts':
      return { kind: 'ServiceAccount', items: inside(accountObjects(cluster)) };
    case '/events':
      return { kind: 'Event', items: inside(eventObjects(cluster)) };
    case '/configmaps':
      return { kind: 'ConfigMap', items: inside(configMapObjects(cluster)) };
    case '/resourcequotas':
      return { kind: 'ResourceQuota', items: inside(quotaObjects(cluster)) };
    case 'scheduling.k8s.io/priorityclasses':
      return { kind: 'PriorityClass', items: priorityClassObjects(cluster) };
    case 'rbac.authorization.k8s.io/clusterroles':
    case 'rbac.authorization.k8s.io/clusterrolebindings':
    case 'rbac.authorization.k8s.io/roles':
    case 'rbac.authorization.k8s.io/rolebindings': {
      const plural = kind.slice('rbac.authorization.k8s.io/'.length);
      const names = { clusterroles: 'ClusterRole', clusterrolebindings: 'ClusterRoleBinding', roles: 'Role', rolebindings: 'RoleBinding' };
      return { kind: names[plural as keyof typeof names], items: listed(cluster.world.rbac, plural, namespace, cluster.now()) };
    }
    case 'networking.k8s.io/networkpolicies':
      return { kind: 'NetworkPolicy', items: inside(networkPolicyObjects(cluster)) };
    case 'certificates.k8s.io/certificatesigningrequests':
      return { kind: 'CertificateSigningRequest', items: signingRequests(cluster) };
    default:
      return undefined;
  }
}

/** Field and label selectors: `key=value,…`, or one `key in (…)`. */
function selected(items: Items, query: URLSearchParams): Items {
  const at = (item: unknown, steps: string[]) =>
    steps.reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], item);
  const terms = (name: string) => {
    const text = query.get(name) ?? '';
    const [, key = '', values] = /^(\S+) in \((.*)\)$/.exec(text) ?? [];
    if (values !== undefined) return [[key, values.split(',')] as const];
    return text
      .split(',')
      .filter(Boolean)
      .map((term) => {
        const [key = '', value = ''] = term.split(/==?/);
        return [key, [value]] as const;
      });
  };
  const fields = terms('fieldSelector');
  const labels = terms('labelSelector');
  return items.filter(
    (item) =>
      fields.every(([key, values]) => values.includes(String(at(item, key.split('.')) ?? ''))) &&
      labels.every(([key, values]) => values.includes(String(at(item, ['metadata', 'labels', key]) ?? ''))),
  );
}
