/** One complete diagnosis: live facts → judgements → ranked report. What `check`, `demo` and the tests run. */
import { CHECKS, causeIndex, explainedByOf } from '../checks/index.js';
import type { Host } from '../host/host.js';
import type { Judgement } from '../judge/judge.js';
import { rank } from '../judge/rank.js';
import type { Severity } from '../model/check.js';
import type { AnyFact } from '../model/facts.js';
import type { Report, Result } from '../model/report.js';
import { buildReport } from '../report/build.js';
import { whereOf } from '../report/where.js';
import { createLiveSource } from '../sources/live.js';
import { runChecks } from '../sources/run.js';
import type { Resolved } from '../sources/settings.js';
import type { Question } from '../sources/store.js';
import { VERSION } from '../version.js';

export interface DiagnoseOptions {
  host: Host;
  settings: Resolved;
  failOn: Severity;
  skip: readonly string[];
  only: readonly string[];
  budgetMs: number;
  /** Called once with a view of the open questions, for progress. */
  watch?(waiting: (ms: number) => Question[]): void;
}

/** The report, and every fact behind it for --debug. */
export interface Diagnosis {
  report: Report;
  facts: AnyFact[];
}

export async function diagnose({ host, settings, failOn, skip, only, budgetMs, watch }: DiagnoseOptions): Promise<Diagnosis> {
  const startedMs = host.now();
  const source = createLiveSource({ host, settings, version: VERSION });
  watch?.((ms) => source.store.waiting(ms));
  const { judgements, facts } = await runChecks(source, CHECKS, budgetMs);
  const problems = judgements.flatMap(({ check, verdict }) =>
    verdict.kind === 'problem' ? [{ question: check.question, target: check.target, layer: check.layer, problem: verdict }] : [],
  );
  const report = buildReport({
    tool: { program: 'kubelet-doctor', version: VERSION },
    startedAt: new Date(startedMs).toISOString(),
    durationMs: Math.round(host.now() - startedMs),
    facts,
    results: judgements.map(resultOf),
    findings: rank(problems, explainedByOf),
    settings: settings.settings,
    where: whereOf(facts),
    failOn,
    causes: causeIndex(),
    skip,
    only,
  });
  return { report, facts };
}

function resultOf({ check, verdict }: Judgement): Result {
  const { question, asks, target, layer, required } = check;
  const wants = verdict.kind === 'cannot-tell' ? verdict.wants : verdict.kind === 'problem' ? (verdict.wants ?? []) : [];
  const note =
    verdict.kind === 'pass' ? verdict.note : verdict.kind === 'not-applicable' || verdict.kind === 'cannot-tell' ? verdict.why : undefined;
  return {
    question,
    asks,
    target,
    layer,
    required,
    outcome: verdict.kind,
    ...(verdict.kind === 'problem' ? { cause: verdict.cause } : {}),
    ...(verdict.kind === 'crashed' ? { note: { id: 'crashed', args: {}, en: verdict.error } } : note ? { note } : {}),
    elsewhere: [...new Set(wants.flatMap((w) => w.elsewhere ?? []))],
  };
}
