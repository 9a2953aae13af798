import { kubeletUnreachable } from '../../../src/checks/connection/kubelet-unreachable/check.js';
import type { AnyFact } from '../../../src/model/facts.js';
import { agent, settings } from '../configurations.js';
import { atNode, atWorkstation, base, ENDPOINT, fact, failed, inPod, lease, nodeObject, pending, sight } from '../facts.js';
import { nodeConfig, nodeProcess } from '../node-facts.js';
import { judgeTable } from '../table.js';

const tcp = (code: string, ms = 5, endpoint = ENDPOINT): AnyFact =>
  failed('kubelet/tcp', endpoint, code, { tries: [{ address: endpoint.replace(/:\d+$/, ''), port: 10250, result: code, ms }] }, ms);
const elsewhere = { addresses: [{ type: 'InternalIP', address: '10.0.0.8' }] };
const twoAddresses = {
  addresses: [
    { type: 'InternalIP', address: '10.0.0.7' },
    { type: 'InternalIP', address: '192.168.0.7' },
  ],
};
const candidate = fact('kubelet/candidates', [{ host: '10.0.0.7', port: 10250, origin: 'setting', source: 'DD_KUBERNETES_KUBELET_HOST' }]);
const onNode = [atNode(), fact('self/settings', []), candidate];
const named = base({ node: 'n1' });
const HTTPS = 'DD_KUBERNETES_HTTPS_KUBELET_PORT';
const PROXY_HEALTHZ = /kubectl get --raw \/api\/v1\/nodes\/n1\/proxy\/healthz/;

