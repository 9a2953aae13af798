/**
 * The head of a report, three lines: the root cause, or that all is well; the first step, or how much was asked; where it ran, as whom, when,
 * against what. They are never wrapped: `head -2` is the answer. The last two lines of a terminal are the first two again.
 */
import { type Answered, answeredOf, isUnanswered } from '../../judge/exit.js';
import type { Finding, LayerState, Merged, Report } from '../../model/report.js';
import { asksNothing, headlineOf } from '../../report/headline.js';
import { oneLine } from '../../report/plain-text.js';
import { titleWords } from '../../report/spoken.js';
import { identityWords, placeWords, vantageWords } from '../../report/where/places.js';
import { actLine, firstStep, LINE, lastLine, openQuestion } from '../../report/words.js';
import { counted, dateTime, formOf, listed } from '../../words/formats.js';
import { sayHead as say } from '../../words/text.js';
import { type Look, type Paint, wrap } from '../style.js';

const SHORT_NAME = 20;

/** Always exactly three lines. */
export function headLines(report: Report, { paint }: Look): string[] {
  const { colour, title, lead, line } = answerOf(report, paint);
  return [paint.bold(colour(title)), lead ? `${paint.bold(`${lead}:`)} ${line}` : line, paint.dim(whereLine(report))];
}

/** On a terminal, which breaks a long line in the middle of a word: at words. What can be pasted stays whole. */
export function wrappedHead(report: Report, look: Look): string[] {
  const { colour, title, lead, line, isProse } = answerOf(report, look.paint);
  const { bold, dim } = look.paint;
  const opening = lead ? `${lead}: ` : '';
  const [first = '', ...more] = isProse ? wrap(line, look.width, opening, '  ') : [`${opening}${line}`];
  return [
    ...wrap(title, look.width).map((each) => bold(colour(each))),
    lead ? first.replace(`${lead}:`, (words) => bold(words)) : first,
    ...more,
    ...wrap(whereLine(report), look.width).map(dim),
  ];
}

/** The last two lines of a terminal, all of --quiet: the verdict and the act, with the command to paste where it is one. */
export function closingLines(report: Report, { paint }: Look): [string, string] {
  const { colour, title, last } = answerOf(report, paint);
  return [paint.bold(colour(title)), last];
}

/** The same at the width of a terminal: at words, and what can be pasted whole. */
export function wrappedClosing(report: Report, look: Look): string[] {
  const { colour, title, lead, last, isLastProse } = answerOf(report, look.paint);
  const rest = lead ? '  ' : '';
  return [
    ...wrap(title, look.width).map((each) => look.paint.bold(colour(each))),
    ...(isLastProse ? wrap(last, look.width, '', rest) : [last]),
  ];
}

/** Line two of a finding that is the headline. */
export function lineTwo(finding: Finding): string {
  return actLine(firstStep(finding)).line;
}

interface Answer {
  colour: Paint;
  title: string;
  lead: string;
  line: string;
  /** No command is in it. */
  isProse: boolean;
  last: string;
  isLastProse: boolean;
}

function answerOf(report: Report, { red, yellow, green }: Look['paint']): Answer {
  const { summary, findings, results } = report;
  const headline = headlineOf(summary.verdict, findings, results, report.where);
  const toFindOut = (line: string) => ({ lead: '', line, isProse: false, last: line, isLastProse: false });
  if (headline.kind === 'open') {
    const { title, fix } = openQuestion(headline.required, report.where);
    return { colour: yellow, title, ...toFindOut(fix) };
  }
  const well = (on: Answered): Answer => {
    const asked = askedLine(report);
    return { colour: green, title: wellLine(report, on), lead: '', line: asked, isProse: true, last: asked, isLastProse: true };
  };
  if (headline.kind === 'nothing') return well(headline.on);
  const top = headline.finding;
  const answered = answeredOf(results);
  if (answered && summary.verdict !== 'incomplete' && asksNothing(top)) return well(answered);
  const step = firstStep(top);
  const failing = top.severity === 'blocks' || top.severity === 'degrades';
  const own = titleOf(top, report);
  const title = failing ? (answered && top.ofOthers ? afterNamed(report, own) : own) : withLead(top.severity, answered, own);
  const { lead, line } = actLine(step);
  const last = lastLine(step);
  return {
    colour: failing ? red : yellow,
    title,
    lead,
    line,
    isProse: line === step.act,
    last,
    isLastProse: last === `${step.lead}: ${step.act}`,
  };
}

/** That it works is only said where everything that is required was answered, and the line has room for it. */
function withLead(severity: Finding['severity'], answered: Answered | undefined, title: string): string {
  const short = severity === 'risk' ? say('risk', { title }) : answered ? say('note', { title }) : title;
  const long = severity === 'risk' ? say('worksRisk', { title }) : say('worksNote', { title });
  return answered && [...long].length <= LINE ? long : short;
}

/** Who asked about one node reads of it first; what befell others stands behind. A cloud's name of a node takes the room of both. */
function afterNamed({ where }: Report, title: string): string {
  const node = oneLine(where.node);
  return node && [...node].length <= SHORT_NAME ? say('okOn', { node, title }) : title;
}

/** The title; a suspicion says that it is one. */
export function titleOf(finding: Finding, report: Report): string {
  const title = oneLine(titleWords(finding, report));
  return finding.certainty === 'suspected' ? say('suspected', { title }) : title;
}

