/**
 * Is this machine a node? A directory that a kubelet once made stays for years after it: of a machine that was a node, of minikube on a laptop. What
 * is taken for proof lives: volumes of pods that are mounted, a kubeconfig that names this machine, the kubelet's process, its socket.
 */
import { X509Certificate } from 'node:crypto';
import type { Host } from '../../host/host.js';
import { isSameNode } from '../../kubernetes/same-node.js';
import { readKubeletKubeconfig } from './kubelet-kubeconfig.js';
import { findKubeletProcess } from './kubelet-process.js';
import { observeListening } from './listening.js';
import { onlyRoots } from './root-owned.js';

/** Directories a kubelet makes, by distribution (kubeadm and most; k3s; RKE2; microk8s). */
const DIRECTORIES = [
  ['/var/lib', 'kubelet'],
  ['/var/lib/rancher/k3s', 'agent'],
  ['/var/lib/rancher/rke2', 'agent'],
  ['/var/snap', 'microk8s'],
] as const;

/** Whether a kubelet lives here; where only its directory is left, that is `leftOver`. */
export async function findLivingKubelet(host: Host): Promise<{ lives: boolean; leftOver?: string }> {
  const directory = await directoryOf(host);
  if (directory === undefined) return { lives: false };
  // What costs least first; the list of all processes costs most.
  for (const witness of [hasPodVolumes, isNamedByKubeconfig, runsKubelet]) if (await witness(host)) return { lives: true };
  return { lives: false, leftOver: directory };
}

async function directoryOf(host: Host): Promise<string | undefined> {
  for (const [parent, name] of DIRECTORIES) {
    // By its name in the parent: the directory itself is closed to ordinary users.
    if ((await host.listDirectory(parent)).includes(name)) return `${parent}/${name}`;
  }
  return undefined;
}

/** The kernel's own word, and gone with the next boot. */
async function hasPodVolumes(host: Host): Promise<boolean> {
  const mounts = await host.readFile('/proc/self/mountinfo', 4 << 20);
  return mounts.ok && /^\S+ \S+ \S+ \S+ \S*\/kubelet\/pods\/[^/\s]+\/volumes\S* /m.test(mounts.text);
}

/** `system:node:NAME`, in the certificate or as the user's name; a kubelet that is down has it too. */
async function isNamedByKubeconfig(host: Host): Promise<boolean> {
  const found = await readKubeletKubeconfig(onlyRoots(host), {});
  const names = [subjectIn(found?.loaded?.credential.certPem), found?.loaded?.user];
  return names.some((user) => {
    const name = /^system:node:(.+)$/.exec(user ?? '')?.[1];
    return name !== undefined && isSameNode(name, host.hostName);
  });
}

function subjectIn(pem: string | undefined): string | undefined {
  if (!pem) return undefined;
  try {
    return /^CN=(.+)$/m.exec(new X509Certificate(pem).subject)?.[1];
  } catch {
    return undefined;
  }
}

/** Where other users' processes are hidden (hidepid), its health endpoint is seen all the same: a socket of root's on the loopback address. */
async function runsKubelet(host: Host): Promise<boolean> {
  const { state } = await findKubeletProcess(host);
  if (state !== 'hidden') return state !== 'gone';
  const listening = await observeListening(host, process.pid, new Set([host.healthzPort ?? 10248]));
  return (listening ?? []).some(({ address }) => address.startsWith('127.'));
}
