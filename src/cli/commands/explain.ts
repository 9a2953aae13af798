/** `explain CAUSE`, `explain "ERROR TEXT"` and `list`: what the checks know, offline. */

import { explainText } from '../../checks/error-texts.js';
import { findCause, knownCauses } from '../../checks/index.js';
import { renderExplain, renderList } from '../../render/text/explain.js';
import { neutralise } from '../../report/plain-text.js';
import type { Io } from '../io.js';
import { noSuchCause, usageError } from '../usage.js';

export function runExplainCommand(cause: string, io: Io): number {
  const known = findCause(cause);
  if (!known) return explainErrorText(cause, io);
  io.out(renderExplain(cause, known.docs, { width: io.width, colour: io.colour }));
  return 0;
}

/** The likeliest cause in full, and the others by name: a text alone seldom decides, a run does. */
function explainErrorText(text: string, io: Io): number {
  const found = explainText(text);
  if (found === 'wrapper') return usageError(io, WRAPPER);
  const causes = (found?.causes ?? []).flatMap((id) => findCause(id) ?? []);
  const [first, ...others] = causes;
  // Whoever typed words with spaces gave no cause id.
  if (!found || !first) return usageError(io, /\s/.test(text.trim()) ? UNKNOWN_TEXT : noSuchCause(text));
  io.out(`This text (${neutralise(found.told)}) speaks of ${first.cause}.`);
  if (others.length > 0)
    io.out(
      `It may also be ${others.map(({ cause }) => cause).join(', ')}: run kubelet-doctor where the error occurred, it tells them apart.`,
    );
  io.out('');
  io.out(renderExplain(first.cause, first.docs, { width: io.width, colour: io.colour }));
  return 0;
}

const WRAPPER =
  'this line only wraps another error; give that one (after `Errors: [`, or in the lines before it), or run kubelet-doctor where it occurred';
const UNKNOWN_TEXT = 'no cause is known by this text; run kubelet-doctor where it occurred, or look through `kubelet-doctor list`';

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
