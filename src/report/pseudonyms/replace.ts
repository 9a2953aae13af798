/**
 * Names and addresses replaced by stable, plainly false ones, in everything that is printed or saved: for reports that go to strangers.
 * Two walks over JSON-like values: which names are there (pseudonym-names.ts), and every string with its names replaced, ids left alone.
 */
import { isId, KINDS, type Kind, namesIn } from './names.js';

/** Original → substitute. What `--pseudonyms FILE` keeps; it is the secret, and never part of what is sent. */
export type Pseudonyms = ReadonlyMap<string, string>;

const UUID = '00000000-0000-4000-8000-';
/** RFC 5737 and, when these 762 are used up, RFC 2544: addresses of nobody. */
const V4 = ['192.0.2.', '198.51.100.', '203.0.113.'];

const SUBSTITUTE: Record<Kind, (n: number) => string> = {
  node: (n) => `node-${n}`,
  pod: (n) => `pod-${n}`,
  namespace: (n) => `namespace-${n}`,
  account: (n) => `account-${n}`,
  host: (n) => `host-${n}.example`,
  user: (n) => `user-${n}`,
  group: (n) => `group-${n}`,
  context: (n) => `context-${n}`,
  object: (n) => `object-${n}`,
  file: (n) => `file-${n}`,
  home: (n) => `/home/user-${n}`,
  uuid: (n) => `${UUID}${String(n).padStart(12, '0')}`,
  v4: (n) => (n <= 762 ? `${V4[Math.floor((n - 1) / 254)]}${((n - 1) % 254) + 1}` : `198.${18 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`),
  v6: (n) => `2001:db8::${n.toString(16)}`,
};

const SHAPE =
  /^(?:(?:node|pod|namespace|account|user|group|context|object|file)-\d{1,9}|host-\d{1,9}\.example|\/home\/user-\d{1,9}|00000000-0000-4000-8000-\d{12}|(?:192\.0\.2|198\.51\.100|203\.0\.113|198\.1[89]\.\d{1,3})\.\d{1,3}|2001:db8::[\da-f]{1,8})$/;

/** Is it one of the names we make? They go into commands, and what is in a map is the word of whoever sent it. */
export function isSubstitute(name: string): boolean {
  return SHAPE.test(name);
}

/** The names of `value` and those already known, each with its substitute. None of the new substitutes occurs in `value`. */
export function extendPseudonyms(known: Pseudonyms, value: unknown): Pseudonyms {
  const map = new Map(known);
  const taken = new Set(map.values());
  for (const token of tokensIn(value)) taken.add(token);
  const next = new Map<Kind, number>();
  const found = namesIn(value);
  for (const kind of KINDS) {
    for (const name of [...(found.get(kind) ?? [])].sort()) {
      if (map.has(name)) continue;
      let n = next.get(kind) ?? 1;
      while (taken.has(SUBSTITUTE[kind](n))) n += 1;
      next.set(kind, n + 1);
      map.set(name, SUBSTITUTE[kind](n));
    }
  }
  return map;
}

/** Every string of `value` with its names replaced in one pass, the longest first, where no letter or digit stands beside them. */
export function pseudonymise<T>(value: T, names: Pseudonyms): T {
  const replace = replacer(names);
  const walk = (each: unknown, key: string, parent: string): unknown => {
    if (typeof each === 'string') return isId(key, parent, each) ? each : replace(each);
    if (Array.isArray(each)) return each.map((one) => walk(one, key, parent));
    if (typeof each !== 'object' || each === null) return each;
    // Keys of ours are plain words; those of labels and the like may be names.
    const entries = Object.entries(each).map(([name, one]) => [
      key === 'causes' || /^[A-Za-z]+$/.test(name) ? name : replace(name),
      walk(one, name, key),
    ]);
    return Object.fromEntries(entries);
  };
  return walk(value, '', '') as T;
}

/** The other way round: what a support answer about `node-1` means. */
export function reversed(names: Pseudonyms): Pseudonyms {
  return new Map([...names].map(([original, substitute]) => [substitute, original]));
}

function replacer(names: Pseudonyms): (text: string) => string {
  const byName = new Map([...names].map(([original, substitute]) => [original.toLowerCase(), substitute]));
  for (const [original, substitute] of names) byName.set(original, substitute);
  const lengths = [...new Set([...names.keys()].map((name) => name.length))].sort((a, b) => b - a);
  const at = (text: string, from: number): [length: number, substitute: string] | undefined => {
    for (const length of lengths) {
      if (from + length > text.length || (isWord(text, from + length) && isWord(text, from + length - 1))) continue;
      const part = text.slice(from, from + length);
      const substitute = byName.get(part) ?? byName.get(part.toLowerCase());
      if (substitute !== undefined) return [length, substitute];
    }
    return undefined;
  };
  return (text) => {
    let [out, done, from] = ['', 0, 0];
    while (from < text.length) {
      const found = begins(text, from) ? at(text, from) : undefined;
      if (!found) {
        from += 1;
        continue;
      }
      out += text.slice(done, from) + found[1];
      from += found[0];
      done = from;
    }
    return out + text.slice(done);
  };
}

function isWord(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code > 127;
}

/** `%3Dn1` and an escaped line break before a name are no letters of it. */
function begins(text: string, at: number): boolean {
  return at === 0 || !isWord(text, at) || !isWord(text, at - 1) || /%[0-9A-Fa-f]{2}$|\\n$/.test(text.slice(Math.max(0, at - 3), at));
}

/** What a substitute could be mistaken for. */
function* tokensIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    for (const [token] of value.matchAll(/(?<![a-z])[a-z]+-\d+|(?<!\d)\d+\.\d+\.\d+\.\d+|2001:db8::[0-9a-f]+|00000000-[0-9-]+/g)) {
      yield token;
      yield `${token}.example`;
      yield `/home/${token}`;
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      if (!Array.isArray(value)) yield* tokensIn(key);
      yield* tokensIn(each);
    }
  }
}
