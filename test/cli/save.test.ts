/** `--save`: what is written, where, how; and that what was written says the same when it is read again. */
import assert from 'node:assert/strict';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { runCommandLine } from '../../src/cli/command-line.js';
import { save } from '../../src/files/save.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { startWorld } from '../../src/sim/start.js';
import { recordingIo, runIn } from '../scenarios/run.js';

const FILES = ['index.json', 'report.txt', 'report.html', 'report.md', 'report.json', 'facts.json', 'junit.xml'];
const scratch = await mkdtemp(path.join(tmpdir(), 'kd-save-'));
after(() => rm(scratch, { recursive: true }));

async function offline(...argv: string[]) {
  const { io, text } = recordingIo();
  const code = await runCommandLine(argv, io, { cwd: scratch });
  return { code, ...text() };
}

async function inWorld(scenario: string, args: string[], env: Record<string, string> = {}) {
  const world = await startWorld(SCENARIOS.find((each) => each.scenario === scenario)?.world ?? {});
  try {
    return await runIn({ ...world, host: { ...world.host, cwd: scratch, env: { ...world.host.env, ...env } } }, args);
  } finally {
    await world.stop();
  }
}

describe('--save', () => {
  it('writes a directory of every form, for its owner alone', async () => {
    const ran = await inWorld('rights-missing', ['--save', 'dir']);
    assert.equal(ran.code, 1);
    assert.match(ran.stderr, /^Saved to dir: index\.json, /);
    const at = path.join(scratch, 'dir');
    assert.deepEqual((await readdir(at)).sort(), [...FILES].sort());
    for (const file of FILES) assert.equal((await stat(path.join(at, file))).mode & 0o777, 0o600, file);
    assert.equal((await stat(at)).mode & 0o777, 0o700);
    const index = JSON.parse(await readFile(path.join(at, 'index.json'), 'utf8'));
    assert.deepEqual([index.bundleVersion, index.reportVersion, index.factsVersion, index.failOn], ['1.0', '1.5', '1.0', 'degrades']);
    assert.ok(index.settings.length > 5);
  });

  it('writes an archive; a second one from the same facts has the same bytes', async () => {
    await inWorld('rights-missing', ['--save', 'one.tgz', '--output', 'json']);
    const one = path.join(scratch, 'one.tgz');
    assert.equal((await stat(one)).mode & 0o777, 0o600);
    const { report, facts } = await kept(one);
    const { savedFiles } = await import('../../src/render/saved.js');
    const files = savedFiles(report, facts.facts, { failOn: facts.failOn, skip: facts.skip, only: facts.only });
    const time = Math.floor(Date.parse(report.startedAt) / 1000);
    assert.equal(await save(files, { path: path.join(scratch, 'two.tgz'), force: false, time }), undefined);
    assert.deepEqual(await readFile(path.join(scratch, 'two.tgz')), await readFile(one));
  });

  it('asks for --force before it replaces, and before it asks any server', async () => {
    await writeFile(path.join(scratch, 'there.tgz'), 'precious');
    const refused = await inWorld('rights-missing', ['--save', 'there.tgz']);
    assert.deepEqual([refused.code, refused.stdout], [2, '']);
    assert.equal(refused.stderr, 'kubelet-doctor: --save there.tgz: already exists; --force replaces it');
    assert.equal(await readFile(path.join(scratch, 'there.tgz'), 'utf8'), 'precious');
    assert.equal((await inWorld('rights-missing', ['--save', 'there.tgz', '--force'])).code, 1);
    assert.equal((await offline('render', 'there.tgz')).code, 0);
    assert.equal((await inWorld('rights-missing', ['--force'])).code, 2);
  });

  it('follows no link, and says what is wrong with a place', async () => {
    await writeFile(path.join(scratch, 'target'), 'precious');
    await symlink('target', path.join(scratch, 'link.tgz'));
    await mkdir(path.join(scratch, 'full'));
    await writeFile(path.join(scratch, 'full', 'mine'), '');
    for (const [place, why] of [
      ['link.tgz', /is a symbolic link/],
      ['none/x.tgz', /its directory does not exist/],
      ['full', /already exists and is not empty; --force/],
      ['target', /exists and is not a directory; a file name must end in \.tgz/],
    ] as const) {
      const { code, stderr } = await inWorld('rights-missing', ['--save', place, ...(place === 'link.tgz' ? ['--force'] : [])]);
      assert.equal(code, 2);
      assert.match(stderr, why);
    }
    assert.equal(await readFile(path.join(scratch, 'target'), 'utf8'), 'precious');
    assert.ok((await lstat(path.join(scratch, 'link.tgz'))).isSymbolicLink());
  });

  it('leaves nothing behind where it cannot write', async () => {
    const before = await readdir(scratch);
    // /dev/full takes no file; a name too long is refused when the temporary file is there already.
    const why = await save([{ file: 'a', text: 'b' }], { path: path.join(scratch, `${'x'.repeat(252)}.tgz`), force: false, time: 0 });
    assert.equal(why, 'its name is too long');
    assert.deepEqual(await readdir(scratch), before);
  });

  it('writes to TS_OUTPUT_DIR too, as a collector of troubleshoot.sh asks', async () => {
    const at = path.join(scratch, 'collector');
    await mkdir(at);
    for (const again of [1, 2]) {
      const ran = await inWorld('rights-missing', ['--output', 'json'], { TS_OUTPUT_DIR: at });
      assert.deepEqual([ran.code, ran.stderr], [1, ''], `run ${again}`);
      assert.deepEqual((await readdir(at)).sort(), [...FILES].sort());
    }
  });
});

