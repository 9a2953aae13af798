/** Attempts at servers, each address once: two that want the same one share it. */
import type { Resolved } from '../../setup/resolved.js';
import type { LiveContext } from '../context.js';
import type { Known } from '../known.js';
import type { Authorities } from './authorities.js';
import { type Reached, type ReachOptions, reach } from './reach.js';

export function createAttempts(context: LiveContext, authorities: Promise<Authorities>): Known['attempt'] {
  const running = new Map<string, Promise<Reached | undefined>>();
  return async (target, candidate, owner) => {
    const key = `${target} ${candidate.host} ${candidate.port}`;
    const attempt =
      running.get(key) ??
      authorities.then((at) => reach(context, target, candidate, { authorities: at[target], owner, ...wayTo(context.settings, target) }));
    running.set(key, attempt);
    const reached = await attempt;
    // Shared is what was seen of it, and not whose word the address is.
    return reached && { ...reached, server: { ...reached.server, owner } };
  };
}

/** Proxies and names that count for a server. */
function wayTo({ apiserver: settings }: Resolved, target: 'kubelet' | 'apiserver'): Omit<ReachOptions, 'authorities' | 'owner'> {
  // Asked in the kubelet's place, its proxy counts; and whoever asks it from its own node needs none.
  if (target === 'kubelet') return settings.proxyEnvironment ? { proxyEnvironment: {} } : {};
  return {
    proxyEnvironment: settings.proxyEnvironment,
    serverName: settings.serverName,
    proxyUrl: settings.proxyUrl ? { url: settings.proxyUrl, source: 'kubeconfig proxy-url' } : undefined,
  };
}
