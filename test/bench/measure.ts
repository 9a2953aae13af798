/** Whole processes from outside: wall and CPU as the kernel accounts for a child that has ended, several side by side. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export interface Measured {
  /** From start to end. */
  ms: number;
  /** user + system, of the process and of those it waited for. */
  cpuMs: number;
  /** Most memory that was resident; 0 where it was not asked for. */
  peakMiB: number;
}

export interface Run {
  file: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** The program is Node, and says its peak of memory at its end. */
  withPeak?: boolean;
  /** Any other exit code ends the bench: a run that failed measures nothing. */
  exitCodes?: readonly number[];
}

/** The project's command, in this checkout. */
export const COMMAND = path.resolve('bin/kubelet-doctor.js');
const PEAK = path.resolve('test/bench/peak.cjs');
/** bash reads the times of the child it waited for, to the millisecond, without a program that not every machine has. */
const TIMED = 'TIMEFORMAT="time %3R %3U %3S"; { time "$@" 2>&4; } 2>&3';

/** Our command with these arguments. */
export const ours = (args: readonly string[], rest: Partial<Run> = {}): Run => ({
  file: process.execPath,
  args: [COMMAND, ...args],
  ...rest,
});

/** The least that Node can do. */
export const BARE: Run = { file: process.execPath, args: ['-e', '0'] };

export async function measure({ file, args, env = process.env, withPeak = false, exitCodes = [0] }: Run): Promise<Measured> {
  const words = withPeak ? ['--require', PEAK, ...args] : args;
  const child = spawn('bash', ['-c', TIMED, 'bash', file, ...words], { env, stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const [said, errors] = [3, 4].map((at) => collect(child.stdio[at] as NodeJS.ReadableStream));
  const [code] = (await once(child, 'close')) as [number];
  if (!exitCodes.includes(code)) throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${errors?.().slice(-2000)}`);
  const [ms = 0, user = 0, system = 0] = numbersBehind('time', said?.() ?? '').map((seconds) => seconds * 1000);
  return { ms, cpuMs: user + system, peakMiB: (numbersBehind('peak', said?.() ?? '')[0] ?? 0) / 1024 };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

function numbersBehind(word: string, text: string): number[] {
  const line = text.split('\n').find((each) => each.startsWith(`${word} `)) ?? '';
  return line.split(' ').slice(1).map(Number);
}

/** Medians of things that are measured in turn, so that all meet the same weather; the first turn does not count. */
export async function sideBySide<Name extends string>(
  runs: number,
  things: Record<Name, Run | (() => Promise<Measured>)>,
): Promise<Record<Name, Measured>> {
  const rows = Object.entries<Run | (() => Promise<Measured>)>(things).map(([name, thing]) => ({ name, thing, all: [] as Measured[] }));
  for (let turn = 0; turn <= runs; turn++)
    for (const { thing, all } of rows) {
      const measured = typeof thing === 'function' ? await thing() : await measure(thing);
      if (turn > 0) all.push(measured);
    }
  return Object.fromEntries(rows.map(({ name, all }) => [name, mediansOf(all)])) as Record<Name, Measured>;
}

function mediansOf(all: readonly Measured[]): Measured {
  const of = (part: keyof Measured) => median(all.map((each) => each[part]));
  return { ms: of('ms'), cpuMs: of('cpuMs'), peakMiB: of('peakMiB') };
}

export function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
}
