/** A credential of the user's that the gate lets pass, to a server that was seen to verify. */
import assert from 'node:assert/strict';
import { gate, hold, type Passage, type Secrets, type Sendable } from '../../src/probes/connection/gate.js';

export const VERIFIED = { verification: { ok: true }, protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' } as const;
export const VERIFIED_OLDER = { ...VERIFIED, protocol: 'TLSv1.2', cipher: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256' } as const;

interface Wanted extends Pick<Partial<Passage>, 'insecure' | 'examined'> {
  ca?: string;
  host?: string;
  port?: number;
}

export function sendable(
  secrets: Secrets,
  { ca, host = 'n1', port = 10250, insecure = false, examined = VERIFIED }: Wanted = {},
): Sendable {
  const may = gate({
    credential: hold('user', secrets),
    server: { owner: 'user', host, port },
    authority: ca === undefined ? { owner: 'public', pem: ca } : { owner: 'user', pem: ca },
    examined,
    insecure,
  });
  assert.ok('send' in may, JSON.stringify(may));
  return may.send;
}
