/**
 * Nodes without a kubelet, by what their own object says. Virtual Kubelet's label and taint: virtual-kubelet cmd/virtual-kubelet/internal/commands/root
 * (node.go NodeFromProvider; flag.go DefaultTaintKey); the second virtual node of AKS has the taint and a label of its own
 * (microsoft/virtualnodesOnAzureContainerInstances). vCluster: pkg/controllers/resources/nodes/fake_syncer.go CreateFakeNode. Read there, not tried.
 */
import type { StandIn } from '../../model/facts/apiserver.js';

/** The taint that keeps pods off which do not ask for such a node. */
const TAINT = 'virtual-kubelet.io/provider';

/** What stands in for the kubelet; undefined for a node that has one. */
export function standInOf(labels: Readonly<Record<string, unknown>>, taintKeys: readonly unknown[]): StandIn | undefined {
  const has = (key: string, value: string) => Object.hasOwn(labels, key) && labels[key] === value;
  if (has('vcluster.loft.sh/fake-node', 'true')) return 'vcluster';
  return has('type', 'virtual-kubelet') || taintKeys.includes(TAINT) ? 'virtual-kubelet' : undefined;
}
