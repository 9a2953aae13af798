/** `--pseudonyms FILE`: what is printed and saved names nobody; FILE keeps which name is which, for its owner alone. */
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { posix } from 'node:path';
import { createFile, isArchive, replaceFile } from '../files/save.js';
import type { Host } from '../host/host.js';
import { BOUNDS } from '../model/bounds.js';
import { jsonText } from '../render/json.js';

interface PseudonymFlags {
  pseudonyms?: string;
  save?: string;
}

/** Replaces names in what it is given. `keep` writes the map, and says why it could not; nothing may be shown before. */
export interface PseudonymKeeper {
  replace<T>(value: T): Promise<T>;
  keep(): Promise<string | undefined>;
}

const MAP_VERSION = '1.0';
const CANNOT = 'cannot be read as a map of pseudonyms';

/** Nothing to replace where the option is not given; a line where its file cannot be used, known before anyone is asked anything. */
export async function openPseudonyms(flags: PseudonymFlags, host: Host): Promise<{ pseudonyms?: PseudonymKeeper } | { error: string }> {
  const given = flags.pseudonyms;
  if (given === undefined) return {};
  const refuse = (why: string) => ({ error: host.redactor.clean(`--pseudonyms ${given}: ${why}`, 400) });
  const path = posix.resolve(host.cwd, given);
  const { TS_OUTPUT_DIR, SONOBUOY_RESULTS_DIR } = host.env;
  for (const place of [flags.save, TS_OUTPUT_DIR, SONOBUOY_RESULTS_DIR]) {
    if (place && (await isInside(path, posix.resolve(host.cwd, place))))
      return refuse(`is inside ${place}, which you may send; choose another directory`);
  }
  const read = await readMap(path);
  if ('error' in read) return refuse(read.error);
  const { extendPseudonyms, pseudonymise } = await import('../report/pseudonyms/replace.js');
  let names: ReadonlyMap<string, string> = read.names;
  return {
    pseudonyms: {
      async replace(value) {
        names = extendPseudonyms(names, value);
        return pseudonymise(value, names);
      },
      async keep() {
        const text = `${jsonText({ pseudonymsVersion: MAP_VERSION, names: Object.fromEntries(names) }, { pretty: true })}\n`;
        const why = await (read.isNew ? createFile(path, text) : replaceFile(path, text));
        return why && refuse(why).error;
      },
    },
  };
}

/** Directories by their real names: a link must not bring the map into what is sent. */
async function isInside(path: string, place: string): Promise<boolean> {
  const real = async (given: string) => realpath(given).catch(() => given);
  const file = posix.join(await real(posix.dirname(path)), posix.basename(path));
  const whole = posix.join(await real(posix.dirname(place)), posix.basename(place));
  return file === whole || (!isArchive(place) && [whole, await real(place)].some((directory) => file.startsWith(`${directory}/`)));
}

async function readMap(path: string): Promise<{ names: Map<string, string>; isNew: boolean } | { error: string }> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return { error: 'is not a regular file' };
      if (stat.size > BOUNDS.report) return { error: `is larger than ${BOUNDS.report} bytes` };
      const buffer = Buffer.alloc(BOUNDS.report + 1);
      const { bytesRead } = await file.read(buffer, 0, Math.min(stat.size, BOUNDS.report), 0);
      return { ...(await mapOf(buffer.subarray(0, bytesRead).toString('utf8'))), isNew: false };
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return { names: new Map(), isNew: true };
    if (code === 'ELOOP' || code === 'EMLINK') return { error: 'is a symbolic link; name the file itself' };
    return { error: code ? `cannot be read (${code})` : CANNOT };
  }
}

/** Throws for what is none of ours: it is not overwritten. */
async function mapOf(text: string): Promise<{ names: Map<string, string> }> {
  const json = JSON.parse(text) as { pseudonymsVersion?: unknown; names?: unknown } | null;
  if (json?.pseudonymsVersion !== MAP_VERSION || typeof json.names !== 'object' || json.names === null) throw new Error(CANNOT);
  const names = Object.entries(json.names);
  if (!names.every((pair): pair is [string, string] => typeof pair[1] === 'string' && pair[0].length > 1)) throw new Error(CANNOT);
  const { isSubstitute } = await import('../report/pseudonyms/replace.js');
  if (!names.every(([, substitute]) => isSubstitute(substitute))) throw new Error(CANNOT);
  if (new Set(names.map(([, substitute]) => substitute)).size < names.length) throw new Error(CANNOT);
  return { names: new Map(names) };
}
