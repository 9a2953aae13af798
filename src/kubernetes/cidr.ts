/** Is an address in a range? Plain arithmetic: the judging rooms have no net module. */

/** False for anything that is not an address and a range of the same family. */
export function inBlock(ip: string, cidr: string): boolean {
  const [network = '', length = ''] = cidr.split('/');
  const [address, base] = [bitsOf(ip), bitsOf(network)];
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (!address || !base || address.length !== base.length || !(bits >= 0 && bits <= base.length)) return false;
  return address.slice(0, bits) === base.slice(0, bits);
}

/** The address as a string of 32 or 128 binary digits. */
function bitsOf(ip: string): string | undefined {
  if (!ip.includes(':')) {
    const parts = ip.split('.').map(Number);
    const valid = parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255);
    return valid ? parts.map((part) => part.toString(2).padStart(8, '0')).join('') : undefined;
  }
  const [head = '', tail, more] = ip.split('::');
  if (more !== undefined) return undefined;
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [left, right] = [groups(head), groups(tail ?? '')];
  const zeros = 8 - left.length - right.length;
  if (tail === undefined ? zeros !== 0 : zeros < 0) return undefined;
  const all = [...left, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...right];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return all.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}
