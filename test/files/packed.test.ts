/** Whatever someone packed, and whoever packed it: the same entries in each form; and of what was made to do harm, one line, bounded, nothing written. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Limits } from '../../src/files/packed/budget.js';
import { openPacked } from '../../src/files/packed/packed.js';
import { checksum, tar } from '../../src/files/tar.js';
import { seeded } from '../support/random.js';
import { zip } from '../support/zip.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'kd-packed-'));
after(() => rmSync(scratch, { recursive: true }));

const FILES = [
  { path: 'a/one.json', bytes: Buffer.from('{"n":1}\n') },
  { path: 'a/log.txt', bytes: Buffer.from('l1\nl2\nl3\n') },
];
const ZIPPED = FILES.map(({ path: name, bytes }) => ({ name, bytes }));
const at = (name: string, bytes: Buffer) => [{ path: name, bytes }];

/** Made by xz 5.4 of `tar(FILES)`, of a/log.txt, and of 3 MB of zeros in a tar. */
const XZ = {
  tar: '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/AJNdADCLyecjtNif4PSy8RBvcr3FVYH6kSH19YLCZHMYcZ2uoGGwIU1bBIoNleQFbT9JsfdbdDevgYzN5vqKH2BUACENgkY5HtsBH0AiAXZf8SbYmDBuYQVNUs35ABK3ATdJEcZuSAafmCgdBKEm8jPFmlZ99P2PtAFZmqJ55x6RRYf/LM9fsElxcj0B9bcuyrPo7dUR4AAA1KYvznB9eEkAAa8BgFAAAN3GmpexxGf7AgAAAAAEWVo=',
  filtered:
    '/Td6WFoAAATm1rRGAgEEACEBFgANhjUf4Cf/AJNdADCLyecjtNif4PSy8RBvcr3FVYH6kSH19YLCZHMYcZ2uoGGwIU1bBIoNleQFbT9JsfdbdDevgYzN5vqKH2BUACENgkY5HtsBH0AiAXZf8SbYmDBuYQVNUs35ABK3ATdJEcZuSAafmCgdBKEm8jPFmlZ99P2PtAFZmqJ55x6RRYf/LM9fsElxcj0B9bcuyrPo7dUR4AAA1KYvznB9eEkAAa8BgFAAAN3GmpexxGf7AgAAAAAEWVo=',
  large:
    '/Td6WFoAAATm1rRGAgAhAR4AAACbB1Fm4Cf/AJNdADCLyecjtNif4PSy8RBvcr3FVYH6kSH19YLCZHMYcZ2uoGGwIU1bBIoNleQFbT9JsfdbdDevgYzN5vqKH2BUACENgkY5HtsBH0AiAXZf8SbYmDBuYQVNUs35ABK3ATdJEcZuSAafmCgdBKEm8jPFmlZ99P2PtAFZmqJ55x6RRYf/LM9fsElxcj0B9bcuyrPo7dUR4AAA1KYvznB9eEkAAa8BgFAAAN3GmpexxGf7AgAAAAAEWVo=',
  log: '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAIbDEKbDIKbDMKAAAAACO3SVo8CvHsAAEhCWwYxdUftvN9AQAAAAAEWVo=',
};
const xz = (name: keyof typeof XZ) => Buffer.from(XZ[name], 'base64');

interface Gone {
  form?: string;
  files: Record<string, string | undefined>;
  skipped: Record<string, string>;
  fault?: string;
  error?: string;
}

async function gone(what: Buffer | string, limits: Partial<Limits> = {}, pieces = 0): Promise<Gone> {
  const file = typeof what === 'string' ? what : path.join(scratch, 'given');
  if (typeof what !== 'string' && pieces === 0) writeFileSync(file, what);
  const packed = pieces > 0 ? await openPacked('-', limits, cut(what as Buffer, pieces)) : await openPacked(file, limits);
  if ('error' in packed) return { files: {}, skipped: {}, error: packed.error };
  const files: Gone['files'] = {};
  for await (const entry of packed.entries()) files[entry.path] = (await entry.whole(1 << 20))?.toString();
  await packed.close();
  const { form, fault } = packed;
  return {
    form,
    files,
    skipped: Object.fromEntries(packed.skipped.map((each) => [each.path, each.why])),
    ...(fault === undefined ? {} : { fault }),
  };
}