function wellLine({ where, layers, results }: Report, _on: Answered): string {
  const names = [
    answers(layers, 'kubelet') ? oneLine(say('kubelet', { node: where.node })) : '',
    answers(layers, 'apiserver') ? 'apiserver' : '',
  ].filter(Boolean);
  if (names.length === 0) return say('nothingWrong');
  const [servers, form] = [listed(names), formOf(names.length)];
  // Asked as another: no credential of the agent was shown to anyone, and what it may is what the apiserver says.
  if (where.account) {
    const open = results.some((result) => result.layer === 'authz' && isUnanswered(result));
    const kind = open ? 'permittedInPart' : 'permitted';
    return say(`${kind}.${form}`, { servers, account: shortNames(oneLine(where.account)) });
  }
  const full = (['kubelet', 'apiserver'] as const).every((target) => !answers(layers, target) || isOk(layers, target, 'authn'));
  return say(full ? `accepted.${form}` : `answer.${form}`, { servers });
}

/** A layer that only the server's own answer can show was fine; its permissions the apiserver can tell as well. */
function answers(layers: readonly LayerState[], target: LayerState['target']): boolean {
  return (['payload', 'tls', 'tcp'] as const).some((layer) => isOk(layers, target, layer));
}

function isOk(layers: readonly LayerState[], target: LayerState['target'], layer: LayerState['layer']): boolean {
  return layers.some((state) => state.target === target && state.layer === layer && (state.state === 'ok' || state.state === 'warned'));
}

/** `28 of 37 questions answered; -v names the others.` */
function askedLine({ asked }: Report): string {
  const open = asked.total - asked.answered;
  const all = { count: asked.answered, questions: counted(asked.total, 'question') };
  return open === 0 ? say('answered', all) : open === 1 ? say('answeredBut1', all) : say('answeredBut', { ...all, open });
}

/** `Merged from 60 of 61 reports of 61 nodes`; where all could be read, `2 reports of n1`. */
function mergedWords({ given, read, nodes }: Merged, node: string): string {
  const all = counted(given, 'report');
  const reports = read === given ? all : say('someOfReports', { read, reports: all });
  return say('merged', { reports, nodes: (nodes === 1 && node) || counted(nodes, 'node') });
}

/** What it was read from, and when that was collected: `Bundle: must-gather, 6 nodes, Kubernetes v1.22.3, 9 Nov 2021 14:00`. */
function bundleWords(
  { format, collector, nodes, version, isCut }: NonNullable<Report['where']['bundle']>,
  { where, startedAt }: Report,
): string {
  const from = collector ? say('ofBundleBy', { format, collector }) : say('ofBundle', { format });
  const all = counted(nodes, 'node');
  const about = where.node ? (nodes > 1 ? say('oneOf', { node: where.node, nodes: all }) : where.node) : all;
  const parts = [
    from,
    isCut ? say('incomplete') : '',
    nodes > 0 ? about : '',
    version ? say('ofVersion', { version }) : '',
    where.identity ? say('as', { user: shortNames(identityWords(where)) }) : '',
  ];
  return [...parts, startedAt ? dateTime(startedAt) : ''].filter(Boolean).join(', ');
}

/** Where, as whom, when; then against what, with the proxy where there is one. */
function whereLine(report: Report): string {
  const { where, merged, startedAt, layers } = report;
  if (where.bundle) return oneLine(bundleWords(where.bundle, report));
  const ran = merged
    ? mergedWords(merged, where.node)
    : say(where.script === undefined ? 'ran' : 'ofScript', { place: placeWords(where) }).trim();
  const network = where.vantage && where.vantage !== where.place ? vantageWords(where) : '';
  const inNetwork = network ? say('inNetwork', { ran, network }) : ran;
  const parts = [
    // Said, and nothing follows from it.
    where.leftOver ? say('leftOver', { ran: inNetwork, directory: where.leftOver }) : inNetwork,
    where.machine && where.node ? say('about', { node: where.node }) : '',
    where.identity ? say('as', { user: shortNames(identityWords(where)) }) : '',
    startedAt ? dateTime(startedAt) : '',
  ];
  const servers = (['kubelet', 'apiserver'] as const).flatMap((target) =>
    where[target] ? withOthers(target, serverWords(target, where[target], layers), where) : [],
  );
  const here = parts.filter(Boolean).join(', ');
  const all = servers.length > 0 ? say('whereAndServers', { where: here, servers: servers.join(', ') }) : here;
  return oneLine(withKubeconfig(all, where));
}

/** `… (context prod)`, with the file where that is not the one that kubectl takes by itself. */
function withKubeconfig(words: string, { kubeconfig = '', context = '' }: Report['where']): string {
  const file = /(^|\/)\.kube\/config$/.test(kubeconfig) ? '' : kubeconfig;
  if (context && file) return say('byContextOf', { where: words, context, file });
  if (context) return say('byContext', { where: words, context });
  return file ? say('byFile', { where: words, file }) : words;
}

/** `kubelet 10.0.0.7:10250 through http://proxy:3128`, where a proxy is used. */
function serverWords(server: 'kubelet' | 'apiserver', address: string, layers: readonly LayerState[]): string {
  const proxy = layers.find((state) => state.target === server && state.layer === 'proxy')?.through;
  if (proxy === undefined) return say('server', { server, address });
  return proxy ? say('serverThrough', { server, address, proxy }) : say('serverThroughSome', { server, address });
}

/** What was given wins; that the Node has other addresses is said beside it. */
function withOthers(target: 'kubelet' | 'apiserver', server: string, { node, nodeAddresses: addresses }: Report['where']): string {
  return target === 'kubelet' && addresses ? say('notOf', { server, node, addresses }) : server;
}

/** A ServiceAccount as `namespace/name`: kubectl's own form, half as long. */
function shortNames(words: string): string {
  return words.replace(/\bsystem:serviceaccount:([^:,\s]+):([^:,\s]+)/g, '$1/$2');
}
