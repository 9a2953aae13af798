/**
 * HTTP/1.1 questions to one server as one identity, reduced to facts. A Client of our own (`wire.ts`), never undici's global dispatcher: no
 * proxy variable, redirect or retry policy acts. A kubelet ≥ 1.36 speaks no HTTP/2 (it negotiates no ALPN), so none is offered.
 */
import { deadline } from '../../host/deadline.js';
import { SENTENCE } from '../../host/redact.js';
import { elapsedMs } from '../../host/stopwatch.js';
import type { CredentialKind } from '../../model/facts/connection.js';
import type { HttpAnswer, Outcome } from '../../model/facts.js';
import type { Impersonation } from '../credentials/kubeconfig-file.js';
import { type Sendable, secretsOf } from './gate.js';
import { type Headers, parseJson, recognisePayload, recogniseVoice } from './payload.js';
import { createWire, type Exchange, failure, NOT_ASKED, type Open, type Wire } from './wire.js';

const MAX_BYTES = 64 * 1024;
const MAX_QUOTE = 512;

export interface RequestOptions {
  method?: 'GET' | 'POST';
  /** With its query, e.g. `/readyz?verbose`. */
  path: string;
  /** Sent as JSON. */
  body?: unknown;
  /** The `Impersonate-*` headers: the apiserver adds the groups of a ServiceAccount by itself (endpoints/filters/impersonation). */
  impersonate?: Impersonation;
  /** For all of it: connecting, the header and the body. Waiting for the request before it does not count. */
  timeoutMs: number;
  /** A list, which may be large: `timeoutMs` is for each silence alone, and it is asked for compressed. */
  large?: true;
  /** The Accept header, where another answer than the usual is asked for. */
  accept?: string;
  /** Of the body that is read; default 64 KiB. */
  maxBytes?: number;
  signal?: AbortSignal;
}

/** `body` and `json` may hold secrets: for the caller's reducer alone. */
export interface Reply {
  outcome: Outcome<HttpAnswer>;
  /** Raw text as far as it was read. */
  body: string;
  /** Parsed, where the whole body came and is JSON; not before someone reads it. */
  readonly json?: unknown;
  /** The body goes on after `maxBytes`. */
  truncated: boolean;
}

/** One connection, reused; requests wait for each other. */
export interface Session {
  /**
   * Never rejects. Failed codes: ETIMEDOUT, ELATE (host/deadline.ts), ECONNRESET, ECANCELLED by `signal`, whatever `open` said, HPE_* and UND_ERR_* for what is no
   * HTTP. Where the header had come, a failed outcome's `data` holds it.
   */
  request(options: RequestOptions): Promise<Reply>;
  /** Ends it at once; a request still running fails. */
  close(): Promise<void>;
  /** Connections opened and requests sent so far. */
  readonly connections: number;
  readonly requests: number;
}

export interface SessionOptions {
  /** As whom; nobody without one. */
  credential?: Sendable;
  host: string;
  port: number;
  open: Open;
  /** In place of a connection: what was asked by others. */
  recorded?: Wire;
  /** Redacts and cuts what goes into a fact. */
  clean: (text: string, max: number) => string;
  /** Local wall clock, ms: for a Retry-After that is a date. */
  now: () => number;
  userAgent?: string;
}

