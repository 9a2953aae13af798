/** Values as a title has room for them; the whole of each stands in the evidence. */
import { serviceAccountOf } from '../../kubernetes/names.js';

/** `NAMESPACE/NAME` of a ServiceAccount; any other user as it is. */
export function accountName(user: string): string {
  const account = serviceAccountOf(user);
  return account ? `${account.namespace}/${account.name}` : user;
}

/** `get, update or create`. */
export function eitherOf(words: readonly string[]): string {
  const all = [...new Set(words)];
  return all.length > 1 ? `${all.slice(0, -1).join(', ')} or ${all.at(-1)}` : (all[0] ?? '');
}

/** The first, and how many more there are. */
export function firstOf(names: readonly string[]): string {
  const [first = '', second, ...more] = names;
  if (second === undefined) return first;
  return more.length === 0 ? `${first} and ${second}` : `${first} and ${more.length + 1} more`;
}

/**
 * What went wrong, of an error that wraps others: Go puts the innermost last, `a: b: c`, and an apiserver lists what each of its authenticators
 * says, `[invalid bearer token, token has expired]`.
 */
export function lastPart(error: string, room: number): string {
  const inner = error
    .replace(/^\[(.*)\]$/s, '$1')
    .split(/: |, /)
    .filter((part) => part.trim() !== '');
  const [last = error] = inner.slice(-1);
  const letters = [...last.trim()];
  return letters.length <= room ? letters.join('') : `${letters.slice(0, room - 1).join('')}…`;
}

/** A list as a title can hold it: `a, b and 3 more`. The whole list stands in the evidence. */
export function fewOf(all: readonly string[], most: number): string {
  const more = all.length - most;
  return `${all.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Words of a program, cut to what a line holds. */
export function cutTo(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text;
}
