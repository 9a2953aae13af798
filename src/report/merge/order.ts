/** Names as people count them, n2 before n10; the same everywhere, whatever the locale. */
export function nameOrder(a: string, b: string): number {
  const [ours, theirs] = [padded(a), padded(b)];
  if (ours !== theirs) return ours < theirs ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function padded(name: string): string {
  return name.replace(/\d{1,12}/g, (digits) => digits.padStart(12, '0'));
}
