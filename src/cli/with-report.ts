/** The beginning and the end of every command that comes to a report. */
import type { Host } from '../host/host.js';
import type { AnyFact } from '../model/facts.js';
import type { Report } from '../model/report.js';
import { judgedFile } from '../report/where/where.js';
import { findWrongWord } from '../setup/flag-errors.js';
import { DEFAULTS, type Flags } from '../setup/options.js';
import { type Io, outText } from './io.js';
import { openPseudonyms } from './pseudonyms.js';
import { renderReport } from './render.js';
import { refuseSave, saveRun } from './save.js';
import { EXIT_USAGE, usageError } from './usage.js';

/** What a command came to: plain data, so that names in all of it can be replaced. */
interface Found {
  report?: Report;
  facts?: readonly AnyFact[];
}

interface Steps<F extends Found> {
  /** Between beginning and end. `inSecret`: names are to be replaced, so nothing may be shown yet. An error is one line. */
  find(inSecret: boolean): Promise<F | { error: string } | { error: string; next: readonly string[] }>;
  /** For stderr, before the report; where there is none, why that is. */
  say?(found: F): readonly string[];
  /** For stderr, behind the report: its first line stays the first. */
  add?(found: F): readonly string[];
  /** What is printed in place of the report in one of its forms. */
  show?(found: F & { report: Report }): string | { error: string } | Promise<string | { error: string }>;
  /** It asks servers: a format that cannot be is refused before. */
  asks?: true;
  /** It has --save, and collectors keep what it finds. */
  saves?: true;
}

/** The choices of a run. */
export function choicesOf(flags: Partial<Flags>) {
  return { failOn: flags['fail-on'] ?? DEFAULTS['fail-on'], skip: flags.skip ?? [], only: flags.only ?? [] };
}

/** Refuses what cannot work before anyone is asked anything; finds; replaces names, prints, saves; the exit code. */
export async function withReport<F extends Found>(flags: Partial<Flags>, host: Host, io: Io, steps: Steps<F>): Promise<number> {
  const inVain = (steps.asks && refuseFormat(flags)) || (await whyInVain(flags, host));
  if (inVain) return usageError(io, inVain);
  const opened = await openPseudonyms(flags, host);
  if ('error' in opened) return usageError(io, opened.error);
  const { pseudonyms } = opened;

  const seen = await steps.find(pseudonyms !== undefined);
  if ('error' in seen) return usageError(io, seen.error, 'next' in seen ? seen.next : []);
  const found = (await pseudonyms?.replace(seen)) ?? seen;
  const unkept = await pseudonyms?.keep();
  if (unkept) return usageError(io, unkept);

  for (const line of steps.say?.(found) ?? []) io.err(line);
  return hasReport(found) ? tell(found, flags, host, io, steps) : EXIT_USAGE;
}

async function whyInVain(flags: Partial<Flags>, host: Host): Promise<string | undefined> {
  const { skip, only } = choicesOf(flags);
  return (await unknownIn([...skip, ...only])) ?? findWrongWord(flags, host) ?? (await refuseSave(flags, host));
}

/** What is said of every cause is loaded where one is named. */
async function unknownIn(named: readonly string[]): Promise<string | undefined> {
  return named.length === 0 ? undefined : (await import('./arguments/unknown-cause.js')).unknownCause(named);
}

async function tell<F extends Found>(
  found: F & { report: Report },
  flags: Partial<Flags>,
  host: Host,
  io: Io,
  { show, saves, add }: Steps<F>,
): Promise<number> {
  const { report, facts = [] } = found;
  const wrong = refuseFormat(flags, report);
  if (wrong) return usageError(io, wrong);
  // Machine output has nothing beside it: a pod's log mixes both streams.
  const isText = (flags.output ?? DEFAULTS.output) === 'text';
  if (flags.debug && isText) for (const fact of facts) io.err(host.redactor.clean(JSON.stringify(fact), LONGEST_FACT));
  const shown = show ? await show(found) : await renderReport(report, flags, io);
  if (typeof shown !== 'string') return usageError(io, shown.error);
  if (isText) outText(io, shown);
  else io.out(shown);
  for (const line of add?.(found) ?? []) io.err(line);
  const unsaved = saves && (await saveRun(flags, { report, facts, ...choicesOf(flags), alone: !isText || flags.quiet === true }, host, io));
  return unsaved ?? (flags['exit-zero'] ? 0 : report.summary.exitCode);
}

/** Before anyone is asked, by the options; of a report that was read, by its settings. */
function refuseFormat({ output, manifest }: Partial<Flags>, report?: Report): string | undefined {
  if (output !== 'sarif' || manifest !== undefined || (report && judgedFile(report) !== undefined)) return undefined;
  return '-o sarif is for results that stand in a file: use settings or nodes with --manifest FILE; elsewhere -o json or -o junit';
}

/** Of --debug: a fact is cut at birth already. */
const LONGEST_FACT = 20_000;

function hasReport<F extends Found>(found: F): found is F & { report: Report } {
  return found.report !== undefined;
}
