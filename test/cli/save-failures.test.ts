/** Saving that fails: a file size limit, a full disk, a process killed at any moment. What was there stays whole, or the new is there whole. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { readBundle } from '../../src/files/bundle.js';
import { bundleInto } from '../support/bundled.js';

const scratch = await mkdtemp(path.join(tmpdir(), 'kd-fail-'));
after(() => rm(scratch, { recursive: true }));
const SAVE = path.resolve('src/files/save.ts');
/** Saves a report of 2 MB that gzip cannot make small; prints `ready` first and why not last. */
const source = path.join(scratch, 'child.mts');
await writeFile(
  source,
  `import { randomBytes } from 'node:crypto';
import { save } from ${JSON.stringify(SAVE)};
const text = JSON.stringify({ noise: randomBytes(1_000_000).toString('hex') });
console.log('ready');
console.log((await save([{ file: 'report.json', text }], { path: process.argv[2], force: true, time: 0 })) ?? 'saved');
`,
);
bundleInto(path.join(scratch, 'bundled'), source);
const node = [process.execPath, path.join(scratch, 'bundled', 'child.mjs')];
const quoted = node.map((word) => `'${word}'`).join(' ');

describe('saving that fails', () => {
  it('says that the file would be too large, and leaves the old one and nothing else', async () => {
    const folder = await mkdtemp(path.join(scratch, 'limit-'));
    const file = path.join(folder, 'a.tgz');
    await writeFile(file, 'old');
    // In blocks of 512 or 1024 bytes, as the shell has it. The signal that comes with the limit is ignored: then writing fails with EFBIG.
    const { stdout } = spawnSync('sh', ['-c', `trap '' XFSZ; ulimit -f 200; ${quoted} '${file}'`], { encoding: 'utf8' });
    assert.match(stdout, /the file would exceed the size limit/);
    assert.deepEqual([await readdir(folder), await readFile(file, 'utf8')], [['a.tgz'], 'old']);
  });

  it('says that the disk is full, and leaves the old one and nothing else', async (t) => {
    const folder = await mkdtemp(path.join(scratch, 'full-'));
    const mounted = `mount -t tmpfs -o size=256k none '${folder}' && echo old > '${folder}/a.tgz'`;
    if (spawnSync('unshare', ['-rm', 'sh', '-c', mounted]).status !== 0) return t.skip('no mount namespace for this user here');
    const { stdout } = spawnSync(
      'unshare',
      ['-rm', 'sh', '-c', `${mounted} && ${quoted} '${folder}/a.tgz'; ls -A '${folder}'; cat '${folder}/a.tgz'`],
      {
        encoding: 'utf8',
      },
    );
    assert.equal(stdout, 'ready\nthe disk is full\na.tgz\nold\n');
  });

  it('killed at any moment, leaves the old file or the whole new one, for its owner alone', async () => {
    const folder = await mkdtemp(path.join(scratch, 'killed-'));
    const file = path.join(folder, 'a.tgz');
    for (let delay = 0; delay < 120; delay += 15) {
      await writeFile(file, 'old', { mode: 0o600 });
      const child = spawn(node[0] as string, [...node.slice(1), file], { stdio: ['ignore', 'pipe', 'inherit'] });
      const closed = new Promise((resolve) => child.once('close', resolve));
      await new Promise((resolve) => child.stdout.once('data', resolve));
      child.stdout.resume();
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill('SIGKILL');
      await closed;
      if ((await readFile(file)).toString('latin1') !== 'old') assert.ok(!('error' in (await readBundle(file))), `after ${delay} ms`);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      // What a kill leaves has a hidden name and no ending of an archive: nobody takes it for a bundle.
      for (const name of (await readdir(folder)).filter((each) => each !== 'a.tgz')) assert.match(name, /^\.a\.tgz\.[0-9a-f]{12}\.tmp$/);
    }
  });
});
