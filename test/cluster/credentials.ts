/** Certificates, keys and kubeconfigs of one test cluster, laid out in its directory much as kubeadm lays them out. */
import { createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Authority, createAuthority, issueCertificate, type KeyPair } from '../../src/sim/state/pki.js';
import { APISERVER_IP, APISERVER_PORT, SERVICE_IP } from './net.js';

export const APISERVER_URL = `https://${APISERVER_IP}:${APISERVER_PORT}`;
/** Issuer and default audience of ServiceAccount tokens. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** The signer of ServiceAccount tokens. */
export interface ServiceAccountKey {
  privatePem: string;
  publicPem: string;
}

export interface Credentials {
  ca: Authority;
  saKey: ServiceAccountKey;
  admin: KeyPair;
  adminKubeconfig: string;
}

const SERVICE_NAMES = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'];

/** Writes a key pair as NAME.crt and NAME.key; the key first, so that a reloading server never pairs new with old for long. */
export async function writeKeyPair(directory: string, name: string, pair: KeyPair): Promise<void> {
  await writeFile(join(directory, `${name}.key`), pair.keyPem, { mode: 0o600 });
  await writeFile(join(directory, `${name}.crt`), pair.certPem);
}

/** Writes a kubeconfig that carries everything inside, and returns its path. */
export async function writeKubeconfig(path: string, ca: Authority, user: KeyPair, server = APISERVER_URL): Promise<string> {
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': base64(ca.certPem) } }],
    users: [{ name: 'test', user: { 'client-certificate-data': base64(user.certPem), 'client-key-data': base64(user.keyPem) } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
  await writeFile(path, stringify(config), { mode: 0o600 });
  return path;
}

/** A client certificate of the cluster: common name = user, organizations = groups. */
export function clientCertificate(ca: Authority, user: string, groups: string[] = []): Promise<KeyPair> {
  return issueCertificate(ca, { commonName: user, organizations: groups, usages: ['client'] });
}

/** A kubelet's serving certificate signed by the cluster CA, for its name and address. */
export function servingCertificate(ca: Authority, node: string, ip: string): Promise<KeyPair> {
  const request = { commonName: `system:node:${node}`, organizations: ['system:nodes'], dnsNames: [node], ips: [ip] };
  return issueCertificate(ca, { ...request, usages: ['server'] });
}

function newServiceAccountKey(): ServiceAccountKey {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    privatePem: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicPem: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** Mints everything the control plane needs into `directory`/pki and writes the kubeconfigs beside it. */
export async function writeCredentials(directory: string): Promise<Credentials> {
  const pki = join(directory, 'pki');
  await mkdir(pki);
  const ca = await createAuthority('kubernetes');
  const saKey = newServiceAccountKey();
  const admin = await clientCertificate(ca, 'kubernetes-admin', ['system:masters']);
  await writeKeyPair(pki, 'ca', ca);
  await writeFile(join(pki, 'sa.key'), saKey.privatePem, { mode: 0o600 });
  await writeFile(join(pki, 'sa.pub'), saKey.publicPem);
  const serving = { commonName: 'kube-apiserver', dnsNames: SERVICE_NAMES, ips: [APISERVER_IP, SERVICE_IP], usages: ['server' as const] };
  await writeKeyPair(pki, 'apiserver', await issueCertificate(ca, serving));
  await writeKeyPair(pki, 'apiserver-kubelet-client', await clientCertificate(ca, 'kube-apiserver-kubelet-client', ['system:masters']));
  // Masters, so that no controller waits for ServiceAccounts and roles of its own (--use-service-account-credentials).
  const manager = await clientCertificate(ca, 'system:kube-controller-manager', ['system:masters']);
  await writeKubeconfig(join(directory, 'controller-manager.conf'), ca, manager);
  await writeKubeconfig(join(directory, 'scheduler.conf'), ca, await clientCertificate(ca, 'system:kube-scheduler'));
  return { ca, saKey, admin, adminKubeconfig: await writeKubeconfig(join(directory, 'admin.conf'), ca, admin) };
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * Signs a token as the apiserver would, with whatever claims: the only way to an expired one, for TokenRequest gives no
 * less than ten minutes. Defaults to our issuer and audience and an hour of validity; the key id is the one the
 * apiserver derives from the public key (pkg/serviceaccount/jwt.go keyIDFromPublicKey).
 */
export function signToken(key: ServiceAccountKey, claims: Record<string, unknown>): string {
  const now = Math.floor(Date.now() / 1000);
  const spki = createPublicKey(key.publicPem).export({ type: 'spki', format: 'der' });
  const header = { alg: 'RS256', kid: createHash('sha256').update(spki).digest('base64url') };
  const payload = { iss: ISSUER, aud: [ISSUER], iat: now, nbf: now, exp: now + 3600, ...claims };
  const signed = `${base64url(header)}.${base64url(payload)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key.privatePem).toString('base64url')}`;
}
