import { kubeletTlsHandshake } from '../../../src/checks/tls/kubelet-tls-handshake/check.js';
import type { AnyFact, ServingRequest } from '../../../src/model/facts.js';
import { atNode, atWorkstation, base, ENDPOINT, fact, failed, handshake, lease, nodeObject, pending, sight } from '../facts.js';
import { judgeTable } from '../table.js';

const ALERT = 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR';
const tls = (code: string, ms = 20): AnyFact => failed('kubelet/tls', ENDPOINT, code, undefined, ms);
/** node:https hides the code: all it gives is EPROTO and OpenSSL's text. */
const eproto = (text: string): AnyFact =>
  ({
    ...tls('EPROTO'),
    outcome: { status: 'failed', code: 'EPROTO', detail: `80AC:error:0A000438:SSL routines:ssl3_read_bytes:${text}`, ms: 20 },
  }) as AnyFact;
const works = fact('kubelet/tls', handshake(), ENDPOINT);
const http = (code: string, ms = 5000): AnyFact => failed('kubelet/http', 'nobody GET /pods', code, undefined, ms);
const answered = fact(
  'kubelet/http',
  { method: 'GET', path: '/pods', as: 'nobody', status: 401, body: 'Unauthorized', voice: 'kubelet' },
  'nobody GET /pods',
);
const requests = (...list: Partial<ServingRequest>[]): AnyFact =>
  fact(
    'kubelet/serving-requests',
    list.map((r) => ({ csr: 'csr-rtrz5', state: 'pending', requestor: 'system:node:n1', matchesNode: true, ...r })),
  );
const dials = (host: string, port = 10250): AnyFact[] => [
  atNode(),
  fact('self/settings', []),
  fact('kubelet/candidates', [{ host, port, origin: 'setting', source: 'DD_KUBERNETES_KUBELET_HOST' }]),
];
const named = base({ node: 'n1' });
const proxied = fact('kubelet/proxy', { via: 'proxy', proxy: 'http://p:3128' }, ENDPOINT);

