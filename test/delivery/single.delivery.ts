/** The one file: alone in a folder, with nothing but Node. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { reportOf, withCluster } from './cluster.js';
import { assertNotices } from './notices.js';
import { start } from './places.js';
import { DIST, PACKAGE, run, say } from './tools.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kd-single-'));
const file = path.join(folder, 'kubelet-doctor.mjs');
after(() => rmSync(folder, { recursive: true }));

describe('the one file', () => {
  before(() => {
    say(run('npm', ['run', '-s', 'build:single']).trim());
    copyFileSync(path.join(DIST, 'single/kubelet-doctor.mjs'), file);
  });

  it('starts by itself, and says its version', async () => {
    const { code, stdout } = await start(file, ['--version'], { cwd: folder });
    assert.deepEqual([code, stdout], [0, `${PACKAGE.version}\n`]);
  });

  it('holds the licences of the packages that are in it', () => assertNotices(readFileSync(file, 'utf8')));

  it('knows every cause and explains it', async () => {
    const { stdout } = await start(process.execPath, [file, 'explain', 'kubelet-permission-missing'], { cwd: folder });
    assert.match(stdout, /kubectl auth can-i/);
  });

  it('has no simulator, and says so in one line', async () => {
    const { code, stdout, stderr } = await start(process.execPath, [file, 'demo'], { cwd: folder });
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^kubelet-doctor: this build has no demo; .*npx kubelet-doctor demo\n$/);
    assert.doesNotMatch(readFileSync(file, 'utf8'), /X509CertificateGenerator/);
  });

  it('finds a fault', async () => {
    await withCluster({ agent: { rights: 'none' } }, async ({ args, kubeconfig }) => {
      const env = { ...process.env, KUBECONFIG: kubeconfig };
      const { code, stdout, stderr } = await start(process.execPath, [file, ...args], { cwd: folder, env });
      assert.equal(code, 1, stdout + stderr);
      assert.equal(reportOf(stdout).summary.top.id, 'kubelet-permission-missing');
    });
  });
});
