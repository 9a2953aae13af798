/** The gate at the door: whatever is printed, saved or read from a stranger's file passes it, string by string. */
import type { Redactor } from './redact.js';

/** Strings remembered: the words of many reports of one kind are the same. */
const MOST_KNOWN = 1000;
const LONGEST_KNOWN = 4000;

/** The nodes of a cluster are a fact, and stand in the report as its evidence: they are walked once. */
const LONG_LIST = 100;

const FEW_NAMES = 8;
const IS_NAME = /^[\w./@+~-]*$/;

type Fields = Readonly<Record<string, unknown>>;

/** Hides secrets in a JSON-like value, keys too; everything else in it stays as it is, line breaks and all. */
export type Hide = <T>(value: T) => T;

/** A gate with a memory, for one value or for thousands. A secret that is registered later is hidden from then on in strings it has not seen. */
export function createHide(redactor: Redactor): Hide {
  const known = new Map<string, string>();
  const lists = new WeakMap<readonly unknown[], readonly unknown[]>();
  const clean = (text: string) => {
    const cleaned = redactor.clean(text, text.length + 1000);
    return cleaned !== text && marks(cleaned) > marks(text) ? cleaned : text;
  };
  const look = (text: string) => {
    // `clean` also joins lines and escapes; a string without a secret stays as it is.
    const whole = clean(text);
    if (whole === text || !text.includes('\n')) return whole;
    // Of a manifest or commands only the lines with a secret change, so that the others can still be pasted; but only where that hides exactly the same:
    // a secret that goes on over lines is none in any of them.
    const lines = text.split('\n').map((line) => {
      const cleaned = clean(line);
      return cleaned === line ? line : `${/^[ \t]*/.exec(line)?.[0]}${cleaned}`;
    });
    return lines.join(' ').replace(/\s+/g, ' ').trim() === whole ? lines.join('\n') : whole;
  };
  const hide = (text: string) => {
    if (text.length < 4) return text;
    const before = known.get(text);
    if (before !== undefined) return before;
    const after = look(text);
    if (known.size >= MOST_KNOWN) known.clear();
    if (text.length <= LONGEST_KNOWN) known.set(text, after);
    return after;
  };
  // What holds no secret is handed on as it is: of thousands of reports nothing is built twice. `like`: the one before in a list, where it was handed on;
  // what both have was looked at there.
  const walk = (each: unknown, like?: unknown): unknown => {
    if (typeof each === 'string') return hide(each);
    if (typeof each !== 'object' || each === null) return each;
    return Array.isArray(each) ? walkList(each) : walkRecord(each as Fields, like);
  };
  const walkList = (given: readonly unknown[]): readonly unknown[] => {
    if (given.length < LONG_LIST) return walkItems(given);
    const walked = lists.get(given) ?? (holdsNothing(given) ? given : walkItems(given));
    lists.set(given, walked);
    return walked;
  };
  /** All of its names at once, each of its sentences by itself. */
  const holdsNothing = (given: readonly unknown[]): boolean => {
    const [texts, keys, names] = [[] as string[], new Set<string>(), [] as string[]];
    addStrings(given, texts, keys);
    for (const text of [...keys, ...texts]) {
      if (IS_NAME.test(text)) names.push(text);
      else if (hide(text) !== text) return false;
    }
    return leavesAll(names);
  };
  /** Of many the one that may hold something is found by halves. */
  const leavesAll = (names: readonly string[]): boolean => {
    if (redactor.leaves(names)) return true;
    if (names.length <= FEW_NAMES) return names.every((name) => hide(name) === name);
    const half = names.length >> 1;
    return leavesAll(names.slice(0, half)) && leavesAll(names.slice(half));
  };
  const walkItems = (given: readonly unknown[]): readonly unknown[] => {
    let changed: unknown[] | undefined;
    let like: unknown;
    for (let at = 0; at < given.length; at += 1) {
      const inner = walk(given[at], like);
      const isSame = inner === given[at];
      like = isSame ? inner : undefined;
      if (isSame) continue;
      changed ??= [...given];
      changed[at] = inner;
    }
    return changed ?? given;
  };
  const walkRecord = (given: Fields, like: unknown): unknown => {
    const before = typeof like === 'object' && like !== null ? (like as Fields) : undefined;
    let changed: [string, unknown][] | undefined;
    let at = -1;
    for (const key of Object.keys(given)) {
      at += 1;
      const value = given[key];
      if (changed === undefined && before !== undefined && value !== undefined && before[key] === value) continue;
      const name = hide(key);
      const inner = walk(value);
      if (name !== key || inner !== value) changed ??= Object.entries(given);
      if (changed) changed[at] = [name, inner];
    }
    return changed ? Object.fromEntries(changed) : given;
  };
  return (value) => walk(value) as typeof value;
}

/** Every string of a JSON-like value, and every key; of a record in a list only what the one before has not. */
function addStrings(value: unknown, texts: string[], keys: Set<string>, like?: unknown): void {
  if (typeof value === 'string') texts.push(value);
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) addStrings(value[at], texts, keys, value[at - 1]);
    return;
  }
  const [own, before] = [value as Fields, (like ?? {}) as Fields];
  for (const key of Object.keys(own)) {
    const each = own[key];
    if (each !== undefined && before[key] === each) continue;
    keys.add(key);
    addStrings(each, texts, keys);
  }
}

/** {@link createHide} for one value. */
export function hideSecrets<T>(value: T, redactor: Redactor): T {
  return createHide(redactor)(value);
}

function marks(text: string): number {
  return text.split('[redacted]').length;
}
