/**
 * TLS, twice: a handshake that carries no credential and looks at everything (`examineTls`), and a connection for credentials that verifies
 * and states every setting, so that NODE_TLS_REJECT_UNAUTHORIZED and NODE_EXTRA_CA_CERTS have no say (`openVerifiedTls`).
 */
import { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { type ConnectionOptions, rootCertificates, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { deadline } from '../../host/deadline.js';
import { printable, SENTENCE } from '../../host/redact.js';
import type { Outcome, TlsHandshake } from '../../model/facts.js';
import { describeCertificate } from '../credentials/certificate.js';
import { anchorsOf, bareName, findPath, nameMatches, sentChain, validityFault } from './chain.js';

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
  const began = performance.now();
  const bundles = authorities.map(({ label, pem, inUse }) => ({ label, inUse, anchors: anchorsOf(pem) }));
  const roots = authorities.length === 0 ? rootCertificates.map((pem) => new X509Certificate(pem)) : [];
  const used = [...roots, ...bundles.flatMap(({ inUse, anchors }) => (inUse ? anchors : []))];
  // Not lower: OpenSSL 3 speaks TLS 1.1 only at a security level at which it also takes SHA-1 signatures, and the verdict would be a lie.
  // Go clients start at 1.2 as well. No ALPN: a kubelet ≥ 1.36 speaks none.
  const shaken = await shake(socket, { ...trust(used, serverName), rejectUnauthorized: false, minVersion: 'TLSv1.2' }, timeoutMs);
  const ms = () => Math.round(performance.now() - began);
  if (!shaken.ok) return { outcome: { status: 'failed', code: shaken.code, detail: shaken.detail, ms: ms() } };

  const chain = sentChain(shaken.socket);
  const leaf = chain[0];
  if (!leaf) {
    shaken.socket.destroy();
    return { outcome: { status: 'failed', code: 'ERR_TLS_NO_CERTIFICATE', detail: 'the server sent no certificate', ms: ms() } };
  }
  const path = findPath(chain, used, nowMs);
  const named = nameMatches(leaf, serverName);
  const dates = (path ?? [leaf]).map((certificate) => validityFault(certificate, nowMs)).find((fault) => fault !== undefined);
  const verdict = verdictOf(shaken.socket, chain.length);
  const described = chain.map(describeCertificate);
  const faults = [
    ...(path ? [] : [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', detail: `${described.at(-1)?.issuer} is not a CA in use` }]),
    ...(named ? [] : [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID', detail: nameFault(described[0]?.names ?? [], serverName) }]),
    ...(dates ? [dates] : []),
  ];
  const code = verdict ?? faults[0]?.code;
  const detail = faults.map((fault) => fault.detail).join('; ') || 'OpenSSL rejects the chain';
  const data: TlsHandshake = {
    protocol: shaken.socket.getProtocol() ?? 'unknown',
    cipher: shaken.socket.getCipher().standardName,
    serverName,
    chain: described,
    verification: code === undefined ? { ok: true } : { ok: false, code, detail: printable(detail, SENTENCE) },
    trusted: path !== undefined,
    nameMatches: named,
    validNow: dates === undefined,
    trials: bundles.map(({ label, inUse, anchors }) => ({
      authority: label,
      inUse,
      verifies: findPath(chain, anchors, nowMs) !== undefined,
    })),
    // A client learns which algorithms it shares with the server from a CertificateRequest alone (SSL_get_shared_sigalgs): any means, it asked.
    asksClientCertificate: shaken.socket.getSharedSigalgs().length > 0,
  };
  return { outcome: { status: 'observed', data, ms: ms() }, socket: shaken.socket };
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

/**
 * A connection that may carry a credential: verified against `ca` (PEM; undefined: Node's own list of roots, a snapshot that no variable
 * widens; without a usable certificate: nothing verifies), for `serverName` by its alternative names alone. `insecure` only by the user's flag.
 * OpenSSL's client shows its certificate before Node can judge the server's, unless the server speaks TLS 1.3: with `cert` nothing older is
 * spoken. Pass `minVersion: 'TLSv1.2'` for a server that `examineTls` saw to verify and to speak no more.
 * Codes: OpenSSL's (CERT_HAS_EXPIRED, SELF_SIGNED_CERT_IN_CHAIN, …), ERR_TLS_CERT_ALTNAME_INVALID, ERR_SSL_*, ECONNRESET, ETIMEDOUT.
 */
export function openVerifiedTls(
  socket: Socket,
  options: {
    serverName: string;
    ca: string | undefined;
    cert?: string;
    key?: string;
    insecure: boolean;
    timeoutMs: number;
    minVersion?: 'TLSv1.2' | 'TLSv1.3';
  },
): Promise<Opened> {
  const { serverName, ca, cert, key, insecure, timeoutMs } = options;
  const anchors = ca === undefined ? [...rootCertificates] : anchorsOf(ca);
  const minVersion = options.minVersion ?? (cert !== undefined && !insecure ? 'TLSv1.3' : 'TLSv1.2');
  const pair = cert === undefined || key === undefined ? {} : { cert, key };
  return shake(socket, { ...trust(anchors, serverName), ...pair, rejectUnauthorized: !insecure, minVersion }, timeoutMs);
}

/** TLS to an `https://` proxy, verified against Node's own roots (or `ca`), before CONNECT. */
export function secureProxySocket(socket: Socket, options: { serverName: string; timeoutMs: number; ca?: string }): Promise<Opened> {
  return openVerifiedTls(socket, { serverName: options.serverName, ca: options.ca, insecure: false, timeoutMs: options.timeoutMs });
}

/**
 * What is verified against and for whom, stated in full. `ca` is always an array: an empty string would mean the default roots.
 * A partial chain suffices, as in Go: an intermediate, or the kubelet's certificate itself, may be the CA file.
 */
function trust(anchors: (X509Certificate | string)[], serverName: string): ConnectionOptions {
  const name = bareName(serverName);
  return {
    ca: anchors.map((anchor) => (typeof anchor === 'string' ? anchor : anchor.toString())),
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

function shake(raw: Socket, options: ConnectionOptions, timeoutMs: number): Promise<Opened> {
  return new Promise((resolve) => {
    raw.on('error', () => {});
    if (raw.destroyed) return resolve({ ok: false, code: 'ECONNRESET', detail: 'the connection was closed before the handshake' });
    let socket: TLSSocket;
    try {
      socket = tlsConnect({ ...options, socket: raw });
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
