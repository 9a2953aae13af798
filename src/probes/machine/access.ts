/**
 * What a process itself may read. Who stands for it reads with the rights of root: without this, a process could name a file that is closed to it, and
 * have it sent to a server of its own.
 */
import type { Stats } from 'node:fs';
import type { Look } from '../../host/descend.js';
import type { FileRead, Host } from '../../host/host.js';

/** By its status and the ids that its user namespace maps (proc_pid_status(5), user_namespaces(7)). */
export interface Rights {
  uid: number;
  gids: readonly number[];
  /** It may pass over modes, for files of these ids. */
  overrides: boolean;
  maps: { uid: readonly Range[]; gid: readonly Range[] };
}

interface Range {
  first: number;
  count: number;
}

const MAX_BYTES = 64 * 1024;
/** As where a kernel knows no user namespaces. */
const EVERY_ID = '0 0 4294967295';
/** CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH. */
const READS_ALL = 0b110n;
const [READ, PASS] = [4, 1];

/** Undefined where it cannot be seen. */
export async function rightsOf(host: Host, pid: number): Promise<Rights | undefined> {
  const [status, uids, gids] = await Promise.all(
    ['status', 'uid_map', 'gid_map'].map((name) => host.readFile(`/proc/${pid}/${name}`, MAX_BYTES)),
  );
  const mapIn = (file: FileRead | undefined) => (file?.ok ? file.text : file?.code === 'ENOENT' ? EVERY_ID : '');
  return status?.ok ? rightsIn(status.text, mapIn(uids), mapIn(gids)) : undefined;
}

/** Out of these files. The file system's ids are those that count, the last of the four. */
export function rightsIn(status: string, uidMap: string, gidMap: string): Rights | undefined {
  const [uid, gid] = ['Uid', 'Gid'].map((name) => new RegExp(`^${name}:(?:\\s+\\d+){3}\\s+(\\d+)\\s*$`, 'm').exec(status)?.[1]);
  const groups = /^Groups:([\s\d]*?)$/m.exec(status)?.[1]?.match(/\d+/g) ?? [];
  const effective = /^CapEff:\s+([0-9a-f]{1,16})\s*$/m.exec(status)?.[1];
  if (uid === undefined || gid === undefined) return undefined;
  return {
    uid: Number(uid),
    gids: [gid, ...groups].map(Number),
    overrides: (BigInt(`0x${effective ?? '0'}`) & READS_ALL) !== 0n,
    maps: { uid: rangesIn(uidMap), gid: rangesIn(gidMap) },
  };
}

/** First id inside, first id as we see it, how many. */
function rangesIn(map: string): Range[] {
  return map.split('\n').flatMap((line) => {
    const [, first, count] = line.trim().split(/\s+/).map(Number);
    return first !== undefined && count !== undefined && first >= 0 && count > 0 ? [{ first, count }] : [];
  });
}

/** Refuses a step that the process could not take: EACCES. */
export function asProcess(rights: Rights | undefined): Look {
  return (stat) => {
    if (!rights || !mayTake(rights, stat)) throw Object.assign(new Error('permission denied'), { code: 'EACCES' });
  };
}

function mayTake({ uid, gids, overrides, maps }: Rights, stat: Stats): boolean {
  if (stat.isSymbolicLink()) return true;
  if (overrides && isMapped(maps.uid, stat.uid) && isMapped(maps.gid, stat.gid)) return true;
  const wanted = stat.isDirectory() ? PASS : READ;
  const shift = stat.uid === uid ? 6 : gids.includes(stat.gid) ? 3 : 0;
  return ((stat.mode >> shift) & wanted) !== 0;
}

function isMapped(ranges: readonly Range[], id: number): boolean {
  return ranges.some(({ first, count }) => id >= first && id < first + count);
}
