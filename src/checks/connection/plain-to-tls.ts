/** Does the port that the agent asks in plain HTTP speak plain HTTP? A server of Go says so itself where it speaks TLS (net/http server.go, 400). */

import { defineCheck } from '../../model/check.js';
import { cite } from '../shared/cite.js';
import { env, fixBy } from '../shared/fix.js';
import { ALL_KUBELET_FEATURES, settingOf } from '../shared/kubelet.js';
import { notApplicable, pass, problem } from '../shared/problem.js';
import { inTheirWords } from '../shared/proof.js';
import { seen } from '../shared/read.js';

export const plainToTls = defineCheck({
  question: 'plain-to-tls',
  asks: 'Does the plain HTTP port of the agent speak plain HTTP?',
  target: 'kubelet',
  layer: 'tcp',
  required: false,
  needs: ['kubelet/second-sight', 'self/settings'],
  words: {
    title: 'The agent speaks plain HTTP to port {port}, which speaks TLS',
    notAsked: 'no plain HTTP port was asked',
    sawAnswer: 'plain HTTP to port {port}: {status} {said}',
    sawSetting: 'DD_KUBERNETES_HTTP_KUBELET_PORT: {port}, the HTTPS port {https}',
    useHttps: 'Set the HTTPS port, and turn the plain one off',
  },
  causes: {
    // Go net/http: server.go (400), transport.go (malformed HTTP response); datadog-agent 7.82 pkg/util/kubernetes/kubelet/kubelet_client.go.
    'plain-http-to-tls-port': {
      title: 'plain HTTP spoken to the TLS port',
      means:
        'The client sends plain HTTP to a port that speaks TLS. The kubelet answers 400 `Client sent an HTTP request to an HTTPS server.`; a client written in Go prints `malformed HTTP response "\\x15\\x03…` where the server sends a TLS alert instead. Neither certificate nor token is looked at.',
      happens:
        'The URL says `http://…:10250`: in the configuration of a check or of another agent, or `DD_KUBERNETES_HTTP_KUBELET_PORT=10250`. Or an apiserver before 1.16 runs with `--kubelet-https=false`.',
      confirm:
        'The first prints the text, the second `Unauthorized`:\n\n    curl -s http://HOST:10250/healthz\n    curl -sk https://HOST:10250/pods',
      fix: 'Write `https://` and send a token; for the agent `DD_KUBERNETES_HTTPS_KUBELET_PORT=10250` and `DD_KUBERNETES_HTTP_KUBELET_PORT=0`. The pods are replaced.',
      avoid: 'Do not open the read-only port 10255 to keep plain HTTP: it answers anyone who reaches the node.',
    },
  },
  judge(view, say) {
    const fact = view.one('kubelet/second-sight', 'read-only-port');
    const settings = view.one('self/settings');
    const sight = seen(fact);
    const port = Number(settingOf(settings, 'kubelet.httpPort')?.value ?? 0);
    if (!sight || port === 0) return notApplicable(say('notAsked'));
    if (sight.status !== 400 || !/HTTP request to an HTTPS server/.test(sight.said)) return pass(fact);
    const https = settingOf(settings, 'kubelet.port')?.value ?? '10250';
    const isOnlyWay = https === '0';
    return problem('plain-http-to-tls-port', {
      proof: inTheirWords(fact),
      // The agent turns to plain HTTP last: it does no harm where HTTPS works.
      severity: isOnlyWay ? 'blocks' : 'note',
      title: say('title', { port }),
      features: isOnlyWay ? ALL_KUBELET_FEATURES : [],
      evidence: [
        cite(fact, say('sawAnswer', { port, status: sight.status, said: sight.said })),
        cite(settings, say('sawSetting', { port, https })),
      ],
      fixes: [
        fixBy(
          'agent',
          'config',
          say('useHttps'),
          env({ ...(isOnlyWay && { DD_KUBERNETES_HTTPS_KUBELET_PORT: port }), DD_KUBERNETES_HTTP_KUBELET_PORT: 0 }),
        ),
      ],
    });
  },
});
