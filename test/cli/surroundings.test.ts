/** A machine that is sick itself: full disks, closed streams, no directory, no home, few descriptors, signals. One line, exit code 2, nothing left behind. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { save } from '../../src/files/save.js';
import { bundleInto } from '../support/bundled.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'kd-surroundings-'));
after(() => rmSync(scratch, { recursive: true }));
// As bin does, without what is measured there.
const entry = path.join(scratch, 'start.mts');
writeFileSync(
  entry,
  `import { main, processIo } from ${JSON.stringify(path.resolve('src/main.ts'))};
process.exitCode = await main(process.argv.slice(2), { io: processIo() });
`,
);
bundleInto(path.join(scratch, 'bundled'), entry);
const COMMAND = `'${process.execPath}' '${path.join(scratch, 'bundled', 'start.mjs')}'`;

function shell(script: string, env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, TMPDIR: scratch, ...env },
    cwd: scratch,
  });
  return { status, stdout, stderr };
}

function assertOneLine({ status, stderr }: ReturnType<typeof shell>, says: RegExp, what: string): void {
  assert.equal(status, 2, `${what}: ${stderr}`);
  assert.equal(stderr.trimEnd().split('\n').length, 1, `${what}: ${stderr}`);
  assert.match(stderr, says, what);
}

const SOME = ['list', '--version', 'help', 'explain kubelet-down', 'demo --list', 'demo -o json', 'completion bash'];

describe('output that cannot be written', () => {
  it('is one line and no code of a finding, whatever the command', () => {
    for (const words of SOME) assertOneLine(shell(`${COMMAND} ${words} > /dev/full`), /cannot write the output: no space left/, words);
    assert.deepEqual(simulatorsLeft(), []);
  });

  it('is no report with exit code 0 that ends in its middle', (t) => {
    const folder = mkdtempSync(path.join(scratch, 'full-'));
    const mounted = `mount -t tmpfs -o size=16k none '${folder}'`;
    if (spawnSync('unshare', ['-rm', 'sh', '-c', mounted]).status !== 0) return t.skip('no mount namespace for this user here');
    const script = `${mounted} && ${COMMAND} help agents > '${folder}/a' && ${COMMAND} demo -o html --exit-zero > '${folder}/b'`;
    assertOneLine(shell(`unshare -rm sh -c "${script}"`), /no space left/, 'a small disk');
  });

  it('goes to a reader that went away, without a word', () => {
    const { stdout, stderr } = shell(`{ ${COMMAND} list; echo "code $?" >&2; } | true`);
    assert.deepEqual([stdout, stderr], ['', 'code 0\n']);
  });

  it('may have no stream at all', () => {
    for (const closed of ['>&-', '2>&-', '<&-', '>&- 2>&- <&-']) assert.equal(shell(`${COMMAND} list ${closed}`).status, 0, closed);
  });
});

describe('a machine without', () => {
  it('a working directory: absolute names work, others are not found', () => {
    const gone = path.join(scratch, 'gone');
    const inGone = (words: string) => {
      mkdirSync(gone);
      return shell(`cd '${gone}' && rmdir '${gone}' && ${COMMAND} ${words}`);
    };
    assert.equal(inGone('list').status, 0);
    assertOneLine(inGone('render report.json'), /report\.json: no such file/, 'a relative name');
    assertOneLine(inGone('render /nowhere/report.json'), /no such file/, 'an absolute name');
  });

  it('a home, or one that is no directory or cannot be written to', () => {
    for (const HOME of ['', '/nonexistent', '/dev/null', '/proc/1'])
      assert.equal(shell(`${COMMAND} list && ${COMMAND} demo --exit-zero -q`, { HOME }).status, 0, HOME);
  });

  it('descriptors: one line', () => {
    const codes = [24, 32, 40].map((limit) => {
      const { status, stderr } = shell(`ulimit -n ${limit}; ${COMMAND} demo -q --exit-zero`);
      assert.ok(status === 0 || status === 2 || status === 3, `${limit}: ${status} ${stderr}`);
      if (status === 2) assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
      return status;
    });
    assert.equal(codes[0], 2);
    assert.deepEqual(simulatorsLeft(), []);
  });
});

const simulatorsLeft = () => readdirSync(scratch).filter((name) => name.startsWith('kubelet-doctor-sim-'));

describe('a signal', () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    it(`${signal} at any instant leaves nothing of a demo and its report behind`, async () => {
      for (const delay of [300, 700, 1100, 1500]) {
        const folder = mkdtempSync(path.join(scratch, 'signal-'));
        const words = ['demo', '--exit-zero', '-o', 'json'];
        const child = spawn(process.execPath, [path.join(scratch, 'bundled', 'start.mjs'), ...words], {
          env: { PATH: process.env.PATH, TMPDIR: folder, TS_OUTPUT_DIR: path.join(folder, 'out') },
          stdio: 'ignore',
        });
        const closed = new Promise<[number | null, string | null]>((resolve) => child.once('close', (...how) => resolve(how)));
        await new Promise((resolve) => setTimeout(resolve, delay));
        child.kill(signal);
        const [code, by] = await closed;
        assert.ok(by === signal || code === 0, `${delay}: ${code} ${by}`);
        assert.deepEqual(
          readdirSync(folder).filter((name) => name !== 'out'),
          [],
          `after ${delay} ms`,
        );
      }
    });
});

describe('saving', () => {
  const FILES = ['report.json', 'index.json'].map((file) => ({ file, text: 'new' }));
  const options = { force: true, time: 0 };

  it('replaces all or nothing where one of its names is a directory', async () => {
    const folder = mkdtempSync(path.join(scratch, 'half-'));
    writeFileSync(path.join(folder, 'index.json'), 'old');
    mkdirSync(path.join(folder, 'report.json'));
    assert.equal(await save(FILES, { ...options, path: folder }), 'is a directory');
    assert.equal(readFileSync(path.join(folder, 'index.json'), 'utf8'), 'old');
    assert.deepEqual(readdirSync(folder).sort(), ['index.json', 'report.json']);
  });

  it('clears what a killed run left beside it, but not what another may be writing', async () => {
    const folder = mkdtempSync(path.join(scratch, 'left-'));
    const stage = (hex: string) => path.join(folder, `.a.tgz.${hex}.tmp`);
    for (const hex of ['0123456789ab', 'ba9876543210']) writeFileSync(stage(hex), 'half');
    writeFileSync(path.join(folder, '.b.tgz.0123456789ab.tmp'), 'of another');
    utimesSync(stage('0123456789ab'), 0, 0);
    assert.equal(await save(FILES, { ...options, path: path.join(folder, 'a.tgz') }), undefined);
    assert.deepEqual(readdirSync(folder).sort(), ['.a.tgz.ba9876543210.tmp', '.b.tgz.0123456789ab.tmp', 'a.tgz']);
  });
});
