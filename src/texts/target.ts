/** Whom a text is about: by what it says of itself, then by addresses, ports and paths, then by names. */
import type { Addressee, Server } from './reading.js';

/** Sentences that name the server whatever address stands in them. First that fits. */
const SENTENCES: readonly [RegExp, Server][] = [
  // Of pods, images and networks of pods: the words of an address in it are not of the agent's way.
  [
    /failed to (?:pull|copy:|authorize:|resolve reference|do request: (?:Head|Get)|fetch (?:anonymous|oauth) token)|ErrImagePull|ImagePullBackOff|pulling (?:image|from host)|pull access denied|manifest unknown|Error response from daemon: (?:Get|Head) /i,
    'registry',
  ],
  [/(?:readiness|liveness|startup) probe (?:failed|errored|warning|for )|HTTP probe failed|probeType=|Probe failed/i, 'pod'],
  [/failed calling webhook|failed to call webhook|conversion webhook/i, 'webhook'],
  [
    /failing or missing response from|FailedDiscoveryCheck|complete list of server APIs|unable to handle the request \(\S{1,80} [\w.-]*metrics\.k8s\.io|couldn't get resource list for \S{0,80}metrics\.k8s\.io|error resolving resource\S* \S{0,80}metrics/i,
    'aggregated-api',
  ],
  [
    /clusterAgentClient|DCAClient|DATADOG_CLUSTER_AGENT|\bcluster[ -]agent (?:endpoint|authentication|for)|cluster agent's endpoint|(?:from|with|to|of|by|reach|the) (?:the )?(?:datadog )?cluster agent\b|cluster-agent[\w.-]{0,200}(?::\d|\/| on )/i,
    'cluster-agent',
  ],
  [/sending transaction|datadoghq\.|ddog-gov\.|datad0g\.|\/api\/v[12]\/(?:series|check_run|validate)|\/intake\/|agent-intake/i, 'intake'],
  [/transport: (?:authentication handshake failed|error while dialing).{0,200}:(?:4317|4318)\b|otlp/i, 'other'],
  [/\b(?:containerd|crio|cri-dockerd|docker|dockershim)\.sock|criutil|containerdutil|container(?:d)? runtime|validate CRI v1/i, 'runtime'],
  [/169\.254\.169\.25[34]\b(?!:53\b)|metadata\.google\.internal|\bEC2 metadata|168\.63\.129\.16/i, 'metadata'],
  [/\betcd(?:server|client|-)|:2379\b|:2380\b/i, 'etcd'],
  // Libraries of databases, queues and packages, which speak with nothing of Kubernetes.
  [
    /\b(?:org\.apache\.kafka|org\.postgresql|com\.(?:mysql|rabbitmq)|psycopg2?\.|sqlalchemy\.|django\.db|pymongo\.|redis\.exceptions|pip\._vendor)|could not translate host name|\b(?:npm|yarn|pnpm) ERR|\b[A-Z]{4,5}\d{4}[EWI]: |\bORA-\d{5}/,
    'other',
  ],
  // Of checks that ask a server of their own configuration.
  [
    /check (?:kube_apiserver_metrics|kube_controller_manager|kube_scheduler|etcd|coredns|kube_dns|kube_proxy|kube_metrics_server|kubernetes_state)\b/i,
    'other',
  ],
];

/** Ports of servers that are none of ours. */
const OTHERS = new Map<number, Server>([
  [2379, 'etcd'],
  [2380, 'etcd'],
  [4317, 'other'],
  [4318, 'other'],
  [8125, 'other'],
  [8126, 'other'],
  [9100, 'other'],
  [9153, 'other'],
  [9443, 'webhook'],
  [10249, 'other'],
  [10254, 'other'],
  [10256, 'other'],
  [10257, 'other'],
  [10259, 'other'],
]);

const KUBELET_PATH =
  /^\/(?:containerLogs|exec|attach|portForward|run|runningpods|logs|checkpoint|stats\/summary|metrics\/(?:cadvisor|resource|probes|slis)|configz|spec|pods)\b/;
const APISERVER_PATH =
  /^\/(?:apis?(?:[?]|$)|apis\/|api\/v1(?:[?]|$)|api\/v1\/(?:namespaces|nodes|pods|services|endpoints|events|configmaps|secrets|persistentvolume|componentstatuses|replicationcontrollers|serviceaccounts|limitranges|resourcequotas|watch|bindings)|openapi\/|version\b|readyz|livez|k8s\/clusters\/)/;
/** Paths that other servers have as well: they tell only at an address of a machine or pod, or as client-go asks them. */
const GENERIC_PATH = /^\/(?:apis?|version|readyz|livez|openapi\/\S{0,200})$/;
/** 6444 and 9345 are the supervisors of k3s and RKE2. */
const APISERVER_PORTS: ReadonlySet<number> = new Set([6443, 6444, 9345]);
const APISERVER_HOST =
  /^(?:kubernetes(?:\.default(?:\.svc(?:\.cluster\.local)?)?)?|kubernetes\.docker\.internal|\S{0,200}\.(?:eks\.amazonaws\.com|azmk8s\.io|gke\.goog)|kube-?api(?:server)?\b\S{0,100})$/i;
/** Of a machine or pod, of a link, and of this machine. */
const PRIVATE =
  /^(?:10\.|127\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|f[cd][\da-f]{2}:|\[f[cd][\da-f]{2}:|localhost$)/i;

/** The addresses a text names, in the order of how much they say: a URL, a pool of connections, then bare `host:port`. */
const ADDRESSES: readonly RegExp[] = [
  /\b(https?):\/\/(?:[^\s/@"']{1,200}@)?(\[[\da-f:.%]{2,60}\]|[\w.-]{0,253})(?::(\d{1,5}))?(\/[^\s"'<>)\],]{0,1000})?/gi,
  /\b(HTTPS?)ConnectionPool\(host='([^']{0,253})', port=(\d{1,5})\)/g,
  /\b(dial) (?:tcp[46]?|udp[46]?) (\[[\da-f:.%]{2,60}\]|[\w.-]{0,253}):(\d{1,5})/g,
  /(->)(\[[\da-f:.%]{2,60}\]|[\w.-]{1,253}):(\d{1,5})\b/g,
  /\b(E[A-Z]{5,15}|connect(?:ed)?|trying|server|kubelet at:?|endpoint|to) "?(?:t(?:cp|ls):\/\/)?(\[[\da-f:.%]{2,60}\]|[\w.-]{1,253})(?: \([\d.:a-f]{2,60}\))?(?::| port )(\d{2,5})\b/gi,
  /\(()'([\w.:-]{2,253})', (\d{1,5})\)/g,
  // .NET: `Connection refused (10.0.0.7:443)`; a place in a stack trace looks the same.
  /\(()(?![\w.-]{1,253}\.(?:java|kt|scala|go|py|rb|rs|[jt]s|cs|cc?):)((?:[\w-]{1,63}\.){1,20}[\w-]{1,63}):(\d{2,5})\)/g,
];

export interface Aim extends Addressee {
  scheme?: string;
}

/** The server a text is about. `byWords`: that it is called the kubelet or the apiserver counts where no address tells; of an event it does not. */
export function aimOf(body: string, byWords: boolean): Aim {
  const addresses = addressesIn(body);
  const named = SENTENCES.find(([text]) => text.test(body))?.[1];
  const known = addresses.find(({ server }) => server !== 'unknown');
  if (named !== undefined && !(named === 'runtime' && known !== undefined)) return { ...(known ?? addresses[0]), server: named };
  if (known) return known;
  const server = byWords ? serverByWords(body) : 'unknown';
  // An address that is nothing of ours, and no word for whose it is: another server.
  const [first] = addresses;
  if (first) return { ...first, server: server === 'unknown' && first.port !== undefined ? 'other' : server };
  return { server };
}

function addressesIn(body: string): Aim[] {
  return ADDRESSES.flatMap((pattern) => [...body.matchAll(pattern)].slice(0, MOST_ADDRESSES).map(addressOf));
}

const MOST_ADDRESSES = 20;

function addressOf([, scheme = '', host = '', port, path]: RegExpMatchArray): Aim {
  const isUrl = /^https?$/i.test(scheme);
  const number = port === undefined ? (isUrl ? (scheme.toLowerCase() === 'https' ? 443 : 80) : undefined) : Number(port);
  // `…:443/api: Timed out`: what ends a sentence is not of the path.
  const aim = { host, port: number, path: path?.replace(/[:;.,]{1,3}$/, ''), scheme: isUrl ? scheme.toLowerCase() : undefined };
  return { ...aim, server: serverAt(aim) };
}

function serverAt({ host = '', port, path = '', scheme }: Omit<Aim, 'server'>): Server {
  if (port === 10255) return 'read-only-port';
  if (port === 10250 || port === 10248 || port === 4194) return 'kubelet';
  if (/datadoghq\.|ddog-gov\./.test(host)) return 'intake';
  if (/^\/v2\//.test(path)) return 'registry';
  if (port === 53) return 'dns';
  // It has a /version as the apiserver has.
  if (port === 5005) return 'cluster-agent';
  if (
    /\/apis\/(?:[\w-]{1,60}\.)?metrics\.k8s\.io\b/.test(path) &&
    host !== '' &&
    PRIVATE.test(host) &&
    port !== 6443 &&
    !/timeout=/.test(path)
  )
    return 'apiserver';
  const isAnyones = GENERIC_PATH.test(path) && (scheme === 'http' || !PRIVATE.test(host));
  if ((APISERVER_PATH.test(path) && !isAnyones) || APISERVER_PORTS.has(port ?? 0) || APISERVER_HOST.test(host)) return 'apiserver';
  if (KUBELET_PATH.test(path) || host === '' || port === 0) return 'kubelet';
  if (port !== undefined && OTHERS.has(port)) return OTHERS.get(port) ?? 'other';
  // The Service kubernetes has the first address of its range.
  if (port === 443 && PRIVATE.test(host) && /[.:]1\]?$/.test(host) && path.length < 2) return 'apiserver';
  if (port === 8080 && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(host)) return 'apiserver';
  if (port === 8443 && PRIVATE.test(host)) return 'apiserver';
  return 'unknown';
}

/** Where no address tells: what the sentence itself calls it. */
const BY_WORDS: readonly [RegExp, Server][] = [
  [/\bkind[":= ]{1,4}Status\b/, 'apiserver'],
  // Its own client asks kubelets; what it answers to others it does not log so.
  [/apiserver received an error that is not an? \S{1,40}Status/, 'kubelet'],
  [/metricset kubernetes\.(?:node|pod|container|volume|system)\b|'(?:node|pod|container|volume|system)' Metricset/, 'kubelet'],
  [/metricset kubernetes\.(?:state_|proxy|scheduler|controllermanager)/, 'other'],
  [
    /error dialing backend|valid for system:node:|kubelet-serving|\/(?:stats\/summary|metrics\/(?:cadvisor|resource|probes)|containerLogs)\b|CN ?= ?system:node:/,
    'kubelet',
  ],
  // A port that stands anywhere.
  [/[\w.\]]:10250\b/, 'kubelet'],
  [/[\w.\]]:10255\b/, 'read-only-port'],
  [/[\w.\]]:6443\b/, 'apiserver'],
  // Libraries that speak with the apiserver alone, and its paths without a host (urllib3).
  [
    /\bio\.(?:fabric8\.)?kubernetes\b|\bkubernetes(?:\.client|\/client\b|_asyncio)\b|\bkube_(?:client|runtime)::|::kubernetes::|\bk8s\.Kubernetes\w{0,20}\b|kubeclient|kube(?:rnetes)?_metadata|kubernetes api\b|pod watch|ConfigMap in the [\w-]{1,63} namespace|[ '"]\/apis?\/(?:v1|[\w.-]{1,100}\/v\d\w{0,10})\//i,
    'apiserver',
  ],
  [
    /failed to (?:list |watch )\*|failed to get server|connect(?:ion)? to the server|\bserver has (?:asked|received)|Error from server|api ?server|kube-?api|lock: |\bleases?\b|client-go|kubernetes\.default/i,
    'apiserver',
  ],
  [/kubelet|scrape node|kubeutil|podlist|statssummary/i, 'kubelet'],
];

function serverByWords(body: string): Server {
  return BY_WORDS.find(([text]) => text.test(body))?.[1] ?? 'unknown';
}
