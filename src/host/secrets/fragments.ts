/**
 * Parts of secrets, found in one pass over a text: 16 characters in a row of anything that was added. Each twelve at every fourth place of it are
 * known, and any 16 in a row hold twelve such; from there the match is followed both ways. Time is that of the text alone, however much is known.
 */

/** Sixteen in a row are no chance; fewer may be a word. */
const WINDOW = 16;
export const GRAM = 12;
const STEP = WINDOW - GRAM;

/** What is in no text that is looked at. */
const END = '\n';

export interface Fragments {
  add(form: string, from?: number): void;
  /** Whether there are any; calls back with each one's place. Those of one and those of the other may overlap. */
  find(text: string, found?: (from: number, length: number) => void): boolean;
  /** Whether these twelve characters stand at a fourth place of anything that is found. */
  has(gram: string): boolean;
  /** For another that finds this as well. */
  index: Index;
}

interface Index {
  /** Which four characters stand at fourth places, by the lower half of each: what is the same is so by half, too. */
  quarters: Uint8Array;
  has(gram: string): boolean;
  /** The part around a place of a text, no further back than `covered`. */
  around(text: string, at: number, covered: number): { from: number; to: number } | undefined;
}

export const QUARTER = STEP;
export const PLACES = 1 << 16;

/** Of four characters, the last of them lowest. */
export const placeOf = (four: number): number => (four ^ (four >>> 13)) & (PLACES - 1);

/** `beside`: what is added there is found here, too, and need not be added again. */
export function createFragments(beside?: Fragments): Fragments {
  const places = new Map<string, number>();
  const quarters = beside?.index.quarters ?? new Uint8Array(PLACES);
  let known = END;

  const around: Index['around'] = (text, at, covered) => {
    const place = places.get(text.slice(at, at + GRAM));
    if (place === undefined) return undefined;
    let [from, to] = [at, at + GRAM];
    while (from > covered && text[from - 1] === known[place - (at - from) - 1]) from -= 1;
    while (to < text.length && text[to] === known[place + (to - at)]) to += 1;
    return to - from < WINDOW ? undefined : { from, to };
  };
  const index: Index = { quarters, has: (gram) => places.has(gram), around };
  const all = beside ? [index, beside.index] : [index];

  return {
    index,
    has: (gram) => all.some((one) => one.has(gram)),
    add(form, from = 0) {
      if (form.length - from < WINDOW || form.includes(END)) return;
      const added = form.slice(from);
      const bytes = Buffer.from(added, 'latin1');
      // Three of them are in each twelve.
      for (let at = 0; at + QUARTER <= added.length; at += QUARTER) quarters[placeOf(bytes.readInt32BE(at))] = 1;
      for (let at = 0; at + GRAM <= added.length; at += STEP) {
        const gram = added.slice(at, at + GRAM);
        if (!places.has(gram)) places.set(gram, known.length + at);
      }
      known += `${added}${END}`;
    },
    /** Most places of most texts end nothing that is known: told by the last, the middle and the first four characters of twelve, without a look at these. */
    find(text, found) {
      const bytes = Buffer.from(text, 'latin1');
      const covered = all.map(() => 0);
      let four = 0;
      for (let end = 0; end < bytes.length; end += 1) {
        four = (four << 8) | (bytes[end] as number);
        if (quarters[placeOf(four)] === 0) continue;
        const at = end + 1 - GRAM;
        if (at < 0 || quarters[placeOf(bytes.readInt32BE(at + QUARTER))] === 0 || quarters[placeOf(bytes.readInt32BE(at))] === 0) continue;
        for (const [which, one] of all.entries()) {
          const before = covered[which] ?? 0;
          const part = at < before ? undefined : one.around(text, at, before);
          if (!part) continue;
          found?.(part.from, part.to - part.from);
          covered[which] = part.to;
        }
      }
      return covered.some((to) => to > 0);
    },
  };
}
