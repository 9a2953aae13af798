/** What every live question shares: the machine, the settings, the facts so far, and what must be closed at the end. */
import type { Host } from '../host/host.js';
import type { DnsAnswer, HttpAnswer, Outcome, Target } from '../model/facts.js';
import { createResolver, type Resolver } from '../probes/connection/dns.js';
import type { Resolved } from '../setup/resolved.js';
import { reproduceDns } from './reproduce.js';
import type { FactStore } from './store.js';

/** One HTTP question, its body included. */
export const REQUEST_TIMEOUT_MS = 5000;

export interface LiveContext {
  /** Whose environment and files count: ours, or with --agent-process the agent's. */
  host: Host;
  /** Where we run: the node's files, and our network. */
  own: Host;
  settings: Resolved;
  store: FactStore;
  userAgent: string;
  /** Aborted when the budget is over. */
  signal: AbortSignal;
  /** Neutralises and redacts what a server or a file said. */
  clean(text: string, max?: number): string;
  /** Asks the resolver, once a name; writes the `dns` fact of that target. */
  lookup(target: Target, name: string): Promise<Outcome<DnsAnswer>>;
  /** Compares the server's clock with ours; the first answer of each server counts. */
  noteClock(target: Exclude<Target, 'self'>, outcome: Outcome<HttpAnswer>): void;
  /** Runs when the source closes. */
  onClose(close: () => unknown): void;
}

/** A context and the function that closes everything made through it. */
export function createContext(parts: Pick<LiveContext, 'host' | 'own' | 'settings' | 'store' | 'userAgent' | 'clean'>): {
  context: LiveContext;
  close: () => Promise<void>;
} {
  const abort = new AbortController();
  const closers: (() => unknown)[] = [];
  const compared = new Set<Target>();
  let resolver: Promise<Resolver> | undefined;
  const context: LiveContext = {
    ...parts,
    signal: abort.signal,
    onClose: (close) => closers.push(close),
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
        return (await resolver).lookup(name, { timeoutMs: parts.settings.connectTimeoutMs, signal: abort.signal });
      }),
  };
  const close = async () => {
    abort.abort();
    await Promise.allSettled(closers.map(async (closer) => closer()));
  };
  return { context, close };
}
