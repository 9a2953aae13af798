/** `demo`: the real command against a simulated cluster. Here only the world is chosen, started and stopped. */
import { SCENARIOS, type Scenario } from './scenarios.js';
import { type HostOverrides, startWorld } from './start.js';

/** The main job on one screen: a cause, and a fix to paste. */
const DEFAULT_SCENARIO = 'rights-missing';

/** Runs `check` with these arguments on this host. */
export type RunCheck = (argv: readonly string[], host: HostOverrides) => Promise<number>;

/** Returns the exit code of the command it ran; 2 for a scenario that does not exist. */
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
  if (!chosen) {
    const near = closest(name);
    print(`no scenario ${JSON.stringify(name)}${near ? `; did you mean ${near}?` : ''} (all of them: kubelet-doctor demo --list)`);
    return 2;
  }
  return show(chosen, run, print);
}

function listScenarios(print: (line: string) => void): void {
  const width = Math.max(...SCENARIOS.map((s) => s.scenario.length));
  for (const { scenario, title } of SCENARIOS) print(`${scenario.padEnd(width)}  ${title}`);
}

async function show({ scenario, title, world }: Scenario, run: RunCheck, print: (line: string) => void): Promise<number> {
  print(`Simulated on this machine (${scenario}): ${title}.`);
  print('');
  const running = await startWorld(world);
  try {
    return await run(running.argv, running.host);
  } finally {
    await running.stop();
    print('');
    print('Other worlds: kubelet-doctor demo --list, then kubelet-doctor demo --scenario NAME');
  }
}

/** The scenario whose name differs least, when it differs little. */
function closest(name: string): string | undefined {
  const ranked = SCENARIOS.map((s) => ({ name: s.scenario, distance: distance(name, s.scenario) })).sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(2, name.length / 3) ? best.name : SCENARIOS.find((s) => s.scenario.includes(name))?.scenario;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
