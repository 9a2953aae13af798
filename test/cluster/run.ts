/**
 * `npm run test:cluster`: builds the cluster binary, then runs the cluster tests inside user, network, mount and process
 * namespaces of their own: no traffic leaves them, real packet filters work without root, and nothing outlives them.
 * Arguments are test files; default: every *.test.ts beside this file.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCluster, isMissingTool, missingTool } from './build.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
/** Should run.ts be killed, the kernel kills unshare, unshare its child, and the process namespace takes all the rest. */
const ENTER = [
  '--pdeathsig',
  'KILL',
  'unshare',
  '--user',
  '--map-root-user',
  '--net',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
  '--propagation',
  'private',
];

function requireTool(command: string, args: string[], why: string): void {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    throw missingTool(`${why} (${error instanceof Error ? error.message.split('\n').slice(0, 2).join(' ') : String(error)})`);
  }
}

/** Waits for minutes on one kubelet: beside the others, in namespaces of its own, when all are run. */
const PATIENT = 'patient.test.ts';

function testFiles(given: string[]): string[] {
  if (given.length > 0) return given;
  return readdirSync(HERE)
    .filter((name) => name.endsWith('.test.ts') && name !== PATIENT)
    .sort()
    .map((name) => join(HERE, name));
}

/** Runs inside.ts in the namespaces; its exit code is ours. A signal to us ends everything through --kill-child. */
async function runInside(binary: string, files: string[]): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'kd-'));
  const env = { ...process.env, KD_CLUSTER_BINARY: binary, KD_CLUSTER_SCRATCH: scratch };
  const inside = [process.execPath, '--import', 'tsx', join(HERE, 'inside.ts'), ...files];
  const child = spawn('setpriv', [...ENTER, ...inside], { env, stdio: 'inherit' });
  const end = (): boolean => child.kill('SIGKILL');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  try {
    return await new Promise<number>((resolve, reject) => child.on('error', reject).on('exit', (code) => resolve(code ?? 1)));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** `--existing`: the read-only part, against the cluster of KUBECONFIG, in no namespace of ours. */
function runAgainstExisting(): number {
  if (!process.env.KUBECONFIG) {
    process.stderr.write('--existing needs KUBECONFIG: the cluster to ask (it is only read)\n');
    return 2;
  }
  return spawnSync(process.execPath, ['--import', 'tsx', '--test', join(HERE, 'existing.ts')], { stdio: 'inherit' }).status ?? 1;
}

async function main(): Promise<number> {
  if (process.argv.includes('--existing')) return runAgainstExisting();
  try {
    requireTool(
      'setpriv',
      [...ENTER, 'true'],
      'unprivileged user namespaces are not permitted here; on Ubuntu see kernel.apparmor_restrict_unprivileged_userns',
    );
    requireTool('nft', ['--version'], 'nftables is not installed');
    requireTool('ip', ['-V'], 'iproute2 is not installed');
    requireTool('faketime', ['--version'], 'faketime is not installed');
    const binary = await buildCluster();
    const given = process.argv.slice(2);
    const patient = given.length > 0 ? [] : [join(HERE, PATIENT)];
    const codes = await Promise.all(
      [testFiles(given), patient].filter((files) => files.length > 0).map((files) => runInside(binary, files)),
    );
    return Math.max(...codes);
  } catch (error) {
    if (!isMissingTool(error)) throw error;
    const inCi = process.env.CI === 'true';
    process.stderr.write(`${inCi ? 'Cannot run' : 'Skipping'} the cluster tests: ${error.message}\n`);
    return inCi ? 1 : 0;
  }
}

process.exitCode = await main();
