import { kubeletPayload } from '../../../src/checks/answer/kubelet-payload/check.js';
import type { AnyFact } from '../../../src/model/facts.js';
import { atNode, atWorkstation, base, fact, failed, nodeObject, pending } from '../facts.js';
import { AGENT, answer, forbidden, payloadOf, unauthorized } from '../kubelet-answers.js';
import { nodeProcess } from '../node-facts.js';
import { judgeTable } from '../table.js';

const nobody = unauthorized('nobody', '/pods');
const well = (...paths: string[]) => paths.map((path) => answer('token', path, 200));
const silent = (...paths: string[]) => paths.map((path) => failed('kubelet/http', `token GET ${path}`, 'ETIMEDOUT', undefined, 5000));
const NEEDED = ['/healthz', '/pods', '/metrics', '/metrics/cadvisor', '/stats/summary'];
const wellBut = (path: string) => well(...NEEDED.filter((each) => each !== path));
const ofNode = (path: string, node: string) =>
  answer('token', path, 200, '', { payload: { recognised: path === '/pods' ? 'pod-list' : 'stats-summary', node } });
const withheld = { kind: 'http', target: 'kubelet', subject: 'token GET /pods', outcome: { status: 'absent', why: 'withheld' } } as AnyFact;
const withheldFor = (detail: string) => ({ ...withheld, outcome: { status: 'absent', why: 'withheld', detail } }) as AnyFact;
const ROOT_FS = 'Internal Error: failed to get rootFs stats: failed to get rootFs info: cannot find filesystem info for device "/dev/vda"';
const HEALTH = '[+]ping ok [+]log ok [-]syncloop failed: reason withheld healthz check failed';

const localHealthz = (status: number, said: string) =>
  fact('kubelet/second-sight', { by: 'local-healthz', status, said, kubelet: 'answers' }, 'local-healthz');

/** A workstation that found the kubelet's address, and does not reach it. */
const afar: AnyFact[] = [
  atWorkstation(),
  fact('self/settings', []),
  fact('kubelet/candidates', [{ host: '10.0.0.7', port: 10250, origin: 'node-object', source: 'Node n1' }]),
  failed('kubelet/tcp', '10.0.0.7:10250', 'ETIMEDOUT'),
  nodeObject(),
];
const proxied = (path: string, status: number, body = ''): AnyFact =>
  fact('kubelet/proxied', { method: 'GET', path, as: 'token', status, body, voice: 'kubelet', ...payloadOf(path, status) }, `GET ${path}`);

