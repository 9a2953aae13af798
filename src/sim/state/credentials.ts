/** The client credential of a world: what lies in the token file, or the client certificate, and whose it is. */

import type { CredentialWorld } from '../world.js';
import { type ClientFault, clientCertificate } from './certificates.js';
import type { Cluster } from './cluster.js';
import type { KeyPair } from './pki.js';
import { mintToken, type TokenRequest, uidOf } from './tokens.js';

export interface ClientCredential {
  /** The user rights are bound to. */
  user: string;
  /** Contents of the token file; absent: no ServiceAccount volume at all. */
  token?: string;
  /** A copy of an earlier token, in a file of its own. */
  copy?: string;
  certificate?: KeyPair;
  /** What of it must appear in no output. */
  secrets: string[];
}

const HOUR_S = 3600;

/** How each kind of token differs from a fresh one. `now` is in seconds, by the cluster's clock. */
function deviation(kind: CredentialWorld, now: number): Partial<TokenRequest> {
  switch (kind) {
    case 'expired':
      return { issuedAt: now - 30 * HOUR_S, expiresAt: now - 6 * HOUR_S };
    case 'not-yet-valid':
      return { issuedAt: now + 6 * HOUR_S };
    case 'other-audience':
      return { audiences: ['vault'] };
    case 'foreign':
      return { foreign: true, issuer: 'https://oidc.other-cluster.example' };
    case 'legacy':
      return { legacy: true };
    case 'no-node-claim':
      return { node: undefined };
    case 'deleted-pod':
      return { pod: { name: 'datadog-agent-gone1', uid: uidOf('datadog-agent-gone1') } };
    default:
      return {};
  }
}

const CLIENT_FAULTS: Partial<Record<CredentialWorld, ClientFault>> = {
  certificate: 'good',
  'certificate-expired': 'expired',
  'certificate-foreign': 'foreign',
};

const keyLines = ({ keyPem }: KeyPair) => keyPem.split('\n').filter((line) => line.length > 30 && !line.startsWith('-----'));

/** The agent's (or the workstation user's) credential. */
export async function agentCredential(cluster: Cluster): Promise<ClientCredential> {
  const { names, agent } = cluster.world;
  const fault = CLIENT_FAULTS[agent.credential];
  if (fault) {
    const certificate = await clientCertificate(names.serviceAccount, [names.namespace], fault, cluster.now());
    return { user: names.serviceAccount, certificate, secrets: keyLines(certificate) };
  }
  const user = `system:serviceaccount:${names.namespace}:${names.serviceAccount}`;
  if (agent.credential === 'no-token') return { user, secrets: [] };
  if (agent.credential === 'empty') return { user, token: '', secrets: [] };
  if (agent.credential === 'garbage') return { user, token: 'sentinel-garbage-token-0000', secrets: ['sentinel-garbage-token-0000'] };
  const fresh = {
    namespace: names.namespace,
    serviceAccount: names.serviceAccount,
    pod: { name: names.pod, uid: uidOf(names.pod) },
    node: { name: names.node, uid: uidOf(names.node) },
  };
  const changed = deviation(agent.credential, Math.floor(cluster.now() / 1000));
  if (agent.credential === 'deleted-pod' && changed.pod) cluster.deletedPods.add(changed.pod.uid);
  const token = mintToken({ ...fresh, ...changed }, cluster.now());
  if (agent.credential === 'stale-copy') {
    const gone = deviation('deleted-pod', 0);
    if (gone.pod) cluster.deletedPods.add(gone.pod.uid);
    const copy = mintToken({ ...fresh, ...gone, issuedAt: Math.floor(cluster.now() / 1000) - HOUR_S / 2 }, cluster.now());
    return { user, token, copy, secrets: [token, copy, copy.split('.')[2] ?? copy] };
  }
  const secrets = [token, token.split('.')[2] ?? token];
  if (agent.credential !== 'newline-inside') return { user, token, secrets };
  const middle = Math.floor(token.length / 2);
  return {
    user,
    token: `${token.slice(0, middle)}\n${token.slice(middle)}`,
    secrets: [...secrets, token.slice(0, middle), token.slice(middle)],
  };
}

/** On a node: the kubelet's own client certificate. */
export async function nodeCredential(cluster: Cluster): Promise<ClientCredential> {
  const user = `system:node:${cluster.world.names.node}`;
  const certificate = await clientCertificate(user, ['system:nodes'], 'good', cluster.now());
  return { user, certificate, secrets: keyLines(certificate) };
}
