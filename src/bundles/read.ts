/** A bundle of any collector, gone through once: its objects, what it lacks, when it was made, and what others hear of it as it streams by. */
import { posix } from 'node:path';
import { isOneFile, MAY_BE_PACKED } from '../files/packed/kinds.js';
import { openPacked } from '../files/packed/packed.js';
import type { Entry, Packed, Why } from '../files/packed/types.js';
import { record } from '../kubernetes/json.js';
import type { AnyFact, ServerVersion } from '../model/facts.js';
import type { Cluster } from './apiserver.js';
import { createClock, isTimeFile, timeLineIn } from './clock.js';
import { createRecogniser, type Recognised, versionOf, whyNoBundle } from './collectors/format.js';
import { FORMATS } from './collectors/formats.js';
import { createTask } from './collectors/task.js';
import { versionInText } from './collectors/versions.js';
import { completenessOf, isErrorFile, type Seen } from './collectors/whole.js';
import { readObjects, syntaxOf } from './objects/read-objects.js';
import { createObjectIndex, type ObjectIndex } from './objects.js';

/** A fact of one node, or where none is named of the whole cluster. */
export interface Told {
  node?: string;
  fact: AnyFact;
}

/** Hears a file as it streams by. */
export interface Listener {
  /** Whether this file is its matter; what one listener takes no other gets. `isAll`: nothing else was given. */
  wants(path: string, head: string, isAll?: boolean): boolean;
  hear(entry: Entry): Promise<void>;
  /** A line of a log that stands between objects, its heading first. */
  overhear?(line: string): void;
  /** Nodes that it knows the names of, whatever is told of them. */
  nodes?(): readonly string[];
  /** What it left out, and why; asked for at the end. */
  unread?(): readonly string[];
  /** At the end; `now`: when the bundle was made, ms since the epoch. `index`: whose pods and addresses are whose. */
  told(now: number, index: ObjectIndex): readonly Told[] | Promise<readonly Told[]>;
}

export interface Bundle {
  cluster: Cluster;
  told: readonly Told[];
  /** Nodes that files name. */
  named: readonly string[];
  /** Whose it is; undefined for a folder of what kubectl printed. */
  format?: Recognised['format'];
  /** The version of its collector. */
  collector?: string;
  form: Packed['form'];
  skipped: Packed['skipped'];
  /** What listeners left out. */
  left: readonly string[];
  fault?: string;
  /** A file that its collector keeps beside it, and without which no list of it is whole. */
  lacks?: string;
}

const MOST_ERROR = 64 * 1024;
/** Of a file that is no object of Kubernetes and says a version. */
const VERSION_FILE = /(?:^|\/)(?:cluster_version|serverversion|k8s-version[\w-]*|version)\.(?:json|txt)$/;

/** Reads it to its end. `now`: for a bundle that does not say when it was made. */
export async function readBundle(path: string | Buffer, listeners: readonly Listener[], now: number): Promise<Bundle | { error: string }> {
  const refused = typeof path === 'string' && path !== '-' ? whyNoBundle(path) : undefined;
  if (refused !== undefined) return { error: refused };
  const packed = await openPacked(path);
  if ('error' in packed) return packed;
  try {
    return await readPacked(packed, listeners, { now, archive: typeof path === 'string' ? posix.basename(path) : '' });
  } finally {
    await packed.close();
  }
}

