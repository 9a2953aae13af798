import { kubeletCertificate } from '../../../src/checks/tls/kubelet-certificate/check.js';
import type { TlsHandshake } from '../../../src/model/facts.js';
import { atNode, base, certificate, ENDPOINT, fact, failed, handshake, NOW, nodeObject } from '../facts.js';
import { nodeProcess, servingFile } from '../node-facts.js';
import { judgeTable } from '../table.js';

const DAY = 86_400_000;
const tls = (change: Partial<TlsHandshake>) => fact('kubelet/tls', handshake(change), ENDPOINT);
const iso = (ms: number) => new Date(ms).toISOString();
const own = certificate({ subject: 'CN=n1@1700000000', issuer: 'CN=n1-ca@1700000000', names: ['DNS:n1'] });
const node = (name: string, address: string) =>
  fact('apiserver/node', { node: name, kubeletVersion: 'v1.36.2', addresses: [{ type: 'InternalIP', address }], ready: 'True' });
const clock = (against: 'kubelet' | 'apiserver', offsetMs: number) => fact(`${against}/clock`, { against, offsetMs, toleranceMs: 1000 });
const fromWorkstation = () =>
  base().map((f) =>
    f.kind === 'place' && f.outcome.status === 'observed'
      ? { ...f, outcome: { ...f.outcome, data: { ...f.outcome.data, place: 'workstation' as const, vantage: 'workstation' as const } } }
      : f,
  );
const expired = certificate({ notAfter: iso(NOW - 3 * DAY) });

