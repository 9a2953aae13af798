/** Small pieces of the HTML report. Everything that is not ours goes through `escapeMarkup`. */
import { quotedHead, quotedLines } from '../../report/words.js';
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
  return lines.length ? `<p>${quotedHead()}:</p><blockquote>${lines.map(text).join('<br>')}</blockquote>` : '';
}

export function section(id: string, title: string, inner: string): string {
  return inner && `<section aria-labelledby="${id}"><h2 id="${id}">${text(title)}</h2>\n${inner}\n</section>`;
}

/** Opens with a click; not on paper, where it would be most of the pages. */
export function folded(id: string, title: string, inner: string): string {
  return (
    inner &&
    `<section class="fold" aria-labelledby="${id}"><details><summary><h2 id="${id}">${text(title)}</h2></summary>\n${inner}\n</details></section>`
  );
}

/** A length out of a whole: attributes, for the page's policy allows no styles but its own. Those who hear the page hear the words beside it. */
export function bar(from: number, long: number, kind: string): string {
  return `<svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="1000" height="10"/><rect class="${kind}" x="${from}" width="${long}" height="10"/></svg>`;
}

export function chip(words: string, kind = ''): string {
  return `<span class="chip${kind && ` ${kind}`}">${text(words)}</span>`;
}
