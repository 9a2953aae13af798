/** The node we run on against the node that is asked about: what is at hand here says nothing of another node's kubelet. */
import { isSameNode } from '../../kubernetes/same-node.js';
import type { Place, Setting } from '../../model/facts.js';

export { isSameNode };

/** Both names where --node names another node than the one we run on; undefined where it does not, or where we do not know ours. */
export function anotherAsked(settings: readonly Setting[], place: Place | undefined): { node: string; machine: string } | undefined {
  const named = settings.find(({ setting, origin }) => setting === 'node' && origin === 'flag')?.value;
  const machine = place?.node;
  return named && machine && !isSameNode(named, machine) ? { node: named, machine } : undefined;
}
