/**
 * Is a process that calls itself kubelet the one of this node? Its name is its own choice. A node's kubelet is root's, in the process namespace of the
 * node's first process, and in no pod's cgroup. Its mounts are no measure: Talos and RKE1 run it in a container with mounts of its own, and with the
 * host's processes.
 */
import type { Host } from '../../host/host.js';
import type { KubeletImpostor } from '../../model/facts/node.js';
import { podOfProcess } from './process.js';
import { type Owner, ownerIn } from './root-owned.js';

export type Foreignness = Pick<KubeletImpostor, 'why' | 'user'> | { why: 'unknown' };

const MAX_BYTES = 64 * 1024;
/**
 * A pod's cgroup by either driver, below any cgroup root: `/kubepods/burstable/podUID/…`, `/kubelet.slice/kubelet-kubepods-podUID.slice/…`. From a
 * cgroup namespace of our own the beginning is missing: `/../../podUID/…` (cgroup_namespaces(7)). UIDs of static pods are bare hashes.
 */
const POD_CGROUP = /kubepods|[/-]pod[0-9a-f]{8}[-_]?(?:[0-9a-f]{4}[-_]?){3}[0-9a-f]{12}(?:[./]|$)/m;

/** Undefined where it is this node's own; `root` as seen from here. What cannot be seen is not taken for granted: its owner decides what we see. */
export async function foreignnessOf(host: Host, pid: number, root: Owner | undefined): Promise<Foreignness | undefined> {
  const [status, cgroup] = await Promise.all(['status', 'cgroup'].map((file) => host.readFile(`/proc/${pid}/${file}`, MAX_BYTES)));
  if (!status?.ok || !cgroup?.ok || !root) return { why: 'unknown' };
  if (POD_CGROUP.test(cgroup.text) || (await podOfProcess(host, pid)) !== undefined) return { why: 'pod' };
  // One id for each process namespace it is in, from that of this /proc inwards (proc_pid_status(5)).
  const ids = /^NSpid:((?:\s+\d+)+)\s*$/m.exec(status.text)?.[1]?.trim().split(/\s+/);
  if (!ids) return { why: 'unknown' };
  if (ids.length > 1) return { why: 'container' };
  const owner = ownerIn(status.text);
  if (owner?.uid === root.uid) return undefined;
  const user = owner?.uid ?? Number(/^Uid:\s+(\d+)/m.exec(status.text)?.[1] ?? Number.NaN);
  return Number.isNaN(user) ? { why: 'unknown' } : { why: 'user', user };
}
