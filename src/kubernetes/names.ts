/**
 * Guards between what a server said and what we print for pasting. A value that fails its guard never reaches a command:
 * the command is left out (`undefined`), never "cleaned" into something else.
 */

const DNS_NAME = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)*$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/;
const IPV6 = /^(?=.*:)[0-9a-fA-F:.]{2,45}$/;

/** RFC 1123 subdomain: what Kubernetes allows as a node or ServiceAccount name. */
export function isDnsName(text: string): boolean {
  return text.length <= 253 && DNS_NAME.test(text);
}

export function isIp(text: string): boolean {
  return IPV4.test(text) || IPV6.test(text);
}

/** `host:port`, IPv6 bracketed. */
export function endpointOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The reverse of `endpointOf`. */
export function hostOf(endpoint: string): string {
  return endpoint.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

/** Quotes for a POSIX shell; plain words stay plain. */
export function shellQuote(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A user name as certificates carry it: no blanks, no quotes, no control characters. */
const USER = /^[A-Za-z0-9][A-Za-z0-9:._@+/=-]{0,252}$/;

/** May `user` be named in a manifest or command? Identities of the cluster itself get no rights from us. */
export function isBindableUser(user: string): boolean {
  return serviceAccountOf(user) !== undefined || (USER.test(user) && !user.startsWith('system:'));
}

/** What an environment variable may be called; a shell and an agent read no others. */
export function isVariable(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,252}$/.test(text);
}

/** A process, as it may stand in a command or a path: facts of a file say a number, and may say anything. */
export function isPid(pid: unknown): pid is number {
  return Number.isInteger(pid) && Number(pid) > 0;
}

/** `{namespace, name}` of `system:serviceaccount:NS:NAME`, when both are valid names. */
export function serviceAccountOf(user: string): { namespace: string; name: string } | undefined {
  const [, namespace, name, more] = /^system:serviceaccount:([^:]+):([^:]+)(:.*)?$/.exec(user) ?? [];
  if (!namespace || !name || more !== undefined) return undefined;
  return isDnsName(namespace) && isDnsName(name) ? { namespace, name } : undefined;
}
