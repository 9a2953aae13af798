/** Roots with next to nothing in them, made of namespaces: where a delivered program has to start. No rights on this machine are needed. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { librariesOf } from './libraries.js';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  ms: number;
}

/** Runs a program in this environment alone, and waits for its end. */
export function start(file: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Ended> {
  const began = performance.now();
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000, killSignal: 'SIGKILL' });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) =>
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr, ms: performance.now() - began })),
  );
}

/** A root with the program at /kubelet-doctor and the libraries it needs: no shell, no /etc, no /dev, no /proc. */
export function layOutBare(root: string, executable: string): void {
  const copies = [['/kubelet-doctor', executable], ...librariesOf(executable).map((library) => [library, realpathSync(library)])];
  for (const [at = '', from = ''] of copies) {
    mkdirSync(path.join(root, path.dirname(at)), { recursive: true });
    copyFileSync(from, path.join(root, at));
  }
}

export interface RootOptions {
  env?: Record<string, string>;
  /** Default 0, which is nobody outside. */
  user?: number;
  readOnly?: boolean;
  proc?: boolean;
  /** A folder seen at /host. */
  host?: string;
}

/** Lays out the mounts in a namespace of its own, then changes root, user and environment, as a container runtime does. */
const ENTER = `
set -e
root=$1 user=$2 readonly=$3 proc=$4 host=$5; shift 5
mount --rbind "$root" "$root"
[ -z "$host" ] || mount --rbind "$host" "$root/host"
[ -z "$proc" ] || mount -t proc proc "$root/proc"
[ -z "$readonly" ] || mount -o remount,bind,ro "$root"
exec unshare --user --map-user="$user" --map-group="$user" --root="$root" --wd=/ "$@"
`;

/** Runs a program of `root` with it as its root, in this machine's network. */
export function startIn(root: string, command: readonly string[], options: RootOptions = {}): Promise<Ended> {
  const { env = {}, user = 0, readOnly = false, proc = false, host = '' } = options;
  const apart = ['--user', '--map-root-user', '--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
  const settings = [root, String(user), readOnly ? 'yes' : '', proc ? 'yes' : '', host];
  return start('unshare', [...apart, 'sh', '-c', ENTER, 'root', ...settings, ...command], {
    env: { ...env, PATH: [env.PATH, process.env.PATH].filter(Boolean).join(':') },
  });
}
