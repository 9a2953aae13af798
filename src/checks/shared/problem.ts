/** The ways to say what a check found. A verdict is made here and nowhere else, so that what every problem must have is asked for once. */
import type { Message, Problem, Proof, Stated, Verdict, Want, Witness } from '../../model/check.js';
import type { Fact, FactKind } from '../../model/facts.js';
import { looked } from './read.js';

/** What it rests on where it is certain; else what looks the same from here, and what would decide. */
export type Basis = { proof: Proof; alternatives?: undefined } | Suspicion;

type Suspicion = { proof?: undefined; alternatives: string[]; wants?: Want[] | undefined };

/** What a problem says beside how sure it is, and where it differs from: it blocks the agent, no feature is lost. */
export type Said = Pick<Stated, 'title' | 'evidence' | 'fixes'> & Partial<Omit<Stated, 'kind' | 'cause' | 'alternatives'>>;

/** A problem of this cause. Its parts stand in the order of the model, however they were said: whoever reads the JSON meets the title first. */
export function problem<const C extends string>(cause: C, said: Said & Basis): Problem<C> {
  const { severity = 'blocks', observedAt, title, ofOthers, features = [], evidence, fixes, explainedBy, wants } = said;
  const where = { ...(observedAt && { observedAt }) };
  const open = { ...(wants && { wants }) };
  const rest = { ...where, title, ...(ofOthers && { ofOthers }), features, evidence, fixes, ...(explainedBy && { explainedBy }) };
  // A spread hides from the compiler that both are there, and then the stronger word would win.
  if (said.proof && said.alternatives) throw new Error(`${cause} is both proven and suspected`);
  if (said.proof) return { kind: 'problem', cause, severity, certainty: 'proven', witnesses: said.proof, ...open, ...rest };
  return { kind: 'problem', cause, severity, certainty: 'suspected', alternatives: said.alternatives, ...open, ...rest };
}

/** Not certain: with the causes that look the same from here, and the facts that would decide between them. */
export function suspected(alternatives: readonly string[], wants: Want[] = []): Suspicion {
  return { alternatives: [...alternatives], wants };
}

/** What a pass rests on: facts that were looked at. Which of several were is known only when they are read. */
export type Grounds = Fact<FactKind> | readonly Fact<FactKind>[];

/**
 * Nothing is wrong, by what these facts show. Without a fact it does not compile; where none of them was looked at, it throws, and the question is
 * seen as not answered: "nothing wrong" is never said of what nobody saw.
 */
export function pass<const W extends Grounds>(on: W & (W extends readonly [] ? never : unknown), note?: Message): Verdict<never> {
  const facts = lookedAt(on);
  if (facts.length === 0) throw new Error('nothing was seen that it could rest on');
  return { kind: 'pass', on: facts, ...(note && { note }) };
}

/** `on`: what shows it. A required question that nothing shows not to apply stays open (judge/exit). */
export function notApplicable(why: Message, on: Grounds = []): Verdict<never> {
  return { kind: 'not-applicable', why, on: lookedAt(on) };
}

/** Once each, in their order. */
function lookedAt(on: Grounds): Witness[] {
  const facts = [on].flat().filter(looked);
  return [
    ...new Map(
      facts.map(({ target, kind, subject }) => [`${target}/${kind} ${subject}`, { need: `${target}/${kind}` as const, subject }]),
    ).values(),
  ];
}

/** `because`: the cause, found by another check, that keeps it open. */
export function cannotTell(why: Message, wants: Want[] = [], because?: string): Verdict<never> {
  return { kind: 'cannot-tell', why, wants, ...(because !== undefined && { because }) };
}
