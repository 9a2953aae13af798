/**
 * One way through whatever was packed: a folder, a tar, a zip, what is compressed, standard input, and an archive in an archive. It is gone through once,
 * as it streams by; nothing is unpacked to disk, no link is followed, nothing of it is run, and everything in it is counted against a limit.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { BadArchive, wordsOf } from '../bad-archive.js';
import { type Budget, createBudget, LIMITS, type Limits } from './budget.js';
import { ofFile } from './folder.js';
import { type Form, kindOf, sealedOf } from './kinds.js';
import { HEAD_BYTES, peek } from './reading.js';
import type { Entry, Packed } from './types.js';
import { uncompressed, walk, walkFolder } from './walk.js';

export type { Entry, Packed, Why } from './types.js';

/** Of the file, the folder, standard input (`-`) or what is held. Never throws. A file that is not packed is its only entry. */
export async function openPacked(
  path: string | Buffer,
  limits: Partial<Limits> = {},
  stdin: AsyncIterable<Buffer | string> = process.stdin,
): Promise<Packed | { error: string }> {
  const bounds = { ...LIMITS, ...limits };
  if (typeof path !== 'string') return opened('standard input', () => once(path), undefined, bounds);
  if (path === '-') return opened('standard input', () => buffers(stdin), undefined, bounds);
  let file: FileHandle | undefined;
  try {
    // O_NONBLOCK: opening a FIFO without a writer would otherwise wait for one.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stat = await file.stat();
    if (stat.isDirectory()) {
      await file.close();
      return going(
        'folder',
        bounds,
        (budget) => walkFolder(path, budget),
        async () => {},
      );
    }
    if (!stat.isFile()) throw Object.assign(new Error('not a file'), { code: 'ENXIO' });
    const name = path.slice(path.lastIndexOf('/') + 1);
    const held = file;
    return await opened(name, () => ofFile(held), { file, size: stat.size }, bounds);
  } catch (error) {
    await file?.close().catch(() => {});
    return { error: wordsOf(error) };
  }
}

type OnDisk = { file: FileHandle; size: number } | undefined;

/** What it is shows under what it is compressed with. */
async function opened(name: string, bytes: () => AsyncIterable<Buffer>, disk: OnDisk, limits: Limits): Promise<Packed | { error: string }> {
  let given = (_bytes: number): void => {};
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of bytes()) {
      given(chunk.length);
      yield chunk;
    }
  }
  const begin = async () => {
    const outer = await peek(counted(), HEAD_BYTES);
    if (outer.head.length === 0) throw new BadArchive('is empty');
    const now = await uncompressed(name, outer, disk?.size);
    if (now.head.length === 0) throw new BadArchive('is empty');
    const sealed = now.form === 'file' || now.form === 'gz' || now.form === 'xz' ? sealedOf(now.head) : undefined;
    if (sealed) throw new BadArchive(sealed.words);
    // A zip that was compressed once more is no file of its own.
    return disk && kindOf(outer.head) === 'zip' ? { ...now, disk } : now;
  };
  let first: Awaited<ReturnType<typeof begin>> | undefined;
  try {
    first = await begin();
  } catch (error) {
    await disk?.file.close().catch(() => {});
    return { error: wordsOf(error) };
  }
  async function* all(budget: Budget): AsyncGenerator<Entry> {
    given = budget.given;
    const now = first ?? (await begin());
    first = undefined;
    try {
      yield* walk(now, '', 1, budget);
    } finally {
      await now.end().catch(() => undefined);
    }
  }
  return going(first.form, limits, all, async () => {
    await first?.end().catch(() => undefined);
    await disk?.file.close();
  });
}

function going(form: Form, limits: Limits, all: (budget: Budget) => AsyncGenerator<Entry>, close: () => Promise<void>): Packed {
  let budget = createBudget(limits);
  const packed: Packed = {
    form,
    get skipped() {
      return budget.skipped;
    },
    get unnamed() {
      return budget.unnamed;
    },
    async *entries() {
      budget = createBudget(limits);
      delete packed.fault;
      try {
        yield* all(budget);
      } catch (error) {
        packed.fault = wordsOf(error);
      }
    },
    close,
  };
  return packed;
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function* buffers(chunks: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk as Buffer);
}
