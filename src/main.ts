/** Wires the rooms together: arguments → command → exit code. Catches everything; never ends the process itself. */
import type { Io } from './cli/io.js';
import { machineFault } from './cli/output.js';
import type { Host } from './host/host.js';
import { BUGS, VERSION } from './version.js';

export { processIo } from './cli/io.js';

export interface MainOptions {
  io: Io;
  /** Parts of another world (the simulator's): environment, root, clock… */
  host?: Partial<Host>;
}

/** What reads thousands of lines is faster with room; thousands of reports are not. */
const [WITH_ROOM, OF_MANY] = ['read', 'merge'];

/** Runs a command line (without node and script) and returns the exit code. */
export async function main(argv: readonly string[], { io, host }: MainOptions): Promise<number> {
  try {
    // Nothing is loaded for this one: it is what scripts ask most.
    if (argv.length === 1 && ['--version', '-V', 'version'].includes(argv[0] ?? '')) {
      io.out(VERSION);
      return 0;
    }
    const [command = ''] = argv;
    if (command !== WITH_ROOM) (await import('./host/engine.js')).staySmall(command === OF_MANY ? 'many' : undefined);
    const gone = leaveDeleted();
    const { runCommandLine } = await import('./cli/command-line.js');
    return await runCommandLine(argv, io, gone === undefined ? host : { cwd: gone, ...host });
  } catch (error) {
    const { err } = (await import('./cli/io.js')).harmless(io);
    const fault = machineFault(error);
    if (fault !== undefined) {
      err(`kubelet-doctor: ${fault}`);
      return 2;
    }
    err(
      `kubelet-doctor: internal error: ${error instanceof Error ? error.message : String(error)}; --debug shows where${BUGS ? `; report it at ${BUGS}` : ''}`,
    );
    if (argv.includes('--debug') && error instanceof Error) err(error.stack ?? '');
    return 2;
  }
}

/** Libraries ask for the working directory as they load, and end where it was deleted. Names are still relative to where it was. */
function leaveDeleted(): string | undefined {
  try {
    process.cwd();
    return undefined;
  } catch {
    process.chdir('/');
    return process.env.PWD ?? '/';
  }
}
