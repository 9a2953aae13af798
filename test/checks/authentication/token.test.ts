import { token } from '../../../src/checks/authentication/token/check.js';
import type { AnyFact, HttpAnswer, Need, Place, TokenClaims } from '../../../src/model/facts.js';
import { fact, failed, handshake, inPod, NOW } from '../facts.js';
import { judgeTable } from '../table.js';

const MOUNTED = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const REVIEW = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const HOUR = 3600;
const now = NOW / 1000;
const world = (change: Partial<Place> = {}, settings: Record<string, string> = {}): AnyFact[] => [
  inPod({ namespace: 'datadog', ...change }),
  fact(
    'self/settings',
    Object.entries(settings).map(([setting, value]) => ({ setting, value, origin: 'flag' as const, source: '--token-file' })),
  ),
];
const pod = world();
const laptop = world(
  { place: 'workstation', vantage: 'workstation', hostName: 'laptop', namespace: undefined },
  { 'apiserver.token': '/tmp/token' },
);
const held = (change: Partial<TokenClaims> = {}, source = MOUNTED) =>
  fact(
    'apiserver/credential',
    {
      as: 'token',
      source,
      token: {
        issuer: ISSUER,
        subject: 'system:serviceaccount:datadog:agent',
        audiences: [ISSUER],
        issuedAt: now - HOUR,
        notBefore: now - HOUR,
        expiresAt: now + HOUR,
        legacy: false,
        ...change,
      },
    },
    'token',
  );
const opaque = fact('apiserver/credential', { as: 'token', source: '/tmp/token' }, 'token');
const unusable = (code: string) => failed('apiserver/credential', 'token', code);
const none = fact('apiserver/credential', { as: 'nobody', source: 'none' }, 'none');
const review = (status: number, change: Partial<HttpAnswer> = {}) =>
  fact(
    'apiserver/http',
    { method: 'POST', path: REVIEW, as: 'token', status, body: '', voice: 'apiserver', serverTimeMs: NOW, ...change },
    `token POST ${REVIEW}`,
  );
const identity = (user: string) => fact('apiserver/identity', { user, groups: [], by: 'review' });
const agent = identity('system:serviceaccount:datadog:agent');
const clock = (target: 'kubelet' | 'apiserver', offsetMs: number) =>
  fact(`${target}/clock`, { against: target, offsetMs, toleranceMs: 1000 });

const refusedElsewhere = fact(
  'apiserver/http',
  { method: 'GET', path: '/api/v1/nodes/n1', as: 'token', status: 401, body: '', voice: 'apiserver', serverTimeMs: NOW },
  'token GET /api/v1/nodes/n1',
);

