/** `demo`: the real command against a simulated cluster over real sockets. The only way in for the simulator; nothing else loads it. */
import type { Host } from '../../host/host.js';
import { runDemo } from '../../sim/demo.js';
import { runCommandLine } from '../command-line.js';
import type { Io } from '../io.js';

export interface DemoFlags {
  scenario?: string;
  list: boolean;
  verbose: boolean;
  output: string;
}

export function runDemoCommand({ scenario, list, verbose, output }: DemoFlags, io: Io): Promise<number> {
  const run = (argv: readonly string[], host: Partial<Host>) =>
    runCommandLine(['check', ...argv, ...(verbose ? ['--verbose'] : []), `--output=${output}`], io, host);
  // Machine output stays the report alone.
  const print = output === 'json' ? () => {} : (line: string) => io.out(line);
  return runDemo({ scenario, list }, run, print);
}
