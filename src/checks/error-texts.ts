/**
 * From an error text to causes: what Go's x509 and net packages, the kubelet, the apiserver, Node and the Agent itself print. The Agent's own
 * sentences only wrap an error; the one underneath is looked for, that of HTTPS before that of the read-only port. Pure, and data on purpose.
 */

/** What a text may mean: the likeliest cause first. */
export interface TextMatch {
  causes: string[];
  /** The part of the text that told. */
  told: string;
}

interface Rule {
  text: RegExp;
  causes: readonly string[];
}

/** Of the kubelet, unless the text names the apiserver; then the second list counts. */
interface SidedRule extends Rule {
  apiserver?: readonly string[];
}

/** Most telling first: a sentence often holds two of them. Go texts: crypto/x509/verify.go, net/dial.go, client-go, kubelet pkg/kubelet/server. */
const RULES: readonly SidedRule[] = [
  // A proxy in between: before all else, for it quotes what others say.
  {
    text: /ProxyError|Tunnel connection failed|proxyconnect tcp|Proxy Authentication Required|UND_ERR_PRX|CONNECT tunnel failed/i,
    causes: ['proxy-captures-kubelet'],
    apiserver: ['proxy-captures-apiserver'],
  },
  { text: /Target service not allowed/i, causes: ['proxy-captures-kubelet'] },
  // A socket of this machine and no server: the agent's in its container, or the kubelet's on the node.
  {
    text: /dial unix \S{0,200}(containerd|crio|cri-o|docker|dockershim|cri-dockerd)\S{0,40}\.sock|\b(criutil|containerdutil|dockerutil)\b/,
    causes: ['agent-runtime-socket-wrong', 'host-mounts-missing', 'container-runtime-down'],
  },
  // Said by the kubelet's own log, about the question it asks its apiserver.
  { text: /Failed to make webhook (authenticator|authorizer) request/, causes: ['kubelet-cannot-reach-apiserver'] },
  { text: /Unable to authenticate the request/, causes: ['kubelet-rejects-credential', 'kubelet-cannot-reach-apiserver'] },
  // Authorization.
  { text: /cannot impersonate resource/, causes: ['impersonation-forbidden'] },
  { text: /User "system:anonymous" cannot/, causes: ['credential-not-sent'] },
  { text: /Forbidden \(user=system:anonymous/, causes: ['kubelet-ignores-token', 'token-missing'] },
  { text: /Authorization error \(user=/, causes: ['kubelet-cannot-reach-apiserver'] },
  { text: /Forbidden \(user=.{0,600}subresource=proxy\)/, causes: ['kubelet-permission-missing', 'fine-grained-permission-too-new'] },
  { text: /Forbidden \(user=/, causes: ['kubelet-permission-missing', 'kubelet-decision-cached'] },
  {
    text: /error retrieving resource lock|cannot (get|update|create) resource "(leases|endpoints)"|configmaps "[^"]*leader-election" is forbidden/,
    causes: ['leader-lock-forbidden', 'permission-missing'],
  },
  {
    text: /cannot (get|update) resource "configmaps".{0,300}datadogtoken|datadogtoken.{0,300}forbidden/i,
    causes: ['event-bookmark-forbidden'],
  },
  { text: /unable to validate against any security context constraint|violates PodSecurity/, causes: ['pod-security-refuses'] },
  {
    text: /exceeded quota|failed quota|insufficient quota to match these scopes|no PriorityClass with name|admission webhook .{0,300} denied/,
    causes: ['admission-refuses'],
  },
  {
    text: /untolerated taint \{node-role\.kubernetes\.io\/(master|control-?plane|etcd)/,
    causes: ['control-plane-taint-not-tolerated'],
  },
  { text: /didn't match Pod's node affinity/, causes: ['node-not-selected'] },
  { text: /container runtime network not ready|cni plugin not initialized/, causes: ['node-not-ready'] },
  {
    text: /had untolerated taint|untolerated taint \{node-role/,
    causes: ['node-taint-not-tolerated', 'control-plane-taint-not-tolerated'],
  },
  { text: /componentstatuses|ComponentStatus is deprecated/, causes: ['component-status-deprecated'] },
  { text: /v1 Endpoints is deprecated/, causes: ['endpoints-deprecated'] },
  { text: /cannot (get|list|watch|create|update) resource "/, causes: ['permission-missing'] },
  // Certificates.
  {
    text: /doesn't contain any IP SANs|is valid for .{0,2000}, not |ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames|hostname .{0,300} doesn't match/i,
    causes: ['kubelet-certificate-name-mismatch', 'kubelet-certificate-self-signed'],
    apiserver: ['apiserver-certificate-name-mismatch'],
  },
  {
    text: /relies on legacy Common Name field|not valid for any names/,
    causes: ['kubelet-certificate-without-san'],
    apiserver: ['apiserver-certificate-name-mismatch'],
  },
  {
    text: /certificate has expired or is not yet valid.{0,300}is before/,
    causes: ['kubelet-certificate-not-yet-valid', 'clock-skew'],
    apiserver: ['apiserver-certificate-not-yet-valid', 'clock-skew'],
  },
  {
    text: /certificate has expired|CERT_HAS_EXPIRED|certificate expired/i,
    causes: ['kubelet-certificate-expired', 'clock-skew'],
    apiserver: ['apiserver-certificate-expired', 'clock-skew'],
  },
  {
    text: /CERT_NOT_YET_VALID|certificate is not yet valid/i,
    causes: ['kubelet-certificate-not-yet-valid', 'clock-skew'],
    apiserver: ['apiserver-certificate-not-yet-valid', 'clock-skew'],
  },
  {
    text: /DEPTH_ZERO_SELF_SIGNED_CERT|self[- ]signed certificate(?! in certificate chain)/i,
    causes: ['kubelet-certificate-self-signed'],
    apiserver: ['apiserver-certificate-unknown-authority'],
  },
  {
    text: /signed by unknown authority|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT|SELF_SIGNED_CERT_IN_CHAIN|CERTIFICATE_VERIFY_FAILED|unable to get local issuer/i,
    causes: ['kubelet-certificate-unknown-authority', 'kubelet-certificate-self-signed'],
    apiserver: ['apiserver-certificate-unknown-authority'],
  },
  {
    text: /no serving certificate available for the kubelet|remote error: tls: internal error|tlsv1 alert internal error|alert number 80/i,
    causes: ['kubelet-certificate-pending'],
  },
  {
    text: /remote error: tls: (bad certificate|certificate required|unknown certificate)|client's certificate|tls: failed to verify client certificate/i,
    causes: ['client-certificate-foreign', 'client-certificate-expired'],
  },
  { text: /private key does not match public key|key values mismatch/i, causes: ['client-certificate-key-mismatch'] },
  {
    text: /protocol version not supported|no cipher suite|unsupported protocol|handshake failure|no protocols available/i,
    causes: ['kubelet-tls-version'],
  },
  {
    text: /(kubeletserver\.crt|kubelet-ca).{0,300}(not a file|no such file)|hostPath type check failed|unable to load (root )?ca/i,
    causes: ['kubelet-ca-file-missing'],
  },
  {
    text: /HTTP request to an HTTPS server|server gave HTTP response to HTTPS client|first record does not look like a TLS handshake|wrong version number|WRONG_VERSION_NUMBER/i,
    causes: ['kubelet-speaks-plain-http'],
  },
  { text: /TLS handshake timeout/i, causes: ['kubelet-hangs', 'tls-handshake-stalls'], apiserver: ['apiserver-connect-timeout'] },
  // Tokens.
  { text: /token has expired|token is expired/i, causes: ['token-expired'] },
  { text: /service account token is not valid yet|token issued in the future/i, causes: ['token-not-yet-valid', 'server-clock-skew'] },
  { text: /service account UID .{0,300} does not match claim|service account \S+ has been deleted/i, causes: ['token-rejected'] },
  { text: /invalid signature, no keys found/i, causes: ['token-foreign', 'token-rejected'] },
  { text: /serviceaccount\/token: permission denied/i, causes: ['token-unreadable'] },
  { text: /stale-token/, causes: ['token-stale-copy'] },
  {
    text: /has been invalidated|service account token has been|invalid bearer token/i,
    causes: ['token-rejected', 'token-expired', 'token-stale-copy'],
  },
  { text: /token audiences? .{0,300} (is|are) invalid/i, causes: ['token-wrong-audience'] },
  {
    text: /serviceaccount\/token: (no such file|permission denied)|could not read (the )?(service account|bearer) token/i,
    causes: ['token-missing', 'token-unreadable', 'ephemeral-container-without-token'],
  },
  {
    text: /KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined|unable to load in-cluster configuration/i,
    causes: ['service-environment-missing'],
  },
  { text: /exec: executable .{0,300} not found|getting credentials: exec/i, causes: ['credential-plugin-fails'] },
  // Names.
  {
    text: /lookup kubernetes\S{0,200} .{0,300}no such host|kubernetes\.default\S{0,200} (ENOTFOUND|EAI_AGAIN)|ENOTFOUND kubernetes/i,
    causes: ['cluster-dns-fails', 'host-network-without-cluster-dns'],
  },
  {
    text: /no such host|ENOTFOUND|Name or service not known|EAI_AGAIN|server misbehaving/i,
    causes: ['node-name-does-not-resolve', 'cluster-dns-fails'],
    apiserver: ['apiserver-name-does-not-resolve', 'cluster-dns-fails'],
  },
  // Addresses and the network.
  { text: /both HTTPS and HTTP ports are disabled/, causes: ['agent-ports-both-disabled'] },
  // Port 0 of a host: the HTTPS port that is off, and asked all the same by checks that do not know it.
  { text: /https:\/\/[^\s"/]{1,80}:0\/|dial tcp \S{1,80}:0: /, causes: ['agent-plain-port-closed', 'agent-https-port-off'] },
  { text: /https?:\/\/:\d+|dial tcp :\d+|impossible to reach Kubelet with host: \./, causes: ['kubelet-host-unset'] },
  { text: /169\.254\.1\.1|172\.17\.0\.1:10250/, causes: ['kubelet-host-not-a-node'] },
  {
    text: /EHOSTUNREACH|no route to host|Errno 113/i,
    causes: ['node-address-dead', 'kubelet-rejected-by-firewall', 'kubelet-no-route'],
    apiserver: ['apiserver-no-route'],
  },
  { text: /ENETUNREACH|network is unreachable|Errno 101/i, causes: ['kubelet-no-route'], apiserver: ['apiserver-no-route'] },
  { text: /(:10255\b.{0,300}(refused|ECONNREFUSED))|((refused|ECONNREFUSED).{0,300}:10255\b)/i, causes: ['read-only-port-closed'] },
  {
    text: /connection refused|ECONNREFUSED|Errno 111/i,
    causes: ['kubelet-down', 'kubelet-connection-refused', 'kubelet-rejected-by-firewall'],
    apiserver: ['apiserver-connection-refused', 'service-address-broken'],
  },
  {
    text: /connection reset by peer|ECONNRESET|Errno 104|socket hang up/i,
    causes: ['kubelet-connection-reset'],
    apiserver: ['apiserver-connection-reset'],
  },
  { text: /Too Many Requests|\b429\b/, causes: ['apiserver-throttles'] },
  { text: /Debug endpoints are disabled/, causes: ['kubelet-debug-handlers-off'] },
  {
    text: /healthz check failed|\[-\](syncloop|ping|log) failed|PLEG is not healthy/,
    causes: ['kubelet-unhealthy'],
    apiserver: ['apiserver-not-ready'],
  },
  { text: /readyz check failed|etcdserver: |\[-\]etcd failed/, causes: ['apiserver-not-ready'] },
  { text: /failed to get rootFs info|Internal Error: failed to|error gathering metrics/, causes: ['kubelet-endpoint-fails'] },
  {
    text: /awaiting headers|Client\.Timeout exceeded|read timeout/i,
    causes: ['kubelet-hangs', 'kubelet-endpoint-fails', 'kubelet-cannot-reach-apiserver', 'kubelet-large-answers-stall'],
    apiserver: ['apiserver-not-ready', 'apiserver-connect-timeout'],
  },
  {
    text: /i\/o timeout|ETIMEDOUT|timed out|ConnectTimeout|deadline exceeded|UND_ERR_CONNECT_TIMEOUT/i,
    causes: ['kubelet-connect-timeout', 'node-address-dead', 'kubelet-host-not-a-node', 'network-policy-blocks-egress'],
    apiserver: ['apiserver-connect-timeout', 'service-address-broken'],
  },
  {
    text: /\b401\b|Unauthorized/,
    causes: ['kubelet-token-authentication-off', 'kubelet-rejects-credential', 'token-rejected', 'token-expired'],
    apiserver: ['token-rejected', 'token-expired'],
  },
  { text: /\b403\b|forbidden/i, causes: ['kubelet-permission-missing', 'kubelet-ignores-token'], apiserver: ['permission-missing'] },
];

/** Sentences of the Agent that say nothing by themselves: what is underneath is not in them. */
const WRAPPERS =
  /unable to detect the kubelet URL automatically|temporary failure in kubeutil|permanent failure in kubeutil|retry number exceeded|unable to find metrics_endpoint|unable to reliably determine the host name|auth_token/i;

/** Does the text speak of the apiserver: by name, or by its usual ports and paths? */
const APISERVER =
  /apiserver|kubernetes\.default|kubernetes\/serviceaccount\.go|:6443\b|https?:\/\/[^/\s"]+:443\b|dial tcp [^\s]+:443\b|\/apis?\/|the server was unable|must be logged in to the server/i;
const KUBELET = /:10250\b|:10255\b|kubelet/i;

/** The causes behind an error text; undefined when it is not known, `wrapper` when it only wraps an error that is not there. */
export function explainText(text: string): TextMatch | 'wrapper' | undefined {
  const line = text.slice(0, 8000).replace(/\s+/g, ' ');
  const parts = candidateErrors(line);
  for (const part of parts) {
    const found = explainOne(part);
    if (found) return found;
  }
  return WRAPPERS.test(line) ? 'wrapper' : undefined;
}

/**
 * `cannot connect to kubelet using any of the given hosts: [10.0.0.7] [n1], Errors: [Get "https://…": A Get "http://…": B]` holds an error
 * for each try; those of HTTPS count, for the agent turns to plain HTTP only after they failed (pkg/util/kubernetes/kubelet).
 */
function candidateErrors(line: string): string[] {
  const [, errors] = /Errors: \[(.*)\]?$/s.exec(line) ?? [];
  const inside = errors ?? line;
  const tries = inside.split(/(?=\bGet "?https?:\/\/)/).filter((part) => part.trim() !== '');
  if (tries.length < 2) return [inside];
  const secure = tries.filter((part) => /https:\/\//.test(part));
  return [...secure, ...tries.filter((part) => !secure.includes(part)), inside];
}

function explainOne(part: string): TextMatch | undefined {
  for (const { text, causes, apiserver } of RULES) {
    const told = text.exec(part)?.[0];
    if (told === undefined) continue;
    const ofApiserver = apiserver !== undefined && APISERVER.test(part) && !KUBELET.test(part);
    return { causes: [...(ofApiserver ? apiserver : causes)], told: told.slice(0, 120) };
  }
  return undefined;
}
