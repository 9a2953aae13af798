/** `explain CAUSE` and `list`: what the checks know, offline. */
import { findCause, knownCauses } from '../../checks/index.js';
import { renderExplain, renderList } from '../../report/explain.js';
import type { Io } from '../io.js';
import { noSuchCause, usageError } from '../usage.js';

export function runExplainCommand(cause: string, io: Io): number {
  const known = findCause(cause);
  if (!known) return usageError(io, noSuchCause(cause));
  io.out(renderExplain(cause, known.docs, { width: io.width, colour: io.colour }));
  return 0;
}

export function runListCommand(output: 'text' | 'json', io: Io): number {
  const causes = knownCauses().map(({ cause, check, docs }) => ({
    cause,
    title: docs.title,
    question: check.question,
    target: check.target,
    layer: check.layer,
  }));
  io.out(output === 'json' ? JSON.stringify(causes) : renderList(causes, { width: io.width, colour: io.colour }));
  return 0;
}
