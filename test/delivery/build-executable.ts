/** `npm run build:executable`: dist/executable/kubelet-doctor for linux x64, which needs no Node. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildExecutable } from './executable.js';
import { mebibytes, say } from './tools.js';

const { executable, version } = await buildExecutable();
const content = readFileSync(executable);
say(`${path.relative('.', executable)}: Node ${version}, ${mebibytes(content.length)}, gzip ${mebibytes(gzipSync(content).length)}`);
