/** Facts, results and ranked findings → the report: the one contract that every output format reads. */

import { serversDown, withoutDeadEnds, withoutDeadQuestions } from '../judge/dead-ends.js';
import { exitCodeOf, isUnanswered, verdictOf } from '../judge/exit.js';
import { flatten, inOrder } from '../judge/rank.js';
import { withSince } from '../judge/since/since.js';
import type { Severity } from '../model/check.js';
import type { AnyFact, Setting } from '../model/facts.js';
import {
  type CauseMeta,
  type Finding,
  REPORT_VERSION,
  type Report,
  type Result,
  type Summary,
  type Timing,
  type Where,
} from '../model/report.js';
import { headlineOf } from './headline.js';
import { buildLayers } from './layers.js';
import { knownCause } from './own-words.js';
import { oneLine } from './plain-text.js';
import { againAt, aimedAt, aimOf } from './where/where.js';
import { firstStep, openQuestion, stepLine } from './words.js';

export interface ReportInput {
  tool: Report['tool'];
  /** ISO 8601. */
  startedAt: string;
  durationMs: number;
  facts: readonly AnyFact[];
  results: readonly Result[];
  /** As `rank` gave them. */
  findings: readonly Finding[];
  settings: readonly Setting[];
  where: Where;
  /** `--fail-on`. */
  failOn: Severity;
  /** Every cause the checks know; the report keeps those it mentions. */
  causes: Readonly<Record<string, CauseMeta>>;
  /** Causes left out. What follows from one of them stays, and moves up. */
  skip?: readonly string[];
  /** The only causes kept; empty or missing: all. */
  only?: readonly string[];
}

/** Builds the report. `--skip` and `--only` are applied here and nowhere else, before anything is counted. */
export function buildReport(input: ReportInput): Report {
  const { facts, failOn, causes } = input;
  const down = serversDown(input.findings, (cause) => knownCause(cause)?.docs.stops);
  const asked = withoutDeadQuestions(input.results, down);
  const kept = inOrder(keep(withoutDeadEnds(input.findings, down), input.skip ?? [], input.only ?? []));
  const dated = kept.map((finding) => withSince(finding, facts, input.startedAt));
  const said = { findings: dated, results: [...asked], evidence: cited(facts, dated) };
  const { findings, results, evidence } = againAt(aimedAt(said, aimOf(input)), input.where);
  const layers = buildLayers({
    facts,
    results,
    findings: flatten(input.findings),
    causes,
    isBundle: input.where.bundle !== undefined,
  });
  return {
    summary: summarise(findings, results, failOn, input.where),
    reportVersion: REPORT_VERSION,
    tool: { program: input.tool.program, version: input.tool.version },
    startedAt: input.startedAt,
    durationMs: input.durationMs,
    where: input.where,
    asked: countAsked(results),
    findings,
    results,
    layers,
    timings: timingsOf(facts),
    settings: withFailOn(input.settings, failOn),
    causes: mentioned(causes, findings, results),
    evidence,
  };
}

/** A setting of the report, for readers who must know what made the exit code; the default goes without saying. */
function withFailOn(settings: readonly Setting[], failOn: Severity): Setting[] {
  const others = settings.filter(({ setting }) => setting !== 'fail-on');
  return failOn === 'degrades' ? others : [...others, { setting: 'fail-on', value: failOn, origin: 'flag', source: '--fail-on' }];
}

function keep(findings: readonly Finding[], skip: readonly string[], only: readonly string[]): Finding[] {
  return findings.flatMap((finding) => {
    const consequences = keep(finding.consequences, skip, only);
    const kept = !skip.includes(finding.cause) && (only.length === 0 || only.includes(finding.cause));
    return kept ? [{ ...finding, consequences }] : consequences;
  });
}

function summarise(findings: readonly Finding[], results: readonly Result[], failOn: Severity, where: Where): Summary {
  const decision = { findings, results, failOn };
  const verdict = verdictOf(decision);
  const counts = { blocks: 0, degrades: 0, risk: 0, note: 0, unanswered: results.filter(isUnanswered).length };
  for (const { severity } of flatten(findings)) counts[severity] += 1;
  return { verdict, exitCode: exitCodeOf(decision), top: topOf(findings, results, verdict, where), counts };
}

/** The answer in short. */
export function topOf(
  findings: readonly Finding[],
  results: readonly Result[],
  verdict: Summary['verdict'],
  where: Pick<Where, 'script' | 'bundle'>,
): Summary['top'] {
  const headline = headlineOf(verdict, findings, results, where);
  if (headline.kind === 'open') return { id: '', ...openQuestion(headline.required, where) };
  return topOfFinding(headline.kind === 'finding' ? headline.finding : undefined);
}

function topOfFinding(finding: Finding | undefined): Summary['top'] {
  if (!finding) return { id: '', title: '', fix: '' };
  const step = firstStep(finding);
  const line = stepLine(step);
  return { id: finding.cause, title: oneLine(finding.title.en), fix: step.kind === 'decide' ? `${step.lead}: ${line}` : line };
}

/** A question that does not apply here was not asked. */
function countAsked(results: readonly Result[]): Report['asked'] {
  const answered = results.filter((result) => result.outcome === 'pass' || result.outcome === 'problem').length;
  return { answered, total: answered + results.filter(isUnanswered).length };
}

function timingsOf(facts: readonly AnyFact[]): Timing[] {
  return facts
    .flatMap((fact) => {
      const { target, kind, subject, startedMs, outcome } = fact;
      if (startedMs === undefined || outcome.status === 'absent' || outcome.ms === undefined) return [];
      return [{ target, kind, subject, startedMs, ms: outcome.ms, ok: isGood(fact) }];
    })
    .sort((a, b) => a.startedMs - b.startedMs || a.ms - b.ms);
}

/** Observed, and the answer is no refusal: a certificate that does not verify and a 403 were observed as well. */
function isGood(fact: AnyFact): boolean {
  if (fact.outcome.status !== 'observed') return false;
  if (fact.kind === 'tls') return fact.outcome.data.verification.ok;
  if (fact.kind !== 'http') return true;
  const { as, status } = fact.outcome.data;
  // Nobody is meant to be refused: that shows a server which is there and closed.
  return status < 400 || (as === 'nobody' && (status === 401 || status === 403));
}

function mentioned(causes: ReportInput['causes'], findings: readonly Finding[], results: readonly Result[]): Report['causes'] {
  const ids = [
    ...flatten(findings).flatMap((finding) => [finding.cause, ...finding.alternatives]),
    ...results.flatMap((result) => result.cause ?? []),
  ];
  const entries = [...new Set(ids)].sort().flatMap((id): [string, CauseMeta][] => {
    const meta = Object.hasOwn(causes, id) ? causes[id] : undefined;
    return meta ? [[id, meta]] : [];
  });
  return Object.fromEntries(entries);
}

/** The facts quoted as evidence, and those that it rests on, once each, in the order they were observed. */
function cited(facts: readonly AnyFact[], findings: readonly Finding[]): AnyFact[] {
  const wanted = new Set(
    flatten(findings).flatMap((finding) =>
      [...finding.evidence, ...(finding.witnesses ?? [])].map(({ need, subject }) => `${need} ${subject}`),
    ),
  );
  return facts.filter(({ target, kind, subject }) => wanted.has(`${target}/${kind} ${subject}`));
}
