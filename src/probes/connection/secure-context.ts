/** Contexts of OpenSSL, shared by the connections that verify against the same and speak the same. */
import { type ConnectionOptions, createSecureContext, type SecureContext } from 'node:tls';

/** What a handshake verifies against and speaks, by that: to make one costs as much as a handshake. */
const contexts = new Map<string, SecureContext>();
const MOST_CONTEXTS = 20;

/** What a connection of these options is made with; one with a key of ours is made each time, and kept nowhere. */
export function contextOf(options: ConnectionOptions): { secureContext?: SecureContext } {
  const { ca, allowPartialTrustChain, minVersion, maxVersion, ciphers, cert, key } = options;
  if (cert !== undefined || key !== undefined) return {};
  const about = { ca, allowPartialTrustChain, minVersion, maxVersion, ciphers };
  const name = JSON.stringify(about);
  const secureContext = contexts.get(name) ?? createSecureContext(about);
  if (contexts.size >= MOST_CONTEXTS) contexts.clear();
  contexts.set(name, secureContext);
  return { secureContext };
}
