/** Paths below a root that is not ours, walked as a process with that root would walk them. */
import { readlink } from 'node:fs/promises';
import { posix } from 'node:path';

/** As the kernel's own limit (path_resolution(7)). */
const MAX_LINKS = 40;

/**
 * A path as a process with this root would see it: absolute links start again at `root`. A kubelet's own
 * `kubelet-client-current.pem` is such a link, and seen from a debug pod under /host it would point into the debug pod.
 */
export async function walkBelow(root: string, path: string): Promise<string> {
  let pending = path.split('/').filter(Boolean);
  let done: string[] = [];
  for (let links = 0; pending.length > 0; ) {
    const part = pending.shift() as string;
    if (part === '.') continue;
    if (part === '..') {
      done.pop();
      continue;
    }
    const at = posix.join(root || '/', ...done, part);
    const link = await readlink(at).catch(() => undefined);
    if (link === undefined) {
      done.push(part);
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' });
    if (link.startsWith('/')) done = [];
    pending = [...link.split('/').filter(Boolean), ...pending];
  }
  return posix.join(root || '/', ...done);
}
