/** Words that many reports have for one thing: a question, a cause. One of them is kept, whatever the order they come in. */
import type { Report } from '../../model/report.js';
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
  const text = JSON.stringify(value);
  if (known?.text === text && known.version === tool.version) return known;
  const open = 'elsewhere' in value && Array.isArray(value.elsewhere) && value.elsewhere.length > 0;
  const given = { value, text, version: tool.version, open };
  if (!known) return given;
  const order = Number(given.open) - Number(known.open) || nameOrder(given.version, known.version) || (text < known.text ? 1 : -1);
  return order > 0 ? given : known;
}
