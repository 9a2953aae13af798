/**
 * The agent's processes among those that are in sight, and all that is to know of the one that we are asked to be. The values of an environment stay
 * with the caller and are never a fact.
 */
import { posix } from 'node:path';
import type { Look } from '../../host/descend.js';
import type { Host } from '../../host/host.js';
import { LABEL } from '../../host/redact.js';
import type { Looked } from '../../model/facts.js';
import { asProcess, rightsOf } from './access.js';
import { AGENT_VARIABLE } from './place.js';
import {
  commandLine,
  type Environment,
  hasRootLink,
  isSameNetwork,
  linkOf,
  mountIds,
  podOfProcess,
  readEnvironment,
  userOf,
} from './process.js';
import { type Listed, listProcesses, type Processes } from './processes.js';

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
}

const AT_ONCE = 32;
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
  const env = environment.status === 'observed' ? environment.data : {};
  if (!byProgram && !Object.keys(env).some((name) => AGENT_VARIABLE.test(name))) return undefined;
  const pod = await podOfProcess(host, pid);
  const named = env.HOSTNAME;
  return {
    pid,
    program: host.redactor.clean(program, 40) || 'a process',
    byProgram,
    ...(named && { hostName: host.redactor.clean(named, LABEL) }),
    ...(pod !== undefined && { pod }),
    group: pod ?? (await linkOf(host, pid, 'ns/mnt')) ?? 'unknown',
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

/** The process we are asked to be, read once; files and mounts are read later, as its owner may change them. */
export interface FoundAgent {
  pid: number;
  /** Base name of its program, cleaned. */
  program: string;
  env: Environment;
  inPod: boolean;
  /** Whether the network it is in is ours. */
  network: 'same' | 'other';
  /** Where its files are for us: the kernel's link, below the host's root. */
  root: string;
  /**
   * Is what was opened below that root on a mount of its own? Asked at each opening, for links may be changed meanwhile. Undefined where the root is no
   * link of the kernel's, as in a copy of a /proc.
   */
  owns?(mount: string): Promise<boolean>;
  /** Refuses what the process itself may not read; where `owns` is. */
  look?: Look;
}

/** Reads it. The detail of a failure is the user whose process it is; its code is that of the environment, or KTHREAD for a thread of the kernel. */
export async function readAgent(processes: Host, own: Host, pid: number): Promise<Looked<FoundAgent>> {
  const before = await rightsOf(processes, pid);
  const environment = await readEnvironment(processes, pid);
  if (environment.status === 'failed') {
    const { code } = environment;
    const user = code === 'EACCES' ? await userOf(processes, pid) : undefined;
    return { status: 'failed', code, detail: user === undefined ? '' : `user ${user}` };
  }
  const [path] = await commandLine(processes, pid);
  if (path === undefined) return { status: 'failed', code: 'KTHREAD', detail: '' };
  const [sharesNetwork, pod, isLink] = await Promise.all([
    isSameNetwork(processes, pid, own),
    podOfProcess(processes, pid),
    hasRootLink(processes, pid),
  ]);
  // A program that another user runs in its place has not written this environment.
  const rights = JSON.stringify(await rightsOf(processes, pid)) === JSON.stringify(before) ? before : undefined;
  return {
    status: 'observed',
    data: {
      pid,
      program: own.redactor.clean(posix.basename(path), 40),
      env: environment.data,
      inPod: pod !== undefined,
      network: sharesNetwork ? 'same' : 'other',
      root: `${processes.root}/proc/${pid}/root`,
      ...(isLink && { owns: async (mount: string) => (await mountIds(processes, pid)).has(mount), look: asProcess(rights) }),
    },
  };
}
