/** What the first bytes of a file say that it is. */

export type Kind = 'gz' | 'xz' | 'tar' | 'zip' | 'other';
export type Form = 'folder' | 'tar' | 'tar.gz' | 'tar.xz' | 'zip' | 'gz' | 'xz' | 'file';

/** By its first 512 bytes. */
export function kindOf(head: Buffer): Kind {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gz';
  if (head.toString('latin1', 0, 6) === '\xfd7zXZ\0') return 'xz';
  // An entry, the end of an empty one, and the mark of one in several parts.
  if (/^PK(\x03\x04|\x05\x06|\x07\x08)/.test(head.toString('latin1', 0, 4))) return 'zip';
  return isTar(head) ? 'tar' : 'other';
}

/** POSIX and GNU write who they are; older ones nothing but a checksum that is right. */
function isTar(head: Buffer): boolean {
  if (head.length < 512) return false;
  if (head.toString('latin1', 257, 262) === 'ustar') return true;
  const said = /^ *([0-7]{1,7})[\0 ]/.exec(head.toString('latin1', 148, 156))?.[1];
  if (said === undefined || head[0] === 0) return false;
  let sum = 0;
  for (let at = 0; at < 512; at += 1) sum += at >= 148 && at < 156 ? 0x20 : (head[at] as number);
  return sum === Number.parseInt(said, 8);
}

/** A name that an archive in an archive, or a compressed file, has. */
export const MAY_BE_PACKED = /\.(zip|tar|tgz|txz|gz|xz)$/i;
