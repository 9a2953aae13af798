/**
 * TLS, twice: a handshake that carries no credential and looks at everything (`examineTls`), and a connection for credentials that verifies
 * and states every setting, so that NODE_TLS_REJECT_UNAUTHORIZED and NODE_EXTRA_CA_CERTS have no say (`openVerifiedTls`).
 */
import { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, rootCertificates, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { deadline } from '../../host/deadline.js';
import { printable, SENTENCE } from '../../host/redact.js';
import { elapsedMs } from '../../host/stopwatch.js';
import type { Outcome, TlsHandshake } from '../../model/facts.js';
import { describeCertificate } from '../credentials/certificate.js';
import { anchorsOf, bareName, findPath, nameMatches, sentChain, validityFault } from './chain.js';
import { type Sendable, secretsOf } from './gate.js';
import { contextOf } from './secure-context.js';
import { type Refused, verifyFirst } from './verify-first.js';

/** A CA we could verify with. `inUse`: the one configured for this target. */
export interface AuthorityAtHand {
  label: string;
  pem: string;
  inUse: boolean;
}

type Opened = { ok: true; socket: TLSSocket } | { ok: false; code: string; detail: string };

/**
 * Shakes hands without any credential and verifies what the server shows, in parts: authority, name, dates at `nowMs`; and `verification` with
 * OpenSSL's own code against the CA in use. Without any authority at hand that is Node's own list of roots; with some, none in use: nothing.
 * The socket (open, unverified: for requests without a credential only) belongs to the caller; `socket` given is used up either way.
 * Failed codes: ERR_SSL_* (plain HTTP: ERR_SSL_WRONG_VERSION_NUMBER; alert 80: ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR), ECONNRESET, ETIMEDOUT, ELATE (host/deadline.ts).
 */
export async function examineTls(
  socket: Socket,
  options: { serverName: string; authorities: AuthorityAtHand[]; nowMs: number; timeoutMs: number },
): Promise<{ outcome: Outcome<TlsHandshake>; socket?: TLSSocket }> {
  const { serverName, authorities, nowMs, timeoutMs } = options;
  const began = elapsedMs();
  const used = anchorsInUse(authorities);
  // Not lower: OpenSSL 3 speaks TLS 1.1 only at a security level at which it also takes SHA-1 signatures, and the verdict would be a lie.
  // Go clients start at 1.2 as well. No ALPN: a kubelet ≥ 1.36 speaks none.
  const shaken = await shake(socket, { ...trust(used, serverName), rejectUnauthorized: false, minVersion: 'TLSv1.2' }, timeoutMs);
  const ms = () => Math.round(elapsedMs() - began);
  if (!shaken.ok) return { outcome: { status: 'failed', code: shaken.code, detail: shaken.detail, ms: ms() } };

  const chain = sentChain(shaken.socket);
  if (chain.length === 0) {
    shaken.socket.destroy();
    return { outcome: { status: 'failed', code: 'ERR_TLS_NO_CERTIFICATE', detail: 'the server sent no certificate', ms: ms() } };
  }
  const { socket: open } = shaken;
  const data = describeHandshake(
    {
      chain,
      protocol: open.getProtocol() ?? 'unknown',
      cipher: open.getCipher().standardName,
      verdict: verdictOf(open, chain.length),
      // A client learns which algorithms it shares with the server from a CertificateRequest alone (SSL_get_shared_sigalgs): any means, it asked.
      asksClientCertificate: open.getSharedSigalgs().length > 0,
    },
    { serverName, authorities, nowMs },
  );
  return { outcome: { status: 'observed', data, ms: ms() }, socket: shaken.socket };
}

/** What a handshake has shown, before it is judged. */
export interface Shown {
  /** As sent; one certificate at least. */
  chain: X509Certificate[];
  protocol: string;
  cipher: string;
  /** OpenSSL's code, where it does not agree. */
  verdict: string | undefined;
  asksClientCertificate: boolean;
}

/** Judges it in parts: authority, name, dates. */
export function describeHandshake(
  { chain, protocol, cipher, verdict, asksClientCertificate }: Shown,
  { serverName, authorities, nowMs }: { serverName: string; authorities: AuthorityAtHand[]; nowMs: number },
): TlsHandshake {
  const [leaf] = chain as [X509Certificate];
  const used = anchorsInUse(authorities);
  const path = findPath(chain, used, nowMs);
  const named = nameMatches(leaf, serverName);
  const dates = (path ?? [leaf]).map((certificate) => validityFault(certificate, nowMs)).find((fault) => fault !== undefined);
  const described = chain.map(describeCertificate);
  const faults = [
    ...(path ? [] : [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', detail: `${described.at(-1)?.issuer} is not a CA in use` }]),
    ...(named ? [] : [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID', detail: nameFault(described[0]?.names ?? [], serverName) }]),
    ...(dates ? [dates] : []),
  ];
  const code = verdict ?? faults[0]?.code;
  const detail = faults.map((fault) => fault.detail).join('; ') || 'OpenSSL rejects the chain';
  return {
    protocol,
    cipher,
    serverName,
    chain: described,
    verification: code === undefined ? { ok: true } : { ok: false, code, detail: printable(detail, SENTENCE) },
    trusted: path !== undefined,
    nameMatches: named,
    validNow: dates === undefined,
    trials: authorities.map(({ label, pem, inUse }) => ({
      authority: label,
      inUse,
      verifies: findPath(chain, anchorsOf(pem), nowMs) !== undefined,
    })),
    asksClientCertificate,
  };
}

/** Without any authority at hand those that everybody has. */
function anchorsInUse(authorities: AuthorityAtHand[]): X509Certificate[] {
  return authorities.length === 0 ? publicRoots() : authorities.flatMap(({ pem, inUse }) => (inUse ? anchorsOf(pem) : []));
}

/**
 * OpenSSL's code, undefined where it agrees. `authorizationError` is typed as Error but is the code's string (lib/_tls_wrap.js, onConnectSecure).
 * Where a partial chain suffices, a lone leaf of an unknown issuer gives code 20 in place of the usual 21, by which it is known.
 */
function verdictOf(socket: TLSSocket, sent: number): string | undefined {
  if (socket.authorized) return undefined;
  const code = String(socket.authorizationError);
  return code === 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' && sent === 1 ? 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' : code;
}

interface Naming {
  serverName: string;
  timeoutMs: number;
}

/**
 * A connection for a credential that passed the gate, verified as it says: against its authority, for `serverName` by its alternative names alone.
 * OpenSSL's client shows its certificate before Node can judge the server's, unless both speak TLS 1.3: with one nothing older is spoken, but where
 * the server's is judged on its way in.
 * Codes: OpenSSL's (CERT_HAS_EXPIRED, SELF_SIGNED_CERT_IN_CHAIN, …), ERR_TLS_CERT_ALTNAME_INVALID, ERR_SSL_*, ECONNRESET, ETIMEDOUT.
 */
export function openVerifiedTls(socket: Socket, { credential, serverName, timeoutMs }: Naming & { credential: Sendable }): Promise<Opened> {
  const { certPem: cert, keyPem: key } = secretsOf(credential);
  const { authority, insecure, shownFirst } = credential;
  const anchors = anchorsIn(authority.pem);
  const pair = cert === undefined || key === undefined ? {} : { cert, key };
  const options = { ...trust(anchors, serverName), ...pair, rejectUnauthorized: !insecure };
  if (shownFirst)
    return shake(
      verifyFirst(socket, (chain) => refusal(chain, anchors, serverName)),
      { ...options, ...OPEN },
      timeoutMs,
    );
  return shake(socket, { ...options, minVersion: 'cert' in pair && !insecure ? 'TLSv1.3' : 'TLSv1.2' }, timeoutMs);
}

/** Who is not to be shown a certificate of ours. OpenSSL judges him as well before he is sent a request. */
function refusal(chain: X509Certificate[], anchors: X509Certificate[], serverName: string): Refused | undefined {
  const [leaf] = chain;
  const nowMs = Date.now();
  const path = findPath(chain, anchors, nowMs);
  if (!leaf || !path) return { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', detail: 'its issuer is not a CA in use' };
  if (!nameMatches(leaf, serverName))
    return { code: 'ERR_TLS_CERT_ALTNAME_INVALID', detail: nameFault(describeCertificate(leaf).names, serverName) };
  return path.map((certificate) => validityFault(certificate, nowMs)).find((fault) => fault !== undefined);
}

/** The server's certificate in plain text, and a key exchange that its key signs. */
const OPEN = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: 'ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE:DHE:!aNULL' } as const;

/** A connection without a credential, to whoever it is. */
export function openBareTls(socket: Socket, { serverName, timeoutMs }: Naming): Promise<Opened> {
  return shake(socket, { ...trust([], serverName), rejectUnauthorized: false, minVersion: 'TLSv1.2' }, timeoutMs);
}

/** TLS to an `https://` proxy, verified against Node's own roots (or `ca`), before CONNECT. */
export function secureProxySocket(socket: Socket, { serverName, timeoutMs, ca }: Naming & { ca?: string }): Promise<Opened> {
  return shake(socket, { ...trust(anchorsIn(ca), serverName), rejectUnauthorized: true, minVersion: 'TLSv1.2' }, timeoutMs);
}

/** Of a PEM; undefined means Node's own list of roots, a snapshot that no variable widens. Without a usable certificate nothing verifies. */
function anchorsIn(pem: string | undefined): X509Certificate[] {
  return pem === undefined ? publicRoots() : anchorsOf(pem);
}

const publicRoots = () => rootCertificates.map((pem) => new X509Certificate(pem));

/**
 * What is verified against and for whom, stated in full. `ca` is always an array: an empty string would mean the default roots.
 * A partial chain suffices, as in Go: an intermediate, or the kubelet's certificate itself, may be the CA file.
 */
function trust(anchors: X509Certificate[], serverName: string): ConnectionOptions {
  const name = bareName(serverName);
  return {
    ca: anchors.map(String),
    allowPartialTrustChain: true,
    servername: isIP(name) === 0 ? name : '', // SNI holds names only (RFC 6066 §3)
    // Not tls.checkServerIdentity: it takes a CN for a name where there are no others, which Go has not done since 1.15.
    checkServerIdentity: (_host, certificate) => {
      const leaf = new X509Certificate(certificate.raw);
      if (nameMatches(leaf, serverName)) return undefined;
      return Object.assign(new Error(nameFault(describeCertificate(leaf).names, serverName)), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    },
  };
}

const nameFault = (names: string[], serverName: string) =>
  `${bareName(serverName)} is not a name of the certificate (${names.slice(0, 10).join(', ') || 'it has none'})`;

function shake(raw: Duplex, options: ConnectionOptions, timeoutMs: number): Promise<Opened> {
  return new Promise((resolve) => {
    raw.on('error', () => {});
    if (raw.destroyed) return resolve({ ok: false, code: 'ECONNRESET', detail: 'the connection was closed before the handshake' });
    let socket: TLSSocket;
    try {
      socket = tlsConnect({ ...options, ...contextOf(options), socket: raw });
    } catch (error) {
      raw.destroy();
      return resolve({ ok: false, code: codeOf(error), detail: printable(wordsOf(error), SENTENCE) }); // e.g. a client key that does not fit
    }
    const fail = (code: string, detail: string) => {
      stop();
      // Closes `raw` as well. Never the other way round: Node 20.20 crashes (SIGSEGV in SSL_read) when a TLSSocket is destroyed after the
      // socket under it.
      socket.destroy();
      resolve({ ok: false, code, detail: printable(detail, SENTENCE) });
    };
    const stop = deadline(timeoutMs, (code) => fail(code, `no answer to the TLS handshake in ${timeoutMs} ms`));
    // Stays for the socket's life: between two layers nobody else listens, and an unheard 'error' ends the process.
    socket.on('error', (error) => fail(codeOf(error), wordsOf(error)));
    socket.once('close', () => fail('ECONNRESET', 'the server closed the connection during the handshake'));
    socket.once('secureConnect', () => {
      stop();
      resolve({ ok: true, socket });
    });
  });
}

/** OpenSSL's own words, e.g. `tlsv1 alert internal error`; its message around them holds addresses of this process. */
function reasonOf(error: unknown): string | undefined {
  const { reason, message } = error as { reason?: unknown; message?: unknown };
  if (typeof reason === 'string') return reason;
  return /:SSL routines:[^:]*:([^:]+)/.exec(String(message))?.[1];
}

/** node:https says EPROTO where undici says ERR_SSL_…; here it is always the latter. */
function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && code !== 'EPROTO') return code;
  const reason = reasonOf(error);
  return reason ? `ERR_SSL_${reason.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}` : 'EPROTO';
}

function wordsOf(error: unknown): string {
  return reasonOf(error) ?? (error instanceof Error ? error.message : 'unknown failure');
}
