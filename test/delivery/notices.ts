/** What comes with whose work: the licences of the packages that are in a bundle, which ask to go along with it. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Metafile } from 'esbuild';

/** Of those that carry no text of their own: what their manifest names, and whose it is. */
function noticeOf(folder: string): string {
  const { name, version, license, author } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
  const file = readdirSync(folder).find((each) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(each));
  const by = typeof author === 'string' ? author : ((author as { name?: string } | undefined)?.name ?? `the authors of ${name}`);
  const text = file ? readFileSync(path.join(folder, file), 'utf8').trim() : `Copyright ${by}. Licence: ${license}.`;
  return `${name} ${version}\n\n${text}`;
}

/** One text for all packages of which something is in it. */
export function noticesOf({ outputs }: Metafile): string {
  const sources = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const folders = new Set(sources.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? []));
  return `${[...folders]
    .sort()
    .map(noticeOf)
    .join(`\n\n${'-'.repeat(40)}\n\n`)}\n`;
}

export const NOTICES = 'NOTICES.txt';
/** Of Node, beside an executable that it is in. */
export const LICENCE_OF_NODE = 'LICENSE.node';

/** What goes along with a program wherever it is packed: our own licence, and those of what is in it. */
export function licencesFor(program: string): string[] {
  const beside = path.dirname(program);
  const ofNode = path.join(beside, LICENCE_OF_NODE);
  return ['LICENSE', path.join(beside, NOTICES), ...(existsSync(ofNode) ? [ofNode] : [])];
}

/** Beside a program, for whoever packs it. */
export function writeNotices(outfile: string, made: Metafile): void {
  writeFileSync(path.join(path.dirname(outfile), NOTICES), noticesOf(made));
}

/** At the end of a script that goes alone: before it they would be read at each start. */
export function appendNotices(outfile: string, made: Metafile): void {
  appendFileSync(outfile, `/*!\n${noticesOf(made).replaceAll('*/', '* /')}*/\n`);
}

/** Of every delivery: some package that is in all of them, and that each of several texts is whole. */
export function assertNotices(text: string): void {
  assert.match(text, /^undici \d/m);
  assert.match(text, /^yaml \d/m);
  for (const [title] of text.matchAll(/^(?:@[\w-]+\/)?[\w-]+ \d+\.\d+\.\d+\n\n(?=-{40})/gm)) assert.fail(`nothing is said of ${title}`);
}
