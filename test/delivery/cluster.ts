/** The simulated cluster as a delivered program meets it: over real sockets, with a kubeconfig file, from a process of its own. */
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import type { Report } from '../../src/model/report.js';
import { startWorld } from '../../src/sim/start.js';
import type { World } from '../../src/sim/world.js';

export interface Met {
  /** Arguments of a check with its report as JSON. */
  args: string[];
  /** Path of the kubeconfig on this machine. */
  kubeconfig: string;
  requests(): number;
}

/** A workstation's world, up while `work` runs. */
export async function withCluster<T>(world: World, work: (met: Met) => Promise<T>): Promise<T> {
  const running = await startWorld({ place: 'workstation', ...world });
  try {
    const kubeconfig = path.join(running.host.root ?? '', running.kubeconfig ?? '');
    return await work({ args: ['check', ...running.argv, '--output=json'], kubeconfig, requests: () => running.requests.length });
  } finally {
    await running.stop();
  }
}

/** Where the program will look for it: `at` below its root. */
export function placeKubeconfig(met: Met, root: string, at: string): string[] {
  copyFileSync(met.kubeconfig, path.join(root, at));
  return [...met.args, `--kubeconfig=${at}`];
}

/** The one line of JSON. */
export function reportOf(stdout: string): Report {
  return JSON.parse(stdout) as Report;
}
