/** A tar archive of a few texts (POSIX ustar). Written here because it is a screen of code and must give the same bytes everywhere. */

const BLOCK = 512;

export interface TarEntry {
  path: string;
  bytes: Buffer;
}

/** Regular files, mode 0600, owner 0, all of the given time (seconds since the epoch). Paths are ASCII and at most 100 bytes long. */
export function tar(entries: readonly TarEntry[], time: number): Buffer {
  const blocks = entries.flatMap(({ path, bytes }) => [header(path, bytes.length, time), bytes, Buffer.alloc(-bytes.length & (BLOCK - 1))]);
  // Two empty blocks are the end.
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(path: string, size: number, time: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  const put = (text: string, at: number) => block.write(text, at, 'latin1');
  if (path.length > 100) throw new Error(`too long for this tar: ${path}`);
  put(path, 0);
  put(octal(0o600, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(size, 11), 124);
  put(octal(Math.max(0, time), 11), 136);
  // The checksum is of the header with blanks in its own field.
  put('        ', 148);
  put('0', 156);
  put('ustar\x0000', 257);
  put(`${octal(checksum(block), 6)} `, 148);
  return block;
}

/** Sum of the header's bytes, its own field taken as blanks. */
export function checksum(block: Buffer): number {
  let sum = 0;
  for (let at = 0; at < BLOCK; at += 1) sum += at >= 148 && at < 156 ? 0x20 : (block[at] as number);
  return sum;
}
