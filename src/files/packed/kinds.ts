/** What the first bytes of a file say that it is. */

export type Kind = 'gz' | 'xz' | 'tar' | 'zip' | 'other';
export type Form = 'folder' | 'tar' | 'tar.gz' | 'tar.xz' | 'zip' | 'gz' | 'xz' | 'file';

/** It is no archive: what it holds is one text. */
export const isOneFile = (form: Form): boolean => form === 'file' || form === 'gz' || form === 'xz';

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

/** A name that an archive in an archive, a compressed file, or what cannot be read has: of these alone the beginning is looked at. */
export const MAY_BE_PACKED = /\.(zip|tar|tgz|txz|gz|xz|age|gpg|pgp|journal|zst|tzst|bz2|tbz2?|7z|rar|lz4|pcap|evtx)$/i;

interface Sealed {
  why: 'encrypted' | 'binary';
  /** In words that go after its name, with what to do instead. */
  words: string;
}

const encrypted = (words: string): Sealed => ({ why: 'encrypted', words });
const binary = (words: string): Sealed => ({ why: 'binary', words });
const unpack = (format: string, how: string): Sealed =>
  binary(`is packed as ${format}, which is not read here; unpack it (${how}) and name the folder`);

/** What is recognised and cannot be read, by how it begins. */
const SEALED: readonly [RegExp, Sealed][] = [
  [
    /^(age-encryption\.org\/v1|-----BEGIN AGE ENCRYPTED FILE)/,
    encrypted('is encrypted with age, as talosctl support writes it; decrypt it: age -d -i KEY -o OUT FILE'),
  ],
  [
    /^(-----BEGIN PGP MESSAGE|\x8c[\x0a-\x20]\x04|\x85[\0-\x04].\x03|\xc1[\x40-\xff].?\x03)/s,
    encrypted('is encrypted with OpenPGP; decrypt it: gpg -d -o OUT FILE'),
  ],
  [/^Salted__/, encrypted('is encrypted with openssl enc; decrypt it first')],
  [/^LPKSHHRH/, binary('is a systemd journal in binary form; print it: journalctl --no-pager -o short-precise --file FILE > kubelet.log')],
  [/^\x28\xb5\x2f\xfd/, unpack('zstd', 'tar --zstd -xf, or zstd -d')],
  [/^BZh[1-9]/, unpack('bzip2', 'tar -xjf, or bzip2 -d')],
  [/^7z\xbc\xaf\x27\x1c/, unpack('7z', '7z x')],
  [/^Rar!\x1a\x07/, unpack('RAR', 'unrar x')],
  [/^\x04\x22\x4d\x18/, unpack('lz4', 'lz4 -d')],
  [/^LZIP/, unpack('lzip', 'lzip -d')],
  [/^(\xd4\xc3\xb2\xa1|\xa1\xb2\xc3\xd4|\x4d\x3c\xb2\xa1|\x0a\x0d\x0d\x0a)/, binary('is a capture of packets, which is not read here')],
  [/^ElfFile\0/, binary('is a Windows event log in binary form; save it as text')],
  [/^(\x7fELF|MZ.{2}|\xcf\xfa\xed\xfe)/s, binary('is a program')],
  [/^(%PDF-|\x89PNG|\xff\xd8\xff|GIF8)/, binary('is a document or a picture; give the text it shows')],
  [/^SQLite format 3\0/, binary('is a database')],
];

/** Why it cannot be read, whatever its name; by its first 512 bytes. */
export function sealedOf(head: Buffer): Sealed | undefined {
  const begin = head.toString('latin1', 0, 64);
  const known = SEALED.find(([pattern]) => pattern.test(begin))?.[1];
  if (known) return known;
  return isText(head) ? undefined : binary('is binary, of a format that is not known here');
}

/** A log that was written when its machine went down has some NULs; a text of Windows has every other byte of them, after a mark. */
function isText(head: Buffer): boolean {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return true;
  const first = head.subarray(0, 512);
  const others = first.filter((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27)).length;
  return others <= first.length / 16;
}
