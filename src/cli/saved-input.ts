/** FILE of `render`, `judge` and `diff`: what it holds, or one line that says why not. No server is asked and nothing is run or written. */
import { posix } from 'node:path';
import { HAR, isHar } from '../bundles/har.js';
import type { Bundle as OthersBundle } from '../bundles/read.js';
import { type Bundle, type BundleRead, bundleOf, findOurs, oursAtDoor, readBundle } from '../files/bundle.js';
import { hideSecrets } from '../host/hide.js';
import type { Host } from '../host/host.js';
import type { FactsFile } from '../model/facts-file.js';
import type { Report } from '../model/report.js';
import { readFacts } from '../report/contract/read-facts.js';
import type { createManyReader } from '../report/contract/read-many.js';
import { parseJson, readReport, versionOf } from '../report/contract/read-report.js';
import { vouch } from '../report/vouch.js';

/** FILE is its name; `given`: its text, where that is at hand. */
export async function reportFrom(file: string, host: Host, given?: string | Buffer): Promise<{ report: Report } | { error: string }> {
  return part(file, host, given, (bundle) => {
    if (bundle.report === undefined) return { error: 'contains facts and no report; kubelet-doctor judge makes one' };
    return readVouched({ report: bundle.report, facts: bundle.facts }, (json) => hideSecrets(json, host.redactor));
  });
}

/**
 * The report, with nothing of its writer's in the place of our advice: checked against the facts beside it, where they can be read. `readMany`: of many
 * reports.
 */
export function readVouched(
  { report, facts }: { report: string; facts?: string | undefined },
  hide: <T>(json: T) => T,
  readMany?: ReturnType<typeof createManyReader>,
): { report: Report } | { error: string } {
  const alike = readMany?.(report);
  const read = alike ? { report: alike } : readWhole(report, hide);
  if ('error' in read) return read;
  const beside = facts === undefined ? undefined : parseJson(facts);
  const kept = beside && 'json' in beside ? readFacts(hide(beside.json)) : undefined;
  return { report: vouch(read.report, kept && 'file' in kept ? kept.file.facts : []) };
}

function readWhole(text: string, hide: <T>(json: T) => T): { report: Report } | { error: string } {
  const parsed = parseJson(text);
  return 'error' in parsed ? parsed : readReport(hide(parsed.json));
}

export async function factsFrom(file: string, host: Host, given?: string | Buffer): Promise<{ file: FactsFile } | { error: string }> {
  return part(file, host, given, (bundle) => factsOf(bundle, host));
}

/** The same of what was read. */
export function factsIn(file: string, host: Host, read: BundleRead): { file: FactsFile } | { error: string } {
  const got = 'error' in read ? read : factsOf(read, host);
  return 'error' in got ? { error: host.redactor.clean(`${file}: ${got.error}`, 400) } : got;
}

function factsOf(bundle: Bundle, host: Host): { file: FactsFile } | { error: string } {
  if (bundle.facts === undefined) return { error: whyNoFacts(bundle.report) };
  const parsed = parseJson(bundle.facts);
  return 'error' in parsed ? parsed : readFacts(hideSecrets(parsed.json, host.redactor));
}

/** What was brought to be judged. */
export interface Brought {
  /** Its absolute path, standard input (`-`), or as it is held. */
  from: string | Buffer;
  /** Why it is none of ours, where it is not. */
  ours: BundleRead;
  /** Undefined where it is ours by its first bytes, or cannot be read at all. */
  others?: OthersBundle;
}

/** Reads it, once: ours in it, and what another program collected. Standard input comes by once. */
export async function bring(from: string | Buffer, host: Host): Promise<Brought> {
  const known = typeof from === 'string' && from !== '-' ? await oursAtDoor(from) : undefined;
  if (known && !('error' in known)) return { from, ours: known };
  // Loaded for those who bring another's.
  const [{ readBundle: readOthers }, { createHearing }, { createOutputs }, { createNodeFiles }] = await Promise.all([
    import('../bundles/read.js'),
    import('../bundles/said/hearing.js'),
    import('../bundles/said/outputs.js'),
    import('../bundles/node/node-files.js'),
  ]);
  const { wants, take, end } = findOurs();
  const listeners = [createNodeFiles(host), createOutputs(host.redactor.clean), createHearing(host.redactor.clean)];
  const own = known ? [] : [{ wants, hear: take, told: () => [] }];
  const others = await readOthers(from, [...own, ...listeners], host.now());
  return 'error' in others ? { from, ours: others } : { from, ours: known ?? end(others), others };
}

const MERGED = 'is a merged report, which has no facts; judge the files it was made from, and merge them again';
const TEXT = 'is neither a facts.json nor a bundle; kubelet-doctor FILE reads a log and other texts';
const NO_FACTS = 'contains a report and no facts; kubelet-doctor render shows it';

/** What is given in place of facts is a report, or not even that. */
function whyNoFacts(report = ''): string {
  const parsed = parseJson(report);
  if ('error' in parsed) return /^\s*[{[]/.test(report) ? parsed.error : TEXT;
  if (isHar(report.slice(0, 4096))) return HAR;
  if (versionOf(parsed.json, 'reportVersion') === undefined) return 'is not a facts.json of kubelet-doctor';
  return typeof parsed.json === 'object' && parsed.json !== null && 'merged' in parsed.json ? MERGED : NO_FACTS;
}

async function part<T extends object>(
  file: string,
  host: Host,
  given: string | Buffer | undefined,
  read: (bundle: Bundle) => T | { error: string },
): Promise<T | { error: string }> {
  const paths: string[] = [];
  const see = (path: string) => paths.length < MOST_PATHS && paths.push(path);
  const bundle = typeof given === 'string' ? bundleOf(given) : await readBundle(given ?? posix.resolve(host.cwd, file), { see });
  const got = 'error' in bundle ? { error: (bundle.isAnothers && (await whose(paths))) || bundle.error } : read(bundle);
  return 'error' in got ? { error: host.redactor.clean(`${file}: ${got.error}`, 400) } : got;
}

const MOST_PATHS = 100_000;

/** Whose bundle it is, where it is none of ours. */
async function whose(paths: readonly string[]): Promise<string | undefined> {
  const { createRecogniser } = await import('../bundles/collectors/format.js');
  const recogniser = createRecogniser();
  for (const path of paths) recogniser.see(path);
  const format = recogniser.found()?.format;
  return format && `holds no report: it is another program's bundle (${format.name}), of which kubelet-doctor judge makes one`;
}
