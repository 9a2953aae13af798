import { kubeletUnauthorized } from '../../../src/checks/authentication/kubelet-unauthorized/check.js';
import type { AnyFact, Certificate, TokenClaims, TokenReview } from '../../../src/model/facts.js';
import { atNode, base, ENDPOINT, fact, failed, handshake, lease, nodeObject, pending } from '../facts.js';
import { answer, credentials, forbidden, identity, unauthorized } from '../kubelet-answers.js';
import { nodeConfig, nodeProcess } from '../node-facts.js';
import { judgeTable } from '../table.js';

const review = (status: number, as: 'token' | 'certificate' = 'token') => {
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  return fact('apiserver/http', { method: 'POST', path, as, status, body: '', voice: 'apiserver' }, `${as} POST ${path}`);
};
const tls = (asksClientCertificate?: boolean) => fact('kubelet/tls', handshake({ asksClientCertificate }), ENDPOINT);
const sight = (status: number, said: string) =>
  fact('kubelet/second-sight', { by: 'node-proxy', status, said, kubelet: 'answers' }, 'node-proxy');
const withheld = { kind: 'http', target: 'kubelet', subject: 'token GET /pods', outcome: { status: 'absent', why: 'withheld' } } as AnyFact;
const withheldFor = (detail: string) => ({ ...withheld, outcome: { status: 'absent', why: 'withheld', detail } }) as AnyFact;
const silent = (subject: string) => failed('kubelet/http', subject, 'ETIMEDOUT', undefined, 5000);
const claims: TokenClaims = { audiences: [], legacy: false, node: 'n1' };

const asKubelet = fact('self/settings', [
  { setting: 'apiserver.kubeletIdentity', value: 'used', origin: 'file', source: '/etc/kubernetes/kubelet.conf' },
]);
const reviewed = (change: Partial<TokenReview>) =>
  fact('apiserver/token-review', { authenticated: false, by: "this node's kubelet", ...change });

const nobody = unauthorized('nobody', '/pods');
/** 401 at once to the token and to nobody; the apiserver accepts the token. */
const good = [...base({ node: 'n1' }), ...credentials('token'), review(201), identity()];
const refused401 = [unauthorized('token', '/healthz', 30), unauthorized('token', '/pods', 30)];
const certificate = [...base({ node: 'n1' }), ...credentials('certificate', '/tls.crt'), unauthorized('certificate', '/pods'), nobody];
const AUTHORIZATION_ERROR = 'Authorization error (user=lab-admin, verb=get, resource=nodes, subresource=pods)';

/** On the node, asked as its kubelet, whose own certificate ended before `nowMs`. */
const kubeletsOwn = (notAfter: string) =>
  fact(
    'apiserver/credential',
    {
      as: 'certificate',
      source: '/etc/kubernetes/kubelet.conf',
      certificate: { ...handshake().chain[0], notAfter, clientUsage: true } as Certificate & { clientUsage: boolean },
    },
    'certificate',
  );
const PAST = '2020-01-01T00:00:00Z';
const FUTURE = '2099-01-01T00:00:00Z';
const cutOffAsKubelet = [atNode(), asKubelet, nodeProcess(), nodeConfig(), failed('apiserver/tls', '10.0.0.1:6443', 'ECONNRESET')];

