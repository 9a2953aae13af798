import { kubeletAddress } from '../../../src/checks/settings/kubelet-address/check.js';
import type { AnyFact, Candidate, NodeObject } from '../../../src/model/facts.js';
import { ownAgent, settings as writtenAs } from '../configurations.js';
import { certificate, ENDPOINT, fact, failed, handshake, inPod, nodeObject, pending } from '../facts.js';
import { answer } from '../kubelet-answers.js';
import { judgeTable } from '../table.js';

const settings = (values: Record<string, string> = {}): AnyFact =>
  fact(
    'self/settings',
    Object.entries(values).map(([setting, value]) => ({ setting, value, origin: 'agent environment' as const, source: `DD_${setting}` })),
  );
const at = (host: string, origin: Candidate['origin'] = 'setting'): AnyFact =>
  fact('kubelet/candidates', [{ host, port: 10250, origin, source: origin === 'setting' ? 'DD_KUBERNETES_KUBELET_HOST' : 'Node n1' }]);
/** A node that gives its name as an address, too. */
const node = (change: Partial<NodeObject> = {}): AnyFact =>
  nodeObject({
    addresses: [
      { type: 'InternalIP', address: '10.0.0.7' },
      { type: 'Hostname', address: 'n1' },
    ],
    ...change,
  });
const named = (host: string, ...addresses: string[]): AnyFact =>
  fact(
    'kubelet/dns',
    { addresses: addresses.map((address) => ({ address, family: 4 as const })), from: 'dns', asked: [host], nameservers: [] },
    host,
  );
const silent = (endpoint: string): AnyFact => failed('kubelet/tcp', endpoint, 'ETIMEDOUT');
const agent = [inPod(), settings()];

/** All that is left to the agent is its read-only port, and what that says. */
const PLAIN = { 'kubelet.host': '10.0.0.7', 'kubelet.port': '0', 'kubelet.httpPort': '10255' };
const plain = (kubelet: 'refused' | 'timeout' | 'answers'): AnyFact => {
  const [status, said] = kubelet === 'answers' ? [200, 'ok'] : [0, kubelet === 'refused' ? 'ECONNREFUSED' : 'ETIMEDOUT'];
  return fact('kubelet/second-sight', { by: 'read-only-port', status, said, kubelet }, 'read-only-port');
};
const alone = (kubelet?: Parameters<typeof plain>[0], change: Partial<NodeObject> = {}): AnyFact[] => [
  inPod(),
  settings(PLAIN),
  at('10.0.0.7', 'node-object'),
  node(change),
  ...(kubelet ? [plain(kubelet)] : []),
];

const THERE = '10.0.0.8:10250';
/** A handshake at another address, with a certificate of the cluster's signer, or of something that names no node. */
const shown = (node: string | undefined, endpoint = THERE, fingerprint = 'bb', change: Parameters<typeof handshake>[0] = {}): AnyFact => {
  const address = endpoint.replace(/:.*/, '');
  const leaf = node
    ? certificate({ subject: `O=system:nodes, CN=system:node:${node}`, names: [`DNS:${node}`, `IP:${address}`], fingerprint })
    : certificate({ subject: 'CN=kubelet', names: [`IP:${address}`], fingerprint });
  return fact('kubelet/tls', handshake({ chain: [leaf], ...change }), endpoint);
};
const token = (claims: string | undefined): AnyFact =>
  fact(
    'kubelet/credential',
    { as: 'token', source: '/run/token', token: { audiences: [], legacy: false, ...(claims && { node: claims }) } },
    'token',
  );
const pods = (onNode: string): AnyFact =>
  answer('token', '/pods', 200, '', { payload: { recognised: 'pod-list', node: onNode, items: 3 } });
