/** `kubelet-doctor check`: asks, judges, reports; with --wait asks again until well or the time is over. */
import { hideSecrets } from '../../host/hide.js';
import type { Host } from '../../host/host.js';
import { diagnose } from '../../live/diagnose.js';
import type { Report } from '../../model/report.js';
import type { Flags } from '../../setup/options.js';
import { resolveSettings } from '../../setup/resolve.js';
import type { Io } from '../io.js';
import { showProgress } from '../progress.js';
import { openDisguise } from '../pseudonyms.js';
import { renderReport } from '../render.js';
import { refuseSave, saveRun } from '../save.js';
import { unknownCause, usageError } from '../usage.js';

const ASK_AGAIN_MS = 2000;
/** A kubelet remembers a refusal for up to 30 s (cacheUnauthorizedTTL): the default budget of --wait outlasts it. */
const WAIT_BUDGET_MS = 60_000;
/** Of --debug: a fact is cut at birth already. */
const LONGEST_FACT = 20_000;

/** Well in every other respect, but not yet what was asked for. */
const PASSING_BY = new Set(['kubelet-decision-cached']);

export async function runCheckCommand(flags: Partial<Flags>, host: Host, io: Io, timeoutGiven: boolean): Promise<number> {
  const unknown = unknownCause([...(flags.skip ?? []), ...(flags.only ?? [])]);
  if (unknown) return usageError(io, unknown);
  const settings = await resolveSettings(flags, host);
  if ('error' in settings) return usageError(io, settings.error);
  const inVain = await refuseSave(flags, host);
  if (inVain) return usageError(io, inVain);
  const opened = await openDisguise(flags, host);
  if ('error' in opened) return usageError(io, opened.error);

  const startedMs = host.now();
  const totalMs = flags.wait && !timeoutGiven ? WAIT_BUDGET_MS : settings.timeoutMs;
  const left = () => totalMs - (host.now() - startedMs);
  for (;;) {
    let progress = Promise.resolve({ stop() {} });
    const seen = await diagnose({
      host,
      settings,
      failOn: flags['fail-on'] ?? 'degrades',
      skip: flags.skip ?? [],
      only: flags.only ?? [],
      budgetMs: Math.min(settings.timeoutMs, Math.max(1000, left())),
      watch: (waiting) => {
        // It names the servers it waits for.
        if (!opened.disguise) progress = showProgress(io, waiting);
      },
    });
    (await progress).stop();
    if (flags.wait && !isWell(seen.report) && left() > ASK_AGAIN_MS + 1000) {
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      continue;
    }
    const safe = hideSecrets(seen, host.redactor);
    const { report, facts } = (await opened.disguise?.replace(safe)) ?? safe;
    const unkept = await opened.disguise?.keep();
    if (unkept) return usageError(io, unkept);
    // Machine output has nothing beside it: a pod's log mixes both streams.
    const quiet = (flags.output ?? 'text') !== 'text';
    if (flags.debug && !quiet) for (const fact of facts) io.err(host.redactor.clean(JSON.stringify(fact), LONGEST_FACT));
    io.out(await renderReport(report, flags, io));
    const choices = { failOn: flags['fail-on'] ?? ('degrades' as const), skip: flags.skip ?? [], only: flags.only ?? [] };
    const unsaved = await saveRun(flags, { report, facts, ...choices, quiet }, host, io);
    return unsaved ?? (flags['exit-zero'] ? 0 : report.summary.exitCode);
  }
}

function isWell(report: Report): boolean {
  return report.summary.exitCode === 0 && !report.findings.some((f) => PASSING_BY.has(f.cause));
}
