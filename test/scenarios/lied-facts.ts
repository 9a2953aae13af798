/** What a lie changed in one world, as a change of its facts, and the same change made to the facts of another world of its kind. */
import { CHECKS } from '../../src/checks/index.js';
import { judgeAgain } from '../../src/judge/judge.js';
import type { AnyFact } from '../../src/model/facts.js';
import type { Report } from '../../src/model/report.js';
import { conclude } from '../../src/report/conclude.js';

/** `gone`: facts that are not there any more, as nothing led to them; of a kind that is gone as a whole, all of it. */
export interface Delta {
  changed: Map<string, AnyFact>;
  /** Where every question of one sort has another answer: that answer. Another world may ask more of them. */
  families: ReadonlyMap<string, AnyFact>;
  gone: ReadonlySet<string>;
  kindsGone: ReadonlySet<string>;
}

/** By whatever credential: a world with a certificate asks the same as one with a token. */
const keyOf = ({ target, kind, subject }: AnyFact) => `${target}/${kind} ${subject.replace(/^(token|certificate) (?=GET|POST)/, 'own ')}`;
/** Reviews are many questions to one path. */
const familyOf = (fact: AnyFact) => (fact.kind === 'access' ? kindOf(fact) : keyOf(fact).replace(/ \(.*\)$/s, ''));
const kindOf = ({ target, kind }: AnyFact) => `${target}/${kind}`;

/** Without how long it took, and when. */
function said({ outcome }: AnyFact): string {
  return JSON.stringify(outcome, (key, value: unknown) =>
    /^(ms|lateMs|serverTimeMs|offsetMs|toleranceMs)$/.test(key) ? undefined : value,
  );
}

export function deltaOf(before: readonly AnyFact[], after: readonly AnyFact[]): Delta {
  const was = new Map(before.map((fact) => [keyOf(fact), fact]));
  const [now, kinds] = [new Set(after.map(keyOf)), new Set(after.map(kindOf))];
  const isOther = (fact: AnyFact) => {
    const old = was.get(keyOf(fact));
    return !old || said(old) !== said(fact);
  };
  const same = new Set(after.filter((fact) => !isOther(fact)).map(familyOf));
  return {
    families: new Map(after.flatMap((fact) => (same.has(familyOf(fact)) ? [] : [[familyOf(fact), fact] as const]))),
    changed: new Map(after.filter(isOther).map((fact) => [keyOf(fact), fact])),
    gone: new Set([...was.keys()].filter((key) => !now.has(key))),
    kindsGone: new Set(before.map(kindOf).filter((kind) => !kinds.has(kind))),
  };
}

/** The facts of another world, had it been told this lie. What is not changed stays the same object, and is judged once for all lies. */
export function withDelta(facts: readonly AnyFact[], { changed, families, gone, kindsGone }: Delta): AnyFact[] {
  const left = facts.filter((fact) => !gone.has(keyOf(fact)) && !kindsGone.has(kindOf(fact)));
  const known = new Set(left.map(keyOf));
  return [
    ...left.map((fact) => {
      const lied = changed.get(keyOf(fact)) ?? families.get(familyOf(fact));
      return lied ? ({ ...fact, outcome: lied.outcome } as AnyFact) : fact;
    }),
    ...[...changed].flatMap(([key, fact]) => (known.has(key) ? [] : [fact])),
  ];
}

/** One judge for many lies about one world. */
export function createJudge(): (facts: readonly AnyFact[]) => Report {
  const judge = judgeAgain(CHECKS);
  return (facts) =>
    conclude({
      judgements: judge(facts),
      facts,
      settings: [],
      startedAt: '2026-11-22T03:04:05.000Z',
      durationMs: 0,
      failOn: 'degrades',
      skip: [],
      only: [],
    });
}
