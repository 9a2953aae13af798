import { clientCertificate } from '../../../src/checks/authentication/client-certificate/check.js';
import type { AnyFact, Credential } from '../../../src/model/facts.js';
import { atNode, certificate, ENDPOINT, fact, failed, handshake, NOW } from '../facts.js';
import { judgeTable } from '../table.js';

const DAY = 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString();
const place = atNode({ agentEnvironment: true });
const settings = fact(
  'self/settings',
  Object.entries({
    'apiserver.certificate': '/etc/agent/client.crt',
    'apiserver.key': '/etc/agent/client key.pem',
    'kubelet.certificate': '/etc/agent/client.crt',
    'kubelet.key': '/etc/agent/client.key',
  }).map(([setting, value]) => ({ setting, value, origin: 'flag' as const, source: 'test' })),
);
const world: AnyFact[] = [place, settings];
const held = (
  target: 'kubelet' | 'apiserver',
  change: Partial<NonNullable<Credential['certificate']>> = {},
  source = '/etc/agent/client.crt',
) =>
  fact(
    `${target}/credential`,
    {
      as: 'certificate',
      source,
      certificate: { ...certificate({ subject: 'CN=agent', issuer: 'CN=kubernetes' }), clientUsage: true, ...change },
    },
    'certificate',
  );
const answer = (target: 'kubelet' | 'apiserver', status: number, path = '/pods') =>
  fact(
    `${target}/http`,
    { method: 'GET', path, as: 'certificate', status, body: '', voice: target, serverTimeMs: target === 'apiserver' ? NOW : undefined },
    `certificate GET ${path}`,
  );
const clock = (target: 'kubelet' | 'apiserver', offsetMs = 0) => fact(`${target}/clock`, { against: target, offsetMs, toleranceMs: 1000 });
const expired = { notAfter: iso(NOW - 3 * DAY) };

judgeTable(clientCertificate, [
  { row: 'none configured', facts: world, expect: 'not-applicable' },
  {
    row: 'accepted by both',
    facts: [...world, held('apiserver'), answer('apiserver', 200), held('kubelet'), answer('kubelet', 403)],
    expect: 'pass',
  },
  { row: 'in order, but nobody was asked', facts: [...world, held('apiserver'), clock('apiserver')], expect: 'cannot-tell' },
  {
    row: "the plugin gave none: another check's affair",
    facts: [...world, failed('apiserver/credential', 'certificate', 'EPLUGINFAILED')],
    expect: 'not-applicable',
  },
  {
    row: 'expired by our clock and accepted: not the certificate',
    facts: [...world, held('apiserver', expired), answer('apiserver', 403)],
    expect: 'pass',
  },
  {
    row: 'expired',
    facts: [...world, held('apiserver', expired), answer('apiserver', 401)],
    expect: { cause: 'client-certificate-expired', certainty: 'proven', severity: 'blocks' },
    witnesses: ['apiserver/credential', 'apiserver/http'],
    says: /3 days ago/,
  },
  {
    row: 'expired by our clock only and refused: for another reason',
    facts: [
      ...world,
      held('kubelet', expired),
      answer('kubelet', 401),
      clock('kubelet', 10 * DAY),
      fact('kubelet/tls', handshake({ asksClientCertificate: true }), ENDPOINT),
    ],
    expect: { cause: 'client-certificate-foreign' },
    witnesses: ['kubelet/credential', 'kubelet/http'],
  },
  {
    row: "expired, and no server's clock seen",
    facts: [...world, held('apiserver', expired)],
    expect: { cause: 'client-certificate-expired', certainty: 'suspected' },
    wants: ['apiserver/clock'],
  },
  {
    row: "expired in kubeadm's admin.conf",
    facts: [
      ...world,
      held('apiserver', expired, 'kubeconfig /etc/kubernetes/admin.conf (user kubernetes-admin)'),
      answer('apiserver', 401),
    ],
    expect: { cause: 'client-certificate-expired' },
    witnesses: ['apiserver/credential', 'apiserver/http'],
    says: /kubeadm certs renew admin\.conf/,
  },
  {
    row: "expired in the kubelet's own kubeconfig",
    facts: [...world, held('apiserver', expired, '/var/lib/kubelet/pki/kubelet-client-current.pem'), answer('apiserver', 401)],
    expect: { cause: 'client-certificate-expired' },
    witnesses: ['apiserver/credential', 'apiserver/http'],
    says: /systemctl restart kubelet/,
  },
  {
    row: 'not valid yet',
    facts: [...world, held('apiserver', { notBefore: iso(NOW + DAY) }), answer('apiserver', 401)],
    expect: { cause: 'client-certificate-not-yet-valid' },
    witnesses: ['apiserver/credential', 'apiserver/http'],
  },
  {
    row: 'a serving certificate',
    facts: [...world, held('apiserver', { clientUsage: false }), answer('apiserver', 401)],
    expect: { cause: 'client-certificate-without-client-usage', certainty: 'proven' },
    witnesses: ['apiserver/credential'],
  },
  {
    row: "of another CA: the apiserver's refusal proves it",
    facts: [...world, held('apiserver', { issuer: 'CN=other' }), answer('apiserver', 401)],
    expect: { cause: 'client-certificate-foreign', certainty: 'proven' },
    witnesses: ['apiserver/credential', 'apiserver/http'],
    says: /CN=other/,
  },
  {
    row: 'of another CA: the kubelet refuses, and asks for certificates',
    facts: [
      ...world,
      held('kubelet'),
      answer('kubelet', 401),
      clock('kubelet'),
      fact('kubelet/tls', handshake({ asksClientCertificate: true }), ENDPOINT),
    ],
    expect: { cause: 'client-certificate-foreign', certainty: 'proven' },
    witnesses: ['kubelet/credential', 'kubelet/http'],
  },
  {
    row: 'the kubelet refuses, and may not have looked at it',
    facts: [...world, held('kubelet'), answer('kubelet', 401), clock('kubelet'), fact('kubelet/tls', handshake(), ENDPOINT)],
    expect: { cause: 'client-certificate-foreign', certainty: 'suspected' },
  },
  {
    row: 'the kubelet never asks for one: its 401 says nothing',
    facts: [
      ...world,
      held('kubelet'),
      answer('kubelet', 401),
      clock('kubelet'),
      fact('kubelet/tls', handshake({ asksClientCertificate: false }), ENDPOINT),
    ],
    expect: 'pass',
  },
  {
    row: 'certificate and key differ',
    facts: [...world, failed('apiserver/credential', 'certificate', 'EKEYMISMATCH')],
    expect: { cause: 'client-certificate-key-mismatch', severity: 'blocks' },
    witnesses: ['apiserver/credential'],
    says: /openssl pkey -pubout -in '\/etc\/agent\/client key\.pem'/,
  },
  {
    row: 'key not there',
    facts: [...world, failed('kubelet/credential', 'certificate', 'ENOENT')],
    expect: { cause: 'client-certificate-unreadable' },
    witnesses: ['kubelet/credential'],
    says: /ls -lnL/,
  },
]);
