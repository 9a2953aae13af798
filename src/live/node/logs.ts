/**
 * The end of a log of this machine: a file that programs write line by line. journald's files are binary and are not read, and nothing is run to read
 * them. What is read goes through the reader of texts, and of it what tells of a cause is kept, redacted.
 */
import { posix } from 'node:path';
import { readOpened } from '../../host/create.js';
import { openBelow } from '../../host/descend.js';
import type { FileRead, Host } from '../../host/host.js';
import { rootOf } from '../../probes/machine/root-owned.js';
import type { LogPlace } from '../../texts/log/said.js';

/** Bytes from its end. */
const MOST_BYTES = 1024 * 1024;
/** A log that nobody has written since is of another time. */
const OLDEST_MS = 24 * 3600 * 1000;
const MOST_FOLDERS = 8;

/** Where kubelets log into files; of k3s and RKE2 in one log with all that they hold. */
const KUBELET_LOGS: readonly LogPlace[] = [
  { log: '/var/log/kubelet.log', by: 'kubelet' },
  { log: '/var/lib/rancher/rke2/agent/logs/kubelet.log', by: 'kubelet' },
  { log: '/var/log/k3s.log' },
];

/** Logs of the kubelet of a node: those that its flags name, and those in the usual places. */
export async function kubeletLogs(host: Host, flags: Readonly<Record<string, string>> | undefined): Promise<readonly LogPlace[]> {
  const folders = (await host.listDirectory('/var/log')).filter((name) => /^kube/.test(name) && !name.includes('.')).slice(0, MOST_FOLDERS);
  const below = folders.map((name): LogPlace => ({ log: `/var/log/${name}/kubelet.log`, by: 'kubelet' }));
  const named = flags?.['log-file'];
  const all: readonly LogPlace[] = [...(named?.startsWith('/') ? [{ log: named, by: 'kubelet' as const }] : []), ...KUBELET_LOGS, ...below];
  return all.filter(({ log }, at) => all.findIndex((other) => other.log === log) === at);
}

/**
 * The lines at the end of a node's log. A pod that mounts /var/log may have put a link there, to be read with our rights: no link is followed, and on a
 * machine that runs the file must be root's.
 */
export async function readNodeLog(host: Host, path: string, live: boolean): Promise<string[] | undefined> {
  const root = live ? await rootOf(host) : undefined;
  if (live && !root) return undefined;
  const whole = posix.resolve('/', path);
  const opening = () =>
    openBelow(host.root, whole, (stat, below) => {
      if (stat.isSymbolicLink()) throw Object.assign(new Error(`${below} is a link`), { code: 'ELOOP' });
      if (below === whole && root && stat.uid !== root.uid) throw Object.assign(new Error(`${below} is not root's`), { code: 'EACCES' });
    });
  const read = await readOpened(whole, opening, { maxBytes: MOST_BYTES, part: 'end' });
  return read.ok && live && host.now() - (read.modifiedMs ?? 0) > OLDEST_MS ? undefined : linesOf(read);
}

/** The lines at the end of the agent's own log, as far as the agent itself may read it. */
export async function readAgentLog(agent: Host, path: string): Promise<string[] | undefined> {
  return linesOf(await agent.readFile(path, MOST_BYTES, 'end'));
}

/** Undefined where there is no log of text. The first line may be the end of one. */
function linesOf(read: FileRead): string[] | undefined {
  if (!read.ok || read.text.includes('\0')) return undefined;
  const lines = read.text.split('\n');
  return read.bytes.length < MOST_BYTES ? lines : lines.slice(1);
}
