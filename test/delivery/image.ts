/**
 * The container image: the executable, the libraries it needs, two users, and nothing else; no shell, no package manager. Its file system is made
 * here for both ways to an image: the Dockerfile copies it, and `ociArchive` packs it without a daemon
 * (https://github.com/opencontainers/image-spec, image-layout.md).
 */
import { chmodSync, copyFileSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ARCHITECTURES } from '../../src/manifests/image.js';
import type { Executable } from './executable.js';
import { librariesOf } from './libraries.js';
import { licencesFor } from './notices.js';
import { gzip, PACKAGE, sha256, tar } from './tools.js';

/** One image each; the executable is that of this machine (node-release.ts). */
const [ARCHITECTURE] = ARCHITECTURES;
/** As distroless images number theirs; a Pod with runAsNonRoot needs a number. */
export const NONROOT = 65532;
export const ENTRYPOINT = '/usr/local/bin/kubelet-doctor';
const USERS = `root:x:0:0:root:/root:/\nnonroot:x:${NONROOT}:${NONROOT}:nonroot:/home/nonroot:/\n`;
const GROUPS = `root:x:0:\nnonroot:x:${NONROOT}:\n`;

/** Lays the file system out below `root`. */
export function layOut(root: string, { executable }: Executable): void {
  rmSync(root, { recursive: true, force: true });
  for (const folder of ['etc', 'home/nonroot', 'host', 'proc', 'root', 'tmp', 'usr/local/bin', 'usr/share/doc/kubelet-doctor'])
    mkdirSync(path.join(root, folder), { recursive: true });
  chmodSync(path.join(root, 'tmp'), 0o1777);
  writeFileSync(path.join(root, 'etc/passwd'), USERS);
  writeFileSync(path.join(root, 'etc/group'), GROUPS);
  for (const file of licencesFor(executable)) copyFileSync(file, path.join(root, 'usr/share/doc/kubelet-doctor', path.basename(file)));
  copyFileSync(executable, path.join(root, ENTRYPOINT));
  // Where the linker of this machine looks for them is where the same linker looks for them there.
  for (const library of librariesOf(executable)) {
    const copy = path.join(root, library);
    mkdirSync(path.dirname(copy), { recursive: true });
    copyFileSync(realpathSync(library), copy);
    chmodSync(copy, 0o755);
  }
}

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  platform?: { os: string; architecture: string };
  annotations?: Record<string, string>;
}

/** Packs a file system as an OCI archive: what `skopeo copy oci-archive:FILE`, `podman load` and `ctr images import` read. */
export function ociArchive(root: string, archive: string): { layer: number; digest: string } {
  const layout = `${archive}.layout`;
  rmSync(layout, { recursive: true, force: true });
  mkdirSync(path.join(layout, 'blobs/sha256'), { recursive: true });
  const put = (mediaType: string, content: Buffer): Descriptor => {
    const hash = sha256(content);
    writeFileSync(path.join(layout, 'blobs/sha256', hash), content);
    return { mediaType, digest: `sha256:${hash}`, size: content.length };
  };
  const putJson = (mediaType: string, value: object): Descriptor => put(mediaType, Buffer.from(JSON.stringify(value)));

  const files = tar(root);
  const layer = put('application/vnd.oci.image.layer.v1.tar+gzip', gzip(files));
  const config = putJson('application/vnd.oci.image.config.v1+json', imageConfig(sha256(files)));
  const manifest = putJson('application/vnd.oci.image.manifest.v1+json', {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config,
    layers: [layer],
  });
  const named = {
    ...manifest,
    platform: { os: 'linux', architecture: ARCHITECTURE },
    annotations: { 'org.opencontainers.image.ref.name': `${PACKAGE.name}:${PACKAGE.version}` },
  };
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [named] };
  writeFileSync(path.join(layout, 'index.json'), JSON.stringify(index));
  writeFileSync(path.join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(archive, tar(layout, ['oci-layout', 'index.json', 'blobs']));
  rmSync(layout, { recursive: true });
  return { layer: layer.size, digest: manifest.digest };
}

function imageConfig(layer: string): object {
  return {
    architecture: ARCHITECTURE,
    os: 'linux',
    config: {
      User: `${NONROOT}:${NONROOT}`,
      Env: ['PATH=/usr/local/bin', 'HOME=/home/nonroot'],
      Entrypoint: [ENTRYPOINT],
      WorkingDir: '/',
      Labels: {
        'org.opencontainers.image.title': PACKAGE.name,
        'org.opencontainers.image.description': PACKAGE.description,
        'org.opencontainers.image.version': PACKAGE.version,
        'org.opencontainers.image.licenses': 'Apache-2.0',
      },
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
    history: [{ created_by: 'npm run build:image' }],
  };
}
