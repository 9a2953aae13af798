/**
 * --agent-process: being the agent of a process. Its environment and its files, below /proc/PID/root, make a Host of its own, from which settings,
 * credentials, CAs and mounts are read. What is asked is asked from our own network all the same, and the place says whether that is the agent's.
 * Nothing named there is ever run.
 */
import { posix } from 'node:path';
import { createHost } from '../host/create.js';
import type { Host } from '../host/host.js';
import type { AgentProcessPlace, Place } from '../model/facts.js';
import {
  type AgentProcess,
  chooseMain,
  commandLine,
  findAgentProcesses,
  hasRootLink,
  linkOf,
  mountIds,
  podOfProcess,
  readEnvironment,
  userOf,
  withoutClusterAgent,
} from '../probes/machine/agent-process.js';
import { observePlace } from '../probes/machine/place.js';
import { type Flags, optionsOf } from './options.js';
import { isHostName, isProfileFile } from './values.js';

/** The agent we are asked to be. */
export interface AgentSource {
  pid: number;
  /** Its environment and files; network, names and clock are ours. */
  host: Host;
  /** Ours: where the process list is. */
  processes: Host;
  /** Whose resolv.conf and hosts file count: the agent's where its network is ours. */
  resolver: Host;
  /** As it is reported: the agent's settings, in the network we are in. */
  place: Place;
  /** Where we run ourselves: a debug pod has the node's files at /host. */
  beside: Place;
  /** The same files where a shell of ours finds them; for commands that are printed. */
  filesHere<T extends Partial<Record<string, string>>>(files: T): Promise<T>;
}

const FILES = optionsOf('file');

/** Flags whose files are ours, whoever we are: made absolute, for the agent's working directory is another. */
export function withOwnPaths(flags: Partial<Flags>, { cwd }: Host): Partial<Flags> {
  const absolute = [...FILES, ...optionsOf('directory')].flatMap((name) => (flags[name] ? [[name, posix.resolve(cwd, flags[name])]] : []));
  const profile = flags.profile && isProfileFile(flags.profile) ? { profile: posix.resolve(cwd, flags.profile) } : {};
  return { ...flags, ...Object.fromEntries(absolute), ...profile };
}

/** Reads the process that --agent-process names, or finds it. An error is one line: what is wrong, and what to do. */
export async function openAgent(flags: Partial<Flags>, own: Host): Promise<AgentSource | { error: string } | undefined> {
  const asked = flags['agent-process'];
  if (asked === undefined) return undefined;
  const processes = flags.root === undefined ? own : createHost({ ...own, root: posix.resolve(own.cwd, flags.root) });
  const beside = await observePlace(own);
  const chosen = asked === 'auto' ? await findAgent(processes, own, beside) : { pid: Number(asked) };
  if ('error' in chosen) return chosen;
  const { pid } = chosen;
  const environment = await readEnvironment(processes, pid);
  if ('code' in environment) return { error: await whyUnreadable(processes, pid, environment.code) };
  const words = await commandLine(processes, pid);
  if (words.length === 0) return { error: `--agent-process ${pid}: a thread of the kernel, not an agent; ${LOOK}` };

  const [net, ownNet] = await Promise.all([linkOf(processes, pid, 'ns/net'), linkOf(own, 'self', 'ns/net')]);
  const network = net !== undefined && net === ownNet ? 'same' : 'other';
  const inPod = (await podOfProcess(processes, pid)) !== undefined;
  const { env } = environment;
  const files = createHost({
    ...own,
    env,
    root: `${processes.root}/proc/${pid}/root`,
    home: env.HOME || '/root',
    cwd: '/',
    // In its own network the agent's name is its pod's; runtimes put it into the environment.
    hostName: network === 'same' && inPod && env.HOSTNAME ? env.HOSTNAME : own.hostName,
    redactor: own.redactor,
    // Its owner may change a link between our look at it and our opening of it; what is opened then is on a mount of ours, and is not read.
    ...((await hasRootLink(processes, pid)) && { mayRead: async (mount: string) => (await mountIds(processes, pid)).has(mount) }),
  });
  const host = withOurs(files, own, withOwnPaths(flags, own));
  const seen = await observePlace(files);
  const agentProcess: AgentProcessPlace = {
    pid,
    program: own.redactor.clean(posix.basename(words[0] ?? ''), 40),
    beside: beside.place === 'pod' && beside.noToken ? 'ephemeral-container' : beside.place,
    network,
    ...(inPod && seen.vantage === 'pod-network' && env.HOSTNAME && isHostName(env.HOSTNAME) && { pod: env.HOSTNAME }),
  };
  const { noToken: _, ...ofAgent } = seen;
  const place: Place = {
    ...ofAgent,
    ...(seen.noToken && inPod && { noToken: true }),
    // The agent's variables are what they are for, whatever they are called.
    place: inPod ? 'agent-pod' : beside.place === 'workstation' ? 'workstation' : 'node',
    vantage: network === 'same' && inPod ? seen.vantage : beside.vantage === 'workstation' ? 'host-network' : beside.vantage,
    agentEnvironment: true,
    gateways: beside.gateways,
    agentProcess,
  };
  return {
    pid,
    host,
    processes,
    resolver: network === 'same' ? host : own,
    place,
    beside,
    filesHere: (paths) => filesHere(files, paths, ownFiles(withOwnPaths(flags, own))),
  };
}

