/** The exit code and the verdict: one pure function of what was found, the same for every output format. */
import { type Check, SEVERITIES, type Severity } from '../model/check.js';
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

/** Must it be answered for all to be well? Of some questions only a part must. */
export function isRequired({ required }: Pick<Check, 'required'>, verdict: Judgement['verdict']): boolean {
  return required || (verdict.kind === 'cannot-tell' && verdict.required === true);
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

declare const ANSWERED: unique symbol;
/** The answers to all required questions, one at least: what "well" is said of. Only `answeredOf` can make it. */
export type Answered = readonly [Result, ...Result[]] & { readonly [ANSWERED]: true };

/**
 * Undefined where one is open, or none was asked: then nothing is known to be well, whatever was not found. A problem is an answer as well; whether
 * it counts is for the findings, --fail-on and --skip to say.
 */
export function answeredOf(results: readonly Result[]): Answered | undefined {
  if (openOf(results).length > 0) return undefined;
  const answered = results.filter(({ required, outcome }) => required && (outcome === 'pass' || outcome === 'problem'));
  return answered.length > 0 ? (answered as unknown as Answered) : undefined;
}

/** The required questions without an answer. */
export function openOf(results: readonly Result[]): Result[] {
  return results.filter((result) => result.required && isUnanswered(result));
}

/** How it all stands. What is not wrong cannot be written without what was answered. */
export type State = { verdict: 'fail' } | { verdict: 'incomplete'; open: readonly Result[] } | { verdict: 'warn' | 'pass'; on: Answered };

/** From what was found, and from what became of what was asked: nothing found where nobody answered is `incomplete`. */
export function stateOf({ findings, results, failOn = 'degrades' }: Decision): State {
  const all = flatten(findings);
  if (all.some(({ severity }) => reaches(severity, failOn))) return { verdict: 'fail' };
  const on = answeredOf(results);
  if (!on) return { verdict: 'incomplete', open: openOf(results) };
  return { verdict: all.some(({ severity }) => severity !== 'note') ? 'warn' : 'pass', on };
}

/** `fail` goes with exit code 1, `incomplete` with 3, `warn` (below the threshold; notes do not count) and `pass` with 0. */
export function verdictOf(decision: Decision): Summary['verdict'] {
  return stateOf(decision).verdict;
}

const CODES: Record<Summary['verdict'], ExitCode> = { fail: 1, incomplete: 3, warn: 0, pass: 0 };

/** A suspected finding counts like a proven one, a consequence like a root. */
export function exitCodeOf(decision: Decision): ExitCode {
  return CODES[verdictOf(decision)];
}