const says = (setting: string, value: string, origin: 'flag' | 'agent environment', source: string) => ({ setting, value, origin, source });
const set = (...some: ReturnType<typeof says>[]): AnyFact => fact('self/settings', some);
const ownName = says('node', 'n1', 'agent environment', 'DD_KUBERNETES_KUBELET_NODENAME');
const byNode = says('node', 'n2', 'flag', '--node');
const byHost = says('kubelet.host', '10.0.0.8', 'flag', '--kubelet-host');
const another = { cause: 'kubelet-host-not-a-node', certainty: 'proven', severity: 'blocks' } as const;

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
    facts: [inPod({ gateways: ['10.0.0.7'] }), settings(), at('10.0.0.7'), fact('kubelet/tls', handshake(), ENDPOINT)],
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
    witnesses: ['kubelet/candidates'],
    says: /fieldPath: status\.hostIP.*DD_KUBERNETES_KUBELET_HOST=10\.0\.0\.7"/,
  },
  {
    row: 'unset, for what names it is misspelt, or empty',
    facts: [...agent, fact('kubelet/candidates', []), ownAgent(writtenAs('DD_KUBELET_HOST=10.0.0.7', 'DD_KUBERNETES_KUBELET_HOST='))],
    expect: { cause: 'kubelet-host-unset' },
    witnesses: ['kubelet/candidates'],
    says: /"explainedBy":\["agent-setting-misspelt","agent-setting-empty"\]/,
  },
  {
    row: 'unset, and nothing else is known',
    facts: [...agent, fact('kubelet/candidates', [])],
    expect: { cause: 'kubelet-host-unset' },
    witnesses: ['kubelet/candidates'],
    says: /fieldPath: status\.hostIP/,
    neverSays: /KUBELET_HOST=/,
  },
  {
    row: 'unset in a pod whose environment shows no agent, and no address at all',
    facts: [inPod({ place: 'pod', agentEnvironment: false }), settings(), fact('kubelet/candidates', [])],
    expect: { cause: 'kubelet-host-unset' },
    witnesses: ['kubelet/candidates'],
  },
  {
    row: "an ephemeral container was never told: its own environment is not the agent's",
    facts: [inPod({ place: 'pod', agentEnvironment: false, noToken: true }), settings(), fact('kubelet/candidates', [])],
    expect: 'cannot-tell',
  },
  {
    row: 'a debug pod was never told: what was found is used',
    facts: [inPod({ place: 'debug-pod', agentEnvironment: false }), settings(), at('10.0.0.7', 'node-object')],
    expect: 'not-applicable',
  },
  {
    row: 'only HTTPS 0, and the read-only port was not asked yet',
    facts: alone(),
    expect: 'cannot-tell',
    wants: ['kubelet/second-sight'],
    says: /curl -sS -m 4 http:\/\/10\.0\.0\.7:10255\/healthz/,
  },
  {
    row: 'only HTTPS 0, and the read-only port is closed',
    facts: alone('refused'),
    expect: { cause: 'agent-plain-port-closed', certainty: 'proven', severity: 'blocks' },
    witnesses: ['kubelet/second-sight', 'self/settings'],
    says: /10\.0\.0\.7:10255 is closed.*DD_KUBERNETES_HTTPS_KUBELET_PORT=10250/,
    neverSays: /USE_API_SERVER/,
  },
  {
    row: 'only HTTPS 0, and the read-only port is silent',
    facts: alone('timeout'),
    expect: { cause: 'agent-plain-port-closed', certainty: 'suspected', severity: 'blocks' },
  },
  { row: 'only HTTPS 0, and the read-only port is open: the agent lives on it', facts: alone('answers'), expect: 'not-applicable' },
  {
    row: 'only HTTPS 0 on GKE Autopilot: the pod list from the apiserver, too',
    facts: alone('refused', { platform: 'GKE Autopilot' }),
    expect: { cause: 'agent-plain-port-closed' },
    witnesses: ['kubelet/second-sight', 'self/settings'],
    says: /HTTPS_KUBELET_PORT=10250\\nDD_KUBELET_USE_API_SERVER=true/,
  },
  {
    row: "told a host, and to use plain HTTP only, in a place that is not the agent's",
    facts: [inPod({ place: 'debug-pod', agentEnvironment: false }), settings(PLAIN), fact('kubelet/candidates', [])],
    expect: 'not-applicable',
  },
  {
    row: 'Fargate: no kubelet to dial',
    facts: [inPod(), settings({ 'agent.eksFargate': 'true' }), fact('kubelet/candidates', [])],
    expect: 'not-applicable',
  },
  {
    row: 'a workstation with no node named',
    facts: [inPod({ place: 'workstation', vantage: 'workstation', agentEnvironment: false }), settings(), fact('kubelet/candidates', [])],
    expect: 'cannot-tell',
    wants: ['kubelet/candidates'],
  },
  {
    row: "Calico's gateway, which is not even dialled",
    facts: [...agent, at('169.254.1.1')],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'proven' },
    witnesses: ['kubelet/candidates'],
    says: /the CNI's gateway/,
  },
  {
    row: 'a metadata address, in another spelling',
    facts: [...agent, at('::ffff:a9fe:a9fe')],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'proven' },
    witnesses: ['kubelet/candidates'],
    says: /::ffff:a9fe:a9fe:10250 is a cloud metadata address, not a node.*fieldPath: status\.hostIP/,
  },
  {
    row: 'a name of a metadata address, by all it resolves to',
    facts: [...agent, at('meta.example'), named('meta.example', '169.254.169.254', '169.254.170.2')],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'proven' },
    witnesses: ['kubelet/candidates', 'kubelet/dns'],
    says: /meta\.example is 169\.254\.169\.254/,
  },
  {
    row: 'a name that has a good address as well',
    facts: [...agent, at('meta.example'), named('meta.example', '169.254.169.254', '10.0.0.7'), node()],
    expect: 'pass',
  },
  {
    row: 'a link-local address',
    facts: [...agent, at('169.254.20.10')],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'proven' },
    witnesses: ['kubelet/candidates'],
    says: /is a link-local address, not a node/,
  },
  {
    row: 'an address of nowhere',
    facts: [...agent, at('0.0.0.0')],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'proven' },
    witnesses: ['kubelet/candidates'],
    says: /is an address that no node has/,
  },
  {
    row: "by the Node object itself: its kubelet's setting is what is wrong",
    facts: [...agent, at('fd00:0ec2::254', 'node-object'), node({ addresses: [{ type: 'InternalIP', address: 'fd00:0ec2::254' }] })],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'proven' },
    witnesses: ['kubelet/candidates'],
    says: /Set the --node-ip of the kubelet of n1/,
    neverSays: /KUBELET_HOST=/,
  },
  {
    row: "Calico's gateway, silent: proven without the Node object",
    facts: [...agent, at('169.254.1.1'), silent('169.254.1.1:10250')],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'proven' },
    witnesses: ['kubelet/candidates', 'kubelet/tcp'],
    says: /169\.254\.1\.1:10250 is the CNI's gateway, not the node.*fieldPath: status\.hostIP/,
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
      inPod({ gateways: ['10.2.0.1'] }),
      settings(),
      at('10.2.0.1'),
      silent('10.2.0.1:10250'),
      node(),
      fact('kubelet/tls', handshake(), ENDPOINT),
    ],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'proven' },
    witnesses: ['apiserver/node', 'kubelet/tcp'],
    says: /gateway of this network.*a kubelet answers at 10\.0\.0\.7:10250.*DD_KUBERNETES_KUBELET_HOST=10\.0\.0\.7"/,
  },
  {
    row: 'a gateway that refuses may be the bridge of a node whose kubelet is down',
    facts: [inPod({ gateways: ['10.2.0.1'] }), settings(), at('10.2.0.1'), failed('kubelet/tcp', '10.2.0.1:10250', 'ECONNREFUSED')],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'suspected' },
    wants: ['apiserver/node'],
    says: /kubectl get nodes -o wide/,
  },
  {
    row: "a pod's gateway that is silent may be the bridge of a node with a firewall",
    facts: [
      inPod({ gateways: ['10.2.0.1'], vantage: 'pod-network' }),
      settings(),
      at('10.2.0.1'),
      failed('kubelet/tcp', '10.2.0.1:10250', 'ETIMEDOUT'),
    ],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'suspected' },
    says: /kubelet-connect-timeout/,
  },
  {
    row: 'another machine by the Node object: perhaps an address that is not listed, until its own answers',
    facts: [...agent, at('10.9.9.9'), node(), silent('10.9.9.9:10250')],
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'suspected' },
    wants: ['kubelet/tls'],
    says: /10\.9\.9\.9:10250 is not an address of node n1/,
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
    expect: { cause: 'kubelet-host-not-a-node', certainty: 'suspected' },
  },
  {
    row: 'silent, no gateway, Node unreadable: says who can tell',
    facts: [inPod(), settings({ node: 'n1' }), at('10.9.9.9'), silent('10.9.9.9:10250')],
    expect: 'cannot-tell',
    wants: ['apiserver/node'],
    says: /kubectl get node n1 -o wide/,
  },
  {
    row: 'the same without a usable name',
    facts: [inPod(), settings({ node: '$(id)' }), at('10.9.9.9'), silent('10.9.9.9:10250')],
    expect: 'cannot-tell',
    says: /kubectl get nodes -o wide/,
  },
  {
    row: 'both ports 0',
    facts: [inPod(), settings({ 'kubelet.port': '0', 'kubelet.httpPort': '0' }), at('10.0.0.7')],
    expect: { cause: 'agent-ports-both-disabled', severity: 'blocks' },
    witnesses: ['self/settings'],
    says: /DD_KUBERNETES_HTTPS_KUBELET_PORT=10250/,
  },
  {
    row: 'only HTTPS 0: the agent still has a way',
    facts: [inPod(), settings({ 'kubelet.port': '0', 'kubelet.httpPort': '10255' }), at('10.0.0.7'), node()],
    expect: 'pass',
  },
  {
    row: "another node's kubelet answers: its certificate alone says so",
    facts: [inPod(), set(ownName), at('10.0.0.8'), shown('n2')],
    expect: another,
    witnesses: ['self/settings', 'kubelet/tls'],
    says: /belongs to node n2, not n1.*DD_KUBERNETES_KUBELET_NODENAME names node n1.*CN=system:node:n2.*status\.hostIP/,
  },
  {
    row: 'its pods alone say so',
    facts: [inPod(), set(ownName), at('10.0.0.8'), shown(undefined), pods('n2')],
    expect: another,
    witnesses: ['self/settings', 'kubelet/http'],
    says: /GET \/pods: the kubelet of node n2 answers/,
  },
  {
    row: 'the token alone says where the agent is, whatever its settings say',
    facts: [inPod(), set({ ...ownName, value: 'n2' }), token('n1'), at('10.0.0.8'), shown('n2'), node({ node: 'n2' })],
    expect: another,
    witnesses: ['kubelet/credential', 'kubelet/tls'],
    says: /node n2, not n1.*belongs to a pod on node n1/,
    neverSays: /KUBELET_HOST=|Node n2 has/,
  },
  {
    row: 'the apiserver alone knows where we are',
    facts: [
      ...agent,
      fact('apiserver/identity', { user: 'system:serviceaccount:datadog:agent', groups: [], by: 'review', node: 'n1' }),
      at('10.0.0.8'),
      shown('n2'),
    ],
    expect: another,
    witnesses: ['apiserver/identity', 'kubelet/tls'],
    says: /identifies us as a pod on node n1/,
  },
  {
    row: 'the addresses alone: none of the Node, and another certificate is shown there',
    facts: [...agent, token('n1'), at('10.0.0.8'), shown(undefined), node(), shown(undefined, ENDPOINT, 'aa')],
    expect: another,
    witnesses: ['kubelet/credential', 'kubelet/tls', 'kubelet/tls'],
    says: /does not belong to node n1.*SHA-256 bb.*SHA-256 aa.*DD_KUBERNETES_KUBELET_HOST=10\.0\.0\.7"/,
  },
  {
    row: "a second interface: none of the Node's addresses, and the same certificate is shown there",
    facts: [...agent, token('n1'), at('10.0.0.8'), shown(undefined), node(), shown(undefined, ENDPOINT, 'bb')],
    expect: 'pass',
  },
  {
    row: "before the Node's own address has answered",
    facts: [...agent, token('n1'), at('10.0.0.8'), shown(undefined), node()],
    expect: 'cannot-tell',
    wants: ['kubelet/tls'],
    says: /10\.0\.0\.8 is not an address of node n1/,
  },
  {
    row: "the Node's own address does not answer here: nothing to compare with",
    facts: [...agent, token('n1'), at('10.0.0.8'), shown(undefined), node(), silent(ENDPOINT)],
    expect: 'pass',
  },
  {
    row: 'a certificate that nobody vouches for is no proof',
    facts: [...agent, token('n1'), at('10.0.0.8'), shown('n2', THERE, 'bb', { trusted: false })],
    expect: { ...another, certainty: 'suspected' },
    says: /kubelet-certificate-unknown-authority/,
  },
  {
    row: 'a token that is refused says nothing of the node: it may be a copy, or of a pod that is gone',
    facts: [...agent, token('n1'), at('10.0.0.8'), shown('n2'), answer('token', '/pods', 401, 'Unauthorized')],
    expect: 'pass',
  },
  {
    row: 'what a kubelet says of itself goes before a certificate that was copied to every node',
    facts: [...agent, token('n1'), at('10.0.0.8'), shown('n2'), pods('n1')],
    expect: 'pass',
  },
  {
    row: 'a certificate that names this node, too',
    facts: [
      ...agent,
      token('n1'),
      at('10.0.0.8'),
      fact('kubelet/tls', handshake({ chain: [certificate({ subject: 'CN=system:node:n2', names: ['DNS:n2', 'DNS:n1.lab'] })] }), THERE),
    ],
    expect: 'pass',
  },
  {
    row: 'a certificate for any name',
    facts: [
      ...agent,
      token('n1'),
      at('10.0.0.8'),
      fact('kubelet/tls', handshake({ chain: [certificate({ subject: 'CN=system:node:any', names: ['DNS:*.lab'] })] }), THERE),
    ],
    expect: 'pass',
  },
  {
    row: "the Node's own address, whose certificate is another's",
    facts: [...agent, token('n1'), at('10.0.0.7'), node(), shown('n2', ENDPOINT)],
    // The node may have been renamed, and its certificate be of before: no proof.
    expect: { ...another, certainty: 'suspected' },
    says: /Find the proxy or NAT in between/,
    neverSays: /status\.hostIP/,
  },
  {
    row: "no setting names an address: the Node's own is answered by another's kubelet",
    facts: [inPod(), set(byNode), at('10.0.0.7', 'node-object'), node({ node: 'n2' }), pods('n3')],
    expect: another,
    witnesses: ['self/settings', 'kubelet/http'],
    says: /belongs to node n3, not n2.*Find the proxy or NAT in between/s,
    neverSays: /status\.hostIP/,
  },
  {
    row: 'nothing but the machine says which node is meant',
    facts: [inPod({ node: 'n1' }), set(), at('10.0.0.7', 'loopback'), pods('n2')],
    expect: another,
    witnesses: ['self/place', 'kubelet/http'],
    says: /this machine is node n1/,
  },
  { row: 'nothing says which node is meant', facts: [...agent, token(undefined), at('10.0.0.8'), shown('n2'), pods('n2')], expect: 'pass' },
  {
    row: 'an address that was named by flag is asked on purpose',
    facts: [inPod(), set(byHost), token('n1'), at('10.0.0.8'), shown('n2'), pods('n2')],
    expect: 'pass',
  },
  {
    row: 'a token that was brought along may be of any pod',
    facts: [inPod(), set(says('kubelet.token', '/t', 'flag', '--token-file')), token('n1'), at('10.0.0.8'), shown('n2')],
    expect: 'pass',
  },
  {
    row: 'the address that was named is not of the node that was named',
    facts: [inPod(), set(byHost, { ...byNode, value: 'n1' }), at('10.0.0.8'), shown('n2')],
    expect: another,
    witnesses: ['self/settings', 'kubelet/tls'],
    says: /--node names n1.*Drop --kubelet-host.*kubectl get node n1 -o wide/,
    neverSays: /status\.hostIP/,
  },
  {
    row: "a node was named, and the agent's own settings lead to another's kubelet",
    facts: [inPod(), set({ ...byNode, value: 'n1' }), at('10.0.0.8'), shown('n2')],
    expect: another,
    witnesses: ['self/settings', 'kubelet/tls'],
    says: /Drop --node/,
  },
  {
    row: 'on a node, another one is asked about, and its address is not known',
    facts: [inPod({ place: 'node', node: 'n1', agentEnvironment: false }), set(byNode), fact('kubelet/candidates', [])],
    expect: 'cannot-tell',
    wants: ['apiserver/node'],
    says: /this is n1, not n2.*manifest debug --node n2/,
  },
  {
    row: "in the agent's pod another one is asked about: its address is not the agent's to know",
    facts: [inPod({ node: 'n1' }), set(byNode), at('10.0.0.8', 'node-object'), shown('n2')],
    expect: 'not-applicable',
    says: /this machine is n1, not n2; the address of n2 comes from/,
  },
]);
