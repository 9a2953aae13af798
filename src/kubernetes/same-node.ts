/** Two names of one node. */

/** A host name may be the first label of what the Node is called, or the other way about. */
export function isSameNode(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  if (a === b) return true;
  const [[short = '', ...more], [theirs = '', ...others]] = [a.split('.'), b.split('.')];
  return short === theirs && (more.length === 0 || others.length === 0);
}