judgeTable(kubeletCertificate, [
  {
    row: 'another certificate for a credential',
    witnesses: ['kubelet/tls', 'kubelet/http'],
    facts: [...base(), tls({}), failed('kubelet/http', 'token GET /healthz', 'SELF_SIGNED_CERT_IN_CHAIN')],
    expect: { cause: 'kubelet-certificate-changes', severity: 'blocks', certainty: 'proven' },
    says: /SELF_SIGNED_CERT_IN_CHAIN, after a handshake that verified/,
  },
  {
    row: 'one for clients',
    witnesses: ['kubelet/tls'],
    facts: [...base(), tls({ verification: { ok: false, code: 'INVALID_PURPOSE' } })],
    expect: { cause: 'kubelet-certificate-not-accepted', severity: 'blocks' },
    says: /not a server certificate.*INVALID_PURPOSE/,
  },
  {
    row: 'a date that cannot be read',
    witnesses: ['kubelet/tls'],
    facts: [...base(), tls({ chain: [certificate({ notAfter: '' })], verification: { ok: false, code: 'ERROR_IN_CERT_NOT_AFTER_FIELD' } })],
    expect: { cause: 'kubelet-certificate-not-accepted' },
    says: /not accepted: ERROR_IN_CERT_NOT_AFTER_FIELD.*to an unreadable date/,
  },
  {
    row: 'a chain whose CA is out of time, by our clock and not by the leaf',
    witnesses: ['kubelet/tls'],
    facts: [...base(), tls({ validNow: false, verification: { ok: false, code: 'CERT_HAS_EXPIRED' } })],
    expect: { cause: 'kubelet-certificate-not-accepted' },
  },
  { row: 'verifies', facts: [...base(), tls({})], expect: 'pass' },
  { row: 'no handshake: nothing to judge', facts: [...base(), failed('kubelet/tls', ENDPOINT, 'ECONNRESET')], expect: 'cannot-tell' },
  {
    row: "the kubelet's own: one finding although it has no IP SAN either",
    facts: [
      ...base(),
      tls({ chain: [own], trusted: false, nameMatches: false, verification: { ok: false, code: 'SELF_SIGNED_CERT_IN_CHAIN' } }),
    ],
    expect: { cause: 'kubelet-certificate-self-signed', severity: 'blocks' },
    witnesses: ['kubelet/tls'],
    says: /serverTLSBootstrap: true/,
  },
  {
    row: "self-signed, for the node's name: its own file verifies it too",
    facts: [...base(), node('n1', '10.0.0.7'), tls({ chain: [certificate({ ...own, names: ['DNS:n1'] })], trusted: false })],
    expect: { cause: 'kubelet-certificate-self-signed' },
    witnesses: ['kubelet/tls'],
    says: /serverTLSBootstrap: true.*spec\.nodeName\\n {4}hostCAPath: \/var\/lib\/kubelet\/pki\/kubelet\.crt/,
  },
  {
    row: 'the same on AKS: its own file first, as nobody sets serverTLSBootstrap there',
    facts: [...base(), nodeObject({ platform: 'AKS' }), tls({ chain: [certificate({ ...own, names: ['DNS:n1'] })], trusted: false })],
    expect: { cause: 'kubelet-certificate-self-signed' },
    witnesses: ['kubelet/tls'],
    says: /"fixes":\[\{"owner":"agent".*?hostCAPath: \/etc\/kubernetes\/certs\/kubeletserver\.crt/,
  },
  {
    row: 'k3s: the name it lacks is that of node-ip',
    facts: [
      ...base(),
      nodeObject({ kubeletVersion: 'v1.33.4+k3s1' }),
      tls({ nameMatches: false, chain: [certificate({ names: ['DNS:n1', 'IP:49.12.216.49'] })] }),
    ],
    expect: { cause: 'kubelet-certificate-name-mismatch' },
    witnesses: ['kubelet/tls'],
    says: /"fixes":\[\{"owner":"node".*?\/etc\/rancher\/k3s\/config\.yaml on this node\\nnode-ip: 10\.0\.0\.7/,
    neverSays: /serverTLSBootstrap/,
  },
  {
    row: 'the agent does not verify: a risk, and nothing lost',
    facts: [...base({ 'kubelet.tlsVerify': 'false' }), tls({ chain: [own], trusted: false })],
    expect: { cause: 'kubelet-certificate-self-signed', severity: 'risk' },
    witnesses: ['kubelet/tls'],
    neverSays: /DD_KUBELET_TLS_VERIFY=false/,
  },
  {
    row: 'another CA, and one at hand that verifies',
    facts: [
      ...base({ 'kubelet.ca': '/ca.crt' }),
      tls({
        trusted: false,
        trials: [
          { authority: '/ca.crt', inUse: true, verifies: false },
          { authority: '/etc/kubernetes/other.crt', inUse: false, verifies: true },
        ],
      }),
    ],
    expect: { cause: 'kubelet-certificate-unknown-authority' },
    witnesses: ['kubelet/tls'],
    says: /DD_KUBELET_CLIENT_CA=\/etc\/kubernetes\/other.crt/,
  },
  {
    row: 'another CA, and none at hand: one of the CA in use would do',
    facts: [
      ...base({ 'kubelet.ca': '/ca.crt' }),
      tls({ trusted: false, trials: [{ authority: '/ca.crt', inUse: true, verifies: false }] }),
    ],
    expect: { cause: 'kubelet-certificate-unknown-authority' },
    witnesses: ['kubelet/tls'],
    says: /serverTLSBootstrap: true/,
  },
  {
    row: 'another CA, shown by a proxy: no certificate of the kubelet helps',
    facts: [
      ...base({ 'kubelet.ca': '/ca.crt' }),
      fact('kubelet/proxy', { via: 'proxy', proxy: 'http://proxy:3128' }, ENDPOINT),
      tls({ trusted: false, trials: [{ authority: '/ca.crt', inUse: true, verifies: false }] }),
    ],
    expect: { cause: 'kubelet-certificate-unknown-authority' },
    witnesses: ['kubelet/tls'],
    neverSays: /serverTLSBootstrap/,
  },
  {
    row: 'another CA, none at hand',
    facts: [...base(), tls({ trusted: false })],
    neverSays: /serverTLSBootstrap/,
    expect: { cause: 'kubelet-certificate-unknown-authority' },
    witnesses: ['kubelet/tls'],
  },
  {
    row: 'expired by both clocks',
    facts: [...base(), tls({ validNow: false, chain: [expired] }), clock('kubelet', 0), clock('apiserver', 0)],
    expect: { cause: 'kubelet-certificate-expired', certainty: 'proven' },
    witnesses: ['kubelet/tls', 'apiserver/clock'],
    says: /3 days ago/,
  },
  {
    row: "expired by our clock, which is the kubelet's too: the clock may be wrong",
    facts: [...base(), tls({ validNow: false, chain: [expired] }), clock('kubelet', 0)],
    expect: { cause: 'kubelet-certificate-expired', certainty: 'suspected' },
    wants: ['apiserver/clock'],
    says: /"alternatives":\["clock-skew"\]/,
  },
  {
    row: "expired by our clock and the kubelet's, which is ours, and in time by the apiserver's",
    facts: [...base(), tls({ validNow: false, chain: [expired] }), clock('kubelet', 0), clock('apiserver', 10 * DAY)],
    expect: 'not-applicable',
  },
  {
    row: "expired, seen at a workstation: the kubelet's clock is another",
    facts: [...fromWorkstation(), tls({ validNow: false, chain: [expired] }), clock('kubelet', 0)],
    expect: { cause: 'kubelet-certificate-expired', certainty: 'proven' },
    witnesses: ['kubelet/tls', 'kubelet/clock'],
  },
  {
    row: "expired by ours only: the clock's fault",
    facts: [
      ...base(),
      tls({ validNow: false, chain: [expired] }),
      fact('kubelet/clock', { against: 'kubelet', offsetMs: 10 * DAY, toleranceMs: 1000 }),
    ],
    expect: 'not-applicable',
  },
  {
    row: 'not valid yet',
    facts: [...base(), tls({ validNow: false, chain: [certificate({ notBefore: iso(NOW + DAY) })] })],
    expect: { cause: 'kubelet-certificate-not-yet-valid' },
  },
  {
    row: 'no SAN',
    facts: [...base(), tls({ nameMatches: false, chain: [certificate({ names: [] })] })],
    expect: { cause: 'kubelet-certificate-without-san' },
    witnesses: ['kubelet/tls'],
  },
  {
    row: 'names this node: dial that, on every node by its own name',
    facts: [...base(), node('n1', '10.0.0.7'), tls({ nameMatches: false, chain: [certificate({ names: ['DNS:n1'] })] })],
    expect: { cause: 'kubelet-certificate-name-mismatch' },
    witnesses: ['kubelet/tls'],
    says: /DD_KUBERNETES_KUBELET_HOST\\n {2}valueFrom:\\n {4}fieldRef:\\n {6}fieldPath: spec\.nodeName/,
    neverSays: /KUBELET_HOST=/,
  },
  {
    row: 'names the address of this node alone: its own address on every node',
    facts: [...base(), node('n1', '10.0.0.7'), tls({ nameMatches: false, chain: [certificate({ names: ['IP:10.0.0.7'] })] })],
    expect: { cause: 'kubelet-certificate-name-mismatch' },
    witnesses: ['kubelet/tls'],
    says: /fieldPath: status\.hostIP/,
    neverSays: /KUBELET_HOST=/,
  },
  {
    row: 'names another address of this node: for a try on this one, by hand',
    facts: [
      ...base(),
      fact(
        'apiserver/node',
        {
          node: 'n1',
          kubeletVersion: 'v1.36.2',
          addresses: [
            { type: 'InternalIP', address: '10.0.0.7' },
            { type: 'Hostname', address: 'host-1' },
          ],
          ready: 'True',
        },
        'n1',
      ),
      tls({ nameMatches: false, chain: [certificate({ names: ['DNS:host-1'] })] }),
    ],
    expect: { cause: 'kubelet-certificate-name-mismatch' },
    witnesses: ['kubelet/tls'],
    says: /one node.*"steps":"DD_KUBERNETES_KUBELET_HOST=host-1"/,
    neverSays: /"form":"env"/,
  },
  {
    row: 'names a stranger: no command is made of it',
    facts: [...base(), node('n1', '10.0.0.7'), tls({ nameMatches: false, chain: [certificate({ names: ['DNS:evil.example'] })] })],
    expect: { cause: 'kubelet-certificate-name-mismatch' },
    witnesses: ['kubelet/tls'],
    neverSays: /KUBELET_HOST=/,
  },
  {
    row: 'nine days left',
    facts: [...base(), tls({ chain: [certificate({ notAfter: iso(NOW + 9 * DAY) })] })],
    expect: { cause: 'kubelet-certificate-expires-soon', severity: 'degrades' },
  },
  {
    row: 'on the node: no handshake, and the certificate on disk has expired',
    facts: [atNode(), nodeProcess(), servingFile({ notAfter: iso(NOW - 3 * DAY) })],
    expect: { cause: 'kubelet-certificate-expired', certainty: 'suspected', severity: 'blocks' },
    says: /on this node's disk expired 3 days ago.*kubelet\.crt/,
  },
  {
    row: 'on the node: no handshake, and the certificate on disk is in order',
    facts: [atNode(), nodeProcess(), servingFile()],
    expect: 'cannot-tell',
  },
  {
    row: 'on the node: expired, and a newer one lies on disk: a restart is enough',
    facts: [
      ...base(),
      tls({ validNow: false, chain: [expired], verification: { ok: false, code: 'CERT_HAS_EXPIRED' } }),
      clock('kubelet', 0),
      nodeProcess(),
      servingFile({ fingerprint: 'bb' }),
    ],
    expect: { cause: 'kubelet-certificate-expired' },
    says: /kubelet\.crt: subject.*serves its newer certificate/,
  },
]);
