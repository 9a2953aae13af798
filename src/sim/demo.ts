/** `demo`: the real command against a simulated cluster. Here only the world is chosen, started and stopped. */
import { SCENARIOS, type Scenario } from './scenarios.js';
import { type HostOverrides, type RunningWorld, startWorld } from './start.js';
import { clearLeftOvers } from './state/left-overs.js';

/** The main job on one screen: a cause, and a fix to paste. */
const DEFAULT_SCENARIO = 'rights-missing';

/** Runs `check` with these arguments on this host. */
export type RunCheck = (argv: readonly string[], host: HostOverrides) => Promise<number>;

/** Returns the exit code of the command it ran. The scenario must exist. */
export async function runDemo(
  { scenario, list }: { scenario?: string; list: boolean },
  run: RunCheck,
  print: (line: string) => void,
): Promise<number> {
  if (list) {
    listScenarios(print);
    return 0;
  }
  const name = scenario ?? DEFAULT_SCENARIO;
  const chosen = SCENARIOS.find((s) => s.scenario === name);
  if (!chosen) throw new Error(`no scenario is called ${name}`);
  return show(chosen, run, print);
}

function listScenarios(print: (line: string) => void): void {
  const width = Math.max(...SCENARIOS.map((s) => s.scenario.length));
  for (const { scenario, title } of SCENARIOS) print(`${scenario.padEnd(width)}  ${title}`);
}

const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const stopped = (world: RunningWorld) => world.stop();

async function show({ scenario, title, world }: Scenario, run: RunCheck, print: (line: string) => void): Promise<number> {
  print(`Simulated on this machine (${scenario}): ${title}.`);
  print('');
  await clearLeftOvers();
  const starting = startWorld(world);
  // Once, whoever asks for it first: who comes second waits for its end, too.
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= starting.then(stopped, () => {}));
  // ^C ends the program as it always does, but not before the simulated token and CA are gone from the disk; a second one does at once.
  const end = (signal: NodeJS.Signals) => void stop().finally(() => process.kill(process.pid, signal));
  for (const signal of ENDS) process.once(signal, end);
  try {
    const { argv, host } = await starting;
    return await run(argv, host);
  } finally {
    await stop();
    for (const signal of ENDS) process.off(signal, end);
    print('');
    print('Other worlds: kubelet-doctor demo --list');
  }
}
