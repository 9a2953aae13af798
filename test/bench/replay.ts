/**
 * A server whose answers cost nothing: each is taken once from another, compressed as the apiserver compresses what is long, and sent from memory from
 * then on. What is measured against it is the client alone. And a link that carries so many bits a second.
 */
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:https';
import { type AddressInfo, connect, createServer as createRelay, type Server, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { servingCertificate } from '../../src/sim/state/certificates.js';

/** What the apiserver leaves as it is (k8s.io/apiserver endpoints/handlers/responsewriters defaultGzipThresholdBytes). */
const LONG = 128 * 1024;

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

export interface Asked {
  method: string;
  path: string;
  /** With a credential. */
  isOurs: boolean;
  /** Of what was asked for compressed: the Accept header. */
  list?: string;
  /** The port it comes from. */
  connection: number;
}

export interface Replay {
  port: number;
  /** Since the last time they were taken. */
  takeBytes(): number;
  takeRequests(): Asked[];
  stop(): void;
}

/** In front of the server at `origin`, whose certificates the authority of all worlds signs: so does it this one's. */
export async function startReplay(origin: string, ca: string): Promise<Replay> {
  const own = await servingCertificate('good', { commonName: 'kube-apiserver', dnsNames: [], ips: ['127.0.0.1'], nowMs: Date.now() });
  if (own === 'pending') throw new Error('no certificate');
  const agent = new Agent({ ca, keepAlive: true });
  const known = new Map<string, Promise<Answer>>();
  const sockets = new Map<Socket, number>();
  let gone = 0;
  let requests: Asked[] = [];
  const server = createServer({ cert: own.certPem, key: own.keyPem }, async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const { method = 'GET', url: path = '/', headers } = incoming;
    const list = headers['accept-encoding'] === 'gzip' ? headers.accept : undefined;
    const connection = incoming.socket.remotePort ?? 0;
    requests.push({ method, path, isOurs: headers.authorization !== undefined, ...(list !== undefined && { list }), connection });
    const key = [method, path, headers.accept, headers['accept-encoding'], body].join(' ');
    const answer = known.get(key) ?? take(path, { method, headers }, body);
    known.set(key, answer);
    const { status, headers: sent, body: bytes } = await answer;
    response.writeHead(status, { ...sent, 'content-length': bytes.length }).end(bytes);
  });

  function take(path: string, { method, headers }: { method: string; headers: NodeJS.Dict<string | string[]> }, body: string) {
    const { host: _, 'accept-encoding': encoding, ...rest } = headers;
    return new Promise<Answer>((resolve, reject) => {
      const sent = request(`${origin}${path}`, { agent, method, headers: rest }, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        const whole = Buffer.concat(chunks);
        const kept = { ...(response.headers as Record<string, string>) };
        // Its time is now, and its length that of what is sent.
        for (const name of ['date', 'transfer-encoding', 'content-length', 'connection']) delete kept[name];
        const isPacked = encoding === 'gzip' && whole.length >= LONG;
        resolve({
          status: response.statusCode ?? 500,
          headers: { ...kept, ...(isPacked && { 'content-encoding': 'gzip' }) },
          // Level 1, as the apiserver has it (responsewriters defaultGzipContentEncodingLevel).
          body: isPacked ? gzipSync(whole, { level: 1 }) : whole,
        });
      });
      sent.on('error', reject).end(body);
    });
  }

  const moved = (socket: Socket): number => socket.bytesRead + socket.bytesWritten;
  server.on('connection', (socket: Socket) => {
    sockets.set(socket, 0);
    socket.on('close', () => {
      gone += moved(socket) - (sockets.get(socket) ?? 0);
      sockets.delete(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    takeBytes() {
      let bytes = gone;
      gone = 0;
      for (const [socket, counted] of sockets) {
        bytes += moved(socket) - counted;
        sockets.set(socket, moved(socket));
      }
      return bytes;
    },
    takeRequests() {
      const taken = requests;
      requests = [];
      return taken;
    },
    stop() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** To this server, with so many bits a second in either direction for all of its connections together. */
export async function startLink(to: { host: string; port: number }, bitsPerSecond: number): Promise<{ port: number; stop(): void }> {
  const all = new Set<Socket>();
  const slowly = () => {
    let free = 0;
    return (from: Socket, to: Socket) => {
      // One after the other: of two timers the later may ring first, when the loop was busy.
      let sent = Promise.resolve();
      from.on('data', (chunk) => {
        free = Math.max(free, performance.now()) + (chunk.length * 8000) / bitsPerSecond;
        const due = free;
        sent = sent.then(() => setTimeout(Math.max(0, due - performance.now()))).then(() => void to.write(chunk));
      });
      from.on('error', () => {}).on('close', () => void sent.then(() => to.destroy()));
    };
  };
  const [there, back] = [slowly(), slowly()];
  const relay: Server = createRelay((client) => {
    const server = connect(to.port, to.host);
    for (const socket of [client, server]) all.add(socket.on('close', () => all.delete(socket)));
    there(client, server);
    back(server, client);
  });
  relay.listen(0, to.host);
  await once(relay, 'listening');
  return {
    port: (relay.address() as AddressInfo).port,
    stop() {
      for (const socket of all) socket.destroy();
      relay.close();
    },
  };
}
