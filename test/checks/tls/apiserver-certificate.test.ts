import { apiserverCertificate } from '../../../src/checks/tls/apiserver-certificate/check.js';
import type { AnyFact, Candidate, Place, Setting, TlsHandshake } from '../../../src/model/facts.js';
import { certificate, fact, failed, handshake, inPod, NOW } from '../facts.js';
import { judgeTable } from '../table.js';

const DAY = 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString();
const SERVICE = '10.96.0.1:443';
const leaf = (change: Partial<TlsHandshake['chain'][number]> = {}) =>
  certificate({ subject: 'CN=kube-apiserver', names: ['DNS:n1', 'DNS:kubernetes.default.svc', 'IP:10.96.0.1'], ...change });
const tls = (change: Partial<TlsHandshake>, subject = SERVICE) => fact('apiserver/tls', handshake({ chain: [leaf()], ...change }), subject);
const at = (host: string, port: number, origin: Candidate['origin']): Candidate => ({ host, port, origin, source: 'test' });
const world = (place: Partial<Place>, candidates: Candidate[], settings: Setting[] = []): AnyFact[] => [
  inPod({ namespace: 'datadog', ...place }),
  fact('self/settings', settings),
  fact('apiserver/candidates', candidates),
];
const pod = (...settings: Setting[]) => world({}, [at('10.96.0.1', 443, 'service-environment')], settings);
const laptop = (...settings: Setting[]) =>
  world(
    { place: 'workstation', vantage: 'workstation', namespace: undefined, agentEnvironment: false },
    [at('10.0.0.5', 6443, 'kubeconfig')],
    settings,
  );
const set = (setting: string, value: string, origin: Setting['origin'], source: string): Setting => ({ setting, value, origin, source });
const untrusted = { trusted: false, trials: [{ authority: '/ca.crt', inUse: true, verifies: false }] };
const expired = leaf({ notAfter: iso(NOW - 3 * DAY) });

