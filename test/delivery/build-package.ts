/** `npm run build:package`: dist/package/kubelet-doctor-VERSION.tgz, as it would be published. */
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DIST, mebibytes, run, say } from './tools.js';

interface Packed {
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string }[];
}

const folder = path.join(DIST, 'package');
run('npm', ['run', 'build']);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const [packed] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder])) as Packed[];
if (!packed) throw new Error('npm packed nothing');
say(
  `${path.relative('.', path.join(folder, packed.filename))}: ${mebibytes(packed.size)}, unpacked ${mebibytes(packed.unpackedSize)}, ${packed.files.length} files`,
);
