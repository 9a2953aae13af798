/** First process of the namespaces made by run.ts: lays out their network and files, then runs the tests one by one. */
import { spawn } from 'node:child_process';
import { setUpNetwork } from './net.js';
import { setUpMounts } from './pod-place.js';

async function main(files: string[]): Promise<number> {
  const scratch = process.env.KD_CLUSTER_SCRATCH;
  if (!scratch) throw new Error('started without run.ts');
  await setUpMounts(scratch);
  await setUpNetwork();
  // A proxy of the developer's machine is not reachable from here, and a debugger is not meant for every child.
  const { HTTP_PROXY, HTTPS_PROXY, http_proxy, https_proxy, NODE_OPTIONS, ...env } = process.env;
  const args = ['--import', 'tsx', '--test', '--test-concurrency=1', '--test-reporter=spec', ...files];
  const child = spawn(process.execPath, args, { env, stdio: 'inherit' });
  return new Promise<number>((resolve, reject) => child.on('error', reject).on('exit', (code) => resolve(code ?? 1)));
}

process.exitCode = await main(process.argv.slice(2));
