/** What decides: all checks, who asks them, and the report of what they say. The largest part of the program, loaded while the first answers are under way. */
import { CHECKS } from '../checks/index.js';
import { type Judgement, judgeInSteps, type Steps, wantsOf } from '../judge/judge.js';
import type { Check, Want } from '../model/check.js';
import type { AnyFact } from '../model/facts.js';

export { conclude } from '../report/conclude.js';

/** A judge for facts that come in one by one. */
export interface Judging {
  judge(facts: readonly AnyFact[]): Steps;
  wantsOf(judgements: readonly Judgement[]): Want[];
}

/** Of these checks, or of all. */
export function judging(checks: readonly Check[] = CHECKS): Judging {
  return { judge: judgeInSteps(checks), wantsOf };
}
