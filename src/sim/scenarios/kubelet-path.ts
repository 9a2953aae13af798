/** Nobody answers at the kubelet's address, or somebody else does. */
import { broken, healthy, type Scenario } from '../scenario.js';
import type { World } from '../world.js';

/** Someone who may read everything, at a workstation. */
const AFAR = { place: 'workstation', agent: { rights: 'everything' } } as const satisfies World;
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
    'DD_KUBERNETES_KUBELET_HOST is a name that does not resolve',
    { agent: { kubeletHost: 'unknown-name' } },
    'node-name-does-not-resolve',
    { never: ['cluster-dns-fails'] },
  ),
  broken(
    'kubelet-rejected',
    'Port 10250 refuses connections from here only',
    { kubelet: { listen: 'closed', seenByApiserver: 'answers' }, apiserver: permitted },
    'kubelet-rejected-by-firewall',
    { never: ['kubelet-down'] },
  ),
  broken(
    'kubelet-refused',
    'Port 10250 refuses connections, but the node is alive',
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
    'The agent uses the wrong kubelet port',
    { agent: { kubeletPort: 'wrong' }, apiserver: permitted },
    'kubelet-port-differs',
    { never: ['kubelet-down'] },
  ),
  broken(
    'kubelet-silent',
    'Packets from the agent to port 10250 are dropped',
    { kubelet: { listen: 'silent', seenByApiserver: 'answers' }, apiserver: permitted },
    'kubelet-connect-timeout',
    { never: ['kubelet-down', 'kubelet-hangs'] },
  ),
  broken(
    'kubelet-silent-alone',
    'Port 10250 does not answer, and nothing else can confirm why',
    { kubelet: { listen: 'silent' }, agent: { rights: 'kubelet-only' } },
    'kubelet-connect-timeout',
  ),
  broken(
    'kubelet-hangs',
    'The kubelet accepts connections and does not answer',
    { kubelet: { listen: 'hang', heartbeat: 'stale' } },
    'kubelet-hangs',
    { never: ['kubelet-connect-timeout', 'kubelet-down'] },
  ),
  broken(
    'kubelet-reset',
    'Something between the agent and the kubelet resets connections',
    { kubelet: { listen: 'reset', seenByApiserver: 'answers' } },
    'kubelet-connection-reset',
  ),
  broken(
    'network-policy',
    "A NetworkPolicy blocks the agent's connections to its node",
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
    'network-policy-afar',
    'At a workstation: a NetworkPolicy would block the agent',
    { ...AFAR, network: { egressPolicies: { 'deny-all': [] } } },
    'network-policy-blocks-egress',
  ),
  healthy('network-policy-open', 'At a workstation: NetworkPolicies let the agent through', {
    ...AFAR,
    network: { egressPolicies: { dns: [{ ports: [{ protocol: 'UDP', port: 53 }] }], all: [{}] } },
  }),
  healthy('network-policy-host-network', 'At a workstation: the agent is in the host network, where no NetworkPolicy applies', {
    ...AFAR,
    network: { egressPolicies: { 'deny-all': [] } },
    placement: { daemonSets: [{ spec: { hostNetwork: true } }] },
  }),
  broken(
    'handshake-stalls',
    'Large packets to the kubelet are dropped, so TLS stalls',
    { kubelet: { listen: 'stall' }, apiserver: permitted },
    'tls-handshake-stalls',
    { never: ['kubelet-down', 'kubelet-connect-timeout'] },
  ),
  broken(
    'large-answers-stall',
    'Large packets from the kubelet are dropped: short answers arrive, long ones do not',
    { kubelet: { pathCarries: 600 }, apiserver: permitted },
    'kubelet-large-answers-stall',
    { never: ['kubelet-hangs', 'kubelet-endpoint-fails'] },
  ),
  broken(
    'kubelet-port-taken',
    'A pod with the address of the node (metrics-server) answers on port 10250',
    { kubelet: { listen: 'impostor' } },
    'kubelet-port-taken',
    { never: ['kubelet-permission-missing'] },
  ),
  broken(
    'kubelet-port-taken-on-fargate',
    'Pod and node share one address on EKS Fargate, and the pod has port 10250',
    {
      kubelet: { listen: 'impostor', certificate: 'wrong-name' },
      placement: { nodes: { n1: { labels: { 'eks.amazonaws.com/compute-type': 'fargate' } } } },
      agent: { rights: 'all' },
    },
    'kubelet-port-taken',
    { also: ['kubelet-certificate-name-mismatch'] },
  ),
  broken('not-a-kubelet-html', 'A web server answers on port 10250', { kubelet: { listen: 'impostor-html' } }, 'not-a-kubelet', {
    never: ['kubelet-permission-missing'],
  }),
  broken(
    'kubelet-path-behind-gateway',
    'A gateway answers one path in place of the kubelet (502)',
    { instead: { server: 'kubelet', path: '/pods', how: 'html-502' } },
    'kubelet-answer-foreign',
  ),
  broken(
    'kubelet-of-two-nodes',
    'The statistics come from the kubelet of another node',
    { instead: { server: 'kubelet', path: '/stats/summary', how: 'other-node' } },
    'kubelet-answers-for-another-node',
  ),
  broken(
    'kubelet-cuts-credential',
    'The connection to the kubelet is cut when a credential is sent',
    { kubelet: { listen: 'cuts-credential' } },
    'kubelet-cuts-credential',
    { never: ['kubelet-certificate-changes'] },
  ),
  broken(
    'plain-http-to-tls-port',
    'The plain HTTP port of the agent is the TLS port of the kubelet',
    { agent: { env: { DD_KUBERNETES_HTTP_KUBELET_PORT: '{kubelet-port}' } } },
    'plain-http-to-tls-port',
    { exitCode: 0 },
  ),
  broken(
    'kubelet-speaks-plain-http',
    'The kubelet port is the plain HTTP port',
    { kubelet: { listen: 'plain-http' } },
    'kubelet-speaks-plain-http',
  ),
];
