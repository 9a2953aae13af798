/**
 * All tests but those that need a cluster; `--quick`: those alone that open no socket and start no process; `--sockets`: the others alone. Of 8 minutes a fifth was Node and tsx
 * starting 125 times, so files share processes: all quick ones one, the others one a folder. What runs worlds for long has a process of its own.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { filesBehind, loadedBy } from './support/imports.js';

const FOLDER = 'test';
const SOCKETS = /^node:(net|tls|http|https|dgram|child_process)$/;
const SIMULATOR = path.join('src', 'sim', 'servers');
const DIAGNOSED = path.join(FOLDER, 'scenarios', 'diagnosed.ts');
const NO_SOCKETS = path.join(FOLDER, 'support', 'no-sockets.mjs');
/** What Node would choose itself, and behind it the failed ones. */
const REPORTERS = [process.stdout.isTTY ? 'spec' : 'tap', pathToFileURL(path.join(FOLDER, 'support', 'failed.mjs')).href];

const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts') && !name.startsWith(`cluster${path.sep}`))
  .map((name) => path.join(FOLDER, name))
  .sort();

/** By its imports alone, so that no list can be out of date; that it is true, the process proves: no socket opens there. */
function isQuick(file: string): boolean {
  return [...filesBehind(file)].every(
    (each) => path.dirname(each) !== SIMULATOR && !(each.startsWith(FOLDER) && loadedBy(each).some((name) => SOCKETS.test(name))),
  );
}

/** The process a file runs in: scenarios, and what lies beside the folders, each in one of its own. */
function processOf(file: string): string {
  // Who looks at the same reports of all scenarios makes them once.
  if (filesBehind(file).has(DIAGNOSED)) return 'scenarios';
  const [folder = '', ...below] = path.relative(FOLDER, file).split(path.sep);
  return below.length === 0 || folder === 'scenarios' ? file : folder;
}

/** An entry loads the files of one process; Node runs entries in the order of their names: the scenarios, which take longest, first. */
function writeEntries(into: string, which: 'all' | 'quick' | 'sockets'): string[] {
  const quickly = files.filter(isQuick);
  const processes = new Map(which === 'sockets' ? [] : [['quick', quickly]]);
  for (const file of which === 'quick' ? [] : files.filter((each) => !quickly.includes(each)))
    processes.set(processOf(file), [...(processes.get(processOf(file)) ?? []), file]);
  const late = (name: string) => (name.includes('scenarios') ? 0 : 1);
  return [...processes]
    .sort(([a], [b]) => late(a) - late(b))
    .map(([name, loads], at) => {
      const entry = path.join(into, `${String(at).padStart(2, '0')}-${path.basename(name, '.test.ts')}.mjs`);
      const all = name === 'quick' ? [NO_SOCKETS, ...loads] : loads;
      writeFileSync(entry, all.map((file) => `import ${JSON.stringify(pathToFileURL(file).href)};\n`).join(''));
      return entry;
    });
}

const scratch = mkdtempSync(path.join(tmpdir(), 'kd-tests-'));
try {
  const entries = writeEntries(
    scratch,
    process.argv.includes('--quick') ? 'quick' : process.argv.includes('--sockets') ? 'sockets' : 'all',
  );
  const concurrency = `--test-concurrency=${Math.max(2, availableParallelism())}`;
  const reporters = REPORTERS.flatMap((each) => [`--test-reporter=${each}`, '--test-reporter-destination=stdout']);
  const ended = spawnSync(process.execPath, ['--import', 'tsx', '--test', concurrency, ...reporters, ...entries], { stdio: 'inherit' });
  process.exitCode = ended.status ?? 1;
} finally {
  rmSync(scratch, { recursive: true });
}
