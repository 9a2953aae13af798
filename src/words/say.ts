/** Tables of words: what is printed is a template, said by its key with arguments; nothing is put together of parts of a sentence. */
import type { Placeholders } from '../model/check.js';
import { templateOf } from './language.js';

/** Says a word by its key in the current language; a missing or misspelt argument does not compile. */
export interface Words<W extends Readonly<Record<string, string>>> {
  <K extends keyof W & string>(
    key: K,
    ...args: [Placeholders<W[K]>] extends [never] ? [] : [Readonly<Record<Placeholders<W[K]>, string | number>>]
  ): string;
  /** A text of a report again, in the current language, if one of these words has made it; else as it is. */
  again(text: string, ...keys: (keyof W & string)[]): string;
  /** The same of words around other texts, its arguments: `speak` says them again; where it can do so with none of them, all stays as it is. */
  around(text: string, keys: readonly (keyof W & string)[], speak: (argument: string, name: string) => string | undefined): string;
  /** The English, by key. */
  table: W;
}

/** The tables by name, for those who translate and for the tests. */
export const TABLES = new Map<string, Readonly<Record<string, string>>>();

export function defineWords<const W extends Readonly<Record<string, string>>>(id: string, table: W): Words<W> {
  TABLES.set(id, table);
  const say = (key: keyof W & string, args: Args = {}) => fill(templateOf(id, key, table[key] ?? ''), args);
  const again = (text: string, ...keys: (keyof W & string)[]) => {
    for (const key of keys) {
      const args = argsOf(table[key] ?? '', text);
      if (args) return say(key, args);
    }
    return text;
  };
  const around: Words<W>['around'] = (text, keys, speak) => {
    // Where the text around could end in two places, the words inside say which is meant.
    for (const [key, most] of keys.flatMap((each) => [[each, '?'] as const, [each, ''] as const])) {
      const given = Object.entries(argsOf(table[key] ?? '', text, most) ?? {});
      const spoken = given.map(([name, argument]) => [name, speak(argument, name)] as const);
      if (spoken.some(([, words]) => words !== undefined))
        return say(key, Object.fromEntries(given.map(([name, argument], at) => [name, spoken[at]?.[1] ?? argument])));
    }
    return text;
  };
  return Object.assign(say, { again, around, table }) as Words<W>;
}

type Args = Readonly<Record<string, string | number>>;

/** A placeholder without an argument stays, so that it is seen. */
export function fill(template: string, args: Args): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(args[name] ?? whole));
}

/** Arguments that are a number in every template. */
const NUMBERS: readonly string[] = ['count', 'of', 'pid'];

/**
 * With which arguments the template gives this text; `most`: each as short as can be. One pattern with a wildcard for each placeholder would take time
 * to the power of their number on a stranger's text: what stands between the wildcards is found one after another instead.
 */
function argsOf(template: string, text: string, most: '' | '?' = ''): Record<string, string> | undefined {
  const { fixed, names } = partsOf(template);
  if (names.length === 0) return new RegExp(`^${fixed[0]}$`).exec(text)?.groups ?? (template === text ? {} : undefined);
  const first = new RegExp(`^${fixed[0]}`).exec(text);
  const last = first && new RegExp(`${fixed.at(-1)}$`).exec(text.slice(first[0].length));
  if (!last) return undefined;
  const [start, end] = [first[0].length, first[0].length + last.index];
  const found: RegExpExecArray[] = [];
  let [from, to] = [start, end];
  for (const part of most === '?' ? fixed.slice(1, -1) : fixed.slice(1, -1).reverse()) {
    const match = most === '?' ? firstWithin(part, text, from, to) : lastWithin(part, text, from, to);
    if (!match) return undefined;
    if (most === '?') found.push(match);
    else found.unshift(match);
    if (most === '?') from = match.index + match[0].length;
    else to = match.index;
  }
  const args: Record<string, string> = { ...first.groups, ...last.groups };
  for (const [at, name] of names.entries()) {
    const before = found[at - 1];
    const value = text.slice(before ? before.index + before[0].length : start, found[at]?.index ?? end);
    if (value.length > LONGEST || /[\n\r\u2028\u2029]/.test(value)) return undefined;
    args[name] = value;
    Object.assign(args, found[at]?.groups);
  }
  return args;
}

const LONGEST = 2000;

/** The patterns between the placeholders that are anything; numbers, whose length has a bound, stand in them. */
function partsOf(template: string): { fixed: string[]; names: string[] } {
  const [head = '', ...rest] = template.split(/\{(\w+)\}/);
  const plain = (text: string) => text.replace(/[.*+?^$()|[\]{}\\]/g, '\\$&');
  const [fixed, names] = [[plain(head)], [] as string[]];
  for (let at = 0; at < rest.length; at += 2) {
    const [name = '', behind = ''] = rest.slice(at, at + 2);
    if (NUMBERS.includes(name)) fixed.push(`${fixed.pop()}(?<${name}>\\d{1,9})${plain(behind)}`);
    else {
      names.push(name);
      fixed.push(plain(behind));
    }
  }
  return { fixed, names };
}

function firstWithin(part: string, text: string, from: number, to: number): RegExpExecArray | undefined {
  const pattern = new RegExp(part, 'g');
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  return match && match.index + match[0].length <= to ? match : undefined;
}

function lastWithin(part: string, text: string, from: number, to: number): RegExpExecArray | undefined {
  let last: RegExpExecArray | undefined;
  for (let at = from; at <= to; at = (last?.index ?? to) + 1) {
    const next = firstWithin(part, text, at, to);
    if (!next) return last;
    last = next;
  }
  return last;
}
