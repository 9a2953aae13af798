/**
 * The last gate before anything is kept or shown: what another machine or file said becomes one line of plain text
 * in which no control character acts, no character hides, and no secret stands.
 */

import { escapeOf, INVISIBLE } from '../words/visible.js';
import { createKnown, hideKnown, learn, mayHold } from './secrets/known.js';
import { hidePatterns, mayBeShaped } from './secrets/shapes.js';
import { isBare } from './secrets/spelling.js';

/** Keeps secrets it was told, and secrets that look like ones, out of text. */
export interface Redactor {
  /** From now on this string never passes `clean`: nor any 16 characters of it, in either case, in base64, hex, or as URLs, HTML and JSON write it. */
  register(secret: string): void;
  /** One printable line of at most `max` (default 512) characters. */
  clean(text: string, max?: number): string;
  /** Of many at once whether `clean` would leave each as it is, as names are; they are not looked at one by one. */
  leaves(texts: readonly string[]): boolean;
}

/** A name within a domain, and a domain: the longest that DNS has, and so what Kubernetes calls its objects by. Users and groups are no longer. */
export const LABEL = 63;
export const NAME = 253;
/** Of what others say: a part of a sentence of ours, and a whole one (a path and why it cannot be read, too). */
export const PHRASE = 200;
export const SENTENCE = 300;
/** A value as it was set, and a line that is shown to whoever set it. */
export const LINE = 400;

const MAX_INPUT = 256 * 1024;
/**
 * One printable line, for text that is not shown before the run's redactor has seen it: secrets by their shape are kept out, but none that this run was
 * told is known here. Where a host is at hand, `host.redactor.clean` knows them.
 */
export function printable(text: string, max?: number): string {
  return unknowing.clean(text, max);
}

/** A redactor with nothing registered yet. One per run, owned by the host. */
export function createRedactor(): Redactor {
  const known = createKnown();
  return {
    register: (secret) => learn(known, secret),
    clean(text, max = 512) {
      const hidden = hideKnown(text.slice(0, MAX_INPUT), known);
      const visible = isBare(hidden) ? hidden : hidden.replace(INVISIBLE, showEscaped).replace(/\s+/g, ' ').trim();
      return cut(hidePatterns(visible), max);
    },
    leaves(texts) {
      const all = texts.join(APART);
      return ARE_NAMES.test(all) && !mayBeShaped(all) && !mayHold(all, known);
    },
  };
}

/** Between names: it is in no secret as it is looked for, so that none is found across it. */
const APART = '\n';
const ARE_NAMES = /^[\n\w./@+~-]*$/;

const unknowing = createRedactor();

function showEscaped(character: string): string {
  return /\s/.test(character) ? ' ' : escapeOf(character);
}

function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  // By code points: half a surrogate pair would print as garbage.
  return `${[...text.slice(0, max * 2)].slice(0, Math.max(0, max - 1)).join('')}…`;
}
