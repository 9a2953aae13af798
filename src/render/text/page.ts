/** A page of help, written in Markdown, for a terminal: headings bold, code indented and as it is, the rest wrapped. */
import { type Look, palette, proseWidth, wrap } from '../style.js';
import { blocks, prose } from './explain/cause.js';

/** Without a newline at the end. */
export function renderPage(markdown: string, { width, colour }: { width: number; colour: boolean }): string {
  const look: Look = { width, paint: palette(colour) };
  return blocks(withoutFrontMatter(markdown))
    .map((block) => oneBlock(block, look).join('\n'))
    .join('\n\n');
}

/** What tools read of a page, and no person. */
function withoutFrontMatter(markdown: string): string {
  return markdown.replace(/^---\n[\s\S]*?\n---\n/, '').replace(/<!--(?:(?!-->|<!--)[\s\S]){0,2000}-->\n?/g, '');
}

function oneBlock(block: string, look: Look): string[] {
  const [first = '', ...others] = block.split('\n');
  const [, heading] = /^#{1,6}\s+(.*)$/.exec(first) ?? [];
  if (/^\|.*\|\s*$/.test(first)) return table(block, look);
  if (heading === undefined) return prose(first.startsWith('```') ? block : linksAsText(block), look);
  const title = wrap(heading, proseWidth(look.width)).map(look.paint.bold);
  return others.length > 0 ? [...title, ...oneBlock(others.join('\n'), look)] : title;
}

/** `[text](address)` is read as text and address; a link within the pages as text alone. */
function linksAsText(block: string): string {
  return block.replace(/\[([^\][]{1,200})\]\(([^()\s]{1,300})\)/g, (_, text: string, address: string) =>
    /^https?:/.test(address) && address !== text ? `${text} (${address})` : text,
  );
}

/** Two columns as terms and their words, more of them as a list in a line each: a terminal may be narrow. */
function table(block: string, look: Look): string[] {
  const rows = block
    .split('\n')
    .map((line) => line.replace(/^\||\|\s*$/g, '').split(/(?<!\\)\|/))
    .map((cells) => cells.map((cell) => linksAsText(cell.trim()).replaceAll('\\|', '|')));
  const body = rows.slice(1).filter((cells) => !cells.every((cell) => /^:?-+:?$/.test(cell)));
  const wide = Math.max(0, ...body.map(([term = '']) => term.length));
  const most = proseWidth(look.width);
  return body.flatMap(([term = '', ...cells]) => {
    const says = cells.filter(Boolean).join('; ');
    return wide + 20 > most ? [`  ${term}`, ...wrap(says, most, '      ')] : wrap(says, most, `  ${term.padEnd(wide)}  `);
  });
}
