/** One undici Client over sockets somebody else opens and verifies: a request, its answer, and nothing undici would do on its own. */
import { isIP, type Socket } from 'node:net';
import { pipeline, type Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Client, Dispatcher } from 'undici';
import type { Headers } from './payload.js';

/** Why there is no connection. */
export interface Refusal {
  code: string;
  detail: string;
}

/** A connected and, where it carries a credential, verified socket; or why there is none. */
export type Open = () => Promise<Socket | TLSSocket | Refusal>;

/** One request and its answer; `code` is set where it broke off, after what the other fields hold. */
export interface Exchange {
  status?: number;
  headers: Headers;
  /** At most `maxBytes` of it. */
  body: string;
  truncated: boolean;
  code?: string;
  detail?: string;
  /** How long it took, where that was measured elsewhere. */
  ms?: number;
}

/** The code of a question that nobody put: no answer is known, and none failed. */
export const NOT_ASKED = 'ENOTASKED';

export interface WireRequest {
  method: 'GET' | 'POST';
  path: string;
  /** Sent as JSON. */
  body?: unknown;
  headers: Readonly<Record<string, string | string[]>>;
  maxBytes: number;
  /** Its reason, an Error with a `code`, becomes the failure. */
  signal: AbortSignal;
  /** Called whenever something came. */
  onBytes?: () => void;
}

/** A connection to one server, opened when first used, and again when the server closed it. One request at a time. */
export interface Wire {
  /** Loads undici (100 ms and more), so that this is not taken for the server's time. */
  load(): Promise<void>;
  /** Never rejects. */
  exchange(request: WireRequest): Promise<Exchange>;
  close(): Promise<void>;
  readonly connections: number;
  readonly requests: number;
  /** Answers that came over the connection in use. */
  readonly answered: number;
}

/** undici, which takes a while: to be called where its first use is near. */
export function loadClient(): Promise<typeof import('./undici.js')> {
  return import('./undici.js');
}

export function createWire(host: string, port: number, open: Open): Wire {
  const name = isIP(host) === 6 ? `[${host}]` : host;
  const authority = port === 443 ? name : `${name}:${port}`;
  const sockets = new Set<Socket>();
  const count = { connections: 0, requests: 0, answered: 0 };
  let closed = false;
  let client: Promise<Client> | undefined;
  let refusal: Refusal | undefined;

  const connect = async (): Promise<Socket> => {
    count.answered = 0;
    refusal = undefined;
    const opened = await open().catch(() => ({ code: 'ECONNRESET', detail: 'the connection could not be opened' }));
    if (!('destroy' in opened)) {
      refusal = opened;
      // A code of our own: undici tries again for ever after UND_ERR_SOCKET, and treats ERR_TLS_CERT_ALTNAME_INVALID apart (client.js).
      throw failure('ENOTOPENED', opened.code);
    }
    sockets.add(opened);
    opened.on('error', () => {}).once('close', () => sockets.delete(opened));
    if (closed) opened.destroy();
    count.connections += 1;
    return opened;
  };

  const createClient = async (): Promise<Client> => {
    const undici = await loadClient();
    // The origin is never dialled nor shown: `open` decides where to, and the Host header is ours.
    return new undici.Client('http://server', {
      pipelining: 1,
      keepAliveTimeout: 60_000, // longer than a run
      headersTimeout: 0, // the request's signal is the one deadline
      bodyTimeout: 0,
      connect: (_options, done) => {
        connect().then(
          (socket) => done(null, socket),
          (error: Error) => done(error, null),
        );
      },
    });
  };

  const faultOf = (error: unknown): Refusal => {
    const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown };
    if (code === 'ENOTOPENED' && refusal) return refusal;
    if (name === 'HTTPParserError') return noHttp(code);
    // Read by the parser and refused behind it: a status below 100, a 101 that nobody asked for.
    if (code === 'ERR_ASSERTION' || (code === 'UND_ERR_SOCKET' && NO_HTTP.has(message))) return noHttp();
    if (typeof code !== 'string' || GONE.has(code)) {
      return { code: 'ECONNRESET', detail: closed ? 'the session was closed' : 'the server closed the connection' };
    }
    return { code, detail: error instanceof Error ? error.message : '' };
  };

  return {
    async load() {
      client ??= createClient();
      await client;
    },
    async exchange({ method, path, body, headers, maxBytes, signal, onBytes }) {
      const got: Exchange = { headers: {}, body: '', truncated: false };
      let stream: Dispatcher.ResponseData['body'] | undefined;
      try {
        if (closed) throw failure('UND_ERR_CLOSED', '');
        client ??= createClient();
        count.requests += 1;
        const asked = (await client).request({
          method,
          path,
          signal,
          headers: { host: authority, ...headers },
          body: body === undefined ? null : JSON.stringify(body),
        });
        const response = await unlessAborted(asked, signal);
        stream = response.body;
        stream.on('error', () => {});
        got.status = response.statusCode;
        got.headers = response.headers;
        count.answered += 1;
        onBytes?.();
        const encoded = headers['accept-encoding'] !== undefined;
        await readInto(got, encoded ? await decoded(stream, got.headers) : stream, maxBytes, onBytes);
      } catch (error) {
        Object.assign(got, faultOf(error));
      }
      // What was not read to its end takes the connection with it; the next request opens another.
      stream?.destroy();
      return got;
    },
    async close() {
      closed = true;
      for (const socket of sockets) socket.destroy();
      await client?.then((one) => one.destroy()).catch(() => {});
    },
    get connections() {
      return count.connections;
    },
    get requests() {
      return count.requests;
    },
    get answered() {
      return count.answered;
    },
  };
}

/**
 * A body longer than asked for is read on and forgotten: that keeps the connection, where dropping it costs another TLS handshake.
 * Within bounds, since it may be slow or never end.
 */
const DRAIN_BYTES = 8 * 1024 * 1024;
const DRAIN_MS = 300;

/** undici's words for an answer it breaks off at, which has the code of a connection that broke (client-h1.js). */
const NO_HTTP = new Set<unknown>(['bad response', 'bad upgrade']);

const noHttp = (code: unknown = 'HPE_INVALID'): Refusal => ({ code: String(code), detail: 'the server does not answer in HTTP' });

/** Codes that all mean: the connection is no more. */
const GONE = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_DESTROYED', 'UND_ERR_CLOSED', 'ERR_STREAM_PREMATURE_CLOSE']);

/** undici heeds a signal once there is a connection; while `open` is still at work, this does. */
function unlessAborted(asked: Promise<Dispatcher.ResponseData>, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    asked.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** What a server compressed because it was asked to; how much of it is read is counted behind this, so that a small answer cannot grow without end. */
async function decoded(stream: Readable, headers: Headers): Promise<Readable> {
  if (headers['content-encoding'] !== 'gzip') return stream;
  const { createGunzip } = await import('node:zlib');
  return pipeline(stream, createGunzip(), () => {}) as Readable;
}

async function readInto(got: Exchange, stream: Readable, maxBytes: number, onBytes?: () => void): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  let drain: NodeJS.Timeout | undefined;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      onBytes?.();
      if (size < maxBytes) chunks.push(chunk);
      size += chunk.length;
      if (size <= maxBytes) continue;
      got.truncated = true;
      drain ??= setTimeout(() => stream.destroy(), DRAIN_MS);
      if (size > maxBytes + DRAIN_BYTES) break;
    }
  } catch (error) {
    if (!got.truncated) throw error; // else all that was asked for had come
  } finally {
    clearTimeout(drain);
    got.body = Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
  }
}

/** An Error whose `code` names a failure. */
export const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code });
