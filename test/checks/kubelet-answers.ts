/** Answers of kubelets as recorded, as facts. */
import type { AnyFact, Credential, HttpAnswer, Payload } from '../../src/model/facts.js';
import { fact } from './facts.js';

/** `answer('token', '/pods', 403, 'Forbidden (…)')`: by a kubelet, unless told otherwise. */
export function answer(as: HttpAnswer['as'], path: string, status: number, body = '', change: Partial<HttpAnswer> = {}, ms = 20): AnyFact {
  return fact(
    'kubelet/http',
    { method: 'GET', path, as, status, body, voice: 'kubelet', ...payloadOf(path, status), ...change },
    `${as} GET ${path}`,
    ms,
  );
}

const KINDS: Record<string, Payload['recognised']> = {
  '/pods': 'pod-list',
  '/healthz': 'healthz-ok',
  '/metrics': 'metrics',
  '/metrics/cadvisor': 'metrics',
  '/metrics/probes': 'metrics',
  '/stats/summary': 'stats-summary',
  '/configz': 'kubelet-configuration',
};

/** What a path gives that may be read. */
export function payloadOf(path: string, status: number): { payload?: Payload } {
  const recognised = KINDS[path];
  return status === 200 && recognised ? { payload: { recognised } } : {};
}

export const unauthorized = (as: HttpAnswer['as'], path: string, ms = 20) => answer(as, path, 401, 'Unauthorized', {}, ms);

/** A 403 in the text of kubelets from 1.32 on; with one subresource and `old` in that of 1.31. */
export function forbidden(as: HttpAnswer['as'], path: string, user: string, subresources: string, old = false): AnyFact {
  const asked = old ? `subresource=${subresources}` : `subresource(s)=[${subresources}]`;
  return answer(as, path, 403, `Forbidden (user=${user}, verb=get, resource=nodes, ${asked})`);
}

export const AGENT = 'system:serviceaccount:datadog:agent';

export function identity(user = AGENT): AnyFact {
  return fact('apiserver/identity', { user, groups: ['system:authenticated'], by: 'review', node: 'n1' });
}

/** The same credential for both servers. */
export function credentials(as: Credential['as'], source = '/run/token', change: Partial<Credential> = {}): AnyFact[] {
  return [fact('kubelet/credential', { as, source, ...change }, as), fact('apiserver/credential', { as, source, ...change }, as)];
}

/** Answers of the apiserver to the six reviews: everything else is denied. */
export function access(...allowed: string[]): AnyFact[] {
  return ['configz', 'healthz', 'metrics', 'pods', 'proxy', 'stats'].map((subresource) =>
    fact(
      'apiserver/access',
      { verb: 'get', group: '', resource: 'nodes', subresource, name: 'n1', allowed: allowed.includes(subresource) },
      `get nodes/${subresource}`,
    ),
  );
}
