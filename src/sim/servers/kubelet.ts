/** The kubelet's HTTP server: routes, authentication, authorization and answers as recorded from kubelets 1.36 and 1.31. */

import { hostileKubelet, hostileRefusal } from '../answers/hostile.js';
import {
  type Answer,
  kubeletAuthorizationError,
  kubeletForbidden,
  kubeletUnauthorized,
  notFound,
  plainText,
  textError,
} from '../answers/http.js';
import { payload } from '../answers/payloads.js';
import { ANONYMOUS, type Cluster, type ClusterNode } from '../state/cluster.js';
import type { Caller } from '../state/rights.js';
import type { SimRequest } from './listeners.js';

interface Route {
  path: RegExp;
  /** Subresources asked of the authorizer since fine-grained authorization (1.33), in order. */
  fine: string[];
  /** The one asked before. */
  coarse: string;
  /** Exists from this minor on. */
  since?: number;
  /** One of the debugging handlers: `gone` without them, or answered 405. */
  debugging?: 'gone' | 'disabled';
}

/** Order matters: the first that matches. Paths that match none are answered 404 to everyone, before any authentication. */
const ROUTES: Route[] = [
  { path: /^\/healthz(\/(ping|log|syncloop))?$/, fine: ['healthz', 'proxy'], coarse: 'proxy' },
  { path: /^\/healthz\/device-plugin$/, fine: ['healthz', 'proxy'], coarse: 'proxy', since: 32 },
  { path: /^\/pods\/?$/, fine: ['pods', 'proxy'], coarse: 'proxy' },
  { path: /^\/runningpods\/$/, fine: ['pods', 'proxy'], coarse: 'proxy', debugging: 'disabled' },
  { path: /^\/metrics(\/(cadvisor|resource|probes|slis))?$/, fine: ['metrics'], coarse: 'metrics' },
  { path: /^\/stats\/(summary)?$/, fine: ['stats'], coarse: 'stats' },
  { path: /^\/configz$/, fine: ['configz', 'proxy'], coarse: 'proxy', debugging: 'gone' },
  { path: /^\/flagz$/, fine: ['configz'], coarse: 'proxy', since: 36, debugging: 'gone' },
  { path: /^\/statusz$/, fine: ['statusz'], coarse: 'proxy', since: 36, debugging: 'gone' },
  { path: /^\/logs\//, fine: ['log'], coarse: 'log', debugging: 'disabled' },
  { path: /^\/checkpoint\//, fine: ['checkpoint'], coarse: 'checkpoint', debugging: 'disabled' },
  { path: /^\/(containerLogs|exec|attach|portForward|run)\/[^/]+\/[^/]+/, fine: ['proxy'], coarse: 'proxy', debugging: 'disabled' },
  { path: /^\/debug\/(pprof|flags)\//, fine: ['proxy'], coarse: 'proxy', debugging: 'disabled' },
];

const VERBS: Record<string, string> = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

const minorOf = (node: ClusterNode) => Number(node.kubelet.version.split('.')[1]);

/** The answer of a kubelet. `as` skips authentication: the apiserver, whose client certificate every kubelet knows. */
export function kubeletAnswer(asked: SimRequest, node: ClusterNode, cluster: Cluster, as?: Caller): Answer {
  const { kubelet } = node;
  const minor = minorOf(node);
  const route = ROUTES.find((r) => r.path.test(asked.path) && minor >= (r.since ?? 0));
  if (!route || (route.debugging === 'gone' && !kubelet.debugHandlers)) return notFound();
  const who = as ?? authenticate(asked, node, cluster);
  if ('status' in who) return cluster.world.hostile.kubelet ? hostileRefusal(who, asked.authorization) : who;
  const refusal = authorize(who, VERBS[asked.method] ?? '', minor >= 33 ? route.fine : [route.coarse], node, cluster);
  if (refusal) return refusal;
  if (route.debugging === 'disabled' && !kubelet.debugHandlers) return textError(405, 'Debug endpoints are disabled.');
  const hostile = cluster.world.hostile.kubelet ? hostileKubelet(asked.path, asked.authorization) : undefined;
  return hostile ?? failure(asked.path, node) ?? health(asked, node) ?? payload(asked.path, node, cluster);
}

/** Dropped packets towards the apiserver cost the wait; a refusal is at once. */
function waiting(cluster: Cluster, node: ClusterNode): { afterMs?: number } {
  return node.kubelet.apiserverReach === 'dropped' ? { afterMs: cluster.world.network.patienceMs } : {};
}

/** Client certificate, then token, then anonymous; a credential that fails is never anonymous. */
function authenticate(asked: SimRequest, node: ClusterNode, cluster: Cluster): Caller | Answer {
  const { kubelet } = node;
  const certificate = kubelet.clientCa ? asked.certificate : undefined;
  const byCertificate = certificate && cluster.authenticateCertificate(certificate);
  if (byCertificate) return byCertificate;
  const token = bearerToken(asked.authorization);
  if (token && kubelet.webhookAuthentication) {
    if (kubelet.apiserverReach !== 'ok') return { ...kubeletUnauthorized(), ...waiting(cluster, node) };
    const review = cluster.authenticateToken(token);
    return 'identity' in review ? review.identity : kubeletUnauthorized();
  }
  return kubelet.anonymous && !certificate ? ANONYMOUS : kubeletUnauthorized();
}

/** The token of an Authorization header; an empty one counts as none. */
export function bearerToken(authorization: string | undefined): string | undefined {
  const [scheme = '', token = ''] = (authorization ?? '').trim().split(/ +/);
  return scheme.toLowerCase() === 'bearer' && token !== '' ? token : undefined;
}

function authorize(who: Caller, verb: string, subresources: string[], node: ClusterNode, cluster: Cluster): Answer | undefined {
  const { kubelet } = node;
  if (kubelet.alwaysAllow) return undefined;
  if (kubelet.apiserverReach !== 'ok') {
    return { ...kubeletAuthorizationError(who.user, verb, subresources[0] ?? ''), ...waiting(cluster, node) };
  }
  const remembered = kubelet.decisionCache === 'denied' && cluster.clock.now() < cluster.startedAt + kubelet.decisionCacheMs;
  const allowed = subresources.some(
    (subresource) => cluster.authorize(who, { verb, group: '', version: 'v1', resource: 'nodes', subresource, name: node.name }).allowed,
  );
  return allowed && !remembered ? undefined : kubeletForbidden(who.user, verb, subresources, minorOf(node) >= 32);
}

const NO_FILESYSTEM =
  'Internal Error: failed to get rootFs stats: failed to get rootFs info: cannot find filesystem info for device "/dev/vda"';

function failure(path: string, { kubelet }: ClusterNode): Answer | undefined {
  const status = kubelet.fail[path];
  if (status === undefined) return undefined;
  if (path === '/stats/summary') return plainText(status, NO_FILESYSTEM);
  return textError(status, 'An error has occurred while serving metrics:\n\nerror gathering metrics: context deadline exceeded');
}

const SUB_CHECK_SAYS: Record<string, string> = { syncloop: 'sync Loop took longer than expected' };

function health({ path, query }: SimRequest, node: ClusterNode): Answer | undefined {
  if (!path.startsWith('/healthz')) return undefined;
  const failing = node.kubelet.healthy === true ? [] : node.kubelet.healthy;
  const one = path.split('/')[2];
  if (one) return failing.includes(one) ? textError(500, `internal server error: ${SUB_CHECK_SAYS[one] ?? one}`) : plainText(200, 'ok');
  const checks = ['ping', 'log', 'syncloop', ...(minorOf(node) >= 32 ? ['device-plugin'] : [])];
  const lines = checks.map((check) => (failing.includes(check) ? `[-]${check} failed: reason withheld` : `[+]${check} ok`));
  if (failing.length > 0) return textError(500, [...lines, 'healthz check failed'].join('\n'));
  const body = query.has('verbose') ? `${[...lines, 'healthz check passed'].join('\n')}\n` : 'ok';
  return { ...plainText(200, body), headers: textError(200, '').headers };
}
