/** Runs the real command, in this process, against a simulated world. */
import { runCommandLine } from '../../src/cli/command-line.js';
import type { Io } from '../../src/cli/io.js';
import type { Report } from '../../src/model/report.js';
import { type RunningWorld, startWorld } from '../../src/sim/start.js';
import type { World } from '../../src/sim/world.js';
import { recordingIo } from '../support/io.js';

export { recordingIo };

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
  ms: number;
}

/** `kubelet-doctor` with the world's arguments and more: the word `check` is left out, as yargs draws up a help text (60 ms) for a command that is named. */
export async function runIn(world: RunningWorld, args: string[] = [], io: Partial<Io> = {}): Promise<Ran> {
  const recording = recordingIo(io);
  const began = performance.now();
  const code = await runCommandLine([...world.argv, ...args], recording.io, world.host);
  return { code, ...recording.text(), ms: performance.now() - began };
}

/**
 * How many worlds at once: some wait for a timeout, and for a user's own. A shorter one would make a slow machine look like a silent server; the
 * waiting costs nothing while others run.
 */
export const WORLDS_AT_ONCE = 8;

export interface Diagnosed extends Ran {
  report: Report;
  world: RunningWorld;
}

/** Starts the world, runs it, stops it. */
export async function diagnoseWorld(world: World, args: string[] = []): Promise<Diagnosed> {
  const running = await startWorld(world);
  try {
    const ran = await runIn(running, ['--output', 'json', ...args]);
    if (ran.stderr) throw new Error(ran.stderr);
    return { ...ran, report: JSON.parse(ran.stdout) as Report, world: running };
  } finally {
    await running.stop();
  }
}
