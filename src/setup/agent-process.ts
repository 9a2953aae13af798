/**
 * --agent-process: being the agent of a process. Its environment and its files, below /proc/PID/root, make a Host of its own, from which settings,
 * credentials, CAs and mounts are read. What is asked is asked from our own network all the same, and the place says whether that is the agent's.
 * Nothing named there is ever run.
 */
import { posix } from 'node:path';
import { createHost, readOpened } from '../host/create.js';
import { openBelow } from '../host/descend.js';
import type { Host } from '../host/host.js';
import type { Place } from '../model/facts.js';
import { type FoundAgent, readAgent } from '../probes/machine/agent-process.js';
import { observePlace } from '../probes/machine/place.js';
import { chooseAgent, whyNoAgent } from './agent-process-auto.js';
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
  const chosen = asked === 'auto' ? await chooseAgent(processes, own, beside) : { pid: Number(asked) };
  if ('error' in chosen) return chosen;
  const read = await readAgent(processes, own, chosen.pid);
  if (read.status === 'failed') return { error: whyNoAgent(chosen.pid, read) };

  const agent = read.data;
  const files = filesOf(agent, own);
  const ours = ownFiles(withOwnPaths(flags, own));
  const host: Host = { ...files, readFile: (path, ...limits) => (ours.has(path) ? own : files).readFile(path, ...limits) };
  return {
    pid: agent.pid,
    host,
    processes,
    resolver: agent.network === 'same' ? host : own,
    place: placeOf(agent, await observePlace(files), beside),
    beside,
    filesHere: (paths) => filesHere(files, paths, ours),
  };
}

/** Its environment, and its files below its root. */
function filesOf({ env, root, network, inPod, owns, look }: FoundAgent, own: Host): Host {
  const host = createHost({
    ...own,
    env,
    root,
    home: env.HOME || '/root',
    cwd: '/',
    // In its own network the agent's name is its pod's; runtimes put it into the environment.
    hostName: network === 'same' && inPod && env.HOSTNAME ? env.HOSTNAME : own.hostName,
    redactor: own.redactor,
    // Its owner may change a link between our look at it and our opening of it; what is opened then is on a mount of ours, and is not read.
    ...(owns && { mayRead: owns }),
  });
  if (!look) return host;
  // Nothing that is closed to it, though it is open to us.
  return {
    ...host,
    readFile: (path, maxBytes, part) =>
      readOpened(path, () => openBelow(root, posix.resolve('/', path), look), { maxBytes, part, mayRead: owns }),
  };
}

/** What its own files say of where it runs, in the network we are in. */
function placeOf({ pid, program, env, network, inPod }: FoundAgent, { noToken, ...seen }: Place, beside: Place): Place {
  const podName = inPod && seen.vantage === 'pod-network' && env.HOSTNAME && isHostName(env.HOSTNAME) ? env.HOSTNAME : undefined;
  return {
    ...seen,
    ...(noToken && inPod && { noToken: true }),
    // The agent's variables are what they are for, whatever they are called.
    place: inPod ? 'agent-pod' : beside.place === 'workstation' ? 'workstation' : 'node',
    vantage: network === 'same' && inPod ? seen.vantage : beside.vantage === 'workstation' ? 'host-network' : beside.vantage,
    agentEnvironment: true,
    gateways: beside.gateways,
    agentProcess: {
      pid,
      program,
      beside: beside.place === 'pod' && beside.noToken ? 'ephemeral-container' : beside.place,
      network,
      ...(podName !== undefined && { pod: podName }),
    },
  };
}

/** What a flag names is ours; everything else is the agent's. */
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
