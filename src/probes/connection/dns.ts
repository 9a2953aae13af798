/**
 * Resolves names as a pod's libc does: /etc/hosts, then the nameservers of /etc/resolv.conf with search list and ndots (resolv.conf(5)).
 * Not with `dns.lookup`: that runs getaddrinfo in a thread nobody can cancel, and a pending one holds the process for 20 s.
 */
import type { promises as dns } from 'node:dns';
import { isIP } from 'node:net';
import { deadline, measureLateness, TOO_LATE } from '../../host/deadline.js';
import type { Host } from '../../host/host.js';
import { printable, SENTENCE } from '../../host/redact.js';
import { elapsedMs } from '../../host/stopwatch.js';
import type { DnsAnswer, Outcome } from '../../model/facts.js';
import { namesToAsk, parseHosts, parseResolvConf } from './resolv-conf.js';

export interface Resolver {
  /** Addresses of the nameservers asked, in order, without port. */
  nameservers: string[];
  /** Search domains, in order. */
  search: string[];
  /** The names that are asked for this one, in order. */
  names(name: string): string[];
  /**
   * Addresses of `name`, IPv4 first. `timeoutMs` bounds the whole lookup: every name, nameserver and family. Failed codes: ENOTFOUND (every
   * nameserver says so), ETIMEOUT (asked twice), ECONNREFUSED, ESERVFAIL, ELATE (host/deadline.ts), ECANCELLED by `signal`, others as c-ares says, EBADSERVER; `data` still says what was asked.
   */
  lookup(name: string, options: { timeoutMs: number; signal?: AbortSignal }): Promise<Outcome<DnsAnswer>>;
}

type Addresses = DnsAnswer['addresses'];
type Answer = { ok: true; addresses: Addresses } | { ok: false; code: string };

const MAX_ADDRESSES = 16;
/** How long the second family may lag behind once the first has answered: some resolvers drop AAAA questions. */
const OTHER_FAMILY_MS = 250;
/** When a question is put again. glibc and Go wait five seconds and musl two and a half; all of them ask twice. */
const ASK_AGAIN_MS = 1000;

/** Reads /etc/hosts and /etc/resolv.conf below `host.root` once. Files that cannot be read count as empty, as for libc. */
export async function createResolver(host: Host): Promise<Resolver> {
  const [hostsFile, confFile] = await Promise.all([host.readFile('/etc/hosts'), host.readFile('/etc/resolv.conf')]);
  // Most servers are known by their address: then no line is read, and each would be tried as an address.
  let hosts: ReturnType<typeof parseHosts> | undefined;
  const listedAs = (name: string) => {
    hosts ??= parseHosts(hostsFile.ok ? hostsFile.text : '');
    return hosts.get(name.toLowerCase().replace(/\.$/, ''));
  };
  const conf = parseResolvConf(confFile.ok ? confFile.text : '', host.hostName);
  const servers = conf.nameservers.map((address) => (isIP(address) === 6 ? `[${address}]:${host.dnsPort}` : `${address}:${host.dnsPort}`));

  const lookup: Resolver['lookup'] = async (name, { timeoutMs, signal }) => {
    const began = elapsedMs();
    const ms = () => Math.round(elapsedMs() - began);
    const bare = name.replace(/^\[(.*)\]$/, '$1');
    const family = isIP(bare);
    const answer = (from: DnsAnswer['from'], addresses: Addresses, asked: string[]): Outcome<DnsAnswer> => {
      const data = { addresses: sorted(addresses), from, asked, nameservers: conf.nameservers };
      return { status: 'observed', data, ms: ms() };
    };
    if (family === 4 || family === 6) return answer('literal', [{ address: bare, family }], []);
    const listed = listedAs(bare);
    if (listed) return answer('hosts', listed, [bare]);

    const asked: string[] = [];
    // Most servers are known by their address, and c-ares is not loaded then.
    const { promises } = await import('node:dns');
    const questions = openQuestions(promises.Resolver, servers, timeoutMs, signal);
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
      data: { addresses: [], from: 'dns', asked, nameservers: conf.nameservers, questions: { ...questions.counts } },
    };
  };
  const names = (name: string) => [...namesToAsk(name, conf)];
  return { nameservers: conf.nameservers, search: conf.search, names, lookup };
}

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such name',
  ETIMEOUT: 'no nameserver answered',
  ECONNREFUSED: 'the nameserver refused',
  [TOO_LATE]: 'this machine was too busy to hear an answer',
  ESERVFAIL: 'the nameserver failed',
  ECANCELLED: 'cancelled',
};

const sorted = (addresses: Addresses): Addresses => [...addresses].sort((a, b) => a.family - b.family).slice(0, MAX_ADDRESSES);

/**
 * Questions under one deadline, each server asked in turn as libc does; the servers left share the time left, so that a dead first one leaves
 * some for the second. A channel a server: c-ares would turn to the next one only at ticks of a timer as long as its timeout (cares_wrap.cc).
 */
