/** `npm run build:single`: dist/single/kubelet-doctor.mjs, which needs Node and nothing beside it. */
import { chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleModule } from './bundle.js';
import { DIST, gzip, mebibytes, say } from './tools.js';

const file = await bundleModule(path.join(DIST, 'single/kubelet-doctor.mjs'));
chmodSync(file, 0o755);
const content = readFileSync(file);
say(`${path.relative('.', file)}: ${mebibytes(content.length)}, gzip ${mebibytes(gzip(content).length)}`);
