/**
 * The container runtime's socket, as the agent in this container looks for it. A path that is set is the only one it tries; else these defaults,
 * with and without /host (Agent 7.7x pkg/config/env/environment_containers.go detectCriRuntimes, detectDocker). Only whether a socket is there is
 * looked at: none is connected to.
 */
import type { Host } from '../../../host/host.js';
import { PHRASE, printable } from '../../../host/redact.js';
import type { Mounts } from '../../../model/facts.js';

const SETTING = 'DD_CRI_SOCKET_PATH';
const FILE = '/etc/datadog-agent/datadog.yaml';
const DOCKER = ['/var/run/docker.sock', '/host/var/run/docker.sock'];
const DEFAULTS = ['containerd/containerd.sock', 'crio/crio.sock'].flatMap((socket) => [`/var/run/${socket}`, `/host/var/run/${socket}`]);
/** Where runtimes have it on a node: containerd and CRI-O, k3s and RKE2, microk8s, k0s, older Bottlerocket and EKS, cri-dockerd. */
const ON_NODES = [
  ...['/run', '/var/run'].flatMap((run) =>
    [
      'containerd/containerd.sock',
      'crio/crio.sock',
      'k3s/containerd/containerd.sock',
      'k0s/containerd.sock',
      'dockershim.sock',
      'cri-dockerd.sock',
    ].map((socket) => `${run}/${socket}`),
  ),
  '/var/snap/microk8s/common/run/containerd.sock',
];

/** All of them, as they are seen from the agent's container. */
export const KNOWN_SOCKETS = [...new Set([...DOCKER, ...DEFAULTS, ...ON_NODES.map((path) => `/host${path}`)])];

/** Undefined where one is found, or nothing tells that there should be one. */
export async function missingSocket(host: Host): Promise<Mounts['missingSocket']> {
  if (host.env.DOCKER_HOST || (await firstThere(host, DOCKER))) return undefined;
  const set = host.env[SETTING] || (await inFile(host));
  // A pipe of Windows, or with a scheme: not a path that can be looked up here.
  if (set && !set.startsWith('/')) return undefined;
  const looked = set ? [set] : DEFAULTS;
  if (await firstThere(host, looked)) return undefined;
  const others = await allThere(host, [...DEFAULTS, ...ON_NODES.map((path) => `/host${path}`)]);
  if (!set && others.length === 0) return undefined;
  return { looked: looked.map((path) => printable(path, PHRASE)), set: Boolean(set), others };
}

async function inFile(host: Host): Promise<string | undefined> {
  const file = await host.readFile(FILE);
  return file.ok ? /^cri_socket_path:\s*["']?([^\s"'#]+)/m.exec(file.text)?.[1] : undefined;
}

async function firstThere(host: Host, paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isThere(host, path)) return path;
  return undefined;
}

/** Once where two of them are one: /var/run is often a link. */
async function allThere(host: Host, paths: readonly string[]): Promise<string[]> {
  const found = new Map<string, string>();
  for (const path of paths) if (await isThere(host, path)) found.set(await host.locate(path), path);
  return [...found.values()];
}

/** A directory is none: that is what a runtime makes of a hostPath that was not there. */
async function isThere(host: Host, path: string): Promise<boolean> {
  const read = await host.readFile(path, 1);
  return read.ok || !['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP'].includes(read.code);
}
