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

/** With which arguments the template gives this text; `most`: each as short as can be. */
function argsOf(template: string, text: string, most: '' | '?' = ''): Record<string, string> | undefined {
  const pattern = template
    .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
    .replace(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>${NUMBERS.includes(name) ? '\\d{1,9}' : `.{0,2000}${most}`})`);
  return new RegExp(`^${pattern}$`).exec(text)?.groups ?? (template === text ? {} : undefined);
}
