/** HTTPS questions of the harness and its tests, each on a connection of its own; and the admin's JSON client. */
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';

/** Who asks: nobody, a bearer token, a client certificate, or both. */
export interface Identity {
  token?: string;
  certPem?: string;
  keyPem?: string;
}

export interface Question extends Identity {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** CA to verify the server with; without it the certificate is not verified. */
  ca?: string;
  timeoutMs?: number;
}

export interface Answer {
  status: number;
  contentType: string;
  text: string;
  ms: number;
  /** SHA-256 fingerprint of the certificate the server presented. */
  fingerprint: string;
}

/** One request. Rejects with Node's error (its `code`) when there is no HTTP answer; `ETIMEDOUT` is ours after `timeoutMs`. */
export function ask(url: string, question: Question = {}): Promise<Answer> {
  const { method = 'GET', ca, certPem, keyPem, token, body, timeoutMs = 10_000 } = question;
  const headers = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...question.headers };
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const trust = ca === undefined ? { rejectUnauthorized: false } : { rejectUnauthorized: true, ca };
    const sent = request(url, { method, headers, agent: false, cert: certPem, key: keyPem, ...trust }, (response) => {
      const chunks: Buffer[] = [];
      const { fingerprint256 } = (response.socket as TLSSocket).getPeerCertificate();
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          contentType: response.headers['content-type'] ?? '',
          text: Buffer.concat(chunks).toString(),
          ms: performance.now() - started,
          fingerprint: fingerprint256,
        }),
      );
    });
    const tooLate = (): unknown =>
      sent.destroy(Object.assign(new Error(`no answer from ${url} within ${timeoutMs} ms`), { code: 'ETIMEDOUT' }));
    const timer = setTimeout(tooLate, timeoutMs);
    sent.on('close', () => clearTimeout(timer)).on('error', reject);
    sent.end(body);
  });
}

/** Calls the apiserver as cluster admin; parses the JSON answer, throws on a status of 400 and more. */
export type Admin = <T = unknown>(method: string, path: string, body?: unknown, contentType?: string) => Promise<T>;

/** What `Admin` throws. */
export interface RefusedError extends Error {
  status: number;
}

/** A small JSON client for one apiserver and one identity. */
export function jsonClient(url: string, identity: Identity & { ca: string }): Admin {
  return async <T>(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<T> => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await ask(url + path, {
      ...identity,
      method,
      body: text,
      headers: text === undefined ? {} : { 'content-type': contentType },
    });
    if (answer.status >= 400) {
      throw Object.assign(new Error(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 500)}`), { status: answer.status });
    }
    return (answer.contentType.startsWith('application/json') ? JSON.parse(answer.text) : answer.text) as T;
  };
}
