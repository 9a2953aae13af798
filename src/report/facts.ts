/** Facts by need for those who hold them all: to a report and a command what a View is to a check. */
import { seen } from '../checks/shared/read.js';
import type { AnyFact, Fact, FactData, KindOf, Need } from '../model/facts.js';

/** All of a need, in the order of the facts. */
export function factsOf<N extends Need>(facts: readonly AnyFact[], need: N): Fact<KindOf<N>>[] {
  return facts.filter((fact) => `${fact.target}/${fact.kind}` === need) as Fact<KindOf<N>>[];
}

/** The first of a need; one that was not attempted where there is none. */
export function factOf<N extends Need>(facts: readonly AnyFact[], need: N): Fact<KindOf<N>> {
  const [target, kind] = need.split('/') as [Fact['target'], KindOf<N>];
  return factsOf(facts, need)[0] ?? { target, kind, subject: '', outcome: { status: 'absent', why: 'not-attempted' } };
}

/** What was observed of it. */
export function dataOf<N extends Need>(facts: readonly AnyFact[], need: N): FactData[KindOf<N>] | undefined {
  return seen(factOf(facts, need));
}
