/** Directories of demos that were killed: SIGKILL is heard by no one, and what lies there looks like a token and a CA. */
import { lstat, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Says whose directory it is. */
export const prefixOf = (pid: number): string => `kubelet-doctor-sim-${pid}-`;
const OURS = /^kubelet-doctor-sim-(\d{1,10})-\w{6}$/;
/** In another process namespace a living demo looks dead; none of them runs as long as this. */
const LEFT_OVER_MS = 10 * 60_000;
const [OTHERS_WRITE, STICKY] = [0o002, 0o1000];

/** Takes away what is ours, of a process that is gone, and old. What cannot be taken away stays, without a word: the demo runs all the same. */
export async function clearLeftOvers(directory = tmpdir()): Promise<void> {
  try {
    // Where others may rename what is ours, a name that was looked at may be another directory by the time it is removed.
    const { mode } = await stat(directory);
    if (mode & OTHERS_WRITE && !(mode & STICKY)) return;
    for (const name of await readdir(directory)) {
      const [, pid] = OURS.exec(name) ?? [];
      if (pid !== undefined && !isAlive(Number(pid)) && (await isOld(join(directory, name))))
        await rm(join(directory, name), { recursive: true, force: true });
    }
  } catch {
    // No directory for temporary files: that is for who needs one to say.
  }
}

async function isOld(path: string): Promise<boolean> {
  const there = await lstat(path);
  return there.isDirectory() && there.uid === process.getuid?.() && Date.now() - there.mtimeMs > LEFT_OVER_MS;
}

/** Signal 0 is none; a process that may not be signalled is alive. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
