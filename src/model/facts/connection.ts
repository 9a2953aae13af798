/** What one connection shows, layer by layer: proxy, name, TCP, TLS, credential, answer, clock; and what another way shows of the same kubelet. */
import type { Target } from './run.js';

/** How a request to `host:port` leaves: directly, or through a proxy. Decided before DNS and TCP, which then concern the next hop. */
export interface ProxyDecision {
  via: 'direct' | 'proxy';
  /** `http://proxy:3128`, credentials removed. Present for `proxy`. */
  proxy?: string;
  /** The variable that decided, e.g. `HTTPS_PROXY` or, for direct in spite of a proxy, `NO_PROXY`. */
  variable?: string;
  /** The NO_PROXY token that matched. */
  matched?: string;
  /** NO_PROXY as it stands (safe to print), to build the line to set. */
  noProxy?: string;
}

/** Answer of the resolver for one name. Failed outcomes use Node's codes: ENOTFOUND, ETIMEOUT, ESERVFAIL, ECONNREFUSED… */
export interface DnsAnswer {
  addresses: { address: string; family: 4 | 6 }[];
  /** `hosts` file, `dns`, or `literal` for an IP that needs no question. */
  from: 'hosts' | 'dns' | 'literal';
  /** The fully qualified name that answered (after the search list). */
  asked: string[];
  nameservers: string[];
  /** Of a failed lookup: packets sent, one a family and try, and those that were answered. */
  questions?: { asked: number; answered: number };
}

/** TCP to the next hop. Failed codes: ETIMEDOUT (no answer), ECONNREFUSED, ECONNRESET, EHOSTUNREACH, ENETUNREACH, EACCES… */
export interface TcpConnection {
  /** Each address tried, in order, and what it said; the first `connected` is used. */
  tries: { address: string; port: number; result: 'connected' | string; ms: number }[];
}

/** A proxy's answer to CONNECT. Failed when it refused; `status` then is its HTTP status. */
export interface TunnelAnswer {
  proxy: string;
  status: number;
  /** `Server`/`Via` header, cleaned and cut. */
  voice?: string;
}

/** One certificate as the server sent it. Times are ISO 8601 UTC, empty where they cannot be read. */
export interface Certificate {
  subject: string;
  issuer: string;
  /** `DNS:name` and `IP:address` entries. */
  names: string[];
  notBefore: string;
  notAfter: string;
  selfSigned: boolean;
  isCa: boolean;
  /** SHA-256, lower-case hex. */
  fingerprint: string;
}

/** A CA file (or inline data) at hand and whether the chain verifies with it, dates and name left aside. */
export interface AuthorityTrial {
  /** Path or description (`kubeconfig inline`, `presented chain`). */
  authority: string;
  /** The one the agent (or kubeconfig) is configured to use for this target? */
  inUse: boolean;
  verifies: boolean;
}

/**
 * A TLS handshake without any credential. `failed` with code when no handshake came about (EPROTO, ERR_SSL_*, ECONNRESET, ETIMEDOUT);
 * a certificate that does not verify is an *observed* handshake whose `verification.ok` is false.
 */
export interface TlsHandshake {
  protocol: string;
  cipher: string;
  /** The name or address verified against. */
  serverName: string;
  chain: Certificate[];
  verification: { ok: boolean /** Node's code, e.g. CERT_HAS_EXPIRED */; code?: string; detail?: string };
  /** The parts of verification, each apart, so that two faults are two. */
  trusted: boolean;
  nameMatches: boolean;
  validNow: boolean;
  trials: AuthorityTrial[];
  /** Did the server ask for a client certificate? Undefined where the handshake does not show it. */
  asksClientCertificate?: boolean;
}

/** A CA file configured for a target. Failed codes: ENOENT, EACCES, ENOTPEM, ETOOBIG, EISDIR, ENOTFILE. */
export interface AuthorityFile {
  path: string;
  certificates: Certificate[];
}

