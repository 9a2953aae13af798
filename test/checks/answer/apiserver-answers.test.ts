import { apiserverAnswers } from '../../../src/checks/answer/apiserver-answers/check.js';
import type { AnyFact, HttpAnswer } from '../../../src/model/facts.js';
import { base, fact, failed, pending } from '../facts.js';
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
const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const review = (change: Partial<HttpAnswer>): AnyFact =>
  fact(
    'apiserver/http',
    { method: 'POST', path: REVIEWS, as: 'token', status: 201, body: '', voice: 'apiserver', ...change },
    `token POST ${REVIEWS} (get nodes/pods)`,
  );
const healthy = [...start, answer('/version'), answer('/readyz?verbose')];

judgeTable(apiserverAnswers, [
  { row: 'answers and is ready', facts: [...healthy, version('v1.36.2', 36), readiness()], expect: 'pass' },
  { row: 'anonymous off: its 401 is an answer', facts: [...start, answer('/version', { status: 401 })], expect: 'pass' },
  { row: 'not asked', facts: start, expect: 'cannot-tell' },
  // It was asked, and we were too late, or out of time, to hear the answer: that others came says nothing of it.
  ...(['busy', 'budget', 'probe-crashed'] as const).flatMap((why) =>
    ['/version', '/readyz?verbose', '/api/v1/nodes/n1'].map((path) => ({
      row: `no answer to ${path} was heard: ${why}`,
      facts: [
        ...healthy,
        version('v1.36.2', 36),
        readiness(),
        { ...answer('/x'), subject: `token GET ${path}`, outcome: { status: 'absent', why } } as AnyFact,
      ],
      expect: 'cannot-tell' as const,
    })),
  ),
  {
    row: 'an answer is still waited for',
    facts: [...healthy, version('v1.36.2', 36), pending('apiserver/http', `token POST ${REVIEWS} (get nodes/pods)`)],
    expect: 'cannot-tell',
  },
  {
    row: 'no answer was heard to what is not needed',
    facts: [...healthy, version('v1.36.2', 36), readiness(), pending('apiserver/http', 'token GET /apis/apps/v1/daemonsets')],
    expect: 'pass',
  },
  {
    row: 'a login page for a review',
    witnesses: ['apiserver/http'],
    facts: [
      ...healthy,
      version('v1.36.2', 36),
      readiness(),
      identity,
      review({ status: 200, voice: 'proxy' }),
      failed('apiserver/access', 'get nodes/pods', 'HTTP200'),
    ],
    expect: { cause: 'apiserver-answer-foreign', severity: 'degrades', certainty: 'proven' },
    says: /Another server answers selfsubjectaccessreviews: status 200/,
  },
  {
    row: 'a review whose answer is neither yes nor no',
    witnesses: ['apiserver/http'],
    facts: [
      ...healthy,
      version('v1.36.2', 36),
      readiness(),
      identity,
      review({ status: 201 }),
      failed('apiserver/access', 'get nodes/pods', 'HTTP201'),
    ],
    expect: { cause: 'apiserver-answer-foreign' },
    says: /gives no usable answer to selfsubjectaccessreviews: status 201/,
  },
  {
    row: 'a review that is refused is its answer',
    facts: [
      ...healthy,
      version('v1.36.2', 36),
      readiness(),
      identity,
      review({ status: 403 }),
      failed('apiserver/access', 'get nodes/pods', 'HTTP403'),
    ],
    expect: 'pass',
  },
  {
    row: '/version is a page, while the rest is its own',
    witnesses: ['apiserver/http'],
    facts: [
      ...start,
      answer('/version', { voice: 'proxy' }),
      failed('apiserver/version', '', 'HTTP200'),
      answer('/readyz?verbose'),
      readiness(),
    ],
    expect: { cause: 'apiserver-answer-foreign', severity: 'blocks' },
    says: /Another server answers version: status 200/,
  },
  {
    row: 'no apiserver says so of its readiness',
    witnesses: ['apiserver/http'],
    facts: [...healthy, version('v1.36.2', 36), failed('apiserver/readiness', '', 'HTTP200')],
    expect: { cause: 'apiserver-answer-foreign' },
    says: /usable answer to readyz/,
  },
  {
    row: "another node's object",
    witnesses: ['apiserver/node'],
    facts: [...healthy, version('v1.36.2', 36), readiness(), identity, failed('apiserver/node', 'n1', 'EOTHERNODE')],
    expect: { cause: 'apiserver-answer-foreign' },
    says: /asked for Node n1/,
  },
  {
    row: 'cut off as soon as a credential is sent',
    witnesses: ['apiserver/http', 'apiserver/http'],
    facts: [
      ...healthy,
      version('v1.36.2', 36),
      readiness(),
      failed('apiserver/http', 'token POST /apis/authentication.k8s.io/v1/selfsubjectreviews', 'ECONNRESET'),
    ],
    expect: { cause: 'apiserver-cuts-credential', severity: 'blocks' },
  },
  {
    row: 'one request is broken off',
    facts: [...healthy, version('v1.36.2', 36), failed('apiserver/http', 'nobody GET /readyz?verbose', 'ECONNRESET')],
    expect: { cause: 'apiserver-not-ready' },
    says: /breaks off its answers/,
  },
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
