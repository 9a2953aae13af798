/**
 * What line one says, from what was found and what stayed open. What was found is said; that a question stayed open is the headline only where
 * nothing wrong was found, and never hides a finding: the exit code says it too.
 */
import { type Answered, answeredOf, openOf } from '../judge/exit.js';
import { flatten } from '../judge/rank.js';
import { SEVERITIES, type Severity } from '../model/check.js';
import type { Finding, Result, Summary, Where } from '../model/report.js';

/** That nothing was found cannot be said without what was answered; `required` is empty where nothing was asked. */
export type Headline =
  | { kind: 'finding'; finding: Finding }
  | { kind: 'open'; required: readonly Result[] }
  | { kind: 'nothing'; on: Answered };

/** `findings` in rank order: of the roots the first counts as the worst, with all that follows from it. `where`: what they were found in. */
export function headlineOf(
  verdict: Summary['verdict'],
  findings: readonly Finding[],
  results: readonly Result[],
  where: Pick<Where, 'bundle'>,
): Headline {
  const [first] = findings;
  const [required, on] = [openOf(results), answeredOf(results)];
  if (verdict !== 'incomplete' && first) return { kind: 'finding', finding: first };
  // A report that was read may say of itself what it likes.
  if (verdict !== 'incomplete') return on ? { kind: 'nothing', on } : { kind: 'open', required };
  // A bundle leaves questions open as a rule: that is no news, and what was found in it is. Of the node that was named, where one was.
  const finding = findings.find((each) => !each.ofOthers && !asksNothing(each));
  if (where.bundle && finding) return { kind: 'finding', finding };
  // What keeps a question open says more than that it is open, and less than something worse that was found.
  const kept = flatten(findings).find(({ cause }) => required.some((result) => result.cause === cause));
  const isWorse = first && worstOf(first) !== 'note' && (!kept || rankOf(worstOf(first)) < rankOf(worstOf(kept)));
  const said = isWorse ? first : kept;
  return said ? { kind: 'finding', finding: said } : { kind: 'open', required };
}

/** A note that asks for nothing does not take the place of "all well". */
export function asksNothing(finding: Finding): boolean {
  return finding.severity === 'note' && finding.fixes.length === 0;
}

/** A cause is as bad as the worst that follows from it. */
function worstOf(finding: Finding): Severity {
  const all = flatten([finding]).map(({ severity }) => severity);
  return SEVERITIES.find((severity) => all.includes(severity)) ?? finding.severity;
}

function rankOf(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}