/** Claims of a JWT, decoded for display only. Times are seconds since the epoch. */
export interface TokenClaims {
  issuer?: string;
  subject?: string;
  audiences: string[];
  expiresAt?: number;
  notBefore?: number;
  issuedAt?: number;
  warnAfter?: number;
  namespace?: string;
  serviceAccount?: string;
  pod?: string;
  node?: string;
  /** `kubernetes/serviceaccount` issuer: a Secret token that never expires. */
  legacy: boolean;
}

/** What we would present to a target. Failed codes: ENOENT, EACCES, EMPTY, ENOTJWT, ENEWLINE, EKEYMISMATCH, ENOTPEM, EPLUGIN… */
export interface Credential {
  as: CredentialKind;
  /** Token file, certificate file, `kubeconfig FILE (user NAME)`, or `none`. */
  source: string;
  token?: TokenClaims;
  certificate?: Certificate & { clientUsage: boolean };
}

/** An HTTP answer, reduced. `failed` when no answer came (ETIMEDOUT, ECONNRESET, UND_ERR_*). */
export interface HttpAnswer {
  method: 'GET' | 'POST';
  path: string;
  as: CredentialKind;
  status: number;
  /** First bytes of a *refusal* (status ≥ 400) or of /healthz, cleaned, redacted, at most 512 characters; empty for payloads. */
  body: string;
  /** Who seems to be speaking. */
  voice: Voice;
  /** Server's clock: the `Date` header in ms since the epoch, if there was one. */
  serverTimeMs?: number;
  /** What was found in a successful payload, e.g. `PodList 14`, `prometheus`, `summary n1`, `KubeletConfiguration`. */
  payload?: Payload;
  retryAfterSeconds?: number;
}

/** Who answered, by the shape of the answer. */
export type Voice = 'kubelet' | 'apiserver' | 'kubernetes-api-other' | 'proxy' | 'unknown';

/** What a 2xx body was recognised as. */
export interface Payload {
  recognised: 'pod-list' | 'metrics' | 'stats-summary' | 'kubelet-configuration' | 'healthz-ok' | 'unrecognised';
  /** The node's name: in a stats summary its own, in a pod list the one that all of the pods are on. */
  node?: string;
  items?: number;
  /** From /configz only: the settings checks read; nothing else of it is kept. */
  kubelet?: { anonymous?: boolean; webhook?: boolean; authorizationMode?: string; clientCaFile?: boolean; readOnlyPort?: number };
}

/** How an identity reaches a server. `nobody` sends no credential. */
export type CredentialKind = 'nobody' | 'token' | 'certificate';

/** The local clock against a server's `Date` header, from one answer. Positive: we are ahead. */
export interface ClockComparison {
  against: Target;
  offsetMs: number;
  /** Half the round trip plus the header's one-second grain. */
  toleranceMs: number;
}

/** Since 1.5: the Cluster Agent that the agent's settings name, as it answers someone who shows no credential. */
export interface ClusterAgentWay {
  /** The variable that names it. */
  source: string;
  /** Why that leads to no address: it is not set, or is no https URL. */
  fault?: 'unset' | 'not-https' | undefined;
  endpoint?: string;
  /** Characters of the shared token in the environment; the token is not kept. */
  tokenLength?: number;
  state: 'not-asked' | 'no-name' | 'refused' | 'silent' | 'no-route' | 'no-tls' | 'other' | 'answers';
  /** A code of the system, or the status of HTTP. */
  said: string;
  /** SHA-256 of its certificate, which most of them make for themselves. */
  fingerprint?: string;
}

/** The same kubelet seen from elsewhere: through the apiserver's node proxy, or its local 10248. */
export interface SecondSight {
  by: 'node-proxy' | 'local-healthz' | 'read-only-port';
  status: number;
  /** Cleaned words of the other side, at most 300 characters: `dial tcp 10.0.0.7:10250: connect: connection refused`. */
  said: string;
  /** What it says of the kubelet. `unknown` where the refusal was about our rights. */
  kubelet: 'answers' | 'refused' | 'timeout' | 'no-route' | 'tls-failed' | 'unknown';
}
