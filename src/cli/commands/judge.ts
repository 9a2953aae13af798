/**
 * `kubelet-doctor judge FILE`: today's checks on what was seen then. Of our own facts, and of what other programs collect, which then stands in the place
 * of a cluster. The only clock is the bundle's; wanted facts that are not in it stay wanted.
 */
import { posix } from 'node:path';
import { CHECKS } from '../../checks/index.js';
import { hideSecrets } from '../../host/hide.js';
import type { Host } from '../../host/host.js';
import { judge } from '../../judge/judge.js';
import type { FactsFile } from '../../model/facts-file.js';
import type { Report } from '../../model/report.js';
import { conclude } from '../../report/conclude.js';
import type { Flags } from '../../setup/options.js';
import type { Io } from '../io.js';
import { factsFrom } from '../saved-input.js';
import { choicesOf, withReport } from '../with-report.js';

export function runJudgeCommand(file: string, flags: Partial<Flags>, host: Host, io: Io, given?: string): Promise<number> {
  return withReport(flags, host, io, { find: () => find(file, flags, host, given) });
}

/** What is no bundle of ours may be another's. */
async function find(file: string, flags: Partial<Flags>, host: Host, given?: string): Promise<{ report: Report } | { error: string }> {
  const read = await factsFrom(file, host, given);
  if ('error' in read) return given === undefined ? ((await findForeign(file, flags, host)) ?? read) : read;
  const report = judgeAgain(read.file, flags);
  if (report) return { report };
  return { error: host.redactor.clean(`${file}: this version cannot read its facts; use the version that saved them`, 400) };
}

/** Undefined where it is none that is known. */
async function findForeign(file: string, flags: Partial<Flags>, host: Host): Promise<{ report: Report } | undefined> {
  // Loaded for those who bring one.
  const { judgeBundle } = await import('../../bundles/judged.js');
  const judged = await judgeBundle(posix.resolve(host.cwd, file), flags, host, choicesOf(flags));
  return 'error' in judged ? undefined : { report: hideSecrets(judged.report, host.redactor) };
}

/** Choices not given are those of the run that collected. Undefined where the facts cannot be read: nothing in a file says that they are well-formed. */
function judgeAgain(file: FactsFile, flags: Partial<Flags>): Report | undefined {
  const { facts, settings, startedAt, durationMs, failOn, skip, only } = file;
  try {
    return conclude({
      judgements: judge(facts, CHECKS),
      facts,
      settings,
      startedAt,
      durationMs,
      failOn: flags['fail-on'] ?? failOn,
      skip: flags.skip ?? skip,
      only: flags.only ?? only,
    });
  } catch {
    return undefined;
  }
}
