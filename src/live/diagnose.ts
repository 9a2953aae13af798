/** One complete diagnosis: live facts → judgements → ranked report. What `check`, `demo` and the tests run. */
import type { Host } from '../host/host.js';
import type { Check, Severity } from '../model/check.js';
import type { AnyFact } from '../model/facts.js';
import type { Report } from '../model/report.js';
import type { Resolved } from '../setup/resolved.js';
import { VERSION } from '../version.js';
import { runChecks } from './loop.js';
import type { Recorded } from './script/network.js';
import { createLiveSource } from './source.js';
import type { Inquiry } from './store.js';

export interface DiagnoseOptions {
  host: Host;
  settings: Resolved;
  failOn: Severity;
  skip: readonly string[];
  only: readonly string[];
  budgetMs: number;
  /** Which questions are put; all of them unless a command is about some. */
  checks?: readonly Check[] | (() => Promise<readonly Check[]>);
  /** Leaves the kubelet alone and judges roles in depth. */
  rightsOnly?: boolean;
  /** Leaves the kubelet alone. */
  withoutKubelet?: boolean;
  /** What a script has heard: nobody is asked. */
  recorded?: Recorded;
  /** Called once with a view of the open inquiries, for progress. */
  watch?(waiting: (ms: number) => Inquiry[]): void;
  /** What else is to be loaded for the report: called while answers are awaited. */
  meanwhile?(): Promise<unknown>;
}

/** The report, and every fact behind it for --debug. */
export interface Diagnosis {
  report: Report;
  facts: AnyFact[];
  /** Neither the time nor this machine cut anything short. */
  isComplete: boolean;
}

const isBusy = ({ outcome }: AnyFact): boolean => outcome.status === 'absent' && outcome.why === 'busy';

export async function diagnose({
  host,
  settings,
  failOn,
  skip,
  only,
  budgetMs,
  watch,
  checks,
  rightsOnly,
  withoutKubelet,
  recorded,
  meanwhile,
}: DiagnoseOptions): Promise<Diagnosis> {
  const startedMs = host.now();
  const source = createLiveSource({
    host,
    settings,
    version: VERSION,
    rightsOnly,
    withoutKubelet,
    budgetMs,
    ...(recorded && { recorded }),
  });
  watch?.((ms) => source.store.waiting(ms));
  const load = () => import('./judging.js');
  const loadJudge = async () => {
    const { judging } = await load();
    // In a turn of its own: what came in meanwhile is heard before. Where it fails, that is seen once it is used.
    setImmediate(() => void meanwhile?.().catch(() => {}));
    return judging(typeof checks === 'function' ? await checks() : checks);
  };
  const { judgements, facts, outOfTime } = await runChecks(source, loadJudge, budgetMs);
  const { conclude } = await load();
  const report = conclude({
    judgements,
    facts,
    settings: settings.settings,
    startedAt: new Date(startedMs).toISOString(),
    durationMs: Math.round(host.now() - startedMs),
    failOn,
    skip,
    only,
  });
  return { report, facts, isComplete: !outOfTime && !facts.some(isBusy) };
}
