/** `npm run build:image`: dist/image/rootfs, which the Dockerfile copies, and the same as an OCI archive, made without a daemon. */
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { buildExecutable } from './executable.js';
import { layOut, ociArchive } from './image.js';
import { DIST, mebibytes, PACKAGE, say } from './tools.js';

// Whoever runs it later must be able to read it.
process.umask(0o022);
const folder = path.join(DIST, 'image');
mkdirSync(folder, { recursive: true });
const root = path.join(folder, 'rootfs');
layOut(root, await buildExecutable());
const archive = path.join(folder, `${PACKAGE.name}-${PACKAGE.version}.oci.tar`);
const { digest } = ociArchive(root, archive);
say(`${path.relative('.', archive)}: ${mebibytes(statSync(archive).size)}, ${digest}`);
