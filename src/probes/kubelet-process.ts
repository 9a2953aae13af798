/**
 * The kubelet's process, from the kernel's list: is it there, and with which flags, for flags override every file. Of the command line only the
 * flags that are judged are kept; what a flag that names a secret holds is known to the redactor before anything else is.
 */
import { posix } from 'node:path';
import type { Host } from '../host/host.js';

/** Flags by name, without the dashes. A switch without a value is `true`. */
export type KubeletFlags = Readonly<Record<string, string>>;

/** What was found; see `KubeletProcess` in the model. */
export interface FoundProcess {
  state: 'running' | 'gone' | 'several' | 'hidden';
  pid?: number;
  program?: string;
  /** Undefined where the kubelet lives inside another program and its flags are not to be seen. */
  flags?: KubeletFlags;
  /** When it was started, ms since the epoch; undefined where the kernel does not say. */
  startedMs?: number;
}

const MAX_PROCESSES = 8192;
const AT_ONCE = 64;
const MAX_BYTES = 128 * 1024;
/** Programs a kubelet lives inside of: its flags are made by them and stand in no command line (k3s, RKE2's own supervisor aside). */
const EMBEDDING = new Set(['k3s', 'k3s-server', 'k3s-agent']);
const MICROK8S_DATA = '/var/snap/microk8s/current';

/** Scans /proc below the host's root, at most 8192 processes. */
export async function findKubeletProcess(host: Host): Promise<FoundProcess> {
  const listed = (await host.listDirectory('/proc')).filter((name) => /^\d+$/.test(name)).sort((a, b) => Number(a) - Number(b));
  const found: { pid: number; program: string; words: string[] }[] = [];
  let unseen = listed.length > MAX_PROCESSES || listed.length === 0;
  for (let at = 0; at < Math.min(listed.length, MAX_PROCESSES); at += AT_ONCE) {
    const some = listed.slice(at, Math.min(at + AT_ONCE, MAX_PROCESSES));
    const read = await Promise.all(some.map((pid) => host.readFile(`/proc/${pid}/cmdline`, MAX_BYTES)));
    read.forEach((file, i) => {
      // A process that ended meanwhile is none that was hidden.
      if (!file.ok) unseen ||= file.code !== 'ENOENT' && file.code !== 'ESRCH';
      const [first = '', ...rest] = file.ok ? file.text.split('\0').filter((word) => word !== '') : [];
      const program = programOf(first, rest);
      if (program) found.push({ pid: Number(some[i]), program, words: rest });
    });
  }
  const own = found.length > 1 ? await withoutPods(host, found) : found;
  const [one] = own;
  if (!one) return { state: unseen || !(await isWhole(host)) ? 'hidden' : 'gone' };
  if (own.length > 1) return { state: 'several' };
  const startedMs = await startOf(host, one.pid);
  const flags = await flagsOf(host, one.program, one.words);
  return { state: 'running', pid: one.pid, program: one.program, flags, ...(startedMs !== undefined && { startedMs }) };
}

function programOf(first: string, rest: readonly string[]): string | undefined {
  const name = posix.basename(first);
  if (name === 'kubelet' || name === 'kubelite' || EMBEDDING.has(name)) {
    // `k3s kubectl`, `k3s ctr` are k3s too.
    return name === 'k3s' && !['server', 'agent'].includes(rest[0] ?? '') ? undefined : name;
  }
  return (name === 'hyperkube' || name === 'kube') && rest[0] === 'kubelet' ? 'kubelet' : undefined;
}

/** What runs in a pod is not the node's kubelet, whatever it calls itself. */
async function withoutPods<T extends { pid: number }>(host: Host, found: readonly T[]): Promise<T[]> {
  const cgroups = await Promise.all(found.map(({ pid }) => host.readFile(`/proc/${pid}/cgroup`, MAX_BYTES)));
  return found.filter((_, i) => {
    const cgroup = cgroups[i];
    return !(cgroup?.ok && /kubepods/.test(cgroup.text));
  });
}

/** The 22nd field of stat, in hundredths of a second since the boot that /proc/stat dates (proc(5)). The second field may hold anything. */
async function startOf(host: Host, pid: number): Promise<number | undefined> {
  const [own, machine] = await Promise.all([host.readFile(`/proc/${pid}/stat`, MAX_BYTES), host.readFile('/proc/stat')]);
  const booted = machine.ok ? /^btime (\d+)$/m.exec(machine.text)?.[1] : undefined;
  const ticks = own.ok ? own.text.slice(own.text.lastIndexOf(')') + 2).split(' ')[19] : undefined;
  return booted && ticks ? Number(booted) * 1000 + Number(ticks) * 10 : undefined;
}

/** Is this the list of the whole machine? Kernel threads, or an init, stand in no container's list (kind's node containers have an init). */
async function isWhole(host: Host): Promise<boolean> {
  const [first, second] = await Promise.all([host.readFile('/proc/1/comm', 64), host.readFile('/proc/2/comm', 64)]);
  return (second.ok && second.text.trim() === 'kthreadd') || (first.ok && /^(systemd|init|machined)$/.test(first.text.trim()));
}

async function flagsOf(host: Host, program: string, words: readonly string[]): Promise<KubeletFlags | undefined> {
  if (EMBEDDING.has(program)) return undefined;
  if (program === 'kubelet') return readFlags(host, words);
  // microk8s: kubelite is told where the kubelet's flags stand, one a line, with variables of the snap in them.
  const own = readFlags(host, words);
  const file = await host.readFile(own['kubelet-args-file'] ?? `${MICROK8S_DATA}/args/kubelet`);
  if (!file.ok) return undefined;
  const lines = file.text.split('\n').map((line) => line.trim());
  return readFlags(
    host,
    lines
      .filter((line) => line.startsWith('-'))
      .flatMap((line) => line.split(/\s+/))
      .map((word) => word.replace(/\$\{?SNAP_DATA\}?/g, MICROK8S_DATA)),
  );
}

/** As pflag reads them: `--name=value`, `--name value`, and a switch alone. */
export function readFlags(host: Pick<Host, 'redactor'>, words: readonly string[]): KubeletFlags {
  const flags: Record<string, string> = {};
  for (let i = 0; i < words.length; i += 1) {
    const [, name, value] = /^--?([a-zA-Z][\w.-]*)(?:=([\s\S]*))?$/.exec(words[i] ?? '') ?? [];
    if (!name) continue;
    const next = words[i + 1];
    const given = value ?? (next !== undefined && !next.startsWith('-') && !SWITCHES.has(name) ? next : 'true');
    if (/token$|secret|password|api-?key$/i.test(name) && !given.startsWith('/') && given !== 'true') host.redactor.register(given);
    if (KEPT.has(name)) flags[name] = host.redactor.clean(given.replace(/^(["'])(.*)\1$/, '$2'), 300);
  }
  return flags;
}

/** Switches that are judged: the word after one is not its value. */
const SWITCHES = new Set([
  'authentication-token-webhook',
  'anonymous-auth',
  'enable-server',
  'enable-debugging-handlers',
  'rotate-server-certificates',
  'rotate-certificates',
]);

const KEPT = new Set([
  ...SWITCHES,
  'config',
  'config-dir',
  'kubelet-args-file',
  'cert-dir',
  'client-ca-file',
  'authorization-mode',
  'read-only-port',
  'port',
  'address',
  'tls-cert-file',
  'tls-min-version',
  'hostname-override',
  'node-ip',
]);
