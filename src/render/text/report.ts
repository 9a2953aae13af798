/** The report for people: three lines that are the answer, then what proves it, then what is left to ask. */

import { flatten } from '../../judge/rank.js';
import type { Report } from '../../model/report.js';
import { neutraliseAll } from '../../report/plain-text.js';
import { counted } from '../../report/words.js';
import { closeUp, type Look, palette, proseWidth, wrap } from '../style.js';
import { findingLines } from './finding.js';
import { asksNothing, headLines } from './head.js';
import { layerLines } from './layers.js';
import { gridLines, unreadLines } from './merged.js';
import { leftOutLines, openLines, passedLines, settingLines, timeLines } from './rest.js';

export interface TextOptions {
  /** Columns; 80 where nobody knows. Prose stops at 100. */
  width: number;
  colour: boolean;
  verbose: boolean;
}

/** Without a newline at the end. Everything in the report was cleaned where it was read; it is cleaned here once more. */
export function renderText(report: Report, { width, colour, verbose }: TextOptions): string {
  const look: Look = { width, paint: palette(colour) };
  const safe = neutraliseAll(report);
  return closeUp([...headLines(safe, look), '', ...body(safe, look, verbose)]).join('\n');
}

function body(report: Report, look: Look, verbose: boolean): string[] {
  const { verdict } = report.summary;
  const trouble = verdict === 'fail' || verdict === 'incomplete';
  return [
    ...(trouble || verbose ? [...layerLines(report, look), ''] : []),
    ...unreadLines(report, look),
    ...gridLines(report, look, verbose),
    ...overview(report, look, verbose),
    ...findingLines(report, look, verbose),
    ...leftOutLines(report, look),
    ...(trouble || verbose ? openLines(report, look, verbose) : []),
    ...(verbose ? [...passedLines(report, look), ...settingLines(report, look), ...timeLines(report, look)] : []),
    ...closing(report, look, verbose),
  ];
}

/** How many findings, so that nobody stops after the first; how many answers, so that nobody takes silence for health. */
function overview(report: Report, { width, paint }: Look, verbose: boolean): string[] {
  const all = flatten(report.findings);
  if (all.every(asksNothing)) return [];
  const { blocks, degrades, risk, note } = report.summary.counts;
  const counts = [
    blocks ? `${blocks} blocking` : '',
    degrades ? `${degrades} degrading` : '',
    risk ? counted(risk, 'risk') : '',
    note ? counted(note, 'note') : '',
  ];
  const nested = all.length - report.findings.length;
  const follow = nested ? `; ${nested} ${nested === 1 ? 'follows' : 'follow'} from another` : '';
  const found = `${counted(all.length, 'finding')}, root causes and the worst first: ${counts.filter(Boolean).join(', ')}${follow}. `;
  const { answered, total } = report.asked;
  const open = total > answered && !verbose && report.summary.verdict === 'warn' ? ' (--verbose names the others)' : '';
  return [
    ...wrap(`${all.length > 1 ? found : ''}${answered} of ${counted(total, 'question')} answered${open}.`, proseWidth(width)).map(
      paint.dim,
    ),
    '',
  ];
}

function closing(report: Report, { width, paint }: Look, verbose: boolean): string[] {
  if (report.summary.verdict !== 'fail') return [];
  const more = verbose ? '' : ' --verbose shows every question, setting and time.';
  return wrap(`After the fix: kubelet-doctor --wait asks again until all is well.${more}`, proseWidth(width)).map(paint.dim);
}
