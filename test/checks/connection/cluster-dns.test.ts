import { clusterDns } from '../../../src/checks/connection/cluster-dns/check.js';
import type { AnyFact, Candidate, DnsAnswer, Place } from '../../../src/model/facts.js';
import { fact, failed, handshake, inPod, pending } from '../facts.js';
import { judgeTable } from '../table.js';

const NAME = 'kubernetes.default.svc';
const SERVICE = '10.96.0.1:443';
const world = (change: Partial<Place>, ...candidates: Candidate[]): AnyFact[] => [
  inPod({ namespace: 'datadog', ...change }),
  fact('self/settings', []),
  fact('apiserver/candidates', candidates),
];
const service: Candidate = { host: '10.96.0.1', port: 443, origin: 'service-environment', source: 'KUBERNETES_SERVICE_HOST' };
const at = (host: string): Candidate => ({ host, port: 6443, origin: 'setting', source: '~/.kube/config' });
const laptop: Partial<Place> = { place: 'workstation', vantage: 'workstation' };
const answer = (change: Partial<DnsAnswer> = {}): DnsAnswer => ({
  addresses: [],
  from: 'dns',
  asked: [NAME],
  nameservers: ['10.96.0.10'],
  ...change,
});
const fails = (code: string, name = NAME, data: DnsAnswer | undefined = answer()) => failed('apiserver/dns', name, code, data, 4000);
const up = fact('apiserver/tls', handshake(), SERVICE);
const searched = answer({ asked: [`${NAME}.datadog.svc.cluster.local`, `${NAME}.svc.cluster.local`, `${NAME}.cluster.local`, NAME] });