judgeTable(kubeletUnreachable, [
  {
    row: 'connected',
    facts: [...base(), fact('kubelet/tcp', { tries: [{ address: '10.0.0.7', port: 10250, result: 'connected', ms: 1 }] }, ENDPOINT)],
    expect: 'pass',
  },
  {
    row: 'one of two addresses does not answer: a note',
    facts: [
      ...base(),
      fact(
        'kubelet/tcp',
        {
          tries: [
            { address: 'fd00::7', port: 10250, result: 'ENETUNREACH', ms: 1 },
            { address: '10.0.0.7', port: 10250, result: 'connected', ms: 1 },
          ],
        },
        ENDPOINT,
      ),
    ],
    expect: 'pass',
    says: /fd00::7 \(ENETUNREACH\)/,
  },
  { row: 'no address', facts: [atNode(), fact('kubelet/candidates', [])], expect: 'cannot-tell' },
  { row: 'never tried', facts: base(), expect: 'cannot-tell' },
  {
    row: "from afar: the agent's settings name another port than the kubelet registered, though our own connection succeeds",
    facts: [
      atWorkstation(),
      agent(settings(`${HTTPS}=10260`)),
      nodeObject(),
      candidate,
      fact('kubelet/tcp', { tries: [{ address: '10.0.0.7', port: 10250, result: 'connected', ms: 1 }] }, ENDPOINT),
    ],
    expect: { cause: 'kubelet-port-differs', certainty: 'proven', severity: 'blocks' },
    witnesses: ['self/agent-configuration', 'apiserver/node'],
    says: /dials port 10260, but the kubelet registered port 10250.*set env daemonset\/datadog-agent -c agent DD_KUBERNETES_HTTPS_KUBELET_PORT=10250/,
  },
  ...(
    [
      ['the port is the registered one', [agent(settings(`${HTTPS}=10250`))]],
      ['of two agents one dials the registered one', [agent(settings(`${HTTPS}=10260`)), agent([], { name: 'DaemonSet datadog/other' })]],
      ['the port is off', [agent(settings(`${HTTPS}=0`))]],
      ['the port is no port', [agent(settings(`${HTTPS}=kubelet`))]],
      ['it comes from what nobody shows', [agent(settings(`${HTTPS}<ConfigMap a, key b`))]],
    ] as const
  ).map(([row, agents]) => ({
    row: `from afar: ${row}`,
    facts: [atWorkstation(), ...agents, nodeObject(), fact('kubelet/candidates', [])],
    expect: 'cannot-tell' as const,
  })),
  {
    row: "through a proxy, TCP is the proxy's",
    facts: [...base(), fact('kubelet/proxy', { via: 'proxy', proxy: 'http://p:3128' }, ENDPOINT), tcp('ECONNREFUSED')],
    expect: 'not-applicable',
  },
  {
    row: 'half a second without an answer: asks the second side meanwhile',
    facts: [...named, pending('kubelet/tcp', ENDPOINT)],
    expect: 'cannot-tell',
    wants: ['kubelet/second-sight', 'apiserver/lease', 'apiserver/node'],
    says: PROXY_HEALTHZ,
  },
  {
    row: 'silent, and nobody else to ask: never asserts one of the two',
    facts: [...named, tcp('ETIMEDOUT', 4000)],
    expect: { cause: 'kubelet-connect-timeout', certainty: 'suspected', severity: 'blocks' },
    wants: ['kubelet/second-sight', 'apiserver/lease', 'apiserver/node'],
    says: /node-address-dead.*: packet filter or dead node/,
  },
  {
    row: "silent, the node's name unknown: the command has a blank in it",
    facts: [...base({ node: 'n1; reboot' }), tcp('ETIMEDOUT', 4000)],
    expect: { cause: 'kubelet-connect-timeout', certainty: 'suspected' },
    says: /nodes\/NODE\/proxy/,
    neverSays: /reboot/,
  },
  {
    row: 'silent, our rights do not reach: as if not asked',
    facts: [...named, tcp('ETIMEDOUT', 4000), sight('unknown')],
    expect: { cause: 'kubelet-connect-timeout', certainty: 'suspected' },
    wants: ['kubelet/second-sight'],
  },
  {
    row: 'silent, but the apiserver reaches it at its own address: something drops our packets',
    facts: [...named, tcp('ETIMEDOUT', 4000), sight('answers'), nodeObject()],
    expect: { cause: 'kubelet-connect-timeout', certainty: 'proven' },
    witnesses: ['kubelet/tcp', 'kubelet/second-sight'],
    says: /packets to 10\.0\.0\.7:10250 are dropped.*Allow TCP 10250 from the pod network to 10\.0\.0\.7/,
  },
  {
    row: 'the apiserver gets as far as TLS: that is an answer',
    facts: [...named, tcp('ETIMEDOUT', 4000), sight('tls-failed'), nodeObject()],
    expect: { cause: 'kubelet-connect-timeout', certainty: 'proven' },
    witnesses: ['kubelet/tcp', 'kubelet/second-sight'],
  },
  {
    row: 'the apiserver reaches it, but whose address we dial is unknown',
    facts: [...named, tcp('ETIMEDOUT', 4000), sight('answers')],
    expect: { cause: 'kubelet-connect-timeout', certainty: 'suspected' },
    wants: ['apiserver/node'],
    says: /kubelet-host-not-a-node/,
    neverSays: /elsewhere/,
  },
  {
    row: 'silent for the apiserver too, yet it renewed its lease just now: a filter on the node',
    facts: [...named, tcp('ETIMEDOUT', 4000), sight('timeout'), lease(4), nodeObject()],
    expect: { cause: 'kubelet-connect-timeout', certainty: 'proven' },
    witnesses: ['kubelet/tcp', 'apiserver/lease'],
  },
  {
    row: 'silent, lease still holding but not renewed for half a minute',
    facts: [...named, tcp('ETIMEDOUT', 4000), lease(30), nodeObject()],
    expect: { cause: 'kubelet-connect-timeout', certainty: 'suspected' },
    says: /node-address-dead/,
  },
  {
    row: 'silent for both, and the lease ran out: the node',
    facts: [...named, tcp('ETIMEDOUT', 4000), sight('timeout'), lease(75), nodeObject({ ready: 'Unknown' })],
    expect: { cause: 'node-address-dead', certainty: 'proven' },
    witnesses: ['kubelet/second-sight', 'apiserver/lease'],
    says: /Node n1 at 10\.0\.0\.7 is down or cut off/,
    neverSays: /fieldRef/,
  },
  {
    row: 'silent, given up by the control plane, no node proxy',
    facts: [...named, tcp('ETIMEDOUT', 4000), nodeObject({ ready: 'Unknown' })],
    expect: { cause: 'node-address-dead', certainty: 'suspected' },
    says: PROXY_HEALTHZ,
  },
  {
    row: 'silent here, refused to the apiserver, lease out: the kubelet',
    facts: [...named, tcp('ETIMEDOUT', 4000), sight('refused'), lease(75), nodeObject()],
    expect: { cause: 'kubelet-down', certainty: 'proven' },
    witnesses: ['kubelet/second-sight', 'apiserver/lease'],
  },
  {
    row: 'silent here, refused to the apiserver, lease fresh',
    facts: [...named, tcp('ETIMEDOUT', 4000), sight('refused'), lease(5), nodeObject()],
    expect: { cause: 'kubelet-down', certainty: 'suspected' },
  },
  {
    row: "silent although 10248 on this node answers: only the node's own firewall is passed",
    facts: [...onNode, tcp('ETIMEDOUT', 4000), sight('answers', 'local-healthz'), nodeObject()],
    expect: { cause: 'kubelet-connect-timeout', certainty: 'proven' },
    witnesses: ['kubelet/tcp', 'kubelet/second-sight'],
    says: /"owner":"node","changes":"config","action":[^}]*\}?[^}]*Allow TCP 10250 in the firewall of n1/,
    neverSays: /"owner":"network"/,
  },
  {
    row: "another node's kubelet: this machine's 10248 says nothing of it",
    facts: [...onNode, tcp('ETIMEDOUT', 4000), sight('answers', 'local-healthz'), nodeObject({ node: 'n2' })],
    expect: { cause: 'kubelet-connect-timeout', certainty: 'suspected' },
    says: /"owner":"network".*Allow TCP 10250 from this machine to 10\.0\.0\.7/,
  },
  {
    row: 'refused, and nobody else to ask',
    facts: [...named, tcp('ECONNREFUSED')],
    expect: { cause: 'kubelet-down', certainty: 'suspected' },
    wants: ['kubelet/second-sight'],
    says: /kubelet-rejected-by-firewall/,
  },
  {
    row: 'refused to the apiserver too, and the lease ran out',
    facts: [...named, tcp('ECONNREFUSED'), sight('refused'), lease(75), nodeObject({ ready: 'Unknown' })],
    expect: { cause: 'kubelet-down', certainty: 'proven', severity: 'blocks' },
    witnesses: ['kubelet/second-sight', 'apiserver/lease'],
    says: /journalctl -u kubelet/,
  },
  {
    row: 'refused to both, lease not renewed in time but not out yet',
    facts: [...named, tcp('ECONNREFUSED'), sight('refused'), lease(25), nodeObject()],
    expect: { cause: 'kubelet-down', certainty: 'suspected' },
    says: /kubelet-server-disabled/,
  },
  {
    row: 'silent, and the Node says that it is a virtual one: nothing is to be opened',
    facts: [...named, tcp('ETIMEDOUT', 4000), lease(4), nodeObject({ standIn: 'virtual-kubelet', platform: 'AKS' })],
    expect: { cause: 'node-without-kubelet', certainty: 'proven', severity: 'blocks' },
    witnesses: ['apiserver/node', 'kubelet/tcp'],
    says: /label or taint of virtual-kubelet[\s\S]*NotIn/,
    neverSays: /Allow TCP/,
  },
  {
    row: 'refused, and the Node is a fake one of vCluster',
    facts: [...named, tcp('ECONNREFUSED'), nodeObject({ standIn: 'vcluster' })],
    expect: { cause: 'node-without-kubelet', certainty: 'proven', severity: 'blocks' },
    witnesses: ['apiserver/node', 'kubelet/tcp'],
    says: /host cluster/,
  },
  {
    row: 'a fake node of vCluster whose proxy answers the apiserver: a path that is closed',
    facts: [...named, tcp('ETIMEDOUT', 4000), sight('answers'), nodeObject({ standIn: 'vcluster' })],
    expect: { cause: 'kubelet-connect-timeout', certainty: 'proven' },
    witnesses: ['kubelet/tcp', 'kubelet/second-sight'],
  },
  {
    row: 'refused, no node proxy, lease out',
    facts: [...named, tcp('ECONNREFUSED'), lease(75), nodeObject()],
    expect: { cause: 'kubelet-down', certainty: 'proven' },
    witnesses: ['kubelet/tcp', 'apiserver/lease'],
  },
  {
    row: "refused, lease out, but the address may be another machine's",
    facts: [...named, tcp('ECONNREFUSED'), lease(75), nodeObject(elsewhere)],
    expect: 'not-applicable',
  },
  {
    row: 'on the node 10250 and 10248 both refuse, the apiserver is down too',
    facts: [...onNode, tcp('ECONNREFUSED'), sight('refused', 'local-healthz')],
    expect: { cause: 'kubelet-down', certainty: 'proven' },
    witnesses: ['kubelet/tcp', 'kubelet/second-sight'],
  },
  {
    row: 'on the node, nothing asked yet: 10248 is wanted',
    facts: [...onNode, tcp('ECONNREFUSED')],
    expect: { cause: 'kubelet-down', certainty: 'suspected' },
    says: /127\.0\.0\.1:10248\/healthz/,
  },
  {
    row: 'refused to both, lease renewed four seconds ago: it died just now, or has no server',
    facts: [...named, tcp('ECONNREFUSED'), sight('refused'), lease(4), nodeObject()],
    expect: { cause: 'kubelet-down', certainty: 'suspected' },
    wants: ['apiserver/lease'],
    says: /kubelet-server-disabled/,
  },
  {
    row: 'refused to both while 10248 answers',
    facts: [...onNode, tcp('ECONNREFUSED'), sight('refused'), sight('answers', 'local-healthz'), lease(4), nodeObject()],
    expect: { cause: 'kubelet-server-disabled', certainty: 'suspected' },
    says: /enableServer: true/,
  },
  {
    row: 'refused here while 10248 answers',
    facts: [...onNode, tcp('ECONNREFUSED'), sight('answers', 'local-healthz')],
    expect: { cause: 'kubelet-server-disabled', certainty: 'suspected' },
  },
  {
    row: 'refused here, the apiserver gets in: it may go by another address, to which the kubelet is bound',
    facts: [...named, tcp('ECONNREFUSED'), sight('answers'), nodeObject()],
    expect: { cause: 'kubelet-rejected-by-firewall', certainty: 'suspected' },
    says: /pgrep -xa kubelet; ss -ltn/,
  },
  {
    row: 'on the node: refused at the very address where the kubelet listens',
    facts: [...onNode, tcp('ECONNREFUSED'), nodeProcess({ listening: [{ address: '0.0.0.0', port: 10250 }] })],
    expect: { cause: 'kubelet-rejected-by-firewall', certainty: 'proven' },
    witnesses: ['self/kubelet-process', 'kubelet/tcp'],
  },
  {
    row: 'refused here, the apiserver gets in at one of two addresses',
    facts: [...named, tcp('ECONNREFUSED'), sight('answers'), nodeObject(twoAddresses)],
    expect: { cause: 'kubelet-rejected-by-firewall', certainty: 'suspected' },
    says: /kubelet-connection-refused/,
  },
  {
    row: 'refused here, and the kubelet is at another address',
    facts: [...named, tcp('ECONNREFUSED'), sight('answers'), nodeObject(elsewhere)],
    expect: 'not-applicable',
  },
  {
    row: 'refused here, alive, address unknown',
    facts: [...named, tcp('ECONNREFUSED'), sight('answers')],
    expect: { cause: 'kubelet-connection-refused', certainty: 'suspected' },
  },
  {
    row: 'refused here, alive by its lease only',
    facts: [...named, tcp('ECONNREFUSED'), lease(4)],
    expect: { cause: 'kubelet-connection-refused', certainty: 'suspected' },
  },
  {
    row: 'an ICMP prohibition, at once',
    facts: [...named, tcp('EHOSTUNREACH', 12)],
    expect: { cause: 'kubelet-rejected-by-firewall', certainty: 'suspected' },
  },
  {
    row: 'an ICMP prohibition for us alone, or a router on our way without a route',
    facts: [...named, tcp('EHOSTUNREACH', 12), sight('answers'), nodeObject()],
    expect: { cause: 'kubelet-rejected-by-firewall', certainty: 'suspected' },
  },
  {
    row: 'host unreachable at once and no sign of life: a router may remember',
    facts: [...named, tcp('EHOSTUNREACH', 12), lease(600), nodeObject()],
    expect: { cause: 'node-address-dead', certainty: 'suspected' },
  },
  {
    row: 'host unreachable after three seconds, and no heartbeat: nobody has the address',
    facts: [...named, tcp('EHOSTUNREACH', 3080), lease(600), nodeObject()],
    expect: { cause: 'node-address-dead', certainty: 'proven' },
    witnesses: ['kubelet/tcp', 'apiserver/lease'],
  },
  {
    row: 'host unreachable after three seconds: nobody has the address, by our own clock',
    facts: [...base(), tcp('EHOSTUNREACH', 3080)],
    expect: { cause: 'node-address-dead', certainty: 'suspected' },
    says: /No machine answers at 10\.0\.0\.7.*fieldPath: status\.hostIP/,
  },
  {
    row: 'the same, although the apiserver reaches it there: the way, not the node',
    facts: [...named, tcp('EHOSTUNREACH', 3080), sight('answers'), nodeObject()],
    expect: { cause: 'kubelet-no-route', certainty: 'suspected' },
  },
  {
    row: 'the socket may not connect',
    facts: [...base(), tcp('EPERM', 1)],
    expect: { cause: 'kubelet-rejected-by-firewall', certainty: 'proven' },
    witnesses: ['kubelet/tcp'],
  },
  { row: 'reset', facts: [...base(), tcp('ECONNRESET')], expect: { cause: 'kubelet-rejected-by-firewall', certainty: 'suspected' } },
  {
    row: 'network unreachable',
    facts: [...base(), tcp('ENETUNREACH', 0)],
    expect: { cause: 'kubelet-no-route', certainty: 'proven' },
    witnesses: ['kubelet/tcp'],
    says: /ip route get 10\.0\.0\.7/,
  },
  {
    row: 'the Node names another port: asked for, suspected meanwhile',
    facts: [...named, tcp('ECONNREFUSED'), nodeObject({ kubeletPort: 10350 })],
    expect: { cause: 'kubelet-port-differs', certainty: 'suspected' },
    wants: ['kubelet/tls'],
    says: /DD_KUBERNETES_HTTPS_KUBELET_PORT=10350/,
  },
  {
    row: 'the other port answers',
    facts: [
      ...named,
      tcp('ECONNREFUSED'),
      nodeObject({ kubeletPort: 10350 }),
      fact('kubelet/tcp', { tries: [{ address: '10.0.0.7', port: 10350, result: 'connected', ms: 1 }] }, '10.0.0.7:10350'),
    ],
    expect: { cause: 'kubelet-port-differs', certainty: 'proven' },
    witnesses: ['apiserver/node', 'kubelet/tcp'],
  },
  {
    row: 'the other port fails as well: not the port',
    facts: [...named, tcp('ECONNREFUSED'), nodeObject({ kubeletPort: 10350 }), tcp('ECONNREFUSED', 5, '10.0.0.7:10350'), lease(75)],
    expect: { cause: 'kubelet-down', certainty: 'proven' },
    witnesses: ['kubelet/tcp', 'apiserver/lease'],
  },
  {
    row: 'a port that is none is no port',
    facts: [...named, tcp('ECONNREFUSED'), nodeObject({ kubeletPort: 0 })],
    expect: { cause: 'kubelet-down', certainty: 'suspected' },
  },
  {
    row: "a name that resolves to the node's address is its own",
    facts: [
      inPod(),
      fact('self/settings', []),
      fact('kubelet/candidates', [{ host: 'n1.example', port: 10250, origin: 'setting', source: 'DD_KUBERNETES_KUBELET_HOST' }]),
      fact('kubelet/dns', { addresses: [{ address: '10.0.0.7', family: 4 }], from: 'dns', asked: [], nameservers: [] }, 'n1.example'),
      failed('kubelet/tcp', 'n1.example:10250', 'ETIMEDOUT'),
      sight('answers'),
      nodeObject(),
    ],
    expect: { cause: 'kubelet-connect-timeout', certainty: 'proven' },
    witnesses: ['kubelet/tcp', 'kubelet/second-sight'],
  },
  {
    row: 'a workstation that found the address itself: a note',
    facts: [
      atWorkstation(),
      fact('self/settings', []),
      fact('kubelet/candidates', [{ host: '10.0.0.7', port: 10250, origin: 'node-object', source: 'Node n1' }]),
      tcp('ETIMEDOUT', 4000),
      sight('answers'),
      nodeObject(),
    ],
    expect: { cause: 'kubelet-connect-timeout', severity: 'note' },
    witnesses: ['kubelet/tcp', 'kubelet/second-sight'],
    says: /kubelet-doctor manifest debug --node n1/,
  },
  {
    row: 'a workstation may know that the kubelet is down all the same',
    facts: [
      atWorkstation(),
      fact('self/settings', []),
      fact('kubelet/candidates', [{ host: '10.0.0.7', port: 10250, origin: 'node-object', source: 'Node n1' }]),
      tcp('ECONNREFUSED'),
      sight('refused'),
      lease(90),
      nodeObject(),
    ],
    expect: { cause: 'kubelet-down', severity: 'blocks' },
    witnesses: ['kubelet/second-sight', 'apiserver/lease'],
  },
  {
    row: 'on the node: no kubelet among its processes',
    facts: [...onNode, tcp('ECONNREFUSED'), nodeProcess({ state: 'gone', pid: undefined, listening: [] })],
    expect: { cause: 'kubelet-down', certainty: 'proven', severity: 'blocks' },
    witnesses: ['self/kubelet-process', 'kubelet/tcp'],
    says: /no such process/,
  },
  {
    row: 'on the node: the list of processes was not whole',
    facts: [...onNode, tcp('ECONNREFUSED'), nodeProcess({ state: 'hidden', pid: undefined, listening: undefined })],
    expect: { cause: 'kubelet-down', certainty: 'suspected' },
  },
  {
    row: 'on the node: its server is off',
    facts: [
      ...onNode,
      tcp('ECONNREFUSED'),
      nodeProcess({ listening: [{ address: '127.0.0.1', port: 10248 }] }),
      nodeConfig({ enableServer: false }),
    ],
    expect: { cause: 'kubelet-server-disabled', certainty: 'proven', severity: 'blocks' },
    witnesses: ['self/kubelet-process', 'kubelet/tcp'],
    says: /enableServer: false \(\/var\/lib\/kubelet\/config\.yaml:5\)/,
  },
  {
    row: 'on the node: it listens on another port',
    facts: [...onNode, tcp('ECONNREFUSED'), nodeProcess({ listening: [{ address: '::', port: 10350 }] }), nodeConfig({ port: 10350 })],
    expect: { cause: 'kubelet-port-differs', certainty: 'proven' },
    witnesses: ['self/kubelet-process', 'kubelet/tcp'],
    says: /listens on port 10350.*DD_KUBERNETES_HTTPS_KUBELET_PORT=10350/,
  },
  {
    row: 'on the node: it listens on loopback only',
    facts: [
      ...onNode,
      tcp('ECONNREFUSED'),
      nodeProcess({ listening: [{ address: '127.0.0.1', port: 10250 }] }),
      nodeConfig({ address: '127.0.0.1' }),
    ],
    expect: { cause: 'kubelet-server-disabled', certainty: 'proven' },
    witnesses: ['self/kubelet-process', 'kubelet/tcp'],
    says: /127\.0\.0\.1:10250 only/,
  },
  {
    row: 'on the node: it runs and listens on nothing, with every setting in order',
    facts: [...onNode, tcp('ECONNREFUSED'), nodeProcess({ listening: [] }), nodeConfig()],
    expect: { cause: 'kubelet-server-disabled', certainty: 'suspected' },
    says: /runs, but does not listen on port 10250/,
  },
]);
