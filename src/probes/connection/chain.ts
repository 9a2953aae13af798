/**
 * Verifies a server's chain in parts — who signed it, for which name, at which time — where OpenSSL gives one verdict and stops at the first
 * fault. Follows Go's crypto/x509 (the agent's): any certificate of the CA file is an anchor, a CN is no name. OpenSSL's verdict stays
 * beside it (`tls.ts`); nothing is ever trusted on this file's word alone.
 */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { printable } from '../../host/redact.js';
import { certificateBlocks } from '../credentials/certificate.js';
import { pemBlocks } from '../credentials/pem.js';

/** Go and browsers stop near here too; kubelets send one or two. */
const MAX_CHAIN = 10;
/** Signature checks for one path: hostile certificates that all carry one name could make the search exponential. */
const MAX_SIGNATURES = 200;

/**
 * The certificates as sent, in the order sent, at most 10. To be called once: Node takes them off the connection.
 * `getPeerCertificate(true)` would not do: it sorts, drops strays, continues the chain out of our own CA file, and is cyclic at its end.
 */
export function sentChain(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next = socket.getPeerX509Certificate();
  while (next && chain.length < MAX_CHAIN) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}

/** The certificates of a PEM text that parse. */
export function anchorsOf(pem: string): X509Certificate[] {
  const anchors = parsed.get(pem) ?? pemBlocks(certificateBlocks(pem)).map(({ text }) => new X509Certificate(text));
  if (parsed.size >= MOST_PARSED) parsed.clear();
  parsed.set(pem, anchors);
  return anchors;
}

/** Each CA is asked of each chain, for its own verdict and for each connection. */
const parsed = new Map<string, X509Certificate[]>();
const MOST_PARSED = 100;

/**
 * Leaf to anchor, both included; undefined when `anchors` do not lead to it. Names are left aside; a path whose certificates are all valid at
 * `nowMs` is preferred, but dates do not decide.
 */
export function findPath(chain: X509Certificate[], anchors: X509Certificate[], nowMs: number): X509Certificate[] | undefined {
  return climb(chain, anchors, (certificate) => isValidAt(certificate, nowMs)) ?? climb(chain, anchors, () => true);
}

function climb(chain: X509Certificate[], anchors: X509Certificate[], usable: (certificate: X509Certificate) => boolean) {
  const trusted = new Set(anchors.map((anchor) => anchor.fingerprint256));
  let budget = MAX_SIGNATURES;
  const signed = (certificate: X509Certificate, issuer: X509Certificate): boolean => {
    if (!certificate.checkIssued(issuer) || budget <= 0) return false;
    budget -= 1;
    try {
      return certificate.verify(issuer.publicKey);
    } catch {
      return false; // a kind of key this OpenSSL does not know
    }
  };
  const from = (path: X509Certificate[]): X509Certificate[] | undefined => {
    const last = path.at(-1);
    if (!last || !usable(last)) return undefined;
    if (trusted.has(last.fingerprint256)) return path;
    if (path.length >= MAX_CHAIN) return undefined;
    for (const issuer of [...anchors, ...chain]) {
      if (path.includes(issuer) || !mayIssue(issuer) || !signed(last, issuer)) continue;
      const found = from([...path, issuer]);
      if (found) return found;
    }
    return undefined;
  };
  return from(chain.slice(0, 1));
}

/** A CA; or an X.509 version 1 certificate, which cannot say so (old company roots; Go and OpenSSL accept those as roots). */
function mayIssue(certificate: X509Certificate): boolean {
  if (certificate.ca) return true;
  // Certificate { tbsCertificate { [0] version OPTIONAL, serialNumber INTEGER … (RFC 5280 §4.1): without the tag it is version 1.
  const der = certificate.raw;
  const inside = (at: number) => at + 2 + ((der[at + 1] ?? 0) & 0x80 ? (der[at + 1] ?? 0) & 0x7f : 0);
  return der[inside(inside(0))] === 0x02;
}

/** Is `serverName` (name or IP, with or without brackets) one of the subject alternative names? Wildcards stand for one whole label. */
export function nameMatches(leaf: X509Certificate, serverName: string): boolean {
  const name = bareName(serverName);
  try {
    if (isIP(name) !== 0) return leaf.checkIP(name) !== undefined;
    if (!/^[^.\0][^\0]*$/.test(name)) return false;
    return leaf.checkHost(name, { subject: 'never', partialWildcards: false }) !== undefined;
  } catch {
    return false;
  }
}

/** Without brackets, IPv6 zone and the dot at the end. */
export function bareName(serverName: string): string {
  const bare = serverName.replace(/^\[(.*)\]$/, '$1');
  const address = bare.split('%', 1)[0] ?? bare;
  return isIP(address) !== 0 ? address : bare.replace(/\.$/, '');
}

/** Is the time between notBefore and notAfter? A date that no Date can hold counts as the end of time. */
function isValidAt(certificate: X509Certificate, nowMs: number): boolean {
  return validityFault(certificate, nowMs) === undefined;
}

/** OpenSSL's code and words for a certificate that is not valid at `nowMs`; undefined for one that is. */
export function validityFault(certificate: X509Certificate, nowMs: number): { code: string; detail: string } | undefined {
  const subject = printable(certificate.subject ?? '', 100);
  if (nowMs < Date.parse(certificate.validFrom)) {
    return { code: 'CERT_NOT_YET_VALID', detail: `${subject} is valid from ${certificate.validFrom}` };
  }
  if (nowMs > Date.parse(certificate.validTo)) {
    return { code: 'CERT_HAS_EXPIRED', detail: `${subject} was valid until ${certificate.validTo}` };
  }
  return undefined;
}
