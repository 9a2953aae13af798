/** The ways to say what a check found. A verdict is made here and nowhere else, so that what every problem must have is asked for once. */
import type { Message, Problem, Verdict, Want } from '../../model/check.js';

/** What a problem always says, and where it differs from: it blocks the agent, it is proven, no feature is lost. */
export type Said = Pick<Problem, 'title' | 'evidence' | 'fixes'> & Partial<Omit<Problem, 'kind' | 'cause'>>;

/** A problem of this cause. Its parts stand in the order of the model, however they were said: whoever reads the JSON meets the title first. */
export function problem<const C extends string>(cause: C, said: Said): Problem<C> {
  const {
    severity = 'blocks',
    certainty = 'proven',
    alternatives,
    wants,
    observedAt,
    title,
    features = [],
    evidence,
    fixes,
    ...rest
  } = said;
  const unsure = { ...(alternatives && { alternatives }), ...(wants && { wants }) };
  const where = { ...(observedAt && { observedAt }) };
  return { kind: 'problem', cause, severity, certainty, ...unsure, ...where, title, features, evidence, fixes, ...rest };
}

/** `said`, suspected: with the causes that look the same from here and the facts that would decide between them. */
export function suspected(alternatives: readonly string[], wants: Want[] = []): Pick<Problem, 'certainty' | 'alternatives' | 'wants'> {
  return { certainty: 'suspected', alternatives: [...alternatives], wants };
}

export function pass(note?: Message): Verdict<never> {
  return note ? { kind: 'pass', note } : { kind: 'pass' };
}

export function notApplicable(why: Message): Verdict<never> {
  return { kind: 'not-applicable', why };
}

/** `because`: the cause, found by another check, that keeps it open. */
export function cannotTell(why: Message, wants: Want[] = [], because?: string): Verdict<never> {
  return { kind: 'cannot-tell', why, wants, ...(because !== undefined && { because }) };
}
