/** HTTP sessions over layers already seen: the examined connection for nobody, a verified one for a credential that passed the gate. */
import { type Authority, gate, type Held, type Sendable, type Server } from '../../probes/connection/gate.js';
import { openSession, type Session } from '../../probes/connection/http.js';
import { openBareTls, openVerifiedTls } from '../../probes/connection/tls.js';
import type { LiveContext } from '../context.js';
import type { Reached } from './reach.js';

/** May this credential be sent to the server that was reached? */
export function passTo({ settings }: LiveContext, reached: Reached, credential: Held, authority: Authority): ReturnType<typeof gate> {
  return gate({ credential, server: reached.server, authority, examined: reached.handshake, insecure: settings.insecure });
}

/** A keep-alive HTTP/1.1 session, as nobody without a credential. */
export function sessionFor(context: LiveContext, reached: Reached, credential: Sendable | undefined): Session {
  const { settings, clean, userAgent, host } = context;
  const { host: name, port } = reached.candidate;
  if (credential && !isTo(credential.server, reached)) throw new Error(`a credential for ${credential.server.host} was to go to ${name}`);
  return openSession({
    ...(context.recorded && { recorded: context.recorded.wire(reached.endpoint, credential?.as ?? 'nobody') }),
    credential,
    host: name,
    port,
    clean,
    userAgent,
    now: () => host.now(),
    async open() {
      const examined = credential ? undefined : reached.takeExamined();
      if (examined) await turns(2);
      if (examined && !examined.destroyed) return examined;
      const opened = await reached.open();
      if (!('socket' in opened)) return opened;
      const naming = { serverName: reached.serverName, timeoutMs: context.waitMs(settings.connectTimeoutMs) };
      const secured = await (credential ? openVerifiedTls(opened.socket, { ...naming, credential }) : openBareTls(opened.socket, naming));
      // The request is written before that.
      setImmediate(context.waits);
      return secured.ok ? secured.socket : { code: secured.code, detail: secured.detail };
    },
  });
}

/** Of the loop: in these the connection with a credential is begun, whose handshake goes on while the first request is made ready. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function isTo(server: Server, { candidate }: Reached): boolean {
  return server.host === candidate.host && server.port === candidate.port;
}
