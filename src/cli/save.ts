/** `--save`, and the directories that troubleshoot.sh and Sonobuoy give their programs (TS_OUTPUT_DIR, SONOBUOY_RESULTS_DIR). */
import { posix } from 'node:path';
import { cannotSave, replaceFile, save } from '../files/save.js';
import { hideSecrets } from '../host/hide.js';
import type { Host } from '../host/host.js';
import type { AnyFact } from '../model/facts.js';
import type { Report } from '../model/report.js';
import type { Io } from './io.js';
import { EXIT_USAGE, usageError } from './usage.js';

interface SaveFlags {
  save?: string;
  force?: boolean;
}

/** Why --save cannot work, as a line; known before anyone is asked anything. */
export async function refuseSave({ save: path, force = false }: SaveFlags, host: Host): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const why = await cannotSave({ path: posix.resolve(host.cwd, path), force });
  return why && host.redactor.clean(`--save ${path}: ${why}`, 400);
}

export interface Kept {
  report: Report;
  facts: readonly AnyFact[];
  failOn: Parameters<typeof import('../render/saved.js').savedFiles>[2]['failOn'];
  skip: readonly string[];
  only: readonly string[];
  /** Nothing is printed but the report. */
  alone: boolean;
}

/** Saves where it was asked for. An exit code other than undefined: it was asked for and failed, and the report is all there is. */
export async function saveRun({ save: path, force = false }: SaveFlags, kept: Kept, host: Host, io: Io): Promise<number | undefined> {
  const { TS_OUTPUT_DIR: collector, SONOBUOY_RESULTS_DIR: sonobuoy } = host.env;
  if (path === undefined && !collector && !sonobuoy) return undefined;
  const { report, failOn, skip, only, alone } = kept;
  const { FACTS, savedFiles } = await import('../render/saved.js');
  const gone = report.merged ? [FACTS] : [];
  // Facts are redacted at birth; what leaves the house in a file passes the gate once more.
  const files = savedFiles(hideSecrets(report, host.redactor), hideSecrets(kept.facts, host.redactor), { failOn, skip, only });
  const time = Math.floor(Date.parse(report.startedAt) / 1000);
  if (collector) {
    const why = await save(files, { path: posix.resolve(host.cwd, collector), force: true, time, gone });
    if (why) io.err(host.redactor.clean(`kubelet-doctor: TS_OUTPUT_DIR ${collector}: ${why}`, 400));
  }
  if (sonobuoy) {
    const why = await saveForSonobuoy(files, posix.resolve(host.cwd, sonobuoy), time);
    if (why) io.err(host.redactor.clean(`kubelet-doctor: SONOBUOY_RESULTS_DIR ${sonobuoy}: ${why}`, 400));
  }
  if (path === undefined) return undefined;
  const why = await save(files, { path: posix.resolve(host.cwd, path), force, time, gone });
  if (why) {
    usageError(io, host.redactor.clean(`--save ${path}: ${why}; nothing was saved`, 400));
    return EXIT_USAGE;
  }
  if (!alone) io.err(`Saved to ${host.redactor.clean(path, 400)}: ${files.map(({ file }) => file).join(', ')}`);
  return undefined;
}

/** Sonobuoy's worker sends the one file that `done` names, and its aggregator unpacks it and reads the JUnit in it. Last, `done`: then all is there. */
async function saveForSonobuoy(files: Parameters<typeof save>[0], directory: string, time: number): Promise<string | undefined> {
  const archive = posix.join(directory, 'kubelet-doctor.tar.gz');
  return (await save(files, { path: archive, force: true, time })) ?? (await replaceFile(posix.join(directory, 'done'), archive));
}
