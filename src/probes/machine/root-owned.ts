/**
 * Whose word a node is: root's. A process or a file that anybody else could have made is no word of the node, whatever it calls itself; what it names
 * is then neither read with our rights nor sent anything.
 */
import type { Stats } from 'node:fs';
import { posix } from 'node:path';
import { readOpened } from '../../host/create.js';
import { openBelow } from '../../host/descend.js';
import type { FileRead, Host } from '../../host/host.js';

/** User and group as we see them. */
export interface Owner {
  uid: number;
  gid: number;
}

const MAX_BYTES = 64 * 1024;
/** What a user namespace shows of ids that it does not map (user_namespaces(7)): root is one of many then. */
const OVERFLOW = 65534;
/**
 * Directories that pods write: the kubelet's volumes wherever its --root-dir is, what runtimes keep of images and containers, and the roots of
 * processes. There uid 0 may be that of a container.
 */
const OF_PODS =
  /^\/proc\/|\/kubelet\/pods\/|\/pods\/[^/]+\/(volumes|volume-subpaths|containers|etc-hosts)(\/|$)|\/containerd\/|\/lib\/docker\/|\/containers\/storage\//;
/**
 * MicroK8s gives its own files to a group of administrators, `chgrp microk8s` and `chmod ug+rwX` (canonical/microk8s, its scripts;
 * snap_microk8s where the snap is confined).
 */
const MICROK8S = { below: '/var/snap/microk8s/', groups: /^(?:snap_)?microk8s:[^:\n]*:(\d+):/gm };

/** Root, by the first process below the host's root where we are not it ourselves; undefined where our user namespace does not show it. */
export async function rootOf(host: Host): Promise<Owner | undefined> {
  if (process.getuid?.() === 0) return { uid: 0, gid: 0 };
  const first = await host.readFile('/proc/1/status', MAX_BYTES);
  const owner = first.ok ? ownerIn(first.text) : undefined;
  return owner?.uid === OVERFLOW ? undefined : (owner ?? { uid: 0, gid: 0 });
}

/** Real ids out of `/proc/PID/status`, where the effective, saved and file system's are the same: setuid programs keep the user's as the real one. */
export function ownerIn(status: string): Owner | undefined {
  const [uid, gid] = ['Uid', 'Gid'].map((name) => new RegExp(`^${name}:\\s+(\\d+)\\s+\\1\\s+\\1\\s+\\1\\s*$`, 'm').exec(status)?.[1]);
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/**
 * Reads only what root alone could have written, link by link and directory by directory: `EOWNER` for all else. What is read is what was looked at,
 * whatever lies at its path meanwhile.
 */
export function onlyRoots(host: Host): Host {
  const known = rootOf(host);
  return {
    ...host,
    async readFile(path, maxBytes, part): Promise<FileRead> {
      const root = await known;
      if (!root) return { ok: false, path, code: 'EACCES', detail: 'cannot see the owner from this user namespace' };
      const whole = posix.resolve(host.cwd, path);
      let detail: string | undefined;
      const look = async (stat: Stats, below: string) => {
        detail = await objectionTo(host, stat, below, root);
        if (detail === undefined) return;
        if (below !== whole && !OF_PODS.test(whole)) detail = `${below} in its path ${detail}`;
        throw new Error(detail);
      };
      const read = await readOpened(path, () => openBelow(host.root, whole, look), { maxBytes, part });
      return detail === undefined ? read : { ok: false, path, code: 'EOWNER', detail };
    },
  };
}

/** Why others than root may have a say in what is read there; undefined where nobody has. */
async function objectionTo(host: Host, stat: Stats, below: string, root: Owner): Promise<string | undefined> {
  if (OF_PODS.test(below)) return "is in a directory of pods' own files";
  if (stat.uid !== root.uid) return `belongs to user ${stat.uid}, not to root`;
  // The mode of a link means nothing; in a sticky directory only the owner of an entry may replace it (inode(7)).
  if (stat.isSymbolicLink() || (stat.isDirectory() && (stat.mode & 0o1000) !== 0)) return undefined;
  if ((stat.mode & 0o002) !== 0) return 'may be written by everyone';
  if ((stat.mode & 0o020) === 0 || stat.gid === root.gid || (await isMicrok8s(host, below, stat.gid))) return undefined;
  return `may be written by group ${stat.gid}`;
}

async function isMicrok8s(host: Host, below: string, gid: number): Promise<boolean> {
  if (!below.startsWith(MICROK8S.below)) return false;
  const groups = await host.readFile('/etc/group');
  return groups.ok && [...groups.text.matchAll(MICROK8S.groups)].some(([, id]) => Number(id) === gid);
}
