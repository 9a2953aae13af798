/** Whether a text may hold anything that is known: asked of thousands of names at once, most of which hold nothing. */
import { MIN_FORM } from './forms.js';
import { type Fragments, GRAM, QUARTER } from './fragments.js';

/** What is looked for. */
export interface Sought {
  /** The beginnings of all forms, of four characters to eight. */
  heads: ReadonlySet<string>;
  /** Where their first four characters are, as `quarters` has those of fragments. */
  begun: Uint8Array;
  fragments: Fragments;
  /** Of letters and digits alone. */
  loose: Fragments;
}

/** That the four characters now, four before them and four before those are known ones. */
const THREE = 1 | (1 << QUARTER) | (1 << (2 * QUARTER));

/**
 * Of a text in small letters that reads as it stands, or of lines of such. One pass over its bytes, which reads it as it is and as its letters and
 * digits alone. Where twelve in a row are known, and where a beginning is, it may; nowhere else.
 */
export function holdsAny(text: string, { heads, begun, fragments, loose }: Sought): boolean {
  const bytes = Buffer.from(text, 'latin1');
  const letters = Buffer.allocUnsafe(bytes.length);
  const { quarters } = fragments.index;
  let [four, known, count, fourLetters, knownLetters] = [0, 0, 0, 0, 0];
  for (let end = 0; end < bytes.length; end += 1) {
    const byte = bytes[end] as number;
    if (byte === NEW_LINE) {
      known = knownLetters = 0;
      continue;
    }
    // The place of four characters (placeOf), written out: a call takes longer than all else here.
    four = (four << 8) | byte;
    const place = (four ^ (four >>> 13)) & 0xffff;
    known = (known << 1) | (quarters[place] as number);
    if ((known & THREE) === THREE && fragments.has(text.slice(end + 1 - GRAM, end + 1))) return true;
    if (begun[place] === 1 && beginsAt(text, end + 1 - QUARTER, heads)) return true;
    if (byte < DIGIT_0 || (byte > DIGIT_9 && byte < LETTER_A) || byte > LETTER_Z) continue;
    letters[count] = byte;
    count += 1;
    fourLetters = (fourLetters << 8) | byte;
    knownLetters = (knownLetters << 1) | (quarters[(fourLetters ^ (fourLetters >>> 13)) & 0xffff] as number);
    if ((knownLetters & THREE) === THREE && loose.has(letters.toString('latin1', count - GRAM, count))) return true;
  }
  return false;
}

const [NEW_LINE, DIGIT_0, DIGIT_9, LETTER_A, LETTER_Z] = [0x0a, 0x30, 0x39, 0x61, 0x7a];

function beginsAt(text: string, at: number, heads: ReadonlySet<string>): boolean {
  for (let length = QUARTER; length <= MIN_FORM; length += 1) if (heads.has(text.slice(at, at + length))) return true;
  return false;
}
