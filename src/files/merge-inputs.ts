/** What `merge` was given, one report after another: files, bundles, directories of them, JSON lines. No more than one is in memory at a time. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BOUNDS } from '../model/bounds.js';
import { readBundle } from './bundle.js';

/** Another word for `-`. */
const STDIN = '/dev/stdin';

/** `name` is what was typed, or the entry below it. */
export type MergeInput = { name: string; text: string; facts?: string } | { name: string; error: string };

/** Reads `-` from `stdin`, everything else below `resolve`. Never throws for what it reads. */
export async function* mergeInputs(
  given: readonly string[],
  resolve: (path: string) => string,
  stdin: AsyncIterable<Buffer | string> = process.stdin,
): AsyncGenerator<MergeInput> {
  for (const name of given) {
    if (name === '-' || name === STDIN) yield* lines(stdin);
    else if (await isFolder(resolve(name))) yield* folder(name, resolve(name));
    else yield await one(name, resolve(name));
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (there) => there.isDirectory(),
    () => false,
  );
}

/** A directory of --save is one report; any other holds some. */
async function* folder(name: string, path: string): AsyncGenerator<MergeInput> {
  const entries = (await readdir(path).catch(() => [])).filter((entry) => !entry.startsWith('.')).sort();
  if (entries.includes('index.json') && entries.includes('report.json')) return yield await one(name, path);
  if (entries.length === 0) yield { name, error: 'is a directory without a readable report' };
  for (const entry of entries) yield await one(join(name, entry), join(path, entry));
}

async function one(name: string, path: string): Promise<MergeInput> {
  const read = await readBundle(path);
  if ('error' in read) return { name, error: read.error };
  const { report, facts } = read;
  return report === undefined
    ? { name, error: 'contains facts and no report; kubelet-doctor judge makes one' }
    : { name, text: report, ...(facts === undefined ? {} : { facts }) };
}

async function* lines(stdin: AsyncIterable<Buffer | string>): AsyncGenerator<MergeInput> {
  let [rest, number] = ['', 0];
  const decoder = new TextDecoder();
  for await (const chunk of stdin) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    if (rest.length > BOUNDS.report) return yield { name: `-:${number + 1}`, error: `is larger than ${BOUNDS.report} bytes` };
    const parts = rest.split('\n');
    rest = parts.pop() ?? '';
    for (const text of parts) {
      number += 1;
      if (text.trim()) yield { name: `-:${number}`, text };
    }
  }
  if (rest.trim()) yield { name: `-:${number + 1}`, text: rest };
}