const LOOK = "give the id of the agent's process, or auto";

/** What a flag names is ours; everything else is the agent's. */
function withOurs(files: Host, own: Host, flags: Partial<Flags>): Host {
  const ours = ownFiles(flags);
  return { ...files, readFile: (path, maxBytes) => (ours.has(path) ? own : files).readFile(path, maxBytes) };
}

function ownFiles(flags: Partial<Flags>): ReadonlySet<string> {
  return new Set([...FILES.map((name) => flags[name]), flags.profile].filter((path) => path !== undefined));
}

/** Links in directories are followed as the agent would: an absolute one, like Debian's /var/run, would lead a shell of ours into our own files. */
async function filesHere<T extends Partial<Record<string, string>>>(host: Host, files: T, ours: ReadonlySet<string>): Promise<T> {
  const entries = Object.entries(files).map(async ([key, path]) => {
    if (!path?.startsWith('/') || ours.has(path)) return [key, path] as const;
    const directory = await host.locate(posix.dirname(path)).catch(() => posix.join(host.root, posix.dirname(path)));
    return [key, posix.join(directory, posix.basename(path))] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as T;
}

async function findAgent(processes: Host, own: Host, beside: Place): Promise<{ pid: number } | { error: string }> {
  const { found, seen } = await findAgentProcesses(processes);
  const agents = withoutClusterAgent(found);
  if (agents.length === 0)
    return {
      error: `--agent-process auto: no agent among the ${seen} processes in sight; ${
        seen < 8
          ? 'a debug container sees those of the agent with kubectl debug --target=CONTAINER'
          : 'name its process: --agent-process PID'
      }`,
    };
  // With hostPID the pods of the whole node are in sight: the agent of another pod is another agent. A debug pod has none of its own.
  const ownPod = beside.place === 'debug-pod' || beside.place === 'node' ? undefined : await podOfProcess(own, 'self');
  const mine = ownPod === undefined ? agents : agents.filter(({ pod }) => pod === ownPod);
  const groups = new Set(mine.map(({ group }) => group));
  const main = groups.size === 1 ? chooseMain(mine) : undefined;
  if (main) return { pid: main.pid };
  const which = mine.length > 0 ? mine : agents;
  const heads = [...new Set(which.map(({ group }) => group))].flatMap(
    (group) => chooseMain(which.filter((each) => each.group === group)) ?? [],
  );
  const list = heads.slice(0, 8).map(describe).join('; ');
  const more = heads.length > 8 ? ` and ${heads.length - 8} more` : '';
  const why = mine.length > 0 ? `${groups.size} agents are in sight` : 'no agent is in this pod, only in others';
  return { error: `--agent-process auto: ${why} (${list}${more}); name one: --agent-process ${heads[0]?.pid ?? 'PID'}` };
}

function describe({ pid, program, hostName, pod }: AgentProcess): string {
  return `${pid}: ${program}${hostName ? ` on ${hostName}` : ''}${pod ? `, pod ${pod}` : ''}`;
}

async function whyUnreadable(host: Host, pid: number, code: string): Promise<string> {
  const flag = `--agent-process ${pid}`;
  if (code === 'ENOENT' || code === 'ESRCH') return `${flag}: there is no such process here; ${LOOK}`;
  if (code === 'ETOOBIG') return `${flag}: its environment is too large to be an agent's; ${LOOK}`;
  if (code !== 'EACCES') return `${flag}: its environment cannot be read (${code}); ${LOOK}`;
  const uid = await userOf(host, pid);
  const root = '{"securityContext":{"runAsUser":0,"runAsNonRoot":false,"capabilities":{"add":["SYS_PTRACE"]}}}';
  const whose = uid === undefined ? '' : ` (user ${uid})`;
  return `${flag}: its environment${whose} may not be read by this user; be root with the right to trace: on a node sudo, in kubectl debug --profile=sysadmin, or --profile=general with --custom a file of ${root}`;
}
