/** The certificates of a world: its authorities, serving certificates with every fault, client certificates. Authorities are minted once a process. */
import { HOSTILE_NAMES } from '../answers/hostile.js';
import type { CertificateFault } from '../world.js';
import {
  type Authority,
  type CertificateRequest,
  createAuthority,
  createRequest,
  issueCertificate,
  type KeyPair,
  selfSignedAsKubelet,
  selfSignedLeaf,
} from './pki.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface Authorities {
  /** Signs everything that is well: the cluster's CA. */
  cluster: Authority;
  /** Signs what `other-ca` and `foreign` mean. */
  other: Authority;
  /** Signs what an intercepting proxy shows. */
  proxy: Authority;
}

let authorities: Promise<Authorities> | undefined;

/** The authorities all worlds of this process share. */
export function sharedAuthorities(): Promise<Authorities> {
  authorities ??= Promise.all([
    createAuthority('kubernetes'),
    createAuthority('kubelet-ca-2023'),
    createAuthority('Corporate Web Gateway CA'),
  ]).then(([cluster, other, proxy]) => ({ cluster, other, proxy }));
  return authorities;
}

/** Whom a serving certificate is for, and by which clock. */
export interface Server {
  commonName: string;
  organizations?: string[];
  dnsNames: string[];
  ips: string[];
  nowMs: number;
  hostile?: boolean;
  /** Names and a subject that are somebody else's (`World.poison`). */
  lies?: { names: string[]; subject: string };
}

const minted = new Map<string, Promise<KeyPair | 'pending'>>();

/** A serving certificate with this fault; the same one when asked again. */
export function servingCertificate(fault: CertificateFault, server: Server): Promise<KeyPair | 'pending'> {
  const key = JSON.stringify([
    fault,
    server.commonName,
    server.dnsNames,
    server.ips,
    Math.round(server.nowMs / HOUR_MS),
    server.hostile,
    server.lies,
  ]);
  const known = minted.get(key) ?? mint(fault, server);
  minted.set(key, known);
  return known;
}

async function mint(fault: CertificateFault, server: Server): Promise<KeyPair | 'pending'> {
  const { cluster, other } = await sharedAuthorities();
  const { nowMs, ips, lies } = server;
  const commonName = lies?.subject ?? server.commonName;
  const organizations = lies ? [lies.subject] : server.organizations;
  const dnsNames = [...server.dnsNames, ...(lies?.names ?? [])];
  const dates = { notBefore: new Date(nowMs - HOUR_MS), notAfter: new Date(nowMs + 365 * DAY_MS) };
  const request: CertificateRequest = { commonName, organizations, dnsNames, ips, usages: ['server'], ...dates };
  if (server.hostile) request.dnsNames = [...dnsNames, ...HOSTILE_NAMES];
  switch (fault) {
    case 'pending':
      return 'pending';
    case 'self-signed':
      return selfSignedAsKubelet(lies?.names[0] ?? dnsNames[0] ?? commonName);
    case 'own-leaf':
      return selfSignedLeaf({ commonName, organizations, dnsNames: [lies?.names[0] ?? dnsNames[0] ?? commonName] });
    case 'other-ca':
      return issueCertificate(other, request);
    case 'expired':
      return issueCertificate(cluster, { ...request, notBefore: new Date(nowMs - 385 * DAY_MS), notAfter: new Date(nowMs - 20 * DAY_MS) });
    case 'not-yet-valid':
      return issueCertificate(cluster, { ...request, notBefore: new Date(nowMs + 2 * DAY_MS), notAfter: new Date(nowMs + 367 * DAY_MS) });
    case 'expires-soon':
      return issueCertificate(cluster, { ...request, notBefore: new Date(nowMs - 355 * DAY_MS), notAfter: new Date(nowMs + 10 * DAY_MS) });
    case 'wrong-name':
      return issueCertificate(cluster, { ...request, dnsNames: ['n99', ...(lies?.names ?? [])], ips: ['10.99.99.99'] });
    case 'no-san':
      return issueCertificate(cluster, { ...request, dnsNames: [], ips: [] });
    case 'address-only':
      return issueCertificate(cluster, { ...request, commonName: `kubelet ${ips.join(' ')}`, organizations: undefined, dnsNames: [] });
    case 'for-clients':
      return issueCertificate(cluster, { ...request, usages: ['client'] });
    case 'good':
      return issueCertificate(cluster, request);
  }
}

export type ClientFault = 'good' | 'expired' | 'foreign' | 'not-for-clients';

/** A client certificate of this user. */
export async function clientCertificate(user: string, organizations: string[], fault: ClientFault, nowMs: number): Promise<KeyPair> {
  const { cluster, other } = await sharedAuthorities();
  const expired = fault === 'expired';
  return issueCertificate(fault === 'foreign' ? other : cluster, {
    commonName: user,
    organizations,
    usages: [fault === 'not-for-clients' ? 'server' : 'client'],
    notBefore: new Date(nowMs - (expired ? 385 * DAY_MS : HOUR_MS)),
    notAfter: new Date(nowMs + (expired ? -20 * DAY_MS : 365 * DAY_MS)),
  });
}

/** The serving request of a kubelet that waits for its certificate, as it stands in a CSR object (base64 of PEM). */
export async function servingRequest(node: string, dnsNames: string[], ips: string[]): Promise<string> {
  const pem = await createRequest({ commonName: `system:node:${node}`, organizations: ['system:nodes'], dnsNames, ips });
  return Buffer.from(pem).toString('base64');
}
