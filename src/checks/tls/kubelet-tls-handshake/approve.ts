/** What is done with a request for a serving certificate that waits. */
import { isDnsName } from '../../../kubernetes/names.js';
import type { Fix } from '../../../model/check.js';
import type { ServingRequest } from '../../../model/facts.js';
import { fixBy, shell } from '../../shared/fix.js';
import type { Words } from './words.js';

export const LIST_REQUESTS = 'kubectl get csr --field-selector spec.signerName=kubernetes.io/kubelet-serving';

/** Its kubelet may have asked more than once; only the latest key is still held, and the others do no harm. */
export function approvable(own: readonly ServingRequest[]): string[] {
  return own.filter(({ state, matchesNode, csr }) => state === 'pending' && matchesNode && isDnsName(csr)).map(({ csr }) => csr);
}

/** Only of one whose requestor and names are those of the node. */
export function approveOf(own: readonly ServingRequest[], say: Words): Fix {
  const names = approvable(own);
  return names.length > 0
    ? fixBy('cluster', 'config', say('fixApprove'), shell(`kubectl certificate approve ${names.join(' ')}`))
    : fixBy('cluster', 'nothing', say('fixLook'), shell(LIST_REQUESTS));
}

export function runApprover(say: Words): Fix {
  return fixBy('cluster', 'config', say('fixApprover'), { verify: LIST_REQUESTS });
}
