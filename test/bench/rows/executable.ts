/** The executable beside the Node it carries, where it was built. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { EXECUTABLE } from '../../delivery/executable.js';
import { nodeRelease } from '../../delivery/node-release.js';
import { gzip } from '../../delivery/tools.js';
import { type Family, ratio } from '../family.js';
import { sideBySide } from '../measure.js';

const MIB = 1024 * 1024;

export const family: Family = async function* ({ runs }) {
  if (!existsSync(EXECUTABLE)) {
    yield 'executable: run `npm run build:executable` to measure it';
    return;
  }
  const { node, version } = nodeRelease();
  const { bare, started } = await sideBySide(runs, {
    bare: { file: node, args: ['-e', '0'] },
    started: { file: EXECUTABLE, args: ['--version'] },
  });
  yield ratio(`executable, --version : bare Node ${version}, wall`, 1.3, [started.ms, bare.ms]);
  const packed = gzip(readFileSync(EXECUTABLE)).length / MIB;
  yield {
    measure: 'executable, compressed',
    limit: 40,
    figure: packed,
    unit: 'MiB',
    of: `${(statSync(EXECUTABLE).size / MIB).toFixed(0)} MiB`,
  };
};
