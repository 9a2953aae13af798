/** What every live question shares: the machine, the settings, the facts so far, and what must be closed at the end. */
import type { Host } from '../host/host.js';
import { elapsedMs } from '../host/stopwatch.js';
import type { DnsAnswer, HttpAnswer, Outcome, Target } from '../model/facts.js';
import { createResolver, type Resolver } from '../probes/connection/dns.js';
import type { Resolved } from '../setup/resolved.js';
import { reproduceDns } from './reproduce.js';
import type { Recorded } from './script/network.js';
import type { FactStore } from './store.js';

/** One HTTP question, its body included. */
export const REQUEST_TIMEOUT_MS = 5000;
/** A silence as long as this is worth saying; a shorter one at the end of the run is cut off with it. */
const SHORTEST_WAIT_MS = 2000;
/** For what is left to do once a wait has ended with the run's time. */
const TO_JUDGE_MS = 300;

export interface LiveContext {
  /** Whose environment and files count: ours, or with --agent-process the agent's. */
  host: Host;
  /** Where we run: the node's files, and our network. */
  own: Host;
  settings: Resolved;
  store: FactStore;
  userAgent: string;
  /** For one wait that takes so long at most: no longer than the run, so that a silence up to its end is seen to be one. */
  waitMs(most: number): number;
  /** Aborted when the budget is over. */
  signal: AbortSignal;
  /** Neutralises and redacts what a server or a file said. */
  clean(text: string, max?: number): string;
  /** Said when the first packet to a server has left, */
  connecting(): void;
  /** and when a request has: other work may be done until its answer comes. */
  waits(): void;
  /** Asks the resolver, once a name; writes the `dns` fact of that target. */
  lookup(target: Target, name: string): Promise<Outcome<DnsAnswer>>;
  /** Compares the server's clock with ours; the first answer of each server counts. */
  noteClock(target: Exclude<Target, 'self'>, outcome: Outcome<HttpAnswer>): void;
  /** In place of a network: nobody is asked, and what was heard elsewhere is read. */
  recorded?: Recorded;
  /** Runs when the source closes. */
  onClose(close: () => unknown): void;
}

/** A context and the function that closes everything made through it. */
export function createContext(
  parts: Pick<LiveContext, 'host' | 'own' | 'settings' | 'store' | 'userAgent' | 'clean' | 'recorded'> &
    Partial<Pick<LiveContext, 'connecting' | 'waits'>>,
  budgetMs: number,
): {
  context: LiveContext;
  close: () => Promise<void>;
} {
  const abort = new AbortController();
  const began = elapsedMs();
  const closers: (() => unknown)[] = [];
  const compared = new Set<Target>();
  let resolver: Promise<Resolver> | undefined;
  const context: LiveContext = {
    connecting() {},
    waits() {},
    ...parts,
    signal: abort.signal,
    onClose: (close) => closers.push(close),
    waitMs(most) {
      const left = budgetMs - (elapsedMs() - began) - TO_JUDGE_MS;
      return left < SHORTEST_WAIT_MS ? most : Math.min(most, left);
    },
    noteClock(target, outcome) {
      if (outcome.status !== 'observed' || outcome.data.serverTimeMs === undefined || compared.has(target)) return;
      compared.add(target);
      const ms = outcome.ms ?? 0;
      // The Date header counts whole seconds: half a second of grain on top of half the round trip.
      const offsetMs = Math.round(parts.host.now() - ms / 2 - (outcome.data.serverTimeMs + 500));
      parts.store.put(
        { target, kind: 'clock', subject: '' },
        { status: 'observed', ms: 0, data: { against: target, offsetMs, toleranceMs: Math.round(ms / 2 + 1000) } },
      );
    },
    lookup: (target, name) =>
      parts.store.observe({ target, kind: 'dns', subject: name, reproduce: reproduceDns(name) }, async () => {
        resolver ??= createResolver(parts.settings.agent?.resolver ?? parts.own);
        const known = await resolver;
        if (parts.recorded) return parts.recorded.lookup(name, known.names(name), known.nameservers);
        return known.lookup(name, { timeoutMs: context.waitMs(parts.settings.connectTimeoutMs), signal: abort.signal });
      }),
  };
  const close = async () => {
    abort.abort();
    await Promise.allSettled(closers.map(async (closer) => closer()));
  };
  return { context, close };
}
