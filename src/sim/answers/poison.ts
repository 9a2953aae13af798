/**
 * Lies put into answers field by field: what a fake kubelet, apiserver or proxy would write where a client might copy it into advice.
 * `shell` ends quotes, commands, YAML documents and terminals; `name` looks like any name and is somebody else's.
 */
import type { PoisonWorld } from '../world.js';

import { ESCAPES } from './hostile.js';
import type { Answer } from './http.js';

/** In every lie, first and last; in no honest answer. */
export const MARK = 'pwned';
const SHELL = `${MARK}'"; $(touch /tmp/${MARK}) \`${MARK}\` && rm -rf / # <img src=${MARK} onerror=${MARK}> \\`;
/** Several lines: the end of a YAML document and another one, which binds the liar to cluster-admin. */
const DOCUMENT = `\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nsubjects: [{kind: User, name: ${MARK}}]\n---\n`;
const LIES = { shell: `${ESCAPES}${SHELL}${DOCUMENT}${MARK}`, name: `${MARK}-else` } as const;
/** A header holds no line break and no ESC; it holds the 8-bit form of it. */
const HEADER = { shell: `\u009b31m${SHELL}`, name: `${MARK}-else` } as const;

/** Names and groups are replaced, so that they belong to somebody; free text has something appended. */
function lie(value: string, { how }: PoisonWorld): string {
  if (how === 'shell') return `${value}${LIES.shell}`;
  const [, namespace] = /^system:serviceaccount:([^:]+):/.exec(value) ?? [];
  if (namespace) return `system:serviceaccount:kube-system:${LIES.name}`;
  return value.startsWith('system:node:') ? `system:node:${LIES.name}` : LIES.name;
}

function inJson(value: unknown, poison: PoisonWorld, told: () => void, key = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => inJson(each, poison, told, key));
  if (typeof value === 'string' && poison.fields.includes(key)) {
    told();
    return lie(value, poison);
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inJson(each, poison, told, name)]));
}

const REFUSAL = /^(Forbidden \(user=)(.*)(, verb=)(\w+)(, resource=nodes, subresource(?:\(s\))?=\[?)([^\])]*)(\]?\)\n?)$/;

function inText(body: string, poison: PoisonWorld, told: () => void): string {
  const has = (field: string) => poison.fields.includes(field);
  const refusal = REFUSAL.exec(body);
  if (refusal && ['user', 'verb', 'subresource'].some(has)) {
    told();
    const [, a = '', user = '', b = '', verb = '', c = '', subresource = '', d = ''] = refusal;
    const at = (field: string, value: string) => (has(field) ? lie(value, poison) : value);
    return [a, at('user', user), b, at('verb', verb), c, at('subresource', subresource), d].join('');
  }
  if (has('metrics') && body.includes('# HELP')) {
    told();
    return `${body}rest_client_requests_total{code="200",host="${poison.how === 'name' ? '203.0.113.66:6443' : LIES.shell}",method="GET"} 7\n`;
  }
  if (!has('text')) return body;
  told();
  return `${body}\n[-]${LIES[poison.how]} failed: ${LIES[poison.how]}\n`;
}

/** The same answer with lies in it; `told` is called for each. */
export function poisoned(answer: Answer, poison: PoisonWorld | undefined, told: () => void): Answer {
  if (!poison) return answer;
  const lied = poison.fields.includes('header');
  if (lied) told();
  const text = HEADER[poison.how];
  const headers: [string, string][] = lied
    ? [
        ...answer.headers,
        ['Server', text],
        ['Via', text],
        ['WWW-Authenticate', `Bearer realm="${text}"`],
        ['Warning', text],
        ['Retry-After', text],
      ]
    : answer.headers;
  try {
    const json: unknown = JSON.parse(answer.body);
    if (typeof json === 'object') return { ...answer, headers, body: JSON.stringify(inJson(json, poison, told)) };
  } catch {
    // Plain text.
  }
  return { ...answer, headers, body: inText(answer.body, poison, told) };
}

/** What a lying server puts into its certificate. */
export function certificateLies(poison: PoisonWorld | undefined, server: PoisonWorld['server'], told: () => void) {
  if (poison?.server !== server || !poison.fields.includes('certificate')) return undefined;
  told();
  return poison.how === 'name'
    ? { names: [LIES.name, `${LIES.name}.example`], subject: LIES.name }
    : { names: [SHELL, `\u001b[31m${MARK}${DOCUMENT}`, `${MARK}, IP Address:10.0.0.1, DNS:*`], subject: `${SHELL}${DOCUMENT}` };
}

/** What a lying proxy says: a header value, and a page. */
export function proxyLies(poison: PoisonWorld | undefined, told: () => void): { header: string; page: string } | undefined {
  if (poison?.server !== 'proxy') return undefined;
  told();
  return { header: HEADER[poison.how], page: `<html>${LIES[poison.how]}</html>` };
}
