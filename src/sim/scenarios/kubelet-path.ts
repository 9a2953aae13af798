/** Nobody answers at the kubelet's address, or somebody else does. */
import { broken, type Scenario } from '../scenario.js';

const permitted = { nodeProxy: 'permitted' } as const;

export const KUBELET_PATH: Scenario[] = [
  broken(
    'kubelet-host-is-gateway',
    "DD_KUBERNETES_KUBELET_HOST is the pod's gateway, which never answers",
    { agent: { kubeletHost: 'gateway' } },
    'kubelet-host-not-a-node',
    { never: ['kubelet-down', 'kubelet-connect-timeout'] },
  ),
  broken(
    'kubelet-host-is-gateway-refused',
    "DD_KUBERNETES_KUBELET_HOST is the pod's gateway, where nothing listens",
    { agent: { kubeletHost: 'gateway', gateway: 'closed' } },
    'kubelet-host-not-a-node',
    { never: ['kubelet-down', 'kubelet-connection-refused'] },
  ),
  broken(
    'kubelet-host-unset',
    'DD_KUBERNETES_KUBELET_HOST is not set',
    { agent: { kubeletHost: 'unset', rights: ['fine-grained'] } },
    'kubelet-host-unset',
  ),
  broken(
    'node-name-does-not-resolve',
    'DD_KUBERNETES_KUBELET_HOST is a name no resolver knows',
    { agent: { kubeletHost: 'unknown-name' } },
    'node-name-does-not-resolve',
    { never: ['cluster-dns-fails'] },
  ),
  broken(
    'kubelet-rejected',
    'Port 10250 refuses connections from here, and only from here',
    { kubelet: { listen: 'closed', seenByApiserver: 'answers' }, apiserver: permitted },
    'kubelet-rejected-by-firewall',
    { never: ['kubelet-down'] },
  ),
  broken(
    'kubelet-refused',
    'Port 10250 refuses connections although the node has just shown that it lives',
    { kubelet: { listen: 'closed' } },
    'kubelet-connection-refused',
    { never: ['kubelet-down'] },
  ),
  broken(
    'kubelet-down',
    'The kubelet is not running',
    { kubelet: { listen: 'closed', heartbeat: 'stale' }, apiserver: permitted },
    'kubelet-down',
    { never: ['kubelet-connection-refused', 'kubelet-connect-timeout'] },
  ),
  broken(
    'kubelet-port-differs',
    "The agent asks another port than the node's kubelet has",
    { agent: { kubeletPort: 'wrong' }, apiserver: permitted },
    'kubelet-port-differs',
    { never: ['kubelet-down'] },
  ),
  broken(
    'kubelet-silent',
    'Packets to port 10250 are dropped on the way from the agent',
    { kubelet: { listen: 'silent', seenByApiserver: 'answers' }, apiserver: permitted },
    'kubelet-connect-timeout',
    { never: ['kubelet-down', 'kubelet-hangs'] },
  ),
  broken(
    'kubelet-silent-alone',
    'Port 10250 is silent and nobody may be asked from the other side',
    { kubelet: { listen: 'silent' }, agent: { rights: 'kubelet-only' } },
    'kubelet-connect-timeout',
  ),
  broken(
    'kubelet-hangs',
    'The kubelet accepts connections and says nothing',
    { kubelet: { listen: 'hang', heartbeat: 'stale' } },
    'kubelet-hangs',
    { never: ['kubelet-connect-timeout', 'kubelet-down'] },
  ),
  broken(
    'kubelet-reset',
    'Something between agent and kubelet resets the connection',
    { kubelet: { listen: 'reset', seenByApiserver: 'answers' } },
    'kubelet-connection-reset',
  ),
  broken(
    'network-policy',
    'A NetworkPolicy with rules for pods alone selects the agent, whose packets to its node are dropped',
    {
      network: {
        vantage: 'pod-network',
        egressPolicies: { 'deny-all': [], dns: [{ to: [{ namespaceSelector: {} }], ports: [{ protocol: 'UDP', port: 53 }] }] },
      },
      kubelet: { listen: 'silent', seenByApiserver: 'answers' },
      agent: { rights: 'everything' },
    },
    'network-policy-blocks-egress',
    { also: ['kubelet-connect-timeout'], never: ['kubelet-down', 'node-address-dead'] },
  ),
  broken(
    'handshake-stalls',
    'The certificates never arrive: the path swallows large packets, the apiserver is on a better one',
    { kubelet: { listen: 'stall' }, apiserver: permitted },
    'tls-handshake-stalls',
    { never: ['kubelet-down', 'kubelet-connect-timeout'] },
  ),
  broken('not-a-kubelet', 'Another API (metrics-server) answers on port 10250', { kubelet: { listen: 'impostor' } }, 'not-a-kubelet', {
    never: ['kubelet-permission-missing'],
  }),
  broken('not-a-kubelet-html', 'A web server answers on port 10250', { kubelet: { listen: 'impostor-html' } }, 'not-a-kubelet', {
    never: ['kubelet-permission-missing'],
  }),
  broken(
    'kubelet-speaks-plain-http',
    'The kubelet port is the plain HTTP one',
    { kubelet: { listen: 'plain-http' } },
    'kubelet-speaks-plain-http',
  ),
];
