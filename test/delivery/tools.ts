/** What the builders share: other programs, sizes as people read them, hashes. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

export const DIST = path.resolve('dist');
/** The package's own description; its version is that of everything delivered. */
export const PACKAGE = JSON.parse(readFileSync('package.json', 'utf8')) as {
  name: string;
  version: string;
  description: string;
  homepage?: string;
};

/** Runs a program and returns its stdout; what it says on stderr is part of the error. */
export function run(file: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): string {
  try {
    return execFileSync(file, args, { ...options, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stderr = '', stdout = '' } = error as { stderr?: string; stdout?: string };
    throw new Error(`${file} ${args.join(' ')} failed: ${stderr || stdout || String(error)}`);
  }
}

export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 2 : 1)} MiB`;
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A tar of a folder that depends on nothing but its files: order, owner and time are fixed. */
export function tar(folder: string, names: readonly string[] = ['.']): Buffer {
  const fixed = [
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--format=posix',
    '--pax-option=delete=atime,delete=ctime',
  ];
  return execFileSync('tar', ['-C', folder, ...fixed, '-cf', '-', ...names], { maxBuffer: 512 * 1024 * 1024 });
}

/** By the program: its best is a thirtieth smaller than that of Node's own. Neither name nor time is part of it. */
export function gzip(content: Buffer): Buffer {
  return execFileSync('gzip', ['-9', '-n'], { input: content, maxBuffer: 512 * 1024 * 1024 });
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
