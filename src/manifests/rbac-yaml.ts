/** The rights at kubelets, as needs and as questions: for those a kubelet itself has refused, whatever the profile says. */

import { isKubeletSubresource } from '../kubernetes/kubelet/rights.js';
import { serviceAccountOf, shellQuote } from '../kubernetes/names.js';
import type { RbacState } from '../kubernetes/rbac.js';
import type { ResolvedNeed } from '../model/facts.js';
import { type Granted, grantTo } from './needs-yaml.js';

/** What lets `user` get these subresources of nodes; undefined when a name may not be printed, or is none that a kubelet asks for. */
export function grantNodeRights(user: string, subresources: readonly string[], before?: RbacState): Granted | undefined {
  if (!subresources.every(isKubeletSubresource)) return undefined;
  return grantTo(serviceAccountOf(user) ?? { user }, [...new Set(subresources)].sort().map(nodeRight), { before });
}

function nodeRight(subresource: string): ResolvedNeed {
  return { verbs: ['get'], group: '', resource: 'nodes', subresource, feature: 'kubelet', loses: '', required: true, kind: 'kubelet' };
}

/**
 * Asks whether `user` may get these subresources of nodes. `nodes/metrics` would be a node named metrics here: kubectl takes
 * TYPE/NAME, a subresource only as a flag.
 */
export function canI(user: string, subresources: readonly string[]): string {
  return [...new Set(subresources)]
    .sort()
    .map((s) => `kubectl auth can-i get nodes --subresource=${s} --as=${shellQuote(user)}`)
    .join('\n');
}
