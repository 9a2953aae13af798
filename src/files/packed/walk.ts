/** From what was given to the entries in it, through whatever they are packed in. */
import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Budget, LeftOut, Spent } from './budget.js';
import { folderEntries } from './folder.js';
import { type Form, isOneFile, kindOf, MAY_BE_PACKED, sealedOf } from './kinds.js';
import { entryOf, type Peeked, peek, type Raw } from './reading.js';
import type { Entry, Why } from './types.js';

/** An archive, or one file, with what it is compressed with taken off. */
export interface Opened extends Peeked {
  form: Form;
  name: string;
  size?: number;
  /** Where it is a file as it is. */
  disk?: { file: FileHandle; size: number };
}

/** Takes off what it is compressed with, once. */
export async function uncompressed(name: string, peeked: Peeked, size?: number): Promise<Opened> {
  const kind = kindOf(peeked.head);
  const given = { name, ...(size === undefined ? {} : { size }) };
  if (kind !== 'gz' && kind !== 'xz') return { ...peeked, ...given, form: kind === 'other' ? 'file' : kind };
  const inside = await peek(kind === 'gz' ? gunzipped(peeked.chunks()) : await unxzed(peeked.chunks()), 512);
  const within = kindOf(inside.head);
  return { ...inside, ...given, form: within === 'tar' ? `tar.${kind}` : within === 'zip' ? within : kind };
}

async function unxzed(chunks: AsyncIterable<Buffer>): Promise<AsyncIterable<Buffer>> {
  const { unxz } = await import('./xz.js');
  return unxz(chunks);
}

function gunzipped(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // It may break before anyone reads it, and an unheard 'error' ends the process: the callback hears it.
  return pipeline(Readable.from(chunks), createGunzip({ chunkSize: 64 * 1024 }), () => {});
}

/** What is in it; itself, where it is no archive. `depth`: of how many archives it is in. */
export async function* walk(opened: Opened, within: string, depth: number, budget: Budget): AsyncGenerator<Entry> {
  const { form } = opened;
  if (form === 'zip') yield* each(await zipOf(opened, budget), within, depth, budget);
  else if (form === 'tar' || form === 'tar.gz' || form === 'tar.xz') yield* each(await tarOf(opened, budget), within, depth, budget);
  else yield* one(within || opened.name, { ...opened, chunks: () => unpacking(opened.chunks(), budget) }, budget, !within);
}

/** The same of a folder. */
export async function* walkFolder(top: string, budget: Budget): AsyncGenerator<Entry> {
  yield* each(folderEntries(top, budget.limits.entries, budget.inTime), '', 0, budget);
}

async function tarOf(opened: Opened, budget: Budget): Promise<AsyncIterable<Raw & { skip?: Why }>> {
  // Loaded for those who bring one.
  const { tarEntries } = await import('./tar.js');
  return tarEntries(unpacking(opened.chunks(), budget));
}

async function zipOf(opened: Opened, budget: Budget): Promise<AsyncIterable<Raw & { skip?: Why }>> {
  const { zipEntries } = await import('./zip.js');
  if (opened.disk) return zipEntries(opened.disk, budget.inTime);
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of unpacking(opened.chunks(), budget)) {
    bytes += chunk.length;
    if (bytes > budget.limits.held)
      throw new LeftOut(
        'too large',
        `is a zip archive of more than ${budget.limits.held} bytes, which is read from a file alone: save it, and name the file`,
      );
    parts.push(chunk);
  }
  return zipEntries({ bytes: Buffer.concat(parts) }, budget.inTime);
}

async function* unpacking(chunks: AsyncIterable<Buffer>, budget: Budget): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    budget.unpacked(chunk.length);
    yield chunk;
  }
}

async function* each(
  entries: AsyncIterable<Raw & { skip?: Why }> | Iterable<Raw & { skip?: Why }>,
  within: string,
  depth: number,
  budget: Budget,
): AsyncGenerator<Entry> {
  for await (const raw of entries) {
    const name = nameOf(raw.name);
    const path = within && name !== undefined ? `${within}/${name}` : (name ?? raw.name);
    const isNew = budget.entry(path);
    const why = name === undefined ? 'points outside' : (raw.skip ?? (isNew ? undefined : 'twice'));
    if (why) budget.skip(path, why);
    else if (MAY_BE_PACKED.test(path)) yield* inside(path, raw, depth, budget);
    else yield* one(path, raw, budget);
    // It says so itself, before a byte of it is passed over and whatever of it is there.
    if ((raw.size ?? 0) > budget.limits.unpacked) throw new Spent(`unpacks to more than ${budget.limits.unpacked} bytes`);
  }
}

/** A name that leads out of the archive is no place for a file; nothing is written to it, but whoever wrote it meant no good. */
function nameOf(name: string): string | undefined {
  const path = name.replace(/^(\.\/+)+/, '');
  return /^([\\/]|[a-z]:)/i.test(path) || path.split(/[\\/]/).includes('..') ? undefined : path;
}

/** What is damaged in one of many does not end the others. */
async function* one(path: string, raw: Raw, budget: Budget, isAll = false): AsyncGenerator<Entry> {
  const { entry, end, failed } = entryOf(path, raw, budget);
  try {
    yield entry;
  } finally {
    await end();
  }
  const failure = failed();
  if (failure instanceof Spent || (isAll && failure)) throw failure;
}

/** What is wrong with an archive in an archive does not end the other. */
async function* inside(path: string, raw: Raw, depth: number, budget: Budget): AsyncGenerator<Entry> {
  let opened: Opened | undefined;
  try {
    opened = await uncompressed(path, await peek(raw.chunks(), 512), raw.size);
    const sealed = isOneFile(opened.form) ? sealedOf(opened.head) : undefined;
    if (sealed) return budget.skip(path, sealed.why);
    if (!isOneFile(opened.form) && depth >= budget.limits.nesting) return budget.skip(path, 'nested too deep');
    yield* walk(opened, path, depth + 1, budget);
  } catch (error) {
    if (error instanceof Spent) throw error;
    budget.skip(path, error instanceof LeftOut ? error.why : 'damaged');
  } finally {
    await opened?.end().catch(() => undefined);
  }
}
