/**
 * Findings in the few lines that a person reads: what line two does not say yet. What is left out stands under --verbose, and in the JSON.
 * How much is said of each is a depth; `fitting` takes the deepest that the terminal holds.
 */
import { flatten } from '../../judge/rank.js';
import { withoutAim } from '../../kubernetes/aim.js';
import type { Fix } from '../../model/check.js';
import type { Finding, Report } from '../../model/report.js';
import { asksNothing, headlineOf } from '../../report/headline.js';
import { cut, oneLine } from '../../report/plain-text.js';
import { causeTitle, featureWords, spoken } from '../../report/spoken.js';
import {
  actOf,
  certaintyWords,
  explain,
  firstLead,
  firstStep,
  otherWay,
  ownerLong,
  severityWords,
  stepsOf,
  touches,
  withoutStop,
} from '../../report/words.js';
import { counted, listed, someOf } from '../../words/formats.js';
import { sayFinding as say } from '../../words/text.js';
import { indentBlock, type Look, pasteBlock, proseWidth, wrap } from '../style.js';
import { findingLines } from './finding.js';
import { quoteLines } from './fix.js';
import { lineTwo, titleOf, wrappedClosing } from './head.js';

/** How much is said of each finding. */
interface Depth {
  /** Quoted facts. */
  evidence: number;
  /** Columns of one of them. */
  columns: number;
  /** The command that shows the first of them. */
  command: boolean;
  /** Fixes after the first. */
  others: number;
  /** Steps longer than this are counted. */
  steps: number;
  features: number;
  /** Consequences by their title. */
  consequences: number;
}

const LEAST: Depth = { evidence: 0, columns: 72, command: false, others: 0, steps: 2, features: 0, consequences: 0 };

/** From all that is said to the least that still tells what to do. */
const DEPTHS: readonly Depth[] = [
  { evidence: 4, columns: 300, command: true, others: 3, steps: 30, features: 8, consequences: 4 },
  { evidence: 3, columns: 150, command: true, others: 2, steps: 12, features: 8, consequences: 3 },
  { evidence: 3, columns: 150, command: false, others: 1, steps: 8, features: 8, consequences: 2 },
  { evidence: 2, columns: 100, command: false, others: 1, steps: 8, features: 3, consequences: 1 },
  { evidence: 2, columns: 72, command: false, others: 0, steps: 8, features: 3, consequences: 0 },
  { evidence: 1, columns: 72, command: false, others: 0, steps: 5, features: 2, consequences: 0 },
  { evidence: 1, columns: 72, command: false, others: 0, steps: 2, features: 0, consequences: 0 },
  LEAST,
];

/** Lines of a report without a finding, with one, with two; with more. */
const BUDGETS = [24, 24, 36];
const MOST = 60;

/** The lines of `layout` at the greatest depth at which the whole report fits, with the last lines of a terminal. `step` counts up from 0. */
export function fitting(
  report: Report,
  look: Look,
  layout: (findings: string[], step: { at: number; isLeast: boolean }) => string[],
): string[] {
  const budget =
    ((report.merged ? undefined : BUDGETS[report.findings.length]) ?? MOST) - rows(['', ...wrappedClosing(report, look)], look.width);
  let lines: string[] = [];
  for (const [at, depth] of DEPTHS.entries()) {
    lines = layout(briefLines(report, look, depth), { at, isLeast: depth === LEAST });
    if (rows(lines, look.width) <= budget) break;
  }
  return lines;
}

/** Below a table of its own, which has the room: all that is said of a few; with --verbose all that is known. */
export function findingsBeside(report: Report, look: Look, verbose: boolean): string[] {
  return verbose ? findingLines(report, look) : briefLines(report, look, DEPTHS[1] ?? LEAST);
}

