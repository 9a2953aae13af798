/** --verbose: one finding with all that is known: what it costs, how sure it is, what was seen, what to do, what follows from it. */

import type { Evidence } from '../../model/check.js';
import type { Finding, Report } from '../../model/report.js';
import { cut, oneLine } from '../../report/plain-text.js';
import { causeTitle, featureWords, spoken } from '../../report/spoken.js';
import { certaintyWords, explain, rankWords, severityWords, toDecide, withoutStop } from '../../report/words.js';
import { counted, listed } from '../../words/formats.js';
import { sayFinding } from '../../words/text.js';
import { layerWords, targetWords } from '../layer-words.js';
import { indentBlock, type Look, type Paint, pasteBlock, proseWidth, wrap } from '../style.js';
import { fixLines, quoteLines } from './fix.js';
import { titleOf } from './head.js';

/** Longer words of a server are cut here; the JSON has them whole. */
const LONGEST_EVIDENCE = 300;

/** What all findings of one text share. */
interface Text extends Look {
  report: Report;
}

/** All findings, numbered in rank order. */
export function findingLines(report: Report, look: Look): string[] {
  const text: Text = { ...look, report };
  return report.findings.flatMap((finding, at) => [...oneFinding(finding, `${at + 1}`, '', text), '']);
}

/** What follows from another goes away with that one: a fix of its own would be for something that is not wrong. */
function oneFinding(finding: Finding, number: string, outer: string, text: Text, isConsequence = false): string[] {
  const { paint } = text;
  const indent = `${outer}   `;
  const say = (words: string) => wrap(words, proseWidth(text.width), indent, `${indent}  `);
  return [
    ...wrap(titleOf(finding, text.report), proseWidth(text.width), `${outer}${number}. `, indent).map((line) =>
      paint.bold(severityPaint(finding, text)(line)),
    ),
    ...say(
      sayFinding('standing', {
        severity: severityWords(finding),
        certainty: certaintyWords(finding),
        target: targetWords(finding.target),
        layer: layerWords(finding.layer),
      }),
    ).map(paint.dim),
    ...(finding.features.length
      ? say(sayFinding('lost', { features: listed(finding.features.map((each) => withoutStop(featureWords(each)))) }))
      : []),
    ...doubt(finding, indent, text),
    ...seen(finding.evidence, indent, text),
    ...quoteLines(finding.quoted, indent, text),
    ...(isConsequence ? [] : [...fixLines(finding, indent, text), '']),
    paint.dim(`${indent}${sayFinding('readMore', { command: explain(finding) })}`),
    ...say(sayFinding('rankedBy', { keys: finding.rankedBy.map(rankWords).join(', ') })).map(paint.dim),
    ...consequences(finding, number, indent, text),
  ];
}

function severityPaint({ severity }: Finding, { paint }: Look): Paint {
  return severity === 'blocks' ? paint.red : severity === 'note' ? (text) => text : paint.yellow;
}

/** The candidates of a suspicion, and the command that decides between them. */
function doubt({ certainty, alternatives, decide }: Finding, indent: string, { report, width }: Text): string[] {
  if (certainty !== 'suspected') return [];
  const others = alternatives.map((cause) => withoutStop(causeTitle(cause, report)));
  const looks = others.length ? sayFinding('suspectedOr', { causes: others.join('; ') }) : sayFinding('suspected');
  return [
    ...wrap(looks, proseWidth(width), indent, `${indent}  `),
    ...(decide.length ? wrap(`${toDecide()}:`, proseWidth(width), indent, `${indent}  `) : []),
    ...decide.flatMap((command) => pasteBlock(command, `${indent}  `)),
  ];
}

/** What was seen, and below each the command that shows the same by hand. */
function seen(evidence: readonly Evidence[], indent: string, { width, paint }: Text): string[] {
  if (evidence.length === 0) return [];
  const opening = evidence.some(({ reproduce }) => reproduce) ? sayFinding('seenWithCommands') : sayFinding('seen');
  const lines = evidence.flatMap(({ saw, reproduce }) => [
    ...wrap(cut(oneLine(spoken(saw)), LONGEST_EVIDENCE), proseWidth(width), `${indent}- `),
    ...(reproduce ? indentBlock(reproduce, `${indent}    `).map(paint.dim) : []),
  ]);
  return [...wrap(opening, proseWidth(width), indent), ...lines];
}

function consequences(finding: Finding, number: string, indent: string, text: Text): string[] {
  const { length } = finding.consequences;
  if (length === 0) return [];
  const opening = sayFinding('gone', { findings: counted(length, 'moreFinding') });
  return [
    '',
    ...wrap(opening, proseWidth(text.width), indent),
    ...finding.consequences.flatMap((each, at) => ['', ...oneFinding(each, `${number}.${at + 1}`, indent, text, true)]),
  ];
}
