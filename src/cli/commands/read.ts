/**
 * `kubelet-doctor FILE…` and `kubelet-doctor -`: whatever it is, it is read as that. Facts are judged, a report without facts is rendered, the answers
 * of `script` are judged, a manifest's settings are shown, and every other text is read line by line.
 */
import { posix } from 'node:path';
import { HAR, isHar } from '../../bundles/har.js';
import { findCause } from '../../checks/known.js';
import { type Given, openGiven } from '../../files/given.js';
import type { FileRead, Host } from '../../host/host.js';
import { eachOf, isAnswers } from '../../live/script/answers.js';
import { BOUNDS } from '../../model/bounds.js';
import type { Flags } from '../../setup/options.js';
import { chosen, createLogReader, isWrong } from '../../texts/log/log.js';
import { TEXTS_VERSION } from '../../texts/schema.js';
import { unknownCause } from '../arguments/unknown-cause.js';
import { type Io, outText } from '../io.js';
import { lookOf } from '../render.js';
import { usageError } from '../usage.js';
import { choicesOf, withReport } from '../with-report.js';
import { EXIT_FOUND, withDocs } from './explain.js';
import type { JudgeFlags } from './judge.js';

type Kind = 'packed' | 'objects' | 'saved' | 'answers' | 'manifest' | 'text';

/** Each in turn; the exit code is the gravest. */
export async function runReadCommand(names: readonly string[], flags: JudgeFlags, host: Host, io: Io): Promise<number> {
  const unknown = unknownCause([...(flags.skip ?? []), ...(flags.only ?? [])]);
  if (unknown !== undefined) return usageError(io, unknown);
  if (names.length === 0) return usageError(io, 'read needs a file, or - for standard input');
  const several = names.length > 1 ? whyOneAtATime(flags) : undefined;
  if (several !== undefined) return usageError(io, several);
  const codes: number[] = [];
  for (const [at, name] of names.entries()) {
    if (names.length > 1 && isText(flags)) io.out(`${at > 0 ? '\n' : ''}${name}:`);
    codes.push(await readOne(name, flags, host, io));
  }
  return Math.max(...codes);
}

const isText = ({ output = 'text' }: Partial<Flags>): boolean => output === 'text';
/** Of these two in one file are none. */
const DOCUMENTS: readonly string[] = ['html', 'junit', 'sarif'];

function whyOneAtATime({ output = 'text' }: Partial<Flags>): string | undefined {
  return DOCUMENTS.includes(output) ? `--output ${output} is one document; give one at a time` : undefined;
}

async function readOne(name: string, flags: JudgeFlags, host: Host, io: Io): Promise<number> {
  const given = await openGiven(name === '-' ? name : posix.resolve(host.cwd, name));
  const shown = name === '-' ? 'standard input' : name;
  if ('error' in given) return usageError(io, host.redactor.clean(`${shown}: ${given.error}`, 400));
  try {
    const refuse = (words: string) => usageError(io, host.redactor.clean(`${shown}: ${words}`, 400));
    if (given.isEmpty) return refuse(given.broken() ?? 'is empty; see whether the command that printed it failed');
    const sealed = given.sealed ?? (isHar(given.head) ? HAR : undefined);
    if (sealed !== undefined) return refuse(sealed);
    const kind = kindOf(given);
    const unfit = kind === 'text' ? unfitForTexts(flags) : undefined;
    if (unfit !== undefined) return refuse(unfit);
    if (kind === 'text') {
      const code = await readLog(given, flags, host, io);
      if (given.broken() !== undefined) io.err(host.redactor.clean(`${shown}: ${given.broken()}; what comes before was read`, 400));
      return code;
    }
    if (kind === 'objects' || kind === 'packed') {
      const held = name === '-' ? await given.bytes(BOUNDS.held) : undefined;
      if (name === '-' && held === undefined) return refuse(`${given.broken() ?? `is larger than ${BOUNDS.held} bytes`}: ${AS_FILE}`);
      if (kind === 'packed') return await readPacked(held ? shown : name, held ?? posix.resolve(host.cwd, name), flags, host, io);
      return await (await import('./judge.js')).runJudgeCommand(held ? shown : name, flags, host, io, held);
    }
    const most = kind === 'manifest' ? BOUNDS.manifest : BOUNDS.report;
    const text = await given.whole(most);
    if (given.broken() !== undefined || text === undefined) return refuse(given.broken() ?? `is larger than ${most} bytes; ${LESS[kind]}`);
    if (kind === 'answers') return await judgeScript(shown, text, flags, host, io);
    if (kind === 'manifest') return await readManifest(name, text, flags, host, io);
    return await readSaved(shown, text, flags, host, io);
  } finally {
    await given.close();
  }
}

/** A text is no report. */
function unfitForTexts({ output = 'text', 'fail-on': failOn, collect, pod }: JudgeFlags): string | undefined {
  if (collect || pod !== undefined) return `is a text, and --${collect ? 'collect' : 'pod'} is for bundles; leave it out`;
  if (output !== 'text' && output !== 'json') return `is a text, which --output ${output} is not for; use text or json`;
  return failOn === undefined ? undefined : 'is a text, whose causes have no severity; leave --fail-on out';
}

const AS_FILE = 'save it, and name the file';

/** What to give of one that is too large. */
const LESS = {
  saved: 'merge fewer reports into one',
  answers: 'give the answers of fewer pods at a time',
  manifest: "give the agent's own documents alone",
} as const satisfies Partial<Record<Kind, string>>;

