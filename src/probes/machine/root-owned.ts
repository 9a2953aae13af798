/**
 * Whose word a node is: root's. A process or a file that anybody else could have made is no word of the node, whatever it calls itself; what it names
 * is then neither read with our rights nor sent anything.
 */
import { lstat } from 'node:fs/promises';
import { posix } from 'node:path';
import type { FileRead, Host } from '../../host/host.js';
import { walkBelow } from '../../host/walk.js';

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

/** Reads only what root alone could have written, link by link and directory by directory: `EOWNER` for all else. */
export function onlyRoots(host: Host): Host {
  const known = rootOf(host);
  return {
    ...host,
    async readFile(path, maxBytes): Promise<FileRead> {
      const root = await known;
      if (!root) return { ok: false, path, code: 'EACCES', detail: 'cannot see the owner from this user namespace' };
      const detail = await objectionTo(host, posix.resolve(host.cwd, path), root);
      return detail === undefined ? host.readFile(path, maxBytes) : { ok: false, path, code: 'EOWNER', detail };
    },
  };
}

/** Why others than root may have a say in what is read there; undefined where nobody has, and where there is nothing. */
async function objectionTo(host: Host, path: string, root: Owner): Promise<string | undefined> {
  let objection: string | undefined;
  const visit = async (at: string, below: string) => {
    objection = await objectionAt(host, at, below, root);
    if (objection === undefined) return;
    if (below !== path && !OF_PODS.test(path)) objection = `${below} in its path ${objection}`;
    throw new Error(objection);
  };
  // A path that ends, or goes in circles, is for the reader to say.
  await walkBelow(host.root, path, visit).catch(() => undefined);
  return objection;
}

async function objectionAt(host: Host, at: string, below: string, root: Owner): Promise<string | undefined> {
  if (OF_PODS.test(below)) return "is in a directory of pods' own files";
  const stat = await lstat(at).catch(() => undefined);
  if (!stat) return undefined;
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
