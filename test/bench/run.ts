/**
 * `npm run bench [-- FAMILY...]`: every measure with its limit. A family is a file of `rows`; what is compared is measured in turn in one
 * run, so that the machine's speed cancels out. BENCH_RUNS: how many times (15). A report, never a test: nothing fails by it.
 */
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Family, Figure } from './family.js';
import { COMMAND } from './measure.js';

const ROWS = path.resolve('test/bench/rows');
const RUNS = Number(process.env.BENCH_RUNS ?? 15);
const WIDTHS = [72, 8, 10, 5];

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const columns = (...cells: string[]): string =>
  cells
    .map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0))
    .join('  ')
    .trimEnd();

const families = readdirSync(ROWS).map((file) => path.basename(file, '.ts'));
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !families.includes(name));
if (unknown !== undefined || !existsSync(path.resolve(COMMAND, '../../dist'))) {
  console.error(unknown === undefined ? 'run `npm run build` first' : `no rows ${unknown}; there are ${families.join(', ')}`);
  process.exit(2);
}

print(`Node ${process.version}, medians of ${RUNS}\n`);
print(columns('MEASURE', 'LIMIT', 'FIGURE', '', 'OF'));
for (const name of families.filter((each) => asked.length === 0 || asked.includes(each))) {
  const { family } = (await import(path.join(ROWS, `${name}.ts`))) as { family: Family };
  const scratch = await mkdtemp(path.join(tmpdir(), 'kd-bench-'));
  try {
    for await (const figure of family({ runs: RUNS, scratch })) print(typeof figure === 'string' ? figure : rowOf(figure));
  } catch (error) {
    // The other rows are still worth reading.
    print(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function rowOf({ measure, limit, figure, unit, of = '' }: Figure): string {
  const verdict = limit === undefined ? '' : figure <= limit ? 'ok' : 'OVER';
  return columns(measure, limit === undefined ? '–' : written(limit, unit), written(figure, unit), verdict, of);
}

function written(value: number, unit: Figure['unit']): string {
  const text = Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 0);
  return unit ? `${text} ${unit}` : text;
}
