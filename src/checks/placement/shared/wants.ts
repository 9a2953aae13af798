/** What the placement checks read, and ask for. */
import type { Want } from '../../../model/check.js';
import type { Need } from '../../../model/facts.js';

/** Read by every check about nodes. */
export const PLACEMENT_NEEDS = ['apiserver/workloads', 'apiserver/nodes', 'apiserver/agent-pods'] as const satisfies readonly Need[];

/** And by those for which one node may have been named. */
export const NAMED_NEEDS = [...PLACEMENT_NEEDS, 'self/settings'] as const satisfies readonly Need[];

/** At a workstation, by someone who may list nodes, DaemonSets and pods. */
const AT_A_WORKSTATION = 'kubelet-doctor nodes --daemonset NAMESPACE/NAME';

/** What a check that could not look asks for. Only one of them names the command, so that a report says it once. */
export function placementWants(elsewhere = false): Want[] {
  return PLACEMENT_NEEDS.map((need, at) => ({ need, ...(elsewhere && at === 0 ? { elsewhere: AT_A_WORKSTATION } : {}) }));
}
