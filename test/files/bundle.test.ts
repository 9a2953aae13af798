/** Files that were sent by someone: whatever is in them, one line, bounded memory, nothing written. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { runCommandLine } from '../../src/cli/command-line.js';
import { readBundle } from '../../src/files/bundle.js';
import { checksum, tar } from '../../src/files/tar.js';
import { jsonText } from '../../src/render/json.js';
import { expired } from '../report/samples.js';
import { recordingIo } from '../scenarios/run.js';

const scratch = await mkdtemp(path.join(tmpdir(), 'kd-bundle-'));
after(() => rm(scratch, { recursive: true }));

const REPORT = Buffer.from(jsonText(expired(), { pretty: true }));
const entry = (name: string, bytes = REPORT) => ({ path: name, bytes });
const tgz = (...entries: { path: string; bytes: Buffer }[]) => gzipSync(tar(entries, 0));

/** A tar whose first header is changed, with its checksum right again. */
function forged(change: (header: Buffer) => void): Buffer {
  const archive = tar([entry('report.json')], 0);
  change(archive.subarray(0, 512));
  archive.write(`${checksum(archive.subarray(0, 512)).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return gzipSync(archive);
}

/** GNU tar's way to write a name of more than 100 characters. */
function longNamed(name: string): Buffer {
  const archive = tar([entry('././@LongLink', Buffer.from(`${name}\0`)), entry('short')], 0);
  archive.write('L', 156);
  archive.write(`${checksum(archive.subarray(0, 512)).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return gzipSync(archive);
}

/** POSIX's: a header of records, each with its own length. */
function paxNamed(name: string, size?: string): Buffer {
  const record = (key: string, value: string) => {
    const rest = ` ${key}=${value}\n`;
    const length = rest.length + String(rest.length + 3).length;
    return `${length}${rest}`;
  };
  const records = `${record('path', name)}${size === undefined ? '' : record('size', size)}`;
  const archive = tar([entry('PaxHeaders/x', Buffer.from(records)), entry('evil.txt')], 0);
  archive.write('x', 156);
  archive.write(`${checksum(archive.subarray(0, 512)).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return gzipSync(archive);
}

const typed = (type: string, name = 'report.json') =>
  forged((header) => {
    header.fill(0, 0, 100);
    header.write(name, 0);
    header.write(type, 156);
  });

const HOSTILE: [string, Buffer, RegExp][] = [
  ['traversal', tgz(entry('../../report.json')), /contains an entry that points outside of it/],
  ['traversal inside', tgz(entry('a/../../report.json')), /contains an entry that points outside of it/],
  ['absolute', tgz(entry('/etc/report.json')), /contains an entry that points outside of it/],
  ['a drive', tgz(entry('C:\\report.json')), /contains an entry that points outside of it/],
  ['traversal in another entry', tgz(entry('kubelet-doctor/report.json'), entry('../x')), /contains an entry that points outside of it/],
  ['a symbolic link', typed('2'), /contains report\.json, which is not a regular file/],
  ['a hard link', typed('1'), /contains report\.json, which is not a regular file/],
  ['a character device', typed('3'), /contains report\.json, which is not a regular file/],
  ['a block device', typed('4'), /contains report\.json, which is not a regular file/],
  ['a FIFO', typed('6'), /contains report\.json, which is not a regular file/],
  ['a size over the limit', forged((h) => void h.write('77777777777', 124)), /with more than \d+ bytes/],
  ['a size in binary', forged((h) => void h.fill(0xff, 125, 136).writeUInt8(0x80, 124)), /with more than \d+ bytes/],
  ['a negative size in binary', forged((h) => void h.fill(0xff, 124, 136)), /damaged/],
  ['a size that is none', forged((h) => void h.write('zzzzzzzzzzz', 124)), /damaged/],
  ['the same file twice', tgz(entry('report.json'), entry('report.json')), /twice/],
  ['a name without an end', longNamed('a/'.repeat(40_000)), /contains a name of more than 4096 characters/],
  ['a header of 5 MiB', longNamed('a'.repeat(5 << 20)), /damaged|more than 2097152 bytes/],
  ['a long name that leads outside', longNamed(`${'a/'.repeat(80)}../../report.json`), /points outside/],
  ['another name in PAX', paxNamed('../report.json'), /points outside/],
  ['a size in PAX', paxNamed('report.json', '99999999999'), /with more than \d+ bytes/],
  ['a size in PAX that is none', paxNamed('report.json', '-1'), /damaged/],
  ['many reports', tgz(entry('a/report.json'), entry('b/report.json')), /contains 2 reports \(in a\/, b\//],
  ['truncated gzip', tgz(entry('report.json')).subarray(0, 300), /cut off/],
  [
    'damaged gzip',
    Buffer.concat([tgz(entry('report.json')).subarray(0, 60), Buffer.alloc(500, 7)]),
    /is damaged and cannot be decompressed/,
  ],
  ['truncated tar', gzipSync(tar([entry('report.json')], 0).subarray(0, 1500)), /cut off/],
  ['gzip of nothing', gzipSync(''), /is empty/],
  ['an archive in two others', tgz(entry('a.tgz', tgz(entry('b.tgz', tgz(entry('report.json')))))), /without a report\.json/],
  [
    'a bomb of zeros',
    gzipSync(Buffer.concat([tar([entry('x', Buffer.alloc(3 << 20))], 0).subarray(0, 3 << 20)])),
    /more than 2097152 bytes/,
  ],
  ['a bomb of entries', tgz(...Array.from({ length: 300 }, (_, i) => entry(`f${i}`, Buffer.alloc(0)))), /more than 200 entries/],
  ['nothing', Buffer.alloc(0), /is empty/],
  ['UTF-16', Buffer.from('\ufeff{"summary":{}}', 'utf16le'), /UTF-16/],
  ['Latin-1', Buffer.from('{"summary":"\xe9"}', 'latin1'), /not UTF-8/],
  ['a large file', Buffer.alloc((1 << 20) + 1, 0x20), /larger than 1048576 bytes/],
];
const SMALL = { unpacked: 2 << 20, entries: 200, most: 1 << 20 };

describe('readBundle', () => {
  for (const [name, bytes, expected] of HOSTILE) {
    it(`refuses ${name} in one line`, async () => {
      const file = path.join(scratch, 'hostile');
      await writeFile(file, bytes);
      const before = await readdir(scratch);
      const read = await readBundle(file, SMALL);
      assert.ok('error' in read, 'was read');
      assert.match(read.error, expected);
      assert.doesNotMatch(read.error, /\n/);
      assert.deepEqual(await readdir(scratch), before);
    });
  }

  it('says of a bomb that announces itself that it is too large, without unpacking it, however much of it is there', async () => {
    const file = path.join(scratch, 'announced.tgz');
    await writeFile(file, gzipSync(forgedHeader(700 << 20)));
    const read = await readBundle(file, { unpacked: 512 << 20 });
    assert.ok('error' in read && /unpacks to more than/.test(read.error), JSON.stringify(read));
  });

  it('refuses a bomb of 600 MiB with its usual limits, in little memory', async () => {
    const file = path.join(scratch, 'bomb.tgz');
    const zeros = gzipSync(Buffer.alloc(100 << 20));
    const head = gzipSync(forgedHeader(500 << 20));
    await writeFile(file, Buffer.concat([head, ...Array.from({ length: 6 }, () => zeros)]));
    global.gc?.();
    const before = process.memoryUsage().rss;
    const read = await readBundle(file);
    assert.ok('error' in read && /unpacks to more than/.test(read.error), JSON.stringify(read));
    const grown = process.memoryUsage().rss - before;
    assert.ok(grown < 128 << 20, `${grown >> 20} MiB`);
  });

  it("reads its own, GNU tar's, a plain tar, a directory, a support bundle's", async () => {
    const dir = path.join(scratch, 'run', 'kubelet-doctor');
    await mkdir(dir, { recursive: true });
    await writeFile(path.join(dir, 'report.json'), REPORT);
    await writeFile(path.join(scratch, 'own.tgz'), tgz(entry('kubelet-doctor/report.json')));
    await writeFile(path.join(scratch, 'plain.tar'), tar([entry('report.json')], 0));
    await writeFile(path.join(scratch, 'alone.json'), REPORT);
    await writeFile(path.join(scratch, 'alone.json.gz'), gzipSync(REPORT));
    await writeFile(path.join(scratch, 'nested.tar'), tar([entry('case/7.tgz', tgz(entry('kubelet-doctor/report.json')))], 0));
    for (const format of ['gnu', 'pax', 'ustar'])
      execFileSync('tar', ['-C', scratch, `--format=${format}`, '-czf', path.join(scratch, `${format}.tgz`), './run']);
    for (const name of [
      'own.tgz',
      'plain.tar',
      'alone.json',
      'alone.json.gz',
      'nested.tar',
      'gnu.tgz',
      'pax.tgz',
      'ustar.tgz',
      'run/kubelet-doctor',
    ]) {
      const read = await readBundle(path.join(scratch, name));
      assert.ok(!('error' in read) && read.report === REPORT.toString(), name);
    }
  });

  it('reads names of more than 100 characters, of GNU and of POSIX, and a name that is said in PAX', async () => {
    const deep = path.join(...Array.from({ length: 12 }, (_, at) => `a-directory-of-a-must-gather-${at}`));
    await mkdir(path.join(scratch, 'deep', deep), { recursive: true });
    await writeFile(path.join(scratch, 'deep', deep, 'report.json'), REPORT);
    for (const format of ['gnu', 'pax']) {
      const file = path.join(scratch, `deep-${format}.tgz`);
      execFileSync('tar', ['-C', path.join(scratch, 'deep'), `--format=${format}`, '-czf', file, '.']);
      const read = await readBundle(file);
      assert.ok(!('error' in read) && read.report === REPORT.toString(), format);
    }
    await writeFile(path.join(scratch, 'renamed.tgz'), paxNamed('report.json'));
    const renamed = await readBundle(path.join(scratch, 'renamed.tgz'));
    assert.ok(!('error' in renamed) && renamed.report === REPORT.toString());
  });

  it('follows no link in a directory and opens no FIFO', async () => {
    const dir = path.join(scratch, 'linked');
    await mkdir(dir);
    await symlink('/etc/passwd', path.join(dir, 'report.json'));
    const read = await readBundle(dir);
    assert.ok('error' in read && read.error === 'contains report.json, which is a symbolic link; not followed');
    execFileSync('mkfifo', [path.join(scratch, 'fifo')]);
    const fifo = await readBundle(path.join(scratch, 'fifo'));
    assert.ok('error' in fifo && fifo.error === 'is not a regular file');
  });
});

function forgedHeader(size: number): Buffer {
  const archive = tar([entry('big')], 0).subarray(0, 512);
  archive.write(size.toString(8).padStart(11, '0'), 124);
  archive.write(`${checksum(archive).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return archive;
}

describe('render', () => {
  const wrong: [string, string, RegExp][] = [
    ['another major', '{"reportVersion":"2.0"}', /has report version 2\.0 and this kubelet-doctor reads 1\.x/],
    ['no report', '{"kind":"PodList"}', /is not a report of kubelet-doctor/],
    ['half a report', '{"reportVersion":"1.0"}', /is not a complete report of kubelet-doctor: summary\.verdict is missing/],
    ['another shape', '{"reportVersion":"1.0","findings":{}}', /findings is not of type array/],
    ['no JSON', '{"reportVersion"', /is not JSON, or is cut off/],
    ['nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /nested deeper than 100 levels/],
    ['an escape in a name', `{"reportVersion":"1.0","summary":{"verdict":"\\u001b[2J"}}`, /summary\.verdict is none of/],
  ];
  for (const [name, text, expected] of wrong) {
    it(`refuses ${name} in one line`, async () => {
      const file = path.join(scratch, 'wrong.json');
      await writeFile(file, text);
      const { io, text: said } = recordingIo();
      assert.equal(await runCommandLine(['render', file, '-o', 'html'], io), 2);
      assert.equal(said().stdout, '');
      assert.match(said().stderr, expected);
      assert.equal(said().stderr.split('\n').length, 1);
    });
  }
});