/** As a terminal shows them: a long line takes several rows. */
export function rows(lines: readonly string[], width: number): number {
  return lines
    .flatMap((line) => line.split('\n'))
    .reduce((sum, line) => sum + Math.max(1, Math.ceil([...line.replace(/\u001b\[[\d;]*m/g, '')].length / width)), 0);
}

/** At the least depth of many findings the first ones are enough. */
const MOST_FINDINGS = 8;

function briefLines(report: Report, look: Look, depth: Depth): string[] {
  const told = report.findings.filter((finding) => !asksNothing(finding));
  const shown = depth === LEAST ? told.slice(0, MOST_FINDINGS) : told;
  const rest = told.length - shown.length;
  // Where a question is open the first line may be of another finding than the first.
  const headline = headlineOf(report.summary.verdict, report.findings, report.results, report.where);
  const head = headline.kind === 'finding' ? headline.finding : undefined;
  const notes = report.findings.filter(asksNothing);
  return [
    ...shown.flatMap((finding, at) => [...oneFinding(finding, { at, of: told.length, isHead: finding === head }, report, look, depth), '']),
    ...(rest > 0 ? [say('andWhatVerbose', { what: counted(rest, 'moreFinding') }), ''] : []),
    ...notes.flatMap((finding) => wrap(titleOf(finding, report), proseWidth(look.width), say('notePrefix'))),
    ...(notes.length > 0 ? [''] : []),
  ];
}

interface Standing {
  at: number;
  of: number;
  /** Its title and act are lines one and two. */
  isHead: boolean;
}

function oneFinding(finding: Finding, { at, of, isHead }: Standing, report: Report, look: Look, depth: Depth): string[] {
  const { paint, width } = look;
  const indent = of > 1 ? '   ' : '';
  const number = of > 1 ? `${at + 1}. ` : '';
  const effect = [effectOf(finding), lost(finding, depth)].filter(Boolean).join(' ');
  const opening = isHead
    ? wrap(effect, proseWidth(width), number, indent)
    : [
        ...wrap(titleOf(finding, report), proseWidth(width), number, indent).map(paint.bold),
        ...(depth.features > 0 ? wrap(effect, proseWidth(width), indent, `${indent}  `) : []),
      ];
  return [
    ...opening,
    ...doubt(finding, isHead, report, look, indent, depth),
    ...remedy(finding, isHead, look, indent, depth),
    ...seen(finding, look, indent, depth),
    ...also(finding, report, look, indent, depth),
    ...(at === 0 ? [paint.dim(`${indent}${say('readMore', { command: explain(finding) })}`)] : []),
  ];
}

/** How bad and how sure; in a merged report also ` on n1, n2 and 18 more`. */
function effectOf(finding: Finding): string {
  const words = { severity: severityWords(finding), certainty: certaintyWords(finding) };
  const { seen } = finding;
  return seen && seen.of > 1 ? say('effectOn', { ...words, nodes: oneLine(someOf(seen.nodes)) }) : say('effect', words);
}

function lost({ features }: Finding, depth: Depth): string {
  if (features.length === 0 || depth.features === 0) return '';
  const shown = features.slice(0, depth.features).map((each) => withoutStop(featureWords(each)));
  const rest = features.length - shown.length;
  return say('lost', { features: listed(rest > 0 ? [...shown, say('more', { count: rest })] : shown) });
}

/** The candidates of a suspicion; the command that decides where line two has another. */
function doubt(
  { certainty, alternatives, decide }: Finding,
  isHead: boolean,
  report: Report,
  look: Look,
  indent: string,
  depth: Depth,
): string[] {
  if (certainty !== 'suspected') return [];
  const others = alternatives.map((cause) => withoutStop(causeTitle(cause, report)));
  const [command] = decide;
  const steps = command && !(isHead && !command.includes('\n')) ? command : undefined;
  return [
    ...(others.length > 0 ? wrap(say('couldBe', { causes: listed(others) }), proseWidth(look.width), indent, `${indent}  `) : []),
    ...(steps && depth.evidence > 0 ? block(say('toDecide'), steps, look, indent, depth) : []),
  ];
}

function seen({ evidence }: Finding, { width, paint }: Look, indent: string, depth: Depth): string[] {
  const shown = evidence.slice(0, depth.evidence);
  const rest = evidence.length - shown.length;
  return shown.flatMap(({ saw, reproduce, node }, at) => [
    ...wrap(
      counting(cut(oneLine(spoken(saw)), depth.columns), node, at === shown.length - 1 ? rest : 0),
      proseWidth(width),
      `${indent}${at === 0 ? say('seenPrefix') : ' '.repeat(say('seenPrefix').length)}`,
    ),
    ...(depth.command && at === 0 && reproduce ? indentBlock(reproduce, `${indent}        `).map(paint.dim) : []),
  ]);
}

/** What was seen, on which node of many, and how much more there is. */
function counting(saw: string, node: string | undefined, rest: number): string {
  // `merge` says it in front.
  const where = node && !saw.startsWith(oneLine(node)) ? say('sawAt', { saw, node: oneLine(node) }) : saw;
  return rest > 0 ? say('sawAndMore', { saw: where, count: rest }) : where;
}

/** What line two leaves out of the first fix, then the others in a line each. */
function remedy(finding: Finding, isHead: boolean, look: Look, indent: string, depth: Depth): string[] {
  const [first, ...others] = finding.fixes;
  if (!first) return [];
  const isSaid = isHead && firstStep(finding).kind === 'fix';
  const shown = others.slice(0, depth.others);
  const rest = others.length - shown.length;
  const more =
    rest > 0 && depth.features > 0 ? [look.paint.dim(`${indent}${say('moreVerbose', { what: counted(rest, 'otherFix') })}`)] : [];
  return [...firstFix(finding, first, isSaid, look, indent, depth), ...shown.flatMap((fix) => otherFix(fix, look, indent, depth)), ...more];
}

function firstFix(finding: Finding, fix: Fix, isSaid: boolean, look: Look, indent: string, depth: Depth): string[] {
  const all = stepsOf(fix);
  // That is on its last line.
  const steps = isSaid && all === explain(finding) ? '' : all;
  const verify = fix.verify && !isAgain(fix.verify) ? fix.verify : '';
  const said = isSaid && steps && lineTwo(finding).endsWith(steps);
  const where = ownerLong(fix);
  const heading = isSaid
    ? touches(fix, 'heading')
      ? say('fixLoudly', { where, change: touches(fix, 'heading') })
      : say('fix', { where })
    : `${firstLead(fix)}: ${cut(actOf(fix), 4 * depth.columns)}${inBrackets(fix)}${steps ? ':' : '.'}`;
  const body =
    steps && !said
      ? block(heading, steps, look, indent, depth)
      : isSaid
        ? []
        : wrap(heading, proseWidth(look.width), indent, `${indent}  `);
  return [
    ...body,
    ...quoteLines(fix.quoted, indent, look),
    ...(verify && depth.command && !verify.includes('\n') ? block(say('toVerify'), verify, look, indent, depth) : []),
  ];
}

/** Behind an act that is not on line two. */
function inBrackets(fix: Fix): string {
  const words = touches(fix, 'act');
  return words ? ` [${words}]` : '';
}

/** What is said of every fix, so once: run this program again. */
const isAgain = (command: string) => /^kubelet-doctor(?: script \|.* read -)?$/.test(withoutAim(command));

function otherFix(fix: Fix, look: Look, indent: string, depth: Depth): string[] {
  const steps = stepsOf(fix);
  const words = `${otherWay(fix)}${inBrackets(fix)}`;
  if (!steps || steps.includes('\n')) return wrap(`${words}.`, proseWidth(look.width), indent, `${indent}  `);
  return block(`${words}:`, steps, look, indent, depth);
}

/** Words, and below them what can be pasted; too long for the terminal: where it stands. */
function block(words: string, steps: string, { width, paint }: Look, indent: string, depth: Depth): string[] {
  const lines = steps.trimEnd().split('\n').length;
  if (lines > depth.steps)
    return wrap(say('printedVerbose', { heading: words, lines: counted(lines, 'line') }), proseWidth(width), indent, `${indent}  `);
  return [...wrap(words, proseWidth(width), indent, `${indent}  `).map(paint.bold), ...pasteBlock(steps, `${indent}  `)];
}

/** What goes away with the first fix. A note that asks for nothing is left to --verbose. */
function also({ consequences }: Finding, report: Report, { width }: Look, indent: string, depth: Depth): string[] {
  const all = flatten(consequences).filter((finding) => !asksNothing(finding));
  if (all.length === 0) return [];
  const shown = all.slice(0, depth.consequences);
  const rest = all.length - shown.length;
  if (shown.length === 0) return wrap(say('goAway', { findings: counted(rest, 'moreFinding') }), proseWidth(width), indent);
  return [
    ...wrap(say('also'), proseWidth(width), indent),
    ...shown.flatMap((finding) => wrap(titleOf(finding, report), proseWidth(width), `${indent}- `)),
    ...(rest > 0 ? [`${indent}- ${say('andMoreVerbose', { count: rest })}`] : []),
  ];
}