async function* cut(bytes: Buffer, pieces: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += pieces) yield bytes.subarray(from, from + pieces);
}

const CONTENT = Object.fromEntries(FILES.map((file) => [file.path, file.bytes.toString()]));
const below = (name: string) => Object.fromEntries(Object.entries(CONTENT).map(([key, value]) => [`${name}/${key}`, value]));

const FORMS: readonly [name: string, bytes: Buffer, form: string, files: Gone['files']][] = [
  ['a tar', tar(FILES, 0), 'tar', CONTENT],
  ['a tar.gz', gzipSync(tar(FILES, 0)), 'tar.gz', CONTENT],
  [
    'a tar.gz of many members',
    Buffer.concat(
      [tar(FILES, 0)].flatMap((all) =>
        Array.from({ length: 100 }, (_, part) => gzipSync(all.subarray(part * 50, part * 50 + (part === 99 ? 1e6 : 50)))),
      ),
    ),
    'tar.gz',
    CONTENT,
  ],
  ['a tar.xz', xz('tar'), 'tar.xz', CONTENT],
  ['a zip', zip(ZIPPED), 'zip', CONTENT],
  ['a zip without compression', zip(ZIPPED.map((file) => ({ ...file, stored: true }))), 'zip', CONTENT],
  ['a zip with a comment', zip(ZIPPED, { comment: Buffer.from('made by a program') }), 'zip', CONTENT],
  ['a zip in gzip', gzipSync(zip(ZIPPED)), 'zip', CONTENT],
  ['a zip in a tar.gz', gzipSync(tar(at('c/f.zip', zip(ZIPPED)), 0)), 'tar.gz', below('c/f.zip')],
  ['a tar.gz in a zip', zip([{ name: 'n1.tgz', bytes: gzipSync(tar(FILES, 0)) }]), 'zip', below('n1.tgz')],
  ['a tar.xz in a tar', tar(at('n1.tar.xz', xz('tar')), 0), 'tar', below('n1.tar.xz')],
  ['a zip in a zip', zip([{ name: 'nodes/n1.zip', bytes: zip(ZIPPED) }]), 'zip', below('nodes/n1.zip')],
  [
    'a log in gzip in a zip in a zip',
    zip([{ name: 'n.zip', bytes: zip([{ name: 'k.log.gz', bytes: gzipSync('l1\n') }]) }]),
    'zip',
    { 'n.zip/k.log.gz': 'l1\n' },
  ],
  ['what is named as an archive, and is none', tar(at('a.zip', Buffer.from('no\n')), 0), 'tar', { 'a.zip': 'no\n' }],
  ['names of a Windows program', zip([{ name: 'a\\b.txt', bytes: 'x' }]), 'zip', { 'a/b.txt': 'x' }],
  ['names of systemd', tar(at('a/dev-disk-by\\x2duuid.device', Buffer.from('x')), 0), 'tar', { 'a/dev-disk-by\\x2duuid.device': 'x' }],
];

