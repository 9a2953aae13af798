/** `list`, and `explain CAUSE`: what each cause says of itself. Texts that people paste are no part of it, and are not loaded. */
import { findCause, type KnownCause, knownCauses } from '../../checks/known.js';
import { renderExplain, renderList } from '../../render/text/explain/cause.js';
import { type Io, outText } from '../io.js';

type Format = 'text' | 'json';

/** `list`: every cause, below its question. */
export function runListCommand(output: Format, io: Io): number {
  const causes = knownCauses().map(listed);
  if (output === 'json') io.out(JSON.stringify(causes));
  else outText(io, renderList(causes, { width: io.width, colour: io.colour }));
  return 0;
}

/** `explain CAUSE`; undefined where the words name none. */
export function explainCause(words: string, output: Format, io: Io): number | undefined {
  const known = findCause(words.trim());
  if (!known) return undefined;
  if (output === 'json') io.out(JSON.stringify({ cause: known.cause, ...known.docs }));
  else outText(io, renderExplain(known.cause, known.docs, { width: io.width, colour: io.colour }));
  return 0;
}

/** A row of `list`. */
export function listed({ cause, check, docs }: KnownCause) {
  return { cause, title: docs.title, question: check.question, target: check.target, layer: check.layer };
}
