import { apiserverUnreachable } from '../../../src/checks/connection/apiserver-unreachable/check.js';
import type { AnyFact, Candidate, Place } from '../../../src/model/facts.js';
import { atWorkstation, ENDPOINT, fact, failed, handshake, pending } from '../facts.js';
import { judgeTable } from '../table.js';

const SERVICE = '10.96.0.1:443';
const OWN = '10.0.0.5:6443';
const from = (host: string, port: number, origin: Candidate['origin'], source: string): Candidate => ({ host, port, origin, source });
const service = from('10.96.0.1', 443, 'service-environment', 'KUBERNETES_SERVICE_HOST');
const named = from('api.example.com', 6443, 'kubeconfig', '/home/me/.kube/config');
const candidates = (...list: Candidate[]) => fact('apiserver/candidates', list);
const endpoints = (...list: [string, number][]) =>
  fact('apiserver/endpoints', { from: 'kubelet-metrics', endpoints: list.map(([address, port]) => ({ address, port })) });
const place = (change: Partial<Place>): AnyFact[] => [
  atWorkstation(change),
  fact('self/settings', [{ setting: 'node', value: 'n1', origin: 'flag', source: '--node' }]),
];
const pod = (change: Partial<Place> = {}) =>
  place({ place: 'agent-pod', vantage: 'pod-network', hostName: 'agent-x', namespace: 'datadog', serviceEnvironment: true, ...change });
const tcp = (code: string, ms: number, subject = SERVICE) => {
  const colon = subject.lastIndexOf(':');
  const tries = [{ address: subject.slice(0, colon), port: Number(subject.slice(colon + 1)), result: code, ms }];
  return failed('apiserver/tcp', subject, code, { tries }, ms);
};
const up = (subject: string) => fact('apiserver/tls', handshake(), subject);