judgeTable(kubeletPayload, [
  {
    row: 'a workstation that does not reach it asks through the node proxy, or sends someone to the node',
    facts: afar,
    expect: 'cannot-tell',
    wants: ['kubelet/proxied'],
  },
  {
    row: 'at the node, nothing is sent: its health port is asked',
    facts: [...base(), atNode(), nodeProcess(), nobody],
    expect: 'cannot-tell',
    wants: ['kubelet/second-sight'],
  },
  {
    row: 'at the node: a kubelet answers nobody, and its health port says ok',
    facts: [...base(), atNode(), nodeProcess(), nobody, localHealthz(200, 'ok')],
    expect: 'pass',
    says: /says ok/,
  },
  {
    row: 'at the node: its health port does not answer',
    facts: [...base(), atNode(), nodeProcess(), nobody, localHealthz(500, 'healthz check failed')],
    expect: 'cannot-tell',
  },
  { row: 'in order, by what the apiserver hands on', facts: [...afar, ...NEEDED.map((path) => proxied(path, 200))], expect: 'pass' },
  {
    row: 'unhealthy, by what the apiserver hands on',
    facts: [...afar, proxied('/healthz', 500, HEALTH), proxied('/pods', 200)],
    expect: { cause: 'kubelet-unhealthy', severity: 'degrades' },
    witnesses: ['kubelet/proxied'],
  },
  { row: 'all in order', facts: [...base(), nobody, ...well(...NEEDED, '/configz')], expect: 'pass' },
  {
    row: 'all but one that is needed',
    facts: [...base(), nobody, ...wellBut('/stats/summary')],
    expect: 'cannot-tell',
    says: /GET \/stats\/summary has no answer/,
  },
  {
    row: 'a login page on one path',
    witnesses: ['kubelet/http'],
    facts: [
      ...base(),
      nobody,
      ...wellBut('/pods'),
      answer('token', '/pods', 200, '', { voice: 'proxy', payload: { recognised: 'unrecognised' } }),
    ],
    expect: { cause: 'kubelet-answer-foreign', severity: 'blocks', certainty: 'proven' },
    says: /Another server answers GET \/pods: status 200/,
  },
  {
    row: 'the rate is limited in between',
    witnesses: ['kubelet/http'],
    facts: [
      ...base(),
      nobody,
      ...wellBut('/metrics'),
      answer('token', '/metrics', 429, 'slow down', { voice: 'unknown', payload: undefined }),
    ],
    expect: { cause: 'kubelet-answer-foreign' },
    says: /status 429/,
  },
  {
    row: 'ok to whatever is asked',
    witnesses: ['kubelet/http'],
    facts: [...base(), nobody, ...wellBut('/pods'), answer('token', '/pods', 200, '', { payload: { recognised: 'unrecognised' } })],
    expect: { cause: 'kubelet-answer-foreign' },
    says: /GET \/pods is answered with status 200 and no pod list/,
  },
  {
    row: 'the statistics of another node',
    witnesses: ['kubelet/http'],
    facts: [
      ...base(),
      nobody,
      ...well('/healthz', '/metrics', '/metrics/cadvisor'),
      ofNode('/pods', 'n1'),
      ofNode('/stats/summary', 'n77'),
    ],
    expect: { cause: 'kubelet-answers-for-another-node', severity: 'blocks' },
    says: /node n77, not n1/,
  },
  {
    row: 'all of them of another node, dialled at its port: that is a question of the address',
    facts: [
      ...base(),
      nobody,
      ...well('/healthz', '/metrics', '/metrics/cadvisor'),
      ofNode('/pods', 'n77'),
      ofNode('/stats/summary', 'n77'),
      nodeObject(),
    ],
    expect: 'pass',
  },
  {
    row: 'a path that is needed is not there',
    witnesses: ['kubelet/http'],
    facts: [...base(), nobody, ...wellBut('/metrics'), answer('token', '/metrics', 404, '404 page not found')],
    expect: { cause: 'kubelet-endpoint-fails', severity: 'blocks' },
  },
  {
    row: 'cut off in the middle',
    facts: [...base(), nobody, ...wellBut('/pods'), failed('kubelet/http', 'token GET /pods', 'ECONNRESET')],
    expect: { cause: 'kubelet-endpoint-fails', severity: 'blocks' },
    says: /breaks off its answer to \/pods: ECONNRESET/,
  },
  {
    row: 'nothing was sent, and what anyone is given is in order',
    facts: [...base(), ...NEEDED.map((path) => answer('nobody', path, 200))],
    expect: 'pass',
    says: /by its anonymous answers/,
  },
  {
    row: 'nothing was sent, and it says to anyone what is wrong with it',
    facts: [...base(), answer('nobody', '/pods', 200), answer('nobody', '/healthz', 500, HEALTH)],
    expect: { cause: 'kubelet-unhealthy' },
    witnesses: ['kubelet/http'],
  },
  {
    row: 'given to anyone, and our own request still waits',
    facts: [...base(), answer('nobody', '/pods', 200), pending('kubelet/http', 'token GET /healthz')],
    expect: 'cannot-tell',
  },
  { row: 'no answer', facts: [...base(), failed('kubelet/http', 'nobody GET /pods', 'ETIMEDOUT')], expect: 'cannot-tell' },
  { row: 'no answer yet', facts: [...base(), nobody, pending('kubelet/http', 'token GET /healthz')], expect: 'cannot-tell' },
  { row: 'not asked with a credential', facts: [...base(), nobody, withheld], expect: 'cannot-tell' },
  {
    row: 'withheld from whom someone else named, which the agent does not know of',
    facts: [...base({ 'kubelet.tlsVerify': 'false' }), withheldFor('no credential to a server that someone else named'), nobody],
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
    row: 'not asked with a credential, which the agent sends without looking',
    facts: [...base({ 'kubelet.tlsVerify': 'false' }), nobody, withheld],
    expect: 'not-applicable',
  },
  {
    row: 'refused: a kubelet all the same',
    facts: [...base(), nobody, forbidden('token', '/pods', AGENT, 'pods proxy')],
    expect: 'not-applicable',
  },
  {
    row: 'metrics-server',
    facts: [
      ...base(),
      answer('nobody', '/pods', 403, '{"kind":"Status","message":"forbidden: User \\"system:anonymous\\" cannot get path \\"/pods\\""}', {
        voice: 'kubernetes-api-other',
      }),
    ],
    expect: { cause: 'not-a-kubelet', severity: 'blocks' },
    witnesses: ['kubelet/http'],
    says: /metrics-server.*fieldPath: status.hostIP/,
  },
  {
    row: 'metrics-server, at the address and port that the Node has for its kubelet',
    facts: [
      ...base(),
      nodeObject(),
      answer('nobody', '/pods', 403, '{"kind":"Status"}', { voice: 'kubernetes-api-other' }),
      answer('token', '/pods', 403, '{"kind":"Status"}', { voice: 'kubernetes-api-other' }),
    ],
    expect: { cause: 'kubelet-port-taken', severity: 'blocks', certainty: 'proven' },
    witnesses: ['kubelet/http', 'apiserver/node'],
    says: /another server has its port.*Node n1 has 10\.0\.0\.7.*securePort: 10260.*spec\.nodeName=n1/s,
  },
  {
    row: 'the same through a proxy, which may have asked any server',
    facts: [
      ...base(),
      nodeObject(),
      fact('kubelet/proxy', { via: 'proxy', proxy: 'http://proxy:3128', variable: 'HTTPS_PROXY' }, '10.0.0.7:10250'),
      answer('nobody', '/pods', 403, '{"kind":"Status"}', { voice: 'kubernetes-api-other' }),
    ],
    expect: { cause: 'not-a-kubelet' },
    witnesses: ['kubelet/http'],
  },
  {
    row: 'at another port than the Node has: a setting is wrong',
    facts: [...base(), nodeObject({ kubeletPort: 10350 }), answer('nobody', '/pods', 403, '{}', { voice: 'kubernetes-api-other' })],
    expect: { cause: 'not-a-kubelet' },
    witnesses: ['kubelet/http'],
  },
  {
    row: 'a page at that address and port: who sent it is not known',
    facts: [...base(), nodeObject(), answer('nobody', '/pods', 502, '<html>', { voice: 'proxy' })],
    expect: { cause: 'not-a-kubelet' },
    witnesses: ['kubelet/http'],
  },
  {
    row: 'a web page',
    facts: [...base(), answer('nobody', '/pods', 502, '<html>', { voice: 'proxy' })],
    expect: { cause: 'not-a-kubelet' },
    witnesses: ['kubelet/http'],
  },
  {
    row: 'nothing we know',
    facts: [...base(), answer('nobody', '/pods', 200, '', { voice: 'unknown' })],
    expect: { cause: 'not-a-kubelet' },
    witnesses: ['kubelet/http'],
  },
  {
    row: '/healthz names the part',
    facts: [...base(), nobody, answer('token', '/healthz', 500, HEALTH), ...well('/pods')],
    expect: { cause: 'kubelet-unhealthy', severity: 'degrades' },
    witnesses: ['kubelet/http'],
    says: /unhealthy: syncloop"/,
  },
  {
    row: 'unhealthy, and statistics fail with it',
    facts: [...base(), nobody, answer('token', '/healthz', 500, HEALTH), answer('token', '/stats/summary', 500, ROOT_FS)],
    expect: { cause: 'kubelet-unhealthy', severity: 'blocks' },
    witnesses: ['kubelet/http'],
    says: /volume statistics/,
  },
  {
    row: '/stats/summary fails with the right to read it',
    facts: [...base(), nobody, ...well('/pods'), answer('token', '/stats/summary', 500, ROOT_FS)],
    expect: { cause: 'kubelet-endpoint-fails', severity: 'blocks' },
    witnesses: ['kubelet/http'],
    says: /500 Internal Error: failed to get rootFs stats/,
  },
  {
    row: 'an optional path fails',
    facts: [...base(), nobody, ...well('/pods'), answer('token', '/configz', 500, 'oops')],
    expect: { cause: 'kubelet-endpoint-fails', severity: 'degrades' },
    witnesses: ['kubelet/http'],
  },
  {
    row: 'let in, then silence',
    facts: [...base(), nobody, ...well('/healthz'), failed('kubelet/http', 'token GET /pods', 'ETIMEDOUT', undefined, 5000)],
    expect: { cause: 'kubelet-endpoint-fails', severity: 'blocks' },
    says: /within 5000 ms/,
  },
  {
    row: 'short answers arrive, and no long one does: the path drops what is large',
    facts: [...base(), nobody, ...well('/healthz'), ...silent('/pods', '/metrics', '/stats/summary')],
    expect: { cause: 'kubelet-large-answers-stall', certainty: 'suspected', severity: 'blocks' },
    wants: ['kubelet/proxied'],
    says: /ping -c 3 -M do -s 1372 10\.0\.0\.7/,
  },
  {
    row: 'one long answer arrives: the path carries it',
    facts: [...base(), nobody, ...well('/healthz', '/pods'), ...silent('/metrics', '/stats/summary')],
    expect: { cause: 'kubelet-endpoint-fails', certainty: 'suspected' },
  },
  {
    row: 'a long answer fails with words: it is the kubelet',
    facts: [...base(), nobody, ...well('/healthz'), ...silent('/pods', '/metrics'), answer('token', '/stats/summary', 500, ROOT_FS)],
    expect: { cause: 'kubelet-endpoint-fails' },
  },
  {
    row: 'silence before it is known whether we are let in: not this question',
    facts: [...base(), nobody, failed('kubelet/http', 'token GET /healthz', 'ETIMEDOUT')],
    expect: 'cannot-tell',
  },
  {
    row: 'an authorization error is no fault of the endpoint',
    facts: [
      ...base(),
      nobody,
      answer('certificate', '/pods', 500, 'Authorization error (user=lab-admin, verb=get, resource=nodes, subresource=pods)'),
    ],
    expect: 'not-applicable',
  },
  {
    row: 'debug endpoints off: /configz is gone',
    facts: [...base(), nobody, ...well('/pods', '/healthz'), answer('token', '/configz', 404, '404 page not found')],
    expect: { cause: 'kubelet-debug-handlers-off', severity: 'degrades' },
    witnesses: ['kubelet/http'],
    says: /enableDebuggingHandlers: true/,
  },
  {
    row: 'debug endpoints off, by its own words',
    facts: [...base(), nobody, answer('token', '/configz', 405, 'Debug endpoints are disabled.')],
    expect: { cause: 'kubelet-debug-handlers-off' },
    witnesses: ['kubelet/http'],
  },
  {
    row: '404 without the right to read the pod list says nothing',
    facts: [...base(), nobody, answer('token', '/configz', 404, '404 page not found'), forbidden('token', '/pods', AGENT, 'pods proxy')],
    expect: 'not-applicable',
  },
]);
