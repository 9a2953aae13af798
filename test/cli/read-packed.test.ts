/** What others pack, given to the one door: by its name or on standard input, in any form; and what cannot be read says what to do. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { runCommandLine } from '../../src/cli/command-line.js';
import { openGiven } from '../../src/files/given.js';
import { tar } from '../../src/files/tar.js';
import { recordingIo } from '../scenarios/run.js';
import { zip } from '../support/zip.js';

const directory = mkdtempSync(path.join(tmpdir(), 'kubelet-doctor-packed-'));
after(() => rmSync(directory, { recursive: true }));

/** A flare whose kubelet refused the agent: the refusal stands where its configuration should. */
const FLARE = Object.entries({
  'flare_creation.log': 'Flare creation time: 2026-01-05T10:00:00Z\n',
  'status.log': '===============\nAgent (v7.60.0)\n===============\n',
  'runtime_config_dump.yaml': 'api_key: "********"\n',
  'k8s/kubelet_config.yaml':
    'Forbidden (user=system:serviceaccount:datadog:agent, verb=get, resource=nodes, subresource(s)=[configz proxy])\n',
}).map(([name, text]) => ({ path: `worker-1/${name}`, bytes: Buffer.from(text) }));
const ZIP = zip(FLARE.map(({ path: name, bytes }) => ({ name, bytes })));
const TGZ = gzipSync(tar(FLARE, 0));

async function run(words: readonly string[], bytes: Buffer) {
  writeFileSync(path.join(directory, 'given'), bytes);
  const { io, text: said } = recordingIo();
  const code = await runCommandLine([...words, path.join(directory, 'given')], io, { env: {}, cwd: directory });
  return { code, ...said() };
}

