/** Components of the test cluster as child processes, and waiting for them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A running component. It also ends with this process: the binary asks the kernel for that. */
export interface Component {
  name: string;
  logFile: string;
  child: ChildProcess;
}

/** Starts `kdcluster COMPONENT FLAGS`, named after the component so that user agents and process lists look as usual. */
export function startComponent(name: string, logFile: string, flags: string[], env: NodeJS.ProcessEnv = {}): Component {
  const binary = process.env.KD_CLUSTER_BINARY;
  if (!binary) throw new Error('the cluster tests run through `npm run test:cluster`, which builds the cluster and makes its namespaces');
  const log = openSync(logFile, 'a');
  try {
    const child = spawn(binary, [name, ...flags], { argv0: name, stdio: ['ignore', log, log], env: { PATH: process.env.PATH, ...env } });
    return { name, logFile, child };
  } finally {
    closeSync(log);
  }
}

/** True while the process runs (a frozen one runs). */
export function isRunning({ child }: Component): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** Kills at once, frozen or not, and waits for the end. */
export async function killComponent(component: Component): Promise<void> {
  if (!isRunning(component)) return;
  const ended = new Promise((resolve) => component.child.once('exit', resolve));
  component.child.kill('SIGKILL');
  await ended;
}

/** Asks until the answer is not undefined; errors count as "not yet" and are told when time runs out. */
export async function waitFor<T>(what: string, ask: () => Promise<T | undefined>, timeoutMs = 20_000): Promise<T> {
  const end = Date.now() + timeoutMs;
  let last = '';
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      if (error instanceof Error && error.name === 'ComponentEnded') throw error;
      last = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms${last}`);
    await sleep(40);
  }
}

/** Waits until something accepts connections there; fails at once, with the end of its log, when the component has ended. */
export async function waitForPort(component: Component, host: string, port: number): Promise<void> {
  await waitFor(`${component.name} on ${host}:${port}`, async () => {
    if (!isRunning(component)) throw ended(component);
    await new Promise<void>((resolve, reject) => {
      const socket = connect(port, host, () => {
        socket.destroy();
        resolve();
      }).on('error', reject);
    });
    return true;
  });
}

/** What to throw when a component stopped by itself. */
export function ended({ name, logFile, child }: Component): Error {
  const tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-12).join('\n');
  const error = new Error(`${name} ended (${child.exitCode ?? child.signalCode}), ${basename(logFile)} says:\n${tail}`);
  error.name = 'ComponentEnded';
  return error;
}
