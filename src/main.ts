/** Wires the rooms together: arguments → command → exit code. Catches everything; never ends the process itself. */
import type { Io } from './cli/io.js';
import type { Host } from './host/host.js';
import { BUGS, VERSION } from './version.js';

export interface MainOptions {
  io: Io;
  /** Parts of another world (the simulator's): environment, root, clock… */
  host?: Partial<Host>;
}

/** Runs a command line (without node and script) and returns the exit code. */
export async function main(argv: readonly string[], { io, host }: MainOptions): Promise<number> {
  // Nothing is loaded for this one: it is what scripts ask most.
  if (argv.length === 1 && ['--version', '-V', 'version'].includes(argv[0] ?? '')) {
    io.out(VERSION);
    return 0;
  }
  try {
    const { runCommandLine } = await import('./cli/command-line.js');
    return await runCommandLine(argv, io, host);
  } catch (error) {
    const { err } = (await import('./cli/io.js')).harmless(io);
    err(
      `kubelet-doctor: internal error: ${error instanceof Error ? error.message : String(error)}; --debug shows where${BUGS ? `; report it at ${BUGS}` : ''}`,
    );
    if (argv.includes('--debug') && error instanceof Error) err(error.stack ?? '');
    return 2;
  }
}
