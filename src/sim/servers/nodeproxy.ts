/** `nodes/NAME/proxy/PATH`: the kubelet as the apiserver sees it. It does not verify kubelet certificates, and shows its own. */
import { type Answer, json, kubeletUnauthorized, objectNotFound, type Status, statusObject } from '../answers/http.js';
import { APISERVER_CLIENT, type Cluster, type ClusterNode } from '../state/cluster.js';
import type { Attributes } from '../state/rights.js';
import { kubeletAnswer } from './kubelet.js';
import type { SimRequest } from './listeners.js';

const TLS_PATIENCE_MS = 10_000;

/** The error the apiserver's dialer would end with, and how long it takes; undefined: the kubelet answers. */
function dialError({ kubelet, host, port }: ClusterNode, cluster: Cluster): { error: string; afterMs?: number } | undefined {
  switch (cluster.world.apiserver.tunnel) {
    case 'no-agent':
      return { error: 'No agent available' };
    case 'bad-gateway':
      return { error: `proxy error from 127.0.0.1:9345 while dialing ${host}:${port}, code 502: 502 Bad Gateway` };
    case 'none':
      break;
  }
  const dial = `dial tcp ${host}:${port}:`;
  const patience = cluster.world.network.patienceMs;
  switch (kubelet.seenByApiserver) {
    case 'refused':
      return { error: `${dial} connect: connection refused` };
    case 'no-route':
      return { error: `${dial} connect: no route to host` };
    case 'timeout':
      return { error: `${dial} i/o timeout`, afterMs: patience };
    case 'answers':
      break;
  }
  switch (kubelet.listen) {
    case 'hang':
      return { error: 'net/http: TLS handshake timeout', afterMs: Math.min(TLS_PATIENCE_MS, patience) };
    case 'hang-http':
      return { error: 'net/http: timeout awaiting response headers', afterMs: patience };
    case 'reset':
      return { error: `read tcp ${cluster.endpoints[0]?.host}:43080->${host}:${port}: read: connection reset by peer` };
    case 'plain-http':
      return { error: 'http: server gave HTTP response to HTTPS client' };
    default:
      return kubelet.certificate === 'pending' ? { error: 'remote error: tls: internal error' } : undefined;
  }
}

export function nodeProxy(asked: SimRequest, { name = '' }: Attributes, rest: string, cluster: Cluster): Answer | Status {
  const node = cluster.nodes.get(name);
  if (!node) return objectNotFound('nodes', name);
  const failed = dialError(node, cluster);
  if (failed) {
    const said = { code: 503, reason: 'ServiceUnavailable', message: `error trying to reach service: ${failed.error}` };
    const pretty = asked.userAgent.startsWith('curl');
    const headers: [string, string][] = [['Content-Type', 'application/json']];
    return { status: 503, headers, body: json(statusObject(said), pretty), afterMs: failed.afterMs };
  }
  if (cluster.world.apiserver.atKubelets === 'unknown') return kubeletUnauthorized();
  return kubeletAnswer({ ...asked, path: rest || '/' }, node, cluster, APISERVER_CLIENT);
}
