/**
 * A text as it reads without what stands between or around its characters: white space and what hides, and the escapes of URLs, HTML, JSON and shells.
 * Where each character came from is kept, so that what is found in a reading is hidden where it stands.
 */

export interface Reading {
  text: string;
  /** Worked out where they are asked for: in most texts nothing is found. */
  places(): Places;
}

/** By character of a reading: where it begins, and where it ends, in what was read. */
interface Places {
  from: Uint32Array;
  to: Uint32Array;
}

/** White space, controls and formats: line breaks of a wrapped PEM, hidden characters. */
const BETWEEN = '[\\s\\p{Cc}\\p{Cf}]+';
const SKIPPED = new RegExp(BETWEEN, 'gu');
const ESCAPED = new RegExp(
  `${BETWEEN}|%[0-9A-Fa-f]{2}|&#x[0-9A-Fa-f]{1,6};|&#\\d{1,7};|&(?:amp|lt|gt|quot|apos|plus|equals|sol);|\\\\u[0-9A-Fa-f]{4}|\\\\x[0-9A-Fa-f]{2}|\\\\[^xu]`,
  'gu',
);
const IS_ASCII = /^[\x00-\x7f]*$/;
const ESCAPES = /[%&\\]/;
const IS_BARE = /^[\x21-\x7e]*$/;
const NOT_ALNUM = /[^A-Za-z0-9]+/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", plus: '+', equals: '=', sol: '/' };

/** As names and numbers are: nothing stands between its characters, and none of them hides. */
export function isBare(text: string): boolean {
  return IS_BARE.test(text);
}

/** Nor is any of them escaped. */
export function readsAsItStands(text: string): boolean {
  return isBare(text) && !ESCAPES.test(text);
}

/** Without white space and what hides. */
export function bare(text: string): string {
  return isBare(text) ? text : text.replace(SKIPPED, '');
}

/** Letters and digits alone: whatever separates them, in groups of two or of ten, and whichever two signs base64 has. */
export function alnum(text: string): string {
  return text.replace(NOT_ALNUM, '');
}

/** ASCII alone, so that every character keeps its place. */
export function lower(text: string): string {
  return IS_ASCII.test(text) ? text.toLowerCase() : text.replace(/[A-Z]+/g, (run) => run.toLowerCase());
}

export function readBare(text: string): Reading {
  return { text: bare(text), places: () => placesIn(text, SKIPPED, () => '') };
}

export function readAlnum(text: string): Reading {
  return { text: alnum(text), places: () => placesIn(text, NOT_ALNUM, () => '') };
}

/** Its escapes resolved, and those within them: three deep. Undefined where there are none. */
export function readEscaped(text: string): Reading | undefined {
  let read: Reading | undefined;
  for (let deep = 0; deep < 3; deep += 1) {
    const before: string = read?.text ?? text;
    if (!ESCAPES.test(before)) break;
    const next = readWithout(before, ESCAPED, (written) => bare(resolve(written)));
    if (next.text === before) break;
    read = read ? within(read, next) : next;
  }
  return read;
}

function resolve(written: string): string {
  const [first = '', second = ''] = written;
  if (first === '%') return String.fromCharCode(Number.parseInt(written.slice(1), 16));
  if (first === '\\') {
    if (second === 'u' || second === 'x') return String.fromCharCode(Number.parseInt(written.slice(2), 16));
    // The rest of JSON's and C's are white space or stand for themselves.
    return /[abfnrtv]/.test(second) ? '' : second;
  }
  if (first !== '&') return '';
  const name = written.slice(1, -1);
  if (!name.startsWith('#')) return ENTITIES[name] ?? '';
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
  return code < 0x10000 ? String.fromCharCode(code) : '\ufffd';
}

function readWithout(text: string, pattern: RegExp, resolved: (match: string) => string): Reading {
  return { text: text.replace(pattern, (match) => resolved(match)), places: () => placesIn(text, pattern, resolved) };
}

function placesIn(text: string, pattern: RegExp, resolved: (match: string) => string): Places {
  const from = new Uint32Array(text.length);
  const to = new Uint32Array(text.length);
  let [at, length] = [0, 0];
  const take = (start: number, end: number) => {
    from[length] = start;
    to[length] = end;
    length += 1;
  };
  const keep = (end: number) => {
    for (let place = at; place < end; place += 1) take(place, place + 1);
  };
  for (const { 0: match, index } of text.matchAll(pattern)) {
    keep(index);
    const one = resolved(match);
    at = index + match.length;
    if (one !== '') take(index, at);
  }
  keep(text.length);
  return { from, to };
}

/** The places of a reading of a reading. */
function within(outer: Reading, inner: Reading): Reading {
  return {
    text: inner.text,
    places() {
      const [around, { from, to }] = [outer.places(), inner.places()];
      return {
        from: from.map((place) => around.from[place] ?? 0),
        to: to.map((place) => (place > 0 ? (around.to[place - 1] ?? 0) : 0)),
      };
    },
  };
}