judgeTable(kubeletTlsHandshake, [
  { row: 'a handshake and an answer', facts: [...base(), works, answered], expect: 'pass' },
  { row: 'a handshake, the answer not asked for', facts: [...base(), works], expect: 'pass' },
  { row: 'no address', facts: [fact('kubelet/candidates', [])], expect: 'cannot-tell' },
  {
    row: 'no address, as in a bundle: the last request of the node waits; whether it has an earlier certificate is not known',
    facts: [
      nodeObject(),
      requests({ csr: 'csr-old', state: 'denied', created: '2026-01-05T09:00:00Z' }, { created: '2026-01-05T09:30:00Z' }),
    ],
    expect: { cause: 'kubelet-certificate-pending', certainty: 'suspected', severity: 'degrades' },
    wants: ['kubelet/second-sight'],
    says: /get --raw \/api\/v1\/nodes\/n1\/proxy\/healthz.*waits for approval: csr-rtrz5.*kubectl certificate approve csr-rtrz5"/,
  },
  {
    row: 'no address, and a request whose names are not those of the node: it is to be read',
    facts: [nodeObject(), requests({ matchesNode: false })],
    expect: { cause: 'kubelet-certificate-pending', certainty: 'suspected' },
    wants: ['kubelet/second-sight'],
    says: /Read the request before approving it/,
    neverSays: /certificate approve/,
  },
  ...(
    [
      ['a later one was approved', [{ created: '2026-01-05T09:00:00Z' }, { state: 'approved', created: '2026-01-05T09:30:00Z' }]],
      ["it is another node's", [{ requestor: 'system:node:n2' }]],
    ] as const
  ).map(([row, list]) => ({ row: `no address: ${row}`, facts: [nodeObject(), requests(...list)], expect: 'cannot-tell' as const })),
  { row: 'not tried: an earlier layer failed', facts: base(), expect: 'cannot-tell' },
  {
    row: 'half a second of silence: asks the second side',
    facts: [...named, pending('kubelet/tls', ENDPOINT)],
    expect: 'cannot-tell',
    wants: ['kubelet/second-sight', 'apiserver/lease'],
  },
  {
    row: 'the answer keeps us waiting',
    facts: [...named, works, pending('kubelet/http', 'nobody GET /pods')],
    expect: 'cannot-tell',
    wants: ['apiserver/lease'],
  },
  {
    row: 'alert 80, and the request of this node is pending',
    facts: [...named, tls(ALERT), nodeObject(), requests({})],
    expect: { cause: 'kubelet-certificate-pending', certainty: 'proven', severity: 'blocks' },
    witnesses: ['kubelet/tls', 'kubelet/serving-requests'],
    says: /"kubectl certificate approve csr-rtrz5"/,
  },
  {
    row: 'asked twice: both may be approved',
    facts: [...named, tls(ALERT), nodeObject(), requests({}, { csr: 'csr-zz2' })],
    expect: { cause: 'kubelet-certificate-pending', certainty: 'proven' },
    witnesses: ['kubelet/tls', 'kubelet/serving-requests'],
    says: /kubectl certificate approve csr-rtrz5 csr-zz2"/,
  },
  {
    row: "pending, but its names are not this node's: never approved blindly",
    facts: [...named, tls(ALERT), nodeObject(), requests({ matchesNode: false })],
    expect: { cause: 'kubelet-certificate-pending', certainty: 'proven' },
    witnesses: ['kubelet/tls', 'kubelet/serving-requests'],
    says: /Read the request before approving it/,
    neverSays: /certificate approve/,
  },
  {
    row: 'a request with a name that is none reaches no command',
    facts: [...named, tls(ALERT), nodeObject(), requests({ csr: 'csr; reboot' })],
    expect: { cause: 'kubelet-certificate-pending' },
    witnesses: ['kubelet/tls', 'kubelet/serving-requests'],
    neverSays: /certificate approve/,
  },
  {
    row: 'alert 80 only: what a kubelet without certificate sends, but its request was not seen',
    facts: [...named, tls(ALERT)],
    expect: { cause: 'kubelet-certificate-pending', certainty: 'suspected' },
    wants: ['kubelet/serving-requests'],
    says: /kubectl get csr --field-selector spec\.signerName=kubernetes\.io\/kubelet-serving/,
    neverSays: /certificate approve/,
  },
  {
    row: "the alert in OpenSSL's words, behind a proxy even",
    facts: [...named, proxied, eproto('tlsv1 alert internal error:SSL alert number 80'), nodeObject(), requests({})],
    expect: { cause: 'kubelet-certificate-pending', certainty: 'proven' },
    witnesses: ['kubelet/tls', 'kubelet/serving-requests'],
  },
  {
    row: 'no right to see requests, but the apiserver hears the same alert',
    facts: [...named, tls(ALERT), sight('tls-failed', 'node-proxy', 'error trying to reach service: remote error: tls: internal error')],
    expect: { cause: 'kubelet-certificate-pending', certainty: 'proven' },
    witnesses: ['kubelet/tls', 'kubelet/second-sight'],
  },
  {
    row: 'no request of this node',
    facts: [...named, tls(ALERT), nodeObject(), requests({ csr: 'csr-other', requestor: 'system:node:n2', matchesNode: false })],
    expect: { cause: 'kubelet-certificate-pending', certainty: 'suspected' },
    says: /no request for one.*none, of 1/,
    neverSays: /csr-other/,
  },
  {
    row: 'denied',
    facts: [...named, tls(ALERT), nodeObject(), requests({ state: 'denied' })],
    expect: { cause: 'kubelet-certificate-pending', certainty: 'proven' },
    witnesses: ['kubelet/tls', 'kubelet/serving-requests'],
    says: /request csr-rtrz5 is denied.*systemctl restart kubelet/,
  },
  {
    row: 'approved, yet nothing was signed',
    facts: [...named, tls(ALERT), nodeObject(), requests({ state: 'approved' })],
    expect: { cause: 'kubelet-certificate-pending', certainty: 'proven' },
    witnesses: ['kubelet/tls', 'kubelet/serving-requests'],
    says: /why kube-controller-manager did not sign the request/,
  },
  {
    row: 'TLS silent, nobody else to ask',
    facts: [...named, tls('ETIMEDOUT', 4000)],
    expect: { cause: 'kubelet-hangs', certainty: 'suspected' },
    wants: ['kubelet/second-sight', 'apiserver/lease'],
    says: /tls-handshake-stalls.*no answer to the TLS handshake in 4000 ms/,
  },
  {
    row: 'TLS silent, Lease still fresh: not decided',
    facts: [...named, tls('ETIMEDOUT', 4000), lease(5)],
    expect: { cause: 'kubelet-hangs', certainty: 'suspected' },
  },
  {
    row: 'TLS silent, and the Lease ran out',
    facts: [...named, tls('ETIMEDOUT', 4000), lease(75), nodeObject()],
    expect: { cause: 'kubelet-hangs', certainty: 'proven' },
    witnesses: ['kubelet/tls', 'apiserver/lease'],
    says: /systemctl restart kubelet/,
  },
  {
    row: 'TLS silent for the apiserver too',
    facts: [
      ...named,
      tls('ETIMEDOUT', 4000),
      sight('tls-failed', 'node-proxy', 'error trying to reach service: net/http: TLS handshake timeout'),
      lease(20),
    ],
    expect: { cause: 'kubelet-hangs', certainty: 'proven' },
    witnesses: ['kubelet/tls', 'kubelet/second-sight'],
  },
  {
    row: 'TLS silent, and so is 10248 on this node',
    facts: [...dials('10.0.0.7'), tls('ETIMEDOUT', 4000), sight('timeout', 'local-healthz')],
    expect: { cause: 'kubelet-hangs', certainty: 'proven' },
    witnesses: ['kubelet/tls', 'kubelet/second-sight'],
  },
  {
    row: 'TLS silent from here only: the path swallows what is large',
    facts: [...named, tls('ETIMEDOUT', 4000), sight('answers'), nodeObject()],
    expect: { cause: 'tls-handshake-stalls', certainty: 'suspected' },
    says: /ping -c 3 -M do -s 1372 10\.0\.0\.7.*tracepath -n 10\.0\.0\.7/,
  },
  {
    row: 'the same for a host that is a name: no command',
    facts: [...dials('n1'), failed('kubelet/tls', 'n1:10250', 'ETIMEDOUT'), sight('answers')],
    expect: { cause: 'tls-handshake-stalls' },
    neverSays: /tracepath/,
  },
  {
    row: 'TLS silent behind a proxy: its doing, perhaps',
    facts: [...named, proxied, tls('ETIMEDOUT', 4000), lease(75)],
    expect: { cause: 'kubelet-hangs', certainty: 'suspected' },
    says: /"alternatives":\["proxy-captures-kubelet"\]/,
  },
  {
    row: 'TLS works, no HTTP answer, it renews its Lease, and is silent to the apiserver too: it hangs',
    facts: [...named, works, http('ETIMEDOUT'), lease(5), sight('timeout')],
    expect: { cause: 'kubelet-hangs', certainty: 'proven' },
    witnesses: ['kubelet/http', 'kubelet/second-sight'],
  },
  {
    row: 'TLS works, no HTTP answer, and it renews its Lease: only we met the silence',
    facts: [...named, works, http('ETIMEDOUT'), lease(5)],
    expect: { cause: 'kubelet-hangs', certainty: 'suspected' },
    wants: ['kubelet/second-sight'],
    says: /does not answer GET \/pods.*after 5000 ms/,
  },
  {
    row: 'TLS works, no HTTP answer: it may be waiting for its apiserver',
    facts: [...named, works, http('UND_ERR_HEADERS_TIMEOUT'), lease(75)],
    expect: { cause: 'kubelet-hangs', certainty: 'suspected' },
    says: /kubelet-cannot-reach-apiserver/,
  },
  {
    row: 'TLS works, and what comes then is no HTTP: not the kubelet, or not it alone',
    facts: [...named, works, http('HPE_INVALID'), lease(5)],
    expect: { cause: 'kubelet-connection-reset', certainty: 'suspected' },
    says: /not-a-kubelet.*is not HTTP.*HPE_INVALID/,
  },
  {
    row: 'reset during TLS',
    facts: [...named, tls('ECONNRESET')],
    expect: { cause: 'kubelet-connection-reset', certainty: 'suspected' },
    wants: ['kubelet/second-sight'],
  },
  {
    row: 'reset during TLS, while the apiserver gets an answer',
    facts: [...named, tls('EPIPE'), sight('answers')],
    expect: { cause: 'kubelet-connection-reset', certainty: 'proven' },
    witnesses: ['kubelet/tls', 'kubelet/second-sight'],
  },
  {
    row: 'reset instead of an HTTP answer',
    facts: [...named, works, http('ECONNRESET', 20)],
    expect: { cause: 'kubelet-connection-reset', certainty: 'suspected' },
    says: /breaks during the answer/,
  },
  {
    row: 'a workstation that found the address: what happens on its path is a note',
    facts: [
      atWorkstation(),
      fact('self/settings', []),
      fact('kubelet/candidates', [{ host: '10.0.0.7', port: 10250, origin: 'node-object', source: 'Node n1' }]),
      tls('ECONNRESET'),
    ],
    expect: { cause: 'kubelet-connection-reset', severity: 'note' },
  },
  {
    row: 'a workstation that does not get as far: the command for someone who asks from the node',
    facts: [
      atWorkstation(),
      fact('self/settings', []),
      fact('kubelet/candidates', [{ host: '10.0.0.7', port: 10250, origin: 'node-object', source: 'Node n1' }]),
    ],
    expect: 'cannot-tell',
    wants: ['kubelet/tls'],
  },
  {
    row: 'plain text on the read-only port',
    facts: [...dials('10.0.0.7', 10255), failed('kubelet/tls', '10.0.0.7:10255', 'ERR_SSL_WRONG_VERSION_NUMBER')],
    expect: { cause: 'kubelet-speaks-plain-http', certainty: 'proven' },
    witnesses: ['kubelet/tls'],
    says: /DD_KUBERNETES_HTTPS_KUBELET_PORT=10250/,
  },
  {
    row: 'plain text where the Node names another port',
    facts: [...named, tls('ERR_SSL_WRONG_VERSION_NUMBER'), nodeObject({ kubeletPort: 10350 })],
    expect: { cause: 'kubelet-speaks-plain-http', certainty: 'proven' },
    witnesses: ['kubelet/tls', 'apiserver/node'],
    says: /DD_KUBERNETES_HTTPS_KUBELET_PORT=10350/,
  },
  {
    row: 'plain text on 10250 itself: another program, perhaps',
    facts: [...named, tls('ERR_SSL_WRONG_VERSION_NUMBER')],
    expect: { cause: 'kubelet-speaks-plain-http', certainty: 'suspected' },
    says: /ss -ltnp/,
  },
  {
    row: 'no common version',
    facts: [...named, tls('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')],
    expect: { cause: 'kubelet-tls-version', certainty: 'proven' },
    witnesses: ['kubelet/tls'],
    says: /openssl s_client -connect 10\.0\.0\.7:10250/,
  },
  {
    row: 'no common cipher, dialled by something that is no name',
    facts: [...dials('n1_x'), failed('kubelet/tls', 'n1_x:10250', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE')],
    expect: { cause: 'kubelet-tls-version', certainty: 'proven' },
    witnesses: ['kubelet/tls'],
    neverSays: /s_client -connect n1_x/,
  },
]);
