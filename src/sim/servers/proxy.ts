/** A CONNECT proxy as companies have one: it forwards, refuses, wants a password, or answers itself in place of the server. */
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { sharedAuthorities } from '../state/certificates.js';
import { issueCertificate } from '../state/pki.js';
import type { ProxyWorld } from '../world.js';
import { type Listener, listenTcp, type Recorder } from './listeners.js';

const VOICE = 'Server: squid/5.7\r\nVia: 1.1 proxy.corp.example (squid/5.7)\r\nMime-Version: 1.0\r\n';
const PAGE = '<!DOCTYPE html><html><head><title>ERROR: Access Denied</title></head><body>Access Denied by the web gateway</body></html>\n';

type Lies = { header: string; page: string } | undefined;

function refusal(status: string, extra: string, lies?: Lies): string {
  const page = lies?.page ?? PAGE;
  const voice = lies ? `Server: squid ${lies.header}\r\nVia: 1.1 ${lies.header}\r\nX-Squid-Error: ${lies.header}\r\n` : VOICE;
  const first = lies ? `${status} ${lies.header}` : status;
  return `HTTP/1.1 ${first}\r\n${voice}${extra}Content-Type: text/html;charset=utf-8\r\nContent-Length: ${Buffer.byteLength(page)}\r\n\r\n${page}`;
}

export interface ProxyOptions {
  host: string;
  behaviour: ProxyWorld['behaviour'];
  /** Name → address, for names only the proxy knows. */
  names: ReadonlyMap<string, string>;
  recorder: Recorder;
  /** Said in place of its usual voice and page. */
  lies?: Lies;
}

export async function startProxy({ host, behaviour, names, recorder, lies }: ProxyOptions): Promise<Listener> {
  const outgoing = new Set<Socket>();
  const intercept = await interceptor(lies);
  const answer = {
    forward: (target: string, client: Socket) => forward(target, client, names, outgoing),
    'refuse-403': (_: string, client: Socket) => void client.end(refusal('403 Forbidden', 'X-Squid-Error: ERR_ACCESS_DENIED 0\r\n', lies)),
    'require-407': (_: string, client: Socket) =>
      void client.end(
        refusal(
          '407 Proxy Authentication Required',
          `Proxy-Authenticate: Basic realm="${lies?.header ?? 'corp'}"\r\nX-Squid-Error: ERR_CACHE_ACCESS_DENIED 0\r\n`,
          lies,
        ),
      ),
    intercept,
  }[behaviour];
  const http = createHttpServer((_, response) => response.writeHead(403, { Server: 'squid/5.7' }).end(PAGE));
  http.keepAliveTimeout = 0;
  http.on('connect', (request: IncomingMessage, client: Socket) => {
    const credential = request.headers['proxy-authorization'] ? 'other' : 'none';
    const connection = recorder.numbers.get(`proxy from ${client.remotePort}`) ?? 0;
    recorder.requests.push({ server: 'proxy', method: 'CONNECT', path: request.url ?? '', credential, connection });
    answer(request.url ?? '', client);
  });
  const listener = await listenTcp(host, 0, (socket) => {
    const number = (recorder.connections.get('proxy') ?? 0) + 1;
    recorder.connections.set('proxy', number);
    recorder.numbers.set(`proxy from ${socket.remotePort}`, number);
    http.emit('connection', socket);
  });
  return {
    ...listener,
    async stop() {
      for (const socket of outgoing) socket.destroy();
      await listener.stop();
    },
  };
}

function splitTarget(target: string): { name: string; port: number } {
  const colon = target.lastIndexOf(':');
  return { name: target.slice(0, colon).toLowerCase(), port: Number(target.slice(colon + 1)) };
}

function forward(target: string, client: Socket, names: ReadonlyMap<string, string>, outgoing: Set<Socket>): void {
  const { name, port } = splitTarget(target);
  const server = connect({ host: names.get(name) ?? name, port });
  outgoing.add(server);
  server.once('connect', () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    server.pipe(client).pipe(server);
  });
  server.on('error', () => client.end(refusal('503 Service Unavailable', 'X-Squid-Error: ERR_CONNECT_FAIL 111\r\n')));
  server.on('close', () => {
    outgoing.delete(server);
    client.destroy();
  });
  client.on('close', () => server.destroy());
}

/** Takes the tunnel over with a certificate of the proxy's own CA for whatever host was asked for, and answers every request with a page. */
async function interceptor(lies: Lies): Promise<(target: string, client: Socket) => void> {
  const { proxy } = await sharedAuthorities();
  const http = createHttpServer((_, response) => {
    response.writeHead(403, { Server: lies?.header ?? 'squid/5.7', 'Content-Type': 'text/html;charset=utf-8' }).end(lies?.page ?? PAGE);
  });
  return (target, client) => {
    const { name } = splitTarget(target);
    const names = /^[\d.]+$/.test(name) ? { ips: [name] } : { dnsNames: [name] };
    issueCertificate(proxy, { commonName: lies ? `${lies.header} squid` : name, ...names, usages: ['server'] }).then(
      ({ certPem, keyPem }) => {
        const tls = createTlsServer({ cert: certPem, key: keyPem }, (socket) => {
          socket.on('error', () => {});
          http.emit('connection', socket);
        });
        tls.on('tlsClientError', () => {});
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        tls.emit('connection', client);
      },
    );
  };
}
