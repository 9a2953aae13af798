/** `judge -`: what is piped is read, and not the folder that we are in. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { tar } from '../../src/files/tar.js';

const DUMP = `{"kind":"NodeList","apiVersion":"v1","items":[]}
==== START logs for container a of pod shop/cart-1 ====
Request log error: Get "https://10.0.0.2:10250/containerLogs/shop/cart-1/a": remote error: tls: internal error
==== END logs for container a of pod shop/cart-1 ====
`;

it('standard input is a bundle too', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kubelet-doctor-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  // What lies here is none of what was piped.
  writeFileSync(path.join(folder, 'pods.json'), '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"here","namespace":"x"}}');
  const main = path.resolve('src/single.ts');
  const judge = (input: string | Buffer) =>
    spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), main, 'judge', '-'], { input, cwd: folder, encoding: 'utf8' });
  const piped = judge(DUMP);
  assert.match(piped.stdout, /^Log shows: kubelet without a serving certificate/, piped.stderr);
  const none = judge('hello\n');
  assert.deepEqual([none.status, none.stderr], [2, 'kubelet-doctor: standard input: contains no support bundle that is read\n']);
  // And what cannot be read, or is ours, as by its name.
  assert.match(judge('age-encryption.org/v1\n-> X25519 a\n').stderr, /: standard input: is encrypted with age/);
  const own = Buffer.from('{"factsVersion":"9.0"}');
  for (const input of [own, gzipSync(own), gzipSync(tar([{ path: 'kubelet-doctor/facts.json', bytes: own }], 0))])
    assert.match(judge(input).stderr, /^kubelet-doctor: standard input: .*\b9\.0\b/);
});
