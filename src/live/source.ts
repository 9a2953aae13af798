/** Facts from a live cluster: those that are always asked for (plan.ts), and those that a check wants (wants.ts). */
import { measureLateness } from '../host/deadline.js';
import type { Host } from '../host/host.js';
import { loadClient } from '../probes/connection/wire.js';
import type { Resolved } from '../setup/resolved.js';
import { createContext } from './context.js';
import type { Known } from './known.js';
import type { Source } from './loop.js';
import { startPlan } from './plan.js';
import type { Recorded } from './script/network.js';
import { createFactStore } from './store.js';
import { fetchWant } from './wants.js';

export interface LiveOptions {
  host: Host;
  settings: Resolved;
  version: string;
  budgetMs: number;
  /** Of `rbac`: the kubelet is not asked, and roles are judged in depth. */
  rightsOnly?: boolean;
  /** What a script has heard: nobody is asked. */
  recorded?: Recorded;
  /** Of `nodes`: the kubelet is not asked. */
  withoutKubelet?: boolean;
}

/** Connections that take longer than this leave time for other work. */
const SHORT_MS = 100;

/** Creates the source; nothing is asked before `start`. */
export function createLiveSource(options: LiveOptions): Source {
  const { host, settings, version, budgetMs, recorded, rightsOnly = false, withoutKubelet = rightsOnly } = options;
  const lateness = measureLateness();
  const store = createFactStore(() => host.now(), lateness.lateMs);
  const parts = { host: settings.agent?.host ?? host, own: host, settings, store, ...(recorded && { recorded }) };
  let waits = () => {};
  const waiting = new Promise<void>((resolve) => {
    waits = resolve;
  });
  const connecting = () => {
    loadClient();
    setTimeout(waits, SHORT_MS).unref();
  };
  const { context, close } = createContext(
    { ...parts, userAgent: `kubelet-doctor/${version}`, clean: host.redactor.clean, connecting, waits },
    budgetMs,
  );
  context.onClose(lateness.end);
  let started: Promise<Known> | undefined;
  const known = () => {
    started ??= startPlan(context, { rightsOnly, withoutKubelet });
    return started;
  };
  return {
    store,
    async start() {
      const all = known();
      store.during(all);
      // Who reaches no server waits for nothing.
      const reached = all.then(({ api, kubelet }) => Promise.allSettled([api, kubelet]));
      await Promise.race([waiting, reached.catch(() => {})]);
    },
    fetch(want) {
      store.during(known().then((all) => fetchWant(context, all, want)));
    },
    close,
  };
}
