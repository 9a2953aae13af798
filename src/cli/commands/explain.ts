/** `explain "ERROR TEXT"`, `explain WORDS` and `list --fragments`: what the checks know, offline. */

import { posix } from 'node:path';
import { findCause, type KnownCause, knownCauses } from '../../checks/known.js';
import { isFile } from '../../files/given.js';
import type { Host } from '../../host/host.js';
import { renderList } from '../../render/text/explain/cause.js';
import { firstOf, renderFragments, renderReading } from '../../render/text/explain/readings.js';
import { oneLine } from '../../report/plain-text.js';
import { answerOf, FRAGMENTS, printedBy, type Reading, readText, readWithoutServer } from '../../texts/index.js';
import { TEXTS_VERSION } from '../../texts/schema.js';
import { sayReading } from '../../words/readings.js';
import { neutralise } from '../../words/visible.js';
import { noSuchCause } from '../arguments/unknown-cause.js';
import { type Io, outText } from '../io.js';
import { usageError } from '../usage.js';
import { listed } from './causes.js';

type Format = 'text' | 'json';

/** Exit code 1 where a text tells of a cause, as a run that finds one. */
export const EXIT_FOUND = 1;

/** Files, or standard input, of words that are no cause: what is in them is meant, not their names. */
export async function isToRead(words: readonly string[], { cwd }: Pick<Host, 'cwd'>): Promise<boolean> {
  if (words.length === 0) return false;
  const found = await Promise.all(words.map(async (word) => word === '-' || (await isFile(posix.resolve(cwd, word)))));
  return found.every(Boolean);
}

export function runExplainCommand(words: string, output: Format, { redactor }: Pick<Host, 'redactor'>, io: Io): number {
  if (words.trim() === '') return usageError(io, NOTHING_GIVEN);
  if (isId(words)) return usageError(io, noSuchCause(words.trim()));
  const readings = readText(words, redactor.clean);
  const answer = answerOf(readings) ?? (isLog(words) ? undefined : readWithoutServer(words, redactor.clean));
  const exitCode = answer?.verdict.kind === 'cause' ? EXIT_FOUND : 0;
  if (output === 'json') {
    const whole = { textsVersion: TEXTS_VERSION, exitCode, answer: answer ? withDocs(answer) : null, readings };
    io.out(JSON.stringify(whole));
    return exitCode;
  }
  if (!answer) return isLog(words) ? sayNothing(io) : searchCauses(words, io);
  outText(
    io,
    renderReading(answer, (cause) => findCause(cause)?.docs, { width: io.width, colour: io.colour }),
  );
  return exitCode;
}

/** More lines than these are a log, and no words to look for. */
const MOST_WORDS = 3;
const isLog = (words: string) => words.split('\n').length > MOST_WORDS;

/** The causes of an answer with what is said of them: a reader needs no copy of this program. */
export function withDocs(reading: Reading): Reading {
  const { verdict } = reading;
  if (verdict.kind !== 'cause') return reading;
  const causes = verdict.causes.map((each) => {
    const docs = findCause(each.cause)?.docs;
    return { ...each, ...(docs && { title: docs.title, fix: firstOf(docs.fix) }) };
  });
  return { ...reading, verdict: { ...verdict, causes } };
}

function sayNothing(io: Io): number {
  outText(io, sayReading('nothing'));
  return 0;
}

const NOTHING_GIVEN = 'explain needs a cause, an error text in quotes, or words; `kubelet-doctor list` lists the causes';
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

/** `list --fragments`. */
export function listFragments(output: Format, io: Io): number {
  if (output === 'json')
    io.out(
      JSON.stringify(
        FRAGMENTS.map((each) => {
          const { text, when, ...row } = each;
          return { ...row, printedBy: printedBy(each), text: text.source, conditional: when !== undefined };
        }),
      ),
    );
  else outText(io, renderFragments(FRAGMENTS, { width: io.width, colour: io.colour }));
  return 0;
}
