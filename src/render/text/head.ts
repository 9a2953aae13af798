/**
 * The head of a report, three lines: the root cause, or that all is well; the first step, or how much was asked; where it ran, as whom,
 * against what. They are never wrapped: `head -2` is the answer, and a command in line two can be pasted.
 */
import { isUnanswered } from '../../judge/exit.js';
import type { Finding, LayerState, Merged, Report } from '../../model/report.js';
import { headlineOf } from '../../report/headline.js';
import { placeWords } from '../../report/places.js';
import { oneLine } from '../../report/plain-text.js';
import { counted, firstStep } from '../../report/words.js';
import type { Look, Paint } from '../style.js';

/** Always exactly three lines. */
export function headLines(report: Report, { paint }: Look): string[] {
  const [first, second] = answer(report, paint);
  return [first, second, paint.dim(whereLine(report))];
}

function answer(report: Report, { bold, red, yellow, green }: Look['paint']): [string, string] {
  const { summary, findings, results } = report;
  const headline = headlineOf(summary.verdict, findings, results);
  if (headline.kind === 'open') return [bold(yellow(summary.top.title)), bold(summary.top.fix)];
  if (headline.kind === 'nothing') return [green(wellLine(report)), askedLine(report)];
  const top = headline.finding;
  const open = results.some((result) => result.required && isUnanswered(result));
  if (summary.verdict !== 'incomplete' && asksNothing(top)) return [green(wellLine(report)), askedLine(report)];
  const { lead, line } = firstStep(top);
  const failing = top.severity === 'blocks' || top.severity === 'degrades';
  const colour: Paint = failing ? red : yellow;
  return [bold(colour(`${failing ? '' : prefixOf(top.severity, open)}${titleOf(top)}`)), `${bold(`${lead}:`)} ${line}`];
}

/** That it works is only said where everything that is required was answered. */
function prefixOf(severity: Finding['severity'], open: boolean): string {
  if (severity === 'risk') return open ? 'Risk: ' : 'Works. Risk: ';
  return open ? '' : 'Found nothing wrong. Note: ';
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
    answers(layers, 'kubelet') ? `kubelet ${oneLine(`${where.node} ${brackets(where.kubelet, through(layers, 'kubelet'))}`)}` : '',
    answers(layers, 'apiserver') ? oneLine(`apiserver ${brackets(where.apiserver, through(layers, 'apiserver'))}`) : '',
  ].filter(Boolean);
  // Asked as another: no credential of the agent was shown to anyone, and what it may is the apiserver's word.
  if (servers.length > 0 && where.account)
    return `All well: ${servers.join(' and ')} answer${servers.length === 1 ? 's' : ''}, and ${oneLine(where.account)} may do what was asked.`;
  if (servers.length === 0) return 'All well: nothing wrong was found in what was asked.';
  const [s, verb] = servers.length === 1 ? ['s', 'takes our credential'] : ['', 'take our credential'];
  const full = (['kubelet', 'apiserver'] as const).every((target) => !answers(layers, target) || isOk(layers, target, 'authn'));
  return `All well: ${servers.join(' and ')} answer${s}${full ? `, ${verb} and permit${s} what was asked` : ''}.`;
}

/** A layer that only the server's own answer can show was fine; its permissions the apiserver can tell as well. */
function answers(layers: readonly LayerState[], target: LayerState['target']): boolean {
  return (['payload', 'tls', 'tcp'] as const).some((layer) => isOk(layers, target, layer));
}

function isOk(layers: readonly LayerState[], target: LayerState['target'], layer: LayerState['layer']): boolean {
  return layers.some((state) => state.target === target && state.layer === layer && (state.state === 'ok' || state.state === 'warned'));
}

/** `through http://proxy:3128`, where a proxy is used: worth knowing also when all is well. */
function through(layers: readonly LayerState[], target: LayerState['target']): string {
  const proxy = layers.find((state) => state.target === target && state.layer === 'proxy')?.through;
  return proxy === undefined ? '' : `through ${proxy || 'a proxy'}`;
}

function brackets(address: string, way: string): string {
  const inside = [address, way].filter(Boolean).join(', ');
  return inside && `(${inside})`;
}

/** `Asked 27 of 31; the other 4 could not be asked from here (--verbose names them).` A single way to ask them is said at once. */
function askedLine({ asked, results }: Report): string {
  const open = asked.total - asked.answered;
  if (open === 0) return `Asked ${asked.answered} of ${asked.total}.`;
  const ways = [...new Set(results.filter(isUnanswered).flatMap((result) => result.elsewhere))];
  const [way] = ways;
  const others = open === 1 ? 'the other one' : `the other ${open}`;
  const known = ways.length === 1 && way && !way.includes('\n');
  const how = known
    ? `for ${others}, someone with the right to ask runs: ${way}`
    : `${others} could not be asked from here (--verbose names ${open === 1 ? 'it' : 'them'}).`;
  return `Asked ${asked.answered} of ${asked.total}; ${how}`;
}

/** `Merged from 60 of 61 reports of 61 nodes`; where all could be read, `2 reports of n1`. */
function mergedWords({ given, read, nodes }: Merged, node: string): string {
  const reports = `${read === given ? '' : `${read} of `}${counted(given, 'report')}`;
  return `Merged from ${reports} of ${nodes === 1 ? node || '1 node' : `${nodes} nodes`}`;
}

function whereLine({ where, merged }: Report): string {
  const vantage = where.vantage && where.vantage !== where.place ? ` (${where.vantage.replace('-', ' ')})` : '';
  const identity = where.identity ? `, as ${where.identity}` : '';
  const servers = [where.kubelet && `kubelet ${where.kubelet}`, where.apiserver && `apiserver ${where.apiserver}`].filter(Boolean);
  const ran = merged ? mergedWords(merged, where.node) : `Ran ${placeWords(where)}`;
  const about = where.machine && where.node ? `, about ${where.node}` : '';
  return oneLine(`${ran}${vantage}${about}${identity}${servers.length ? `, against ${servers.join(' and ')}` : ''}`);
}
