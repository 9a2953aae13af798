import { tlsVerification } from '../../../src/checks/settings/tls-verification.js';
import type { AnyFact, TlsHandshake } from '../../../src/model/facts.js';
import { base, ENDPOINT, fact, failed, handshake } from '../facts.js';
import { judgeTable } from '../table.js';

const off = base({ 'kubelet.tlsVerify': 'false' });
const tls = (change: Partial<TlsHandshake>): AnyFact => fact('kubelet/tls', handshake(change), ENDPOINT);
const refused = { verification: { ok: false, code: 'SELF_SIGNED_CERT_IN_CHAIN' } };
const RISK = { cause: 'tls-verification-disabled', certainty: 'proven', severity: 'risk' } as const;
const SETS_IT = /DD_KUBELET_TLS_VERIFY=true"/;

judgeTable(tlsVerification, [
  { row: 'on', facts: base({ 'kubelet.tlsVerify': 'true' }), expect: 'pass' },
  { row: 'on by default', facts: base(), expect: 'pass' },
  { row: 'settings unknown', facts: [], expect: 'cannot-tell' },
  {
    row: 'off, though the certificate verifies: just turn it on',
    facts: [...off, tls({})],
    expect: RISK,
    witnesses: ['self/settings'],
    says: SETS_IT,
  },
  {
    row: 'off, and a CA at hand would verify',
    facts: [
      ...off,
      tls({ ...refused, trusted: false, trials: [{ authority: '/etc/kubernetes/pki/ca.crt', inUse: false, verifies: true }] }),
    ],
    expect: RISK,
    witnesses: ['self/settings'],
    says: /DD_KUBELET_CLIENT_CA=\/etc\/kubernetes\/pki\/ca\.crt\\nDD_KUBELET_TLS_VERIFY=true"/,
  },
  {
    row: 'that CA is not enough where the name does not fit',
    facts: [
      ...off,
      tls({
        ...refused,
        trusted: false,
        nameMatches: false,
        trials: [{ authority: '/etc/kubernetes/pki/ca.crt', inUse: false, verifies: true }],
      }),
    ],
    expect: RISK,
    witnesses: ['self/settings'],
    neverSays: /"steps"/,
  },
  {
    row: 'off, no CA verifies',
    facts: [...off, tls({ ...refused, trusted: false })],
    expect: RISK,
    witnesses: ['self/settings'],
    says: /Fix the CA first/,
    neverSays: /"steps"/,
  },
  {
    row: 'off, expired',
    facts: [...off, tls({ ...refused, validNow: false })],
    expect: RISK,
    witnesses: ['self/settings'],
    says: /Renew the certificate first/,
    neverSays: /"steps"/,
  },
  {
    row: 'off, another name',
    facts: [...off, tls({ ...refused, nameMatches: false })],
    expect: RISK,
    witnesses: ['self/settings'],
    says: /Fix the host name first/,
    neverSays: /"steps"/,
  },
  {
    row: 'off, the kubelet does not answer',
    facts: [...off, failed('kubelet/tls', ENDPOINT, 'ETIMEDOUT')],
    expect: RISK,
    witnesses: ['self/settings'],
    says: /once the kubelet answers/,
  },
]);
