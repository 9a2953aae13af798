/** Words that many reports have for one thing: a question, a cause. One of them is kept, whatever the order they come in. */
import type { Message } from '../../model/check.js';
import type { Report } from '../../model/report.js';
import { someOf } from '../../words/formats.js';
import { sayMerged } from '../../words/report.js';
import { nameOrder } from './order.js';

/** What is kept, with what the next is compared by. */
export interface Worded<T> {
  value: T;
  text: string;
  version: string;
  open: boolean;
}

/** What the newest version says of itself; of two of one version the same one in whatever order they come, with a way to answer if there is any. */
export function better<T extends object>(known: Worded<T> | undefined, value: T, { tool }: Report): Worded<T> {
  if (known && known.version === tool.version && isSame(known.value, value)) return known;
  const text = JSON.stringify(value);
  if (known?.text === text && known.version === tool.version) return known;
  const open = 'elsewhere' in value && Array.isArray(value.elsewhere) && value.elsewhere.length > 0;
  const given = { value, text, version: tool.version, open };
  if (!known) return given;
  const order = Number(given.open) - Number(known.open) || nameOrder(given.version, known.version) || (text < known.text ? 1 : -1);
  return order > 0 ? given : known;
}

/** The same fields in the same order, as in most reports of a fleet; what is nested is compared by its text. */
function isSame(one: object, other: object): boolean {
  if (one === other) return true;
  const [ours, theirs] = [Object.keys(one), Object.keys(other)];
  if (ours.length !== theirs.length) return false;
  for (const [at, key] of ours.entries()) {
    if (theirs[at] !== key) return false;
    const [a, b] = [(one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]];
    if (a !== b && !(Array.isArray(a) && Array.isArray(b) && a.length === 0 && b.length === 0)) return false;
  }
  return true;
}

/** On how many of all nodes, and what was seen there; which they are says `seen`. */
export function withWhere(words: string, { nodes, of }: { nodes: readonly string[]; of: number }): string {
  const plain = words.replace(/\.$/, '');
  if (of === 1) return plain;
  return nodes.length === of ? sayMerged('onAll', { of, words: plain }) : sayMerged('onSome', { count: nodes.length, of, words: plain });
}

/** The act, for some of the nodes; the act, for each of them with its own name in it. */
export function withOwn(
  action: Message,
  { nodes, all }: { nodes?: readonly string[] | undefined; all: readonly string[] },
): [only: Message, own: Message] {
  const words = action.en.replace(/\.$/, '');
  const of = nodes ?? all;
  return [
    { ...action, en: nodes ? sayMerged('forSome', { words, nodes: someOf(nodes) }) : words },
    { ...action, en: sayMerged('own', { words, first: of[0] ?? '', nodes: someOf(of) }) },
  ];
}

/** The note of a question in a merged report: on how many nodes it was so. */
export function countNote(count: number, of: number, open?: 'open'): Message {
  return { id: 'merged', args: {}, en: sayMerged(open ? 'notAnswered' : 'answered', { count, of }) };
}

/** Could `countNote` have said it? */
export function isCountNote({ id, en }: Message): boolean {
  return id === 'merged' && /^(?:not answered )?on \d+ of \d+ nodes$/.test(en);
}
