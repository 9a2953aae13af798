/**
 * Addresses as what they are, and not as they are written: 169.254.169.254 is also 2852039166, 0xa9fea9fe, ::ffff:a9fe:a9fe and 64:ff9b::a9fe:a9fe.
 */

/** Eight groups of sixteen bits; IPv4 stands in the last two, after ::ffff. */
type Groups = readonly number[];

const MAPPED: Groups = [0, 0, 0, 0, 0, 0xffff];

/** Brackets, a zone and a closing dot are no part of an address. Undefined for a name. */
function groupsOf(text: string): Groups | undefined {
  const [host = ''] = text
    .trim()
    .replace(/^\[(.*)\]$/, '$1')
    .split('%', 1);
  const bare = host.endsWith('.') ? host.slice(0, -1) : host;
  return bare.includes(':') ? ofIpv6(bare) : ofIpv4(bare);
}

/** As inet_aton(3) reads it: one to four parts, each decimal, octal or hexadecimal; the last one fills what is left. */
function ofIpv4(text: string): Groups | undefined {
  const parts = text.split('.');
  if (parts.length > 4 || !parts.every((part) => /^(0x[0-9a-f]{1,8}|\d{1,12})$/i.test(part))) return undefined;
  const numbers = parts.map((part) => (/^0\d/.test(part) ? Number.parseInt(part, 8) : Number(part)));
  const last = numbers.pop() ?? Number.NaN;
  if (numbers.some((number) => !(number <= 0xff)) || !(last < 256 ** (4 - numbers.length))) return undefined;
  const value = numbers.reduce((sum, number, at) => sum + number * 256 ** (3 - at), last);
  return [...MAPPED, Math.floor(value / 0x10000), value % 0x10000];
}

function ofIpv6(text: string): Groups | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const tail = dotted ? ofIpv4(dotted[2] ?? '') : undefined;
  if (dotted && !tail) return undefined;
  const whole = dotted && tail ? `${dotted[1]}${tail[6]?.toString(16)}:${tail[7]?.toString(16)}` : text;
  const halves = whole.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const [before = [], after = []] = halves;
  const missing = 8 - before.length - after.length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0)) return undefined;
  const groups = [...before, ...Array.from({ length: halves.length === 2 ? missing : 0 }, () => '0'), ...after];
  return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) ? groups.map((group) => Number.parseInt(group, 16)) : undefined;
}

/** One spelling for each address; undefined for a name. */
export function canonicalAddress(text: string): string | undefined {
  const groups = groupsOf(text);
  return groups && ((begins(groups, MAPPED) ? dottedOf(groups, 6) : undefined) ?? groups.map((group) => group.toString(16)).join(':'));
}

/** The same address, or the same name, however each is written. */
export function isSameHost(one: string, other: string): boolean {
  const name = (text: string) => canonicalAddress(text) ?? text.toLowerCase().replace(/\.$/, '');
  return name(one) === name(other);
}

/** This machine's own, by any of its addresses or its name. */
export function isLoopback(host: string): boolean {
  const address = canonicalAddress(host);
  return address === undefined ? /^localhost\.?$/i.test(host) : /^127\./.test(ipv4In(host) ?? '') || address === '0:0:0:0:0:0:0:1';
}

/** `metadata`: a cloud answers there with credentials. `link-local`: no machine has it for its own. `nowhere`: an address of no machine at all. */
export type Undialled = 'metadata' | 'link-local' | 'nowhere';

const METADATA = new Set(
  [
    '169.254.169.254', // AWS, GCP, Azure, OpenStack and most
    '169.254.170.2', // ECS
    '169.254.170.23', // EKS Pod Identity
    '169.254.42.42', // Scaleway
    '100.100.100.200', // Alibaba Cloud
    '168.63.129.16', // Azure, WireServer
    '192.0.0.192', // Oracle Cloud, formerly
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd20:ce::254', // GCP
    'fd00:42::42', // Scaleway
  ].map(canonicalAddress),
);

/** Why nothing of ours connects to it; undefined where it may be dialled, and for names. */
export function whyUndialled(host: string): Undialled | undefined {
  const groups = groupsOf(host);
  if (!groups) return undefined;
  const ipv4 = ipv4In(host);
  if (METADATA.has(canonicalAddress(host)) || (ipv4 !== undefined && METADATA.has(ipv4)) || begins(groups, [0xfd00, 0xec2]))
    return 'metadata';
  if (ipv4?.startsWith('169.254.') || ((groups[0] ?? 0) & 0xffc0) === 0xfe80) return 'link-local';
  const first = Number(ipv4?.split('.')[0] ?? 1);
  return first === 0 || first >= 224 || ((groups[0] ?? 0) & 0xff00) === 0xff00 ? 'nowhere' : undefined;
}

/** Where an IPv4 address stands in an IPv6 one: mapped, translated (RFC 2765, 6052, 8215), compatible, 6to4. */
const HOLDERS: readonly [prefix: Groups, at: number][] = [
  [MAPPED, 6],
  [[0, 0, 0, 0, 0xffff, 0], 6],
  [[0x64, 0xff9b, 0, 0, 0, 0], 6],
  [[0x64, 0xff9b, 1], 6],
  [[0, 0, 0, 0, 0, 0], 6],
  [[0x2002], 1],
];

/** The IPv4 address that is meant in the end; ::1 is none. */
function ipv4In(host: string): string | undefined {
  const groups = groupsOf(host);
  if (!groups || groups.join() === '0,0,0,0,0,0,0,1') return undefined;
  const [, at] = HOLDERS.find(([prefix]) => begins(groups, prefix)) ?? [];
  return at === undefined ? undefined : dottedOf(groups, at);
}

function begins(groups: Groups, prefix: Groups): boolean {
  return prefix.every((group, at) => groups[at] === group);
}

function dottedOf(groups: Groups, at: number): string {
  const [high = 0, low = 0] = groups.slice(at);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}
