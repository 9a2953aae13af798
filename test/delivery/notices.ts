/** What comes with whose work: the licences of the packages that are in a bundle, which ask to go along with it. */
import { readdirSync, readFileSync } from 'node:fs';
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
