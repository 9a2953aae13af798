/**
 * `npm run bench`: figures side by side in one run, so that the machine's speed cancels out.
 * Start: `--version` against `node -e 0`. Work: a healthy check against the same questions put by kubectl one by one (without kubectl that
 * half is left out, and said). Memory: a merge of thousands of reports. A long log, beside `grep -E` of the same fragments. Medians of interleaved runs; peak memory; requests and connections as the simulated servers counted them.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Report } from '../../src/model/report.js';
import { startWorld } from '../../src/sim/start.js';
import { benchLog } from './log.js';

const COMMAND = path.resolve('bin/kubelet-doctor.js');
const RUNS = Number(process.env.BENCH_RUNS ?? 15);
const REPORTS = 5000;
const MOST_MIB = 200;

interface Measured {
  ms: number;
  peakMiB: number;
}

/** One run of a command; the peak of resident memory is what it says of itself at its end. */
async function measure(file: string, args: string[], env: NodeJS.ProcessEnv = process.env): Promise<Measured> {
  const started = performance.now();
  const child = spawn(file, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  await new Promise<void>((resolve, reject) => child.on('error', reject).on('close', () => resolve()));
  return { ms: performance.now() - started, peakMiB: Number(/maxRSS (\d+)/.exec(stderr)?.[1] ?? 0) / 1024 };
}

/** A report as the command prints it, with an expired certificate, as that of each of many nodes; what it says and how large it is. */
async function writeFleet(directory: string, env: NodeJS.ProcessEnv): Promise<[string, number]> {
  const ill = await startWorld({ place: 'workstation', kubelet: { certificate: 'expired' } });
  let report: string;
  try {
    const kubeconfig = path.join(ill.host.root ?? '', ill.kubeconfig ?? '');
    const args = [COMMAND, 'check', ...ill.argv, '-o', 'json', '--exit-zero'];
    report = await output(process.execPath, args, { ...env, KUBECONFIG: kubeconfig });
  } finally {
    await ill.stop();
  }
  const { where, summary } = JSON.parse(report) as Report;
  const address = where.kubelet.replace(/:\d+$/, '');
  await mkdir(directory);
  for (let at = 1; at <= REPORTS; at++) {
    const text = report
      .replaceAll(`"${where.node}"`, `"node-${at}"`)
      .replaceAll(`${where.node} `, `node-${at} `)
      .replaceAll(address, `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`);
    await writeFile(path.join(directory, `${at}.json`), text);
  }
  return [summary.top.id, report.length];
}

async function output(file: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  await new Promise<void>((resolve, reject) => child.on('error', reject).on('close', () => resolve()));
  return text;
}

const REPORT_PEAK = `data:text/javascript,process.on("exit",()=>process.stderr.write("maxRSS "+process.resourceUsage().maxRSS))`;

function median(list: number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Runs two things alternately, so that both meet the same weather. */
async function sideBySide(ours: () => Promise<Measured>, theirs: () => Promise<Measured>): Promise<[Measured[], Measured[]]> {
  const all: [Measured[], Measured[]] = [[], []];
  await ours();
  await theirs();
  for (let i = 0; i < RUNS; i++) {
    all[0].push(await ours());
    all[1].push(await theirs());
  }
  return all;
}

function row(what: string, ours: Measured[], theirs: Measured[]): string {
  const [a, b] = [median(ours.map((m) => m.ms)), median(theirs.map((m) => m.ms))];
  return `${what.padEnd(44)} ${a.toFixed(0).padStart(6)} ms ${b.toFixed(0).padStart(6)} ms   × ${(a / b).toFixed(2)}`;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
print(`Node ${process.version}, medians of ${RUNS}${' '.repeat(14)}   ours      theirs   ratio`);

const [version, empty] = await sideBySide(
  () => measure(process.execPath, [COMMAND, '--version']),
  () => measure(process.execPath, ['-e', '0']),
);
print(row('--version : node -e 0', version, empty));

const world = await startWorld({ place: 'workstation' });
const scratch = await mkdtemp(path.join(tmpdir(), 'kd-bench-'));
try {
  const kubeconfig = path.join(world.host.root ?? '', world.kubeconfig ?? '');
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  const check = () => measure(process.execPath, ['--import', REPORT_PEAK, COMMAND, 'check', ...world.argv, '--exit-zero'], env);
  const before = { ...world.connections, requests: world.requests.length };
  await check();
  const asked = world.requests.slice(before.requests);
  print(
    `a healthy check: ${asked.length} requests; connections: apiserver ${world.connections.apiserver - before.apiserver}, kubelet ${world.connections.kubelet - before.kubelet}`,
  );

  // What is kept of a report must stay small: thousands of nodes at once, each with its own name, address and time.
  const fleet = path.join(scratch, 'fleet');
  const [sample, bytes] = await writeFleet(fleet, env);
  const merged = await measure(process.execPath, ['--import', REPORT_PEAK, COMMAND, 'merge', fleet, '--exit-zero']);
  print(
    `merge of ${REPORTS} reports of ${(bytes / 1024).toFixed(0)} KB (${sample}): ${(merged.ms / 1000).toFixed(1)} s, peak memory ${merged.peakMiB.toFixed(0)} MiB (at most ${MOST_MIB})`,
  );
  if (merged.peakMiB > MOST_MIB) process.exitCode = 1;

  for (const line of await benchLog(scratch, (file) =>
    measure(process.execPath, ['--import', REPORT_PEAK, COMMAND, 'read', file, '--exit-zero']),
  ))
    print(line);

  if (spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status !== 0)
    print('kubectl is not on PATH: no comparison with it');
  else {
    const review = path.join(scratch, 'review.json');
    const attributes = { verb: 'get', resource: 'nodes', subresource: 'metrics' };
    await writeFile(
      review,
      JSON.stringify({ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: attributes } }),
    );
    const node = '/api/v1/nodes/n1';
    const reads = [
      '/version',
      '/readyz?verbose',
      node,
      ...['healthz', 'pods', 'metrics', 'metrics/cadvisor', 'metrics/probes', 'stats/summary', 'configz'].map((p) => `${node}/proxy/${p}`),
    ];
    const kubectl = async (): Promise<Measured> => {
      const begun = performance.now();
      for (const read of reads) await measure('kubectl', ['get', '--raw', read], env);
      for (let i = 0; i < 6; i++)
        await measure('kubectl', ['create', '--raw', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', '-f', review], env);
      return { ms: performance.now() - begun, peakMiB: 0 };
    };
    const [ours, theirs] = await sideBySide(check, kubectl);
    print(row(`a healthy check : ${reads.length + 6} × kubectl --raw`, ours, theirs));
    print(`peak memory of a healthy check: ${median(ours.map((m) => m.peakMiB)).toFixed(0)} MiB`);
  }
} finally {
  await world.stop();
  await rm(scratch, { recursive: true, force: true });
}
