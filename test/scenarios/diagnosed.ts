/** The report on each scenario, for all who look at it: worlds are data, and the same command in the same world says the same. */
import type { World } from '../../src/sim/world.js';
import { type Diagnosed, diagnoseWorld } from './run.js';

const diagnosed = new Map<World, Promise<Diagnosed>>();

/** What `check` makes of a scenario's world, run once a process: test/run.ts puts all who ask for it into one. The world has stopped by then. */
export function diagnoseOnce(world: World): Promise<Diagnosed> {
  const known = diagnosed.get(world) ?? diagnoseWorld(world);
  diagnosed.set(world, known);
  return known;
}
