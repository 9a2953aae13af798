/** `explain CAUSE` and `list`: what the checks know, offline. */
import { findCause, knownCauses } from '../../checks/index.js';
import { renderExplain, renderList } from '../../report/explain.js';
import type { Io } from '../io.js';
import { nearest, usageError } from '../usage.js';

export function runExplainCommand(cause: string, io: Io): number {
  const known = findCause(cause);
  if (!known) {
    const close = nearest(
      cause,
      knownCauses().map((k) => k.cause),
    );
    return usageError(
      io,
      `no cause is called ${JSON.stringify(cause.slice(0, 80))}; ${close ? `did you mean ${close}? ` : ''}\`kubelet-doctor list\` shows them all`,
    );
  }
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
