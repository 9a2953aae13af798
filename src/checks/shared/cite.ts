/** How a fact is quoted in a finding: its words, and the command that shows the same by hand. */
import type { Evidence, Message } from '../../model/check.js';
import type { AnyFact, Fact, FactData, FactKind, Need } from '../../model/facts.js';
import { seen } from './read.js';

/** A fact quoted in a finding. */
export function cite(fact: Fact<FactKind> | AnyFact, saw: Message): Evidence {
  return { need: `${fact.target}/${fact.kind}`, subject: fact.subject, saw, reproduce: fact.reproduce };
}

/** A fact quoted where it was observed; nothing where it was not. */
export function citeSeen<K extends FactKind>(fact: Fact<K>, saw: (data: FactData[K]) => Message): Evidence[] {
  const data = seen(fact);
  return data === undefined ? [] : [cite(fact, saw(data))];
}

/** A fact quoted by its name, where it is not at hand itself; `reproduce` where there is a way to see it by hand. */
export function citeBy(need: Need, subject: string, saw: Message, reproduce?: string): Evidence {
  return { need, subject, saw, ...(reproduce !== undefined && { reproduce }) };
}
