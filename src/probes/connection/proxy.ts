/**
 * Decides whether a request leaves through a proxy, with the semantics of Go's golang.org/x/net/http/httpproxy (the agent and kubectl are
 * Go programs): HTTPS_PROXY before https_proxy, the empty one unset, localhost and loopback addresses never proxied. Pure. https targets only.
 */
import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { ProxyDecision } from '../../model/facts.js';

/** What was decided, and what only the probe layer may hold. */
export interface ProxyChoice {
  decision: ProxyDecision;
  /** With credentials; never leaves the probe layer. Present for `proxy`. */
  url?: URL;
  /** Value of `Proxy-Authorization`; never leaves the probe layer. */
  authorization?: string;
  /** Set where the proxy speaks neither http nor https (`socks5`): we cannot use it, although the agent may. */
  unsupported?: string;
}

type Env = Readonly<Record<string, string | undefined>>;

const PAIRS = [
  { upper: 'HTTP_PROXY', lower: 'http_proxy' },
  { upper: 'HTTPS_PROXY', lower: 'https_proxy' },
  { upper: 'NO_PROXY', lower: 'no_proxy' },
] as const;

/** First non-empty variable of a pair, upper case first (getEnvAny). */
function pick(env: Env, upper: string, lower: string): { name: string; value: string } | undefined {
  const name = [upper, lower].find((candidate) => env[candidate]);
  return name === undefined ? undefined : { name, value: env[name] ?? '' };
}

/** Pairs whose two spellings are both set and differ: programs that read the other case first behave otherwise. Names only. */
export function proxyDisagreements(env: Env): { upper: string; lower: string }[] {
  return PAIRS.filter(({ upper, lower }) => env[upper] && env[lower] && env[upper] !== env[lower]).map((pair) => ({ ...pair }));
}

/** Host (unbracketed) and port of a proxy URL, with the scheme's default port (http 80, https 443, socks5 1080). */
export function proxyAddress(url: URL): { host: string; port: number } {
  const fallback = url.protocol === 'https:' ? 443 : url.protocol === 'http:' ? 80 : 1080;
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: url.port === '' ? fallback : Number(url.port) };
}

/**
 * How a connection to `to` leaves. `explicit` (kubeconfig `proxy-url`, the agent's own setting) is always used, NO_PROXY and all:
 * client-go passes it as http.ProxyURL. A proxy URL that does not parse is ignored, as Go does; its variable is then still named.
 */
export function chooseProxy(env: Env, to: { host: string; port: number }, explicit?: { url: string; source: string }): ProxyChoice {
  if (explicit) {
    const url = parseProxyUrl(explicit.url);
    return url ? through(url, explicit.source, undefined) : { decision: { via: 'direct', variable: explicit.source } };
  }
  const proxy = pick(env, 'HTTPS_PROXY', 'https_proxy');
  const exceptions = pick(env, 'NO_PROXY', 'no_proxy');
  const noProxy = exceptions && exceptionsWithoutCredentials(exceptions.value);
  const seen = noProxy === undefined ? {} : { noProxy };
  if (!proxy) return { decision: { via: 'direct', ...seen } };
  const url = parseProxyUrl(proxy.value);
  if (!url) return { decision: { via: 'direct', variable: proxy.name, ...seen } };
  const host = normalHost(to.host);
  // Go compares `localhost` before it lowers the case, so LOCALHOST does go to the proxy.
  if (to.host === 'localhost' || isLoopback(host)) return { decision: { via: 'direct', ...seen } };
  const matched = exceptions && matchNoProxy(exceptions.value, host, to.port);
  if (matched === undefined) return through(url, proxy.name, noProxy);
  return { decision: { via: 'direct', variable: exceptions?.name ?? 'NO_PROXY', matched: exceptionsWithoutCredentials(matched), ...seen } };
}

