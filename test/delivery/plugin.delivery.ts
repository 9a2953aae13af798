/** The kubectl plugin: found by kubectl through its name on PATH, and a krew manifest by krew's own rules, for archives that hold what it says. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import type { KrewManifest } from './krew.js';
import { complaintsOf, matches } from './krew-rules.js';
import { assertNotices, NOTICES } from './notices.js';
import { start } from './places.js';
import { DIST, isInstalled, PACKAGE, run, say, sha256 } from './tools.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kd-plugin-'));
const krew = path.join(DIST, 'krew');
let manifest: KrewManifest;
after(() => rmSync(folder, { recursive: true }));

/** What krew does to install: unpack, and link the program under the name kubectl looks for. Returns that folder, for PATH. */
function install(pair: string): string {
  const platform = manifest.spec.platforms.find(({ selector }) => matches(selector, pair));
  assert.ok(platform, pair);
  const archive = path.join(krew, path.basename(new URL(platform.uri).pathname));
  assert.equal(sha256(readFileSync(archive)), platform.sha256);
  const [store, bin] = [path.join(folder, pair, 'store'), path.join(folder, pair, 'bin')];
  for (const made of [store, bin]) mkdirSync(made, { recursive: true });
  run('tar', ['-xzf', archive, '-C', store]);
  assert.ok(readdirSync(store).includes('LICENSE'), 'krew asks for the licence');
  assertNotices(readFileSync(path.join(store, NOTICES), 'utf8'));
  symlinkSync(path.join(store, platform.bin), path.join(bin, `kubectl-${manifest.metadata.name.replaceAll('-', '_')}`));
  return bin;
}

describe('the kubectl plugin', () => {
  before(() => {
    say(run('npm', ['run', '-s', 'build:krew', '--', 'https://downloads.example.com/v1', 'https://example.com/kubelet-doctor']).trim());
    manifest = parse(readFileSync(path.join(krew, `${PACKAGE.name}.yaml`), 'utf8')) as KrewManifest;
  });

  it('refuses to write a manifest whose archives are nowhere', async () => {
    for (const given of [[], ['v1'], ['http://downloads.example.com/v1', 'https://example.com']]) {
      const { code, stdout, stderr } = await start('npm', ['run', '-s', 'build:krew', '--', ...given]);
      assert.deepEqual([code, stdout], [2, ''], given.join(' '));
      assert.match(stderr, /^build:krew needs addresses .*\n$/);
    }
  });

  it('has a manifest that krew accepts, and its rules refuse what is wrong', () => {
    assert.deepEqual(complaintsOf(`${PACKAGE.name}.yaml`, manifest), []);
    const [first, ...others] = manifest.spec.platforms;
    assert.ok(first);
    const broken = (spec: Partial<KrewManifest['spec']>) =>
      complaintsOf(`${PACKAGE.name}.yaml`, { ...manifest, spec: { ...manifest.spec, ...spec } });
    assert.deepEqual(broken({ version: '0.1' }), ['version 0.1']);
    assert.deepEqual(broken({ platforms: [first, first, ...others] }), ['2 platforms for linux/amd64']);
    assert.deepEqual(broken({ platforms: [{ ...first, sha256: 'abc' }, ...others] }), ['sha256 abc']);
    assert.deepEqual(broken({ platforms: [{ ...first, bin: '../sh' }, ...others] }), ['bin ../sh']);
    assert.equal(complaintsOf('other.yaml', manifest).length, 1);
  });

  for (const pair of ['linux/amd64', 'linux/arm64', 'darwin/arm64'])
    it(`is installed for ${pair}, and kubectl finds it`, async (t) => {
      const bin = install(pair);
      const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
      const own = await start('kubectl-kubelet_doctor', ['--version'], { env });
      assert.equal(own.stdout, `${PACKAGE.version}\n`);
      if (!isInstalled('kubectl')) return t.diagnostic('kubectl is not installed: started by its file alone');
      const { code, stdout, stderr } = await start('kubectl', ['kubelet-doctor', '--version'], { env });
      assert.deepEqual([code, stdout], [0, `${PACKAGE.version}\n`], stderr);
    });
});