async function readPacked(
  packed: Packed,
  listeners: readonly Listener[],
  { now, archive }: { now: number; archive: string },
): Promise<Bundle> {
  const clock = createClock();
  const index = createObjectIndex(clock.see);
  const recogniser = createRecogniser();
  const heads = new Map<string, string>();
  const read: string[] = [];
  const errors: { path: string; text: string }[] = [];
  const task = createTask();
  let version: ServerVersion | undefined;
  const logLine = (line: string) => {
    recogniser.hear(line);
    for (const each of listeners) each.overhear?.(line);
  };
  const other = (json: unknown) => {
    version ??= versionIn(json);
  };

  for await (const entry of packed.entries()) {
    recogniser.see(entry.path);
    const head = (await entry.head()).toString('utf8');
    if (isVersionFile(entry.path) && heads.size < MOST_HEADS) heads.set(entry.path, head);
    if (isTimeFile(entry.path)) clock.hear(head);
    else clock.hear(timeLineIn(entry.path, head) ?? '');
    clock.began(head);
    if (entry.written !== undefined) clock.wrote(entry.written);
    version ??= versionInText(entry.path, head);
    const listener = listeners.find((each) => each.wants(entry.path, head, isOneFile(packed.form)));
    if (listener) {
      await listener.hear(entry);
      continue;
    }
    if (isTimeFile(entry.path)) continue;
    if (await task.hear(entry)) continue;
    if (isErrorFile(entry.path)) errors.push({ path: entry.path, text: (await entry.whole(MOST_ERROR))?.toString('utf8') ?? head });
    else {
      const syntax = syntaxOf(entry.path, head);
      if (syntax && (await readObjects(entry, syntax, index, { ...(VERSION_FILE.test(entry.path) && { other }), logLine })))
        read.push(entry.path);
      else task.missed(entry.path);
    }
  }
  clock.called(archive);
  const found = recogniser.found();
  for (const root of found?.roots ?? []) clock.called(root);
  const collector = found && collectorOf(found, heads, archive);
  const clockMs = clock.now(now) ?? now;
  const namespaces = index.list('Namespace').map(({ metadata }) => String(record(metadata).name));
  const { lacks, ...told } = task.end();
  const isCut = packed.fault !== undefined || packed.skipped.some(mayHoldObjects);
  const seen: Seen = { read, errors, isCut, namespaces, ...told };
  return {
    cluster: { index, whole: completenessOf(seen), version, clockMs },
    told: (await Promise.all(listeners.map((each) => each.told(clockMs, index)))).flat(),
    named: listeners.flatMap((each) => each.nodes?.() ?? []),
    ...(found && { format: found.format }),
    ...(collector !== undefined && { collector }),
    form: packed.form,
    skipped: packed.skipped,
    left: listeners.flatMap((each) => each.unread?.() ?? []),
    ...(packed.fault !== undefined && { fault: packed.fault }),
    ...(lacks !== undefined && { lacks }),
  };
}

const LOST: readonly Why[] = ['damaged', 'too large', 'nested too deep', 'cannot be read'];

/** Where it could not be read, no list is whole. */
function mayHoldObjects({ path, why }: Packed['skipped'][number]): boolean {
  return LOST.includes(why) && (MAY_BE_PACKED.test(path) || /\.(?:ya?ml|json)$/i.test(path));
}

const OF_COLLECTOR = new Set(FORMATS.flatMap(({ version }) => version?.file.replace('*/', '') ?? []));
/** Of a node each may have one. */
const MOST_HEADS = 1000;

/** By the end of its path: the root is known at the end. */
function isVersionFile(path: string): boolean {
  const parts = path.split('/');
  return OF_COLLECTOR.has(parts.at(-1) ?? '') || OF_COLLECTOR.has(parts.slice(-2).join('/'));
}

function collectorOf({ format, roots }: Recognised, heads: ReadonlyMap<string, string>, archive: string): string | undefined {
  const { file = '' } = format.version ?? {};
  const [inFolder] = file.split('*/').slice(1);
  const isIt = (path: string, root: string) =>
    inFolder === undefined
      ? path === root + file
      : path.startsWith(root) && path.slice(root.length).split('/').slice(1).join('/') === inFolder;
  const [, head = ''] = [...heads].find(([path]) => roots.some((root) => isIt(path, root))) ?? [];
  return versionOf(format, head, archive);
}

function versionIn(json: unknown): ServerVersion | undefined {
  const { gitVersion, major, minor } = record(record(json).info ?? record(json).serverVersion ?? json);
  if (typeof gitVersion !== 'string') return undefined;
  return { gitVersion, major: Number.parseInt(String(major), 10) || 0, minor: Number.parseInt(String(minor), 10) || 0 };
}
