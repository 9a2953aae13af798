/**
 * Parts of secrets, found in one pass over a text: 16 characters in a row of anything that was added. Each twelve at every fourth place of it are
 * known, and any 16 in a row hold twelve such; from there the match is followed both ways. Time is that of the text alone, however much is known.
 */

/** Sixteen in a row are no chance; fewer may be a word. */
const WINDOW = 16;
const GRAM = 12;
const STEP = WINDOW - GRAM;

/** What is in no text that is looked at. */
const END = '\n';

/** Every three characters in a row of what was added: where three of a text are not among them, nothing that holds these three was added. */
export interface Sieve {
  add(text: string): void;
  /** May the piece of this length be part of something that was added? */
  passes(text: string, from: number, length: number): boolean;
}

const PIECE = 3;
const PLACES = 1 << 18;

export function createSieve(): Sieve {
  // Made with the first word: most redactors are never told one.
  let bits: Uint32Array | undefined;
  const placeOf = (text: string, at: number) =>
    ((text.charCodeAt(at) << 12) ^ (text.charCodeAt(at + 1) << 6) ^ text.charCodeAt(at + 2)) & (PLACES - 1);
  return {
    add(text) {
      bits ??= new Uint32Array(PLACES / 32);
      for (let at = 0; at + PIECE <= text.length; at += 1) {
        const place = placeOf(text, at);
        bits[place >> 5] = (bits[place >> 5] as number) | (1 << (place & 31));
      }
    },
    passes(text, from, length) {
      if (bits === undefined) return false;
      for (let at = from; at + PIECE <= from + length; at += 1) {
        const place = placeOf(text, at);
        if (((bits[place >> 5] as number) & (1 << (place & 31))) === 0) return false;
      }
      return true;
    },
  };
}

export interface Fragments {
  add(form: string, from?: number): void;
  /** Calls back with each fragment's place, in order, none of them overlapping. */
  find(text: string, found: (from: number, length: number) => void): void;
}

export function createFragments(): Fragments {
  const places = new Map<string, number>();
  const sieve = createSieve();
  let known = END;
  return {
    add(form, from = 0) {
      if (form.length - from < WINDOW || form.includes(END)) return;
      const start = known.length;
      known += `${form.slice(from)}${END}`;
      sieve.add(form.slice(from));
      for (let at = start; at + GRAM < known.length; at += STEP) {
        const gram = known.slice(at, at + GRAM);
        if (!places.has(gram)) places.set(gram, at);
      }
    },
    find(text, found) {
      let covered = 0;
      for (let at = 0; at + GRAM <= text.length; at += 1) {
        if (!sieve.passes(text, at, GRAM)) continue;
        const place = places.get(text.slice(at, at + GRAM));
        if (place === undefined) continue;
        let [from, to] = [at, at + GRAM];
        while (from > covered && text[from - 1] === known[place - (at - from) - 1]) from -= 1;
        while (to < text.length && text[to] === known[place + (to - at)]) to += 1;
        if (to - from < WINDOW) continue;
        found(from, to - from);
        covered = to;
        at = to - 1;
      }
    },
  };
}