function openQuestions(Resolver: Channels, all: string[], timeoutMs: number, signal: AbortSignal | undefined) {
  const began = elapsedMs();
  const lateness = measureLateness();
  const counts = { asked: 0, answered: 0 };
  let servers = all;
  let cancelled = false;
  let current: Question | undefined;
  const cancel = () => {
    cancelled = true;
    current?.end();
  };
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) cancel();

  const ask = async (name: string): Promise<Answer> => {
    const codes: string[] = servers.length === 0 ? ['EBADSERVER'] : [];
    for (const [index, server] of servers.entries()) {
      const left = timeoutMs - (elapsedMs() - began - lateness.lateMs());
      if (cancelled || left <= 0) break;
      current = askServer(Resolver, server, name, left / (servers.length - index), counts);
      const answer = await current.answer;
      if (answer.ok || answer.code === 'ENOTFOUND') {
        servers = servers.slice(index); // the dead ones before it are not asked for the next name
        return answer;
      }
      codes.push(answer.code);
    }
    if (cancelled) return { ok: false, code: 'ECANCELLED' };
    // A server that answered, if only with a failure, tells more than one that did not; of two silences, the one with a reason.
    const telling = codes.find((code) => !SILENT.has(code)) ?? codes.find((code) => code !== 'ETIMEOUT');
    return { ok: false, code: telling ?? 'ETIMEOUT' };
  };
  const close = () => {
    signal?.removeEventListener('abort', cancel);
    lateness.end();
  };
  return { ask, counts, close };
}

/** What a server says that does not answer; ELATE: or answers later than we could hear it. */
const SILENT: ReadonlySet<string> = new Set(['ETIMEOUT', 'ECONNREFUSED', TOO_LATE]);

interface Question {
  answer: Promise<Answer>;
  /** Ends it at once. */
  end(): void;
}

/**
 * Both families at once; where one is not heard of for a while, it is asked a second time from another port, as every libc does: one packet may be
 * lost. The first answer of each family counts, whichever question it came to.
 */
function askServer(
  Resolver: Channels,
  server: string,
  name: string,
  waitMs: number,
  counts: { asked: number; answered: number },
): Question {
  const heard = new Map<Family, Answer>();
  const channels: Channel[] = [];
  const timers: (() => void)[] = [];
  let done: (answer: Answer) => void;
  const answer = new Promise<Answer>((resolve) => {
    done = resolve;
  });
  let ended = false;
  const end = (code: string) => {
    if (ended) return;
    ended = true;
    for (const off of timers) off();
    for (const channel of channels) channel.cancel();
    done(ofBoth(heard, code));
  };
  const hear = (family: Family, said: Answer) => {
    if (ended || heard.has(family)) return;
    if (!said.ok && said.code === 'ETIMEOUT') return ask([family]);
    counts.answered += 1;
    heard.set(family, said);
    if (heard.size === FAMILIES.length) end('ETIMEOUT');
    else if (said.ok) timers.push(deadline(OTHER_FAMILY_MS, end));
  };
  const ask = (families = FAMILIES) => {
    const channel = createChannel(Resolver, server);
    if (!channel) return end('EBADSERVER');
    channels.push(channel);
    for (const family of families.filter((each) => !heard.has(each))) {
      counts.asked += 1;
      void resolveOne(channel, name, family).then((said) => hear(family, said));
    }
  };
  timers.push(deadline(waitMs, (code) => end(code === TOO_LATE ? TOO_LATE : 'ETIMEOUT')));
  timers.push(deadline(Math.min(ASK_AGAIN_MS, waitMs / 2), () => ask()));
  ask();
  return { answer, end: () => end('ECANCELLED') };
}

type Channels = typeof dns.Resolver;
type Channel = InstanceType<Channels>;
type Family = 4 | 6;
const FAMILIES: readonly Family[] = [4, 6];

/**
 * As long as c-ares takes (it gives up after 5 s whatever it is told): it looks at its clock before it reads what has come in, so what it gives up
 * is asked again, and the deadline is ours.
 */
const LONGEST_MS = 5000;

/** Undefined for an address c-ares does not take. */
function createChannel(Resolver: Channels, server: string): Channel | undefined {
  try {
    const channel = new Resolver({ timeout: LONGEST_MS, tries: 1 });
    channel.setServers([server]);
    return channel;
  } catch {
    return undefined;
  }
}

async function resolveOne(channel: Channel, name: string, family: Family): Promise<Answer> {
  try {
    const found = family === 4 ? await channel.resolve4(name) : await channel.resolve6(name);
    return { ok: true, addresses: found.map((address) => ({ address, family })) };
  } catch (error) {
    return { ok: false, code: codeOf(error) };
  }
}

/** `code` is that of a family that was not heard. Of two failures the one that is no "no such name" counts: the address may be in the missing part. */
function ofBoth(heard: ReadonlyMap<Family, Answer>, code: string): Answer {
  const answers = FAMILIES.map((family): Answer => heard.get(family) ?? { ok: false, code });
  const addresses = answers.flatMap((answer) => (answer.ok ? answer.addresses : []));
  if (addresses.length > 0) return { ok: true, addresses };
  const codes = answers.flatMap((answer) => (answer.ok ? [] : [answer.code]));
  return { ok: false, code: codes.find((each) => each !== 'ENOTFOUND') ?? 'ENOTFOUND' };
}

/** c-ares' code; ENOTFOUND for what libc reports so. */
function codeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENODATA' || code === 'EBADNAME' ? 'ENOTFOUND' : (code ?? 'EUNKNOWN');
}
