/** ServiceAccount tokens: real JWTs, signed with ES256, and what the simulated apiserver says of one it is shown. */
import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign, verify } from 'node:crypto';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** Whose token it is, what it is bound to, and how it deviates from a fresh one. Times are seconds since the epoch. */
export interface TokenRequest {
  namespace: string;
  serviceAccount: string;
  pod?: { name: string; uid: string };
  node?: { name: string; uid: string };
  audiences?: string[];
  issuer?: string;
  issuedAt?: number;
  notBefore?: number;
  expiresAt?: number;
  uid?: string;
  /** Signed by a key this cluster does not know. */
  foreign?: boolean;
  /** The Secret token of old: never expires, flat claims. */
  legacy?: boolean;
}

export interface Claims {
  iss: string;
  sub: string;
  aud?: string[];
  exp?: number;
  nbf?: number;
  jti?: string;
  'kubernetes.io'?: {
    namespace: string;
    serviceaccount: { name: string; uid: string };
    pod?: { name: string; uid: string };
    node?: { name: string; uid: string };
  };
}

let keys: { own: SigningKeys; foreign: SigningKeys } | undefined;
interface SigningKeys {
  privateKey: KeyObject;
  publicKey: KeyObject;
}

function signingKeys(): { own: SigningKeys; foreign: SigningKeys } {
  keys ??= { own: generateKeyPairSync('ec', { namedCurve: 'P-256' }), foreign: generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
  return keys;
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A uid that stays the same for one name, as the objects of a cluster have one. */
export function uidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Mints a token as the apiserver does for a pod's projected volume: a year long, with `warnafter` an hour away. */
export function mintToken(request: TokenRequest, nowMs: number): string {
  const now = Math.floor(nowMs / 1000);
  const { namespace, serviceAccount: name } = request;
  const uid = request.uid ?? uidOf(`${namespace}/${name}`);
  const subject = `system:serviceaccount:${namespace}:${name}`;
  const issuedAt = request.issuedAt ?? now - 60;
  const claims = request.legacy
    ? {
        iss: 'kubernetes/serviceaccount',
        'kubernetes.io/serviceaccount/namespace': namespace,
        'kubernetes.io/serviceaccount/secret.name': `${name}-token-h8x2c`,
        'kubernetes.io/serviceaccount/service-account.name': name,
        'kubernetes.io/serviceaccount/service-account.uid': uid,
        sub: subject,
      }
    : {
        aud: request.audiences ?? [ISSUER],
        exp: request.expiresAt ?? issuedAt + 31_536_000,
        iat: issuedAt,
        iss: request.issuer ?? ISSUER,
        jti: randomUUID(),
        'kubernetes.io': {
          namespace,
          ...(request.node && { node: request.node }),
          ...(request.pod && { pod: request.pod }),
          serviceaccount: { name, uid },
          ...(request.pod && { warnafter: issuedAt + 3607 }),
        },
        nbf: request.notBefore ?? issuedAt,
        sub: subject,
      };
  const signed = `${encode({ alg: 'ES256', kid: 'b0f2c1d9a7e34c55' })}.${encode(claims)}`;
  const { privateKey } = request.foreign ? signingKeys().foreign : signingKeys().own;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** What TokenReview would say of a token; `error` in its own words. `exists` knows pods and accounts (NAMESPACE/NAME). */
export function readToken(
  token: string,
  nowMs: number,
  exists: { pod(uid: string): boolean; uid(account: string): string | undefined },
): { claims: Claims } | { error: string } {
  const parts = token.split('.');
  const invalid = (reason?: string) => ({ error: reason ? `[invalid bearer token, ${reason}]` : 'invalid bearer token' });
  if (parts.length !== 3) return invalid();
  let claims: Claims;
  try {
    claims = JSON.parse(Buffer.from(parts[1]!, 'base64url').toString()) as Claims;
  } catch {
    return invalid();
  }
  if (claims.iss !== ISSUER && claims.iss !== 'kubernetes/serviceaccount') return invalid();
  const key = { key: signingKeys().own.publicKey, dsaEncoding: 'ieee-p1363' as const };
  if (!verify('sha256', Buffer.from(`${parts[0]}.${parts[1]}`), key, Buffer.from(parts[2]!, 'base64url'))) {
    return invalid('go-jose/go-jose: error in cryptographic primitive');
  }
  const now = nowMs / 1000;
  if (claims.aud && !claims.aud.includes(ISSUER)) {
    return invalid(`token audiences [${claims.aud.map((a) => `"${a}"`).join(' ')}] is invalid for the target audiences ["${ISSUER}"]`);
  }
  if (claims.exp !== undefined && now > claims.exp) return invalid('service account token has expired');
  if (claims.nbf !== undefined && now < claims.nbf) return invalid('service account token is not valid yet');
  const bound = claims['kubernetes.io'];
  if (bound) {
    const known = exists.uid(`${bound.namespace}/${bound.serviceaccount.name}`);
    if (known === undefined) return invalid(`serviceaccounts "${bound.serviceaccount.name}" not found`);
    if (known !== bound.serviceaccount.uid) {
      return invalid(`service account UID (${known}) does not match claim (${bound.serviceaccount.uid})`);
    }
    if (bound.pod && !exists.pod(bound.pod.uid)) return invalid('service account token has been invalidated');
  }
  return { claims };
}
