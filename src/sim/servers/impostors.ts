/** What is found on port 10250 instead of a kubelet (or in place of an apiserver): another Kubernetes API, or a web server. */
import { type Answer, apiserverHeaders, forbidden, json, plainText, statusObject } from '../answers/http.js';
import { ANONYMOUS, type Cluster } from '../state/cluster.js';
import { bearerToken } from './kubelet.js';
import type { SimRequest } from './listeners.js';

/** metrics-server listens on 10250 too: generic apiserver answers, without priority and fairness. */
export function metricsServerAnswer(asked: SimRequest, cluster: Cluster): Answer {
  if (/^\/(healthz|livez|readyz)$/.test(asked.path))
    return { ...plainText(200, 'ok'), headers: [...apiserverHeaders(), ...plainText(200, '').headers] };
  const token = bearerToken(asked.authorization);
  const review = token ? cluster.authenticateToken(token) : { identity: ANONYMOUS };
  const who = 'identity' in review ? review.identity : ANONYMOUS;
  const status = forbidden(who, { verb: 'get', group: '', resource: '', path: asked.path });
  return {
    status: 403,
    headers: [...apiserverHeaders(), ['Content-Type', 'application/json'], ['X-Content-Type-Options', 'nosniff']],
    body: json(statusObject(status), asked.userAgent.startsWith('curl')),
  };
}

const PAGE = (status: string) =>
  `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>nginx/1.25.3</center>\r\n</body>\r\n</html>\r\n`;

export function webServerAnswer(): Answer {
  return {
    status: 403,
    headers: [
      ['Server', 'nginx/1.25.3'],
      ['Content-Type', 'text/html'],
    ],
    body: PAGE('403 Forbidden'),
  };
}
