/** The kernel's list of processes below a root, read once. Of a command line the words are handed on, for the reader to keep what is judged. */
import { posix } from 'node:path';
import type { Host } from '../../host/host.js';

/** One process; kernel threads, which have no command line, are left out. */
export interface Listed {
  pid: number;
  /** The first word, as it was started. */
  path: string;
  /** Its last part: `kubelet`. */
  program: string;
  /** The other words. They may hold secrets: nothing of them is shown as it stands. */
  words: string[];
}

export interface Processes {
  list: Listed[];
  /** Every process of the machine was seen: who is not in the list does not run. */
  complete: boolean;
}

const MAX_PROCESSES = 8192;
const AT_ONCE = 64;
const MAX_BYTES = 128 * 1024;

/** Scans /proc below the host's root, at most 8192 processes. */
export async function listProcesses(host: Host): Promise<Processes> {
  const listed = (await host.listDirectory('/proc')).filter((name) => /^\d+$/.test(name)).sort((a, b) => Number(a) - Number(b));
  const list: Listed[] = [];
  let unseen = listed.length > MAX_PROCESSES || listed.length === 0;
  for (let at = 0; at < Math.min(listed.length, MAX_PROCESSES); at += AT_ONCE) {
    const some = listed.slice(at, Math.min(at + AT_ONCE, MAX_PROCESSES));
    const read = await Promise.all(some.map((pid) => host.readFile(`/proc/${pid}/cmdline`, MAX_BYTES)));
    read.forEach((file, i) => {
      // A process that ended meanwhile is none that was hidden.
      if (!file.ok) unseen ||= file.code !== 'ENOENT' && file.code !== 'ESRCH';
      const [first, ...words] = file.ok ? file.text.split('\0').filter((word) => word !== '') : [];
      if (first !== undefined) list.push({ pid: Number(some[i]), path: first, program: posix.basename(first), words });
    });
  }
  return { list, complete: !unseen && (await isWhole(host)) };
}

/** Is this the list of the whole machine? Kernel threads, or an init, stand in no container's list (kind's node containers have an init). */
async function isWhole(host: Host): Promise<boolean> {
  const [first, second] = await Promise.all([host.readFile('/proc/1/comm', 64), host.readFile('/proc/2/comm', 64)]);
  return (second.ok && second.text.trim() === 'kthreadd') || (first.ok && /^(systemd|init|machined)$/.test(first.text.trim()));
}
