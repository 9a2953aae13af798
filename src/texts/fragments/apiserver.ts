/** What the apiserver says and logs, its clients (client-go, kubectl), and the Cluster Agent. Verdicts about credentials are of kubelets too. */
import type { Fragment } from './fragment.js';

const AUTHN = 'Kubernetes 1.31 to 1.36 pkg/serviceaccount/{claims,jwt,legacy}.go';
const CLIENT = 'client-go 0.20 to 0.36';

export const APISERVER: readonly Fragment[] = [
  {
    id: 'token-expired',
    text: /service account token has expired|(?:invalid bearer token|Unable to authenticate|oidc: |validate the token).{0,300}token (?:has|is) expired/i,
    side: 'server',
    anywhere: true,
    means: { causes: ['token-expired', 'token-stale-copy'], proven: true },
    source: AUTHN,
  },
  {
    id: 'token-not-yet-valid',
    text: /service account token is not valid yet|token (?:is )?issued in the future|token is not valid yet/i,
    side: 'server',
    means: { causes: ['token-not-yet-valid', 'server-clock-skew', 'clock-skew'], proven: true },
    source: AUTHN,
  },
  {
    id: 'token-audience',
    text: /token audiences? .{0,300}(?:is|are) invalid/i,
    side: 'server',
    means: { causes: ['token-wrong-audience'], proven: true },
    source: AUTHN,
  },
  {
    id: 'token-foreign',
    text: /invalid signature, no keys found|token issuer "[^"]{0,300}" is invalid|error in cryptographic primitive|no keys found for|oidc: (?:id token )?issu(?:ed by a different provider|er did not match)/i,
    side: 'server',
    means: {
      causes: ['token-foreign', 'token-rejected'],
      says: 'No key of this server fits the signature: the token is of another cluster, or the apiservers do not share one service account key.',
    },
    source: `${AUTHN}; go-jose 2 to 4`,
  },
  {
    id: 'token-invalidated',
    text: /token has been invalidated|service ?account \S{1,320} has been deleted|service ?account UID .{0,300} does not match claim|secret UID .{0,300} does not match service account secret ref claim|does not match server's copy|has been marked invalid|pod(?: name| UID)? .{0,300}does not match.{0,60}(?:claim|pod ref)|(?:pod|secret|node) (?:ref|\S{1,300}) (?:has been deleted|does not match service account \w{1,10} ref claim)/i,
    side: 'server',
    means: { causes: ['token-rejected', 'token-stale-copy'], proven: true },
    source: AUTHN,
  },
  {
    id: 'token-stale',
    text: /authentication\.k8s\.io\/stale-token|seconds after warning threshold/,
    side: 'server',
    means: { causes: ['token-held-by-process', 'token-stale-copy'], proven: true },
    source: 'Kubernetes 1.21 to 1.36 pkg/serviceaccount/claims.go, an annotation of the audit log',
  },
  {
    id: 'client-certificate-expired',
    text: /(?:verifying certificate SN=|Unable to authenticate the request).{0,400}certificate has expired(?: or is not yet valid)?(?!.{0,100}is before)/,
    side: 'server',
    means: { causes: ['client-certificate-expired', 'clock-skew'], says: 'It is the certificate of the caller, not that of the server.' },
    source: 'Kubernetes 1.31 to 1.36 staging/src/k8s.io/apiserver/pkg/authentication/request/x509',
  },
  {
    id: 'client-certificate-not-yet-valid',
    text: /verifying certificate SN=.{0,400}is before/,
    side: 'server',
    means: { causes: ['client-certificate-not-yet-valid', 'clock-skew'] },
    source: 'Kubernetes 1.31 to 1.36 staging/src/k8s.io/apiserver/pkg/authentication/request/x509',
  },
  {
    id: 'client-certificate-usage',
    text: /verifying certificate SN=.{0,400}incompatible key usage/,
    side: 'server',
    means: { causes: ['client-certificate-without-client-usage'] },
    source: 'Kubernetes 1.31 to 1.36 staging/src/k8s.io/apiserver/pkg/authentication/request/x509',
  },
  {
    id: 'client-certificate-foreign',
    text: /(?:verifying certificate SN=|Unable to authenticate the request).{0,400}signed by unknown authority|client certificate .{0,120}signed by unknown authority/,
    side: 'server',
    means: {
      causes: ['client-certificate-foreign', 'kubelet-client-ca-unset'],
      says: 'It is the certificate of the caller, not that of the server.',
    },
    source: 'Kubernetes 1.31 to 1.36 staging/src/k8s.io/apiserver/pkg/authentication/request/x509',
  },
  {
    id: 'token-invalid',
    text: /invalid bearer token/,
    side: 'server',
    means: { causes: ['token-rejected', 'token-expired', 'token-stale-copy'] },
    source: 'Kubernetes 1.31 to 1.36 staging/src/k8s.io/apiserver/pkg/authentication/request/bearertoken',
  },
  {
    id: 'kubelet-refuses-apiserver',
    text: /unable to upgrade connection: Unauthorized|provide credentials \( ?pods\/(?:log|exec|attach|portforward)/,
    first: true,
    target: 'kubelet',
    means: {
      causes: ['apiserver-unknown-at-kubelet', 'kubelet-client-ca-unset', 'client-certificate-expired'],
      says: 'The kubelet does not accept the certificate that the apiserver shows it: kubectl logs and exec fail, the agent need not.',
    },
    source: 'Kubernetes 1.20 to 1.36 pkg/kubelet/server/server.go behind kubectl logs, exec and attach',
  },
  {
    id: 'logged-in',
    text: /must be logged in to the server|has asked for the client to provide credentials/i,
    speaker: 'kubectl',
    target: 'apiserver',
    means: { causes: ['token-rejected', 'token-expired', 'client-certificate-expired', 'credential-plugin-fails'] },
    source: 'Kubernetes 1.20 to 1.36 staging/src/k8s.io/{kubectl,apimachinery}/pkg: a 401 of the apiserver',
  },
  {
    id: 'in-cluster',
    text: /KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined|unable to load in-cluster configuration|Service host\/port is (?:not set|set but empty)/i,
    target: 'apiserver',
    means: { causes: ['service-environment-missing'] },
    source: `${CLIENT} rest/config.go`,
  },
  {
    id: 'apiserver-ca-file',
    text: /Service certification file does not exist|(?:load root CA config from|serviceaccount\/ca\.crt).{0,300}(?:no such file|does not exist|ENOENT|permission denied)/i,
    target: 'apiserver',
    means: { causes: ['apiserver-ca-file-missing', 'token-missing'] },
    source: 'client-go 0.20 to 0.36 rest/config.go; kubernetes-client/python 12 to 31 config/incluster_config.py',
  },
  {
    id: 'kubectl-localhost',
    text: /connection to the server (?:localhost|127\.0\.0\.1|\[::1\]):8080 was refused|https?:\/\/localhost:8080\S{0,200}: dial tcp .{0,60}:8080: connect: connection refused|no configuration has been provided, try setting KUBERNETES_MASTER/i,
    speaker: 'kubectl',
    target: 'apiserver',
    means: {
      causes: ['apiserver-address-unset'],
      says: 'There is no kubeconfig: localhost:8080 is what a client asks where no one named a server.',
    },
    source: `${CLIENT} tools/clientcmd`,
  },
  {
    id: 'exec-plugin',
    text: /exec: executable .{0,300}(?:not found|failed with)|getting credentials: |exec plugin: invalid apiVersion|exec: "[\w./-]{1,200}": executable file not found/i,
    when: ({ body }) => !/OCI runtime|container_linux|StartContainer/.test(body),
    target: 'apiserver',
    means: { causes: ['credential-plugin-fails'] },
    source: `${CLIENT} plugin/pkg/client/auth/exec`,
  },
  {
    id: 'throttled',
    text: /server has received too many requests|Too many requests, please try again later/,
    target: 'apiserver',
    means: { causes: ['apiserver-throttles'], proven: true },
    source: 'Kubernetes 1.20 to 1.36 staging/src/k8s.io/apimachinery/pkg/api/errors',
  },
  {
    id: 'watch-too-old',
    text: /required revision has been compacted|too old resource version|(?:resourceVersion for the provided (?:watch|list)|provided continue parameter|continue token) is too old|The resourceVersion for the provided/i,
    first: true,
    target: 'apiserver',
    means: {
      foreign:
        'A watch or list went on from a version that the apiserver no longer keeps (410 Gone): the client lists again by itself. The apiserver answered, and nothing is wrong with it.',
    },
    source: 'Kubernetes 1.20 to 1.36 staging/src/k8s.io/apiserver/pkg/storage; etcd 3.4 to 3.6 server/storage/mvcc',
  },
  {
    id: 'conflict',
    text: /Operation cannot be fulfilled on \S{1,200} "[^"]{1,253}": (?:the object has been modified|StorageError: invalid object)|please apply your changes to the latest version and try again/,
    first: true,
    target: 'apiserver',
    means: {
      foreign:
        'Two wrote the same object (409 Conflict): the one that was late reads it again and tries again. The apiserver answered, and nothing is wrong with it.',
    },
    source: 'Kubernetes 1.20 to 1.36 staging/src/k8s.io/apimachinery/pkg/api/errors',
  },
  {
    id: 'etcd',
    text: /etcdserver: |rpc error: code = \w{1,40} desc = etcdserver|\[-\]etcd (?:failed|not ok)|readyz check failed|storage is \(re\)initializing|apiserver not ready|apiserver is shutting down/i,
    target: 'apiserver',
    anywhere: true,
    means: { causes: ['apiserver-not-ready'] },
    source: 'etcd 3.4 to 3.6 server/etcdserver/errors.go; Kubernetes 1.31 to 1.36 staging/src/k8s.io/apiserver',
  },
  {
    id: 'unable-to-handle',
    text: /the server is currently unable to handle the request|the server was unable to return a response in the time allotted|an error on the server \(/,
    target: 'apiserver',
    means: { causes: ['apiserver-not-ready'] },
    source: 'Kubernetes 1.20 to 1.36 staging/src/k8s.io/apimachinery/pkg/api/errors (503, 504, 500)',
  },
  {
    id: 'kubelet-healthz-parts',
    text: /\[-\](?:syncloop|log) failed|\[-\]ping failed/,
    target: 'kubelet',
    means: { causes: ['kubelet-unhealthy'] },
    source: 'Kubernetes 1.31 to 1.36 pkg/kubelet/server/server.go, staging/src/k8s.io/apiserver/pkg/server/healthz',
  },
  {
    id: 'healthz-parts',
    text: /healthz check failed|livez check failed/,
    means: {
      by: { kubelet: ['kubelet-unhealthy'], apiserver: ['apiserver-not-ready'], alone: ['kubelet-unhealthy', 'apiserver-not-ready'] },
    },
    source: 'Kubernetes 1.31 to 1.36 staging/src/k8s.io/apiserver/pkg/server/healthz',
  },
  {
    id: 'kubelet-endpoint',
    text: /failed to get rootFs (?:info|stats)|Internal Error: failed to|HTTP InternalServerError: |response: "Internal Error: |error gathering metrics|unable to find data in memory cache|failed to get (?:summary|cadvisor)/i,
    when: ({ target }) => target.server === 'kubelet' || target.server === 'unknown' || target.server === 'read-only-port',
    means: { causes: ['kubelet-endpoint-fails'] },
    source: 'Kubernetes 1.31 to 1.36 pkg/kubelet/server/stats, prometheus/client_golang promhttp',
  },
  {
    id: 'deprecated-componentstatus',
    text: /ComponentStatus is deprecated/,
    means: { causes: ['component-status-deprecated'] },
    source: 'Kubernetes 1.19 to 1.36 pkg/registry/core/rest',
  },
  {
    id: 'deprecated-endpoints',
    text: /v1 Endpoints is deprecated/,
    means: { causes: ['endpoints-deprecated'] },
    source: 'Kubernetes 1.33 to 1.36 pkg/registry/core/endpoint',
  },
  {
    id: 'check-resources',
    text: /check resources failed|Can't list nodes from the API server/,
    when: ({ body }) => !/deadline|refused|timeout|Unauthorized|x509/i.test(body),
    target: 'apiserver',
    speaker: 'cluster-agent',
    means: {
      causes: ['permission-missing', 'role-missing'],
      says: 'The Agent tries to list events, services, pods and nodes at its start: one of these rights is missing.',
    },
    source: 'Datadog Agent 6 to 7.4x pkg/util/kubernetes/apiserver',
  },
  {
    id: 'no-tunnel',
    text: /proxy error from \S{1,300} while dialing|No agent available|no agents? (?:available|connected)|konnectivity|failed to get a backend server from backend manager|proxy server .{0,80}tunnel/i,
    means: {
      foreign:
        'The tunnel from the control plane to the nodes (konnectivity) is down: kubectl logs and exec do not work (control-plane-tunnel-down). The agent on the node does not go through it.',
    },
    source: 'apiserver-network-proxy 0.1 to 0.3x pkg/server',
  },
  {
    id: 'node-authorizer',
    first: true,
    text: /no relationship found between node/,
    means: {
      foreign:
        'The Node authorizer lets a kubelet read what its own pods use, and nothing else; it says this for a moment while a pod is being bound or removed.',
    },
    source: 'Kubernetes 1.31 to 1.36 plugin/pkg/auth/authorizer/node',
  },
  {
    id: 'leader-elector',
    text: /Failed to instantiate the Leader Elector|Could not refresh leadership status|Leader Election Status:\s{1,8}Failing|will fallback to local service mapper|Could not pull the metadata map|cannot retrieve the version of the API server at the moment/,
    speaker: 'cluster-agent',
    target: 'apiserver',
    means: {
      wrapper:
        'It follows from a failure that was logged before: look for "error retrieving resource lock", "Could not get apiserver client" or "temporary failure in apiserver".',
    },
    source: 'Datadog Cluster Agent 1.x to 7.7x pkg/collector/corechecks/cluster, pkg/util/kubernetes/apiserver/leaderelection',
  },
  {
    id: 'apiserver-client',
    text: /Could not get apiserver client|API Server init error|Could not collect \w{1,40} from the API Server|error retrieving resource lock|Failed to update lock|Failed to watch|failed to list \*|Unable to write event|Server rejected event/i,
    target: 'apiserver',
    means: { wrapper: 'The reason stands behind it, or in the line before it.' },
    source: `${CLIENT} tools/{cache,leaderelection,events}; Datadog Cluster Agent pkg/util/kubernetes/apiserver`,
  },
  {
    id: 'backend',
    text: /error dialing backend|error trying to reach service/,
    target: 'kubelet',
    means: { wrapper: 'The apiserver could not reach the kubelet or the pod; the reason stands behind it.' },
    source: 'Kubernetes 1.31 to 1.36 staging/src/k8s.io/apimachinery/pkg/util/proxy',
  },
  {
    id: 'lease-works',
    text: /successfully (?:acquired|renewed) lease|became leader|new leader elected|Caches are synced/i,
    target: 'apiserver',
    means: { works: 'The apiserver was reached, and the right was there, at that time.' },
    source: `${CLIENT} tools/leaderelection`,
  },
];
