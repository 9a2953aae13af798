/** How values are read from text: flags strictly, the agent's variables as the agent reads them. */

/** A port as the Agent takes it: what is no number is 0 (cast.ToInt), and 0 turns a kubelet port off. No port beyond 65535 can be asked either. */
export function portAsAgent(text: string): number {
  return parsePort(text) ?? 0;
}

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `500ms`, `4s`, `2m`, `1.5s`, or a bare number of seconds, above zero and up to a day; in milliseconds. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text.trim()) ?? [];
  const ms = Math.round(Number(number) * (UNITS[unit] as number));
  return ms > 0 && ms <= 86_400_000 ? ms : undefined;
}

/** Milliseconds as they are shown. */
export function formatDuration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** 1 to 65535. */
export function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  return port > 0 && port < 65_536 ? port : undefined;
}

/** A name as people and agents write it, in either case and with a closing dot; what may stand in a command is stricter (kubernetes/names.ts). */
export function isHostName(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\.?$/i.test(text);
}

/** An IPv4 or IPv6 address (brackets and a zone are allowed), or a DNS name; unbracketed. */
export function parseHost(text: string): string | undefined {
  const host = text.replace(/^\[(.*)\]$/, '$1');
  if (host.includes(':'))
    return /^[0-9a-f:.]+(%[\w.-]+)?$/i.test(host) && URL.canParse(`https://[${host.replace(/%.*/, '')}]`) ? host : undefined;
  return isHostName(host) ? host : undefined;
}

/** Where an apiserver is. `path` is a prefix such as Rancher's `/k8s/clusters/c-1`; '' for none. */
export interface Endpoint {
  host: string;
  port: number;
  path: string;
}

/** `https://host:port/path`, `host:port` or `host`; 443 where no port is given. A string is what is wrong with it. */
export function parseEndpoint(text: string): Endpoint | string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${/^[^[]*:[^[]*:/.test(text) ? `[${text}]` : text}`;
  if (/^http:/i.test(url)) return 'is http, which would send the credential unencrypted';
  if (!/^https:/i.test(url)) return 'is not https';
  if (!URL.canParse(url)) return 'is not a URL or host:port';
  const { hostname, port, pathname, username, password } = new URL(url);
  if (username || password) return 'contains a user name or password; use a kubeconfig or --token-file';
  const host = parseHost(hostname);
  if (!host || port === '0') return 'has no usable host and port';
  return { host, port: port === '' ? 443 : Number(port), path: pathname.replace(/(?<!\/)\/+$/, '') };
}

/** `host:port` of an endpoint, IPv6 bracketed, for people. */
export function showEndpoint({ host, port, path }: Endpoint): string {
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
}

/** A profile of the user's own; those that ship have plain names. */
export function isProfileFile(text: string): boolean {
  return /[/.]/.test(text);
}

/** `NAMESPACE/NAME`, or the user name `system:serviceaccount:NAMESPACE:NAME`. Case counts, as it does for the apiserver. */
export function parseServiceAccount(text: string): { namespace: string; name: string } | undefined {
  const [, namespace = '', name = ''] = /^(?:system:serviceaccount:)?([^:/]+)[:/]([^:/]+)$/.exec(text) ?? [];
  const strict = (part: string) => isHostName(part) && part === part.toLowerCase() && !part.endsWith('.');
  return strict(namespace) && strict(name) ? { namespace, name } : undefined;
}
