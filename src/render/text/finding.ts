/** One finding in words: what it costs, how sure it is, what was seen, what to do, what follows from it. */

import type { Evidence } from '../../model/check.js';
import type { Finding, Report } from '../../model/report.js';
import { cut, oneLine } from '../../report/plain-text.js';
import { counted, listed, SEVERITY_WORDS, TO_DECIDE, withoutStop } from '../../report/words.js';
import { LAYER_WORDS, TARGET_WORDS } from '../layer-words.js';
import { indentBlock, type Look, type Paint, pasteBlock, proseWidth, wrap } from '../style.js';
import { fixLines, quoteLines, shortFixLines } from './fix.js';
import { asksNothing, titleOf } from './head.js';

/** Longer words of a server are cut here; the JSON has them whole. */
const LONGEST_EVIDENCE = 300;

/** Enough to be convinced; --verbose and the JSON have all. */
const MOST_EVIDENCE = 4;

/** What all findings of one text share. */
interface Text extends Look {
  report: Report;
  verbose: boolean;
}

/** All findings, numbered in rank order; notes that ask for nothing in short. */
export function findingLines(report: Report, look: Look, verbose: boolean): string[] {
  const text: Text = { ...look, report, verbose };
  return report.findings.flatMap((finding, at) => {
    if (asksNothing(finding) && !verbose) return [...oneNote(finding, look), ''];
    return [...oneFinding(finding, `${at + 1}`, '', text), ''];
  });
}

function oneNote(finding: Finding, { width, paint }: Look): string[] {
  return [...wrap(titleOf(finding), proseWidth(width), 'Note: '), paint.dim(`      More: kubelet-doctor explain ${finding.cause}`)];
}

function oneFinding(finding: Finding, number: string, outer: string, text: Text): string[] {
  const { paint } = text;
  const indent = `${outer}   `;
  const say = (words: string) => wrap(words, proseWidth(text.width), indent, `${indent}  `);
  // A consequence goes with its cause and a note can wait: their fixes are said in short.
  const short = !text.verbose && (number.includes('.') || finding.severity === 'note');
  return [
    ...wrap(titleOf(finding), proseWidth(text.width), `${outer}${number}. `, indent).map((line) =>
      paint.bold(severityPaint(finding, text)(line)),
    ),
    ...say(
      `${SEVERITY_WORDS[finding.severity]}; ${finding.certainty}; ${TARGET_WORDS[finding.target]}, ${LAYER_WORDS[finding.layer]}.`,
    ).map(paint.dim),
    ...(finding.features.length ? say(`Costs: ${listed(finding.features.map(withoutStop))}.`) : []),
    ...doubt(finding, indent, text),
    ...seen(finding.evidence, indent, text),
    ...(short ? [] : quoteLines(finding.quoted, indent, text)),
    ...(short ? shortFixLines(finding, indent, text) : [...fixLines(finding, indent, text), '']),
    paint.dim(`${indent}More: kubelet-doctor explain ${finding.cause}`),
    ...(text.verbose ? say(`Ranked by: ${finding.rankedBy.join(', ')}.`).map(paint.dim) : []),
    ...consequences(finding, number, indent, text),
  ];
}

function severityPaint({ severity }: Finding, { paint }: Look): Paint {
  return severity === 'blocks' ? paint.red : severity === 'note' ? (text) => text : paint.yellow;
}

/** The candidates of a suspicion, and the command that decides between them. */
function doubt({ certainty, alternatives, decide }: Finding, indent: string, { report, width }: Text): string[] {
  if (certainty !== 'suspected') return [];
  const others = alternatives.map((cause) => withoutStop(report.causes[cause]?.title || cause));
  const looks = others.length ? `Suspected, not proven. From here these look the same: ${others.join('; ')}.` : 'Suspected, not proven.';
  return [
    ...wrap(looks, proseWidth(width), indent, `${indent}  `),
    ...(decide.length ? wrap(`${TO_DECIDE}:`, proseWidth(width), indent, `${indent}  `) : []),
    ...decide.flatMap((command) => pasteBlock(command, `${indent}  `)),
  ];
}

/** What was seen, and below each the command that shows the same by hand. */
function seen(evidence: readonly Evidence[], indent: string, { width, paint, verbose }: Text): string[] {
  if (evidence.length === 0) return [];
  const byHand = evidence.some(({ reproduce }) => reproduce) ? 'Seen, each with the command that shows it by hand:' : 'Seen:';
  const shown = verbose ? evidence : evidence.slice(0, MOST_EVIDENCE);
  const rest = evidence.length - shown.length;
  const lines = shown.flatMap(({ saw, reproduce }) => [
    ...wrap(cut(oneLine(saw.en), LONGEST_EVIDENCE), proseWidth(width), `${indent}- `),
    ...(reproduce ? indentBlock(reproduce, `${indent}    `).map(paint.dim) : []),
  ]);
  return [...wrap(byHand, proseWidth(width), indent), ...lines, ...(rest > 0 ? [paint.dim(`${indent}- and ${rest} more: --verbose`)] : [])];
}

function consequences(finding: Finding, number: string, indent: string, text: Text): string[] {
  const { length } = finding.consequences;
  if (length === 0) return [];
  const opening = `${counted(length, 'finding follows', 'findings follow')} from this, and should go with it:`;
  return [
    '',
    ...wrap(opening, proseWidth(text.width), indent),
    ...finding.consequences.flatMap((each, at) => ['', ...oneFinding(each, `${number}.${at + 1}`, indent, text)]),
  ];
}