function through(url: URL, variable: string, noProxy: string | undefined): ProxyChoice {
  const { host, port } = proxyAddress(url);
  // The port is always written out: curl's default for `-x http://proxy` is 1080, Go's is 80.
  const proxy = `${url.protocol}//${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const user = decode(url.username);
  const authorization = url.username === '' ? undefined : `Basic ${Buffer.from(`${user}:${decode(url.password)}`).toString('base64')}`;
  const scheme = url.protocol.slice(0, -1);
  return {
    decision: { via: 'proxy', proxy, variable, ...(noProxy === undefined ? {} : { noProxy }) },
    url,
    ...(authorization === undefined ? {} : { authorization }),
    ...(scheme === 'http' || scheme === 'https' ? {} : { unsupported: scheme }),
  };
}

/** Without `scheme://host` it is a host with `http://` missing: JavaScript would read `proxy:3128` as the scheme `proxy:`. */
function parseProxyUrl(text: string): URL | undefined {
  const trimmed = text.trim();
  const written = /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(trimmed) ? trimmed : `http://${trimmed}`;
  if (!URL.canParse(written)) return undefined;
  const url = new URL(written);
  return url.hostname === '' ? undefined : url;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** NO_PROXY holds no credentials by right; a URL put there by mistake may. */
function exceptionsWithoutCredentials(text: string): string {
  return text.replace(/(?<![^\s,/])[^\s,/]*@/g, '');
}

function normalHost(host: string): string {
  const bare = host
    .replace(/^\[(.*)\]$/, '$1')
    .trim()
    .toLowerCase();
  return /^[\x21-\x7e]*$/.test(bare) ? bare : domainToASCII(bare) || bare;
}

function isLoopback(host: string): boolean {
  return isIP(host) !== 0 && (contains('127.0.0.0', 8, host) || contains('::1', 128, host));
}

/** Is `ip` in `network/bits`? An IPv4-mapped IPv6 address counts as IPv4, and no IPv4 address is in an IPv6 network, as net.IPNet does. */
function contains(network: string, bits: number, ip: string): boolean {
  const address = ip.split('%', 1)[0] ?? ip;
  if (familyOf(network) !== familyOf(address)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, isIP(network) === 6 ? 'ipv6' : 'ipv4');
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

const familyOf = (ip: string): 4 | 6 => (isIP(ip) === 6 && !/^::ffff:(?:\d+\.){3}\d+$/i.test(ip) ? 6 : 4);

/** The token of NO_PROXY that lets `host:port` go directly, as written. `*` anywhere decides alone; a token may end in `:port`. */
function matchNoProxy(noProxy: string, host: string, port: number): string | undefined {
  const tokens = noProxy.split(',').map((token) => token.trim());
  if (tokens.includes('*')) return '*';
  return tokens.find((token) => token !== '' && matches(token.toLowerCase(), host, port));
}

function matches(token: string, host: string, port: number): boolean {
  const cidr = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(token);
  const [network, bits] = [cidr?.[1] ?? '', Number(cidr?.[2])];
  if (isIP(network) !== 0 && bits <= (isIP(network) === 6 ? 128 : 32)) return isIP(host) !== 0 && contains(network, bits, host);
  const split = splitPort(token);
  if (split.host === '' || (split.port !== '' && split.port !== String(port))) return false;
  if (isIP(split.host) !== 0) return isIP(host) !== 0 && contains(split.host, isIP(split.host) === 6 ? 128 : 32, host);
  // A name never matches an address (CVE-2025-22870: an IPv6 zone could imitate a suffix).
  if (isIP(host) !== 0) return false;
  const name = split.host.startsWith('*.') ? split.host.slice(1) : split.host;
  const ascii = /^[\x21-\x7e]*$/.test(name) ? name : domainToASCII(name) || name;
  return ascii.startsWith('.') ? host.endsWith(ascii) : host === ascii || host.endsWith(`.${ascii}`);
}

/** net.SplitHostPort, and the whole as host where it would fail: two colons without brackets are an IPv6 address. */
function splitPort(token: string): { host: string; port: string } {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(token);
  return match ? { host: match[1] ?? match[2] ?? '', port: match[3] ?? '' } : { host: token, port: '' };
}
