/**
 * What V8 is told for work that is over in a second. Its defaults are for servers: they spend half of such a run on code that would pay after minutes,
 * and let memory grow before they look for what can be used again.
 */
import { setFlagsFromString } from 'node:v8';

/** Node 20 to 24, each of which was looked at. A flag that a V8 does not know would be an error on stderr, so a newer one is left as it is. */
const KNOWN = { from: 11, to: 13 };

/**
 * WebAssembly by the baseline compiler alone. Not `--liftoff-only`, which ends the process where that one does not know the machine: this leaves the
 * other one to it.
 */
const BASELINE = ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering'];

/** New objects get 1 MiB, and no more because many of them live: at a start all do. */
const SMALL = ['--semi-space-growth-factor=1'];

/** Of 1 MiB little lives: whoever shares that work among threads waits longer for them to wake than the work takes, most where cores are busy or few. */
const ALONE = ['--no-parallel-scavenge'];

/** A function is optimized once it has run sixteen times as much as V8 waits for; a loop over thousands of reports has by its first hundred. */
const LATER: Readonly<Record<number, readonly string[]>> = {
  11: ['--interrupt-budget=1081344'],
  13: ['--invocation-count-for-turbofan=48000'],
};

/** For a parser in WebAssembly that reads some twenty answers: to be called before it is compiled. */
export function compileQuickly(): void {
  for (const flag of flagsFor(engine()).wasm) setFlagsFromString(flag);
}

/**
 * For a run that asks, judges and prints: to be called before anything is loaded, for what is compiled under some flags is not taken under others.
 * `many`: of thousands of things, whose code is soon worth optimizing.
 */
export function staySmall(many?: 'many'): void {
  const { wasm, small, alone, later } = flagsFor(engine());
  for (const flag of many ? [...wasm, ...small] : [...wasm, ...small, ...alone, ...later]) setFlagsFromString(flag);
}

/** Of a major version of V8. */
export function flagsFor(version: number): Readonly<Record<'wasm' | 'small' | 'alone' | 'later', readonly string[]>> {
  if (!(version >= KNOWN.from && version <= KNOWN.to)) return { wasm: [], small: [], alone: [], later: [] };
  return { wasm: BASELINE, small: SMALL, alone: ALONE, later: LATER[version] ?? [] };
}

function engine(): number {
  return Number.parseInt(process.versions.v8 ?? '', 10);
}
