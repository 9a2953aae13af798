/** Small pieces of the HTML report. Everything that is not ours goes through `escapeMarkup`. */
import { QUOTED, quotedLines } from '../../report/words.js';
import { escapeAttribute, escapeMarkup } from '../xml.js';

export function text(words: string): string {
  return escapeMarkup(words);
}

/** A block to copy: one click selects all of it, the keyboard can scroll it. `label` says what it is. */
export function copyBlock(block: string, label: string): string {
  // A newline directly after <pre> would be dropped.
  return `<pre tabindex="0" role="region" aria-label="${escapeAttribute(label)}"><code>${escapeMarkup(block.trimEnd())}</code></pre>`;
}

/** Another's words: no block to copy. */
export function quote(quoted: readonly string[] | undefined): string {
  const lines = quotedLines(quoted);
  return lines.length ? `<p>${QUOTED}:</p><blockquote>${lines.map(text).join('<br>')}</blockquote>` : '';
}

export function section(id: string, title: string, inner: string): string {
  return inner && `<section aria-labelledby="${id}"><h2 id="${id}">${text(title)}</h2>\n${inner}\n</section>`;
}

export function chip(words: string, kind = ''): string {
  return `<span class="chip${kind && ` ${kind}`}">${text(words)}</span>`;
}
