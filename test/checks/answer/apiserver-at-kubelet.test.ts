import { apiserverAtKubelet } from '../../../src/checks/answer/apiserver-at-kubelet/check.js';
import type { AnyFact } from '../../../src/model/facts.js';
import { atWorkstation, base, fact, failed, nodeObject, sight } from '../facts.js';
import { judgeTable } from '../table.js';

const DENIED = 'Forbidden (user=kube-apiserver-kubelet-client, verb=get, resource=nodes, subresource(s)=[healthz proxy])';
const me = (user: string): AnyFact => fact('apiserver/identity', { user, groups: [], by: 'review' } as never);
const seenFrom: AnyFact[] = [atWorkstation(), fact('self/settings', []), nodeObject()];
const proxied = (path: string, status: number, body: string): AnyFact =>
  fact('kubelet/proxied', { method: 'GET', path, as: 'token', status, body, voice: 'kubelet' }, `GET ${path}`);
const unreached = (said: string): AnyFact => {
  const status = failed('kubelet/proxied', 'GET /healthz', 'HTTP503') as AnyFact & { outcome: object };
  return { ...status, outcome: { ...status.outcome, detail: said } } as AnyFact;
};
const answered = (status: number, said: string): AnyFact =>
  fact('kubelet/second-sight', { by: 'node-proxy', status, said, kubelet: 'answers' }, 'node-proxy');

judgeTable(apiserverAtKubelet, [
  { row: 'not asked', facts: base(), expect: 'not-applicable' },
  { row: 'it answers', facts: [...seenFrom, proxied('/healthz', 200, 'ok')], expect: 'pass' },
  { row: 'it answers the one look', facts: [...base(), sight('answers', 'node-proxy', 'ok')], expect: 'pass' },
  { row: 'it refuses the connection: that is for others to judge', facts: [...base(), sight('refused')], expect: 'not-applicable' },
  {
    row: 'a user without permissions, who is not ours',
    facts: [...seenFrom, me('alice'), proxied('/healthz', 403, DENIED)],
    expect: { cause: 'apiserver-forbidden-at-kubelet', certainty: 'proven', severity: 'degrades' },
    witnesses: ['kubelet/proxied'],
    says: /--clusterrole=system:kubelet-api-admin --user=kube-apiserver-kubelet-client"/,
  },
  {
    row: 'a user that no installer gives it: the name is not taken into a command',
    facts: [...seenFrom, proxied('/healthz', 403, DENIED.replace('kube-apiserver-kubelet-client', 'eve'))],
    expect: { cause: 'apiserver-forbidden-at-kubelet', certainty: 'proven' },
    witnesses: ['kubelet/proxied'],
    says: /--user=USER"/,
  },
  {
    row: 'the one look met the refusal, and the agent goes that way',
    facts: [...base({ 'agent.eksFargate': 'true' }), answered(403, DENIED)],
    expect: { cause: 'apiserver-forbidden-at-kubelet', severity: 'blocks' },
    witnesses: ['kubelet/second-sight'],
  },
  {
    row: 'the refusal is of our own user: whatever passed it on is no node proxy',
    facts: [...seenFrom, me('alice'), proxied('/healthz', 403, DENIED.replace('kube-apiserver-kubelet-client', 'alice'))],
    expect: 'pass',
  },
  {
    row: 'its credential is not accepted',
    facts: [...seenFrom, proxied('/healthz', 401, 'Unauthorized')],
    expect: { cause: 'apiserver-unknown-at-kubelet', certainty: 'proven' },
    witnesses: ['kubelet/proxied'],
    says: /kubeadm certs renew apiserver-kubelet-client/,
  },
  {
    row: 'it shows none, and anonymous access is on',
    facts: [...seenFrom, proxied('/healthz', 403, DENIED.replace('kube-apiserver-kubelet-client', 'system:anonymous'))],
    expect: { cause: 'apiserver-unknown-at-kubelet' },
    witnesses: ['kubelet/proxied'],
  },
  {
    row: 'the one look: it knows us, so that the 401 is of the kubelet',
    facts: [...base(), me('alice'), answered(401, 'Unauthorized')],
    expect: { cause: 'apiserver-unknown-at-kubelet' },
    witnesses: ['kubelet/second-sight'],
  },
  { row: 'the one look: the 401 may be for us', facts: [...base(), answered(401, 'Unauthorized')], expect: 'not-applicable' },
  {
    row: 'no agent is connected to the tunnel',
    facts: [...seenFrom, unreached('error trying to reach service: No agent available')],
    expect: { cause: 'control-plane-tunnel-down', certainty: 'proven', severity: 'degrades' },
    witnesses: ['kubelet/proxied'],
  },
  {
    row: 'the server of the tunnel is not there',
    facts: [
      ...base(),
      sight(
        'unknown',
        'node-proxy',
        'error trying to reach service: rpc error: dial unix /etc/kubernetes/konnectivity-server/konnectivity-server.socket: connect: no such file or directory',
      ),
    ],
    expect: { cause: 'control-plane-tunnel-down', certainty: 'proven' },
    witnesses: ['kubelet/second-sight'],
    says: /does not reach its own tunnel/,
  },
  {
    row: 'the tunnel of k3s and RKE2 ends with a status: the kubelet may refuse behind it',
    facts: [
      ...base(),
      sight(
        'unknown',
        'node-proxy',
        'error trying to reach service: proxy error from 127.0.0.1:9345 while dialing 10.0.0.7:10250, code 502: 502 Bad Gateway',
      ),
    ],
    expect: { cause: 'control-plane-tunnel-down', certainty: 'suspected' },
    says: /fails with status 502/,
  },
]);
