/**
 * Mints the certificates of the simulated and of the test cluster: authorities, serving and client certificates,
 * with every fault a test needs (other CA, expired, wrong name, no SAN, wrong usage). Nothing is written to disk here.
 */
import 'reflect-metadata'; // @peculiar/x509's container needs it before it loads
import { createPrivateKey, generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

type CryptoKey = webcrypto.CryptoKey;
type CryptoKeyPair = webcrypto.CryptoKeyPair;

const { subtle } = webcrypto;
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

x509.cryptoProvider.set(webcrypto as typeof globalThis.crypto);

/** A certificate (PEM, leaf first and then whatever chain the server sends) and its private key (PKCS#8 PEM). */
export interface KeyPair {
  certPem: string;
  keyPem: string;
}

/** An authority: its own certificate, and what is needed to sign with it. */
export interface Authority extends KeyPair {
  commonName: string;
  privateKey: CryptoKey;
}

/** What a certificate says. Dates default to [now - 1 h, now + 365 d]. `ips` and `dnsNames` become SANs; both empty = no SAN. */
export interface CertificateRequest {
  commonName: string;
  organizations?: string[];
  dnsNames?: string[];
  ips?: string[];
  notBefore?: Date;
  notAfter?: Date;
  /** Extended key usages; default both. An empty list writes no extension. */
  usages?: ('server' | 'client')[];
}

function escapeRdn(value: string): string {
  return value.replace(/[,+"\\<>;=#]/g, (c) => `\\${c}`);
}

function distinguishedName(commonName: string, organizations: string[] = []): string {
  return [...organizations.map((o) => `O=${escapeRdn(o)}`), `CN=${escapeRdn(commonName)}`].join(', ');
}

async function newKeys(): Promise<{ keys: CryptoKeyPair; keyPem: string }> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyPem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { keys: await importKeys(keyPem), keyPem };
}

async function importKeys(keyPem: string): Promise<CryptoKeyPair> {
  const key = createPrivateKey(keyPem);
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  const jwk = key.export({ format: 'jwk' });
  const { d: _private, ...publicJwk } = jwk;
  return {
    privateKey: await subtle.importKey('pkcs8', pkcs8, EC, true, ['sign']),
    publicKey: await subtle.importKey('jwk', { ...publicJwk, key_ops: ['verify'] }, EC, true, ['verify']),
  };
}

function validity(request: Pick<CertificateRequest, 'notBefore' | 'notAfter'>): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: request.notBefore ?? new Date(Date.now() - 3_600_000),
    notAfter: request.notAfter ?? new Date(Date.now() + 365 * DAY_MS),
  };
}

const serialNumber = () => `01${randomBytes(8).toString('hex')}`;

/** A self-signed authority with this common name, valid for ten years. */
export async function createAuthority(commonName: string): Promise<Authority> {
  const { keys, keyPem } = await newKeys();
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: distinguishedName(commonName),
    ...validity({ notAfter: new Date(Date.now() + 3650 * DAY_MS) }),
    signingAlgorithm: EC,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { commonName, certPem: `${cert.toString('pem')}\n`, keyPem, privateKey: keys.privateKey };
}

/** A certificate signed by `authority`. `certPem` holds the leaf alone; append `authority.certPem` for a chain. */
export async function issueCertificate(authority: Authority, request: CertificateRequest): Promise<KeyPair> {
  const { keys, keyPem } = await newKeys();
  const names: x509.JsonGeneralName[] = [
    ...(request.dnsNames ?? []).map((value) => ({ type: 'dns', value }) as const),
    ...(request.ips ?? []).map((value) => ({ type: 'ip', value }) as const),
  ];
  const usages = request.usages ?? ['server', 'client'];
  const oids = usages.map((u) => (u === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth));
  const issuer = new x509.X509Certificate(authority.certPem);
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: distinguishedName(request.commonName, request.organizations),
    issuer: issuer.subject,
    ...validity(request),
    signingAlgorithm: EC,
    signingKey: authority.privateKey,
    publicKey: keys.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      ...(oids.length > 0 ? [new x509.ExtendedKeyUsageExtension(oids)] : []),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return { certPem: `${cert.toString('pem')}\n`, keyPem };
}

/**
 * What a kubelet makes for itself without a serving certificate: leaf `HOST@<unix>` with only DNS:HOST as SAN, followed by
 * its throw-away CA `HOST-ca@<unix>` (client-go util/cert/cert.go; ../test/data s_client of a real one).
 */
export async function selfSignedAsKubelet(hostname: string): Promise<KeyPair & { authority: Authority }> {
  const unix = Math.floor(Date.now() / 1000);
  const authority = await createAuthority(`${hostname}-ca@${unix}`);
  const leaf = await issueCertificate(authority, { commonName: `${hostname}@${unix}`, dnsNames: [hostname], usages: ['server'] });
  return { certPem: leaf.certPem + authority.certPem, keyPem: leaf.keyPem, authority };
}

/** A lone leaf that signs itself and names hosts alone: what AKS makes for a kubelet without serving-certificate rotation (AgentBaker). */
export async function selfSignedLeaf(request: Pick<CertificateRequest, 'commonName' | 'organizations' | 'dnsNames'>): Promise<KeyPair> {
  const { keys, keyPem } = await newKeys();
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: distinguishedName(request.commonName, request.organizations),
    ...validity({}),
    signingAlgorithm: EC,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension((request.dnsNames ?? []).map((value) => ({ type: 'dns', value }) as const)),
    ],
  });
  return { certPem: `${cert.toString('pem')}\n`, keyPem };
}

/** A PKCS#10 request (PEM) for a serving certificate of these names, as a kubelet with serverTLSBootstrap makes one. */
export async function createRequest(
  request: Pick<CertificateRequest, 'commonName' | 'organizations' | 'dnsNames' | 'ips'>,
): Promise<string> {
  const { keys } = await newKeys();
  const names: x509.JsonGeneralName[] = [
    ...(request.dnsNames ?? []).map((value) => ({ type: 'dns', value }) as const),
    ...(request.ips ?? []).map((value) => ({ type: 'ip', value }) as const),
  ];
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: distinguishedName(request.commonName, request.organizations),
    keys,
    signingAlgorithm: EC,
    extensions: [new x509.SubjectAlternativeNameExtension(names)],
  });
  return `${csr.toString('pem')}\n`;
}
