import { kubeletAddress } from '../../src/checks/kubelet-address.js';
import type { AnyFact, Candidate, NodeObject, Place } from '../../src/model/facts.js';
import { ownAgent, settings as writtenAs } from './configurations.js';
import { ENDPOINT, fact, failed, handshake, NOW, pending } from './facts.js';
import { judgeTable } from './table.js';

const place = (change: Partial<Place> = {}): AnyFact =>
  fact('self/place', {
    place: 'agent-pod',
    vantage: 'pod-network',
    hostName: 'agent-x',
    agentEnvironment: true,
    serviceEnvironment: true,
    renamedVariables: [],
    gateways: [],
    nowMs: NOW,
    ...change,
  });
const settings = (values: Record<string, string> = {}): AnyFact =>
  fact(
    'self/settings',
    Object.entries(values).map(([setting, value]) => ({ setting, value, origin: 'agent environment' as const, source: `DD_${setting}` })),
  );
const at = (host: string, origin: Candidate['origin'] = 'setting'): AnyFact =>
  fact('kubelet/candidates', [{ host, port: 10250, origin, source: origin === 'setting' ? 'DD_KUBERNETES_KUBELET_HOST' : 'Node n1' }]);
const node = (change: Partial<NodeObject> = {}): AnyFact =>
  fact(
    'apiserver/node',
    {
      node: 'n1',
      kubeletVersion: 'v1.36.2',
      kubeletPort: 10250,
      addresses: [
        { type: 'InternalIP', address: '10.0.0.7' },
        { type: 'Hostname', address: 'n1' },
      ],
      ready: 'True',
      ...change,
    },
    'n1',
  );
const named = (host: string, ...addresses: string[]): AnyFact =>
  fact(
    'kubelet/dns',
    { addresses: addresses.map((address) => ({ address, family: 4 as const })), from: 'dns', asked: [host], nameservers: [] },
    host,
  );
const silent = (endpoint: string): AnyFact => failed('kubelet/tcp', endpoint, 'ETIMEDOUT');
const agent = [place(), settings()];

