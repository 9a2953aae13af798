/** `npm run build:executable`: dist/executable/kubelet-doctor for linux x64, which needs no Node. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildExecutable } from './executable.js';
import { gzip, mebibytes, say } from './tools.js';

const { executable, version } = await buildExecutable();
const content = readFileSync(executable);
say(`${path.relative('.', executable)}: Node ${version}, ${mebibytes(content.length)}, gzip ${mebibytes(gzip(content).length)}`);
