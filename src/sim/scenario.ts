/** A scenario: a world, and what the tool must make of it. */
import type { World } from './world.js';

export interface Scenario {
  /** Name for `demo --scenario`. */
  scenario: string;
  /** What is wrong in this world, one line for `demo --list`. */
  title: string;
  world: World;
  expect: Expectation;
}

/** Cause ids. `first` null: nothing is found. `also` must be among the findings, `never` must not. */
export interface Expectation {
  first: string | null;
  also?: string[];
  never?: string[];
  exitCode: 0 | 1 | 2 | 3;
}

/** A world in which something is found; exit code 1 unless `more` says otherwise. */
export const broken = (scenario: string, title: string, world: World, first: string, more: Partial<Expectation> = {}): Scenario => ({
  scenario,
  title,
  world,
  expect: { first, exitCode: 1, ...more },
});

/** A world in which nothing is found. */
export const healthy = (scenario: string, title: string, world: World): Scenario => ({
  scenario,
  title,
  world,
  expect: { first: null, exitCode: 0 },
});
