/** Secrets that a run was told: found again however a text writes them, whole or any 16 characters of one. */
import { formsOf, MIN_FORM, windowedOf } from './forms.js';
import { createFragments, type Fragments, PLACES, placeOf } from './fragments.js';
import { holdsAny } from './holds.js';
import { alnum, bare, lower, type Reading, readAlnum, readBare, readEscaped, readsAsItStands } from './spelling.js';

/** What stands in a secret's place. */
export const MARK = '[redacted]';

/** What a text is searched for. */
export interface Known {
  /** As they were told: both servers may be shown the same one. */
  secrets: Set<string>;
  /** Each form, and as it is looked for: in small letters, since a server that echoes may change the case; those of a few letters as they are. */
  forms: Map<string, string>;
  /** The beginnings of all forms, in small letters: in a text without one of them is no form, and no beginning of one. */
  heads: Set<string>;
  /** Where the first four characters of each are (fragments.ts). */
  begun: Uint8Array;
  fragments: Fragments;
  /** Of letters and digits alone: in these are those that are not in the others. */
  loose: Fragments;
}

export function createKnown(): Known {
  const fragments = createFragments();
  return {
    secrets: new Set(),
    forms: new Map(),
    heads: new Set(),
    begun: new Uint8Array(PLACES),
    fragments,
    loose: createFragments(fragments),
  };
}

/** From now on it is found. */
export function learn({ secrets, forms, heads, begun, fragments, loose }: Known, secret: string): void {
  if (secrets.has(secret)) return;
  secrets.add(secret);
  for (const form of formsOf(secret)) {
    forms.set(form, form.length < MIN_FORM ? form : lower(form));
    const head = lower(form).slice(0, MIN_FORM);
    heads.add(head);
    begun[placeOf(Buffer.from(head, 'latin1').readInt32BE(0))] = 1;
  }
  for (const { text, from } of windowedOf(secret)) {
    const [whole, letters] = [lower(bare(text)), lower(alnum(text))];
    fragments.add(whole, from);
    if (letters !== whole) loose.add(letters, from);
  }
}

/** The text with a mark in the place of each. */
export function hideKnown(text: string, known: Known): string {
  const { forms, heads, fragments, loose } = known;
  if (forms.size === 0 || (readsAsItStands(text) && !mayHold(text, known))) return text;
  const ranges: [from: number, to: number][] = [];
  const addOf = (reading: Reading) => {
    let places: ReturnType<Reading['places']> | undefined;
    return (at: number, length: number) => {
      places ??= reading.places();
      ranges.push([places.from[at] as number, places.to[at + length - 1] as number]);
    };
  };
  for (const reading of [readBare(text), readEscaped(text)]) {
    if (!reading) continue;
    const add = addOf(reading);
    const small = lower(reading.text);
    fragments.find(small, add);
    if (!hasAny(small, heads)) continue;
    for (const [form, sought] of forms) {
      const within = form.length < MIN_FORM ? reading.text : small;
      for (let at = within.indexOf(sought); at >= 0; at = within.indexOf(sought, at + sought.length)) add(at, sought.length);
      // A few letters at the end are a word in another case.
      const begun = beginningAtEnd(reading.text, form);
      if (begun > 0) add(reading.text.length - begun, begun);
    }
  }
  const letters = readAlnum(text);
  loose.find(lower(letters.text), addOf(letters));
  return ranges.length === 0 ? text : replaceRanges(text, ranges);
}

/** Of a text that has one reading, or of lines of such ones: thousands of names hold nothing, and no place in them is worked out. */
export function mayHold(text: string, known: Known): boolean {
  return known.forms.size > 0 && holdsAny(lower(text), known);
}

function hasAny(text: string, parts: ReadonlySet<string>): boolean {
  for (const part of parts) if (text.includes(part)) return true;
  return false;
}

/** Length of the beginning of `form` that `text` ends with: a body cut at a limit may end inside a secret. */
function beginningAtEnd(text: string, form: string): number {
  if (text.length < MIN_FORM || form.length <= MIN_FORM) return 0;
  if (!form.includes(text.slice(-MIN_FORM))) return 0;
  // Knuth, Morris and Pratt: `form` may be made so that it nearly begins at each of its characters.
  const fallback = new Uint32Array(form.length);
  for (let at = 1, length = 0; at < form.length; at += 1) {
    while (length > 0 && form[at] !== form[length]) length = fallback[length - 1] as number;
    if (form[at] === form[length]) length += 1;
    fallback[at] = length;
  }
  let begun = 0;
  for (let at = Math.max(0, text.length - form.length); at < text.length; at += 1) {
    while (begun > 0 && (begun === form.length || text[at] !== form[begun])) begun = fallback[begun - 1] as number;
    if (text[at] === form[begun]) begun += 1;
  }
  return begun >= MIN_FORM ? begun : 0;
}

function replaceRanges(text: string, ranges: [from: number, to: number][]): string {
  let out = '';
  let at = 0;
  for (const [from, to] of ranges.sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (from >= at) out += text.slice(at, from) + MARK;
    at = Math.max(at, to);
  }
  return out + text.slice(at);
}
