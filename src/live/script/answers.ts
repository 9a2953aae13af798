/** What the script printed, as blocks. Whoever pasted it may have changed it: nothing here is believed, and all is bounded. */
import { BOUNDS } from '../../model/bounds.js';

/** The first line of what the script prints. */
export const HEAD = '@@ kubelet-doctor-answers 1';
/** Indented, or quoted as in a mail. */
const HEAD_LINE = /^([ \t>]{0,20})@@ kubelet-doctor-answers 1$/;

/** One `@@ KIND ARGUMENTS`, and what stands below it. */
export interface Block {
  kind: string;
  /** Split at single blanks. */
  words: string[];
  lines: string[];
}

export interface Answers {
  blocks: Block[];
  /** When it began, ms. */
  beganMs: number;
  /** What it could not ask, and why. */
  skipped: string[];
  /** It came to its end. */
  isWhole: boolean;
  /** It came past the pod itself, to those it asks: what is missing of the pod before that was not looked at, and nothing is known by its absence. */
  hasPod: boolean;
  /** Lines are broken, as where they were copied from a terminal: what they say is cut in two. */
  isWrapped: boolean;
}

/** What the script prints only after the pod's environment, files and token. */
const AFTER_POD: readonly string[] = ['dns', 'tls', 'http', 'plain', 'end'];
const MOST_BLOCKS = 1000;

/** Is it ours? What kubectl says before it is let be, and what a ticket puts before each line. */
export function isAnswers(text: string): boolean {
  return text
    .slice(0, 4096)
    .split('\n', 20)
    .some((line) => HEAD_LINE.test(line.trimEnd()));
}

/** Of several pods, pasted one after another: the text of each. */
export function eachOf(text: string): string[] {
  const all: string[][] = [];
  let before = '';
  for (const line of text.slice(0, BOUNDS.report).split('\n')) {
    // A terminal in between (kubectl exec -t) ends lines with CR.
    const bare = line.endsWith('\r') ? line.slice(0, -1) : line;
    const [head, indent] = HEAD_LINE.exec(bare.trimEnd()) ?? [];
    if (head !== undefined) {
      before = indent ?? '';
      all.push([]);
    }
    all.at(-1)?.push(before && bare.startsWith(before) ? bare.slice(before.length) : bare);
  }
  return all.map((lines) => lines.join('\n'));
}

export function readAnswers(text: string): Answers {
  const blocks: Block[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('@@ ') && blocks.length < MOST_BLOCKS) {
      const [kind = '', ...words] = line.slice(3).trimEnd().split(' ');
      blocks.push({ kind, words, lines: [] });
    } else if (line.startsWith('|')) blocks.at(-1)?.lines.push(line.slice(1));
  }
  const of = (kind: string) => blocks.filter((block) => block.kind === kind);
  return {
    blocks,
    beganMs: Number(of('began')[0]?.words[0] ?? 0) * 1000,
    skipped: of('skipped').map(({ words }) => words.join(' ')),
    isWhole: of('end').length > 0,
    hasPod: of('token').length > 0 && blocks.some(({ kind }) => AFTER_POD.includes(kind)),
    isWrapped: isWrapped(text.split('\n')),
  };
}

/** A line of ours goes on in the next one, where it is as long as the longest: what kubectl says in between comes after any line. */
function isWrapped(lines: readonly string[]): boolean {
  const isOurs = (line = '') => line.startsWith('@@ ') || line.startsWith('|');
  const longest = lines.reduce((most, { length }) => Math.max(most, length), 0);
  return lines.some((line, at) => line !== '' && !isOurs(line) && at > 0 && lines[at - 1]?.length === longest && isOurs(lines[at - 1]));
}
