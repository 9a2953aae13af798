/** What the script printed, as blocks. Whoever pasted it may have changed it: nothing here is believed, and all is bounded. */
import { BOUNDS } from '../../model/bounds.js';

/** The first line of what the script prints. */
export const HEAD = '@@ kubelet-doctor-answers 1';

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
}

/** What the script prints only after the pod's environment, files and token. */
const AFTER_POD: readonly string[] = ['dns', 'tls', 'http', 'plain', 'end'];
const MOST_BLOCKS = 1000;

/** Is it ours? What kubectl says before it is let be. */
export function isAnswers(text: string): boolean {
  return text
    .slice(0, 4096)
    .split('\n', 20)
    .some((line) => line.trimEnd() === HEAD);
}

export function readAnswers(text: string): Answers {
  const blocks: Block[] = [];
  // A terminal in between (kubectl exec -t) ends lines with CR.
  for (const line of text.slice(0, BOUNDS.report).split('\n')) {
    if (line.startsWith('@@ ') && blocks.length < MOST_BLOCKS) {
      const [kind = '', ...words] = line.slice(3).trimEnd().split(' ');
      blocks.push({ kind, words, lines: [] });
    } else if (line.startsWith('|')) blocks.at(-1)?.lines.push(line.slice(1, line.endsWith('\r') ? -1 : undefined));
  }
  const of = (kind: string) => blocks.filter((block) => block.kind === kind);
  return {
    blocks,
    beganMs: Number(of('began')[0]?.words[0] ?? 0) * 1000,
    skipped: of('skipped').map(({ words }) => words.join(' ')),
    isWhole: of('end').length > 0,
    hasPod: of('token').length > 0 && blocks.some(({ kind }) => AFTER_POD.includes(kind)),
  };
}