judgeTable(kubeletUnauthorized, [
  {
    row: "the kubelet's own certificate has expired: not the way to its apiserver",
    facts: [...cutOffAsKubelet, kubeletsOwn(PAST)],
    expect: 'cannot-tell',
    says: /client certificate of the kubelet .* has expired/,
  },
  {
    row: 'the same with a certificate that is valid: the way',
    facts: [...cutOffAsKubelet, kubeletsOwn(FUTURE)],
    expect: { cause: 'kubelet-cannot-reach-apiserver' },
  },
  {
    row: 'the same by the clock of the apiserver, which is behind: the way',
    facts: [
      ...cutOffAsKubelet,
      kubeletsOwn(PAST),
      fact('apiserver/clock', { offsetMs: 1000 * 60 * 60 * 24 * 365 * 100, toleranceMs: 2000 } as never),
    ],
    expect: { cause: 'kubelet-cannot-reach-apiserver' },
  },
  { row: 'lets us in', facts: [...good, nobody, answer('token', '/healthz', 200, 'ok')], expect: 'pass' },
  {
    row: 'a 403 that names us is authentication',
    facts: [...good, nobody, forbidden('token', '/pods', 'system:serviceaccount:datadog:agent', 'pods proxy')],
    expect: 'pass',
  },
  {
    row: 'one of two credentials is enough',
    facts: [...good, nobody, unauthorized('token', '/pods'), answer('certificate', '/pods', 200)],
    expect: 'pass',
  },
  { row: 'never asked', facts: base(), expect: 'cannot-tell' },
  { row: 'withheld, and the apiserver knows us', facts: [...good, withheld, nobody], expect: 'cannot-tell' },
  {
    row: 'withheld, the agent sends it without looking, and the apiserver knows us',
    facts: [...base({ 'kubelet.tlsVerify': 'false' }), identity(), withheld, nobody],
    expect: 'not-applicable',
  },
  {
    row: 'cut off as soon as a credential is sent',
    witnesses: ['kubelet/http', 'kubelet/http'],
    facts: [
      ...good,
      nobody,
      failed('kubelet/http', 'token GET /healthz', 'ECONNRESET'),
      failed('kubelet/http', 'token GET /pods', 'ECONNRESET'),
    ],
    expect: { cause: 'kubelet-cuts-credential', severity: 'blocks' },
  },
  {
    row: 'one answer is broken off: not for the credential',
    facts: [...good, nobody, failed('kubelet/http', 'token GET /healthz', 'ECONNRESET'), answer('token', '/pods', 200)],
    expect: 'pass',
  },
  {
    row: 'nothing was sent, and everything is given to anyone',
    facts: [...base(), answer('nobody', '/pods', 200)],
    expect: 'not-applicable',
  },
  { row: 'withheld, and nobody knows us', facts: [...base(), withheld, nobody], expect: 'cannot-tell' },
  {
    row: 'withheld from whom someone else named, which the agent does not know of',
    facts: [
      ...base({ 'kubelet.tlsVerify': 'false' }),
      identity(),
      withheldFor('no credential to a server that someone else named'),
      nobody,
    ],
    expect: 'cannot-tell',
    says: /comes from someone else/,
  },
  {
    row: 'withheld from a server that would see a certificate too early',
    facts: [...base(), withheldFor('no client certificate to a server that sees it before it is verified (TLS 1.2)'), nobody],
    expect: 'cannot-tell',
    says: /with TLS 1\.2/,
  },
  {
    row: "a proxy's 401",
    facts: [...good, answer('token', '/pods', 401, '<html>', { voice: 'proxy' })],
    expect: 'not-applicable',
  },
  {
    row: 'no answer yet: asks the second sides meanwhile',
    facts: [...good, nobody, pending('kubelet/http', 'token GET /healthz')],
    expect: 'cannot-tell',
    wants: ['apiserver/lease', 'kubelet/second-sight'],
  },
  {
    row: 'webhook off: the kubelet renewed its lease a moment ago',
    facts: [...good, nobody, ...refused401, lease(4)],
    expect: { cause: 'kubelet-token-authentication-off', certainty: 'proven', severity: 'blocks' },
    witnesses: ['kubelet/http', 'apiserver/identity', 'apiserver/lease'],
    says: /"# in [^"]*config\.yaml\\nauthentication:\\n {2}webhook:\\n {4}enabled: true/,
  },
  {
    row: 'webhook off or cut off: no lease to read',
    facts: [...good, nobody, ...refused401, nodeObject()],
    expect: { cause: 'kubelet-token-authentication-off', certainty: 'suspected' },
    wants: ['apiserver/lease', 'kubelet/second-sight'],
    says: /kubectl get lease -n kube-node-lease n1 .*journalctl -u kubelet.*Unable to authenticate/,
  },
  {
    row: 'a renewal was missed: more likely cut off',
    facts: [...good, nobody, ...refused401, lease(25)],
    expect: { cause: 'kubelet-cannot-reach-apiserver', certainty: 'suspected' },
  },
  {
    row: 'cut off, refused: 401 at once, the lease is stale',
    facts: [...good, nobody, ...refused401, lease(70)],
    expect: { cause: 'kubelet-cannot-reach-apiserver', certainty: 'proven' },
    witnesses: ['kubelet/http', 'apiserver/lease'],
    says: /renewed 70 seconds ago/,
  },
  {
    row: 'cut off: the node is Unknown',
    facts: [...good, nobody, ...refused401, nodeObject({ ready: 'Unknown' })],
    expect: { cause: 'kubelet-cannot-reach-apiserver', certainty: 'proven' },
    witnesses: ['kubelet/http', 'apiserver/node'],
  },
  {
    row: 'Ready=False is said by the kubelet itself: no proof of silence',
    facts: [...good, nobody, ...refused401, nodeObject({ ready: 'False' })],
    expect: { cause: 'kubelet-token-authentication-off', certainty: 'suspected' },
  },
  {
    row: 'cut off, dropped: silence with the token, 401 at once without; one silence alone',
    facts: [...good, nobody, silent('token GET /healthz')],
    expect: { cause: 'kubelet-cannot-reach-apiserver', certainty: 'suspected' },
    says: /no answer within 5000 ms/,
  },
  {
    row: 'silence on /pods may be a hanging kubelet',
    facts: [...good, nobody, silent('token GET /pods')],
    expect: { cause: 'kubelet-cannot-reach-apiserver', certainty: 'suspected' },
  },
  {
    row: 'silence with and without: not ours',
    facts: [...good, silent('token GET /healthz'), silent('nobody GET /pods')],
    expect: 'cannot-tell',
  },
  {
    row: 'cut off, dropped: the late 401, late by our own clock alone',
    facts: [...good, nobody, unauthorized('token', '/healthz', 4000)],
    expect: { cause: 'kubelet-cannot-reach-apiserver', certainty: 'suspected' },
  },
  {
    row: 'a late 401 to a credential nobody else judged',
    facts: [...base(), nobody, unauthorized('token', '/healthz', 4000)],
    expect: { cause: 'kubelet-cannot-reach-apiserver', certainty: 'suspected' },
    says: /kubectl get lease -n kube-node-lease NODE/,
  },
  {
    row: 'cut off: 500 for the certificate while the token gets 401',
    facts: [...good, nobody, ...refused401, answer('certificate', '/pods', 500, AUTHORIZATION_ERROR), lease(4)],
    expect: { cause: 'kubelet-cannot-reach-apiserver', certainty: 'proven' },
    witnesses: ['kubelet/http'],
    neverSays: /lab-admin, verb=get.*kubectl/,
  },
  {
    row: 'cut off: 500 even for nobody, where anonymous access is on',
    facts: [...good, ...refused401, answer('nobody', '/pods', 500, AUTHORIZATION_ERROR.replace('lab-admin', 'system:anonymous'))],
    expect: { cause: 'kubelet-cannot-reach-apiserver', certainty: 'proven' },
    witnesses: ['kubelet/http'],
  },
  {
    row: "cut off: the apiserver's own request shows it",
    facts: [...good, nobody, ...refused401, sight(500, AUTHORIZATION_ERROR)],
    expect: { cause: 'kubelet-cannot-reach-apiserver', certainty: 'proven' },
    witnesses: ['kubelet/http', 'kubelet/second-sight'],
  },
  {
    row: 'anonymous on and the token refused: webhook authentication is on',
    facts: [...good, forbidden('nobody', '/pods', 'system:anonymous', 'pods proxy'), ...refused401, lease(4)],
    expect: { cause: 'kubelet-cannot-reach-apiserver', certainty: 'suspected' },
  },
  {
    row: 'apiserver silent from here, too: nothing is certain',
    facts: [...base(), fact('kubelet/credential', { as: 'token', source: '/run/token', token: claims }, 'token'), nobody, ...refused401],
    expect: { cause: 'kubelet-cannot-reach-apiserver', certainty: 'suspected' },
    says: /kube-node-lease n1/,
  },
  {
    row: 'another token at the apiserver says nothing of this one',
    facts: [
      ...base(),
      fact('kubelet/credential', { as: 'token', source: '/other' }, 'token'),
      fact('apiserver/credential', { as: 'token', source: '/run/token' }, 'token'),
      review(201),
      identity(),
      nobody,
      ...refused401,
    ],
    expect: { cause: 'kubelet-rejects-credential', certainty: 'suspected' },
  },
  {
    row: 'both servers refuse it',
    facts: [...base(), ...credentials('token'), review(401), nobody, ...refused401],
    expect: { cause: 'kubelet-rejects-credential', certainty: 'proven' },
    witnesses: ['kubelet/http', 'apiserver/http'],
    says: /The apiserver and the kubelet of 10\.0\.0\.7:10250 reject the token.*token sent: \/run\/token/,
  },
  {
    row: 'token ignored: 403 as system:anonymous',
    facts: [
      ...good,
      forbidden('nobody', '/pods', 'system:anonymous', 'pods proxy'),
      forbidden('token', '/pods', 'system:anonymous', 'pods proxy'),
    ],
    expect: { cause: 'kubelet-ignores-token', certainty: 'proven' },
    witnesses: ['kubelet/http'],
    says: /anonymous:\\n {4}enabled: false/,
  },
  {
    row: 'an empty token counts as none at the apiserver, too',
    facts: [
      ...base(),
      ...credentials('token'),
      identity('system:anonymous'),
      forbidden('token', '/pods', 'system:anonymous', 'proxy', true),
    ],
    expect: { cause: 'kubelet-rejects-credential', certainty: 'proven' },
    witnesses: ['kubelet/http', 'apiserver/identity'],
  },
  {
    row: 'no client CA: the handshake asks for no certificate',
    facts: [...certificate, tls(false), identity('lab-admin')],
    expect: { cause: 'kubelet-client-ca-unset', certainty: 'proven' },
    witnesses: ['kubelet/http', 'kubelet/tls'],
    says: /clientCAFile: \/etc/,
  },
  {
    row: 'no client CA, anonymous on',
    facts: [...base(), ...credentials('certificate'), forbidden('certificate', '/pods', 'system:anonymous', 'pods proxy'), tls()],
    expect: { cause: 'kubelet-client-ca-unset', certainty: 'suspected' },
  },
  {
    row: 'certificate refused, handshake does not show whether it was asked for; the apiserver accepts it',
    facts: [...certificate, tls(), review(201, 'certificate'), identity('lab-admin')],
    expect: { cause: 'kubelet-client-ca-unset', certainty: 'suspected' },
  },
  {
    row: 'the same, and nobody else judged it',
    facts: [...certificate, tls()],
    expect: { cause: 'kubelet-rejects-credential', certainty: 'suspected' },
  },
  {
    row: 'certificate asked for and refused',
    facts: [...certificate, tls(true), identity('lab-admin')],
    expect: { cause: 'kubelet-rejects-credential', certainty: 'proven' },
    witnesses: ['kubelet/http', 'kubelet/tls'],
  },
  {
    row: 'on the node: webhook off by its configuration, and no token sent',
    facts: [atNode(), nodeProcess(), nodeConfig({ 'authentication.webhook.enabled': false })],
    expect: { cause: 'kubelet-token-authentication-off', certainty: 'proven', severity: 'blocks' },
    witnesses: ['self/kubelet-config'],
    says: /kubelet of n1 rejects all ServiceAccount tokens.*authentication\.webhook\.enabled: false \(\/var\/lib\/kubelet\/config\.yaml:5\)/,
  },
  {
    row: 'on the node: the same, and only our certificate was tried, which is believed',
    facts: [
      ...certificate.slice(0, -2),
      atNode(),
      answer('certificate', '/pods', 200),
      nodeProcess(),
      nodeConfig({ 'authentication.webhook.enabled': false }),
    ],
    expect: { cause: 'kubelet-token-authentication-off', certainty: 'proven', severity: 'degrades' },
    witnesses: ['self/kubelet-config'],
  },
  {
    row: 'on the node: no token was sent, and its own way to the apiserver works',
    facts: [atNode(), asKubelet, nodeProcess(), nodeConfig({ 'authentication.webhook.enabled': true }), identity('system:node:n1')],
    expect: 'pass',
    says: /webhook authentication is on \(\/var\/lib\/kubelet\/config\.yaml:5\)/,
  },
  {
    row: 'on the node: its own way to the apiserver is refused',
    facts: [atNode(), asKubelet, nodeProcess(), nodeConfig(), failed('apiserver/tcp', '10.0.0.5:6443', 'ECONNREFUSED')],
    expect: { cause: 'kubelet-cannot-reach-apiserver', certainty: 'suspected', severity: 'blocks' },
    says: /with the kubelet's own credential: ECONNREFUSED/,
  },
  {
    row: 'refused by the kubelet; a TokenReview has the reason',
    facts: [
      ...base({ node: 'n1' }),
      ...credentials('token'),
      ...refused401,
      nobody,
      reviewed({ error: 'service account token has expired' }),
    ],
    expect: { cause: 'kubelet-rejects-credential', certainty: 'proven' },
    witnesses: ['kubelet/http', 'apiserver/token-review'],
    says: /TokenReview by this node's kubelet: service account token has expired/,
  },
  {
    row: 'refused by the kubelet; a TokenReview finds nothing wrong with it',
    facts: [
      ...base({ node: 'n1' }),
      ...credentials('token'),
      ...refused401,
      nobody,
      lease(4),
      reviewed({ authenticated: true, user: 'system:serviceaccount:d:a' }),
    ],
    expect: { cause: 'kubelet-token-authentication-off', certainty: 'proven' },
    witnesses: ['kubelet/http', 'apiserver/token-review', 'apiserver/lease'],
    wants: ['apiserver/token-review'],
    says: /authenticated as system:serviceaccount:d:a/,
  },
  {
    row: 'on the node: the files say off, and the flags of the process are not seen',
    facts: [atNode(), nodeProcess(), nodeConfig({ 'authentication.webhook.enabled': false }, false)],
    expect: 'cannot-tell',
  },
  {
    row: 'on another node than the one that is asked about',
    facts: [...base({ node: 'n1' }), nodeProcess({ local: ['n2', '10.0.0.8'] }), nodeConfig({ 'authentication.webhook.enabled': false })],
    expect: 'cannot-tell',
  },
  {
    row: 'on the node: 401 for the token, and its configuration says why, though no lease was read',
    facts: [...good, nobody, ...refused401, nodeProcess(), nodeConfig({ 'authentication.webhook.enabled': false })],
    expect: { cause: 'kubelet-token-authentication-off', certainty: 'proven', severity: 'blocks' },
    witnesses: ['kubelet/http', 'self/kubelet-config'],
    says: /config\.yaml:5/,
  },
  {
    row: 'on the node: the token is believed, so the file was changed after the kubelet read it',
    facts: [...good, nobody, answer('token', '/pods', 200), nodeProcess(), nodeConfig({ 'authentication.webhook.enabled': false })],
    expect: 'pass',
  },
  {
    row: 'on the node: the certificate is refused and no client CA is configured',
    facts: [...certificate, nodeProcess(), nodeConfig({ 'authentication.x509.clientCAFile': '' })],
    expect: { cause: 'kubelet-client-ca-unset', certainty: 'proven', severity: 'blocks' },
    witnesses: ['kubelet/http', 'self/kubelet-config'],
    says: /clientCAFile: not set \(\/var\/lib\/kubelet\/config\.yaml:5\)/,
  },
  {
    row: 'on the node: anonymous access on, so the token is ignored',
    facts: [
      ...good,
      forbidden('token', '/pods', 'system:anonymous', 'pods proxy'),
      nodeProcess(),
      nodeConfig({ 'authentication.webhook.enabled': false, 'authentication.anonymous.enabled': true }),
    ],
    expect: { cause: 'kubelet-ignores-token', certainty: 'proven' },
    witnesses: ['kubelet/http', 'self/kubelet-config'],
    says: /config\.yaml:5/,
  },
]);
