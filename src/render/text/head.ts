/**
 * The head of a report, three lines: the root cause, or that all is well; the first step, or how much was asked; where it ran, as whom, when,
 * against what. They are never wrapped: `head -2` is the answer. The last two lines of a terminal are the first two again.
 */
import { isUnanswered } from '../../judge/exit.js';
import type { Finding, LayerState, Merged, Report } from '../../model/report.js';
import { dateTime } from '../../report/formats.js';
import { headlineOf } from '../../report/headline.js';
import { placeWords } from '../../report/places.js';
import { oneLine } from '../../report/plain-text.js';
import { actLine, counted, firstStep, LINE, lastLine } from '../../report/words.js';
import { type Look, type Paint, wrap } from '../style.js';

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
}

function answerOf(report: Report, { red, yellow, green }: Look['paint']): Answer {
  const { summary, findings, results } = report;
  const headline = headlineOf(summary.verdict, findings, results);
  if (headline.kind === 'open')
    return { colour: yellow, title: summary.top.title, lead: '', line: summary.top.fix, isProse: false, last: summary.top.fix };
  const asked = askedLine(report);
  const well = { colour: green, title: wellLine(report), lead: '', line: asked, isProse: true, last: asked };
  if (headline.kind === 'nothing') return well;
  const top = headline.finding;
  const open = results.some((result) => result.required && isUnanswered(result));
  if (summary.verdict !== 'incomplete' && asksNothing(top)) return well;
  const step = firstStep(top);
  const failing = top.severity === 'blocks' || top.severity === 'degrades';
  const title = failing ? titleOf(top) : prefixed(prefixOf(top.severity, open), titleOf(top));
  const { lead, line } = actLine(step);
  return { colour: failing ? red : yellow, title, lead, line, isProse: line === step.act, last: lastLine(step) };
}

/** Without its first word where the line would be too long. */
function prefixed(prefix: string, title: string): string {
  return [...`${prefix}${title}`].length <= LINE ? `${prefix}${title}` : `${prefix.replace(/^Works\. /, '')}${title}`;
}

/** That it works is only said where everything that is required was answered. */
function prefixOf(severity: Finding['severity'], open: boolean): string {
  if (severity === 'risk') return open ? 'Risk: ' : 'Works. Risk: ';
  return open ? '' : 'Works. Note: ';
}

/** A note that asks for nothing does not take the place of "all well". */
export function asksNothing(finding: Finding): boolean {
  return finding.severity === 'note' && finding.fixes.length === 0;
}

/** The title; a suspicion says that it is one. */
export function titleOf(finding: Finding): string {
  return `${oneLine(finding.title.en)}${finding.certainty === 'suspected' ? ' (suspected)' : ''}`;
}

function wellLine({ where, layers }: Report): string {
  const servers = [
    answers(layers, 'kubelet') ? oneLine(`kubelet ${where.node}`).trim() : '',
    answers(layers, 'apiserver') ? 'apiserver' : '',
  ].filter(Boolean);
  if (servers.length === 0) return 'OK: nothing wrong found in what was asked';
  const one = servers.length === 1;
  const names = `OK: ${servers.join(' and ')}`;
  const answer = `${names} answer${one ? 's' : ''}`;
  // Asked as another: no credential of the agent was shown to anyone, and what it may is what the apiserver says.
  if (where.account) return `${answer}; ${shortNames(oneLine(where.account))} has the permissions`;
  const full = (['kubelet', 'apiserver'] as const).every((target) => !answers(layers, target) || isOk(layers, target, 'authn'));
  const s = one ? 's' : '';
  return full ? `${names} accept${s} the credential and allow${s} all requests` : answer;
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
  const rest = open === 0 ? '' : `; -v names the ${open === 1 ? 'other' : `other ${open}`}`;
  return `${asked.answered} of ${counted(asked.total, 'question')} answered${rest}.`;
}

/** `Merged from 60 of 61 reports of 61 nodes`; where all could be read, `2 reports of n1`. */
function mergedWords({ given, read, nodes }: Merged, node: string): string {
  const reports = `${read === given ? '' : `${read} of `}${counted(given, 'report')}`;
  return `Merged from ${reports} of ${nodes === 1 ? node || '1 node' : `${nodes} nodes`}`;
}

/** Where, as whom, when; then against what, with the proxy where there is one. */
function whereLine({ where, merged, startedAt, layers }: Report): string {
  const vantage = where.vantage && where.vantage !== where.place ? ` (${where.vantage.replace('-', ' ')})` : '';
  const identity = where.identity ? `, as ${shortNames(where.identity)}` : '';
  const ran = merged ? mergedWords(merged, where.node) : `Ran ${placeWords(where)}`.trim();
  const about = where.machine && where.node ? `, about ${where.node}` : '';
  const time = startedAt ? `, ${dateTime(startedAt)}` : '';
  const servers = (['kubelet', 'apiserver'] as const).flatMap((target) =>
    where[target] ? `${target} ${where[target]}${through(layers, target)}` : [],
  );
  return oneLine(`${ran}${vantage}${about}${identity}${time}${servers.length ? `; ${servers.join(', ')}` : ''}`);
}

/** ` through http://proxy:3128`, where a proxy is used. */
function through(layers: readonly LayerState[], target: LayerState['target']): string {
  const proxy = layers.find((state) => state.target === target && state.layer === 'proxy')?.through;
  return proxy === undefined ? '' : ` through ${proxy || 'a proxy'}`;
}

/** A ServiceAccount as `namespace/name`: kubectl's own form, half as long. */
function shortNames(words: string): string {
  return words.replace(/\bsystem:serviceaccount:([^:,\s]+):([^:,\s]+)/g, '$1/$2');
}
