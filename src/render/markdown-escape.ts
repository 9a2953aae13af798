/** Words of others inside Markdown: they stay words. */
import { oneLine } from '../report/plain-text.js';

/** Everything CommonMark or GitHub's Markdown gives a meaning to, inside a line. */
const SPECIAL = /[\\`*_{}[\]<>#|~$]/g;

/** What GitHub would take for calling a person, wherever it stands but in code. */
const CALLS = /((?<![^\s|`\\])[^\s|`\\]*@[\w-][^\s|`\\]*)/;

/** Text inside a paragraph, a heading or a table cell. */
export function md(text: string): string {
  return oneLine(text)
    .split(CALLS)
    .map((part, at) => (at % 2 === 1 ? code(part) : plain(part, at === 0)))
    .join('');
}

function plain(text: string, startsLine: boolean): string {
  const escaped = text
    // An entity would be decoded.
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replace(SPECIAL, '\\$&')
    .replace(/!(?=\\\[)/g, '\\!')
    // GitHub makes links of bare addresses: not for a server to do.
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/\bwww\./gi, (www) => `${www.slice(0, -1)}\\.`);
  // A list, a heading's underline, an ordered list.
  return startsLine ? escaped.replace(/^([-+=])/, '\\$1').replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2') : escaped;
}

/** A word as code. */
export function code(text: string): string {
  const line = oneLine(text);
  const ticks = '`'.repeat(longestRun(line) + 1);
  return ticks.length === 1 ? `\`${line}\`` : `${ticks} ${line} ${ticks}`;
}

/** A block to copy; its fence is longer than any inside. */
export function fence(text: string, language: string, indent = ''): string {
  const ticks = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return [`${ticks}${language}`, ...text.trimEnd().split('\n'), ticks].map((line) => (line ? indent + line : '')).join('\n');
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
