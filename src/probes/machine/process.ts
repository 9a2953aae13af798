/** What /proc tells of one process: its environment, words, pod, user, links and mounts. Everything is read below the host's root and bounded. */
import { readlink } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Host } from '../../host/host.js';
import type { Looked } from '../../model/facts.js';
import { podOf } from './mounts/mounts.js';

export type Environment = Readonly<Record<string, string>>;

const MAX_COMMAND_LINE = 64 * 1024;
const MAX_MOUNTS = 1 << 20;
/** More than the kernel gives to arguments and environment by default would be another's game. */
const MAX_ENVIRONMENT = 2 << 20;
const MAX_VARIABLES = 10_000;

/** The words a process was started with; empty for a kernel thread, and for a process that is gone. */
export async function commandLine(host: Host, pid: number): Promise<string[]> {
  const file = await host.readFile(`/proc/${pid}/cmdline`, MAX_COMMAND_LINE);
  return file.ok ? file.text.split('\0').filter((word) => word !== '') : [];
}

/** `environ` as the process was started with it: NAME=value, ended by NUL. What is no such pair is passed over; of two the first counts (getenv). */
export async function readEnvironment(host: Host, pid: number): Promise<Looked<Environment>> {
  const file = await host.readFile(`/proc/${pid}/environ`, MAX_ENVIRONMENT);
  if (!file.ok) return { status: 'failed', code: file.code, detail: file.detail };
  const pairs = new Map<string, string>();
  for (const entry of file.text.split('\0')) {
    const at = entry.indexOf('=');
    const name = entry.slice(0, Math.max(at, 0));
    if (name === '' || pairs.has(name) || pairs.size >= MAX_VARIABLES) continue;
    pairs.set(name, entry.slice(at + 1));
  }
  return { status: 'observed', data: Object.fromEntries(pairs) };
}

/** By the kubelet's own mounts; where these may not be read, by the cgroup, which anyone may. */
export async function podOfProcess(host: Host, pid: number | 'self'): Promise<string | undefined> {
  const mounts = await host.readFile(`/proc/${pid}/mountinfo`, MAX_MOUNTS);
  const byMounts = mounts.ok ? podOf(mounts.text) : undefined;
  if (byMounts) return byMounts;
  const cgroup = await host.readFile(`/proc/${pid}/cgroup`, MAX_COMMAND_LINE);
  // `pod12ab_34…` by the systemd driver, `pod12ab-34…` by cgroupfs (kubernetes pkg/kubelet/cm/pod_container_manager_linux.go).
  return cgroup.ok ? /\bkubepods\S{0,300}?pod([0-9a-f]{8}[-_][0-9a-f_-]{27})/.exec(cgroup.text)?.[1]?.replaceAll('_', '-') : undefined;
}

/** Ticks of a second in /proc/PID/stat, on every architecture that Kubernetes runs on (USER_HZ). */
const TICKS = 100;

/** When a process began, ms since the epoch; undefined where the kernel's files do not say so. */
export async function startedMs(host: Host, pid: number): Promise<number | undefined> {
  const [own, machine] = await Promise.all([host.readFile(`/proc/${pid}/stat`, MAX_COMMAND_LINE), host.readFile('/proc/stat')]);
  // The program's name may hold spaces and parentheses; after the last one the state is field 3, and starttime field 22 (proc_pid_stat(5)).
  const ticks = own.ok ? Number(own.text.slice(own.text.lastIndexOf(')') + 2).split(' ')[19]) : Number.NaN;
  const booted = machine.ok ? Number(/^btime (\d+)$/m.exec(machine.text)?.[1]) : Number.NaN;
  const started = Math.round((booted + ticks / TICKS) * 1000);
  return Number.isFinite(started) ? started : undefined;
}

/** Numeric user of a process, from its status, which anyone may read. */
export async function userOf(host: Host, pid: number): Promise<number | undefined> {
  const file = await host.readFile(`/proc/${pid}/status`, MAX_COMMAND_LINE);
  const uid = file.ok ? /^Uid:\s+\d+\s+(\d+)/m.exec(file.text)?.[1] : undefined;
  return uid === undefined ? undefined : Number(uid);
}

/** Ids of the mounts of a process; unique among all of the machine's, so that they tell its files from ours. */
export async function mountIds(host: Host, pid: number): Promise<ReadonlySet<string>> {
  const file = await host.readFile(`/proc/${pid}/mountinfo`, MAX_MOUNTS);
  return new Set(file.ok ? file.text.split('\n').map((line) => line.split(' ', 1)[0] ?? '') : []);
}

/** The kernel's own link, which a directory made to look like it is not. */
export async function hasRootLink(host: Host, pid: number): Promise<boolean> {
  return (await linkOf(host, pid, 'root')) !== undefined;
}

/** A namespace of a process, `net:[4026531840]`: equal text is the same one. Undefined where it may not be seen. */
export async function linkOf(host: Host, pid: number | 'self', below: 'ns/net' | 'ns/mnt' | 'root'): Promise<string | undefined> {
  return readlink(posix.join(host.root || '/', 'proc', String(pid), below)).catch(() => undefined);
}

/** Do both share one network? Not where either may not be seen. */
export async function isSameNetwork(host: Host, pid: number, own: Host): Promise<boolean> {
  const [theirs, ours] = await Promise.all([linkOf(host, pid, 'ns/net'), linkOf(own, 'self', 'ns/net')]);
  return theirs !== undefined && theirs === ours;
}
