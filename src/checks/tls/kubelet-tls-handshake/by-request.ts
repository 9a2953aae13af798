/**
 * Where no handshake could be tried, as in a bundle: a request for a serving certificate that still waits. That it waits is certain; that the kubelet has
 * no other certificate is not, since one that it was given before is good until it expires.
 */
import type { Problem, View } from '../../../model/check.js';
import { cite } from '../../shared/cite.js';
import { ALL_KUBELET_FEATURES } from '../../shared/kubelet.js';
import { problem, suspected } from '../../shared/problem.js';
import { seen } from '../../shared/read.js';
import { approveOf, runApprover } from './approve.js';
import type { Words } from './words.js';

/** Undefined where the last request of this node does not wait, or none is known. */
export function waitingRequest(
  view: View<'kubelet/serving-requests' | 'apiserver/node'>,
  say: Words,
): Problem<'kubelet-certificate-pending'> | undefined {
  const [fact, node] = [view.one('kubelet/serving-requests'), seen(view.one('apiserver/node'))?.node];
  const own = (seen(fact) ?? []).filter(({ requestor }) => node !== undefined && requestor === `system:node:${node}`);
  const last = own.reduce<(typeof own)[number] | undefined>(
    (one, other) => (one && (one.created ?? '') > (other.created ?? '') ? one : other),
    undefined,
  );
  if (last?.state !== 'pending') return undefined;
  const { csr, state, requestor } = last;
  return problem('kubelet-certificate-pending', {
    ...suspected(
      ['kubelet-certificate-expires-soon'],
      [{ need: 'kubelet/second-sight', subject: 'node-proxy', elsewhere: `kubectl get --raw /api/v1/nodes/${node}/proxy/healthz` }],
    ),
    severity: 'degrades',
    title: say('csrPending', { csr }),
    features: ALL_KUBELET_FEATURES,
    evidence: [cite(fact, say('sawRequest', { csr, state, requestor }))],
    fixes: [approveOf(own, say), runApprover(say)],
  });
}
