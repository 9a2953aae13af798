/** The npm package, as npm would install it: packed, installed in an empty folder, started through npx. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { reportOf, withCluster } from './cluster.js';
import { assertNotices, NOTICES } from './notices.js';
import { start } from './places.js';
import { DIST, PACKAGE, run, say } from './tools.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kd-package-'));
after(() => rmSync(folder, { recursive: true }));

/** Not in it: what only its makers need. */
const NOT_PACKED = /^(src|test|\.ci|tsconfig|package-lock|Dockerfile)|dist\/(single|executable|image|krew|package)\//;

describe('the npm package', () => {
  let installation = '';
  before(async () => {
    say(run('npm', ['run', '-s', 'build:package']).trim());
    const archive = path.join(DIST, 'package', `${PACKAGE.name}-${PACKAGE.version}.tgz`);
    const files = run('tar', ['-tzf', archive]).trim().split('\n');
    for (const file of files) assert.doesNotMatch(file.replace('package/', ''), NOT_PACKED);
    assert.ok(files.includes(`package/dist/${NOTICES}`), 'the licences of what is in it');
    assertNotices(readFileSync(path.join(DIST, NOTICES), 'utf8'));
    assert.ok(statSync(archive).size < 4 * 1024 * 1024, 'less than 4 MiB');
    const { stdout, stderr } = await start('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', archive], { cwd: folder });
    installation = stdout + stderr;
  });

  it('is the only package that is installed, and runs no script at installation', () => {
    const installed = readdirSync(path.join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
    assert.deepEqual(installed, [PACKAGE.name]);
    assert.doesNotMatch(installation, /install-scripts/);
  });

  it('starts through npx', () => {
    assert.equal(run('npx', ['--no-install', 'kubelet-doctor', '--version'], { cwd: folder }).trim(), PACKAGE.version);
  });

  it('has the schema of its reports, and the demo', async () => {
    const schema = path.join(folder, 'node_modules', PACKAGE.name, 'dist/report.schema.json');
    assert.ok(JSON.parse(readFileSync(schema, 'utf8')));
    const { code, stdout } = await start('npx', ['--no-install', 'kubelet-doctor', 'demo'], { cwd: folder });
    assert.equal(code, 1);
    assert.match(stdout, /The kubelet refuses every path/);
  });

  it('checks a cluster', async () => {
    await withCluster({}, async ({ args, kubeconfig }) => {
      const env = { ...process.env, KUBECONFIG: kubeconfig };
      const { code, stdout, stderr } = await start('npx', ['--no-install', 'kubelet-doctor', ...args], { cwd: folder, env });
      assert.equal(code, 0, stdout + stderr);
      assert.equal(reportOf(stdout).summary.verdict, 'pass');
    });
  });
});