async function kept(file: string) {
  const { createHost } = await import('../../src/host/create.js');
  const { factsFrom, reportFrom } = await import('../../src/cli/saved-input.js');
  const [report, facts] = [await reportFrom(file, createHost()), await factsFrom(file, createHost())];
  assert.ok('report' in report && 'file' in facts);
  return { report: report.report, facts: facts.file };
}

/** A few worlds of each kind: every one of them is a run over real sockets. */
const SOME = ['kubelet-refused', 'rights-missing', 'expired-certificate', 'kubelet-cut-off', 'decision-cached', 'kubelet-host-unset'];

describe('what was saved', { concurrency: 4 }, () => {
  for (const scenario of SOME) {
    it(`says the same when it is judged again: ${scenario}`, async () => {
      const file = `${scenario}.tgz`;
      const ran = await inWorld(scenario, ['--save', file, '--output', 'json']);
      const judged = await offline('judge', file, '-o', 'json');
      assert.equal(judged.stdout, ran.stdout);
      assert.equal(judged.code, ran.code);
      const rendered = await offline('render', file, '-o', 'json');
      assert.deepEqual([rendered.stdout, rendered.code, rendered.stderr], [ran.stdout, 0, '']);
      for (const output of ['text', 'html'] as const) {
        const [again, once] = [await offline('judge', file, '-o', output), await offline('render', file, '-o', output)];
        assert.deepEqual([again.code, again.stdout], [ran.code, once.stdout], output);
      }
      const world = await offline('diff', file, file);
      assert.match(world.stdout, /^No change: the same findings in the same order\./);
    });
  }
});

describe('secrets', { concurrency: 2 }, () => {
  for (const { scenario, world } of SCENARIOS.filter((each) => SOME.includes(each.scenario))) {
    it(`are in no byte of any artefact: ${scenario}`, async () => {
      const running = await startWorld({ ...world, hostile: { kubelet: true, apiserver: true } });
      try {
        const file = path.join(scratch, `secret-${scenario}.tgz`);
        const dir = path.join(scratch, `secret-${scenario}`);
        const argv = ['--connect-timeout', '1500ms', '--verbose', '--debug'];
        await runIn(running, [...argv, '--save', file]);
        await runIn(running, [...argv, '--save', dir]);
        const artefacts = await Promise.all(FILES.map((name) => readFile(path.join(dir, name), 'latin1')));
        const all = [gunzipSync(await readFile(file)).toString('latin1'), ...artefacts].join('\n');
        for (const secret of running.secrets) {
          const plain = Buffer.from(secret);
          const forms = [
            plain.toString('latin1'),
            plain.toString('base64').replace(/=+$/, ''),
            plain.toString('base64url'),
            encodeURIComponent(secret),
          ];
          for (const form of forms) assert.ok(!all.includes(form), `a secret is in it: ${secret.slice(0, 12)}…`);
        }
        assert.doesNotMatch(all.replaceAll('\0', ''), /[\x01-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]/);
      } finally {
        await running.stop();
      }
    });
  }
});