judgeTable(apiserverCertificate, [
  { row: 'verifies', facts: [...pod(), tls({})], expect: 'pass' },
  {
    row: 'another certificate for a credential',
    witnesses: ['apiserver/tls', 'apiserver/http'],
    facts: [...pod(), tls({}), failed('apiserver/http', 'token POST /apis/x', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE')],
    expect: { cause: 'apiserver-certificate-changes', severity: 'blocks', certainty: 'proven' },
    says: /UNABLE_TO_VERIFY_LEAF_SIGNATURE, after a handshake that verified/,
  },
  {
    row: 'one for clients',
    witnesses: ['apiserver/tls'],
    facts: [...pod(), tls({ verification: { ok: false, code: 'INVALID_PURPOSE' } })],
    expect: { cause: 'apiserver-certificate-not-accepted', severity: 'blocks' },
    says: /not a server certificate.*INVALID_PURPOSE/,
  },
  {
    row: 'an extension that nobody knows',
    witnesses: ['apiserver/tls'],
    facts: [...pod(), tls({ trusted: false, verification: { ok: false, code: 'UNHANDLED_CRITICAL_EXTENSION' } })],
    expect: { cause: 'apiserver-certificate-not-accepted' },
    says: /not accepted: UNHANDLED_CRITICAL_EXTENSION/,
  },
  { row: 'no handshake', facts: pod(), expect: 'cannot-tell' },
  { row: 'no candidate', facts: world({}, []), expect: 'cannot-tell' },
  {
    row: 'CA rotated under the pod',
    facts: [
      ...pod(set('apiserver.ca', '/var/run/ca.crt', 'default', 'ServiceAccount')),
      tls({ trusted: false, verification: { ok: false, code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' } }),
    ],
    expect: { cause: 'apiserver-certificate-unknown-authority', severity: 'blocks' },
    witnesses: ['apiserver/tls'],
    says: /\/var\/run\/ca\.crt.*kubectl -n datadog delete pod agent-x/,
  },
  {
    row: 'untrusted before expired before misnamed: one finding',
    facts: [...pod(), tls({ ...untrusted, validNow: false, nameMatches: false, chain: [expired] })],
    expect: { cause: 'apiserver-certificate-unknown-authority' },
    witnesses: ['apiserver/tls'],
  },
  {
    row: 'a CA at hand verifies it',
    facts: [
      ...pod(),
      tls({
        trusted: false,
        trials: [
          { authority: '/ca.crt', inUse: true, verifies: false },
          { authority: '/etc/kubernetes/pki/ca.crt', inUse: false, verifies: true },
        ],
      }),
    ],
    expect: { cause: 'apiserver-certificate-unknown-authority' },
    witnesses: ['apiserver/tls'],
    says: /DD_KUBERNETES_APISERVER_CA_PATH=\/etc\/kubernetes\/pki\/ca\.crt/,
  },
  {
    row: 'at a workstation, kubeconfig says insecure: still blocks, names --apiserver-ca',
    facts: [
      ...laptop(set('apiserver.insecureInKubeconfig', 'true', 'file', '/home/me/.kube/config')),
      tls({ trusted: false, trials: [{ authority: '/home/me/ca of mine.crt', inUse: false, verifies: true }] }, '10.0.0.5:6443'),
    ],
    expect: { cause: 'apiserver-certificate-unknown-authority', severity: 'blocks' },
    witnesses: ['apiserver/tls'],
    says: /config turns verification off.*--apiserver-ca '\/home\/me\/ca of mine\.crt'/,
  },
  {
    row: 'at a workstation with nothing at hand',
    facts: [...laptop(), tls({ trusted: false }, '10.0.0.5:6443')],
    expect: { cause: 'apiserver-certificate-unknown-authority' },
    witnesses: ['apiserver/tls'],
    says: /--apiserver-ca FILE/,
    neverSays: /delete pod/,
  },
  {
    row: 'a CA file that cannot be read, and one at hand that would do',
    facts: [
      ...pod(set('apiserver.ca', '/x/ca.crt', 'flag', '--apiserver-ca')),
      failed('apiserver/authority', '/x/ca.crt', 'EACCES'),
      tls({ trusted: false, trials: [{ authority: '/ca.crt', inUse: false, verifies: true }] }),
    ],
    expect: { cause: 'apiserver-ca-file-missing', severity: 'blocks' },
    witnesses: ['apiserver/authority', 'apiserver/tls'],
    says: /cannot be read: EACCES.*\/x\/ca\.crt cannot be read.*CA_PATH=\/ca\.crt.*automountServiceAccountToken: true/,
  },
  {
    row: 'nothing mounted at all',
    facts: [...pod(), tls({ trusted: false })],
    expect: { cause: 'apiserver-ca-file-missing' },
    witnesses: ['apiserver/tls'],
    says: /serviceaccount\/ca\.crt is not mounted/,
  },
  {
    row: 'at a workstation, the file is not there',
    facts: [...laptop(), failed('apiserver/authority', '/home/me/ca.crt', 'ENOENT'), tls({ trusted: false }, '10.0.0.5:6443')],
    expect: { cause: 'apiserver-ca-file-missing' },
    witnesses: ['apiserver/authority', 'apiserver/tls'],
    neverSays: /automount/,
  },
  {
    row: 'a pod in the host network: its host name is a node, never a pod to delete',
    facts: [...world({ vantage: 'host-network', hostName: 'n1' }, [at('10.96.0.1', 443, 'service-environment')]), tls(untrusted)],
    expect: { cause: 'apiserver-certificate-unknown-authority' },
    witnesses: ['apiserver/tls'],
    neverSays: /delete pod n1/,
  },
  {
    row: 'expired by the only clock that was seen',
    facts: [...pod(), tls({ validNow: false, chain: [expired] })],
    expect: { cause: 'apiserver-certificate-expired', certainty: 'suspected' },
    says: /3 days ago.*kubeadm certs renew apiserver/,
  },
  {
    row: 'expired by both clocks',
    facts: [
      ...pod(),
      tls({ validNow: false, chain: [expired] }),
      fact('apiserver/clock', { against: 'apiserver', offsetMs: 0, toleranceMs: 1000 }),
    ],
    expect: { cause: 'apiserver-certificate-expired', certainty: 'proven' },
    witnesses: ['apiserver/tls', 'apiserver/clock'],
    says: /3 days ago.*kubeadm certs renew apiserver/,
  },
  {
    row: "expired by ours only: the clock's fault",
    facts: [
      ...pod(),
      tls({ validNow: false, chain: [expired] }),
      fact('apiserver/clock', { against: 'apiserver', offsetMs: 10 * DAY, toleranceMs: 1000 }),
    ],
    expect: 'not-applicable',
  },
  {
    row: 'not valid yet',
    facts: [...pod(), tls({ validNow: false, chain: [leaf({ notBefore: iso(NOW + DAY) })] })],
    expect: { cause: 'apiserver-certificate-not-yet-valid' },
  },
  {
    row: 'names kubernetes.default.svc but not the address',
    facts: [...pod(), tls({ nameMatches: false, chain: [leaf({ names: ['DNS:kubernetes', 'DNS:kubernetes.default.svc'] })] })],
    expect: { cause: 'apiserver-certificate-name-mismatch' },
    witnesses: ['apiserver/tls'],
    says: /KUBERNETES_SERVICE_HOST=kubernetes\.default\.svc\\nKUBERNETES_SERVICE_PORT=443/,
  },
  {
    row: 'at a workstation: another address of ours is in it',
    facts: [
      ...world({ place: 'workstation', vantage: 'workstation' }, [
        at('10.0.0.5', 6443, 'setting'),
        at('api.example.com', 6443, 'kubeconfig'),
      ]),
      tls({ nameMatches: false, chain: [leaf({ names: ['DNS:kubernetes.default.svc', 'DNS:api.example.com'] })] }, '10.0.0.5:6443'),
    ],
    expect: { cause: 'apiserver-certificate-name-mismatch' },
    witnesses: ['apiserver/tls'],
    says: /--apiserver https:\/\/api\.example\.com:6443/,
    neverSays: /SERVICE_HOST/,
  },
  {
    row: 'names a stranger: no command is made of it',
    facts: [...pod(), tls({ nameMatches: false, chain: [leaf({ names: ['DNS:evil.example'] })] })],
    expect: { cause: 'apiserver-certificate-name-mismatch' },
    witnesses: ['apiserver/tls'],
    neverSays: /SERVICE_HOST=/,
  },
  {
    row: 'names nobody',
    facts: [...pod(), tls({ nameMatches: false, chain: [leaf({ names: [] })] })],
    expect: { cause: 'apiserver-certificate-name-mismatch' },
    witnesses: ['apiserver/tls'],
    says: /is for no host, not 10\.96\.0\.1.*names nothing/,
  },
]);
