/** Builders of facts for the checks' tables: a row says only what matters to it. */
import type { AnyFact, Fact, FactData, FactKind, KindOf, Need, Outcome, TlsHandshake } from '../../src/model/facts.js';

/** An observed fact: `fact('kubelet/dns', { … }, 'n1')`. */
export function fact<N extends Need>(need: N, data: FactData[KindOf<N>], subject = '', ms = 5): AnyFact {
  return withOutcome(need, subject, { status: 'observed', data, ms } as Outcome<never>);
}

/** A failed one, with its code. */
export function failed<N extends Need>(need: N, subject: string, code: string, data?: FactData[KindOf<N>], ms = 5): AnyFact {
  return withOutcome(need, subject, { status: 'failed', code, detail: code, ms, data } as Outcome<never>);
}

export function pending(need: Need, subject: string): AnyFact {
  return withOutcome(need, subject, { status: 'pending', ms: 600 });
}

function withOutcome(need: Need, subject: string, outcome: Outcome<never>): AnyFact {
  const [target, kind] = need.split('/') as [Fact['target'], FactKind];
  return { target, kind, subject, outcome } as unknown as AnyFact;
}

export const NOW = Date.parse('2026-06-01T00:00:00Z');
export const ENDPOINT = '10.0.0.7:10250';

/** A verified handshake, with changes. */
export function handshake(change: Partial<TlsHandshake> = {}): TlsHandshake {
  return {
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_128_GCM_SHA256',
    serverName: '10.0.0.7',
    chain: [certificate()],
    verification: { ok: true },
    trusted: true,
    nameMatches: true,
    validNow: true,
    trials: [],
    ...change,
  };
}

export function certificate(change: Partial<TlsHandshake['chain'][number]> = {}): TlsHandshake['chain'][number] {
  return {
    subject: 'O=system:nodes, CN=system:node:n1',
    issuer: 'CN=kubernetes',
    names: ['DNS:n1', 'IP:10.0.0.7'],
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: '2027-01-01T00:00:00Z',
    selfSigned: false,
    isCa: false,
    fingerprint: 'aa',
    ...change,
  };
}

/** What most rows start from: the agent dials 10.0.0.7:10250, verification on. */
export function base(settings: Record<string, string> = {}): AnyFact[] {
  return [
    fact('self/place', {
      place: 'agent-pod',
      vantage: 'pod-network',
      hostName: 'agent-x',
      agentEnvironment: true,
      serviceEnvironment: true,
      renamedVariables: [],
      gateways: [],
      nowMs: NOW,
    }),
    fact(
      'self/settings',
      Object.entries(settings).map(([setting, value]) => ({ setting, value, origin: 'agent environment' as const, source: 'DD_TEST' })),
    ),
    fact('kubelet/candidates', [{ host: '10.0.0.7', port: 10250, origin: 'setting', source: 'DD_KUBERNETES_KUBELET_HOST' }]),
  ];
}
