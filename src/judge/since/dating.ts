/** A time in a fact, and what is said of it. */
import type { Message } from '../../model/check.js';
import type { FactData, KindOf, Need } from '../../model/facts.js';
import { fill } from '../../words/say.js';
import { saySince } from '../../words/since.js';

export type Key = keyof typeof saySince.table;

/** A time in a fact, ISO, and what it is of. */
export interface Dated {
  at: string;
  key: Key;
  args: Message['args'];
}

/** What a dater sees: facts, and which names the finding speaks of. */
export interface Sight {
  /** Of the facts that the finding quotes or rests on. */
  quoted<N extends Need>(need: N): FactData[KindOf<N>][];
  all<N extends Need>(need: N): FactData[KindOf<N>][];
  names(name: string): boolean;
  /** Of many with a name those that it speaks of, in their order. The list is one that does not change. */
  named<T extends object>(all: readonly T[], nameOf: (each: T) => string): readonly T[];
}

/** `need`: the fact that the evidence is of. */
export interface Dater {
  need: Need;
  dates(sight: Sight): readonly Dated[];
}

/** As it is kept. */
export function sinceMessage(key: Key, args: Message['args']): Message {
  return { id: `since.${key}`, args, en: fill(saySince.table[key], args) };
}