judgeTable(apiserverUnreachable, [
  { row: 'connects', facts: [...pod(), candidates(service), up(SERVICE)], expect: 'pass' },
  {
    row: 'one of two addresses is dead: a note',
    facts: [
      ...place({}),
      candidates(named),
      fact(
        'apiserver/tcp',
        {
          tries: [
            { address: '10.0.0.4', port: 6443, result: 'ECONNREFUSED', ms: 1 },
            { address: '10.0.0.5', port: 6443, result: 'connected', ms: 2 },
          ],
        },
        'api.example.com:6443',
      ),
      up('api.example.com:6443'),
    ],
    expect: 'pass',
    says: /10\.0\.0\.4:6443 ECONNREFUSED/,
  },
  { row: 'nothing known yet', facts: pod(), expect: 'cannot-tell' },
  { row: 'not tried (its name did not resolve)', facts: [...place({}), candidates(named)], expect: 'cannot-tell' },
  {
    row: 'in a pod without the service environment',
    facts: [...pod({ serviceEnvironment: false }), candidates()],
    expect: { cause: 'service-environment-missing', severity: 'blocks' },
    witnesses: ['apiserver/candidates'],
    says: /KUBERNETES_SERVICE_HOST=kubernetes\.default\.svc\\nKUBERNETES_SERVICE_PORT=443/,
  },
  {
    row: 'workstation without kubeconfig',
    facts: [...place({}), candidates()],
    expect: { cause: 'apiserver-address-unset', severity: 'blocks' },
    witnesses: ['apiserver/candidates'],
  },
  {
    row: 'node shell without kubeconfig: the kubelet can still be judged',
    facts: [...place({ place: 'node', vantage: 'host-network' }), candidates()],
    expect: { cause: 'apiserver-address-unset', severity: 'degrades' },
    witnesses: ['apiserver/candidates'],
  },
  {
    row: 'service address silent for half a second: the second side is asked while it waits',
    facts: [...pod(), candidates(service), pending('apiserver/tcp', SERVICE)],
    expect: 'cannot-tell',
    wants: ['apiserver/endpoints'],
  },
  {
    row: "endpoints known: their handshakes are wanted, metadata and the pod's own loopback never",
    facts: [
      ...pod(),
      candidates(service),
      pending('apiserver/tcp', SERVICE),
      endpoints(['169.254.169.254', 80], ['127.0.0.1', 6443], ['::ffff:169.254.169.254', 80], ['$(id)', 6443], ['10.0.0.5', 6443]),
    ],
    expect: 'cannot-tell',
    wants: ['apiserver/endpoints', 'apiserver/tls'],
    says: /"subject":"10\.0\.0\.5:6443"/,
    neverSays: /169\.254|127\.0\.0\.1|id\)/,
  },
  {
    row: 'never more than three further addresses',
    facts: [
      ...pod(),
      candidates(service),
      pending('apiserver/tcp', SERVICE),
      endpoints(['10.0.0.1', 1], ['10.0.0.2', 2], ['10.0.0.3', 3], ['10.0.0.4', 4]),
    ],
    expect: 'cannot-tell',
    says: /10\.0\.0\.3:3/,
    neverSays: /10\.0\.0\.4:4/,
  },
  {
    row: 'service address silent, nothing else known: suspected',
    facts: [...pod(), candidates(service), tcp('ETIMEDOUT', 4000), fact('kubelet/tls', handshake(), ENDPOINT)],
    expect: { cause: 'apiserver-connect-timeout', certainty: 'suspected', severity: 'blocks' },
    wants: ['apiserver/endpoints'],
    says: /kubelet at 10\.0\.0\.7:10250 answers.*kubectl -n datadog get networkpolicy/,
  },
  {
    row: "service address silent, the apiserver's own too, and a kubelet answers meanwhile: proven",
    facts: [
      ...[...pod(), candidates(service), tcp('ETIMEDOUT', 4000), endpoints(['10.0.0.5', 6443]), tcp('ETIMEDOUT', 4000, OWN)],
      fact('kubelet/tls', handshake(), ENDPOINT),
    ],
    expect: { cause: 'apiserver-connect-timeout', certainty: 'proven' },
    witnesses: ['apiserver/tcp', 'kubelet/tls'],
  },
  {
    row: "service address silent, the apiserver's own too, and nobody else was heard: it may be our own network",
    facts: [...pod(), candidates(service), tcp('ETIMEDOUT', 4000), endpoints(['10.0.0.5', 6443]), tcp('ETIMEDOUT', 4000, OWN)],
    expect: { cause: 'apiserver-connect-timeout', certainty: 'suspected' },
    says: /10\.0\.0\.5:6443 also fails: ETIMEDOUT/,
  },
  {
    row: 'service address silent, an endpoint answers: service routing',
    facts: [...pod(), candidates(service), tcp('ETIMEDOUT', 4000), endpoints(['10.0.0.5', 6443]), up(OWN)],
    expect: { cause: 'service-address-broken', certainty: 'proven', severity: 'blocks' },
    witnesses: ['apiserver/tcp', 'apiserver/tls'],
    says: /spec\.nodeName=n1.*KUBERNETES_SERVICE_HOST=10\.0\.0\.5\\nKUBERNETES_SERVICE_PORT=6443/,
  },
  {
    row: 'an endpoint answers with a certificate that does not verify: no proof, and no command made of it',
    facts: [
      ...pod(),
      candidates(service),
      tcp('ETIMEDOUT', 4000),
      endpoints(['10.0.0.5', 6443]),
      fact('apiserver/tls', handshake({ verification: { ok: false, code: 'SELF_SIGNED_CERT_IN_CHAIN' } }), OWN),
    ],
    expect: { cause: 'apiserver-connect-timeout', certainty: 'suspected' },
    neverSays: /SERVICE_HOST=10\.0\.0\.5/,
  },
  {
    row: 'service address accepts but does not speak, an endpoint answers',
    facts: [
      ...pod(),
      candidates(service),
      failed('apiserver/tls', SERVICE, 'ETIMEDOUT', undefined, 4000),
      endpoints(['10.0.0.5', 6443]),
      up(OWN),
    ],
    expect: { cause: 'service-address-broken' },
    witnesses: ['apiserver/tls', 'apiserver/tls'],
  },
  {
    row: "the node's name is no name: no command",
    facts: [
      ...pod().slice(0, 1),
      fact('self/settings', [{ setting: 'node', value: 'n1;reboot', origin: 'environment', source: 'NODE' }]),
      candidates(service),
      tcp('ECONNREFUSED', 1),
      endpoints(['10.0.0.5', 6443]),
      up(OWN),
    ],
    expect: { cause: 'service-address-broken' },
    witnesses: ['apiserver/tcp', 'apiserver/tls'],
    neverSays: /reboot/,
  },
  {
    row: 'refused by a named server: its own log first',
    facts: [
      ...place({ place: 'node', vantage: 'host-network' }),
      candidates(from('10.0.0.5', 6443, 'kubeconfig', 'kubelet.conf')),
      tcp('ECONNREFUSED', 1, OWN),
    ],
    expect: { cause: 'apiserver-connection-refused', certainty: 'suspected' },
    says: /crictl logs/,
  },
  {
    row: 'a named server fails, the service address answers: said, and offered',
    facts: [...pod(), candidates(named, service), tcp('ECONNREFUSED', 1, 'api.example.com:6443'), up(SERVICE)],
    expect: { cause: 'apiserver-connection-refused', certainty: 'proven' },
    witnesses: ['apiserver/tcp', 'apiserver/tls'],
    wants: ['apiserver/tls'],
    says: /--apiserver https:\/\/10\.96\.0\.1:443/,
  },
  {
    row: 'no network',
    facts: [...place({}), candidates(from('10.0.0.5', 6443, 'setting', '--apiserver')), failed('apiserver/tcp', OWN, 'ENETUNREACH')],
    expect: { cause: 'apiserver-no-route' },
    witnesses: ['apiserver/tcp'],
    says: /ip route get 10\.0\.0\.5/,
  },
  {
    row: 'nobody has the address',
    facts: [...place({}), candidates(named), tcp('EHOSTUNREACH', 3070, 'api.example.com:6443')],
    expect: { cause: 'apiserver-no-route' },
    says: /No machine answers at the apiserver address/,
  },
  {
    row: 'rejected at once',
    facts: [...place({}), candidates(named), tcp('EHOSTUNREACH', 2, 'api.example.com:6443')],
    expect: { cause: 'apiserver-no-route' },
    says: /firewall or router blocks/,
  },
  {
    row: 'reset during TLS',
    facts: [...place({}), candidates(named), failed('apiserver/tls', 'api.example.com:6443', 'ECONNRESET')],
    expect: { cause: 'apiserver-connection-reset' },
  },
  {
    row: 'silent during TLS',
    facts: [...place({}), candidates(named), failed('apiserver/tls', 'api.example.com:6443', 'ETIMEDOUT', undefined, 4000)],
    expect: { cause: 'apiserver-connection-reset' },
    says: /No TLS answer from the apiserver/,
  },
  {
    row: 'no TLS at all',
    facts: [...place({}), candidates(named), failed('apiserver/tls', 'api.example.com:6443', 'ERR_SSL_WRONG_VERSION_NUMBER')],
    expect: { cause: 'apiserver-connection-reset' },
    witnesses: ['apiserver/tls'],
    says: /does not speak TLS/,
  },
  {
    row: 'another handshake failure',
    facts: [...place({}), candidates(named), failed('apiserver/tls', 'api.example.com:6443', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE')],
    expect: { cause: 'apiserver-connection-reset' },
    witnesses: ['apiserver/tls'],
  },
  {
    row: 'a proxy that is dead is named, and is no broken service address',
    facts: [
      ...pod(),
      candidates(service),
      fact('apiserver/proxy', { via: 'proxy', proxy: 'http://p:3128', variable: 'HTTPS_PROXY' }, SERVICE),
      failed('apiserver/tcp', SERVICE, 'ETIMEDOUT'),
      endpoints(['10.0.0.5', 6443]),
      up(OWN),
    ],
    expect: { cause: 'apiserver-connect-timeout', certainty: 'proven' },
    witnesses: ['apiserver/tcp', 'apiserver/tls'],
    says: /The proxy http:\/\/p:3128/,
  },
]);