judgeTable(token, [
  {
    row: 'known by one answer, and refused by another: two apiservers, or revoked in between',
    facts: [...pod, held(), review(201), agent, refusedElsewhere],
    expect: { cause: 'apiserver-keys-differ', certainty: 'suspected', severity: 'degrades' },
    wants: ['apiserver/http'],
    says: /token-rejected/,
  },
  {
    row: 'known, and refused at its end: the token is out of time',
    facts: [...pod, held({ expiresAt: now - 1 }), review(201), agent, refusedElsewhere],
    expect: 'pass',
  },
  { row: 'accepted', facts: [...pod, held(), review(201), agent], expect: 'pass' },
  {
    row: 'expired by our clock but accepted: not the token',
    facts: [...pod, held({ expiresAt: now - HOUR }), review(201), agent],
    expect: 'pass',
  },
  {
    row: 'refused by right, not by identity: accepted',
    facts: [...pod, held(), review(403, { body: 'User "system:serviceaccount:datadog:agent" cannot' })],
    expect: 'pass',
  },
  { row: 'opaque and accepted', facts: [...laptop, opaque, review(201), agent], expect: 'pass' },
  {
    row: 'a certificate is used',
    facts: [...laptop, fact('apiserver/credential', { as: 'certificate', source: 'c' }, 'certificate')],
    expect: 'not-applicable',
  },
  { row: 'nothing looked at', facts: pod, expect: 'cannot-tell' },
  { row: 'the plugin gave none', facts: [...laptop, unusable('EPLUGINFAILED')], expect: 'cannot-tell' },
  {
    row: 'not mounted',
    facts: [...pod, unusable('ENOENT')],
    expect: { cause: 'token-missing', certainty: 'proven', severity: 'blocks' },
    witnesses: ['apiserver/credential'],
    says: /automountServiceAccountToken: true.*/,
  },
  { row: 'none in a pod', facts: [...pod, none], expect: { cause: 'token-missing' }, witnesses: ['apiserver/credential'] },
  {
    row: 'a token file that is not there',
    facts: [...laptop, unusable('ENOENT')],
    expect: { cause: 'token-missing' },
    witnesses: ['apiserver/credential'],
    says: /Token file \/tmp\/token is missing/,
    neverSays: /automount/,
  },
  {
    row: 'not readable',
    facts: [...pod, unusable('EACCES')],
    expect: { cause: 'token-unreadable' },
    witnesses: ['apiserver/credential'],
    says: /permission denied.*fsGroup/,
  },
  {
    row: 'a directory in its place: no mode of the file helps',
    facts: [...pod, unusable('EISDIR')],
    expect: { cause: 'token-unreadable' },
    witnesses: ['apiserver/credential'],
    says: /it is a directory.*Correct the mount/,
    neverSays: /fsGroup/,
  },
  {
    row: 'broken over lines',
    facts: [...pod, unusable('ENEWLINE')],
    expect: { cause: 'token-malformed' },
    witnesses: ['apiserver/credential'],
    says: /delete pod agent-x/,
  },
  {
    row: 'empty file of our own',
    facts: [...laptop, unusable('EMPTY')],
    expect: { cause: 'token-malformed' },
    witnesses: ['apiserver/credential'],
    says: /wc -lc \/tmp\/token/,
  },
  {
    row: 'nothing configured, and no agent installed on this node',
    facts: [...world({ place: 'node', agentEnvironment: false }), none],
    expect: 'not-applicable',
  },
  {
    row: 'nothing configured',
    facts: [...laptop, none],
    expect: { cause: 'credential-not-sent', severity: 'blocks' },
    witnesses: ['apiserver/credential'],
  },
  {
    row: 'sent, but the apiserver sees nobody',
    facts: [...pod, held(), review(403, { body: 'User \\"system:anonymous\\" cannot create' })],
    expect: { cause: 'credential-not-sent', certainty: 'proven' },
    witnesses: ['apiserver/credential', 'apiserver/http'],
  },
  {
    row: 'named anonymous by an old server',
    facts: [...pod, held(), review(404), identity('system:anonymous')],
    expect: { cause: 'credential-not-sent' },
    witnesses: ['apiserver/credential', 'apiserver/identity'],
  },
  {
    row: "expired, by the apiserver's clock",
    facts: [...pod, held({ expiresAt: now - 2 * HOUR }), review(401)],
    expect: { cause: 'token-expired', certainty: 'proven' },
    witnesses: ['apiserver/credential', 'apiserver/http'],
    says: /2 hours ago.*kubectl -n datadog delete pod agent-x/,
  },
  {
    row: "expired by the apiserver's clock, in time by ours: one of the clocks is wrong",
    facts: [...pod, held(), review(401, { serverTimeMs: NOW + 5 * HOUR * 1000 })],
    expect: { cause: 'token-expired', certainty: 'suspected' },
    wants: ['apiserver/clock'],
    says: /server-clock-skew/,
  },
  {
    row: 'expired, in a file at a workstation: how to make another',
    facts: [...laptop, held({ expiresAt: now - 2 * HOUR }, '/tmp/my token'), review(401)],
    expect: { cause: 'token-expired', certainty: 'proven' },
    witnesses: ['apiserver/credential', 'apiserver/http'],
    says: /umask 077; kubectl -n datadog create token agent > '\/tmp\/my token'/,
  },
  {
    row: 'a subject that is no name makes no command',
    facts: [...laptop, held({ expiresAt: now - 2 * HOUR, subject: 'system:serviceaccount:a;id:b' }, '/tmp/t'), review(401)],
    expect: { cause: 'token-expired' },
    witnesses: ['apiserver/credential', 'apiserver/http'],
    neverSays: /create token/,
  },
  {
    row: 'expired by our clock only and refused: not for its date',
    facts: [
      ...pod,
      held({ expiresAt: now - HOUR }),
      review(401, { serverTimeMs: NOW - 10 * HOUR * 1000 }),
      clock('apiserver', 10 * HOUR * 1000),
    ],
    expect: { cause: 'token-not-yet-valid' },
    witnesses: ['apiserver/credential', 'apiserver/http'],
  },
  {
    row: 'refused and expired, no server clock: suspected',
    facts: [...pod, held({ expiresAt: now - HOUR }), review(401, { serverTimeMs: undefined })],
    expect: { cause: 'token-expired', certainty: 'suspected' },
  },
  {
    row: 'not valid yet',
    facts: [...pod, held({ notBefore: now + HOUR }), review(401)],
    expect: { cause: 'token-not-yet-valid', certainty: 'proven' },
    witnesses: ['apiserver/credential', 'apiserver/http'],
  },
  {
    row: 'for AWS',
    facts: [...pod, held({ audiences: ['https://sts.amazonaws.com'] }), review(401)],
    expect: { cause: 'token-wrong-audience', certainty: 'proven' },
    witnesses: ['apiserver/credential', 'apiserver/http'],
    says: /sts\.amazonaws\.com/,
  },
  {
    row: 'for someone unknown: suspected, with the deciding question',
    facts: [...pod, held({ audiences: ['my-service'] }), review(401)],
    expect: { cause: 'token-wrong-audience', certainty: 'suspected' },
    wants: ['apiserver/identity'],
    says: /TokenReview.*kubectl -n datadog exec agent-x -- cat \/var\/run/,
  },
  {
    row: "no ServiceAccount's token",
    facts: [
      ...laptop,
      held({ issuer: 'https://login.example', subject: 'alice', audiences: ['https://login.example'] }, '/tmp/t'),
      review(401),
    ],
    expect: { cause: 'token-foreign', certainty: 'suspected' },
  },
  {
    row: 'the domain of another cluster',
    facts: [
      ...pod,
      held({ issuer: 'https://kubernetes.default.svc.other.local', audiences: ['https://kubernetes.default.svc.other.local'] }),
      fact(
        'apiserver/tls',
        handshake({ chain: [{ ...handshake().chain[0]!, names: ['DNS:kubernetes.default.svc.cluster.local'] }] }),
        '10.96.0.1:443',
      ),
      review(401),
    ],
    expect: { cause: 'token-foreign' },
  },
  {
    row: 'EKS has an issuer of its own: not foreign for that',
    facts: [
      ...pod,
      held({ issuer: 'https://oidc.eks.eu-west-1.amazonaws.com/id/AB', audiences: ['https://kubernetes.default.svc'] }),
      review(401),
    ],
    expect: { cause: 'token-rejected' },
  },
  {
    row: 'refused though all looks right',
    facts: [...pod, held(), review(401)],
    expect: { cause: 'token-rejected', certainty: 'suspected', severity: 'blocks' },
    wants: ['apiserver/identity'],
  },
  {
    row: 'opaque and refused',
    facts: [...laptop, opaque, review(401)],
    expect: { cause: 'token-malformed', certainty: 'suspected' },
    says: /cat \/tmp\/token/,
  },
  {
    row: 'a file of its own in a pod: use the mount',
    facts: [...pod, held({}, '/etc/agent/token'), review(401)],
    expect: { cause: 'token-rejected' },
    says: /automountServiceAccountToken/,
  },
  {
    row: "a Secret's token works: a note",
    facts: [...pod, held({ legacy: true, issuer: 'kubernetes/serviceaccount', audiences: [], expiresAt: undefined }), agent],
    expect: { cause: 'token-never-expires', severity: 'note' },
    witnesses: ['apiserver/credential'],
  },
  ...(
    [
      ['token-expired', '[invalid bearer token, service account token has expired]'],
      ['token-not-yet-valid', 'token issued in the future'],
      ['token-wrong-audience', 'token audiences ["vault"] is invalid for the target audiences ["https://kubernetes.default.svc"]'],
      ['token-foreign', 'invalid signature, no keys found'],
      ['token-rejected', 'service account token has been invalidated'],
    ] as const
  ).map(([cause, error]) => ({
    row: `a TokenReview has the reason: ${cause}`,
    facts: [...pod, held(), review(401), fact('apiserver/token-review', { authenticated: false, error, by: "this node's kubelet" })],
    expect: { cause, certainty: 'proven' as const },
    witnesses: [/expired|yet-valid/.test(cause) ? 'apiserver/credential' : 'apiserver/http', 'apiserver/token-review'] as Need[],
    says: /TokenReview by this node's kubelet/,
  })),
  {
    row: 'a token of another kind, and the reason for its refusal',
    facts: [...laptop, opaque, review(401), fact('apiserver/token-review', { authenticated: false, error: 'no such token', by: 'ops' })],
    expect: { cause: 'token-rejected', certainty: 'proven' },
    witnesses: ['apiserver/http', 'apiserver/token-review'],
    says: /no such token/,
  },
  { row: 'apiserver not reached', facts: [...pod, held()], expect: 'cannot-tell' },
  {
    row: 'withheld: the certificate did not verify',
    facts: [...pod, held(), fact('apiserver/tls', handshake({ verification: { ok: false } }), '10.96.0.1:443')],
    expect: 'cannot-tell',
    says: /certificate is not verified/,
  },
  {
    row: 'only the kubelet was asked: its 401 is no proof',
    facts: [
      ...pod,
      held(),
      fact(
        'kubelet/http',
        { method: 'GET', path: '/pods', as: 'token', status: 401, body: 'Unauthorized', voice: 'kubelet' },
        'token GET /pods',
      ),
    ],
    expect: 'cannot-tell',
    says: /the token or the kubelet may be the reason/,
  },
  {
    row: 'not asked, but long expired',
    facts: [...pod, held({ expiresAt: now - 48 * HOUR })],
    expect: { cause: 'token-expired', certainty: 'suspected' },
  },
  {
    row: "not asked, expired by our clock but not by the kubelet's",
    facts: [...pod, held({ expiresAt: now - HOUR }), clock('kubelet', 2 * HOUR * 1000)],
    expect: 'cannot-tell',
  },
  { row: 'a 503 says nothing of the token', facts: [...pod, held(), review(503)], expect: 'cannot-tell' },
  {
    row: "a 401 through the node proxy is the kubelet's",
    facts: [
      ...pod,
      held(),
      fact(
        'apiserver/http',
        { method: 'GET', path: '/api/v1/nodes/n1/proxy/healthz', as: 'token', status: 401, body: '', voice: 'apiserver' },
        'token GET /api/v1/nodes/n1/proxy/healthz',
      ),
      review(201),
      agent,
    ],
    expect: 'pass',
  },
]);
