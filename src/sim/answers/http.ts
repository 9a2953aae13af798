/** HTTP answers as data, the refusals of kubelet and apiserver word for word, and how an answer is put on the wire as Go does it. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../state/clock.js';
import type { Attributes, Caller } from '../state/rights.js';

/** An answer without the headers every one has (Date, Content-Length or Transfer-Encoding). */
export interface Answer {
  status: number;
  headers: [string, string][];
  body: string;
  /** Sent this late. */
  afterMs?: number;
  /** Never sent; broken off in its middle; or sent bit by bit, with this pause between two of ten parts. */
  sent?: 'never' | 'half' | { pauseMs: number };
}

const TEXT: [string, string] = ['Content-Type', 'text/plain; charset=utf-8'];
const NOSNIFF: [string, string] = ['X-Content-Type-Options', 'nosniff'];

/** What Go's http.Error and http.NotFound write. */
export const textError = (status: number, body: string): Answer => ({ status, headers: [TEXT, NOSNIFF], body: `${body}\n` });
export const plainText = (status: number, body: string): Answer => ({ status, headers: [TEXT], body });
export const notFound = (): Answer => textError(404, '404 page not found');

// ---- kubelet ----------------------------------------------------------------------------------------------------------------------

export const kubeletUnauthorized = (): Answer => plainText(401, 'Unauthorized');

/** ≥ 1.32 lists every subresource it asked, and ends the line; older ones name the only one. */
export function kubeletForbidden(user: string, verb: string, subresources: string[], listed: boolean): Answer {
  const asked = listed ? `subresource(s)=[${subresources.join(' ')}])\n` : `subresource=${subresources[0]})`;
  return plainText(403, `Forbidden (user=${user}, verb=${verb}, resource=nodes, ${asked}`);
}

export function kubeletAuthorizationError(user: string, verb: string, subresource: string): Answer {
  return plainText(500, `Authorization error (user=${user}, verb=${verb}, resource=nodes, subresource=${subresource})`);
}

// ---- apiserver --------------------------------------------------------------------------------------------------------------------

const SCHEMAS = {
  anonymous: ['18338048-5299-4a29-b52e-b90ecf192d2d', 'aa05df16-1a0c-4d5f-9736-e435ef01c074'],
  accounts: ['7cbeb3ea-a5ef-4c4c-9163-2fe3375c30ab', '7bab7d25-b8ac-4e20-a752-b7a14670005b'],
  probes: ['37a223ff-f1fb-4eed-a953-fbb881ec93e9', '5f283bd0-3c91-4ac7-b56d-926619281a63'],
  exempt: ['9e21804b-5119-45df-a1e9-ace9a2c4e7ee', '5f283bd0-3c91-4ac7-b56d-926619281a63'],
  nodes: ['d5ca3f0e-2b5c-4f4e-9e62-6a5ee0a4a3c1', '0b1e6ff1-7a52-4a92-8d40-3cf6c9d6be0e'],
} as const;

/** Priority-and-fairness headers, as every request gets them that was classified. */
export function flowSchema(who: Caller, path: string): [string, string][] {
  const probe = /^\/(healthz|livez|readyz)(\/|$)/.test(path);
  const kind = probe
    ? 'probes'
    : who.groups.includes('system:masters')
      ? 'exempt'
      : who.groups.includes('system:nodes')
        ? 'nodes'
        : who.groups.includes('system:serviceaccounts')
          ? 'accounts'
          : 'anonymous';
  const [schema, level] = SCHEMAS[kind];
  return [
    ['X-Kubernetes-Pf-Flowschema-Uid', schema],
    ['X-Kubernetes-Pf-Prioritylevel-Uid', level],
  ];
}

/** JSON as the apiserver writes it: indented for curl, else one line; `<`, `>` and `&` as Go escapes them. */
export function json(value: unknown, pretty: boolean): string {
  const text = JSON.stringify(value, null, pretty ? 2 : undefined).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return pretty ? text : `${text}\n`;
}

/** A Status object. */
export interface Status {
  code: number;
  reason: string;
  message: string;
  details?: Record<string, unknown>;
}

export function statusObject({ code, reason, message, details }: Status): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...(details && { details }), code };
}

export const UNAUTHORIZED: Status = { code: 401, reason: 'Unauthorized', message: 'Unauthorized' };

const html = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** The apiserver's 403, for a resource or a path. */
export function forbidden(who: Caller, asked: Attributes): Status {
  const base = { code: 403, reason: 'Forbidden' };
  if (asked.path !== undefined) {
    return { ...base, message: html(`forbidden: User "${who.user}" cannot ${asked.verb} path "${asked.path}"`), details: {} };
  }
  const resource = asked.subresource ? `${asked.resource}/${asked.subresource}` : asked.resource;
  const kind = asked.group ? `${asked.resource}.${asked.group}` : asked.resource;
  const what = asked.name ? `${kind} "${asked.name}"` : kind;
  const where = asked.namespace ? `in the namespace "${asked.namespace}"` : 'at the cluster scope';
  return {
    ...base,
    message: html(
      `${what} is forbidden: User "${who.user}" cannot ${asked.verb} resource "${resource}" in API group "${asked.group}" ${where}`,
    ),
    details: { ...(asked.name && { name: asked.name }), ...(asked.group && { group: asked.group }), kind: asked.resource },
  };
}

export function objectNotFound(resource: string, name: string, group = ''): Status {
  const kind = group ? `${resource}.${group}` : resource;
  return {
    code: 404,
    reason: 'NotFound',
    message: `${kind} "${name}" not found`,
    details: { name, ...(group && { group }), kind: resource },
  };
}

/** The headers the apiserver puts in front of everything. */
export const apiserverHeaders = (): [string, string][] => [
  ['Audit-Id', randomUUID()],
  ['Cache-Control', 'no-cache, private'],
];

// ---- on the wire ------------------------------------------------------------------------------------------------------------------

/** Writes an answer: Date by the server's clock, no Connection header, and chunked from 2 KiB, as Go's server does. */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer, clock: Clock): void {
  const write = () => {
    if (response.destroyed) return;
    response.sendDate = false;
    response.removeHeader('Connection');
    const length = Buffer.byteLength(answer.body);
    const framing: [string, string] = length > 2048 ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(length)];
    const headers = [...answer.headers, ['Date', new Date(clock.now()).toUTCString()], framing];
    response.writeHead(answer.status, headers.flat() as unknown as never);
    if (answer.sent === 'half') {
      const { socket } = response;
      response.write(answer.body.slice(0, answer.body.length / 2), () => socket?.destroy());
      return;
    }
    if (typeof answer.sent === 'object') {
      trickle(answer.body, answer.sent.pauseMs);
      return;
    }
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  };
  const trickle = (rest: string, pauseMs: number, part = Math.ceil(answer.body.length / 10)) => {
    if (rest === '') return void response.end();
    response.write(rest.slice(0, part));
    response.once(
      'close',
      clock.after(pauseMs, () => trickle(rest.slice(part), pauseMs, part)),
    );
  };
  if (answer.sent === 'never') return;
  if (!answer.afterMs) {
    write();
    return;
  }
  response.once('close', clock.after(answer.afterMs, write));
}

/** A header that promises a whole body, the beginning of it, and the end of the connection. */
export function sendHalf(response: ServerResponse, { status, headers, body }: Answer): void {
  response.sendDate = false;
  response.writeHead(status, [...headers, ['Content-Length', String(Buffer.byteLength(body) + 64)]].flat() as unknown as never);
  response.write(body.slice(0, Math.min(1000, Math.ceil(body.length / 2))), () => response.destroy());
}
