/** From facts and what was judged of them to the report: the same for facts that just came in and for facts of a file. */
import { causeIndex, explainedByOf } from '../checks/index.js';
import { isRequired, outcomeOf } from '../judge/exit.js';
import type { Judgement } from '../judge/judge.js';
import { rank } from '../judge/rank.js';
import type { Check, Message, Severity } from '../model/check.js';
import type { AnyFact, Setting } from '../model/facts.js';
import type { Report, Result } from '../model/report.js';
import { VERSION } from '../version.js';
import { inEnglish } from '../words/language.js';
import { buildReport } from './build.js';
import { TOO_BUSY } from './own-words.js';
import { whereOf } from './where/where.js';

export interface Concluded {
  judgements: readonly Judgement[];
  facts: readonly AnyFact[];
  settings: readonly Setting[];
  /** ISO 8601. */
  startedAt: string;
  durationMs: number;
  failOn: Severity;
  skip: readonly string[];
  only: readonly string[];
}

/** It is kept and read by machines, so it is English; the formats for people say it again in theirs. */
export function conclude(concluded: Concluded): Report {
  return inEnglish(() => reportOf(concluded));
}

function reportOf({ judgements, ...rest }: Concluded): Report {
  const problems = judgements.flatMap(({ check, verdict }) =>
    verdict.kind === 'problem' ? [{ question: check.question, target: check.target, layer: check.layer, problem: verdict }] : [],
  );
  return buildReport({
    tool: { program: 'kubelet-doctor', version: VERSION },
    results: judgements.map((each) => resultOf(each, rest.facts)),
    findings: rank(problems, explainedByOf),
    where: whereOf(rest.facts),
    causes: causeIndex(),
    ...rest,
  });
}

function resultOf({ check, verdict }: Judgement, facts: readonly AnyFact[]): Result {
  const { question, asks, target, layer } = check;
  const required = isRequired(check, verdict);
  const wants = verdict.kind === 'cannot-tell' ? verdict.wants : verdict.kind === 'problem' ? (verdict.wants ?? []) : [];
  const note =
    verdict.kind === 'pass'
      ? verdict.note
      : verdict.kind === 'cannot-tell'
        ? (tooBusyFor(check, facts) ?? verdict.why)
        : verdict.kind === 'not-applicable'
          ? verdict.why
          : undefined;
  return {
    question,
    asks,
    target,
    layer,
    required,
    outcome: outcomeOf(required, verdict),
    ...(verdict.kind === 'problem' ? { cause: verdict.cause } : {}),
    ...(verdict.kind === 'cannot-tell' && verdict.because ? { cause: verdict.because } : {}),
    ...(verdict.kind === 'crashed' ? { note: { id: 'crashed', args: {}, en: verdict.error } } : note ? { note } : {}),
    elsewhere: [...new Set(wants.flatMap((w) => w.elsewhere ?? []))],
  };
}

/** Why a question stayed open where this machine was too busy: on the way to what the check reads, an answer was waited for too late to hear it. */
function tooBusyFor({ target, needs }: Check, facts: readonly AnyFact[]): Message | undefined {
  const isOnItsWay = (fact: AnyFact) => fact.target === target || needs.includes(`${fact.target}/${fact.kind}`);
  const isLate = facts.some((fact) => fact.outcome.status === 'absent' && fact.outcome.why === 'busy' && isOnItsWay(fact));
  return isLate ? TOO_BUSY : undefined;
}
