/** Objects read when a check wants them: the Node, its Lease, endpoints, CSRs, and the kubelet through the node proxy. */

import { isTime } from '../../agent-config/last-change.js';
import { NAME, printable, SENTENCE } from '../../host/redact.js';
import { list, record } from '../../kubernetes/json.js';
import type { Candidate, ClientRequest, FactData, NodeObject, Outcome, ServingRequest } from '../../model/facts.js';
import type { LiveContext } from '../context.js';
import { reproduceRaw } from '../reproduce.js';
import { type ApiserverClient, refused } from './client.js';
import { saysNotFound } from './named.js';
import { matchesNode, reduceNode, reduceSecondSight, requestedNode } from './reduce.js';

/** The apiserver itself says so. */
export const NO_NODE = 'ENONODE';

export function askNode(context: LiveContext, api: ApiserverClient, node: string): Promise<Outcome<NodeObject>> {
  const path = `/api/v1/nodes/${encodeURIComponent(node)}`;
  return context.store.observe({ target: 'apiserver', kind: 'node', subject: node, reproduce: `kubectl get node ${node} -o yaml` }, () =>
    api.ask({ path, maxBytes: 1 << 20 }, (answer, json) =>
      answer.status === 200
        ? thatNode(reduceNode(json, printable), node)
        : saysNotFound(answer, json, 'nodes', node)
          ? { status: 'failed', code: NO_NODE, detail: 'there is no such Node' }
          : refused(answer),
    ),
  );
}

/** Another's object says nothing of this one: neither its addresses nor its state are used. */
function thatNode(outcome: Outcome<NodeObject>, node: string): Outcome<NodeObject> {
  if (outcome.status !== 'observed' || outcome.data.node === node) return outcome;
  return { status: 'failed', code: 'EOTHERNODE', detail: outcome.data.node };
}

/** Age by the server's clock, so that a wrong local clock makes no stale heartbeat. */
export function askLease(context: LiveContext, api: ApiserverClient, node: string): Promise<unknown> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${encodeURIComponent(node)}`;
  return context.store.observe(
    { target: 'apiserver', kind: 'lease', subject: node, reproduce: `kubectl -n kube-node-lease get lease ${node} -o yaml` },
    () =>
      api.ask<FactData['lease']>({ path }, (answer, json) => {
        const { renewTime, leaseDurationSeconds } = record(record(json).spec);
        const renewed = Date.parse(String(renewTime));
        if (answer.status !== 200 || Number.isNaN(renewed)) return refused(answer);
        const age = Math.max(0, Math.round(((answer.serverTimeMs ?? context.host.now()) - renewed) / 1000));
        return {
          status: 'observed',
          data: {
            node,
            renewedAt: new Date(renewed).toISOString(),
            ageSeconds: age,
            durationSeconds: Number(leaseDurationSeconds) || undefined,
          },
        };
      }),
  );
}

export function askEndpoints(context: LiveContext, api: ApiserverClient): Promise<unknown> {
  const path =
    '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkubernetes&limit=5';
  return context.store.observe(
    {
      target: 'apiserver',
      kind: 'endpoints',
      subject: '',
      reproduce: 'kubectl get endpointslices -l kubernetes.io/service-name=kubernetes',
    },
    () =>
      api.ask<FactData['endpoints']>({ path }, (answer, json) => {
        if (answer.status !== 200) return refused(answer);
        const endpoints = list(record(json).items).flatMap((slice) => {
          const port = Number(record(list(record(slice).ports)[0]).port) || 443;
          return list(record(slice).endpoints).flatMap((e) =>
            list(record(e).addresses).map((address) => ({ address: printable(String(address), NAME), port })),
          );
        });
        return { status: 'observed', data: { from: 'endpoint-slice', endpoints: endpoints.slice(0, 8) } };
      }),
  );
}

/** The same kubelet through the apiserver, which does not verify kubelet certificates by default. */
export function askNodeProxy(context: LiveContext, api: ApiserverClient, node: string): Promise<unknown> {
  const path = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/healthz`;
  return context.store.observe({ target: 'kubelet', kind: 'second-sight', subject: 'node-proxy', reproduce: reproduceRaw(path) }, () =>
    api.ask({ path }, (answer, json, body) => {
      const { message } = record(json);
      return {
        status: 'observed',
        data: reduceSecondSight('node-proxy', answer.status, context.clean(typeof message === 'string' ? message : body, SENTENCE)),
      };
    }),
  );
}

