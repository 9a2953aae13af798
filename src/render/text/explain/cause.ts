/** `explain CAUSE` and `list`: what every cause says of itself, for a terminal. */
import { isPlatform, PLATFORM } from '../../../kubernetes/kubelet/platforms.js';
import type { CauseDocs, Distributions, Severity } from '../../../model/check.js';
import { neutraliseAll } from '../../../report/plain-text.js';
import { neutralise } from '../../../words/visible.js';
import { indentBlock, type Look, palette, proseWidth, wrap } from '../../style.js';

export interface ExplainOptions {
  width: number;
  colour: boolean;
}

/** One row of `list`. `severity` where a cause has but one. */
export interface ListedCause {
  cause: string;
  title: string;
  question: string;
  severity?: Severity;
}

/** All parts of a cause's documentation, and what it can be a consequence of. Without a newline at the end. */
export function renderExplain(cause: string, docs: CauseDocs, { width, colour }: ExplainOptions): string {
  const look: Look = { width, paint: palette(colour) };
  const safe = neutraliseAll(docs);
  const reasons = safe.explainedBy ?? [];
  const lines = [
    ...wrap(upperFirst(safe.title), proseWidth(width)).map(look.paint.bold),
    look.paint.dim(neutralise(cause)),
    ...part('What it means', safe.means, look),
    ...part('Why it happens', safe.happens, look),
    ...(safe.distributions ? part('Where it differs', byInstaller(safe.distributions), look) : []),
    ...part('How to confirm it', safe.confirm, look),
    ...part('How to fix it', safe.fix, look),
    ...(safe.avoid ? part('What not to do', safe.avoid, look) : []),
    ...(reasons.length ? part('Can be a consequence of', reasons.map((reason) => `- ${reason}`).join('\n'), look) : []),
  ];
  return lines.join('\n');
}

/** What is said of a platform is from its documentation and sources: said so, as none of them was ever asked. */
function byInstaller(distributions: Distributions): string {
  const entries = Object.entries(distributions);
  const documented = entries.map(([installer]) => installer).filter((installer) => isPlatform(installer) && PLATFORM[installer].source);
  return [
    ...entries.map(([installer, words]) => `- **${installer}**: ${words}`),
    ...(documented.length > 0 ? ['', `${NOT_TRIED} ${documented.join(', ')}.`] : []),
  ].join('\n');
}

const NOT_TRIED = 'From documentation and sources, not tried:';

/** Every cause below the question that can find it, in the order given. */
export function renderList(causes: readonly ListedCause[], { width, colour }: ExplainOptions): string {
  const { bold, dim } = palette(colour);
  const rows = neutraliseAll(causes);
  const wide = Math.max(0, ...rows.map(({ cause }) => cause.length));
  const questions = [...new Set(rows.map(({ question }) => question))];
  const lines = questions.flatMap((question) => [
    bold(question),
    ...rows.filter((row) => row.question === question).flatMap((row) => listRow(row, wide, width)),
    '',
  ]);
  return [...lines, dim('kubelet-doctor explain CAUSE explains one and how to fix it.')].join('\n');
}

/** Beside the cause where there is room, else below it. */
function listRow({ cause, title, severity }: ListedCause, wide: number, width: number): string[] {
  const words = severity ? `${title} (${severity})` : title;
  if (width - wide < 28) return [`  ${cause}`, ...wrap(words, width, '      ')];
  return wrap(words, Math.min(width, 120), `  ${cause.padEnd(wide)}  `);
}

function part(heading: string, markdown: string, look: Look): string[] {
  return [
    '',
    look.paint.bold(heading),
    ...blocks(markdown).flatMap((block, at) => [...(at ? ['', ...prose(block, look)] : prose(block, look))]),
  ];
}

/** Paragraphs, and fenced code as one block each, blank lines and all. */
export function blocks(markdown: string): string[] {
  const found: string[] = [];
  let current: string[] = [];
  let fenced = false;
  for (const line of [...markdown.trim().split('\n'), '']) {
    if (line.trimStart().startsWith('```')) fenced = !fenced;
    if (line.trim() === '' && !fenced) {
      if (current.length) found.push(current.join('\n'));
      current = [];
    } else current.push(line);
  }
  if (current.length) found.push(current.join('\n'));
  return found;
}

/** Code as it is; each list item, and else the whole paragraph, wrapped. */
export function prose(block: string, look: Look): string[] {
  const lines = block.split('\n');
  if (lines[0]?.trimStart().startsWith('```'))
    return indentBlock(lines.filter((line) => !line.trimStart().startsWith('```')).join('\n'), '    ');
  if (lines.every((line) => /^( {4}|\t)/.test(line))) return indentBlock(block, '');
  const items = block.split(/\n(?=[ \t]*(?:[-*]|\d{1,9}\.)\s)/);
  return items.flatMap((item) => {
    const mark = /^\s*([-*]|\d+\.)\s+/.exec(item);
    const first = mark ? `  ${mark[1]} ` : '  ';
    const words = heldTogether(item.slice(mark?.[0].length ?? 0), proseWidth(look.width) - first.length);
    return wrap(words, proseWidth(look.width), first).map((line) => emphasise(line.replaceAll(HELD, ' '), look));
  });
}

/** Stands for a space at which no line ends: private use, so no text of ours has it. */
const HELD = '\uE000';

/** A command between backticks is copied as one line, so it stays on one wherever it fits. */
function heldTogether(text: string, width: number): string {
  return text.replace(/`[^`]+`/g, (code) => (code.length <= width - 1 ? code.replaceAll(' ', HELD) : code));
}

/** `**bold**` becomes bold; backticks stay, they show where a command ends. */
function emphasise(line: string, { paint }: Look): string {
  return line.replace(/\*\*([^*]+)\*\*/g, (_, words: string) => paint.bold(words));
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