describe('what others pack', () => {
  it('is the same report by name and on standard input', async () => {
    const named = await run([], ZIP);
    assert.match(named.stdout, /Datadog Agent flare \(collector 7\.60\.0\)/);
    for (const input of [ZIP, TGZ, tar(FLARE, 0)]) {
      assert.equal((await run([], input)).stdout, named.stdout);
      const piped = spawnSync(process.execPath, ['--import', 'tsx', 'src/single.ts', '-'], { input, encoding: 'utf8' });
      assert.deepEqual([piped.stdout.trim(), piped.status], [named.stdout.trim(), named.code], piped.stderr);
    }
  });

  it('is gone through once', { skip: !existsSync('/proc/self/io') && 'Linux alone counts what is read' }, async () => {
    const bytesRead = () => Number(/^rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
    const large = tar([...FLARE, { path: 'worker-1/logs/other.bin', bytes: Buffer.alloc(32 << 20, 'x\n') }], 0);
    for (const words of [[], ['judge']]) {
      const before = bytesRead();
      const { stdout } = await run(words, large);
      assert.match(stdout, /Datadog Agent flare/);
      const times = (bytesRead() - before) / large.length;
      assert.ok(times < 1.5, `${words}: ${times.toFixed(1)} times`);
    }
  });

  it('is named where a report is asked for', async () => {
    for (const bytes of [ZIP, TGZ]) {
      const { code, stderr } = await run(['render'], bytes);
      assert.equal(code, 2);
      assert.match(
        stderr,
        /holds no report: it is another program's bundle \(Datadog Agent flare\), of which kubelet-doctor judge makes one$/,
      );
    }
  });

  it('and cannot be read, says in one line what to do, to whoever asks', async () => {
    const rows: [Buffer, RegExp][] = [
      [Buffer.from('age-encryption.org/v1\n-> X25519 a\n'), /is encrypted with age.*age -d/],
      [Buffer.from('LPKSHHRH\0\0\0\0\0\0\0\0'), /journal in binary form.*journalctl/],
      [Buffer.from('\x28\xb5\x2f\xfd\0\0', 'latin1'), /packed as zstd.*unpack it/],
      [ZIP.subarray(0, 200), /is cut off: a zip archive/],
      [Buffer.from('{"log":{"version":"1.2","creator":{},"entries":[]}}'), /is a HAR of a browser|is not a report/],
      [gzipSync(Buffer.from('LPKSHHRH\0\0\0\0\0\0\0\0')), /journal in binary form/],
    ];
    for (const [bytes, words] of rows)
      for (const command of [[], ['judge'], ['render']]) {
        const { code, stdout, stderr } = await run(command, bytes);
        assert.deepEqual([code, stdout, stderr.split('\n').length], [2, '', 1], `${words} ${command}`);
        assert.match(stderr, words);
      }
  });

  it('and holds nothing that is read, says how to collect what is', async () => {
    const empty = (name: string) => tar([{ path: name, bytes: Buffer.from('') }], 0);
    const rows: [Buffer, RegExp][] = [
      [
        empty('must-gather.local.1/gather.logs'),
        /\(must-gather\), and contains nothing that is read: run oc adm must-gather again .*oc adm inspect/,
      ],
      [empty('a/analysis.json'), /\(troubleshoot support bundle\), and contains nothing that is read: .*kubectl get nodes,pods/],
    ];
    for (const [bytes, words] of rows)
      for (const command of [[], ['judge']]) {
        const { code, stdout, stderr } = await run(command, bytes);
        assert.deepEqual([code, stdout, stderr.split('\n').length], [2, '', 1], `${words}`);
        assert.match(stderr, words);
      }
  });

  it('and is too large to be read whole, says what to give', async () => {
    const long = (begin: string) => Buffer.concat([Buffer.from(begin), Buffer.alloc((32 << 20) + 1, 'x')]);
    const rows: [string[], Buffer, RegExp][] = [
      [['judge'], long(''), /larger than 33554432 bytes, .*kubelet-doctor FILE reads a log/],
      [['judge'], long('{"apiVersion":"v1","kind":"Node","a":"'), /larger than 33554432 bytes, .*kubelet-doctor FILE reads a log/],
      [['render'], long('{"reportVersion":"'), /larger than 33554432 bytes, /],
      [[], long('{"reportVersion":"'), /larger than 33554432 bytes; merge fewer/],
      [[], long('apiVersion: apps/v1\nkind: DaemonSet\na: '), /larger than 8388608 bytes; give the agent's own documents/],
    ];
    for (const [command, bytes, words] of rows) {
      const { code, stdout, stderr } = await run(command, bytes);
      assert.deepEqual([code, stdout, stderr.split('\n').length], [2, '', 1], `${words}`);
      assert.match(stderr, words);
    }
    // A log of one line has a beginning.
    assert.equal((await run([], long(''))).code, 0);
  });

  it('is no log, and a log is no bundle', async () => {
    const { code, stderr } = await run(['judge'], Buffer.from('2026-01-05 10:00:00 UTC | CORE | INFO | (a.go:1 in f) | hello\n'));
    assert.equal(code, 2);
    assert.match(stderr, /is neither a facts\.json nor a bundle; kubelet-doctor FILE reads a log/);
  });

  it('is told from one file by its beginning, however it comes', async () => {
    const rows: [string, Buffer, boolean][] = [
      ['a zip', ZIP, true],
      ['a tar.gz', TGZ, true],
      ['a tar', tar(FLARE, 0), true],
      ['a log in gzip', gzipSync('text\n'), false],
      ['a log', Buffer.from('text\n'), false],
      ['gzip in gzip', gzipSync(gzipSync('text\n')), true],
      ['a large tar.gz', gzipSync(tar([{ path: 'x', bytes: Buffer.alloc(3 << 20) }], 0)), true],
    ];
    for (const [name, bytes, isPacked] of rows) {
      const given = await openGiven(
        '-',
        (async function* () {
          for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
        })(),
      );
      assert.ok(!('error' in given));
      assert.equal(given.isPacked, isPacked, name);
      if (isPacked && name !== 'gzip in gzip') assert.deepEqual(await given.bytes(1 << 24), bytes, `${name}, as it came`);
      if (isPacked) assert.equal(await given.bytes(10).then((read) => read?.length ?? 0), 0);
      await given.close();
    }
  });
});
