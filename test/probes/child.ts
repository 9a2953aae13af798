/**
 * Run by environment.test.ts in a process of its own, whose environment Node read when it started. First what a program with defaults does (the
 * control), then the probes; prints one JSON line as it ends. Arguments: JSON {port, blackHole, dnsPort, ca?, cert, key}.
 */
import { request } from 'node:https';
import { createRedactor } from '../../src/host/redact.js';
import { createResolver } from '../../src/probes/connection/dns.js';
import { openSession } from '../../src/probes/connection/http.js';
import { openTcp } from '../../src/probes/connection/tcp.js';
import { examineTls, openVerifiedTls } from '../../src/probes/connection/tls.js';
import { stopwatch } from '../support/stopwatch.js';
import { sendable } from './sendable.js';

interface Wanted {
  port: number;
  blackHole: number;
  dnsPort: number;
  ca?: string;
  cert: string;
  key: string;
}
const { port, blackHole, dnsPort, ca, cert, key } = JSON.parse(process.argv[2] ?? '{}') as Wanted;

const control = await new Promise<string>((resolve) => {
  const asked = request(
    { host: '127.0.0.1', port, servername: 'n1', path: '/control', agent: false, headers: { authorization: 'control' } },
    (response) => {
      response.resume();
      response.on('end', () => resolve('ok'));
    },
  );
  asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
  asked.end();
});

const loopback = [{ address: '127.0.0.1', family: 4 as const }];
const connect = async () => {
  const { socket } = await openTcp(loopback, port, { timeoutMs: 1000 });
  if (!socket) throw new Error('no connection');
  return socket;
};
const credential = sendable({ token: 'S3NTINEL', certPem: cert, keyPem: key }, { ca });
const session = openSession({
  host: 'n1',
  port,
  credential,
  clean: createRedactor().clean,
  now: Date.now,
  async open() {
    const opened = await openVerifiedTls(await connect(), { serverName: 'n1', credential, timeoutMs: 1000 });
    return opened.ok ? opened.socket : opened;
  },
});
const { outcome } = await session.request({ path: '/pods', timeoutMs: 2000 });
const seen = await examineTls(await connect(), { serverName: 'n1', authorities: [], nowMs: Date.now(), timeoutMs: 1000 });

// What is cancelled, given up or left open must not keep the process alive.
const stopper = new AbortController();
setTimeout(() => stopper.abort(), 50);
const { signal } = stopper;
const host = {
  hostName: 'n1',
  dnsPort,
  readFile: async (path: string) => ({
    ok: true,
    path,
    bytes: Buffer.alloc(0),
    text: path === '/etc/hosts' ? '' : 'nameserver 127.0.0.1\n',
  }),
} as unknown as Parameters<typeof createResolver>[0];
const resolver = await createResolver(host);
const given = await Promise.all([
  resolver.lookup('n1', { timeoutMs: 20_000, signal }),
  openTcp(loopback, blackHole, { timeoutMs: 20_000, signal }),
  openTcp(loopback, port, { timeoutMs: 1000 }).then(({ socket }) => {
    socket?.end();
    return socket && examineTls(socket, { serverName: 'n1', authorities: [], nowMs: Date.now(), timeoutMs: 1000 });
  }),
]);
await session.close();
seen.socket?.destroy();

const code = outcome.status === 'failed' ? outcome.code : outcome.status;
const verified = seen.outcome.status === 'observed' && seen.outcome.data.verification.ok;
const lived = stopwatch();
process.once('exit', () => {
  console.log(JSON.stringify({ control, code, verified, given: given.length, lingeredMs: lived() }));
});
