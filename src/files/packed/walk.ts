/** From what was given to the entries in it, through whatever they are packed in. */
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Budget, Spent } from './budget.js';
import { folderEntries } from './folder.js';
import { type Form, kindOf, MAY_BE_PACKED } from './kinds.js';
import { entryOf, type Peeked, peek, type Raw } from './reading.js';
import type { Entry, Why } from './types.js';

/** An archive, or one file, with what it is compressed with taken off. */
export interface Opened extends Peeked {
  form: Form;
  name: string;
  size?: number;
}

/** Takes off what it is compressed with, once. */
export async function uncompressed(name: string, peeked: Peeked, size?: number): Promise<Opened> {
  const kind = kindOf(peeked.head);
  const given = { name, ...(size === undefined ? {} : { size }) };
  if (kind !== 'gz' && kind !== 'xz') return { ...peeked, ...given, form: kind === 'other' ? 'file' : kind };
  const inside = await peek(kind === 'gz' ? gunzipped(peeked.chunks()) : peeked.chunks(), 512);
  // One that is empty says nothing of what it was meant to be.
  return { ...inside, ...given, form: kindOf(inside.head) === 'tar' ? `tar.${kind}` : kind };
}

function gunzipped(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // It may break before anyone reads it, and an unheard 'error' ends the process: the callback hears it.
  return pipeline(Readable.from(chunks), createGunzip({ chunkSize: 64 * 1024 }), () => {});
}

/** What is in it; itself, where it is no archive. `depth`: of how many archives it is in. */
export async function* walk(opened: Opened, within: string, depth: number, budget: Budget): AsyncGenerator<Entry> {
  const { form } = opened;
  if (form === 'tar' || form === 'tar.gz' || form === 'tar.xz') yield* each(await tarOf(opened, budget), within, depth, budget);
  else yield* one(within || opened.name, { ...opened, chunks: () => unpacking(opened.chunks(), budget) }, budget);
}

/** The same of a folder. */
export async function* walkFolder(top: string, budget: Budget): AsyncGenerator<Entry> {
  yield* each(folderEntries(top, budget.limits.entries), '', 0, budget);
}

async function tarOf(opened: Opened, budget: Budget): Promise<AsyncIterable<Raw & { skip?: Why }>> {
  // Loaded for those who bring one.
  const { tarEntries } = await import('./tar.js');
  return tarEntries(unpacking(opened.chunks(), budget));
}

async function* unpacking(chunks: AsyncIterable<Buffer>, budget: Budget): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    budget.unpacked(chunk.length);
    yield chunk;
  }
}

async function* each(entries: AsyncIterable<Raw & { skip?: Why }>, within: string, depth: number, budget: Budget): AsyncGenerator<Entry> {
  for await (const raw of entries) {
    const name = nameOf(raw.name);
    const path = within && name !== undefined ? `${within}/${name}` : (name ?? raw.name);
    const isNew = budget.entry(path);
    const why = name === undefined ? 'points outside' : (raw.skip ?? (isNew ? undefined : 'twice'));
    if (why) budget.skip(path, why);
    else if (MAY_BE_PACKED.test(path)) yield* inside(path, raw, depth, budget);
    else yield* one(path, raw, budget);
  }
}

/** A name that leads out of the archive is no place for a file; nothing is written to it, but whoever wrote it meant no good. */
function nameOf(name: string): string | undefined {
  const path = name.replaceAll('\\', '/').replace(/^(\.\/+)+/, '');
  return path.startsWith('/') || /^[a-z]:/i.test(path) || path.split('/').includes('..') ? undefined : path;
}

async function* one(path: string, raw: Raw, budget: Budget): AsyncGenerator<Entry> {
  const { entry, end, failed } = entryOf(path, raw, budget);
  try {
    yield entry;
  } finally {
    await end();
  }
  const spent = failed();
  if (spent) throw spent;
}

/** What is wrong with an archive in an archive does not end the other. */
async function* inside(path: string, raw: Raw, depth: number, budget: Budget): AsyncGenerator<Entry> {
  let opened: Opened | undefined;
  try {
    opened = await uncompressed(path, await peek(raw.chunks(), 512), raw.size);
    if (opened.form !== 'file' && opened.form !== 'gz' && opened.form !== 'xz' && depth >= budget.limits.nesting)
      return budget.skip(path, 'nested too deep');
    yield* walk(opened, path, depth + 1, budget);
  } catch (error) {
    if (error instanceof Spent) throw error;
    budget.skip(path, 'damaged');
  } finally {
    await opened?.end().catch(() => undefined);
  }
}
