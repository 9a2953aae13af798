/** `explain CAUSE`, `explain "ERROR TEXT"`, `explain WORDS` and `list`: what the checks know, offline. */

import { explainText } from '../../checks/error-texts.js';
import { findCause, type KnownCause, knownCauses } from '../../checks/index.js';
import { renderExplain, renderList } from '../../render/text/explain.js';
import { oneLine } from '../../report/plain-text.js';
import { neutralise } from '../../words/visible.js';
import { type Io, outText } from '../io.js';
import { noSuchCause, usageError } from '../usage.js';

export function runExplainCommand(cause: string, io: Io): number {
  if (cause.trim() === '') return usageError(io, NOTHING_GIVEN);
  const known = findCause(cause);
  if (!known) return explainErrorText(cause, io);
  outText(io, renderExplain(cause, known.docs, { width: io.width, colour: io.colour }));
  return 0;
}

/** The likeliest cause in full, and the others by name: a text alone seldom decides, a run does. */
function explainErrorText(text: string, io: Io): number {
  const found = explainText(text);
  if (found === 'wrapper') return usageError(io, WRAPPER);
  const causes = (found?.causes ?? []).flatMap((id) => findCause(id) ?? []);
  const [first, ...others] = causes;
  if (!found || !first) return isId(text) ? usageError(io, noSuchCause(text)) : searchCauses(text, io);
  outText(io, `This text (${neutralise(found.told)}) points to ${first.cause}.`);
  if (others.length > 0)
    outText(
      io,
      `It may also be ${others.map(({ cause }) => cause).join(', ')}: run kubelet-doctor where the error occurred to find out which.`,
    );
  io.out('');
  outText(io, renderExplain(first.cause, first.docs, { width: io.width, colour: io.colour }));
  return 0;
}

const NOTHING_GIVEN = 'explain needs a cause, an error text in quotes, or words; `kubelet-doctor list` lists the causes';
const WRAPPER =
  'this line only wraps another error; give that one (after `Errors: [`, or in the lines before it), or run kubelet-doctor where it occurred';
const MOST_FOUND = 10;

/** Ids are words joined by dashes; `EOF` and `no route to host` are none. */
function isId(text: string): boolean {
  return /^[a-z0-9]+(-[a-z0-9]+)+$/.test(text.trim());
}

/** The causes that speak of all the words: those with a word in their name or title first. */
function searchCauses(text: string, io: Io): number {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  const found = knownCauses()
    .map((known) => ({ ...known, rank: rankOf(words, known) }))
    .filter(({ rank }) => rank !== undefined)
    .sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0));
  const asked = neutralise(oneLine(text.slice(0, 80)));
  if (words.length === 0 || found.length === 0)
    return usageError(io, `no cause matches "${asked}"; run kubelet-doctor where the error occurred, or see \`kubelet-doctor list\``);
  const shown = found.slice(0, MOST_FOUND).map(listed);
  const more = found.length - shown.length;
  outText(io, `Causes that match "${asked}"${more > 0 ? ` (${more} more; add a word)` : ''}:`);
  io.out('');
  outText(io, renderList(shown, { width: io.width, colour: io.colour }));
  return 0;
}

/** How many of the words name it; undefined where one of them is not even in what it means. */
function rankOf(words: readonly string[], { cause, docs }: KnownCause): number | undefined {
  const [name, all] = [`${cause} ${docs.title}`, `${cause} ${docs.title} ${docs.means}`].map(
    (text) => ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ')}`,
  );
  const isIn = (text: string) => (word: string) => text.includes(` ${word}`);
  return words.every(isIn(all ?? '')) ? words.filter(isIn(name ?? '')).length : undefined;
}

function listed({ cause, check, docs }: KnownCause) {
  return { cause, title: docs.title, question: check.question, target: check.target, layer: check.layer };
}

export function runListCommand(output: 'text' | 'json', io: Io): number {
  const causes = knownCauses().map(listed);
  if (output === 'json') io.out(JSON.stringify(causes));
  else outText(io, renderList(causes, { width: io.width, colour: io.colour }));
  return 0;
}