describe('the entries are the same', () => {
  for (const [name, bytes, form, files] of FORMS) {
    it(name, async () => assert.deepEqual(await gone(bytes), { form, files, skipped: {} }));
    it(`${name}, on standard input in small pieces`, async () => assert.deepEqual(await gone(bytes, {}, 7), { form, files, skipped: {} }));
  }

  it('of one file, as it is and compressed', async () => {
    for (const [bytes, form] of [
      [FILES[1]?.bytes, 'file'],
      [gzipSync('l1\nl2\nl3\n'), 'gz'],
      [xz('log'), 'xz'],
    ] as const)
      assert.deepEqual(await gone(bytes ?? Buffer.alloc(0)), { form, files: { given: 'l1\nl2\nl3\n' }, skipped: {} });
    assert.deepEqual((await gone(gzipSync('x'), {}, 3)).files, { 'standard input': 'x' });
  });

  it('of a folder, with an archive in it; links, sockets and devices are named', async () => {
    const top = path.join(scratch, 'folder');
    mkdirSync(path.join(top, 'a/deep'), { recursive: true });
    for (const { path: name, bytes } of FILES) writeFileSync(path.join(top, name), bytes);
    writeFileSync(path.join(top, 'case.zip'), zip(ZIPPED));
    symlinkSync('/etc/passwd', path.join(top, 'a/passwd'));
    symlinkSync('..', path.join(top, 'a/up'));
    execFileSync('mkfifo', [path.join(top, 'fifo')]);
    const server = createServer().listen(path.join(top, 'a/deep/socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const all = await gone(top);
    server.close();
    assert.deepEqual(all.files, { ...CONTENT, ...below('case.zip') });
    assert.deepEqual(all.skipped, { 'a/passwd': 'link', 'a/up': 'link', fifo: 'device', 'a/deep/socket': 'socket' });
  });

  it('of a folder, no deeper than names go, though no level has a file', async () => {
    const top = path.join(scratch, 'bottomless');
    const half = Array.from({ length: 12 }, () => 'a'.repeat(200)).join('/');
    // No one path may be so long: it is put together from two, and taken apart, since nothing removes it either.
    const [lower, below] = [path.join(scratch, 'lower'), path.join(top, half, 'lower')];
    mkdirSync(path.join(lower, half), { recursive: true });
    mkdirSync(path.join(top, half), { recursive: true });
    renameSync(lower, below);
    const { fault } = await gone(top).finally(() => renameSync(below, lower));
    assert.equal(fault, 'contains a name of more than 4096 characters');
  });

  it('of a folder, nothing of another that took the place of one in it', async () => {
    const [top, outside] = ['exchanged', 'outside'].map((name) => path.join(scratch, name)) as [string, string];
    for (const folder of ['a', 'b/deep', 'c/deep']) {
      mkdirSync(path.join(top, folder), { recursive: true });
      writeFileSync(path.join(top, folder, 'x.txt'), 'inside');
    }
    for (const folder of ['', 'deep']) {
      mkdirSync(path.join(outside, folder), { recursive: true });
      writeFileSync(path.join(outside, folder, 'x.txt'), 'outside');
    }
    const exchange = (name: string) => {
      renameSync(path.join(top, name), path.join(scratch, `was-${name.replace('/', '-')}`));
      symlinkSync(path.join(outside, name.includes('/') ? 'deep' : ''), path.join(top, name));
    };
    const packed = await openPacked(top);
    assert.ok(!('error' in packed));
    const read: Record<string, string | undefined> = {};
    for await (const entry of packed.entries()) {
      // Below: one that is being read, one that is known by its name alone, and one in the middle of a path.
      if (entry.path === 'a/x.txt') for (const name of ['a', 'b']) exchange(name);
      if (entry.path === 'c/deep/x.txt') exchange('c/deep');
      read[entry.path] = (await entry.whole(1 << 20))?.toString();
    }
    await packed.close();
    assert.doesNotMatch(JSON.stringify(read), /outside/);
    assert.deepEqual(
      packed.skipped.filter(({ path: name }) => name === 'b'),
      [{ path: 'b', why: 'cannot be read' }],
    );
  });

  it('of a folder that may not be read, the others', { skip: process.getuid?.() === 0 && 'root may read all' }, async () => {
    const top = path.join(scratch, 'closed');
    mkdirSync(path.join(top, 'no'), { recursive: true });
    writeFileSync(path.join(top, 'yes.txt'), 'x');
    chmodSync(path.join(top, 'no'), 0);
    assert.deepEqual(await gone(top), { form: 'folder', files: { 'yes.txt': 'x' }, skipped: { no: 'cannot be read' } });
    chmodSync(path.join(top, 'no'), 0o700);
  });

  it('an entry may be read in part, or not, in every form', async () => {
    for (const [name, bytes, , files] of FORMS) {
      writeFileSync(path.join(scratch, 'part'), bytes);
      const packed = await openPacked(path.join(scratch, 'part'));
      assert.ok(!('error' in packed));
      for (const how of ['nothing', 'head', 'line', 'lines', 'head and lines'] as const) {
        const paths: string[] = [];
        for await (const entry of packed.entries()) {
          paths.push(entry.path);
          if (how.includes('head')) assert.equal((await entry.head()).toString(), files[entry.path]);
          const lines: string[] = [];
          if (how.includes('line'))
            for await (const line of entry.lines()) {
              lines.push(line);
              if (how === 'line') break;
            }
          if (how.includes('lines')) assert.deepEqual(lines, files[entry.path]?.trimEnd().split('\n'));
        }
        assert.deepEqual(paths, Object.keys(files), `${name}: ${how}`);
        assert.deepEqual([packed.skipped, packed.fault], [[], undefined], name);
      }
      await packed.close();
    }
  });

  it('who stops in the middle leaves nothing open', async () => {
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    for (const [, bytes] of FORMS) {
      writeFileSync(path.join(scratch, 'stopped'), bytes);
      for (let again = 0; again < 3; again += 1) {
        const packed = await openPacked(path.join(scratch, 'stopped'));
        assert.ok(!('error' in packed));
        for await (const entry of packed.entries()) {
          await entry.head();
          break;
        }
        await packed.close();
      }
      const unread = await openPacked(path.join(scratch, 'stopped'));
      if (!('error' in unread)) await unread.close();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(open(), before);
    assert.deepEqual((await gone(xz('tar'))).files, CONTENT, 'the decompressor is free again');
  });
});

const SYMLINK = 0o120777;
const good = { name: 'good.txt', bytes: 'good' };
const GOOD = { 'good.txt': 'good' };
/** A tar's header with another type. */
const typed = (type: string) => {
  const archive = tar(
    [
      { path: 'x', bytes: Buffer.alloc(0) },
      { path: 'good.txt', bytes: Buffer.from('good') },
    ],
    0,
  );
  archive.write(type, 156);
  archive.write(`${checksum(archive.subarray(0, 512)).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return archive;
};
const zip64 = (size: bigint) => {
  const data = Buffer.alloc(28);
  data.writeUInt16LE(1, 0);
  data.writeUInt16LE(24, 2);
  data.writeBigUInt64LE(size, 4);
  data.writeBigUInt64LE(size, 12);
  return data;
};

/** What is wrong with one entry does not touch the others. */
const ENTRIES: readonly [name: string, bytes: Buffer, skipped: Record<string, string>, files?: Gone['files']][] = [
  ['an encrypted entry', zip([{ name: 'x', bytes: 'x', says: { flags: 0x801 } }, good]), { x: 'encrypted' }],
  ['a checksum that is wrong', zip([{ name: 'x', bytes: 'x', says: { crc: 1 } }, good]), { x: 'damaged' }, { x: undefined, ...GOOD }],
  ['a size that is too small', zip([{ name: 'x', bytes: 'xxxx', says: { size: 2 } }, good]), { x: 'damaged' }, { x: undefined, ...GOOD }],
  ['a size that is too large', zip([{ name: 'x', bytes: 'xxxx', says: { size: 9 } }, good]), { x: 'damaged' }, { x: undefined, ...GOOD }],
  [
    'no deflated bytes',
    zip([{ name: 'x', bytes: '\xff\xff\xff', stored: true, says: { method: 8 } }, good]),
    { x: 'damaged' },
    { x: undefined, ...GOOD },
  ],
  ['another compression', zip([{ name: 'x', bytes: 'x', says: { method: 12 } }, good]), { x: 'of another kind' }],
  ['a place that is no entry', zip([{ name: 'x', bytes: 'x', says: { at: 3 } }, good]), { x: 'damaged' }, { x: undefined, ...GOOD }],
  ['a place after the end', zip([{ name: 'x', bytes: 'x', says: { at: 0x7fffffff } }, good]), { x: 'damaged' }, { x: undefined, ...GOOD }],
  ['a link in a zip', zip([{ name: 'x', bytes: '/etc/passwd', says: { mode: SYMLINK } }, good]), { x: 'link' }],
  ['a socket in a zip', zip([{ name: 'x', says: { mode: 0o140777 } }, good]), { x: 'socket' }],
  ['a device in a zip', zip([{ name: 'x', says: { mode: 0o020666 } }, good]), { x: 'device' }],
  ['a name that leads out', zip([{ name: '../x', bytes: 'x' }, good]), { '../x': 'points outside' }],
  ['a name that leads out, of Windows', zip([{ name: 'a\\..\\..\\x', bytes: 'x' }, good]), { 'a/../../x': 'points outside' }],
  ['a name from the top', zip([{ name: '/etc/x', bytes: 'x' }, good]), { '/etc/x': 'points outside' }],
  ['a drive', zip([{ name: 'C:/x', bytes: 'x' }, good]), { 'C:/x': 'points outside' }],
  ['a name twice', zip([{ name: 'x', bytes: 'first' }, { name: 'x', bytes: 'second' }, good]), { x: 'twice' }, { x: 'first', ...GOOD }],
  [
    'a name twice in a tar',
    tar([...at('x', Buffer.from('first')), ...at('./x', Buffer.from('second'))], 0),
    { x: 'twice' },
    { x: 'first' },
  ],
  [
    'a bomb that is too large to be read',
    zip([{ name: 'x', bytes: Buffer.alloc(5 << 20) }, good]),
    { x: 'too large' },
    { x: undefined, ...GOOD },
  ],
  ['a link in a tar', typed('2'), { x: 'link' }],
  ['a hard link in a tar', typed('1'), { x: 'link' }],
  ['a device in a tar', typed('3'), { x: 'device' }],
  ['a FIFO in a tar', typed('6'), { x: 'device' }],
  ['a type that no one knows', typed('Y'), { x: 'of another kind' }],
  [
    'a name that leads out of a tar',
    tar([...at('a/../../x', Buffer.from('x')), ...at('good.txt', Buffer.from('good'))], 0),
    { 'a/../../x': 'points outside' },
  ],
  [
    'three archives in one another',
    zip([{ name: 'a.zip', bytes: zip([{ name: 'b.zip', bytes: zip(ZIPPED) }]) }, good]),
    { 'a.zip/b.zip': 'nested too deep' },
  ],
  ['three of xz in one another', tar(at('a.tar', tar(at('k.log.xz', xz('log')), 0)), 0), {}, { 'a.tar/k.log.xz': 'l1\nl2\nl3\n' }],
  [
    'an archive in it that is cut off',
    zip([{ name: 'a.tgz', bytes: gzipSync(tar(FILES, 0)).subarray(0, 60) }, good]),
    { 'a.tgz': 'damaged' },
  ],
  [
    'a zip in it that is cut off',
    tar([...at('a.zip', zip(ZIPPED).subarray(0, 80)), ...at('good.txt', Buffer.from('good'))], 0),
    { 'a.zip': 'damaged' },
    { 'a.zip/a/one.json': '{"n":1}\n', ...GOOD },
  ],
  [
    'a tar.xz in it that is damaged',
    tar([...at('a.tar.xz', xz('tar').fill(7, 100, 120)), ...at('good.txt', Buffer.from('good'))], 0),
    { 'a.tar.xz': 'damaged' },
  ],
  [
    'a zip in it that is too large to be held',
    tar([...at('a.zip', zip([{ name: 'x', bytes: Buffer.alloc(2 << 20), stored: true }])), ...at('good.txt', Buffer.from('good'))], 0),
    { 'a.zip': 'too large' },
  ],
  [
    'encrypted and binary files in it',
    tar(
      [
        ...at('a.zip.age', Buffer.from('age-encryption.org/v1\n-> X25519')),
        ...at('b.journal', Buffer.from('LPKSHHRH\0\0\0\0')),
        ...at('c.tar.zst', Buffer.from('\x28\xb5\x2f\xfd', 'latin1')),
        ...at('good.txt', Buffer.from('good')),
      ],
      0,
    ),
    { 'a.zip.age': 'encrypted', 'b.journal': 'binary', 'c.tar.zst': 'binary' },
  ],
];

describe('what is wrong with one entry is named, and the others are read', () => {
  for (const [name, bytes, skipped, files = GOOD] of ENTRIES)
    it(name, async () => {
      const all = await gone(bytes, { held: 1 << 20 });
      assert.deepEqual([all.files, all.skipped, all.fault, all.error], [files, skipped, undefined, undefined]);
    });
});

/** A zip on a pipe. */
const STREAMED = `import sys, json, zipfile, io
class Pipe(io.RawIOBase):
    def writable(self): return True
    def write(self, b): sys.stdout.buffer.write(b); return len(b)
z = zipfile.ZipFile(Pipe(), 'w', zipfile.ZIP_DEFLATED)
for name, text in json.loads(sys.argv[1]): z.writestr(name, text)
z.close()`;

const SMALL: Partial<Limits> = { unpacked: 4 << 20, read: 3 << 20, held: 1 << 20, entries: 100, names: 10_000 };
/** The whole ends: before it is read, or where the limit is met. */
const WHOLE: readonly [name: string, bytes: Buffer, words: RegExp, limits?: Partial<Limits>][] = [
  ['a zip that is cut off', zip(ZIPPED).subarray(0, 100), /^is cut off: a zip archive has its list/],
  ['the first bytes of a zip', zip(ZIPPED).subarray(0, 30), /^is cut off/],
  ['a list that is encrypted', zip([{ ...good, says: { flags: 0x841 } }]), /^is encrypted/],
  ['a part of a zip', zip([good], { disk: 3 }), /^is one part of a zip/],
  ['a list with more than there is', zip([good], { entries: 9 }), /^is a zip archive that is damaged|^is cut off/],
  ['a list somewhere else', zip([good], { at: 7 }), /^is a zip archive that is damaged/],
  [
    'entries that overlap',
    zip(
      Array.from({ length: 20 }, (_, n) => ({
        name: `x${n}`,
        bytes: n === 0 ? Buffer.from(seeded(7)().toString().repeat(99)) : '',
        says: { at: 0, packed: 90, size: 400 },
      })),
    ),
    /overlap/,
  ],
  [
    'sizes of 2^60',
    zip([{ name: 'x', bytes: 'x', says: { size: 0xffffffff, packed: 0xffffffff, extra: zip64(1n << 60n) } }]),
    /overlap|damaged|unpacks to more/,
  ],
  ['a name of 60,000 characters', zip([{ name: 'n'.repeat(60_000), bytes: 'x' }]), /a name of more than 4096 characters/],
  ['a zip of many entries', zip(Array.from({ length: 300 }, (_, n) => ({ name: `f${n}` }))), /more than 100 entries/],
  [
    'a tar of many entries',
    gzipSync(
      tar(
        Array.from({ length: 300 }, (_, n) => ({ path: `f${n}`, bytes: Buffer.alloc(0) })),
        0,
      ),
    ),
    /more than 100 entries/,
  ],
  [
    'entries that are many together',
    zip(
      Array.from({ length: 6 }, (_, n) => ({ name: `n${n}.zip`, bytes: zip(Array.from({ length: 40 }, (_, m) => ({ name: `f${m}` }))) })),
    ),
    /more than 100 entries/,
  ],
  [
    'names that are long together',
    zip(Array.from({ length: 90 }, (_, n) => ({ name: `${'n'.repeat(200)}${n}` }))),
    /more than 10000 bytes of names/,
  ],
  ['a bomb of gzip', gzipSync(tar(at('x', Buffer.alloc(9 << 20)), 0)), /unpacks to more than 4194304 bytes/],
  [
    'bombs in a zip',
    zip(Array.from({ length: 6 }, (_, n) => ({ name: `x${n}`, bytes: Buffer.alloc(1 << 20) }))),
    /more than 3145728 bytes to be read/,
  ],
  [
    'a bomb in a bomb',
    gzipSync(tar(at('a.tgz', gzipSync(tar(at('x', Buffer.alloc(9 << 20)), 0))), 0)),
    /unpacks to more than 4194304 bytes/,
  ],
  ['a tar.gz that is cut off', gzipSync(tar(FILES, 0)).subarray(0, 100), /^is cut off/],
  ['a tar that is cut off', tar(FILES, 0).subarray(0, 1100), /^is cut off/],
  ['a tar.xz that is cut off', xz('tar').subarray(0, 150), /^is cut off/],
  ['the first bytes of an xz', xz('tar').subarray(0, 8), /^is cut off/],
  ['a tar.xz that is damaged', xz('tar').fill(7, 100, 110), /^is damaged/],
  ['an xz with a filter', xz('filtered'), /an option that is not known here; unpack it with xz -d/],
  ['an xz that takes too much memory', xz('large'), /too much memory here; unpack it with xz -d/],
  ['a log in gzip that is cut off', gzipSync('x'.repeat(3000)).subarray(0, 20), /^is cut off/],
  ['a gzip of nothing', gzipSync(''), /^is empty/],
  ['nothing', Buffer.alloc(0), /^is empty/],
  ['what takes too long', zip(ZIPPED), /takes more than 0 seconds/, { seconds: 0 }],
  [
    'age',
    Buffer.from('age-encryption.org/v1\n-> X25519 abc\n'),
    /^is encrypted with age, as talosctl support writes it; decrypt it: age -d/,
  ],
  ['OpenPGP', Buffer.from([0x8c, 0x0d, 0x04, 0x09, 0x03, 0x02]), /^is encrypted with OpenPGP; decrypt it: gpg -d/],
  ['a public key of OpenPGP', Buffer.from([0x85, 0x02, 0x0c, 0x03, 0xaa]), /^is encrypted with OpenPGP/],
  ['a binary journal', Buffer.from('LPKSHHRH\0\0\0\0\x01'), /journalctl --no-pager -o short-precise --file FILE/],
  ['zstd', Buffer.from('\x28\xb5\x2f\xfd\x04', 'latin1'), /packed as zstd.*unpack it/],
  ['bzip2', Buffer.from('BZh91AY&SY'), /packed as bzip2.*unpack it/],
  ['7z', Buffer.from('7z\xbc\xaf\x27\x1c\0', 'latin1'), /packed as 7z.*unpack it/],
  ['a capture', Buffer.from('\xd4\xc3\xb2\xa1\x02\0\x04\0', 'latin1'), /capture of packets/],
  [
    'what no one knows',
    Buffer.from(Array.from({ length: 600 }, seeded(3)).map((part) => part * 256)),
    /^is binary, of a format that is not known here/,
  ],
];

describe('what was made to do harm, or is broken, ends in one line', () => {
  for (const [name, bytes, words, limits = {}] of WHOLE)
    it(name, async () => {
      const before = readdirSync(scratch);
      for (const pieces of [0, 11]) {
        const all = await gone(bytes, { ...SMALL, ...limits }, pieces);
        assert.match(all.error ?? all.fault ?? JSON.stringify(all), words, pieces > 0 ? 'on standard input' : 'as a file');
        assert.doesNotMatch(all.error ?? all.fault ?? '', /\n/);
      }
      assert.deepEqual(
        readdirSync(scratch).filter((file) => !before.includes(file) && file !== 'given'),
        [],
      );
    });

  it('a zip on standard input that is too large to be held', async () =>
    assert.match(
      (await gone(zip([{ name: 'x', bytes: Buffer.alloc(2 << 20), stored: true }]), SMALL, 1 << 16)).fault ?? '',
      /read from a file alone: save it/,
    ));

  it('a log with some NULs, or of Windows, is text', async () => {
    for (const bytes of [Buffer.from(`l1\n${'\0'.repeat(20)}${'text '.repeat(90)}`), Buffer.from('\ufeffl1\r\n', 'utf16le')])
      assert.equal((await gone(bytes)).form, 'file');
  });

  it('what there is before the end of what is cut off, is given', async () => {
    const all = await gone(tar(FILES, 0).subarray(0, 1500));
    assert.deepEqual([all.files, all.fault], [{ 'a/one.json': '{"n":1}\n' }, 'is cut off']);
  });

  it('and of a zip, whose list is at its end, whatever program wrote it', async () => {
    const long = Buffer.from(Array.from({ length: 3000 }, seeded(2)).join('\n'));
    const files = [
      ...ZIPPED,
      { name: 'b/long.txt', bytes: long },
      { name: 'b/stored.txt', bytes: long, stored: true },
      { name: 'b/last.txt', bytes: long },
    ];
    const all = { ...CONTENT, 'b/long.txt': long.toString(), 'b/stored.txt': long.toString() };
    const written: Record<string, Buffer> = { ours: zip(files) };
    // As Go writes it, sizes behind each entry; Python does so where it cannot go back.
    const python = spawnSync('python3', ['-c', STREAMED, JSON.stringify(files.map(({ name, bytes }) => [name, bytes.toString()]))]);
    if (python.status === 0) written.python = python.stdout;
    for (const [program, bytes] of Object.entries(written)) {
      const last = bytes.indexOf('b/last.txt');
      for (const pieces of [0, 1000]) {
        const cutOff = await gone(bytes.subarray(0, last + 2000), {}, pieces);
        assert.deepEqual(cutOff.files, { ...all, 'b/last.txt': undefined }, program);
        assert.deepEqual(cutOff.skipped, { 'b/last.txt': 'damaged' });
        assert.match(cutOff.fault ?? '', /^is cut off/);
        assert.deepEqual((await gone(bytes.subarray(0, last + 2000), { entries: 2 }, pieces)).fault, 'contains more than 2 entries');
        assert.match((await gone(bytes.subarray(0, last + 2000), { read: 1000 }, pieces)).fault ?? '', /more than 1000 bytes to be read/);
      }
    }
  });

  it('an entry of what is cut off may be passed over', async () => {
    const bomb = zip([{ name: 'x', bytes: Buffer.alloc(64 << 20) }, { name: 'y', says: { method: 12 }, bytes: 'y' }, good, good]);
    writeFileSync(path.join(scratch, 'cut'), bomb.subarray(0, -120));
    const packed = await openPacked(path.join(scratch, 'cut'));
    assert.ok(!('error' in packed));
    const [paths, before] = [[] as string[], process.memoryUsage().rss];
    for await (const entry of packed.entries()) paths.push(entry.path);
    await packed.close();
    assert.deepEqual(
      [paths, packed.skipped.map(({ why }) => why)],
      [
        ['x', 'good.txt'],
        ['of another kind', 'twice'],
      ],
    );
    assert.ok(process.memoryUsage().rss - before < 60 << 20);
  });

  it('200 MiB are passed over in little memory', async () => {
    const file = path.join(scratch, 'large.tgz');
    const header = tar(at('x', Buffer.alloc(0)), 0).subarray(0, 512);
    header.write((200 << 20).toString(8).padStart(11, '0'), 124);
    header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    const noise = gzipSync(Buffer.from(Array.from({ length: 1 << 20 }, seeded(5)).map((part) => part * 16)));
    writeFileSync(file, Buffer.concat([gzipSync(header), ...Array.from({ length: 200 }, () => noise), gzipSync(Buffer.alloc(1024))]));
    const before = process.memoryUsage().rss;
    const packed = await openPacked(file);
    assert.ok(!('error' in packed));
    const paths: string[] = [];
    for await (const entry of packed.entries()) paths.push(entry.path);
    assert.deepEqual([paths, packed.fault], [['x'], undefined]);
    await packed.close();
    const grown = process.memoryUsage().rss - before;
    assert.ok(grown < 100 << 20, `${grown >> 20} MiB`);
  });
});

describe('whatever is changed in it, nothing throws and nothing hangs', () => {
  const random = seeded(11);
  for (const [name, bytes] of FORMS.filter(([, all]) => all.length < 20_000))
    it(name, async () => {
      for (let change = 0; change < 40; change += 1) {
        const changed = Buffer.from(bytes);
        if (change % 2 === 0) for (let n = 0; n < 3; n += 1) changed[Math.floor(random() * changed.length)] = Math.floor(random() * 256);
        const all = await gone(
          change % 2 === 0 ? changed : changed.subarray(0, Math.ceil((changed.length * change) / 40)),
          { ...SMALL, seconds: 20 },
          change % 4 === 0 ? 64 : 0,
        );
        assert.ok(all.error !== '' && !/[a-z]Error|undefined/.test(all.error ?? all.fault ?? ''), all.error ?? all.fault);
      }
    });
});
