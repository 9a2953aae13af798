/**
 * Resolves names as a pod's libc does: /etc/hosts, then the nameservers of /etc/resolv.conf with search list and ndots (resolv.conf(5)).
 * Not with `dns.lookup`: that runs getaddrinfo in a thread nobody can cancel, and a pending one holds the process for 20 s.
 */
import { promises as dns } from 'node:dns';
import { isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Host } from '../../host/host.js';
import { printable, SENTENCE } from '../../host/redact.js';
import type { DnsAnswer, Outcome } from '../../model/facts.js';
import { namesToAsk, parseHosts, parseResolvConf } from './resolv-conf.js';

export interface Resolver {
  /** Addresses of the nameservers asked, in order, without port. */
  nameservers: string[];
  /** Search domains, in order. */
  search: string[];
  /**
   * Addresses of `name`, IPv4 first. `timeoutMs` bounds the whole lookup: every name, nameserver and family. Failed codes: ENOTFOUND (every
   * nameserver says so), ETIMEOUT, ECONNREFUSED, ESERVFAIL, ECANCELLED by `signal`, others as c-ares says, EBADSERVER; `data` still says what was asked.
   */
  lookup(name: string, options: { timeoutMs: number; signal?: AbortSignal }): Promise<Outcome<DnsAnswer>>;
}

type Addresses = DnsAnswer['addresses'];
type Answer = { ok: true; addresses: Addresses } | { ok: false; code: string };

const MAX_ADDRESSES = 16;
/** How long the second family may lag behind once the first has answered: some resolvers drop AAAA questions. */
const OTHER_FAMILY_MS = 250;

/** Reads /etc/hosts and /etc/resolv.conf below `host.root` once. Files that cannot be read count as empty, as for libc. */
export async function createResolver(host: Host): Promise<Resolver> {
  const [hostsFile, confFile] = await Promise.all([host.readFile('/etc/hosts'), host.readFile('/etc/resolv.conf')]);
  const hosts = parseHosts(hostsFile.ok ? hostsFile.text : '');
  const conf = parseResolvConf(confFile.ok ? confFile.text : '', host.hostName);
  const servers = conf.nameservers.map((address) => (isIP(address) === 6 ? `[${address}]:${host.dnsPort}` : `${address}:${host.dnsPort}`));

  const lookup: Resolver['lookup'] = async (name, { timeoutMs, signal }) => {
    const began = performance.now();
    const ms = () => Math.round(performance.now() - began);
    const bare = name.replace(/^\[(.*)\]$/, '$1');
    const family = isIP(bare);
    const answer = (from: DnsAnswer['from'], addresses: Addresses, asked: string[]): Outcome<DnsAnswer> => {
      const data = { addresses: sorted(addresses), from, asked, nameservers: conf.nameservers };
      return { status: 'observed', data, ms: ms() };
    };
    if (family === 4 || family === 6) return answer('literal', [{ address: bare, family }], []);
    const listed = hosts.get(bare.toLowerCase().replace(/\.$/, ''));
    if (listed) return answer('hosts', listed, [bare]);

    const asked: string[] = [];
    const questions = openQuestions(servers, timeoutMs, signal);
    let code = 'ENOTFOUND';
    try {
      for (const candidate of namesToAsk(bare, conf)) {
        asked.push(candidate);
        const found = await questions.ask(candidate);
        if (found.ok) return answer('dns', found.addresses, asked);
        // An answer "no such name" for one domain says nothing of the next; a server failure is remembered; anything else ends the search.
        if (found.code === 'ESERVFAIL') code = found.code;
        else if (found.code !== 'ENOTFOUND') {
          code = found.code;
          break;
        }
      }
    } finally {
      questions.close();
    }
    const detail = `${bare}: ${WORDS[code] ?? code} (nameservers ${conf.nameservers.join(', ')}; asked ${asked.join(', ')})`;
    return {
      status: 'failed',
      code,
      detail: printable(detail, SENTENCE),
      ms: ms(),
      data: { addresses: [], from: 'dns', asked, nameservers: conf.nameservers },
    };
  };
  return { nameservers: conf.nameservers, search: conf.search, lookup };
}

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such name',
  ETIMEOUT: 'no nameserver answered',
  ECONNREFUSED: 'the nameserver refused',
  ESERVFAIL: 'the nameserver failed',
  ECANCELLED: 'cancelled',
};

