/** Errors of names, connections and HTTP, as libraries word them. Generic words: each counts only with the server that it is about. */
import type { Fragment, Seen } from './fragment.js';

const GO_NET = 'Go 1.20 to 1.25 net';
const ERRNO = 'Linux errno in Go, Python, Node, Java, curl 8 and Rust';

/** A name that Services have: the cluster's DNS answers for it, or whoever is asked in its place. */
const SERVICE_NAME =
  /lookup [\w.-]{1,200}(?:\.svc\b|\.cluster\.local|(?:-|\b)(?:service|svc)\b)|(?:ENOTFOUND|EAI_AGAIN|resolve(?: host)?:?) [\w.-]{1,200}(?:\.svc\b|\.cluster\.local)/i;
const KUBERNETES_NAME =
  /lookup kubernetes(?:\.\S{0,200})?:? |getaddrinfo\(host='kubernetes\.default|kubernetes\.default\S{0,200} (?:ENOTFOUND|EAI_AGAIN)|(?:ENOTFOUND|EAI_AGAIN) kubernetes\b|resolve(?: host)?:? '?kubernetes\.default/i;
/** A host of the world, whom no cluster answers for. */
const WORLD = /(?:lookup|ENOTFOUND|EAI_AGAIN|host:?|'|\/\/)\s?[\w.-]{1,200}\.(?:com|io|org|net|dev|gov|eu|cloud|co)\b/i;
const NODE_LIKE = /(?:ec2|compute|c\.[\w-]{1,60})\.internal|\.compute\.amazonaws\.com/;

const UNRESOLVED =
  /no such host|ENOTFOUND|Name or service not known|EAI_AGAIN|server misbehaving|Temporary failure in name resolution|Could not resolve host|nodename nor servname|UnknownHostException|failed to lookup address|getaddrinfo failed|Name does not resolve|No address associated with hostname|NameResolutionError|Name resolution (?:failure|failed)|getaddrinfo\(host='[^']{1,253}', err=\d{1,3}\)|lookup [\w.-]{1,253}(?: on \S{1,80})?: (?:.{0,120}i\/o timeout|Try again)/i;

/** The name that is not known, as libraries word it. */
const ASKED =
  /(?:\blookup|ENOTFOUND|EAI_AGAIN|UnknownHostException:|could not resolve(?: host)?:?|translate host name|failed to resolve|resolv(?:e|ing) (?:host(?:name)?|address):?|getaddrinfo\(host=) ?['"]?([\w.-]{1,253})/i;
/** Names that nodes have: of clouds and distributions, and those that are counted. */
const NODE_NAME =
  /^ip-\d{1,3}-\d{1,3}-|^(?:gke|aks|eks|k3s|k8s|kube|kind|minikube|docker-desktop|talos)(?:[-.\d]|$)|^(?:[\w-]{1,60}-)?(?:node|worker|minion|kubelet|control-?plane)s?-?(?:\d|$)|^(?:master|host|server|vm|cp|n|w|m)-?\d|-vmss|\.(?:lan|localdomain|node|nodes)$/i;
/** Who asks kubelets by their names. */
const ASK_NODES: readonly Seen['speaker'][] = [
  'node-agent',
  'cluster-agent',
  'other-agent',
  'metrics-server',
  'opentelemetry',
  'prometheus',
  'apiserver',
  'kubectl',
];

function isHostOfApplication({ body, speaker, target: { server } }: Seen): boolean {
  if (server === 'kubelet' || server === 'read-only-port' || server === 'apiserver' || ASK_NODES.includes(speaker)) return false;
  const name = ASKED.exec(body)?.[1]?.replace(/\.$/, '');
  return name !== undefined && !NODE_NAME.test(name) && !NODE_LIKE.test(name);
}

const TIMEOUT =
  /i\/o timeout|ETIMEDOUT|connection timed out|ConnectTimeout|connect(?:ion)? time[d ]?out|deadline exceeded|UND_ERR_CONNECT_TIMEOUT|Operation timed out|timed out|Timeout was reached|TimeoutError|waiting for connection|curl: \(28\)/i;

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
  {
    id: 'dns-kubernetes',
    text: KUBERNETES_NAME,
    when: ({ body }) => UNRESOLVED.test(body),
    means: { causes: ['cluster-dns-fails', 'host-network-without-cluster-dns'] },
    source: `${GO_NET}/dnsclient_unix.go; Node dns`,
  },
  {
    id: 'dns-world',
    text: WORLD,
    when: ({ body, target }) =>
      UNRESOLVED.test(body) && !NODE_LIKE.test(body) && (target.server === 'other' || target.server === 'unknown'),
    means: {
      foreign: 'The name of a server outside the cluster does not resolve. The agent asks neither the kubelet nor the apiserver by it.',
    },
    source: GO_NET,
  },
  {
    id: 'dns-no-such-service',
    text: /(?:lookup|ENOTFOUND|resolve(?: host)?:?) '?[\w.-]{1,200}\.(?:svc|cluster\.local)\b/i,
    when: ({ body, target }) =>
      target.server !== 'kubelet' && target.server !== 'apiserver' && /no such host|ENOTFOUND|Name or service not known/.test(body),
    means: {
      foreign:
        'The DNS answered that there is no Service of this name. In a pod of the host network it may be the resolver of the node that answers: kubelet-doctor explain host-network-without-cluster-dns.',
    },
    source: `${GO_NET}/dnsclient_unix.go: NXDOMAIN is "no such host"`,
  },
  {
    id: 'dns-service',
    text: UNRESOLVED,
    when: ({ body, target }) =>
      target.server !== 'kubelet' && (SERVICE_NAME.test(body) || (/server misbehaving/.test(body) && /lookup [\w-]{1,63} on/.test(body))),
    means: { causes: ['cluster-dns-fails', 'host-network-without-cluster-dns', 'node-name-does-not-resolve'] },
    source: `${GO_NET}/dnsclient_unix.go: SERVFAIL is "server misbehaving"`,
  },
  {
    id: 'dns-timeout',
    text: /lookup [\w.-]{1,253}(?: on \S{1,80})?: .{0,120}(?:i\/o timeout|Try again|connection refused)|dial udp \S{1,80}:53: |(?:Timeout while contacting|Could not contact) DNS servers/i,
    means: {
      by: {
        kubelet: ['cluster-dns-fails', 'node-name-does-not-resolve'],
        apiserver: ['cluster-dns-fails', 'apiserver-name-does-not-resolve'],
        dns: ['cluster-dns-fails', 'host-network-without-cluster-dns'],
        other: ['cluster-dns-fails'],
        alone: ['cluster-dns-fails', 'host-network-without-cluster-dns'],
      },
    },
    source: `${GO_NET}/dnsclient_unix.go`,
  },
  {
    id: 'dns-host-of-application',
    text: UNRESOLVED,
    when: isHostOfApplication,
    means: {
      foreign:
        'The DNS does not know the name of a server that this program asks. It is no name that nodes have, and no agent, kubelet or apiserver asks for it here.',
    },
    source: `${GO_NET}/net.go; glibc and musl getaddrinfo, curl 8 (6), Java UnknownHostException`,
  },
  {
    id: 'dns-no-such-host',
    text: UNRESOLVED,
    means: {
      by: {
        kubelet: ['node-name-does-not-resolve', 'cluster-dns-fails'],
        'read-only-port': ['node-name-does-not-resolve', 'cluster-dns-fails'],
        apiserver: ['apiserver-name-does-not-resolve', 'cluster-dns-fails'],
        dns: ['node-name-does-not-resolve', 'cluster-dns-fails', 'host-network-without-cluster-dns'],
        alone: ['node-name-does-not-resolve', 'cluster-dns-fails', 'host-network-without-cluster-dns'],
      },
    },
    source: `${GO_NET}/net.go; glibc and musl getaddrinfo, curl 8 (6), Java UnknownHostException`,
  },
  {
    id: 'no-route',
    text: /EHOSTUNREACH|no route to host|Errno 113|os error 113|Host is unreachable|NoRouteToHost/i,
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
    text: /ENETUNREACH|network is unreachable|Errno 101|os error 101/i,
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
    text: /connection reset|ECONNRESET|Errno 104|os error 104|socket hang up|broken pipe|Remote end closed connection|RemoteDisconnected|Empty reply from server|SSL_ERROR_SYSCALL|client connection lost|server closed idle connection|unexpected EOF|(?:": |: )EOF(?: |$|"|\)|,)|Connection aborted|UND_ERR_SOCKET/i,
    means: {
      by: {
        kubelet: ['kubelet-connection-reset', 'kubelet-cuts-credential'],
        'read-only-port': ['kubelet-connection-reset'],
        apiserver: ['apiserver-connection-reset', 'apiserver-cuts-credential'],
      },
    },
    source: `Go 1.20 to 1.25 io.EOF and net/http/transport.go; ${ERRNO}`,
  },
  {
    id: 'http-429',
    text: /\b429\b|Too Many Requests|too many requests/,
    means: { by: { apiserver: ['apiserver-throttles'], alone: ['apiserver-throttles'] } },
    source: 'Kubernetes 1.31 to 1.36 staging/src/k8s.io/apiserver/pkg/server/filters',
  },
  {
    id: 'http-401',
    text: /\b401\b|Unauthorized|unauthorized|the server has asked for the client to provide credentials/,
    means: {
      by: {
        kubelet: [
          'kubelet-token-authentication-off',
          'kubelet-rejects-credential',
          'kubelet-cannot-reach-apiserver',
          'token-expired',
          'token-stale-copy',
        ],
        apiserver: ['token-rejected', 'token-expired', 'token-stale-copy'],
      },
    },
    source: 'Kubernetes 1.31 to 1.36 pkg/kubelet/server/server.go, staging/src/k8s.io/apiserver/pkg/endpoints/filters/authentication.go',
  },
  {
    id: 'http-403',
    text: /\b403\b|forbidden/i,
    means: {
      by: {
        kubelet: ['kubelet-permission-missing', 'kubelet-ignores-token', 'fine-grained-permission-too-new'],
        apiserver: ['permission-missing'],
      },
    },
    source: 'Kubernetes 1.31 to 1.36 pkg/kubelet/server/server.go, staging/src/k8s.io/apiserver/pkg/endpoints/handlers/responsewriters',
  },
  {
    id: 'http-405',
    text: /(?:status(?: ?code)?:? |HTTP(?:\/[\d.]{1,3})? |: |code = |")405\b|Method Not Allowed/,
    means: { by: { kubelet: ['kubelet-debug-handlers-off'] } },
    source: 'Kubernetes 1.31 to 1.36 pkg/kubelet/server/server.go',
  },
  {
    id: 'http-404',
    text: /(?:status(?: ?code)?:? |HTTP(?:\/[\d.]{1,3})? |: |code = |")404\b|404 (?:page )?not found|404 Client Error/i,
    when: ({ target }) => !/^\/spec\b/.test(target.path ?? ''),
    means: {
      by: {
        kubelet: ['kubelet-endpoint-fails', 'kubelet-debug-handlers-off', 'not-a-kubelet'],
        'read-only-port': ['kubelet-endpoint-fails', 'not-a-kubelet'],
      },
    },
    source: 'Go net/http/server.go; Kubernetes 1.31 to 1.36 pkg/kubelet/server/server.go',
  },
  {
    id: 'http-5xx-healthz',
    text: /(?:status(?: ?code)?:? |HTTP(?:\/[\d.]{1,3})? |: |code = |")50[03]\b|50[03] (?:Internal Server Error|Service Unavailable|Server Error)/,
    when: ({ body }) => /healthz|health check/i.test(body),
    means: { by: { kubelet: ['kubelet-unhealthy'], apiserver: ['apiserver-not-ready'] } },
    source: 'Kubernetes 1.31 to 1.36 staging/src/k8s.io/apiserver/pkg/server/healthz',
  },
  {
    id: 'http-5xx',
    text: /(?:status(?: ?code)?:? |HTTP(?:\/[\d.]{1,3})? |: |code = |")50[0-4]\b|50[0-4] (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out|Server Error)/i,
    means: {
      by: {
        kubelet: ['kubelet-endpoint-fails', 'kubelet-cannot-reach-apiserver', 'kubelet-unhealthy'],
        apiserver: ['apiserver-not-ready', 'not-an-apiserver'],
      },
    },
    source: 'Kubernetes 1.31 to 1.36 pkg/kubelet/server/server.go',
  },
  {
    id: 'html',
    text: /invalid character '<'|<!DOCTYPE html|<html\b|expected a valid start token, got "<"|got "<"/i,
    means: {
      by: {
        kubelet: ['not-a-kubelet', 'kubelet-answer-foreign', 'proxy-captures-kubelet'],
        apiserver: ['not-an-apiserver', 'proxy-captures-apiserver'],
      },
    },
    source: 'Go encoding/json; Prometheus common 0.5x expfmt: a page of HTML where JSON or metrics were expected',
  },
];
