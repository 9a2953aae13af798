/** The apiserver, the way to it, names. */
import { broken, type Scenario } from '../scenario.js';

/** A workstation that does not reach the kubelet, and asks it through the apiserver. */
const FROM_AFAR = {
  place: 'workstation',
  agent: { rights: 'everything' },
  kubelet: { listen: 'silent', seenByApiserver: 'answers' },
} as const;

export const APISERVER: Scenario[] = [
  broken('apiserver-refused', 'The apiserver refuses connections', { apiserver: { listen: 'closed' } }, 'apiserver-connection-refused'),
  broken(
    'apiserver-down',
    'The apiserver is down for us and for the kubelet',
    { apiserver: { listen: 'closed' }, kubelet: { apiserverReach: 'refused' } },
    'apiserver-connection-refused',
    { never: ['kubelet-token-authentication-off'] },
  ),
  broken(
    'apiserver-down-on-node',
    'The apiserver is down, seen from a shell on the node',
    { place: 'node', apiserver: { listen: 'closed' } },
    'apiserver-connection-refused',
  ),
  broken('apiserver-silent', 'Packets to the apiserver are dropped', { apiserver: { listen: 'silent' } }, 'apiserver-connect-timeout'),
  broken(
    'apiserver-reset',
    'Something resets connections to the apiserver',
    { apiserver: { listen: 'reset' } },
    'apiserver-connection-reset',
  ),
  broken(
    'apiserver-forbidden-at-kubelet',
    'The kubelet denies the user of the client certificate that the apiserver shows it',
    { ...FROM_AFAR, apiserver: { nodeProxy: 'permitted', atKubelets: 'forbidden' } },
    'apiserver-forbidden-at-kubelet',
  ),
  broken(
    'apiserver-unknown-at-kubelet',
    'The kubelet does not accept the client certificate that the apiserver shows it',
    { ...FROM_AFAR, apiserver: { nodeProxy: 'permitted', atKubelets: 'unknown' } },
    'apiserver-unknown-at-kubelet',
  ),
  broken(
    'control-plane-tunnel-down',
    'No agent is connected to the tunnel from the control plane to the nodes',
    { ...FROM_AFAR, apiserver: { nodeProxy: 'permitted', tunnel: 'no-agent' } },
    'control-plane-tunnel-down',
  ),
  broken(
    'apiserver-review-behind-gateway',
    'A login page answers the access reviews in place of the apiserver',
    { instead: { server: 'apiserver', path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', how: 'html-200' } },
    'apiserver-answer-foreign',
  ),
  broken(
    'apiserver-cuts-credential',
    'The connection to the apiserver is cut when a credential is sent',
    { apiserver: { listen: 'cuts-credential' } },
    'apiserver-cuts-credential',
  ),
  broken(
    'apiserver-certificate-for-clients',
    'The apiserver serves a client certificate',
    { apiserver: { certificate: 'for-clients' } },
    'apiserver-certificate-not-accepted',
  ),
  broken(
    'apiserver-certificate-swapped',
    'The apiserver address shows another certificate on the second connection',
    { apiserver: { listen: 'swaps-certificate' } },
    'apiserver-certificate-changes',
  ),
  broken(
    'apiserver-other-ca',
    "The apiserver's certificate is from another CA",
    { apiserver: { certificate: 'other-ca' } },
    'apiserver-certificate-unknown-authority',
  ),
  broken(
    'apiserver-expired',
    "The apiserver's certificate has expired",
    { apiserver: { certificate: 'expired' } },
    'apiserver-certificate-expired',
    {
      never: ['clock-skew'],
    },
  ),
  broken(
    'apiserver-wrong-name',
    "The apiserver's certificate is for another address",
    { apiserver: { certificate: 'wrong-name' } },
    'apiserver-certificate-name-mismatch',
  ),
  broken('apiserver-not-ready', 'The apiserver cannot reach etcd', { apiserver: { ready: ['etcd'] } }, 'apiserver-not-ready'),
  broken('apiserver-throttles', 'The apiserver answers 429', { apiserver: { throttle429: 1 } }, 'apiserver-throttles'),
  broken(
    'not-an-apiserver',
    'A web server answers instead of the apiserver',
    { apiserver: { listen: 'impostor-html' } },
    'not-an-apiserver',
  ),
  broken(
    'service-address-dead',
    'The service address refuses connections; the apiserver itself works',
    { apiserver: { serviceAddress: 'dead' } },
    'service-address-broken',
    { never: ['apiserver-connection-refused'] },
  ),
  broken(
    'service-address-silent',
    'The service address does not answer; the apiserver itself works',
    { apiserver: { serviceAddress: 'silent' } },
    'service-address-broken',
    { never: ['apiserver-connect-timeout'] },
  ),
  broken('kubernetes-too-old', 'The cluster runs Kubernetes 1.7.6', { apiserver: { version: '1.7' } }, 'kubernetes-too-old'),
  broken(
    'host-network-dns',
    "The agent in the host network has dnsPolicy ClusterFirst: it uses the node's nameserver",
    { network: { dns: 'nxdomain', resolvConf: 'node' } },
    'host-network-without-cluster-dns',
    { never: ['cluster-dns-fails'] },
  ),
  broken(
    'host-network-dns-resolved',
    "The agent in the host network uses the node's nameserver, which fails for names of the cluster",
    { network: { dns: 'servfail', resolvConf: 'node' } },
    'host-network-without-cluster-dns',
    { never: ['cluster-dns-fails'] },
  ),
  broken('dns-dead', 'Cluster DNS does not answer', { network: { dns: 'dead' } }, 'cluster-dns-fails'),
  broken('dns-knows-nothing', "Cluster DNS does not know the cluster's own names", { network: { dns: 'nxdomain' } }, 'cluster-dns-fails'),
];
