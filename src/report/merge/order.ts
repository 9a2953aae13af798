import { listed } from '../words.js';

/** Names as people count them, n2 before n10; the same everywhere, whatever the locale. */
export function nameOrder(a: string, b: string): number {
  const [ours, theirs] = [padded(a), padded(b)];
  if (ours !== theirs) return ours < theirs ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function padded(name: string): string {
  return name.replace(/\d{1,12}/g, (digits) => digits.padStart(12, '0'));
}

/** `n1, n2, n3 and 45 more`. */
export function someOf(names: readonly string[], most = 3): string {
  const shown = names.length > most + 1 ? names.slice(0, most) : names;
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  return listed(shown);
}
