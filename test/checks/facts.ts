/** Builders of facts for the checks' tables: a row says only what matters to it. */
import type {
  AnyFact,
  Fact,
  FactData,
  FactKind,
  KindOf,
  Need,
  NodeObject,
  Outcome,
  Place,
  SecondSight,
  TlsHandshake,
} from '../../src/model/facts.js';

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

/** Where we run: in the agent's own pod, with changes. */
export function inPod(change: Partial<Place> = {}): AnyFact {
  return fact('self/place', {
    place: 'agent-pod',
    vantage: 'pod-network',
    hostName: 'agent-x',
    agentEnvironment: true,
    serviceEnvironment: true,
    renamedVariables: [],
    gateways: [],
    nowMs: NOW,
    ...change,
  });
}

/** At the node n1, with changes. */
export function atNode(change: Partial<Place> = {}): AnyFact {
  const here: Partial<Place> = { place: 'node', vantage: 'host-network', hostName: 'n1' };
  return inPod({ ...here, agentEnvironment: false, serviceEnvironment: false, ...change });
}

/** At someone's workstation, with changes. */
export function atWorkstation(change: Partial<Place> = {}): AnyFact {
  const here: Partial<Place> = { place: 'workstation', vantage: 'workstation', hostName: 'laptop' };
  return inPod({ ...here, agentEnvironment: false, serviceEnvironment: false, ...change });
}

/** The Lease of n1. */
export function lease(ageSeconds: number): AnyFact {
  return fact('apiserver/lease', { node: 'n1', renewedAt: '2026-06-01T00:00:00Z', ageSeconds }, 'n1');
}

/** The kubelet seen another way. */
export function sight(kubelet: SecondSight['kubelet'], by: SecondSight['by'] = 'node-proxy', said = 'as it said'): AnyFact {
  return fact('kubelet/second-sight', { by, status: kubelet === 'answers' ? 200 : 503, said, kubelet }, by);
}

/** The Node object of n1, with changes. */
export function nodeObject(change: Partial<NodeObject> = {}): AnyFact {
  const addresses = [{ type: 'InternalIP', address: '10.0.0.7' }];
  return fact('apiserver/node', { node: 'n1', kubeletVersion: 'v1.36.2', kubeletPort: 10250, addresses, ready: 'True', ...change }, 'n1');
}

/** What most rows start from: the agent dials 10.0.0.7:10250, verification on. */
export function base(settings: Record<string, string> = {}): AnyFact[] {
  return [
    inPod(),
    fact(
      'self/settings',
      Object.entries(settings).map(([setting, value]) => ({ setting, value, origin: 'agent environment' as const, source: 'DD_TEST' })),
    ),
    fact('kubelet/candidates', [{ host: '10.0.0.7', port: 10250, origin: 'setting', source: 'DD_KUBERNETES_KUBELET_HOST' }]),
  ];
}
