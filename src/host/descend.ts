/**
 * A file below a root, reached step by step, each through the descriptor of the one before (as openat(2)): what was looked at is what is read. By
 * paths, whoever may write a directory could put another file there between the look and the opening.
 */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, readlink } from 'node:fs/promises';
import { posix } from 'node:path';

/** Told of each step as it was opened, links too, and of its path below the root. Throws to stop. */
export type Look = (stat: Stats, below: string) => Promise<void> | void;

/** As the kernel's own limit (path_resolution(7)). */
const MAX_LINKS = 40;
/** Names a file without opening it, a link itself included (open(2)). Node has no constant for it. */
const O_PATH = 0o10000000;
const STEP = O_PATH | constants.O_NOFOLLOW;
/** O_NONBLOCK: opening a FIFO without a writer would otherwise wait for one; O_NOCTTY: nor may a terminal become ours. */
const READ = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Opens it for reading; absolute links start again at `root`. Rejects as open(2) does, ELOOP for too many links. */
export async function openBelow(root: string, path: string, look: Look): Promise<FileHandle> {
  const held: FileHandle[] = [];
  const keep = async (opening: Promise<FileHandle>): Promise<FileHandle> => {
    const handle = await opening;
    held.push(handle);
    return handle;
  };
  try {
    const top = await keep(open(root || '/', O_PATH | constants.O_DIRECTORY));
    let steps: { handle: FileHandle; name: string }[] = [];
    let pending = path.split('/').filter(Boolean);
    for (let links = 0; pending.length > 0; ) {
      const name = pending.shift() as string;
      if (name === '.') continue;
      if (name === '..') {
        steps.pop();
        continue;
      }
      const at = `${pathOf(steps.at(-1)?.handle ?? top)}/${name}`;
      const handle = await keep(open(at, STEP));
      const stat = await handle.stat();
      await look(stat, posix.join('/', ...steps.map((step) => step.name), name));
      if (!stat.isSymbolicLink()) {
        steps.push({ handle, name });
        continue;
      }
      links += 1;
      if (links > MAX_LINKS) throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' });
      const target = await readlink(at);
      if (target.startsWith('/')) steps = [];
      pending = [...target.split('/').filter(Boolean), ...pending];
    }
    return await open(pathOf(steps.at(-1)?.handle ?? top), READ);
  } finally {
    await Promise.all(held.map((handle) => handle.close()));
  }
}

/** The kernel's own link to what is open, whatever lies at its name by now (proc_pid_fd(5)). */
function pathOf({ fd }: FileHandle): string {
  return `/proc/self/fd/${fd}`;
}
