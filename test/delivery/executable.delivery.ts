/** The executable: in a root with nothing but itself and its libraries, and how fast it starts. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { placeKubeconfig, reportOf, withCluster } from './cluster.js';
import { EXECUTABLE } from './executable.js';
import { assertNotices, NOTICES } from './notices.js';
import { layOutBare, start, startIn } from './places.js';
import { DIST, PACKAGE, run, say } from './tools.js';

const root = mkdtempSync(path.join(tmpdir(), 'kd-bare-'));
after(() => rmSync(root, { recursive: true }));

describe('the executable', () => {
  before(() => {
    say(run('npm', ['run', '-s', 'build:executable']).trim());
    layOutBare(root, EXECUTABLE);
  });

  it('starts where nothing else is: no Node, no shell, no /proc, no /dev, no /etc', async () => {
    const { code, stdout, stderr } = await startIn(root, ['/kubelet-doctor', '--version']);
    assert.deepEqual([code, stdout, stderr], [0, `${PACKAGE.version}\n`, '']);
  });

  it('has the licences of what is in it beside it', () =>
    assertNotices(readFileSync(path.join(path.dirname(EXECUTABLE), NOTICES), 'utf8')));

  it('takes neither options nor code from the environment of a pod', async () => {
    const env = { NODE_OPTIONS: '--require /no-such-file' };
    assert.deepEqual((await startIn(root, ['/kubelet-doctor', '--version'], { env })).code, 0);
  });

  it('finds a fault from there', async () => {
    await withCluster({ agent: { rights: 'none' } }, async (met) => {
      const args = placeKubeconfig(met, root, '/admin.conf');
      const { code, stdout, stderr } = await startIn(root, ['/kubelet-doctor', ...args]);
      assert.equal(code, 1, stdout + stderr);
      assert.equal(reportOf(stdout).summary.top.id, 'kubelet-permission-missing');
      assert.ok(met.requests() > 0);
    });
  });

  it('says that all is well from there, as text', async () => {
    await withCluster({}, async (met) => {
      const args = placeKubeconfig(met, root, '/admin.conf').map((word) => (word === '--output=json' ? '--output=text' : word));
      const { code, stdout, stderr } = await startIn(root, ['/kubelet-doctor', ...args]);
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /^OK: /);
    });
  });

  it('starts within one and a half times the bundled script', async () => {
    run('npm', ['run', '-s', 'build']);
    const script = path.resolve('bin/kubelet-doctor.js');
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let i = 0; i < 15; i++) {
      ours.push((await start(EXECUTABLE, ['--version'])).ms);
      theirs.push((await start(process.execPath, [script, '--version'])).ms);
    }
    const [a, b] = [median(ours), median(theirs)];
    say(`${path.relative(DIST, EXECUTABLE)} --version: ${a.toFixed(0)} ms; the script ${b.toFixed(0)} ms; × ${(a / b).toFixed(2)}`);
    assert.ok(a <= 1.5 * b, `${a} ms against ${b} ms`);
  });
});

function median(list: number[]): number {
  return [...list].sort((x, y) => x - y)[Math.floor(list.length / 2)] ?? 0;
}