judgeTable(kubeletAddress, [
  { row: "the node's own address", facts: [...agent, at('10.0.0.7'), node(), silent(ENDPOINT)], expect: 'pass' },
  { row: "the node's name, unresolved as yet", facts: [...agent, at('N1'), node()], expect: 'pass' },
  {
    row: "a name that resolves to the node's address",
    facts: [...agent, at('n1.example'), named('n1.example', '10.0.0.7'), node(), silent('n1.example:10250')],
    expect: 'pass',
  },
  {
    row: 'nothing is known of the Node, but the kubelet answers',
    facts: [...agent, at('10.0.0.7'), fact('kubelet/tls', handshake(), ENDPOINT)],
    expect: 'pass',
  },
  {
    row: 'a bridge gateway that is the node itself and answers',
    facts: [place({ gateways: ['10.0.0.7'] }), settings(), at('10.0.0.7'), fact('kubelet/tls', handshake(), ENDPOINT)],
    expect: 'pass',
  },
  {
    row: 'another address that sends a TLS alert: a server is there, the handshake check judges it',
    facts: [...agent, at('10.9.9.9'), node(), failed('kubelet/tls', '10.9.9.9:10250', 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR')],
    expect: 'pass',
  },
  {
    row: 'through a proxy: what fails is not the address',
    facts: [
      ...agent,
      at('10.9.9.9'),
      node(),
      fact('kubelet/proxy', { via: 'proxy', proxy: 'http://p:3128' }, '10.9.9.9:10250'),
      silent('10.9.9.9:10250'),
    ],
    expect: 'pass',
  },
  { row: 'before anything is known', facts: [], expect: 'cannot-tell' },
  { row: 'before the first attempt ends', facts: [...agent, at('10.9.9.9'), node()], expect: 'cannot-tell' },
  {
    row: 'unset, and the Node object names the address',
    facts: [...agent, at('10.0.0.7', 'node-object'), node()],
    expect: { cause: 'kubelet-host-unset', certainty: 'proven', severity: 'blocks' },
    says: /fieldPath: status\.hostIP.*DD_KUBERNETES_KUBELET_HOST=10\.0\.0\.7"/,
  },
  {
    row: 'unset, for what names it is misspelt, or empty',
    facts: [...agent, fact('kubelet/candidates', []), ownAgent(writtenAs('DD_KUBELET_HOST=10.0.0.7', 'DD_KUBERNETES_KUBELET_HOST='))],
    expect: { cause: 'kubelet-host-unset' },
    says: /"explainedBy":\["agent-setting-misspelt","agent-setting-empty"\]/,
  },
  {
    row: 'unset, and nothing else is known',
    facts: [...agent, fact('kubelet/candidates', [])],
    expect: { cause: 'kubelet-host-unset' },
    says: /fieldPath: status\.hostIP/,
    neverSays: /KUBELET_HOST=/,
  },
  {
    row: 'unset in a pod whose environment shows no agent, and no address at all',
    facts: [place({ place: 'pod', agentEnvironment: false }), settings(), fact('kubelet/candidates', [])],
    expect: { cause: 'kubelet-host-unset' },
  },
  {
    row: 'an ephemeral container was never told: its own environment is not the agent’s',
    facts: [place({ place: 'pod', agentEnvironment: false, noToken: true }), settings(), fact('kubelet/candidates', [])],
    expect: 'cannot-tell',
  },
  {
    row: 'a debug pod was never told: what was found is used',
    facts: [place({ place: 'debug-pod', agentEnvironment: false }), settings(), at('10.0.0.7', 'node-object')],
    expect: 'not-applicable',
  },
  {
    row: 'told a host, and to use plain HTTP only',
    facts: [
      place(),
      settings({ 'kubelet.host': '10.0.0.7', 'kubelet.port': '0', 'kubelet.httpPort': '10255' }),
      fact('kubelet/candidates', []),
    ],
    expect: 'not-applicable',
  },
  {
    row: 'Fargate: no kubelet to dial',
    facts: [place(), settings({ 'agent.eksFargate': 'true' }), fact('kubelet/candidates', [])],
    expect: 'not-applicable',
  },
  {
    row: 'a workstation with no node named',
    facts: [place({ place: 'workstation', vantage: 'workstation', agentEnvironment: false }), settings(), fact('kubelet/candidates', [])],
    expect: 'cannot-tell',
    wants: ['kubelet/candidates'],
  },
  {
    row: "Calico's gateway, silent: proven without the Node object",
    facts: [...agent, at('169.254.1.1'), silent('169.254.1.1:10250')],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'proven' },
    says: /169\.254\.1\.1 is the CNI's gateway, not a node: port 10250 never answers there.*fieldPath: status\.hostIP/,
    neverSays: /KUBELET_HOST=/,
  },
  {
    row: 'still silent: named already, and the right address is asked for',
    facts: [...agent, at('169.254.1.1'), pending('kubelet/tcp', '169.254.1.1:10250'), node()],
    expect: { cause: 'kubelet-host-not-a-node' },
    wants: ['kubelet/tls'],
    says: /"subject":"10\.0\.0\.7:10250"/,
  },
  {
    row: 'a gateway of this network; the kubelet answers at the right address',
    facts: [
      place({ gateways: ['10.2.0.1'] }),
      settings(),
      at('10.2.0.1'),
      silent('10.2.0.1:10250'),
      node(),
      fact('kubelet/tls', handshake(), ENDPOINT),
    ],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'proven' },
    says: /gateway of this network.*a kubelet answers at 10\.0\.0\.7:10250.*DD_KUBERNETES_KUBELET_HOST=10\.0\.0\.7"/,
  },
  {
    row: 'a gateway that refuses may be the bridge of a node whose kubelet is down',
    facts: [place({ gateways: ['10.2.0.1'] }), settings(), at('10.2.0.1'), failed('kubelet/tcp', '10.2.0.1:10250', 'ECONNREFUSED')],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'suspected' },
    wants: ['apiserver/node'],
    says: /kubectl get nodes -o wide/,
  },
  {
    row: "a pod's gateway that is silent may be the bridge of a node with a firewall",
    facts: [
      place({ gateways: ['10.2.0.1'], vantage: 'pod-network' }),
      settings(),
      at('10.2.0.1'),
      failed('kubelet/tcp', '10.2.0.1:10250', 'ETIMEDOUT'),
    ],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'suspected' },
    says: /kubelet-connect-timeout/,
  },
  {
    row: 'another machine: the Node object says so',
    facts: [...agent, at('10.9.9.9'), node(), silent('10.9.9.9:10250')],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'proven' },
    wants: ['kubelet/tls'],
    says: /10\.9\.9\.9 is not an address of node n1/,
  },
  {
    row: 'the right address fails as well: perhaps the kubelet is down and this was its second interface',
    facts: [...agent, at('10.9.9.9'), node(), silent('10.9.9.9:10250'), failed('kubelet/tls', ENDPOINT, 'ETIMEDOUT')],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'suspected' },
  },
  {
    row: 'a metadata address in the Node object is neither dialled nor offered',
    facts: [...agent, at('10.9.9.9'), node({ addresses: [{ type: 'InternalIP', address: '169.254.169.254' }] }), silent('10.9.9.9:10250')],
    expect: { cause: 'kubelet-host-not-a-node' },
    neverSays: /"subject":"169|KUBELET_HOST=/,
  },
  {
    row: 'an address that is none: no command is made of it',
    facts: [...agent, at('10.9.9.9'), node({ addresses: [{ type: 'InternalIP', address: '1; reboot' }] }), silent('10.9.9.9:10250')],
    expect: { cause: 'kubelet-host-not-a-node' },
    neverSays: /KUBELET_HOST=/,
  },
  {
    row: 'a node without a listed address',
    facts: [...agent, at('10.9.9.9'), node({ addresses: [] }), silent('10.9.9.9:10250')],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'proven' },
  },
  {
    row: 'silent, no gateway, Node unreadable: says who can tell',
    facts: [place(), settings({ node: 'n1' }), at('10.9.9.9'), silent('10.9.9.9:10250')],
    expect: 'cannot-tell',
    wants: ['apiserver/node'],
    says: /kubectl get node n1 -o wide/,
  },
  {
    row: 'the same without a usable name',
    facts: [place(), settings({ node: '$(id)' }), at('10.9.9.9'), silent('10.9.9.9:10250')],
    expect: 'cannot-tell',
    says: /kubectl get nodes -o wide/,
  },
  {
    row: 'both ports 0',
    facts: [place(), settings({ 'kubelet.port': '0', 'kubelet.httpPort': '0' }), at('10.0.0.7')],
    expect: { cause: 'agent-ports-both-disabled', severity: 'blocks' },
    says: /DD_KUBERNETES_HTTPS_KUBELET_PORT=10250/,
  },
  {
    row: 'only HTTPS 0: the agent still has a way',
    facts: [place(), settings({ 'kubelet.port': '0', 'kubelet.httpPort': '10255' }), at('10.0.0.7'), node()],
    expect: 'pass',
  },
]);
