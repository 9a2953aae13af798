/** The causes as data alone. The bundles hold the data in place of the checks that declare them (test/delivery/bundle.ts): who reads of a cause judges nothing. */
import { type KnownCause as Declared, knownCauses as declaredCauses } from './index.js';

/** A cause with what is said of it, and of the question it answers. */
export interface KnownCause extends Omit<Declared, 'check'> {
  check: Pick<Declared['check'], 'question' | 'target' | 'layer'>;
}

let known: readonly KnownCause[] | undefined;

/** All causes, by id. */
export function knownCauses(): readonly KnownCause[] {
  known ??= declaredCauses().map(({ cause, check: { question, target, layer }, docs }) => ({
    cause,
    check: { question, target, layer },
    docs,
  }));
  return known;
}

export function findCause(cause: string): KnownCause | undefined {
  return knownCauses().find((each) => each.cause === cause);
}
