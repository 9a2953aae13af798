/** What the placement checks read, and ask for. */
import { isDnsName } from '../../../kubernetes/names.js';
import type { Want } from '../../../model/check.js';
import type { Fact, Need } from '../../../model/facts.js';
import { seen } from '../../shared/read.js';

/** Read by every check about nodes. */
export const PLACEMENT_NEEDS = ['apiserver/workloads', 'apiserver/nodes', 'apiserver/agent-pods'] as const satisfies readonly Need[];

/** And by those for which one node may have been named. */
export const NAMED_NEEDS = [...PLACEMENT_NEEDS, 'self/settings'] as const satisfies readonly Need[];

/**
 * What a check that could not look asks for. Only one of them names the command, so that a report says it once: at a workstation, by someone who may
 * list nodes, DaemonSets and pods, of the DaemonSet that was given to this run.
 */
export function placementWants(settings?: Fact<'settings'>): Want[] {
  const given = settings && seen(settings)?.find(({ setting }) => setting === 'daemonset')?.value;
  const daemonset = given?.split('/').every(isDnsName) ? given : 'NAMESPACE/NAME';
  const elsewhere = `kubelet-doctor nodes --daemonset ${daemonset}`;
  return PLACEMENT_NEEDS.map((need, at) => ({ need, ...(settings && at === 0 ? { elsewhere } : {}) }));
}
