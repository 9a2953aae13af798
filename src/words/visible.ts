/** One class of characters that no text of ours holds, whoever said it and wherever it goes: a screen obeys them, hides them, or is reordered by them. */

/**
 * Controls (C0, DEL, C1), formats (bidirectional marks, zero-width, tags), halves of surrogate pairs, private use, line and paragraph separators, and
 * what is drawn as nothing although it is a letter or a mark (variation selectors, Hangul fillers), or is no character.
 */
const CLASS = '\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}';

/** For `replace`: no state is kept between two of them. */
export const INVISIBLE = new RegExp(`[${CLASS}]`, 'gu');
/** The same but for what a text of several lines is made of. */
const IN_LINES = new RegExp(`(?![\\n\\t])[${CLASS}]`, 'gu');
/** What a terminal reads in colour: only that of ours is left by then. */
const COLOUR = /^\u001b\[[\d;]{1,20}m/;
const LONGEST_COLOUR = 24;

/** Most texts: looked at for this first, the class of all the others is not even compiled. */
const PLAIN = /^[\n\t -~]*$/;
/** Of the others a few places: the class is slow, and a megabyte of JSON may hold one ellipsis. */
const NOT_PLAIN = /[^\n\t -~]+/g;
const HIDES = new RegExp(`[${CLASS}]`, 'u');

/** `\x1b`, `\u{202e}`: shown instead of obeyed. */
export function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/** Nothing in it acts or hides. */
function isHarmless(text: string): boolean {
  return PLAIN.test(text) || text.match(NOT_PLAIN)?.some((run) => HIDES.test(run)) !== true;
}

/** Text of one or more lines in which no character acts and none hides. Newline and tab are kept; `inColour` keeps colours too. */
export function neutralise(text: string, inColour = false): string {
  if (isHarmless(text)) return text;
  return text.replace(NOT_PLAIN, (run, from: number) =>
    run.replace(IN_LINES, (character, at: number) => {
      const place = from + at;
      return inColour && COLOUR.test(text.slice(place, place + LONGEST_COLOUR)) ? character : escapeOf(character);
    }),
  );
}

/** For JSON, which has an escape of its own: every reader of it reads the same character again. */
export function escapeInJson(text: string): string {
  if (isHarmless(text)) return text;
  return text.replace(NOT_PLAIN, (run) => run.replace(IN_LINES, (character) => character.replace(/[\s\S]/g, inJson)));
}

function inJson(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
