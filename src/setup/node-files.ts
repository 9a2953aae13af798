/**
 * A node's own files, opened once for settings and facts: at a node, in a debug pod that has the node's whole root at /host, or below --root. From
 * them the kubelet's process is known, and the kubeconfig and proxy with which it goes to its apiserver.
 */
import { statfs } from 'node:fs/promises';
import { posix } from 'node:path';
import { createHost } from '../host/create.js';
import type { Host } from '../host/host.js';
import type { KubeletConfig, Outcome, Place } from '../model/facts.js';
import { readKubeletConfig } from '../probes/machine/kubelet-config.js';
import { type FoundKubeconfig, readKubeletKubeconfig } from '../probes/machine/kubelet-kubeconfig.js';
import { type FoundProcess, findKubeletProcess } from '../probes/machine/kubelet-process.js';
import { type KubeletProxy, readKubeletProxy } from '../probes/machine/kubelet-proxy.js';
import { observePlace } from '../probes/machine/place.js';
import { isSameNetwork } from '../probes/machine/process.js';
import { listProcesses, type Processes } from '../probes/machine/processes.js';
import { onlyRoots } from '../probes/machine/root-owned.js';

export interface NodeFiles {
  /** Reads below the node's root. */
  host: Host;
  /** The same for files whose word decides who is sent a credential: on a machine that runs, only those that are root's alone. */
  trusted: Host;
  place: Place['place'];
  /** These are the files of a machine that runs, this one: not a copy, or somebody's tree, that was named with --root. */
  live: boolean;
  /** The kubelet runs in the network we are in: its loopback is ours. */
  sharesNetwork: boolean;
  processes: Processes;
  kubelet: FoundProcess;
  config: Outcome<KubeletConfig>;
  kubeconfig?: FoundKubeconfig;
  proxy: KubeletProxy;
}

/** The node's files as a Host of their own: the session's reads stay where they are. Undefined where no node's files are at hand. */
export function nodeHost(host: Host, root: string | undefined, place: Place['place']): Host | undefined {
  const below = (directory: string) =>
    createHost({ ...host, root: directory, redactor: host.redactor, interfaceAddresses: host.interfaceAddresses, now: host.now });
  if (root !== undefined) return below(root);
  if (place === 'node') return host;
  return place === 'debug-pod' ? below(`${host.root}/host`) : undefined;
}

/** Looks where we run, and opens the node's files where there are any; `root` as typed, relative to the working directory. */
export async function lookAround(own: Host, root: string | undefined): Promise<{ seen: Place; nodeFiles?: NodeFiles }> {
  const seen = await observePlace(own);
  const nodeFiles = await openNodeFiles(own, root, seen);
  return { seen, ...(nodeFiles && { nodeFiles }) };
}

async function openNodeFiles(own: Host, root: string | undefined, { place }: Place): Promise<NodeFiles | undefined> {
  const host = nodeHost(own, root === undefined ? undefined : posix.resolve(own.cwd, root), place);
  // A debug pod without the node's root has none of its directories.
  if (!host || (root === undefined && (await host.listDirectory('/etc')).length === 0)) return undefined;
  const processes = await listProcesses(host);
  const kubelet = await findKubeletProcess(host, processes);
  const live = (root === undefined && place === 'node') || (await isProcfs(posix.join(host.root, 'proc')));
  // A copy belongs to whoever made it; nothing is sent to whom it names.
  const trusted = live ? onlyRoots(host) : host;
  const [config, kubeconfig, proxy] = await Promise.all([
    readKubeletConfig(host, kubelet.flags, kubelet.startedMs),
    readKubeletKubeconfig(trusted, kubelet),
    readKubeletProxy(host, kubelet),
  ]);
  const sharesNetwork = kubelet.pid !== undefined && (await isSameNetwork(host, kubelet.pid, own));
  return { host, trusted, place, live, sharesNetwork, processes, kubelet, config, proxy, ...(kubeconfig && { kubeconfig }) };
}

/** PROC_SUPER_MAGIC of statfs(2): the kernel's own list, which no archive can hold. */
const PROCFS = 0x9fa0;

async function isProcfs(directory: string): Promise<boolean> {
  return (await statfs(directory).catch(() => undefined))?.type === PROCFS;
}

/** With --root it is the user who says where the node is: we are at it when its kubelet runs before our eyes. */
export function placeAt(seen: Place, root: string | undefined, files: NodeFiles | undefined): Place {
  if (root === undefined || files?.kubelet.state !== 'running' || seen.place !== 'workstation') return seen;
  return { ...seen, place: 'node', ...(files.sharesNetwork && { vantage: 'host-network' as const }) };
}
