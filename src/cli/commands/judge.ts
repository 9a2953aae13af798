/**
 * `kubelet-doctor judge FILE`: today's checks on what was seen then. Of our own facts, and of what other programs collect, which then stands in the place
 * of a cluster. The only clock is the bundle's; wanted facts that are not in it stay wanted.
 */
import { posix } from 'node:path';
import { COLLECTED } from '../../bundles/collect.js';
import { CHECKS } from '../../checks/index.js';
import { hideSecrets } from '../../host/hide.js';
import type { Host } from '../../host/host.js';
import { judge } from '../../judge/judge.js';
import type { FactsFile } from '../../model/facts-file.js';
import type { Report } from '../../model/report.js';
import { renderCollect } from '../../render/collect.js';
import { conclude } from '../../report/conclude.js';
import type { Flags } from '../../setup/options.js';
import type { pickJudgeFlags } from '../arguments/flags.js';
import type { Io } from '../io.js';
import { factsFrom } from '../saved-input.js';
import { choicesOf, withReport } from '../with-report.js';

export type JudgeFlags = ReturnType<typeof pickJudgeFlags>;

interface Found {
  report: Report;
  /** Commands that read what a bundle lacks. */
  lists?: readonly string[];
  /** What of it could not be read. */
  unread?: readonly string[];
}

const MOST_NAMED = 5;

function notRead(unread: readonly string[]): string[] {
  const more = unread.length - MOST_NAMED;
  return [...unread.slice(0, MOST_NAMED).map((each) => `not read: ${each}`), ...(more > 0 ? [`and ${more} more that cannot be read`] : [])];
}

/** The arguments' reader takes a lone dash for nothing. */
const STDIN = '-';
const STANDARD_INPUT = 'standard input';

export function runJudgeCommand(named: string, flags: JudgeFlags, host: Host, io: Io, given?: string | Buffer): Promise<number> {
  const file = named || STDIN;
  return withReport<Found>(flags, host, io, {
    find: () => find(file, flags, host, given),
    add: ({ unread = [] }) => ((flags.output ?? 'text') === 'text' ? notRead(unread) : []),
    ...(flags.collect && { show: ({ report, lists = [] }) => renderCollect(report, lists, COLLECTED) }),
  });
}

/** Of facts that are saved nothing is left to choose. */
const OF_BUNDLES = ['pod', 'node', 'daemonset', 'service-account', 'profile', 'feature'] as const;

const called = (file: string): string => (file === STDIN ? STANDARD_INPUT : file);

const NOTHING = 'contains no support bundle that is read';

/** What is no bundle of ours may be another's. */
async function find(file: string, flags: JudgeFlags, host: Host, given?: string | Buffer): Promise<Found | { error: string }> {
  // It comes by once: what is piped is a support bundle.
  if (file === STDIN && given === undefined) return findForeign(file, STDIN, flags, host, { error: `${STANDARD_INPUT}: ${NOTHING}` });
  const read = await factsFrom(file, host, given);
  if ('error' in read)
    return typeof given === 'string' ? read : findForeign(file, given ?? posix.resolve(host.cwd, file), flags, host, read);
  const inVain = OF_BUNDLES.find((name) => flags[name] !== undefined);
  const why = `${called(file)} holds the facts of one run, and what it chose; leave the option out`;
  if (inVain) return { error: host.redactor.clean(`--${inVain}: ${why}`, 400) };
  const report = judgeAgain(read.file, flags);
  if (report) return { report };
  return { error: host.redactor.clean(`${file}: this version cannot read its facts; use the version that saved them`, 400) };
}

/** `own`: why it is none of ours. */
async function findForeign(
  file: string,
  given: string | Buffer,
  flags: JudgeFlags,
  host: Host,
  own: { error: string },
): Promise<Found | { error: string }> {
  // Loaded for those who bring one.
  const [{ judgeBundle }, { createHearing }, { createOutputs }, { createNodeFiles }] = await Promise.all([
    import('../../bundles/judged.js'),
    import('../../bundles/said/hearing.js'),
    import('../../bundles/said/outputs.js'),
    import('../../bundles/node/node-files.js'),
  ]);
  const listeners = [createNodeFiles(host), createOutputs(host.redactor.clean), createHearing(host.redactor.clean)];
  const judged = await judgeBundle(given, flags, host, choicesOf(flags), listeners);
  if ('report' in judged)
    return hideSecrets(
      { report: judged.report, lists: judged.lists, unread: judged.unread.map((each) => host.redactor.clean(each, 200)) },
      host.redactor,
    );
  if (judged.isChoice) return { error: host.redactor.clean(judged.error, 400) };
  if (!judged.format) return own;
  const { name, instead } = judged.format;
  return {
    error: host.redactor.clean(
      `${called(file)}: is another program's bundle (${name}), and contains nothing that is read${instead ? `: ${instead}` : ''}`,
      400,
    ),
  };
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
