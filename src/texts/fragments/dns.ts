/** Errors of names, as libraries word them: whose name it is decides. */
import type { Fragment, Seen } from './fragment.js';

const GO_NET = 'Go 1.20 to 1.25 net';

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

export const DNS_ERRORS: readonly Fragment[] = [
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
];
