/** Certificates as facts, and the client certificate we would present. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Host } from '../../host/host.js';
import { printable, SENTENCE } from '../../host/redact.js';
import type { Certificate, Credential, Outcome } from '../../model/facts.js';
import { keyBlocks, pemBlocks } from './pem.js';

/** Why a text is no certificate. */
export interface CertificateFault {
  code: string;
  detail: string;
}

/** A client certificate as it would be presented. The PEMs are for the session alone and never enter a fact. */
export interface ClientCertificate {
  outcome: Outcome<Credential>;
  certPem?: string;
  keyPem?: string;
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_USAGE = '2.5.29.37.0';
/** A server may send as many names as it likes; a report does not need them all. */
const MAX_NAMES = 100;

/** The certificates of a PEM text, in order; blocks of another type and blocks that do not parse are left out, as Go's AppendCertsFromPEM does. */
export function parseCertificates(pem: string): Certificate[] | CertificateFault {
  const parsed = parseBlocks(pem);
  return Array.isArray(parsed) ? parsed.map(({ x509 }) => describeCertificate(x509)) : parsed;
}

/** The CERTIFICATE blocks of a text that parse, and nothing else of it (a combined file holds a key as well). */
export function certificateBlocks(pem: string): string {
  const parsed = parseBlocks(pem);
  return Array.isArray(parsed) ? parsed.map(({ block }) => `${block}\n`).join('') : '';
}

function parseBlocks(pem: string): { block: string; x509: X509Certificate }[] | CertificateFault {
  if (pem.trim() === '') return { code: 'ENOTPEM', detail: 'is empty' };
  const blocks = pemBlocks(pem).filter(({ label }) => label === 'CERTIFICATE');
  const found = blocks.flatMap(({ text: block }) => {
    const x509 = attempt(() => new X509Certificate(block));
    return x509 ? [{ block, x509 }] : [];
  });
  if (found.length > 0) return found;
  if (blocks.length > 0) return { code: 'ENOTPEM', detail: 'has a damaged CERTIFICATE block' };
  if (keyBlocks(pem).length > 0) return { code: 'ENOTPEM', detail: 'has a private key, but no certificate' };
  if (pem.startsWith('0\x82') || pem.startsWith('0\ufffd'))
    return { code: 'ENOTPEM', detail: 'looks like DER; Kubernetes clients read PEM' };
  return { code: 'ENOTPEM', detail: 'has no BEGIN CERTIFICATE line' };
}

/** One certificate as a fact. Its names come from whoever made it, so they are cleaned and cut. */
export function describeCertificate(x509: X509Certificate): Certificate {
  return {
    subject: nameLine(x509.subject),
    issuer: nameLine(x509.issuer),
    names: subjectNames(x509.subjectAltName),
    notBefore: isoTime(x509.validFrom),
    notAfter: isoTime(x509.validTo),
    selfSigned: attempt(() => x509.checkIssued(x509) && x509.verify(x509.publicKey)) ?? false,
    isCa: x509.ca,
    fingerprint: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

/** Node writes one RDN a line; undefined for an empty name. */
function nameLine(name: string | undefined): string {
  return printable((name ?? '').split('\n').filter(Boolean).join(', '), SENTENCE);
}

/** `validFrom` is `Nov 22 02:49:00 2025 GMT`; empty where it cannot be read (`Bad time value`): no date is made up for it. */
function isoTime(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
}

/** `DNS:n1, IP Address:10.0.0.7, …`; a value holding a comma or quote is a JSON string since CVE-2021-44532. */
function subjectNames(altName: string | undefined): string[] {
  const names: string[] = [];
  for (const [, kind, value] of (altName ?? '').matchAll(/(DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)/g)) {
    if (names.length === MAX_NAMES || !kind || value === undefined) break;
    const plain = value.startsWith('"') ? String(attempt(() => JSON.parse(value) as unknown) ?? value) : value;
    names.push(kind === 'DNS' ? `DNS:${printable(plain, 255)}` : `IP:${shortAddress(plain)}`);
  }
  return names;
}

/** Node writes IPv6 in full and in capitals; everyone else compares the short form. */
function shortAddress(address: string): string {
  if (!address.includes(':')) return printable(address, 64);
  return attempt(() => new URL(`http://[${address}]`).hostname.slice(1, -1)) ?? printable(address, 64);
}

/** Reads the pair a setting names. Both may be the same file (the kubelet's own kubelet-client-current.pem is). */
export async function readClientCertificate(host: Host, certPath: string, keyPath: string): Promise<ClientCertificate> {
  const cert = await host.readFile(certPath);
  if (!cert.ok) return fault(cert.code, `${certPath}: ${cert.detail}`);
  const key = keyPath === certPath ? cert : await host.readFile(keyPath);
  if (!key.ok) return fault(key.code, `${keyPath}: ${key.detail}`);
  return inspectClientCertificate(host, { certPem: cert.text, keyPem: key.text, source: certPath, keySource: keyPath });
}

/** The same for a pair at hand, e.g. a kubeconfig's inline data. `source` and `keySource` name them to a reader. */
export function inspectClientCertificate(
  host: Pick<Host, 'redactor'>,
  pair: { certPem: string; keyPem: string; source: string; keySource?: string },
): ClientCertificate {
  const { source, keySource = source } = pair;
  const [keyBlock] = keyBlocks(pair.keyPem);
  if (keyBlock) host.redactor.register(keyBlock);
  const key = keyBlock ? { block: keyBlock } : pair.keyPem.trim() === '' ? 'empty' : 'none';
  const { outcome, certPem } = describePair(pair.certPem, key, { source, keySource });
  return { outcome, ...(outcome.status === 'observed' && { certPem, keyPem: `${keyBlock}\n` }) };
}

/** What is to be known of a private key beside its certificate. */
export type KeyState = 'fits' | 'other' | 'encrypted' | 'damaged' | 'none' | 'empty';

const KEY_FAULTS: Readonly<Record<Exclude<KeyState, 'fits' | 'other'>, string>> = {
  empty: 'is empty',
  none: 'has no PRIVATE KEY block',
  encrypted: 'has an encrypted key, which no Kubernetes client can use',
  damaged: 'has a damaged PRIVATE KEY block',
};

/** The pair as a fact; of a key that was looked at elsewhere only its state is known. */
export function describePair(
  pem: string,
  key: KeyState | { block: string },
  { source, keySource }: { source: string; keySource: string },
): { outcome: Outcome<Credential>; certPem: string } {
  const blocks = parseBlocks(pem);
  if (!Array.isArray(blocks)) return { ...fault(blocks.code, `${source} ${blocks.detail}`), certPem: '' };
  // The first certificate is the leaf, whatever follows: Go's tls.X509KeyPair.
  const leaf = blocks[0]?.x509 as X509Certificate;
  const usages = leaf.keyUsage as string[] | undefined;
  const clientUsage = !usages || usages.includes(CLIENT_AUTH) || usages.includes(ANY_USAGE);
  const data: Credential = { as: 'certificate', source, certificate: { ...describeCertificate(leaf), clientUsage } };
  const certPem = blocks.map(({ block }) => `${block}\n`).join('');
  const state = typeof key === 'string' ? key : keyState(leaf, key.block);
  if (state === 'fits') return { outcome: { status: 'observed', data }, certPem };
  if (state === 'other')
    return { ...fault('EKEYMISMATCH', `the key in ${keySource} does not match the certificate in ${source}`, data), certPem };
  return { ...fault('ENOTPEM', `${keySource} ${KEY_FAULTS[state]}`, data), certPem };
}

function keyState(leaf: X509Certificate, block: string): KeyState {
  const key = attempt<KeyObject>(() => createPrivateKey(block));
  if (!key) return /ENCRYPTED/.test(block) ? 'encrypted' : 'damaged';
  return leaf.checkPrivateKey(key) ? 'fits' : 'other';
}

function fault(code: string, detail: string, data?: Credential): { outcome: Outcome<Credential> } {
  return { outcome: { status: 'failed', code, detail: printable(detail, SENTENCE), ...(data && { data }) } };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
