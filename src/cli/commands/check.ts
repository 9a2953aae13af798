/** `kubelet-doctor check`: asks, judges, reports; with --wait asks again until well or the time is over. */
import type { Host } from '../../host/host.js';
import { REQUEST_TIMEOUT_MS } from '../../live/context.js';
import type { Diagnosis } from '../../live/diagnose.js';
import type { Report } from '../../model/report.js';
import { DEFAULTS, type Flags } from '../../setup/options.js';
import { resolveSettings } from '../../setup/resolve.js';
import { ask, unlessNowhere } from '../ask.js';
import type { Io } from '../io.js';
import { showProgress } from '../progress.js';
import { loadRenderer } from '../render.js';
import { withReport } from '../with-report.js';

const ASK_AGAIN_MS = 2000;
/** A kubelet remembers a refusal for up to 30 s (cacheUnauthorizedTTL): the default budget of --wait outlasts it. */
const WAIT_BUDGET_MS = 60_000;

/** Well in every other respect, but not yet what was asked for. */
const PASSING_BY = new Set(['kubelet-decision-cached']);

export function runCheckCommand(flags: Partial<Flags>, host: Host, io: Io, timeoutGiven: boolean): Promise<number> {
  return withReport(flags, host, io, {
    asks: true,
    saves: true,
    find: async (inSecret) =>
      unlessNowhere(await askUntilWell(flags, host, io, { timeoutGiven, inSecret }), 'kubelet-doctor --kubeconfig FILE --node NODE'),
  });
}

async function askUntilWell(
  flags: Partial<Flags>,
  host: Host,
  io: Io,
  { timeoutGiven, inSecret }: { timeoutGiven: boolean; inSecret: boolean },
): Promise<Diagnosis | { error: string }> {
  const settings = await resolveSettings(flags, host);
  if ('error' in settings) return settings;
  const startedMs = host.now();
  const totalMs = flags.wait && !timeoutGiven ? WAIT_BUDGET_MS : settings.timeoutMs;
  const left = () => totalMs - (host.now() - startedMs);
  // From the second round on: the first is like any other.
  const lead = (attempt: number) => () => (attempt > 1 ? `attempt ${attempt}, ${secondsOf(left())} left` : '');
  let best: Diagnosis | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const budgetMs = Math.min(settings.timeoutMs, left());
    const diagnosis = await ask(settings, flags, host, io, {
      budgetMs,
      inSecret,
      factless: !flags.debug && flags.save === undefined,
      lead: lead(attempt),
      meanwhile: () => loadRenderer(flags),
    });
    if (!flags.wait || isWell(diagnosis.report)) return diagnosis;
    best = best && knowsMore(best, diagnosis) ? best : diagnosis;
    // No round is begun that cannot hold a connection and a request that time out; in a short wait, half of it.
    if (left() < ASK_AGAIN_MS + Math.min(settings.connectTimeoutMs + REQUEST_TIMEOUT_MS, totalMs / 2)) {
      sayInVain(attempt, totalMs - left(), flags, io);
      return best;
    }
    const pause = await showProgress(io, () => [], { lead: lead(attempt + 1) });
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    pause.stop();
  }
}

/** Is the round before still worth more? One that was cut short knows less than one that was not, and its verdict is no news. */
function knowsMore(before: Diagnosis, now: Diagnosis): boolean {
  if (now.isComplete) return false;
  return before.isComplete || before.report.asked.answered > now.report.asked.answered;
}

/** On stderr: the report is what the last attempt found. Machine output has nothing beside it. */
function sayInVain(attempts: number, waitedMs: number, { output, quiet }: Partial<Flags>, io: Io): void {
  if ((output ?? DEFAULTS.output) !== 'text' || quiet) return;
  io.err(`kubelet-doctor: waited ${secondsOf(waitedMs)} and checked ${attempts} ${attempts === 1 ? 'time' : 'times'}; still not fine`);
}

function secondsOf(ms: number): string {
  return `${Math.max(0, Math.round(ms / 1000))} s`;
}

function isWell(report: Report): boolean {
  return report.summary.exitCode === 0 && !report.findings.some((f) => PASSING_BY.has(f.cause));
}
