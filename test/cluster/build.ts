/** Builds the test cluster's one binary, once per content of its Go files, into the user's cache directory. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SOURCE = fileURLToPath(new URL('./go/', import.meta.url));
const prefix = () => `kdcluster-${chosen()}-`;

/** The minors it can be of; `KD_KUBERNETES` chooses another than the first. A module file has its sums beside it, and its name as a build tag. */
const MINORS = {
  '1.36': { release: 'v1.36.2', modules: 'go.mod', tags: [] },
  '1.37': { release: 'v1.37.2', modules: 'go-1.37.mod', tags: ['-tags', 'kubernetes1.37'] },
} as const;
type Minor = keyof typeof MINORS;

function chosen(minor = process.env.KD_KUBERNETES || '1.36'): Minor {
  if (Object.hasOwn(MINORS, minor)) return minor as Minor;
  throw new Error(`KD_KUBERNETES is one of ${Object.keys(MINORS).join(', ')}`);
}

/** What its components call themselves. */
export function release(): string {
  return MINORS[chosen()].release;
}

/** Without these a component calls itself v0.0.0-master+$Format (k8s.io/component-base/version/base.go). */
const VERSION_PACKAGES = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];

/** An error of the environment, not of the code: the runner may then skip. */
export interface MissingTool extends Error {
  code: 'ERR_MISSING_TOOL';
}

/** Makes the error that says which tool this machine lacks. */
export function missingTool(message: string): MissingTool {
  return Object.assign(new Error(message), { code: 'ERR_MISSING_TOOL' as const });
}

/** True when a tool is missing rather than something being broken. */
export function isMissingTool(error: unknown): error is MissingTool {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MISSING_TOOL';
}

async function goVersion(): Promise<string> {
  try {
    return (await run('go', ['env', 'GOVERSION', 'GOARCH'], { cwd: SOURCE })).stdout;
  } catch (error) {
    throw missingTool(`the Go toolchain does not answer (${error instanceof Error ? error.message.split('\n')[0] : String(error)})`);
  }
}

async function contentHash(toolchain: string): Promise<string> {
  const { modules } = MINORS[chosen()];
  const isRead = (name: string) => name.endsWith('.go') || name === modules || name === modules.replace('.mod', '.sum');
  const hash = createHash('sha256').update(toolchain).update(linkerFlags());
  for (const name of (await readdir(SOURCE)).filter(isRead).sort()) {
    hash.update(name).update(await readFile(join(SOURCE, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

function linkerFlags(): string {
  const [, gitMajor = '', gitMinor = ''] = /^v(\d+)\.(\d+)/.exec(release()) ?? [];
  const version = { gitVersion: release(), gitMajor, gitMinor, gitTreeState: 'clean' };
  const settings = VERSION_PACKAGES.flatMap((pkg) => Object.entries(version).map(([key, value]) => `-X ${pkg}.${key}=${value}`));
  return ['-s', '-w', ...settings].join(' ');
}

async function compile(target: string): Promise<void> {
  const partial = `${target}.${process.pid}`;
  const { modules, tags } = MINORS[chosen()];
  const args = ['build', `-modfile=${modules}`, ...tags, '-trimpath', '-buildvcs=false', '-ldflags', linkerFlags(), '-o', partial, '.'];
  const child = spawn('go', args, { cwd: SOURCE, env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' }, stdio: ['ignore', 2, 2] });
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('exit', resolve));
  if (code !== 0) throw new Error(`go build of the test cluster ended with ${code}`);
  await rename(partial, target); // atomic: a second run never sees half a binary
}

async function removeOthers(directory: string, keep: string): Promise<void> {
  const old = (await readdir(directory)).filter(
    (name) => name.startsWith(prefix()) && name !== keep && !name.slice(prefix().length).includes('.'),
  );
  await Promise.all(old.map((name) => rm(join(directory, name), { force: true })));
}

/** The path of the binary, built if need be. Throws a MissingTool without Go. */
export async function buildCluster(): Promise<string> {
  const directory = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kubelet-doctor-test');
  const name = prefix() + (await contentHash(await goVersion()));
  const target = join(directory, name);
  if (existsSync(target)) return target;
  process.stderr.write(
    'Building the test cluster (Kubernetes from source): the first build takes ten minutes or more, later ones half a minute.\n',
  );
  await mkdir(directory, { recursive: true });
  await compile(target);
  await removeOthers(directory, name);
  return target;
}
