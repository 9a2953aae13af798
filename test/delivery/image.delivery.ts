/** The image, from its OCI archive: every digest, then unpacked and run as a container runtime would. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ARCHITECTURES } from '../../src/manifests/image.js';
import { placeKubeconfig, reportOf, withCluster } from './cluster.js';
import { NONROOT } from './image.js';
import { assertNotices, NOTICES } from './notices.js';
import { startIn } from './places.js';
import { DIST, PACKAGE, run, say, sha256 } from './tools.js';

interface Descriptor {
  platform?: { architecture: string };
  mediaType: string;
  digest: string;
  size: number;
}

interface ImageConfig {
  architecture: string;
  os: string;
  config: { User: string; Env: string[]; Entrypoint: string[]; WorkingDir: string };
  rootfs: { diff_ids: string[] };
}

const folder = mkdtempSync(path.join(tmpdir(), 'kd-image-'));
const layout = path.join(folder, 'layout');
const root = path.join(folder, 'root');
const host = path.join(folder, 'host');
let config: ImageConfig;
after(() => rmSync(folder, { recursive: true }));

/** A blob, of the size and hash that it was named by. */
function blob({ digest, size }: Descriptor): Buffer {
  const content = readFileSync(path.join(layout, 'blobs', digest.replace(':', '/')));
  assert.deepEqual([content.length, `sha256:${sha256(content)}`], [size, digest]);
  return content;
}

const json = <T>(content: Buffer): T => JSON.parse(content.toString()) as T;
const environment = () => Object.fromEntries(config.config.Env.map((pair) => pair.split('=') as [string, string]));
const runImage = (args: readonly string[], options: Parameters<typeof startIn>[2] = {}) =>
  startIn(root, [...config.config.Entrypoint, ...args], {
    env: environment(),
    user: Number(config.config.User.split(':')[0]),
    readOnly: true,
    proc: true,
    ...options,
  });

describe('the image', () => {
  before(() => {
    say(run('npm', ['run', '-s', 'build:image']).trim());
    for (const made of [layout, root, path.join(host, 'etc/kubernetes')]) mkdirSync(made, { recursive: true });
    run('tar', ['-xf', path.join(DIST, 'image', `${PACKAGE.name}-${PACKAGE.version}.oci.tar`), '-C', layout]);
    assert.deepEqual(json(readFileSync(path.join(layout, 'oci-layout'))), { imageLayoutVersion: '1.0.0' });
    const { manifests } = json<{ manifests: Descriptor[] }>(readFileSync(path.join(layout, 'index.json')));
    assert.deepEqual(
      manifests.map(({ platform }) => platform?.architecture),
      ARCHITECTURES,
      'what manifests ask of a node is what there is an image for',
    );
    const manifest = json<{ config: Descriptor; layers: Descriptor[] }>(blob(manifests[0] as Descriptor));
    config = json<ImageConfig>(blob(manifest.config));
    const layers = manifest.layers.map((layer) => gunzipSync(blob(layer)));
    assert.deepEqual(
      layers.map((layer) => `sha256:${sha256(layer)}`),
      config.rootfs.diff_ids,
    );
    for (const { digest } of manifest.layers)
      run('tar', ['-xzf', path.join(layout, 'blobs', digest.replace(':', '/')), '-C', root, '--no-same-owner']);
  });

  it('is what the Dockerfile says', () => {
    const said = Object.fromEntries(
      readFileSync('Dockerfile', 'utf8')
        .split(/^FROM scratch$/m)[1]
        ?.split('\n')
        .map((line) => /^([A-Z]+) (.*)$/.exec(line)?.slice(1) ?? ['', '']) ?? [],
    );
    const { User, Env, Entrypoint, WorkingDir } = config.config;
    assert.deepEqual([said.USER, said.ENV, said.ENTRYPOINT, said.WORKDIR], [User, Env.join(' '), JSON.stringify(Entrypoint), WorkingDir]);
    assert.deepEqual([config.os, config.architecture, User], ['linux', 'amd64', `${NONROOT}:${NONROOT}`]);
  });

  it('holds one program, and no shell', () => {
    assert.deepEqual(readdirSync(path.join(root, 'usr/local/bin')), ['kubelet-doctor']);
    assert.deepEqual(
      readdirSync(root).filter((name) => name === 'bin' || name === 'sbin'),
      [],
    );
  });

  it('holds the licences of what is in it', () =>
    assertNotices(readFileSync(path.join(root, 'usr/share/doc/kubelet-doctor', NOTICES), 'utf8')));

  it('runs as nobody in particular, on a read-only root', async () => {
    const { code, stdout, stderr } = await runImage(['--version']);
    assert.deepEqual([code, stdout, stderr], [0, `${PACKAGE.version}\n`, '']);
  });

  it('is found by its name, as kubectl debug starts it', async () => {
    const { stdout } = await startIn(root, ['kubelet-doctor', '--version'], { env: environment(), user: NONROOT, readOnly: true });
    assert.equal(stdout, `${PACKAGE.version}\n`);
  });

  it('finds a fault as root, by a file of the node at /host', async () => {
    await withCluster({ agent: { rights: 'none' } }, async (met) => {
      const args = placeKubeconfig(met, host, '/etc/kubernetes/admin.conf').map((word) => word.replace('=/etc/', '=/host/etc/'));
      const { code, stdout, stderr } = await runImage(args, { user: 0, host });
      assert.equal(code, 1, stdout + stderr);
      assert.equal(reportOf(stdout).summary.top.id, 'kubelet-permission-missing');
    });
  });
});
