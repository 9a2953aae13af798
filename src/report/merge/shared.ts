/** What reports share because it is of the cluster that all their nodes are in: it was judged once, and is said once, of no node. */
import { flatten } from '../../judge/rank.js';
import type { Finding, Report, Result } from '../../model/report.js';

export interface Shared {
  /** Questions that have had one and the same answer on all nodes. */
  questions: ReadonlySet<string>;
  /** Any of the reports: it has that answer in its own words. */
  report: Report;
}

/** As in the one report; what follows stays as it was merged. */
export function findingsOnce(findings: readonly Finding[], { questions, report }: Shared): Finding[] {
  const own = new Map(flatten(report.findings).map((finding) => [finding.cause, finding]));
  const once = (finding: Finding): Finding => {
    const original = questions.has(finding.question) ? own.get(finding.cause) : undefined;
    return { ...(original ?? finding), consequences: finding.consequences.map(once) };
  };
  return findings.map(once);
}

export function resultOnce(result: Result, { questions, report }: Shared): Result {
  if (!questions.has(result.question)) return result;
  return report.results.find(({ question, target }) => question === result.question && target === result.target) ?? result;
}