/** By its beginning alone: the rest is read by who knows it. */
function kindOf({ head, isPacked }: Given): Kind {
  if (isPacked) return 'packed';
  if (isAnswers(head)) return 'answers';
  if (/^\s*\{\s*"(factsVersion|reportVersion|summary)"/.test(head)) return 'saved';
  if (areObjects(head)) return 'objects';
  return isManifest(head) ? 'manifest' : 'text';
}

/** A list as kubectl or a collector prints it; what is applied is no list as a rule. */
function areObjects(head: string): boolean {
  if (/^\s*\{/.test(head))
    return /"kind"\s*:\s*"\w{0,80}List"/.test(head.slice(0, 4096)) || /^\s*\{\s*"apiVersion"\s*:\s*"v1",\s*"items"/.test(head);
  return /^(?:---\s*\n)?apiVersion: \S{1,100}\r?\n(?:items:|kind: \w{0,80}List\s*$)/m.test(head.slice(0, 4096));
}

/** What is applied, or values of a chart: not what `kubectl get -o yaml` shows of a running pod, node or event. */
function isManifest(head: string): boolean {
  const kind =
    /^[ \t]{0,40}"?kind"?: {0,9}"?(DaemonSet|DatadogAgent)"?,?[ \t\r]{0,9}$/m.test(head) ||
    /"kind" {0,9}: {0,9}"(DaemonSet|DatadogAgent)"/.test(head);
  if (kind && /^[ \t"{]{0,40}apiVersion"?[ \t]{0,9}:|"apiVersion"/m.test(head)) return true;
  return /^(datadog|agents|clusterAgent):[ \t\r]{0,9}$/m.test(head) && !/^\d{4}-\d\d-\d\d/m.test(head);
}

async function readSaved(name: string, text: string, flags: JudgeFlags, host: Host, io: Io): Promise<number> {
  const { factsFrom } = await import('../saved-input.js');
  const isFacts = 'file' in (await factsFrom(name, host, text));
  if (isFacts) return (await import('./judge.js')).runJudgeCommand(name, flags, host, io, text);
  return (await import('./render.js')).runRenderCommand(name, flags, host, io, text);
}

/** Facts of ours are judged, a report alone is rendered; and what is none of ours may be another's bundle. */
async function readPacked(name: string, from: string | Buffer, flags: JudgeFlags, host: Host, io: Io): Promise<number> {
  const { bring, factsIn, reportFrom } = await import('../saved-input.js');
  const brought = await bring(from, host);
  const report = 'error' in brought.ours || 'file' in factsIn(name, host, brought.ours) ? undefined : brought.ours.report;
  if (report !== undefined && 'report' in (await reportFrom(name, host, report)))
    return (await import('./render.js')).runRenderCommand(name, flags, host, io, report);
  return (await import('./judge.js')).runJudgeCommand(name, flags, host, io, brought);
}

const MOST_PODS = 100;

/** Of several pods each by itself; the gravest counts. */
async function judgeScript(shown: string, text: string, flags: Partial<Flags>, host: Host, io: Io): Promise<number> {
  const { judgeAnswers } = await import('../../live/script/judged.js');
  const all = eachOf(text);
  const many = all.length > MOST_PODS ? `give ${MOST_PODS} at most` : all.length > 1 ? whyOneAtATime(flags) : undefined;
  const refused = (words: string) => host.redactor.clean(`${shown}: ${words}`, 400);
  if (many !== undefined) return usageError(io, refused(`holds the answers of ${all.length} pods; ${many}`));
  const codes: number[] = [];
  for (const [at, answers] of all.entries()) {
    if (at > 0 && isText(flags)) io.out('');
    const code = await withReport(flags, host, io, {
      async find() {
        const judged = await judgeAnswers(answers, host, choicesOf(flags));
        return 'error' in judged ? { error: refused(judged.error) } : judged;
      },
      say: ({ skipped }) => (isText(flags) ? skipped.map((line) => `not asked by the script: ${line}`) : []),
    });
    codes.push(code);
  }
  return Math.max(...codes);
}

/** Under its own name: what is printed of it says where it stands. */
async function readManifest(name: string, text: string, flags: Partial<Flags>, host: Host, io: Io): Promise<number> {
  const { runSettingsCommand } = await import('./settings.js');
  const manifest = name === '-' ? '/dev/stdin' : name;
  const read: FileRead = { ok: true, path: manifest, text, bytes: Buffer.from(text) };
  const isIt = (path: string) => posix.resolve(host.cwd, path) === posix.resolve(host.cwd, manifest);
  return runSettingsCommand(
    { ...flags, manifest },
    { ...host, readFile: async (path, most) => (isIt(path) ? read : host.readFile(path, most)) },
    io,
  );
}

async function readLog(given: Given, flags: Partial<Flags>, host: Host, io: Io): Promise<number> {
  const reader = createLogReader(host.redactor.clean);
  for await (const line of given.lines(reader.skips)) reader.push(line);
  const reading = chosen(reader.end(), choicesOf(flags));
  const exitCode = isWrong(reading) ? EXIT_FOUND : 0;
  const code = flags['exit-zero'] ? 0 : exitCode;
  if (flags.output === 'json') {
    const { groups, lines, cut, left } = reading;
    const answer = groups[0] ? withDocs(groups[0]) : null;
    io.out(JSON.stringify({ textsVersion: TEXTS_VERSION, exitCode, answer, readings: groups, lines, cut, left }));
    return code;
  }
  const { renderSaid } = await import('../../render/text/said.js');
  outText(
    io,
    renderSaid(reading, (cause) => findCause(cause)?.docs, lookOf(flags, io)),
  );
  return code;
}
