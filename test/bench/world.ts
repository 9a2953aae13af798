/** A simulated cluster for what is measured: what our command needs to reach it, and what its servers counted. */
import path from 'node:path';
import type { RecordedRequest } from '../../src/sim/servers/listeners.js';
import { startWorld } from '../../src/sim/start.js';
import type { World } from '../../src/sim/world.js';

export interface Place {
  /** Arguments behind `check`. */
  argv: readonly string[];
  /** With the cluster's kubeconfig in it. */
  env: NodeJS.ProcessEnv;
  /** Requests and connections so far. */
  counted(): { requests: number; apiserver: number; kubelet: number };
  /** Every request that came, in order. */
  requests: readonly RecordedRequest[];
  /** What another client needs for the same requests. */
  client: { origins: Record<'apiserver' | 'kubelet', string>; ca: string; token: string };
}

/** What `use` yields while the servers run; they end with it. */
export async function* inWorld<Yielded>(world: Partial<World>, use: (place: Place) => AsyncIterable<Yielded>): AsyncGenerator<Yielded> {
  const running = await startWorld(world);
  try {
    const { host, kubeconfig, argv, addresses } = running;
    const origin = (way?: { host: string; port: number }) => `https://${way?.host}:${way?.port}`;
    yield* use({
      argv,
      env: { ...process.env, KUBECONFIG: path.join(host.root ?? '', kubeconfig ?? '') },
      counted: () => ({ ...running.connections, requests: running.requests.length }),
      requests: running.requests,
      client: {
        origins: { apiserver: origin(addresses.apiserver), kubelet: origin(Object.values(addresses.kubelets)[0]) },
        ca: running.caPem,
        token: running.secrets[0] ?? '',
      },
    });
  } finally {
    await running.stop();
  }
}