const sorted = (addresses: Addresses): Addresses => [...addresses].sort((a, b) => a.family - b.family).slice(0, MAX_ADDRESSES);

/**
 * Questions under one deadline, each server asked in turn as libc does; the servers left share the time left, so that a dead first one leaves
 * some for the second. A channel a server: c-ares would turn to the next one only at ticks of a timer as long as its timeout (cares_wrap.cc).
 */
function openQuestions(servers: string[], timeoutMs: number, signal: AbortSignal | undefined) {
  const endsAt = performance.now() + timeoutMs;
  const all = servers.flatMap((server) => createChannel(server, timeoutMs) ?? []);
  let channels = all;
  let cancelled = false;
  const stop = () => {
    for (const channel of all) channel.cancel();
  };
  const cancel = () => {
    cancelled = true;
    stop();
  };
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) cancel();

  const ask = async (name: string): Promise<Answer> => {
    const codes: string[] = channels.length === 0 ? ['EBADSERVER'] : [];
    for (const [index, channel] of channels.entries()) {
      const left = endsAt - performance.now();
      if (cancelled || left <= 0) break;
      const timer = setTimeout(() => channel.cancel(), left / (channels.length - index));
      const answer = await askServer(channel, name);
      clearTimeout(timer);
      if (answer.ok || answer.code === 'ENOTFOUND') {
        channels = channels.slice(index); // the dead ones before it are not asked for the next name
        return answer;
      }
      codes.push(answer.code);
    }
    if (cancelled) return { ok: false, code: 'ECANCELLED' };
    // A server that answered, if only with a failure, tells more than one that did not; of two silences, the one with a reason.
    const telling = codes.find((code) => code !== 'ETIMEOUT' && code !== 'ECONNREFUSED') ?? codes.find((code) => code === 'ECONNREFUSED');
    return { ok: false, code: telling ?? 'ETIMEOUT' };
  };
  const close = () => {
    signal?.removeEventListener('abort', cancel);
    stop();
  };
  return { ask, close };
}

type Channel = InstanceType<typeof dns.Resolver>;

/** Undefined for an address c-ares does not take. */
function createChannel(server: string, timeoutMs: number): Channel | undefined {
  try {
    const channel = new dns.Resolver({ timeout: Math.max(1, Math.ceil(timeoutMs)), tries: 1 });
    channel.setServers([server]);
    return channel;
  } catch {
    return undefined;
  }
}

/** Both families at once. Of two failures the one that is no "no such name" counts: the address may be in the part that is missing. */
async function askServer(channel: Channel, name: string): Promise<Answer> {
  const one = async (family: 4 | 6): Promise<Answer> => {
    try {
      const found = family === 4 ? await channel.resolve4(name) : await channel.resolve6(name);
      return { ok: true, addresses: found.map((address) => ({ address, family })) };
    } catch (error) {
      return { ok: false, code: codeOf(error) };
    }
  };
  const both = [one(4), one(6)];
  const answers: Answer[] = [];
  await new Promise<void>((resolve) => {
    let lag: NodeJS.Timeout | undefined;
    const hear = (answer: Answer) => {
      answers.push(answer);
      if (answers.length === both.length) {
        clearTimeout(lag);
        resolve();
      } else if (answer.ok) lag = setTimeout(resolve, OTHER_FAMILY_MS);
    };
    for (const answer of both) void answer.then(hear);
  });
  const addresses = answers.flatMap((answer) => (answer.ok ? answer.addresses : []));
  if (addresses.length > 0) return { ok: true, addresses };
  const codes = answers.flatMap((answer) => (answer.ok ? [] : [answer.code]));
  return { ok: false, code: codes.find((code) => code !== 'ENOTFOUND') ?? 'ENOTFOUND' };
}

/** c-ares' code; ENOTFOUND for what libc reports so. A channel is cancelled when its time is over. */
function codeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENODATA' || code === 'EBADNAME') return 'ENOTFOUND';
  return code === 'ECANCELLED' ? 'ETIMEOUT' : (code ?? 'EUNKNOWN');
}
