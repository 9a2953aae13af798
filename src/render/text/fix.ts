/** Fixes in words: grouped by who must act, each with what it changes, its steps to paste, and the command that shows that it worked. */

import { isGrave } from '../../judge/rank.js';
import type { Fix } from '../../model/check.js';
import type { Finding } from '../../model/report.js';
import { actOf, changeWords, effectLine, explain, ownerLong, quotedHead, quotedLines, stepsOf } from '../../report/words.js';
import { sayFinding as say } from '../../words/text.js';
import { indentBlock, type Look, pasteBlock, proseWidth, wrap } from '../style.js';

/** All of them, groups and fixes in the order of the finding: least invasive first. */
export function fixLines({ fixes, cause }: Finding, indent: string, look: Look): string[] {
  const owners = [...new Set(fixes.map((fix) => fix.owner))];
  const ordered = owners.flatMap((owner) => fixes.filter((fix) => fix.owner === owner));
  if (fixes.length === 0) return wrap(say('noFix', { command: explain({ cause }) }), proseWidth(look.width), indent);
  return owners.flatMap((owner) => [
    '',
    ...wrap(say('fix', { where: ownerLong({ owner }) }), proseWidth(look.width), indent).map(look.paint.bold),
    ...ordered.flatMap((fix, at) => {
      const letter = ordered.length > 1 ? `${String.fromCharCode(97 + (at % 26))}) ` : '';
      return fix.owner === owner ? oneFix(fix, letter, indent, look) : [];
    }),
  ]);
}

function oneFix(fix: Fix, letter: string, indent: string, look: Look): string[] {
  // Unbroken until it is painted, so that a security change is never said on two lines.
  const label = `[${changeWords(fix)}]`;
  const unbroken = label.replaceAll(' ', '\u00a0');
  const painted = isGrave(fix) ? look.paint.bold(look.paint.red(label)) : label;
  const under = indent + ' '.repeat(letter.length);
  return [
    ...wrap(`${actOf(fix)} ${unbroken}`, proseWidth(look.width), indent + letter, under).map((line) => line.replace(unbroken, painted)),
    ...(fix.effect ? wrap(effectLine(fix), proseWidth(look.width), under, `${under}  `) : []),
    ...(fix.source ? ['', ...pasteBlock(stepsOf(fix), `${under}  `)] : []),
    ...(fix.steps?.trim() ? ['', ...pasteBlock(fix.steps, `${under}  `), ''] : []),
    ...quoteLines(fix.quoted, under, look),
    ...(fix.verify ? [`${under}${say('toVerify')}`, ...indentBlock(fix.verify, `${under}  `)] : []),
  ];
}

/** Another's words: under a line that says so, each line of them marked. */
export function quoteLines(quoted: readonly string[] | undefined, indent: string, { width, paint }: Look): string[] {
  const lines = quotedLines(quoted);
  if (lines.length === 0) return [];
  return [...wrap(`${quotedHead()}:`, proseWidth(width), indent), ...lines.flatMap((line) => indentBlock(line, indent)).map(paint.dim)];
}
