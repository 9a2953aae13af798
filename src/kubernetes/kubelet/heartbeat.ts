/** What a node's signs of life say of the way from its kubelet to its apiserver. */
import type { NodeLease, NodeObject } from '../../model/facts.js';

/** The kubelet's default nodeLeaseDurationSeconds: after it the controllers give the node up, too. */
const LEASE_SECONDS = 40;

/**
 * `fresh`: the kubelet reached its apiserver a moment ago. `late`: it missed a renewal. `stale`: it does not get through.
 * Ready=False is no silence, the kubelet reports it itself; only Unknown is set by others, 40 to 50 s after the last sign.
 * Ready=True proves nothing: it outlives the connection by as long.
 */
export function heartbeatOf(lease: NodeLease | undefined, node: NodeObject | undefined): 'fresh' | 'late' | 'stale' | 'unknown' {
  if (lease) {
    const duration = lease.durationSeconds ?? LEASE_SECONDS;
    // Renewed at a quarter of its duration (pkg/kubelet/kubelet.go); one second more for jitter and the grain of the server's clock.
    if (lease.ageSeconds <= duration / 4 + 1) return 'fresh';
    // Whole seconds are coarse; the controllers' own verdict settles the last one.
    return lease.ageSeconds > duration || node?.ready === 'Unknown' ? 'stale' : 'late';
  }
  return node?.ready === 'Unknown' ? 'stale' : 'unknown';
}
