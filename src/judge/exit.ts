/** The exit code and the verdict: one pure function of what was found, the same for every output format. */
import { SEVERITIES, type Severity } from '../model/check.js';
import type { Finding, Result, Summary } from '../model/report.js';
import type { Judgement } from './judge.js';
import { flatten } from './rank.js';

/** What decides: the findings (after --skip and --only), what became of each question, and `--fail-on`. */
export interface Decision {
  findings: readonly Finding[];
  results: readonly Result[];
  /** Default: degrades. */
  failOn?: Severity;
}

/** 0 well, 1 findings at or above the threshold, 3 nothing found but a required question is open. 2 belongs to usage and internal errors. */
export type ExitCode = 0 | 1 | 3;

/** Is `severity` as bad as `threshold`, or worse? */
export function reaches(severity: Severity, threshold: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(threshold);
}

/**
 * What became of a question. A pass has its witness, or there is none (checks/shared/problem.ts); that a required question does not apply counts only
 * with the fact that shows it, else nobody answered it.
 */
export function outcomeOf(required: boolean, verdict: Judgement['verdict']): Result['outcome'] {
  const isClaimed = verdict.kind === 'pass' || verdict.kind === 'not-applicable';
  return required && isClaimed && verdict.on.length === 0 ? 'cannot-tell' : verdict.kind;
}

/** A question nobody answered: the facts were not to be had, or the check itself broke. `not-applicable` is an answer where something shows it. */
export function isUnanswered(result: Result): boolean {
  return result.outcome === 'cannot-tell' || result.outcome === 'crashed';
}

/** `fail` goes with exit code 1, `incomplete` with 3, `warn` (below the threshold; notes do not count) and `pass` with 0. */
export function verdictOf({ findings, results, failOn = 'degrades' }: Decision): Summary['verdict'] {
  const all = flatten(findings);
  if (all.some((finding) => reaches(finding.severity, failOn))) return 'fail';
  if (results.some((result) => result.required && isUnanswered(result))) return 'incomplete';
  return all.some((finding) => finding.severity !== 'note') ? 'warn' : 'pass';
}

/** A suspected finding counts like a proven one, a consequence like a root. */
export function exitCodeOf(decision: Decision): ExitCode {
  const codes: Record<Summary['verdict'], ExitCode> = { fail: 1, incomplete: 3, warn: 0, pass: 0 };
  return codes[verdictOf(decision)];
}
