/** `kubelet-doctor judge FILE`: today's checks on facts of then. The only clock is the bundle's; wanted facts that are not in it stay wanted. */
import { CHECKS } from '../../checks/index.js';
import type { Host } from '../../host/host.js';
import { judge } from '../../judge/judge.js';
import type { Severity } from '../../model/check.js';
import type { FactsFile } from '../../model/facts-file.js';
import type { Report } from '../../model/report.js';
import { conclude } from '../../report/conclude.js';
import type { Io } from '../io.js';
import { type RenderOptions, renderReport } from '../render.js';
import { factsFrom } from '../saved-input.js';
import { unknownCause, usageError } from '../usage.js';

/** Choices not given are those of the run that collected. */
export interface JudgeFlags extends RenderOptions {
  'fail-on'?: Severity;
  skip?: readonly string[];
  only?: readonly string[];
  'exit-zero'?: boolean;
}

export async function runJudgeCommand(file: string, flags: JudgeFlags, host: Host, io: Io): Promise<number> {
  const unknown = unknownCause([...(flags.skip ?? []), ...(flags.only ?? [])]);
  if (unknown) return usageError(io, unknown);
  const read = await factsFrom(file, host);
  if ('error' in read) return usageError(io, read.error);
  const report = judgeAgain(read.file, flags);
  if (!report)
    return usageError(io, host.redactor.clean(`${file}: its facts are not shaped as this version knows them; use one of its time`, 400));
  io.out(await renderReport(report, flags, io));
  return flags['exit-zero'] ? 0 : report.summary.exitCode;
}

/** Undefined where the facts themselves cannot be read: nothing in a file says that its facts are well-formed. */
function judgeAgain(file: FactsFile, flags: JudgeFlags): Report | undefined {
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
