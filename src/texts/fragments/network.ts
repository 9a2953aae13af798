/** Errors of connections, with those of names and of HTTP, as libraries word them. Generic words: each counts only with the server that it is about. */
import { DNS_ERRORS } from './dns.js';
import type { Fragment, Seen } from './fragment.js';
import { HTTP_ERRORS } from './http.js';

const GO_NET = 'Go 1.20 to 1.25 net';
const ERRNO = 'Linux errno in Go, Python, Node, Java, curl 8 and Rust';

const TIMEOUT =
  /i\/o timeout|ETIMEDOUT|connection timed out|ConnectTimeout|connect(?:ion)? time[d ]?out|deadline exceeded|UND_ERR_CONNECT_TIMEOUT|Operation timed out|timed out|Timeout was reached|TimeoutError|waiting for connection|did not properly respond after a period of time|curl: \(28\)/i;

const isTo =
  (...servers: readonly string[]) =>
  ({ target }: Seen) =>
    servers.includes(target.server);

export const NETWORK_ERRORS: readonly Fragment[] = [
  {
    id: 'proxy',
    text: /ProxyError|Tunnel connection failed|proxyconnect tcp|Proxy Authentication Required|X-Squid-Error|UND_ERR_PRX|CONNECT tunnel failed|Received HTTP code \d{3} from proxy|from proxy after CONNECT|Unable to tunnel through proxy|ERR_TUNNEL_CONNECTION_FAILED|\b(?:Get|Post|Put|Head|Patch|Delete) "https:[^"]{1,1000}": (?:Forbidden|Service Unavailable|Bad Gateway|Gateway Time-?out|Bad Request|Not Found|Method Not Allowed)(?:$|[\]"',;])/i,
    means: {
      by: {
        kubelet: ['proxy-captures-kubelet'],
        'read-only-port': ['proxy-captures-kubelet'],
        apiserver: ['proxy-captures-apiserver'],
        alone: ['proxy-captures-kubelet', 'proxy-captures-apiserver'],
      },
    },
    source: 'Go 1.20 to 1.25 net/http/transport.go (the status of CONNECT is all it says); urllib3, curl 8, Java, undici',
  },
  {
    id: 'proxy-refuses-target',
    text: /Target service not allowed/i,
    anywhere: true,
    means: { causes: ['proxy-captures-kubelet'] },
    source: 'a cloud proxy, DataDog/datadog-agent#6051',
  },
  {
    id: 'cadvisor-port',
    text: /:4194\b/,
    when: ({ body }) => /refused|timed? ?out|timeout/i.test(body),
    means: {
      foreign: "Port 4194 was cAdvisor's own, which the kubelet no longer has since 1.12: take /metrics/cadvisor of port 10250 instead.",
    },
    source: 'Kubernetes 1.12 CHANGELOG: --cadvisor-port is removed',
  },
  {
    id: 'port-zero',
    text: /https:\/\/[^\s"/]{1,260}:0\/|dial tcp \S{1,260}:0: /,
    means: {
      causes: ['agent-plain-port-closed', 'agent-ports-both-disabled', 'agent-https-port-off'],
      says: 'The port asked is 0: the HTTPS port of the kubelet is set to 0 in the agent.',
    },
    source: 'Agent 6 to 7.7x pkg/util/kubernetes/kubelet: kubernetes_https_kubelet_port',
  },
  {
    id: 'host-empty',
    text: /https?:\/\/:\d{1,5}|dial tcp :\d{1,5}|impossible to reach Kubelet with host: \.(?: |$)/,
    means: { causes: ['kubelet-host-unset'] },
    source: 'Agent 6 to 7.7x pkg/util/kubernetes/kubelet: an empty host',
  },
  {
    id: 'host-gateway',
    text: /169\.254\.1\.1\b|172\.17\.0\.1[:'"]?.{0,20}10250/,
    when: isTo('kubelet', 'read-only-port'),
    means: { causes: ['kubelet-host-not-a-node', 'kubelet-connect-timeout'] },
    source: 'Datadog Agent 5 and 6: the default gateway as host; 169.254.1.1 is that of Calico',
  },
  ...DNS_ERRORS,
  {
    id: 'no-route',
    text: /EHOSTUNREACH|no route to host|to an unreachable host|Errno 113|os error 113|Host is unreachable|NoRouteToHost/i,
    means: {
      by: {
        kubelet: ['node-address-dead', 'kubelet-rejected-by-firewall', 'kubelet-no-route'],
        'read-only-port': ['node-address-dead', 'kubelet-rejected-by-firewall', 'kubelet-no-route'],
        apiserver: ['apiserver-no-route', 'service-address-broken'],
      },
    },
    source: ERRNO,
  },
  {
    id: 'network-unreachable',
    text: /ENETUNREACH|network is unreachable|to an unreachable network|Errno 101|os error 101/i,
    means: { by: { kubelet: ['kubelet-no-route'], 'read-only-port': ['kubelet-no-route'], apiserver: ['apiserver-no-route'] } },
    source: ERRNO,
  },
  {
    id: 'not-permitted',
    text: /connect: operation not permitted|connect EPERM|(?:connect\w{0,10}|Errno 1\]).{0,40}Operation not permitted/i,
    means: {
      by: {
        kubelet: ['network-policy-blocks-egress', 'kubelet-rejected-by-firewall'],
        'read-only-port': ['network-policy-blocks-egress', 'kubelet-rejected-by-firewall'],
        apiserver: ['network-policy-blocks-egress', 'apiserver-no-route'],
      },
      says: 'The machine itself does not let this connection out: a policy or a rule of its firewall.',
    },
    source: `${ERRNO}: EPERM of connect`,
  },
  {
    id: 'refused',
    text: /connection refused|ECONNREFUSED|Errno 111|Errno 61\b|os error 111|was refused|actively refused|Couldn't connect to server/i,
    // curl says so of a timeout as well.
    when: ({ body }) => !/curl: \(28\)/.test(body),
    means: {
      by: {
        kubelet: ['kubelet-down', 'kubelet-connection-refused', 'kubelet-port-differs', 'kubelet-rejected-by-firewall'],
        'read-only-port': ['read-only-port-closed'],
        apiserver: ['apiserver-connection-refused', 'service-address-broken'],
      },
    },
    source: ERRNO,
  },
  {
    id: 'body-stalls',
    text: /while reading body|IncompleteRead|transfer closed with \S{1,40} bytes remaining/i,
    means: {
      by: { kubelet: ['kubelet-large-answers-stall', 'kubelet-hangs'], apiserver: ['apiserver-not-ready', 'apiserver-connection-reset'] },
    },
    source: 'Go 1.20 to 1.25 net/http/client.go; Python http.client, curl 8 (18)',
  },
  {
    id: 'answer-late',
    text: /awaiting (?:response )?headers|Client\.Timeout exceeded|read timeout|Read timed out|SocketTimeoutException: Read/i,
    // The same brackets stand behind a connection that is not made.
    when: ({ body }) => !/waiting for connection|dial tcp [^()]{1,300}i\/o timeout|ConnectTimeout/i.test(body),
    means: {
      by: {
        kubelet: ['kubelet-hangs', 'kubelet-endpoint-fails', 'kubelet-cannot-reach-apiserver', 'kubelet-connect-timeout'],
        apiserver: ['apiserver-not-ready', 'apiserver-connect-timeout'],
      },
    },
    source: 'Go 1.20 to 1.25 net/http/client.go; requests, urllib3, Java',
  },
  {
    id: 'policy-drops',
    text: /\bdrop \(Policy denied\b/,
    speaker: 'cni',
    means: {
      by: { kubelet: ['network-policy-blocks-egress'], 'read-only-port': ['network-policy-blocks-egress'] },
      says: 'Cilium drops the packets by a policy: of the agent (egress) or of the host (ingress, a CiliumClusterwideNetworkPolicy).',
    },
    source: 'Cilium 1.10 to 1.18 pkg/monitor/datapath_drop.go',
  },
  {
    id: 'timeout',
    text: TIMEOUT,
    means: {
      by: {
        kubelet: ['kubelet-connect-timeout', 'node-address-dead', 'kubelet-host-not-a-node', 'network-policy-blocks-egress'],
        'read-only-port': ['kubelet-connect-timeout', 'node-address-dead', 'network-policy-blocks-egress'],
        apiserver: ['apiserver-connect-timeout', 'service-address-broken', 'apiserver-not-ready'],
      },
    },
    source: `${GO_NET}, ${ERRNO}`,
  },
  {
    id: 'cut-off',
    text: /connection reset|ECONNRESET|forcibly closed by the remote host|Errno 104|os error 104|socket hang up|broken pipe|Remote end closed connection|RemoteDisconnected|Empty reply from server|SSL_ERROR_SYSCALL|client connection lost|server closed idle connection|unexpected EOF|(?:": |: )EOF(?: |$|"|\)|,)|Connection aborted|UND_ERR_SOCKET/i,
    means: {
      by: {
        kubelet: ['kubelet-connection-reset', 'kubelet-cuts-credential'],
        'read-only-port': ['kubelet-connection-reset'],
        apiserver: ['apiserver-connection-reset', 'apiserver-cuts-credential'],
      },
    },
    source: `Go 1.20 to 1.25 io.EOF and net/http/transport.go; ${ERRNO}`,
  },
  ...HTTP_ERRORS,
];
