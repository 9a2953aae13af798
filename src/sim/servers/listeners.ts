/** What can be behind a port: a TLS or plain HTTP server that counts and records, and the ways in which a port can be of no use. */
import type { X509Certificate } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { closedPort } from '../state/addresses.js';
import type { KeyPair } from '../state/pki.js';
import type { Listening } from '../world.js';
import { startSilentPort } from './silent.js';

/** One request as a server of the world saw it. Never holds the credential itself. */
export interface RecordedRequest {
  /** `apiserver`, `kubelet NODE`, `proxy`, `gateway`. */
  server: string;
  method: string;
  path: string;
  /** `other` is an Authorization header that is no bearer token, or a Proxy-Authorization. */
  credential: 'none' | 'token' | 'certificate' | 'token and certificate' | 'other';
  /** Number of the TCP connection at this server, from 1. */
  connection: number;
}

/** What the world watches. */
export interface Recorder {
  requests: RecordedRequest[];
  /** Server → TCP connections accepted. */
  connections: Map<string, number>;
  /** `SERVER from PORT` → the number of that connection. */
  numbers: Map<string, number>;
  /** How many lies were told (`World.poison`). */
  lies: number;
}

/** A request as the answering functions need it. */
export interface SimRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  authorization?: string;
  /** `Impersonate-User`. */
  impersonate?: string;
  /** `Impersonate-Group`. */
  impersonateGroups: string[];
  certificate?: X509Certificate;
  /** `Accept`. */
  accept?: string;
  userAgent: string;
  body: string;
}

export type Respond = (asked: SimRequest, request: IncomingMessage, response: ServerResponse) => void;

export interface Listener {
  host: string;
  port: number;
  stop(): Promise<void>;
}

export interface ListenOptions {
  server: string;
  host: string;
  /** 0 takes a free one. */
  port?: number;
  listen: Listening;
  certificate: KeyPair | 'pending';
  /** What `swaps-certificate` shows from the second connection on. */
  second?: KeyPair | 'pending';
  /** PEM of the CA whose client certificates are asked for; absent: none are. */
  clientCa?: string;
  alpn?: string[];
  respond: Respond;
  recorder: Recorder;
}

/** Go's order of preference. */
const CIPHERS =
  'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384';
const TLS_RECORD = 0x16;
/** Fatal alert 80, internal_error: what Go sends when it has no certificate to show. */
const ALERT_INTERNAL_ERROR = Buffer.from([0x15, 3, 3, 0, 2, 2, 80]);
const PLAIN_TO_TLS = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';

function credentialOf(request: SimRequest): RecordedRequest['credential'] {
  const token = /^bearer +\S/i.test(request.authorization ?? '');
  if (request.certificate) return token ? 'token and certificate' : 'certificate';
  return token ? 'token' : request.authorization ? 'other' : 'none';
}

async function readRequest(request: IncomingMessage): Promise<SimRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://sim');
  const certificate = (request.socket as Partial<TLSSocket>).getPeerX509Certificate?.();
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    authorization: request.headers.authorization,
    impersonate: request.headers['impersonate-user']?.toString(),
    impersonateGroups: request.headersDistinct['impersonate-group'] ?? [],
    certificate,
    accept: request.headers.accept,
    userAgent: request.headers['user-agent'] ?? '',
    body: Buffer.concat(chunks).toString(),
  };
}

/** An HTTP server not yet listening; give it connections with `emit('connection', socket)`. */
function httpOn({ server, listen, recorder, respond }: ListenOptions) {
  const http = createHttpServer((request, response) => {
    readRequest(request).then(
      (asked) => {
        const connection = recorder.numbers.get(`${server} from ${request.socket.remotePort}`) ?? 0;
        recorder.requests.push({
          server,
          method: asked.method,
          path: request.url ?? '/',
          credential: credentialOf(asked),
          connection,
        });
        if (listen === 'cuts-credential' && asked.authorization) request.socket.destroy();
        else if (listen !== 'hang-http') respond(asked, request, response);
      },
      () => response.destroy(),
    );
  });
  http.keepAliveTimeout = 0;
  return http;
}

type OnSocket = (socket: Socket) => void;

/** TLS, and Go's answer in clear text to a client that speaks HTTP. */
function tlsOn(options: ListenOptions): OnSocket {
  const http = httpOn(options);
  const { certificate, clientCa } = options;
  if (certificate === 'pending') return (socket) => socket.once('data', () => socket.end(ALERT_INTERNAL_ERROR));
  const tls = createTlsServer(
    {
      cert: certificate.certPem,
      key: certificate.keyPem,
      ...(options.listen === 'old-tls'
        ? { ciphers: `${CIPHERS}:@SECLEVEL=0`, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }
        : { ciphers: CIPHERS, minVersion: 'TLSv1.2' }),
      ...(clientCa && { ca: clientCa, requestCert: true, rejectUnauthorized: false }),
      ...(options.alpn && { ALPNProtocols: options.alpn }),
    },
    (socket) => {
      socket.on('error', () => {});
      http.emit('connection', socket);
    },
  );
  tls.on('tlsClientError', () => {});
  return (socket) => {
    socket.once('readable', () => {
      const first: Buffer | null = socket.read();
      if (first === null) return;
      if (first[0] !== TLS_RECORD) return void socket.end(PLAIN_TO_TLS);
      socket.unshift(first);
      tls.emit('connection', socket);
    });
  };
}

function onSocket(options: ListenOptions): OnSocket {
  switch (options.listen) {
    case 'hang':
      return () => {};
    case 'stall':
      return (socket) => socket.once('data', (first: Buffer) => first[0] !== TLS_RECORD && socket.end(PLAIN_TO_TLS));
    case 'reset':
      return (socket) => socket.once('data', () => socket.resetAndDestroy());
    case 'plain-http': {
      const http = httpOn(options);
      return (socket) => http.emit('connection', socket);
    }
    case 'swaps-certificate': {
      const [first, later] = [tlsOn(options), tlsOn({ ...options, certificate: options.second ?? options.certificate })];
      let seen = 0;
      return (socket) => (seen++ === 0 ? first : later)(socket);
    }
    default:
      return tlsOn(options);
  }
}

/** Opens what `listen` says. A closed port is an address like any other: one where nothing listens. */
export async function openListener(options: ListenOptions): Promise<Listener> {
  const { host, port = 0, recorder, server } = options;
  if (options.listen === 'closed') return { host, port: port || (await closedPort(host)), stop: async () => {} };
  if (options.listen === 'silent') return { host, ...(await startSilentPort(host, port)) };
  const accept = onSocket(options);
  return listenTcp(host, port, (socket) => {
    const number = (recorder.connections.get(server) ?? 0) + 1;
    recorder.connections.set(server, number);
    recorder.numbers.set(`${server} from ${socket.remotePort}`, number);
    accept(socket);
  });
}

/** A TCP server that closes at once, with all its connections. */
export async function listenTcp(host: string, port: number, accept: OnSocket): Promise<Listener> {
  const sockets = new Set<Socket>();
  // As Go's net/http sets it: else the first answer of a connection waits 20 ms and more for the client's word that the session tickets came.
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    accept(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    host,
    port: typeof address === 'object' && address ? address.port : port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
