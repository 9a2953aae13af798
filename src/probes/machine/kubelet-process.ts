/**
 * The kubelet's process, from the kernel's list: is it there, and with which flags, for flags override every file. Of the command line only the
 * flags that are judged are kept; what a flag that names a secret holds is known to the redactor before anything else is.
 */
import type { Host } from '../../host/host.js';
import { SENTENCE } from '../../host/redact.js';
import type { KubeletImpostor } from '../../model/facts/node.js';
import { type Foreignness, foreignnessOf } from './kubelet-impostor.js';
import { commandLine } from './process.js';
import { listProcesses, type Processes } from './processes.js';
import { rootOf } from './root-owned.js';

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
  /** Processes of that name that are not this node's kubelet; nothing of them is kept but what is said here. */
  impostors?: KubeletImpostor[];
}

const MAX_BYTES = 128 * 1024;
const AT_ONCE = 32;
const MAX_IMPOSTORS = 8;
/** Programs a kubelet lives inside of: its flags are made by them and stand in no command line (k3s, RKE2's own supervisor aside). */
const EMBEDDING = new Set(['k3s', 'k3s-server', 'k3s-agent']);
const MICROK8S_DATA = '/var/snap/microk8s/current';

/** The kubelet among the processes below the host's root; they are read here unless they were read already. */
export async function findKubeletProcess(host: Host, processes?: Processes): Promise<FoundProcess> {
  const { list, complete } = processes ?? (await listProcesses(host));
  const found = list.flatMap(({ pid, program: name, words }): Named[] => {
    const program = programOf(name, words);
    return program ? [{ pid, program, words }] : [];
  });
  const root = await rootOf(host);
  const judged: (Named & { foreign?: Foreignness })[] = [];
  for (let at = 0; at < found.length; at += AT_ONCE)
    judged.push(
      ...(await Promise.all(
        found.slice(at, at + AT_ONCE).map(async (one) => ({ ...one, foreign: await foreignnessOf(host, one.pid, root) })),
      )),
    );
  const impostors = judged.flatMap(({ pid, program, foreign }) =>
    foreign && foreign.why !== 'unknown' ? [{ pid, program, ...foreign }] : [],
  );
  const own = judged.filter(({ foreign }) => !foreign);
  const beside = impostors.length > 0 ? { impostors: impostors.slice(0, MAX_IMPOSTORS) } : {};
  const [one] = own;
  if (!one) return { state: complete && judged.length === impostors.length ? 'gone' : 'hidden', ...beside };
  if (own.length > 1) return { state: 'several', ...beside };
  // Another program may have been put in its place between the look at its words and that at its owner.
  const again = await commandLine(host, one.pid);
  if (again.slice(1).join('\0') !== one.words.join('\0')) return { state: 'hidden', ...beside };
  const startedMs = await startOf(host, one.pid);
  const flags = await flagsOf(host, one.program, one.words);
  return { state: 'running', pid: one.pid, program: one.program, flags, ...(startedMs !== undefined && { startedMs }), ...beside };
}

/** A process by a name that kubelets have. */
interface Named {
  pid: number;
  program: string;
  words: readonly string[];
}

function programOf(name: string, rest: readonly string[]): string | undefined {
  if (name === 'kubelet' || name === 'kubelite' || EMBEDDING.has(name)) {
    // `k3s kubectl`, `k3s ctr` are k3s too.
    return name === 'k3s' && !['server', 'agent'].includes(rest[0] ?? '') ? undefined : name;
  }
  return (name === 'hyperkube' || name === 'kube') && rest[0] === 'kubelet' ? 'kubelet' : undefined;
}

/** The 22nd field of stat, in hundredths of a second since the boot that /proc/stat dates (proc(5)). The second field may hold anything. */
async function startOf(host: Host, pid: number): Promise<number | undefined> {
  const [own, machine] = await Promise.all([host.readFile(`/proc/${pid}/stat`, MAX_BYTES), host.readFile('/proc/stat')]);
  const booted = machine.ok ? /^btime (\d+)$/m.exec(machine.text)?.[1] : undefined;
  const ticks = own.ok ? own.text.slice(own.text.lastIndexOf(')') + 2).split(' ')[19] : undefined;
  return booted && ticks ? Number(booted) * 1000 + Number(ticks) * 10 : undefined;
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

/** As pflag reads them: `--name=value`, `--name value`, and a switch alone. Of all, those that are judged. */
export function readFlags(host: Pick<Host, 'redactor'>, words: readonly string[]): KubeletFlags {
  const flags: Record<string, string> = {};
  for (let i = 0; i < words.length; i += 1) {
    const [, name, value] = /^--?([a-zA-Z][\w.-]*)(?:=([\s\S]*))?$/.exec(words[i] ?? '') ?? [];
    if (!name) continue;
    const next = words[i + 1];
    const given = value ?? (next !== undefined && !next.startsWith('-') && !SWITCHES.has(name) ? next : 'true');
    if (/token$|secret|password|api-?key$/i.test(name) && !given.startsWith('/') && given !== 'true') host.redactor.register(given);
    if (KEPT.has(name)) flags[name] = host.redactor.clean(given.replace(/^(["'])(.*)\1$/, '$2'), SENTENCE);
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
  'kubeconfig',
  'container-runtime-endpoint',
]);
