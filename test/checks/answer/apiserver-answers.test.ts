import { apiserverAnswers } from '../../../src/checks/answer/apiserver-answers/check.js';
import type { AnyFact, HttpAnswer } from '../../../src/model/facts.js';
import { base, fact, failed } from '../facts.js';
import { judgeTable } from '../table.js';

const start: AnyFact[] = [
  ...base(),
  fact('apiserver/candidates', [{ host: '10.96.0.1', port: 443, origin: 'service-environment', source: 'env' }]),
];
const answer = (path: string, change: Partial<HttpAnswer> = {}): AnyFact =>
  fact('apiserver/http', { method: 'GET', path, as: 'nobody', status: 200, body: '', voice: 'apiserver', ...change }, `nobody GET ${path}`);
const version = (gitVersion: string, minor: number) => fact('apiserver/version', { gitVersion, major: 1, minor });
const readiness = (...failing: string[]) => fact('apiserver/readiness', { ready: failing.length === 0, failing });
const identity = fact('apiserver/identity', { user: 'system:serviceaccount:datadog:agent', groups: [], by: 'review' });
const healthy = [...start, answer('/version'), answer('/readyz?verbose')];

judgeTable(apiserverAnswers, [
  { row: 'answers and is ready', facts: [...healthy, version('v1.36.2', 36), readiness()], expect: 'pass' },
  { row: 'anonymous off: its 401 is an answer', facts: [...start, answer('/version', { status: 401 })], expect: 'pass' },
  { row: 'not asked', facts: start, expect: 'cannot-tell' },
  {
    row: 'etcd gone',
    facts: [
      ...healthy,
      version('v1.36.2', 36),
      fact('apiserver/readiness', { ready: false, failing: ['etcd', 'etcd-readiness'] }),
      identity,
    ],
    expect: { cause: 'apiserver-not-ready', severity: 'blocks' },
    witnesses: ['apiserver/readiness'],
    says: /not ready: etcd, etcd-readiness.*crictl logs[^}]*etcd/,
  },
  {
    row: 'a start-up hook fails while requests are served',
    facts: [...healthy, readiness('poststarthook/x'), identity],
    expect: { cause: 'apiserver-not-ready', severity: 'degrades' },
    witnesses: ['apiserver/readiness'],
    says: /crictl logs[^}]*kube-apiserver/,
  },
  {
    row: 'not ready without a word',
    facts: [...healthy, fact('apiserver/readiness', { ready: false, failing: [] })],
    expect: { cause: 'apiserver-not-ready' },
    witnesses: ['apiserver/readiness'],
  },
  {
    row: 'accepts and never answers',
    facts: [...start, failed('apiserver/http', 'nobody GET /version', 'ETIMEDOUT')],
    expect: { cause: 'apiserver-not-ready', certainty: 'suspected', severity: 'blocks' },
    wants: ['apiserver/readiness'],
  },
  {
    row: 'answers /version, hangs on the review',
    facts: [
      ...start,
      answer('/version'),
      failed('apiserver/http', 'token POST /apis/authentication.k8s.io/v1/selfsubjectreviews', 'ETIMEDOUT'),
    ],
    expect: { cause: 'apiserver-not-ready', certainty: 'suspected' },
  },
  {
    row: "the node proxy waits for a dead kubelet: not the apiserver's silence",
    facts: [...healthy, failed('apiserver/http', 'token GET /api/v1/nodes/n1/proxy/healthz', 'ETIMEDOUT')],
    expect: 'pass',
  },
  {
    row: 'throttles',
    facts: [...start, answer('/version'), answer('/api/v1/nodes/n1', { status: 429, body: 'Too many requests', retryAfterSeconds: 7 })],
    expect: { cause: 'apiserver-throttles', severity: 'blocks' },
    witnesses: ['apiserver/http'],
    says: /retry after 7 s/,
  },
  {
    row: 'throttles some, the review went through',
    facts: [...start, answer('/version'), answer('/api/v1/nodes/n1', { status: 429 }), identity],
    expect: { cause: 'apiserver-throttles', severity: 'degrades' },
    witnesses: ['apiserver/http'],
  },
  {
    row: 'a kubelet port',
    facts: [...start, answer('/version', { status: 404, voice: 'kubelet', body: '404 page not found' })],
    expect: { cause: 'not-an-apiserver', certainty: 'proven' },
    witnesses: ['apiserver/http'],
  },
  {
    row: 'a proxy',
    facts: [...start, answer('/version', { status: 403, voice: 'proxy', body: '<html>blocked</html>' })],
    expect: { cause: 'not-an-apiserver' },
    witnesses: ['apiserver/http'],
    says: /NO_PROXY/,
  },
  {
    row: 'something else',
    facts: [...start, answer('/version', { status: 200, voice: 'unknown', body: 'hello' })],
    expect: { cause: 'not-an-apiserver', certainty: 'proven' },
    witnesses: ['apiserver/http'],
  },
  {
    row: '503 in few words: it or what stands before it',
    facts: [...start, answer('/version', { status: 503, voice: 'unknown', body: 'upstream connect error' })],
    expect: { cause: 'not-an-apiserver', certainty: 'suspected' },
  },
  {
    row: '1.7.6, whose answers carry no marks',
    facts: [...start, answer('/version', { voice: 'unknown' }), version('v1.7.6', 7)],
    expect: { cause: 'kubernetes-too-old', severity: 'blocks' },
    witnesses: ['apiserver/version'],
  },
  { row: '1.7.7 is new enough', facts: [...start, answer('/version', { voice: 'unknown' }), version('v1.7.7', 7)], expect: 'pass' },
  {
    row: '1.6',
    facts: [...start, answer('/version', { voice: 'unknown' }), version('v1.6.13+coreos.0', 6)],
    expect: { cause: 'kubernetes-too-old' },
    witnesses: ['apiserver/version'],
  },
]);
