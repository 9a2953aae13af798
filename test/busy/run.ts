/**
 * `npm run test:busy`: nothing false is said on a machine that has no time. Every suite with sockets, and a healthy world fifty times, beside eight
 * busy processes of our own priority; then a healthy world five times with a tenth of a core, where it may be slow and may leave questions open.
 * `-- --quick`: the scenarios that look alike in place of all suites, and ten healthy runs. It takes the whole machine: run it before a release.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { flatten } from '../../src/judge/rank.js';
import type { Report } from '../../src/model/report.js';
import { bundleInto } from '../support/bundled.js';
import { tenthOfACore } from './quota.js';

const BUSY = 8;
const quick = process.argv.includes('--quick');
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);

/** It ends with us, however we end. */
const BUSY_LOOP = 'const of=process.ppid;for(;;){for(let i=0;i<3e8;i++);if(process.ppid!==of)process.exit()}';
const busy: ChildProcess[] = [];

function endBusy(): void {
  for (const child of busy.splice(0)) child.kill('SIGKILL');
}

interface Ended {
  code: number | null;
  stdout: string;
}

function run(file: string, args: string[], show: 'show' | 'keep'): Promise<Ended> {
  const child = spawn(file, args, { stdio: ['ignore', show === 'show' ? 'inherit' : 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (code) => resolve({ code, stdout })));
}

/** What a newcomer runs first: servers and command share one process, and one core at most. */
function demo(scratch: string, into?: string): Promise<Ended> {
  const words = [path.join(scratch, 'start.mjs'), 'demo', '--scenario', 'healthy', '--output', 'json'];
  if (into === undefined) return run(process.execPath, words, 'keep');
  return run('sh', ['-c', `echo $$ > "$0" && exec "$@"`, into, process.execPath, ...words], 'keep');
}

/** What a run said that is not so; `mayBeOpen`: questions may stay unanswered. */
function falseIn({ code, stdout }: Ended, mayBeOpen: boolean): string | undefined {
  if (code === 0) return undefined;
  const report = JSON.parse(stdout) as Report;
  if (code === 3 && mayBeOpen && flatten(report.findings).every(({ severity }) => severity === 'note')) return undefined;
  return `exit code ${code}: ${report.summary.top.title} ${JSON.stringify(flatten(report.findings).map(({ cause, certainty }) => [cause, certainty]))}`;
}

async function healthy(scratch: string, times: number, into?: string): Promise<number> {
  const wrong: string[] = [];
  const [took, open]: [number[], string[]] = [[], []];
  for (let i = 0; i < times; i += 1) {
    const began = performance.now();
    const ended = await demo(scratch, into);
    took.push(Math.round(performance.now() - began));
    const said = falseIn(ended, into !== undefined);
    process.stderr.write(said ? 'x' : ended.code === 3 ? '?' : '.');
    if (said) wrong.push(said);
    else if (ended.code === 3) open.push((JSON.parse(ended.stdout) as Report).summary.top.title);
  }
  process.stderr.write('\n');
  const sorted = took.sort((a, b) => a - b);
  const where = into === undefined ? `beside ${BUSY} busy processes` : 'with a tenth of a core';
  console.log(
    `healthy ${where}: ${times - wrong.length - open.length} of ${times} healthy, ${open.length} open, ${wrong.length} wrong; ` +
      `median ${sorted[times >> 1]} ms, longest ${sorted.at(-1)} ms`,
  );
  for (const said of [...wrong, ...new Set(open)]) console.log(`  ${said}`);
  return wrong.length;
}

async function suites(): Promise<boolean> {
  const words = quick
    ? ['--import', 'tsx', '--test', 'test/scenarios/look-alikes.test.ts']
    : ['--import', 'tsx', 'test/run.ts', '--sockets'];
  return (await run(process.execPath, words, 'show')).code === 0;
}

async function besideBusy(scratch: string): Promise<boolean> {
  for (let i = 0; i < BUSY; i += 1) busy.push(spawn(process.execPath, ['-e', BUSY_LOOP], { stdio: 'ignore' }));
  try {
    const wrong = only === 'suites' ? 0 : await healthy(scratch, quick ? 10 : 50);
    const pass = only === 'healthy' || (await suites());
    return wrong === 0 && pass;
  } finally {
    endBusy();
  }
}

async function underQuota(scratch: string): Promise<boolean> {
  const quota = tenthOfACore();
  if (!quota) {
    console.log('left out: a tenth of a core (no cgroup here that we may change; run as root on Linux)');
    return true;
  }
  try {
    return (await healthy(scratch, quick ? 2 : 5, quota.members)) === 0;
  } finally {
    quota.end();
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    endBusy();
    process.exit(1);
  });
const scratch = mkdtempSync(path.join(tmpdir(), 'kd-busy-'));
try {
  bundleInto(scratch, 'src/main.ts');
  const start =
    "import { main, processIo } from './main.mjs';\nprocess.exitCode = await main(process.argv.slice(2), { io: processIo() });\n";
  writeFileSync(path.join(scratch, 'start.mjs'), start);
  const good = [only === 'quota' || (await besideBusy(scratch)), only === 'suites' || only === 'healthy' || (await underQuota(scratch))];
  process.exitCode = good.every(Boolean) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true });
}
