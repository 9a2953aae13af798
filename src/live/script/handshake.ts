/** One `tls` block: what `openssl s_client` printed, reduced as our own handshakes are. */
import { X509Certificate } from 'node:crypto';
import type { Outcome, TcpConnection, TlsHandshake } from '../../model/facts.js';
import { type AuthorityAtHand, describeHandshake } from '../../probes/connection/tls.js';
import { pemBlocks } from '../../probes/credentials/pem.js';
import type { Block } from './answers.js';

/** As OpenSSL numbers them (x509_vfy.h), and Node calls them. */
const VERDICTS: Readonly<Record<number, string>> = {
  7: 'CERT_SIGNATURE_FAILURE',
  9: 'CERT_NOT_YET_VALID',
  10: 'CERT_HAS_EXPIRED',
  18: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  19: 'SELF_SIGNED_CERT_IN_CHAIN',
  20: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  21: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  23: 'CERT_REVOKED',
  24: 'INVALID_CA',
  26: 'INVALID_PURPOSE',
  27: 'CERT_UNTRUSTED',
  28: 'CERT_REJECTED',
};
/** errno of connect(2) and read(2) on Linux. */
const ERRNO: Readonly<Record<string, string>> = {
  13: 'EACCES',
  101: 'ENETUNREACH',
  104: 'ECONNRESET',
  110: 'ETIMEDOUT',
  111: 'ECONNREFUSED',
  113: 'EHOSTUNREACH',
};
const MOST_CERTIFICATES = 10;

export function handshakeIn(
  { lines }: Block,
  about: { serverName: string; authorities: AuthorityAtHand[]; nowMs: number },
): Outcome<TlsHandshake> {
  const text = lines.join('\n');
  const chain = chainIn(text);
  const [, protocol, cipher] = /^New, (TLS\S+|SSL\S+), Cipher is (\S+)/m.exec(text) ?? [];
  if (!protocol || !cipher) {
    const reason = /:SSL routines:[^:]*:([^:\n]+)/.exec(text)?.[1];
    const code = failureIn(text, reason);
    return {
      status: 'failed',
      code,
      detail:
        reason ??
        (code === 'ETIMEDOUT' ? 'no answer to the TLS handshake in 5000 ms' : 'the server closed the connection during the handshake'),
    };
  }
  if (chain.length === 0) return { status: 'failed', code: 'ERR_TLS_NO_CERTIFICATE', detail: 'the server sent no certificate' };
  const number = Number(/Verify return code: (\d+)/.exec(text)?.[1] ?? 0);
  const lone = number === 20 && chain.length === 1;
  const shown = { chain, protocol, cipher, verdict: VERDICTS[lone ? 21 : number] };
  return {
    status: 'observed',
    data: describeHandshake({ ...shown, asksClientCertificate: /^Requested Signature/m.test(text) }, about),
    ms: 0,
  };
}

/** Where curl is not there to say it. */
export function tcpInHandshake({ lines }: Block, endpoint: string): Outcome<TcpConnection> {
  const text = lines.join('\n');
  const [, address = '', port] = /^\[?(.+?)\]?:(\d+)$/.exec(endpoint) ?? [];
  const one = (result: string) => ({ tries: [{ address, port: Number(port), result, ms: 0 }] });
  if (/^CONNECTED/m.test(text)) return { status: 'observed', data: one('connected'), ms: 0 };
  const code = ERRNO[/connect:errno=(\d+)/.exec(text)?.[1] ?? ''] ?? 'ETIMEDOUT';
  return { status: 'failed', code, detail: `${endpoint}: ${code}`, data: one(code) };
}

/** The same code as ours: OpenSSL's own words in capitals. */
function failureIn(text: string, reason: string | undefined): string {
  if (reason && !/unexpected eof/i.test(reason)) return `ERR_SSL_${reason.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
  if (/^@exit (124|143|137)$/m.test(text)) return 'ETIMEDOUT';
  return ERRNO[/errno=(\d+)/.exec(text)?.[1] ?? ''] ?? 'ECONNRESET';
}

/** As sent. s_client prints the first one again below the chain, in some versions. */
function chainIn(text: string): X509Certificate[] {
  const parsed = pemBlocks(text).flatMap((block) => {
    try {
      return [new X509Certificate(block.text)];
    } catch {
      return [];
    }
  });
  return parsed.filter((one, at) => at === 0 || one.fingerprint256 !== parsed[0]?.fingerprint256).slice(0, MOST_CERTIFICATES);
}
