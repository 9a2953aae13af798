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

export interface Fragments {
  add(form: string, from?: number): void;
  /** Whether there are any; calls back with each one's place, in order, none of them overlapping. */
  find(text: string, found?: (from: number, length: number) => void): boolean;
}

/** Most places of most texts begin nothing that is known: told by its first, second and third four characters, without a look at the twelve. */
const QUARTER = 4;
const PLACES = 1 << 16;

function quarterAt(text: string, at: number): number {
  const first = text.charCodeAt(at) * 4093 + text.charCodeAt(at + 1) * 521;
  return (first + text.charCodeAt(at + 2) * 67 + text.charCodeAt(at + 3)) % PLACES;
}

export function createFragments(): Fragments {
  const places = new Map<string, number>();
  const [first, second, third] = [new Uint8Array(PLACES), new Uint8Array(PLACES), new Uint8Array(PLACES)];
  let known = END;
  return {
    add(form, from = 0) {
      if (form.length - from < WINDOW || form.includes(END)) return;
      const start = known.length;
      known += `${form.slice(from)}${END}`;
      for (let at = start; at + GRAM < known.length; at += STEP) {
        const gram = known.slice(at, at + GRAM);
        first[quarterAt(known, at)] = second[quarterAt(known, at + QUARTER)] = third[quarterAt(known, at + 2 * QUARTER)] = 1;
        if (!places.has(gram)) places.set(gram, at);
      }
    },
    find(text, found) {
      let covered = 0;
      for (let at = 0; at + GRAM <= text.length; at += 1) {
        if (first[quarterAt(text, at)] === 0 || second[quarterAt(text, at + QUARTER)] === 0) continue;
        if (third[quarterAt(text, at + 2 * QUARTER)] === 0) continue;
        const place = places.get(text.slice(at, at + GRAM));
        if (place === undefined) continue;
        let [from, to] = [at, at + GRAM];
        while (from > covered && text[from - 1] === known[place - (at - from) - 1]) from -= 1;
        while (to < text.length && text[to] === known[place + (to - at)]) to += 1;
        if (to - from < WINDOW) continue;
        found?.(from, to - from);
        covered = to;
        at = to - 1;
      }
      return covered > 0;
    },
  };
}
