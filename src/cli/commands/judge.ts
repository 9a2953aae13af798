/**
 * `kubelet-doctor judge FILE`: today's checks on what was seen then. Of our own facts, and of what other programs collect, which then stands in the place
 * of a cluster. The only clock is the bundle's; wanted facts that are not in it stay wanted.
 */
import { posix } from 'node:path';
import { COLLECTED } from '../../bundles/collect.js';
import type { Bundle } from '../../bundles/read.js';
import { CHECKS } from '../../checks/index.js';
import { isOneFile } from '../../files/packed/kinds.js';
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
import { type Brought, bring, factsFrom, factsIn } from '../saved-input.js';
import { usageError } from '../usage.js';
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

export function runJudgeCommand(named: string, flags: JudgeFlags, host: Host, io: Io, given?: string | Buffer | Brought): Promise<number> {
  const file = named || STDIN;
  const { collect, output = 'text' } = flags;
  if (collect && output !== 'text')
    return Promise.resolve(usageError(io, `--collect prints commands, which --output ${output} is not for`));
  // A second round has it already.
  const besides = file === STDIN || given !== undefined || posix.basename(file) === COLLECTED ? undefined : file;
  return withReport<Found>(flags, host, io, {
    find: () => find(file, flags, host, given),
    add: ({ unread = [] }) => ((flags.output ?? 'text') === 'text' ? notRead(unread) : []),
    ...(flags.collect && { show: ({ report, lists = [] }) => renderCollect(report, lists, COLLECTED, besides) }),
  });
}

/** Of facts that are saved nothing is left to choose. */
const OF_BUNDLES = ['pod', 'node', 'daemonset', 'service-account', 'profile', 'feature'] as const;

const called = (file: string): string => (file === STDIN ? STANDARD_INPUT : file);

const NOTHING = 'contains no support bundle that is read';

const NEITHER = 'contains neither saved facts nor anything of a support bundle; kubelet-doctor FILE reads a log of it';

/** What is no bundle of ours may be another's. */
async function find(file: string, flags: JudgeFlags, host: Host, given?: string | Buffer | Brought): Promise<Found | { error: string }> {
  const from = given ?? (file === STDIN ? STDIN : posix.resolve(host.cwd, file));
  const brought = typeof given === 'string' ? undefined : await broughtBy(from, host);
  const shown = file === STDIN ? STANDARD_INPUT : file;
  const read = brought ? factsIn(shown, host, brought.ours) : await factsFrom(file, host, given as string);
  if ('error' in read)
    return brought?.others ? findForeign(file, brought.others, flags, host, () => whyNot(file, host, brought, read)) : read;
  const inVain = OF_BUNDLES.find((name) => flags[name] !== undefined);
  const why = `${called(file)} holds the facts of one run, and what it chose; leave the option out`;
  if (inVain) return { error: host.redactor.clean(`--${inVain}: ${why}`, 400) };
  const report = judgeAgain(read.file, flags);
  if (report) return { report };
  return { error: host.redactor.clean(`${file}: this version cannot read its facts; use the version that saved them`, 400) };
}

async function broughtBy(from: string | Buffer | Brought, host: Host): Promise<Brought> {
  return typeof from === 'object' && 'ours' in from ? from : bring(from, host);
}

/** Why it is none of ours, where it is no one's: of a text its end may tell it. */
async function whyNot(file: string, host: Host, { from, ours, others }: Brought, read: { error: string }): Promise<{ error: string }> {
  if (others && from !== STDIN && isOneFile(others.form)) {
    const again = await factsFrom(file, host, typeof from === 'string' ? undefined : from);
    if ('error' in again) return again;
  }
  if (!('isAnothers' in ours)) return read;
  return { error: host.redactor.clean(`${called(file)}: ${from === STDIN ? NOTHING : NEITHER}`, 400) };
}

/** `own`: why it is none of ours. */
async function findForeign(
  file: string,
  bundle: Bundle,
  flags: JudgeFlags,
  host: Host,
  own: () => Promise<{ error: string }>,
): Promise<Found | { error: string }> {
  const { judgeBundle } = await import('../../bundles/judged.js');
  const judged = await judgeBundle(bundle, flags, host, choicesOf(flags));
  if ('report' in judged)
    return hideSecrets(
      { report: judged.report, lists: judged.lists, unread: judged.unread.map((each) => host.redactor.clean(each, 200)) },
      host.redactor,
    );
  if (judged.isChoice) return { error: host.redactor.clean(judged.error, 400) };
  const { format, fault } = judged;
  if (fault !== undefined) {
    const again = /^is (?:cut off|damaged\b.*)$/.test(fault) ? ', and nothing that is read comes before that; get it again' : '';
    return { error: host.redactor.clean(`${called(file)}: ${fault}${again}`, 400) };
  }
  if (!format) return own();
  const { name, instead } = format;
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
