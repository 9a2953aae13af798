/** The question to the servers, with its progress: what `check`, `nodes`, `rbac` and `settings` have in common. */
import { hideSecrets } from '../host/hide.js';
import type { Host } from '../host/host.js';
import { type DiagnoseOptions, type Diagnosis, diagnose } from '../live/diagnose.js';
import type { Report } from '../model/report.js';
import type { Flags } from '../setup/options.js';
import type { Resolved } from '../setup/resolved.js';
import type { Io } from './io.js';
import { showProgress } from './progress.js';
import { choicesOf } from './with-report.js';

type About = Partial<Pick<DiagnoseOptions, 'checks' | 'rightsOnly' | 'withoutKubelet' | 'budgetMs' | 'meanwhile'>> & {
  /** Progress names the servers it waits for. */
  inSecret?: boolean;
  /** The facts are neither printed nor kept. */
  factless?: boolean;
  /** Said before what is asked. */
  lead?: () => string;
};

export async function ask(settings: Resolved, flags: Partial<Flags>, host: Host, io: Io, about: About = {}): Promise<Diagnosis> {
  const { inSecret = false, factless = false, lead, ...options } = about;
  let progress = Promise.resolve({ stop() {} });
  const diagnosis = await diagnose({
    host,
    settings,
    budgetMs: settings.timeoutMs,
    ...choicesOf(flags),
    ...options,
    watch: (waiting) => {
      if (!inSecret) progress = showProgress(io, waiting, { ...(lead && { lead }) });
    },
  });
  (await progress).stop();
  return hideSecrets(factless ? { ...diagnosis, facts: [] } : diagnosis, host.redactor);
}

/** What was found; or, where nothing says where a cluster is, what to type: `next` is the command with it. */
export function unlessNowhere(found: Diagnosis | { error: string }, next: string): Diagnosis | { error: string; next?: string[] } {
  return 'report' in found && hadNothingToAsk(found.report) ? nothing(next) : found;
}

/**
 * At a machine that is neither pod nor node, and nothing says where a cluster is: a finding about that would be one about nobody's agent. What
 * else was found (a kubelet's impostor, where the kubelet of a node is down) is worth its report.
 */
function hadNothingToAsk({ where, findings }: Report): boolean {
  const isNowhere = where.place === 'a workstation' && !where.kubelet && !where.apiserver;
  return isNowhere && findings.every(({ cause }) => cause === 'apiserver-address-unset');
}

const nothing = (next: string) => ({
  error: 'nothing to check: there is no kubeconfig, and this machine is neither a pod nor a node.',
  next: [
    `Next:         ${next}`,
    'On a node:    kubelet-doctor manifest debug --node NODE --image IMAGE',
    'Just looking: kubelet-doctor demo',
  ],
});
