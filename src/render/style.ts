/** Colours, wrapping and the one place where control characters are made harmless before anything reaches a terminal. */
import { oneLine } from '../report/plain-text.js';

export type Paint = (text: string) => string;

export interface Palette {
  bold: Paint;
  dim: Paint;
  red: Paint;
  green: Paint;
  yellow: Paint;
}

/** Everything a text renderer needs to know of where its text goes. */
export interface Look {
  width: number;
  paint: Palette;
}

/** The text must read as well without colour: it only repeats what the words say. */
export function palette(colour: boolean): Palette {
  function ansi(on: number, off: number): Paint {
    return (text) => (colour && text ? `\u001b[${on}m${text}\u001b[${off}m` : text);
  }
  return { bold: ansi(1, 22), dim: ansi(2, 22), red: ansi(31, 39), green: ansi(32, 39), yellow: ansi(33, 39) };
}

/** Prose as lines of at most `width`; `first` opens the first line, the others start below its end. Words are never broken. */
export function wrap(text: string, width: number, first = '', rest = ' '.repeat(first.length)): string[] {
  const lines: string[] = [];
  let line = first;
  let length = lengthOf(first);
  let empty = true;
  for (const word of oneLine(text).split(' ')) {
    const more = lengthOf(word);
    if (!empty && length + 1 + more > width) {
      lines.push(line);
      line = rest;
      length = lengthOf(rest);
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    length += empty ? more : more + 1;
    empty = false;
  }
  lines.push(line);
  return lines;
}

/** In characters, not in halves of them. */
function lengthOf(text: string): number {
  return /[\ud800-\udfff]/.test(text) ? [...text].length : text.length;
}

/** Prose is not read in lines longer than this, however wide the terminal. */
export function proseWidth(width: number): number {
  return Math.max(30, Math.min(width, 100));
}

/** A command or text exactly as it is, below `indent`; never wrapped. One entry, so that its own blank lines are nobody else's. */
export function indentBlock(text: string, indent: string): string[] {
  return [text.trimEnd().replace(/^(?=.)/gm, indent)];
}

/**
 * Steps to paste, never wrapped. Indented, unless an indent would change their meaning: a `---` is a separator and the end of a
 * here-document is found only at the start of a line.
 */
export function pasteBlock(steps: string, indent: string): string[] {
  return indentBlock(steps, /^(---|\.\.\.)|(?<!<)<<(?!<)/m.test(steps) ? '' : indent);
}

/** Never two empty lines in a row, and none at the end. */
export function closeUp(lines: readonly string[]): string[] {
  const closed = lines.filter((line, at) => line !== '' || lines[at - 1] !== '');
  return closed.at(-1) === '' ? closed.slice(0, -1) : closed;
}
