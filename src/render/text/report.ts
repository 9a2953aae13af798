/** The report for people: three lines that are the answer, how far each connection came, what proves it and what to do, as much as a terminal holds. */

import { isUnanswered } from '../../judge/exit.js';
import { flatten } from '../../judge/rank.js';
import type { Report } from '../../model/report.js';
import { asksNothing } from '../../report/headline.js';
import { neutraliseAll } from '../../report/plain-text.js';
import { againIn } from '../../report/where/by-script.js';
import { counted, formOf } from '../../words/formats.js';
import { sayRest } from '../../words/text.js';
import { closeUp, type Look, palette, pasteBlock, proseWidth, wrap } from '../style.js';
import { fitting } from './brief.js';
import { findingLines } from './finding.js';
import { closingLines, headLines, wrappedClosing, wrappedHead } from './head.js';
import { gridLines, unreadLines } from './merged.js';
import { agentsLines, leftOutLines, openLines, passedLines, settingLines, timeLines } from './rest.js';
import { layerLines, stripLines } from './strip.js';

export interface TextOptions {
  /** Columns; 80 where nobody knows. Prose stops at 100. */
  width: number;
  colour: boolean;
  verbose: boolean;
  /** The verdict and the act alone. */
  quiet?: boolean;
  /** On a terminal: the answer once more at the end, where the eye is when it has scrolled. */
  closing?: boolean;
}

/** Without a newline at the end. Everything in the report was cleaned where it was read; it is cleaned here once more. */
export function renderText(report: Report, { width, colour, verbose, quiet, closing }: TextOptions): string {
  const look: Look = { width, paint: palette(colour) };
  const head = closing ? wrappedHead : headLines;
  const safe = neutraliseAll(report);
  if (quiet) return closingLines(safe, look).join('\n');
  const lines = closeUp(verbose ? everything(safe, look, head) : briefly(safe, look, head));
  const isMore = lines.length > head(safe, look).length;
  return [...lines, ...(closing && isMore ? ['', ...wrappedClosing(safe, look)] : [])].join('\n');
}

function briefly(report: Report, look: Look, head: typeof headLines): string[] {
  const { verdict } = report.summary;
  const trouble = verdict === 'fail' || verdict === 'incomplete';
  return fitting(report, look, (findings, step) =>
    closeUp([
      ...head(report, look),
      '',
      ...agentsLines(report, look),
      ...(trouble ? [...stripLines(report, look), ''] : []),
      ...unreadLines(report, look),
      ...gridLines(report, look, false),
      ...findings,
      ...leftOutLines(report, look),
      ...(trouble ? openQuestions(report, look, step) : []),
    ]),
  );
}

const OPEN = ['with an answer elsewhere', 'required'] as const;

/** Open questions: with a finding they are counted; without one they are what there is to say, the required ones first. */
function openQuestions(report: Report, look: Look, { at, isLeast }: { at: number; isLeast: boolean }): string[] {
  const open = report.results.filter(isUnanswered).length;
  if (open === 0) return [];
  if (report.summary.verdict === 'incomplete' && !isLeast) return openLines(report, look, OPEN[at] ?? 'first required');
  return [look.paint.dim(sayRest('openVerbose', { count: open, questions: counted(report.asked.total, 'question') }))];
}

function everything(report: Report, look: Look, head: typeof headLines): string[] {
  return [
    ...head(report, look),
    '',
    ...agentsLines(report, look),
    ...stripLines(report, look),
    '',
    ...layerLines(report, look),
    '',
    ...unreadLines(report, look),
    ...gridLines(report, look, true),
    ...overview(report, look),
    ...findingLines(report, look),
    ...leftOutLines(report, look),
    ...openLines(report, look, 'all'),
    ...passedLines(report, look),
    ...settingLines(report, look),
    ...timeLines(report, look),
    ...closing(report, look),
  ];
}

/** How many findings, so that nobody stops after the first; how many answers, so that nobody takes silence for health. */
function overview(report: Report, { width, paint }: Look): string[] {
  const all = flatten(report.findings);
  if (all.every(asksNothing)) return [];
  const { blocks, degrades, risk, note } = report.summary.counts;
  const counts = [
    blocks ? sayRest('blocking', { count: blocks }) : '',
    degrades ? sayRest('degrading', { count: degrades }) : '',
    risk ? counted(risk, 'risk') : '',
    note ? counted(note, 'note') : '',
  ];
  const nested = all.length - report.findings.length;
  const words = { findings: counted(all.length, 'finding'), counts: counts.filter(Boolean).join(', ') };
  const found = nested ? sayRest(`found.${formOf(nested)}`, { ...words, nested }) : sayRest('found', words);
  const { answered, total } = report.asked;
  return [
    ...wrap(
      [...(all.length > 1 ? [found] : []), sayRest('answered', { count: answered, questions: counted(total, 'question') })].join(' '),
      proseWidth(width),
    ).map(paint.dim),
    '',
  ];
}

function closing(report: Report, { width, paint }: Look): string[] {
  if (report.summary.verdict !== 'fail') return [];
  const again = againIn(report.where);
  if (again) return [paint.dim(sayRest('askAgain')), ...pasteBlock(again, '  ')];
  return wrap(sayRest('wait'), proseWidth(width)).map(paint.dim);
}