/** Opens nothing yet; the first request does. */
export function openSession(options: SessionOptions): Session {
  const { clean, credential } = options;
  const token = credential && secretsOf(credential).token;
  const authorization = token === undefined ? undefined : `Bearer ${token}`;
  const wire = options.recorded ?? createWire(options.host, options.port, options.open);
  let queue: Promise<unknown> = Promise.resolve();

  const exchange = (request: RequestOptions, signal: AbortSignal, onBytes: () => void): Promise<Exchange> => {
    return wire.exchange({
      method: request.method ?? 'GET',
      path: request.path,
      body: request.body,
      maxBytes: request.maxBytes ?? MAX_BYTES,
      signal,
      onBytes,
      headers: {
        accept: request.accept ?? 'application/json, */*',
        'user-agent': options.userAgent ?? 'kubelet-doctor',
        ...(request.large && { 'accept-encoding': 'gzip' }),
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(authorization === undefined ? {} : { authorization }),
        ...(request.impersonate === undefined ? {} : impersonationHeaders(request.impersonate)),
      },
    });
  };

  const run = async (request: RequestOptions): Promise<Exchange & { tookMs: number }> => {
    await wire.load();
    const began = elapsedMs();
    const stopper = new AbortController();
    const cancel = () => stopper.abort(failure('ECANCELLED', 'cancelled'));
    const expire = (code: string) => stopper.abort(failure(code, `no complete answer in ${request.timeoutMs} ms`));
    let stop = deadline(request.timeoutMs, expire);
    // Of what may be large, each piece starts the wait again.
    const onBytes = () => {
      if (!request.large) return;
      stop();
      stop = deadline(request.timeoutMs, expire);
    };
    request.signal?.addEventListener('abort', cancel, { once: true });
    if (request.signal?.aborted) cancel();
    const [used, connections] = [wire.answered > 0, wire.connections];
    let got = await exchange(request, stopper.signal, onBytes);
    // A server may close an idle connection just as we write to it. That says nothing of the server, and is tried once more.
    const stale = used && wire.connections === connections && got.code === 'ECONNRESET' && got.status === undefined;
    if (stale) got = await exchange(request, stopper.signal, onBytes);
    stop();
    request.signal?.removeEventListener('abort', cancel);
    return { ...got, tookMs: got.ms ?? Math.round(elapsedMs() - began) };
  };

  const read = (request: RequestOptions, got: Exchange & { tookMs: number }): Reply => {
    const { code, detail = '', body, truncated, tookMs: ms } = got;
    const parsed = once(() => parseJson(body));
    if (code === NOT_ASKED) return { outcome: { status: 'absent', why: 'not-attempted', detail }, body, truncated };
    const data = got.status === undefined ? undefined : reduceAnswer(options, request, { ...got, status: got.status }, parsed);
    if (code !== undefined || !data) {
      const failed = {
        status: 'failed',
        code: code ?? 'ECONNRESET',
        detail: clean(detail, SENTENCE),
        ms,
        ...(data ? { data } : {}),
      } as const;
      return { outcome: failed, body, truncated };
    }
    return {
      outcome: { status: 'observed', data, ms },
      body,
      truncated,
      get json() {
        return truncated ? undefined : parsed();
      },
    };
  };

  return {
    async request(request) {
      const answered = queue.then(() => run(request));
      queue = answered;
      const got = await answered;
      // A table has thousands of rows: the next request goes out before they are read, and the server works meanwhile.
      if (request.large && request.accept) await new Promise((resolve) => setImmediate(resolve));
      return read(request, got);
    },
    close: () => wire.close(),
    get connections() {
      return wire.connections;
    },
    get requests() {
      return wire.requests;
    },
  };
}

/** As client-go writes them (transport/round_trippers.go): a header a group, the keys of extra percent-encoded. */
function impersonationHeaders({ user, uid, groups, extra }: Impersonation): Record<string, string | string[]> {
  return {
    'impersonate-user': user,
    ...(uid ? { 'impersonate-uid': uid } : {}),
    ...(groups.length > 0 ? { 'impersonate-group': groups } : {}),
    ...Object.fromEntries(Object.entries(extra).map(([key, values]) => [`impersonate-extra-${encodeURIComponent(key)}`, values])),
  };
}

/** What of an answer becomes a fact: of a body only a refusal's or a health check's first words, and what a payload was recognised as. */
function reduceAnswer(
  { credential, clean, now }: SessionOptions,
  { method = 'GET', path }: RequestOptions,
  { status, headers, body }: Exchange & { status: number },
  parsed: () => unknown,
): HttpAnswer {
  const quoted = status >= 400 || /^\/(?:healthz|readyz|livez)(?:[/?]|$)/.test(path);
  const serverTimeMs = Date.parse(first(headers, 'date'));
  const retryAfterSeconds = retryAfter(first(headers, 'retry-after'), Number.isNaN(serverTimeMs) ? now() : serverTimeMs);
  const as: CredentialKind = credential?.as ?? 'nobody';
  return {
    method,
    path,
    as,
    status,
    body: quoted ? clean(body, MAX_QUOTE) : '',
    voice: recogniseVoice(status, headers, body),
    ...(Number.isNaN(serverTimeMs) ? {} : { serverTimeMs }),
    ...(status >= 200 && status < 300 ? { payload: recognisePayload(path, body, parsed) } : {}),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function first(headers: Headers, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}

/** Retry-After in seconds, written as such or as a date (RFC 9110 §10.2.3). */
function retryAfter(text: string, nowMs: number): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - nowMs) / 1000));
}
