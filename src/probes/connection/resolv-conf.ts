/** The files libc resolves with: /etc/resolv.conf (resolv.conf(5)) and /etc/hosts. Pure. */
import { isIP } from 'node:net';
import type { DnsAnswer } from '../../model/facts.js';

const MAX_NAMES = 6; // a pod's search list has 3 to 5 domains; glibc < 2.26 knew no more than 6
const MAX_NAMESERVERS = 3; // MAXNS of glibc: further ones are ignored

/** What libc uses of resolv.conf. */
export interface ResolvConf {
  nameservers: string[];
  search: string[];
  ndots: number;
}

/** Reads resolv.conf as glibc does: the last `search` or `domain` counts, ndots at most 15, no nameserver means 127.0.0.1. */
export function parseResolvConf(text: string, hostName: string): ResolvConf {
  const nameservers: string[] = [];
  let search: string[] | undefined;
  let ndots = 1;
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === 'nameserver' && isIP(values[0] ?? '') !== 0) nameservers.push(values[0] ?? '');
    if (keyword === 'search') search = values;
    if (keyword === 'domain') search = values.slice(0, 1);
    if (keyword === 'options') {
      const option = values.findLast((value) => /^ndots:\d+$/.test(value));
      if (option) ndots = Math.min(15, Number(option.slice(6)));
    }
  }
  const dot = hostName.indexOf('.');
  const domains = search ?? (dot > 0 ? [hostName.slice(dot + 1)] : []);
  return {
    nameservers: nameservers.length > 0 ? nameservers.slice(0, MAX_NAMESERVERS) : ['127.0.0.1'],
    search: domains.map((domain) => domain.replace(/^\.+|\.+$/g, '')),
    ndots,
  };
}

/** Fully qualified names to ask, in glibc's order (res_query.c, __res_context_search), at most 6. */
export function namesToAsk(name: string, conf: Pick<ResolvConf, 'search' | 'ndots'>): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const searched = conf.search.map((domain) => (domain === '' ? name : `${name}.${domain}`));
  const dots = name.split('.').length - 1;
  const all = dots >= conf.ndots ? [name, ...searched] : [...searched, name];
  const names = [...new Set(all)].slice(0, MAX_NAMES);
  return names.includes(name) ? names : [...names.slice(0, -1), name];
}

/** Addresses by lower-case name from the text of a hosts file. */
export function parseHosts(text: string): Map<string, DnsAnswer['addresses']> {
  const hosts = new Map<string, DnsAnswer['addresses']>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address);
    if (family !== 4 && family !== 6) continue;
    for (const name of names) {
      const known = hosts.get(name.toLowerCase());
      if (known) known.push({ address, family });
      else hosts.set(name.toLowerCase(), [{ address, family }]);
    }
  }
  return hosts;
}
