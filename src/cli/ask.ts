/** The question to the servers, with its progress: what `check`, `nodes`, `rbac` and `settings` have in common. */
import { hideSecrets } from '../host/hide.js';
import type { Host } from '../host/host.js';
import { type DiagnoseOptions, type Diagnosis, diagnose } from '../live/diagnose.js';
import type { Flags } from '../setup/options.js';
import type { Resolved } from '../setup/resolved.js';
import type { Io } from './io.js';
import { showProgress } from './progress.js';
import { choicesOf } from './with-report.js';

type About = Partial<Pick<DiagnoseOptions, 'checks' | 'rightsOnly' | 'withoutKubelet' | 'budgetMs'>> & {
  /** Progress names the servers it waits for. */
  inSecret?: boolean;
  /** Said before what is asked. */
  lead?: () => string;
};

export async function ask(settings: Resolved, flags: Partial<Flags>, host: Host, io: Io, about: About = {}): Promise<Diagnosis> {
  const { inSecret = false, lead, ...options } = about;
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
  return hideSecrets(diagnosis, host.redactor);
}
