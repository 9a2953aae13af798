/**
 * The agent's processes among those that are in sight: what each is, which pod and network it is in, and its environment. Everything is read
 * below the host's root and bounded; the values of an environment stay with the caller and are never a fact.
 */
import { readlink } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Host } from '../../host/host.js';
import { podOf } from './mounts.js';
import { AGENT_VARIABLE } from './place.js';
import { type Listed, listProcesses, type Processes } from './processes.js';

export type Environment = Readonly<Record<string, string>>;

/** One process that is the agent's, by its program or by its environment. */
export interface AgentProcess {
  pid: number;
  /** Base name of its program, cleaned. */
  program: string;
  /** By its program; else only its environment looks like an agent's. */
  byProgram: boolean;
  /** Its HOSTNAME: the pod's name, or the node's in the host's network. */
  hostName?: string;
  /** UID of its pod; undefined outside of pods, and where it may not be seen. */
  pod?: string;
  /** What it shares with the other processes of its pod, or of the machine: the agents of one group are one agent. */
  group: string;
  /** Why its environment is not readable: EACCES, ETOOBIG… */
  unreadable?: string;
}

const AT_ONCE = 32;
const MAX_COMMAND_LINE = 64 * 1024;
const MAX_MOUNTS = 1 << 20;
/** More than the kernel gives to arguments and environment by default would be another's game. */
const MAX_ENVIRONMENT = 2 << 20;
const MAX_VARIABLES = 10_000;
/** Programs of the node agent's image; `agent` is the one that talks to the kubelet. */
const PROGRAMS = new Set(['agent', 'trace-agent', 'process-agent', 'security-agent', 'system-probe']);
const IMAGE = '/opt/datadog-agent/';
const CLUSTER_AGENT = 'datadog-cluster-agent';

/**
 * Every process of an agent, at most 8192 are looked at; lowest id first. Our own is none. By the program; the environments of others are read
 * only where no process has such a one.
 */
export async function findAgentProcesses(
  host: Host,
  ownPid = process.pid,
  known?: Processes,
): Promise<{ found: AgentProcess[]; seen: number }> {
  const listed = (known ?? (await listProcesses(host))).list.filter(({ pid }) => pid !== ownPid);
  const look = async (some: readonly Listed[]) => {
    const found: AgentProcess[] = [];
    for (let at = 0; at < some.length; at += AT_ONCE) {
      const inspected = await Promise.all(some.slice(at, at + AT_ONCE).map((each) => inspect(host, each)));
      found.push(...inspected.filter((each) => each !== undefined));
    }
    return found;
  };
  const programs = await look(listed.filter(isAgent));
  return { found: programs.length > 0 ? programs : await look(listed), seen: listed.length };
}

async function inspect(host: Host, listed: Listed): Promise<AgentProcess | undefined> {
  const { pid, program } = listed;
  const byProgram = isAgent(listed);
  const environment = await readEnvironment(host, pid);
  const byVariables = 'env' in environment && Object.keys(environment.env).some((name) => AGENT_VARIABLE.test(name));
  if (!byProgram && !byVariables) return undefined;
  const pod = await podOfProcess(host, pid);
  const named = 'env' in environment ? environment.env.HOSTNAME : undefined;
  return {
    pid,
    program: host.redactor.clean(program, 40) || 'a process',
    byProgram,
    ...(named && { hostName: host.redactor.clean(named, 63) }),
    ...(pod !== undefined && { pod }),
    group: pod ?? (await linkOf(host, pid, 'ns/mnt')) ?? 'unknown',
    ...('code' in environment && { unreadable: environment.code }),
  };
}

/** `agent run`, or what lies in the directory of the image; `agent status`, which somebody is just typing, is as good: it has the same environment. */
function isAgent({ program, path, words: [second = ''] }: Listed): boolean {
  if (program === CLUSTER_AGENT) return true;
  if (!PROGRAMS.has(program)) return false;
  return program !== 'agent' || path.startsWith(IMAGE) || second === 'run' || second === 'start';
}

/** Of several the one to be: the program that talks to the kubelet, before its helpers, before what only has its environment. */
export function chooseMain(group: readonly AgentProcess[]): AgentProcess | undefined {
  const rank = ({ program, byProgram }: AgentProcess) => (program === 'agent' && byProgram ? 0 : byProgram ? 1 : 2);
  return [...group].sort((a, b) => rank(a) - rank(b) || a.pid - b.pid)[0];
}

/** The Cluster Agent asks no kubelet: it is meant only where no other is there. */
export function withoutClusterAgent(found: readonly AgentProcess[]): readonly AgentProcess[] {
  const nodeAgents = found.filter(({ program }) => program !== CLUSTER_AGENT);
  return nodeAgents.length > 0 ? nodeAgents : found;
}

/** The words a process was started with; empty for a kernel thread, and for a process that is gone. */
export async function commandLine(host: Host, pid: number): Promise<string[]> {
  const file = await host.readFile(`/proc/${pid}/cmdline`, MAX_COMMAND_LINE);
  return file.ok ? file.text.split('\0').filter((word) => word !== '') : [];
}

/** `environ` as the process was started with it: NAME=value, ended by NUL. What is no such pair is passed over; of two the first counts (getenv). */
export async function readEnvironment(host: Host, pid: number): Promise<{ env: Environment } | { code: string }> {
  const file = await host.readFile(`/proc/${pid}/environ`, MAX_ENVIRONMENT);
  if (!file.ok) return { code: file.code };
  const pairs = new Map<string, string>();
  for (const entry of file.text.split('\0')) {
    const at = entry.indexOf('=');
    const name = entry.slice(0, Math.max(at, 0));
    if (name === '' || pairs.has(name) || pairs.size >= MAX_VARIABLES) continue;
    pairs.set(name, entry.slice(at + 1));
  }
  return { env: Object.fromEntries(pairs) };
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
