/** `kubelet-doctor merge FILE…`: reports of many nodes, or of one node from several networks, as one report. */
import { posix } from 'node:path';
import { mergeInputs } from '../../files/merge-inputs.js';
import { createHide, type Hide } from '../../host/hide.js';
import type { Host } from '../../host/host.js';
import { createMerger } from '../../report/merge/reports.js';
import type { Flags } from '../../setup/options.js';
import { VERSION } from '../../version.js';
import type { Io } from '../io.js';
import { openDisguise } from '../pseudonyms.js';
import { renderReport } from '../render.js';
import { refuseSave, saveRun } from '../save.js';
import { readVouched } from '../saved-input.js';
import { unknownCause, usageError } from '../usage.js';

/** Named on stderr; the report has all. */
const MOST_NAMED = 20;

export async function runMergeCommand(given: readonly string[], flags: Partial<Flags>, host: Host, io: Io): Promise<number> {
  if (given.length === 0)
    return usageError(io, 'merge needs files: reports, bundles, directories of them, or - for JSON lines from standard input');
  const unknown = unknownCause([...(flags.skip ?? []), ...(flags.only ?? [])]);
  if (unknown) return usageError(io, unknown);
  const inVain = await refuseSave(flags, host);
  if (inVain) return usageError(io, inVain);
  const opened = await openDisguise(flags, host);
  if ('error' in opened) return usageError(io, opened.error);
  const merger = createMerger();
  // One for all: reports of many nodes have most words in common.
  const hide = createHide(host.redactor);
  for await (const input of mergeInputs(given, (path) => posix.resolve(host.cwd, path))) {
    const read = 'error' in input ? input : reportOf(input, hide);
    if ('error' in read) merger.unread(host.redactor.clean(input.name, 400), host.redactor.clean(read.error, 400));
    else merger.add(host.redactor.clean(input.name, 400), read.report);
  }
  const choices = { failOn: flags['fail-on'] ?? ('degrades' as const), skip: flags.skip ?? [], only: flags.only ?? [] };
  const tool = { program: 'kubelet-doctor', version: VERSION };
  const merged = merger.finish({ ...choices, tool });
  const outcome = (await opened.disguise?.replace(merged)) ?? merged;
  const unkept = await opened.disguise?.keep();
  if (unkept) return usageError(io, unkept);
  for (const { file, why } of outcome.unread.slice(0, MOST_NAMED)) io.err(`kubelet-doctor: ${file}: ${why}`);
  const { length } = outcome.unread;
  if (length > MOST_NAMED) io.err(`kubelet-doctor: and ${length - MOST_NAMED} more that could not be read`);
  if (!outcome.report) return usageError(io, 'no report among what was given could be read');
  io.out(await renderReport(outcome.report, flags, io));
  const quiet = (flags.output ?? 'text') !== 'text';
  const unsaved = await saveRun(flags, { report: outcome.report, facts: [], ...choices, quiet }, host, io);
  return unsaved ?? (flags['exit-zero'] ? 0 : outcome.report.summary.exitCode);
}

function reportOf(input: { text: string; facts?: string }, hide: Hide): ReturnType<typeof readVouched> {
  return readVouched({ report: input.text, facts: input.facts }, hide);
}
