/** HTTP sessions over layers already seen: the examined connection for nobody, a verified one for a credential. */
import { openSession, type Session } from '../../probes/connection/http.js';
import { openVerifiedTls } from '../../probes/connection/tls.js';
import type { LiveContext } from '../context.js';
import type { Presented } from './credentials.js';
import type { Reached } from './reach.js';

/** A keep-alive HTTP/1.1 session over the layers already seen: the examined connection for nobody, a verified one for a credential. */
export function sessionFor(context: LiveContext, reached: Reached, presented: Presented | undefined, ca: string | undefined): Session {
  const { settings, clean, userAgent, host } = context;
  return openSession({
    as: presented?.as ?? 'nobody',
    host: reached.candidate.host,
    port: reached.candidate.port,
    authorization: () => (presented?.token ? `Bearer ${presented.token}` : undefined),
    clean,
    userAgent,
    now: () => host.now(),
    async open() {
      const examined = presented ? undefined : reached.takeExamined();
      if (examined && !examined.destroyed) return examined;
      const opened = await reached.open();
      if (!('socket' in opened)) return opened;
      const verified = await openVerifiedTls(opened.socket, {
        serverName: reached.serverName,
        ca,
        cert: presented?.certPem,
        key: presented?.keyPem,
        // Without a credential nothing can leak; with one, only the user's own flag lifts verification.
        insecure: presented ? settings.insecure : true,
        // On TLS 1.2 a client certificate leaves before the server's is judged; so only for a server that was seen to verify.
        ...(reached.handshake.verification.ok && reached.handshake.protocol === 'TLSv1.2' ? { minVersion: 'TLSv1.2' as const } : {}),
        timeoutMs: context.waitMs(settings.connectTimeoutMs),
      });
      return verified.ok ? verified.socket : { code: verified.code, detail: verified.detail };
    },
  });
}
