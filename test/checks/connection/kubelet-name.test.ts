import { kubeletName } from '../../../src/checks/connection/kubelet-name.js';
import type { AnyFact, Candidate, DnsAnswer } from '../../../src/model/facts.js';
import { base, fact, failed, inPod, nodeObject, pending } from '../facts.js';
import { judgeTable } from '../table.js';

const HOST = 'n1.example';
const CLUSTER = 'kubernetes.default.svc';
const by = (host: string, origin: Candidate['origin'] = 'setting'): AnyFact =>
  fact('kubelet/candidates', [{ host, port: 10250, origin, source: 'DD_KUBERNETES_KUBELET_HOST' }]);
const agent = [inPod(), by(HOST)];
const answer: DnsAnswer = { addresses: [{ address: '10.0.0.7', family: 4 }], from: 'dns', asked: [HOST], nameservers: ['10.96.0.10'] };
const node = nodeObject();

judgeTable(kubeletName, [
  { row: 'no address', facts: [inPod(), fact('kubelet/candidates', [])], expect: 'cannot-tell' },
  { row: 'an IP', facts: base(), expect: 'pass' },
  { row: 'a name that resolves', facts: [...agent, fact('kubelet/dns', answer, HOST)], expect: 'pass' },
  { row: 'not asked yet', facts: agent, expect: 'cannot-tell' },
  {
    row: 'half a second without an answer',
    facts: [...agent, pending('kubelet/dns', HOST)],
    expect: 'cannot-tell',
    wants: ['apiserver/dns'],
  },
  {
    row: 'behind a proxy the proxy resolves it',
    facts: [
      ...agent,
      fact('kubelet/proxy', { via: 'proxy', proxy: 'http://p:3128' }, `${HOST}:10250`),
      failed('kubelet/dns', HOST, 'ENOTFOUND'),
    ],
    expect: 'not-applicable',
  },
  {
    row: 'no such name',
    facts: [...agent, failed('kubelet/dns', HOST, 'ENOTFOUND')],
    expect: { cause: 'node-name-does-not-resolve', certainty: 'proven', severity: 'blocks' },
    witnesses: ['kubelet/dns'],
    says: /no such name.*fieldPath: status\.hostIP/,
    neverSays: /KUBELET_HOST=/,
  },
  {
    row: 'no such name, and the Node object has an address',
    facts: [...agent, failed('kubelet/dns', HOST, 'ENOTFOUND'), node],
    expect: { cause: 'node-name-does-not-resolve' },
    witnesses: ['kubelet/dns'],
    says: /DD_KUBERNETES_KUBELET_HOST=10\.0\.0\.7"/,
  },
  {
    row: 'no answer, and other names get none either: perhaps the resolver',
    facts: [...agent, failed('kubelet/dns', HOST, 'ETIMEOUT'), failed('apiserver/dns', CLUSTER, 'ETIMEOUT')],
    expect: { cause: 'node-name-does-not-resolve', certainty: 'suspected' },
    wants: ['apiserver/dns'],
    says: /cluster-dns-fails.*the resolver does not work/,
  },
  {
    row: 'no answer for this name only',
    facts: [...agent, failed('kubelet/dns', HOST, 'ESERVFAIL'), fact('apiserver/dns', answer, CLUSTER)],
    expect: { cause: 'node-name-does-not-resolve', certainty: 'proven' },
    witnesses: ['kubelet/dns', 'apiserver/dns'],
    says: /DNS fails for the kubelet host n1.*ESERVFAIL/,
  },
  {
    row: 'a workstation need not know the nodes',
    facts: [
      inPod({ place: 'workstation', vantage: 'workstation', agentEnvironment: false }),
      by(HOST, 'node-object'),
      failed('kubelet/dns', HOST, 'ENOTFOUND'),
    ],
    expect: { cause: 'node-name-does-not-resolve', severity: 'note' },
    witnesses: ['kubelet/dns'],
  },
]);
