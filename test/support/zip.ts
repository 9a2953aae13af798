/** A zip as tests want it, lies included. Only what a test says differs from what a zip program writes. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipFile {
  name: string | Buffer;
  bytes?: Buffer | string;
  stored?: boolean;
  /** As the list at the end says it. */
  says?: { size?: number; packed?: number; crc?: number; method?: number; flags?: number; mode?: number; at?: number; extra?: Buffer };
}

export interface ZipEnd {
  entries?: number;
  at?: number;
  disk?: number;
  comment?: Buffer;
}

const u16 = (...values: number[]) => Buffer.from(new Uint16Array(values).buffer);
const u32 = (...values: number[]) => Buffer.from(new Uint32Array(values).buffer);

export function zip(files: readonly ZipFile[], end: ZipEnd = {}): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const { name, bytes = '', stored = false, says = {} } of files) {
    const plain = Buffer.from(bytes as Buffer);
    const packed = stored ? plain : deflateRawSync(plain);
    const named = Buffer.from(name as Buffer);
    const flags = says.flags ?? 0x800;
    const method = says.method ?? (stored ? 0 : 8);
    const crc = says.crc ?? crc32(plain);
    const sizes = u32(crc, says.packed ?? packed.length, says.size ?? plain.length);
    const extra = says.extra ?? Buffer.alloc(0);
    const local = Buffer.concat([u32(0x04034b50), u16(20, flags, method, 0, 0), sizes, u16(named.length, 0), named, packed]);
    const unix = 3 << 8;
    const mode = (says.mode ?? 0o100600) << 16;
    list.push(
      Buffer.concat([
        u32(0x02014b50),
        u16(unix | 20, 20, flags, method, 0, 0),
        sizes,
        u16(named.length, extra.length, 0, 0, 0),
        u32(mode, says.at ?? at),
        named,
        extra,
      ]),
    );
    parts.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(list);
  const { entries = files.length, comment = Buffer.alloc(0), disk = 0 } = end;
  return Buffer.concat([
    ...parts,
    directory,
    u32(0x06054b50),
    u16(disk, disk, entries, entries),
    u32(directory.length, end.at ?? at),
    u16(comment.length),
    comment,
  ]);
}