export function askServingRequests(context: LiveContext, api: ApiserverClient, node: NodeObject | undefined): Promise<unknown> {
  const path =
    '/apis/certificates.k8s.io/v1/certificatesigningrequests?fieldSelector=spec.signerName%3Dkubernetes.io%2Fkubelet-serving&limit=100';
  return context.store.observe(
    {
      target: 'kubelet',
      kind: 'serving-requests',
      subject: '',
      reproduce: 'kubectl get csr --field-selector spec.signerName=kubernetes.io/kubelet-serving',
    },
    () =>
      api.ask<ServingRequest[]>({ path, maxBytes: 1 << 20 }, (answer, json) => {
        if (answer.status !== 200) return refused(answer);
        const requests = list(record(json).items).flatMap((item): ServingRequest[] => {
          const { request, ...said } = requestIn(item);
          if (node && said.requestor !== `system:node:${node.node}`) return [];
          return [{ ...said, matchesNode: node !== undefined && matchesNode(request, node) }];
        });
        return { status: 'observed', data: requests.slice(0, 10) };
      }),
  );
}

/** Those that wait: without its client certificate a kubelet is nobody to the apiserver. */
export function askClientRequests(context: LiveContext, api: ApiserverClient): Promise<unknown> {
  const signer = 'kubernetes.io/kube-apiserver-client-kubelet';
  const path = `/apis/certificates.k8s.io/v1/certificatesigningrequests?fieldSelector=spec.signerName%3D${encodeURIComponent(signer)}&limit=100`;
  const reproduce = `kubectl get csr --field-selector spec.signerName=${signer}`;
  return context.store.observe({ target: 'kubelet', kind: 'client-requests', subject: '', reproduce }, () =>
    api.ask<ClientRequest[]>({ path, maxBytes: 1 << 20 }, (answer, json) => {
      if (answer.status !== 200) return refused(answer);
      const requests = list(record(json).items).flatMap((item): ClientRequest[] => {
        const { request, state, csr, requestor, ...dated } = requestIn(item);
        const node = printable(requestedNode(request) ?? '', NAME);
        return state === 'pending' && node !== '' ? [{ csr, requestor, node, ...dated }] : [];
      });
      return { status: 'observed', data: requests.slice(0, 100) };
    }),
  );
}

/** What any request for a certificate says of itself; `request`: what is to be signed. */
function requestIn(item: unknown): Pick<ServingRequest, 'csr' | 'state' | 'requestor' | 'created'> & { request: string } {
  const { metadata, spec, status } = record(item);
  const { name, creationTimestamp: created } = record(metadata);
  const conditions = list(record(status).conditions).map((c) => String(record(c).type));
  const state = conditions.includes('Denied')
    ? 'denied'
    : conditions.includes('Failed')
      ? 'failed'
      : conditions.includes('Approved')
        ? 'approved'
        : 'pending';
  return {
    csr: printable(String(name ?? ''), NAME),
    state,
    requestor: printable(String(record(spec).username ?? ''), NAME),
    ...(isTime(created) && { created }),
    request: String(record(spec).request ?? ''),
  };
}

/** The apiserver's answer lists a candidate for the kubelet: the address other components dial first (kubeadm: InternalIP). */
export function candidateFromNode(node: NodeObject, port: number): Candidate | undefined {
  const address = node.addresses.find((a) => a.type === 'InternalIP') ?? node.addresses.find((a) => a.type === 'ExternalIP');
  return (
    address && {
      host: address.address,
      port: node.kubeletPort || port,
      origin: 'node-object',
      source: `Node ${node.node} status.addresses ${address.type}`,
    }
  );
}
