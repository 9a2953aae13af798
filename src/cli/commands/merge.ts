/** `kubelet-doctor merge FILE…`: reports of many nodes, or of one node from several networks, as one report. */
import { posix } from 'node:path';
import { mergeInputs } from '../../files/merge-inputs.js';
import { createHide } from '../../host/hide.js';
import type { Host } from '../../host/host.js';
import { BOUNDS } from '../../model/bounds.js';
import { createManyReader } from '../../report/contract/read-many.js';
import { createMerger, type Merger } from '../../report/merge/reports.js';
import type { Flags } from '../../setup/options.js';
import { VERSION } from '../../version.js';
import type { Io } from '../io.js';
import { readVouched } from '../saved-input.js';
import { usageError } from '../usage.js';
import { choicesOf, withReport } from '../with-report.js';

/** Named on stderr; the report has all. */
const MOST_NAMED = 20;
const NO_FILES = 'merge needs FILE...: reports, directories of reports, or - for JSON lines on stdin';

type MergedReports = ReturnType<Merger['finish']>;

export async function runMergeCommand(given: readonly string[], flags: Partial<Flags>, host: Host, io: Io): Promise<number> {
  if (given.length === 0) return usageError(io, NO_FILES);
  return withReport(flags, host, io, { saves: true, find: () => mergeAll(given, flags, host), say: whatIsMissing });
}

async function mergeAll(given: readonly string[], flags: Partial<Flags>, host: Host): Promise<MergedReports> {
  const merger = createMerger();
  let unread = 0;
  // One for all: reports of many nodes have most words in common.
  const hide = createHide(host.redactor);
  const readMany = createManyReader(hide);
  for await (const input of mergeInputs(given, (path) => posix.resolve(host.cwd, path))) {
    const read = 'error' in input ? input : readVouched({ report: input.text, facts: input.facts }, hide, readMany);
    if ('error' in read) {
      unread += 1;
      // Of what is no longer named, nothing is made: a stream may be millions of lines of a log.
      const [name, why] = unread > BOUNDS.unread ? ['', ''] : [input.name, read.error];
      merger.unread(host.redactor.clean(name, 400), host.redactor.clean(why, 400));
    } else merger.add(host.redactor.clean(input.name, 400), read.report);
  }
  return merger.finish({ ...choicesOf(flags), tool: { program: 'kubelet-doctor', version: VERSION } });
}

function whatIsMissing({ report, unread }: MergedReports): string[] {
  const more = unread.length - MOST_NAMED;
  return [
    ...unread.slice(0, MOST_NAMED).map(({ file, why }) => `${file}: ${why}`),
    ...(more > 0 ? [`and ${more} more files that cannot be read`] : []),
    ...(report || unread.length === 1 ? [] : ['none of the files is a readable report']),
  ].map((line) => `kubelet-doctor: ${line}`);
}
