/** `demo`: the real command against a simulated cluster over real sockets. The only way in for the simulator; nothing else loads it. */
import type { Host } from '../../host/host.js';
import { nearest } from '../../kubernetes/near.js';
import { runDemo } from '../../sim/demo.js';
import { SCENARIOS } from '../../sim/scenarios.js';
import type { RunWords } from '../arguments/command.js';
import { type Io, outText } from '../io.js';
import { usageError } from '../usage.js';

export interface DemoFlags {
  scenario?: string;
  list: boolean;
  /** For check, as they are. */
  switches: readonly string[];
  output: string;
}

export async function runDemoCommand({ scenario, list, switches, output }: DemoFlags, io: Io, runWords: RunWords): Promise<number> {
  const known = SCENARIOS.map((each) => each.scenario);
  if (scenario !== undefined && !known.includes(scenario)) {
    const close = nearest(scenario, known) ?? known.find((name) => name.includes(scenario));
    return usageError(
      io,
      `unknown scenario ${JSON.stringify(scenario.slice(0, 80))}; ${close ? `did you mean ${close}?` : '`kubelet-doctor demo --list` lists them'}`,
    );
  }
  const run = (argv: readonly string[], host: Partial<Host>) => runWords(['check', ...argv, ...switches, `--output=${output}`], io, host);
  // Machine output stays the report alone.
  const print = output !== 'text' ? () => {} : (line: string) => outText(io, line);
  return runDemo({ scenario, list }, run, print);
}
