/** `demo`: the real command against a simulated cluster over real sockets. The only way in for the simulator; nothing else loads it. */
import type { Host } from '../../host/host.js';
import { runDemo } from '../../sim/demo.js';
import { SCENARIOS } from '../../sim/scenarios.js';
import type { Io } from '../io.js';
import { nearest, usageError } from '../usage.js';

export interface DemoFlags {
  scenario?: string;
  list: boolean;
  verbose: boolean;
  output: string;
}

/** Runs the command line in a place of the simulator; handed over, because the command line is what calls us. */
export type RunWords = (argv: readonly string[], io: Io, host: Partial<Host>) => Promise<number>;

export async function runDemoCommand({ scenario, list, verbose, output }: DemoFlags, io: Io, runWords: RunWords): Promise<number> {
  const known = SCENARIOS.map((each) => each.scenario);
  if (scenario !== undefined && !known.includes(scenario)) {
    const close = nearest(scenario, known) ?? known.find((name) => name.includes(scenario));
    return usageError(
      io,
      `no scenario is called ${JSON.stringify(scenario)}; ${close ? `did you mean ${close}? ` : ''}\`kubelet-doctor demo --list\` shows them all`,
    );
  }
  const run = (argv: readonly string[], host: Partial<Host>) =>
    runWords(['check', ...argv, ...(verbose ? ['--verbose'] : []), `--output=${output}`], io, host);
  // Machine output stays the report alone.
  const print = output !== 'text' ? () => {} : (line: string) => io.out(line);
  return runDemo({ scenario, list }, run, print);
}
