/** The executable: Node with our script inside (https://nodejs.org/api/single-executable-applications.html). Built again only when something changed. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleScript } from './bundle.js';
import { type NodeRelease, nodeRelease } from './node-release.js';
import { LICENCE_OF_NODE } from './notices.js';
import { DIST, isInstalled, run, say, sha256 } from './tools.js';

const FOLDER = path.join(DIST, 'executable');
export const EXECUTABLE = path.join(FOLDER, 'kubelet-doctor');
/** Node looks for these two in its own file (src/node_sea.cc). */
const RESOURCE = 'NODE_SEA_BLOB';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

export interface Executable extends NodeRelease {
  executable: string;
}

export async function buildExecutable(): Promise<Executable> {
  mkdirSync(FOLDER, { recursive: true });
  const release = nodeRelease();
  const script = await bundleScript(path.join(FOLDER, 'kubelet-doctor.cjs'));
  const made = path.join(FOLDER, 'made-of.txt');
  const parts = `node ${release.version}\nscript ${sha256(readFileSync(script))}\n`;
  // Of Node, which is in it.
  if (release.licence) copyFileSync(release.licence, path.join(FOLDER, LICENCE_OF_NODE));
  if (!existsSync(EXECUTABLE) || !existsSync(made) || readFileSync(made, 'utf8') !== parts) {
    assemble(release, script);
    writeFileSync(made, parts);
  }
  return { ...release, executable: EXECUTABLE };
}

function assemble({ node }: NodeRelease, script: string): void {
  const blob = path.join(FOLDER, 'kubelet-doctor.blob');
  const config = path.join(FOLDER, 'sea-config.json');
  writeFileSync(
    config,
    JSON.stringify({
      main: script,
      output: blob,
      disableExperimentalSEAWarning: true,
      // Functions come compiled: the start is shorter than the script's own.
      useCodeCache: true,
      // NODE_OPTIONS of a pod is meant for its application, and could break this program or load code into it.
      execArgvExtension: 'none',
    }),
  );
  run(node, ['--experimental-sea-config', config]);
  const unfinished = `${EXECUTABLE}.part`;
  copyFileSync(node, unfinished);
  if (isInstalled('strip')) run('strip', [unfinished]);
  else say('strip (binutils) is not installed: the executable keeps its symbols, 18 MiB of them');
  run(path.resolve('node_modules/.bin/postject'), [unfinished, RESOURCE, blob, '--sentinel-fuse', FUSE]);
  for (const part of [blob, config]) rmSync(part);
  renameSync(unfinished, EXECUTABLE);
  if (statSync(EXECUTABLE).size < statSync(script).size) throw new Error('nothing was put into the executable');
}