judgeTable(clusterDns, [
  {
    row: 'resolves',
    facts: [...world({}, service), fact('apiserver/dns', answer({ addresses: [{ address: '10.96.0.1', family: 4 }] }), NAME)],
    expect: 'pass',
  },
  { row: 'workstation, by IP', facts: world(laptop, at('10.0.0.5')), expect: 'not-applicable' },
  { row: 'nothing known', facts: world(laptop), expect: 'cannot-tell' },
  { row: 'not looked up', facts: world({}, service), expect: 'cannot-tell' },
  {
    row: 'waiting, and addressed by name: the service address is asked meanwhile',
    facts: [...world({}, at(NAME), service), pending('apiserver/dns', NAME)],
    expect: 'cannot-tell',
    wants: ['apiserver/tls'],
  },
  {
    row: 'DNS dead, the service address answers: degrades',
    facts: [...world({}, service), fails('ETIMEOUT'), up],
    expect: { cause: 'cluster-dns-fails', certainty: 'proven', severity: 'degrades' },
    witnesses: ['apiserver/dns', 'apiserver/tls'],
    says: /ETIMEOUT.*10\.96\.0\.10.*answers without DNS.*k8s-app=kube-dns/,
  },
  {
    row: 'asked twice, and no question was answered',
    witnesses: ['apiserver/dns', 'apiserver/tls'],
    facts: [...world({}, service), fails('ETIMEOUT', NAME, answer({ questions: { asked: 4, answered: 0 } })), up],
    expect: { cause: 'cluster-dns-fails', certainty: 'proven', severity: 'degrades' },
    says: /4 of 4 questions unanswered/,
  },
  {
    row: 'one question was answered, the other was not: perhaps a packet was lost',
    facts: [...world({}, service), fails('ETIMEOUT', NAME, answer({ questions: { asked: 3, answered: 1 } })), up],
    expect: { cause: 'cluster-dns-fails', certainty: 'suspected', severity: 'degrades' },
    says: /2 of 3 questions unanswered/,
  },
  {
    row: 'DNS dead, the service address too',
    facts: [...world({}, service), fails('ECONNREFUSED'), failed('apiserver/tls', SERVICE, 'ETIMEDOUT')],
    expect: { cause: 'cluster-dns-fails', severity: 'degrades' },
    says: /also fails: ETIMEDOUT/,
  },
  {
    row: 'DNS dead, addressed by name: blocks',
    facts: [...world({}, at(NAME), service), fails('ESERVFAIL')],
    expect: { cause: 'cluster-dns-fails', severity: 'blocks' },
    witnesses: ['apiserver/dns'],
    wants: ['apiserver/tls'],
  },
  {
    row: 'DNS dead in a pod that dials a name of its own: still cluster DNS',
    facts: [...world({}, at('api.example.com')), fails('ETIMEOUT', 'api.example.com'), fails('ETIMEOUT')],
    expect: { cause: 'cluster-dns-fails', severity: 'blocks' },
  },
  {
    row: 'pod without cluster DNS',
    facts: [...world({}, service), fails('ENOTFOUND')],
    expect: { cause: 'cluster-dns-fails', severity: 'degrades' },
    witnesses: ['apiserver/dns'],
    says: /dnsPolicy: ClusterFirst\\n/,
  },
  {
    row: 'cluster DNS that does not know the apiserver',
    facts: [...world({}, service), fails('ENOTFOUND', NAME, searched)],
    expect: { cause: 'cluster-dns-fails' },
    witnesses: ['apiserver/dns'],
    neverSays: /dnsPolicy: ClusterFirst/,
  },
  {
    row: "host network with the node's resolver",
    facts: [...world({ vantage: 'host-network' }, service), fails('ENOTFOUND', NAME, answer({ nameservers: ['192.168.1.1'] }))],
    expect: { cause: 'host-network-without-cluster-dns', certainty: 'proven', severity: 'degrades' },
    witnesses: ['apiserver/dns'],
    says: /dnsPolicy: ClusterFirstWithHostNet/,
  },
  ...(['ESERVFAIL', 'EREFUSED', 'ENOTFOUND'] as const).map((code) => ({
    row: `host network with systemd-resolved, which says ${code}: by design`,
    facts: [...world({ vantage: 'host-network' }, service), fails(code, NAME, answer({ nameservers: ['127.0.0.53'] }))],
    expect: { cause: 'host-network-without-cluster-dns', certainty: 'proven' as const, severity: 'degrades' as const },
    witnesses: ['apiserver/dns' as const],
  })),
  {
    row: 'host network with a silent resolver of the node: no word about cluster DNS',
    facts: [...world({ vantage: 'host-network' }, service), fails('ETIMEOUT', NAME, answer({ nameservers: ['127.0.0.53'] }))],
    expect: { cause: 'host-network-without-cluster-dns', certainty: 'suspected' },
  },
  {
    row: "host network, a name of one's own, and the node's resolver fails for it: not cluster DNS",
    facts: [
      ...world({ vantage: 'host-network' }, at('api.private.example')),
      fails('ESERVFAIL', 'api.private.example', answer({ asked: ['api.private.example'], nameservers: ['127.0.0.53'] })),
      fails('ESERVFAIL', NAME, answer({ nameservers: ['127.0.0.53'] })),
    ],
    expect: { cause: 'apiserver-name-does-not-resolve' },
    witnesses: ['apiserver/dns'],
  },
  {
    row: 'host network, addressed by name: blocks',
    facts: [...world({ vantage: 'host-network' }, at(NAME)), fails('ENOTFOUND')],
    expect: { cause: 'host-network-without-cluster-dns', severity: 'blocks' },
    witnesses: ['apiserver/dns'],
  },
  {
    row: 'host network, what was asked is unknown: suspected',
    facts: [...world({ vantage: 'host-network' }, service), failed('apiserver/dns', NAME, 'ENOTFOUND')],
    expect: { cause: 'host-network-without-cluster-dns', certainty: 'suspected' },
  },
  {
    row: "host network with the cluster's search list: cluster DNS itself",
    facts: [...world({ vantage: 'host-network' }, service), fails('ENOTFOUND', NAME, searched)],
    expect: { cause: 'cluster-dns-fails' },
    witnesses: ['apiserver/dns'],
  },
  {
    row: "kubectl debug node: not the agent's resolver",
    facts: [...world({ place: 'debug-pod', vantage: 'host-network' }, service), fails('ENOTFOUND')],
    expect: 'not-applicable',
  },
  {
    row: 'the same where that resolver is dead',
    facts: [...world({ place: 'debug-pod', vantage: 'host-network' }, service), fails('ECONNREFUSED')],
    expect: 'not-applicable',
  },
  {
    row: "an agent's process from a node's shell: not the agent's resolver either",
    facts: [
      ...world(
        { place: 'agent-pod', vantage: 'host-network', agentProcess: { pid: 7, program: 'agent', beside: 'node', network: 'other' } },
        service,
      ),
      fails('ENOTFOUND'),
    ],
    expect: 'not-applicable',
  },
  {
    row: 'workstation without VPN',
    facts: [...world(laptop, at('api.private.example')), fails('ENOTFOUND', 'api.private.example')],
    expect: { cause: 'apiserver-name-does-not-resolve', severity: 'blocks' },
    witnesses: ['apiserver/dns'],
    says: /getent hosts api\.private\.example/,
  },
  {
    row: 'a cluster name outside a pod',
    facts: [...world({ place: 'node', vantage: 'host-network' }, at(NAME)), fails('ENOTFOUND')],
    expect: { cause: 'apiserver-name-does-not-resolve' },
    witnesses: ['apiserver/dns'],
  },
  {
    row: 'a name that is no name makes no command',
    facts: [...world(laptop, at('a;id')), fails('ETIMEOUT', 'a;id')],
    expect: { cause: 'apiserver-name-does-not-resolve' },
    neverSays: /getent/,
  },
]);
