/** The format string of each fragment, filled in with values of ours; several where programs or versions word it in another way. */

const KUBELET = 'https://192.0.2.7:10250';
const API = 'https://10.96.0.1:443';
const SA = 'system:serviceaccount:monitoring:node-agent';
const ERR = (text: string) => `err="${text.replaceAll('"', '\\"')}"`;
const GET = (url: string, error: string) => `Get "${url}": ${error}`;
const KLOG = (file: string, text: string) => `E0312 07:15:30.123456    1201 ${file}:77] ${text}`;
const CORE = (text: string) => `2026-03-12 07:15:30 UTC | CORE | ERROR | (pkg/util/log/log.go:44 in func1) | ${text}`;
const AUTHN = (error: string) => KLOG('authentication.go', `"Unable to authenticate the request" ${ERR(error)}`);
const HANDSHAKE = (error: string) => KLOG('log.go', `http: TLS handshake error from 10.244.3.9:51010: ${error}`);

export const FORMATS: Readonly<Record<string, readonly string[]>> = {
  'kubelet-webhook': [
    KLOG(
      'webhook.go',
      `Failed to make webhook authenticator request: Post "${API}/apis/authentication.k8s.io/v1/tokenreviews": context deadline exceeded`,
    ),
    KLOG('webhook.go', 'Failed to make webhook authorizer request: Unauthorized'),
  ],
  'kubelet-authorization-error': [
    `Authorization error (user=${SA}, verb=get, resource=nodes, subresource=metrics)`,
    KLOG(
      'server.go',
      `"Authorization error" ${ERR('Post "https://api.test:6443/apis/authorization.k8s.io/v1/subjectaccessreviews": EOF')} user="${SA}" verb="get"`,
    ),
  ],
  'kubelet-authorization-attributes': ['Authorization error: could not determine attributes for request'],
  'kubelet-debug-endpoints': ['Debug endpoints are disabled.'],
  'kubelet-anonymous-register': [
    KLOG(
      'kubelet_node_status.go',
      `"Unable to register node with API server" ${ERR('nodes is forbidden: User "system:anonymous" cannot create resource "nodes" in API group "" at the cluster scope')} node="w-3"`,
    ),
  ],
  'kubelet-listen-read-only': [
    KLOG('server.go', '"Starting to listen read-only" address="192.0.2.7" port=10255'),
    KLOG('server.go', 'Starting to listen read-only on 192.0.2.7:10255'),
  ],
  'kubelet-listen-fails': [
    KLOG('server.go', `"Failed to listen and serve" ${ERR('listen tcp 192.0.2.7:10250: bind: address already in use')}`),
  ],
  'kubelet-bootstrap-kubeconfig': [
    KLOG(
      'run.go',
      `"command failed" ${ERR('failed to run Kubelet: unable to load bootstrap kubeconfig: stat /etc/kubernetes/bootstrap-kubelet.conf: no such file or directory')}`,
    ),
    'failed to run Kubelet: invalid kubeconfig: invalid configuration: [unable to read client-cert /var/lib/kubelet/pki/x.pem for default-auth due to open]',
  ],
  'runtime-socket': [
    KLOG(
      'run.go',
      `"command failed" ${ERR('failed to run Kubelet: validate service connection: validate CRI v1 runtime API for endpoint "unix:///run/crio/crio.sock": rpc error: code = Unavailable')}`,
    ),
    'rpc error: code = Unknown desc = Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
  ],
  'runtime-down': [
    KLOG('kubelet.go', `"Skipping pod synchronization" ${ERR('container runtime is down')}`),
    'skipping pod synchronization - [container runtime is down]',
    KLOG(
      'kuberuntime_manager.go',
      'PodSandboxStatus of sandbox "27a4" for pod "app-1_shop(1)" error: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
    ),
    KLOG(
      'remote_runtime.go',
      `"ListPodSandbox with filter from runtime service failed" ${ERR('rpc error: code = DeadlineExceeded desc = context deadline exceeded')} filter="nil"`,
    ),
  ],
  'network-not-ready': [
    KLOG(
      'kubelet.go',
      '"Container runtime network not ready" networkReady="NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized"',
    ),
    'runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:docker: network plugin is not ready: cni config uninitialized',
  ],
  'pleg-start': [
    KLOG(
      'kubelet.go',
      `"Skipping pod synchronization" ${ERR('[container runtime status check may not have completed yet, PLEG is not healthy: pleg has yet to be successful]')}`,
    ),
  ],
  pleg: [
    KLOG(
      'kubelet.go',
      `"Skipping pod synchronization" ${ERR('PLEG is not healthy: pleg was last seen active 4m1s ago; threshold is 3m0s')}`,
    ),
    'skipping pod synchronization - [PLEG is not healthy: pleg was last seen active 4m1s ago; threshold is 3m0s]',
  ],
  'kubelet-partial-stats': [
    KLOG(
      'cadvisor_stats_provider.go',
      `"Partial failure issuing cadvisor.ContainerInfoV2" ${ERR('partial failures: ["/kubepods.slice/a": RecentStats: unable to find data in memory cache]')}`,
    ),
  ],
  'kubelet-restarts': [
    '  FrequentKubeletRestart   True   Thu, 12 Mar 2026 07:15:30 +0000   Thu, 12 Mar 2026 07:15:30 +0000   FrequentKubeletRestart   Found 6 matching logs, which meets the threshold of 5',
    'Warning   KubeletUnhealthy   node/w-3   kubelet:kubelet was found unhealthy; repair flag : true',
  ],
  'kubelet-out-of-memory': [
    '2m   Warning   SystemOOM   node/w-3   System OOM encountered, victim process: kubelet, pid: 1201',
    'Mar 12 07:15:30 w-3 kernel: Out of memory: Killed process 1201 (kubelet) total-vm:1829348kB, anon-rss:91236kB',
  ],
  'other-socket': [
    'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /var/lib/kubelet/plugins/csi.test/csi.sock: connect: connection refused"',
  ],
  'kubelet-start': [
    KLOG('kubelet.go', `"Failed to start ContainerManager" ${ERR('Unit kubepods.slice already exists.')}`),
    KLOG(
      'run.go',
      `"command failed" ${ERR('failed to load kubelet config file, path: /var/lib/kubelet/config.yaml, error: failed to load Kubelet config file')}`,
    ),
    KLOG('run.go', `"command failed" ${ERR('failed to validate kubelet flags: unknown')}`),
    'F0312 07:15:30.123456 1201 server.go:198] failed to load Kubelet config file /var/lib/kubelet/config.yaml, error failed to read kubelet config file',
    'Mar 12 07:15:30 w-3 systemd[1]: kubelet.service: Main process exited, code=exited, status=1/FAILURE',
  ],
  'kubeadm-healthz': [
    "[kubelet-check] It seems like the kubelet isn't running or healthy.",
    `[kubelet-check] The HTTP call equal to 'curl -sSL http://localhost:10248/healthz' failed with error: ${GET('http://localhost:10248/healthz', 'dial tcp 127.0.0.1:10248: connect: connection refused')}.`,
  ],
  'serving-csr': [
    KLOG(
      'certificate_manager.go',
      '"Certificate request was not signed" err="timed out waiting for the condition" logger="kubernetes.io/kubelet-serving"',
    ),
    'certificate signing request is denied, reason: NotApproved, message: by policy',
  ],
  'client-csr': [
    KLOG(
      'certificate_manager.go',
      `"Failed while requesting a signed certificate from the control plane" ${ERR('cannot create certificate signing request: Unauthorized')} logger="kubernetes.io/kube-apiserver-client-kubelet"`,
    ),
  ],
  'kubelet-status': [
    KLOG(
      'controller.go',
      `"Failed to ensure lease exists, will retry" ${ERR(GET('https://api.test:6443/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/w-3?timeout=10s', 'EOF'))} interval="400ms"`,
    ),
    KLOG(
      'controller.go',
      `failed to ensure node lease exists, will retry in 400ms, error: ${GET('https://api.test:6443/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/w-3?timeout=10s', 'EOF')}`,
    ),
    KLOG('kubelet_node_status.go', `"Error updating node status, will retry" ${ERR('error getting node "w-3": Unauthorized')}`),
  ],
  'handshake-eof': [HANDSHAKE('EOF'), HANDSHAKE('read tcp 192.0.2.7:10250->10.244.3.9:51010: read: connection reset by peer')],
  'kubelet-pod-sync': [
    KLOG(
      'pod_workers.go',
      `"Error syncing pod, skipping" ${ERR('failed to "StartContainer" for "app" with CrashLoopBackOff: "back-off 40s restarting failed container=app pod=app-1_shop(1)"')} pod="shop/app-1"`,
    ),
  ],
  'kubelet-authenticate': [KLOG('server.go', '"Unable to authenticate the request due to an error" err="x"')],
  'kubelet-works': [
    KLOG('kubelet_node_status.go', '"Successfully registered node" node="w-3"'),
    KLOG('kubelet_node_status.go', 'Successfully registered node w-3'),
  ],
  'agent-401-with-token': [
    CORE('Failed to reach Kubelet at: 192.0.2.7:10250 - error: unauthorized to request test kubelet endpoint (/spec) - token used: true'),
    CORE(
      'Failed to reach Kubelet at: 192.0.2.7:10250 - error: unauthorized to request test kubelet endpoint (/healthz) - token used: true',
    ),
  ],
  'agent-401-without-token': [
    CORE(
      'Failed to reach Kubelet at: 192.0.2.7:10250 - error: unauthorized to request test kubelet endpoint (/healthz) - token used: false',
    ),
  ],
  'agent-ports-off': [CORE('Invalid Kubelet configuration: both HTTPS and HTTP ports are disabled')],
  'agent-host-unset': ['unable to get hostname from docker, make sure to set the kubernetes_kubelet_host option: no such file'],
  'agent-uses-read-only-port': [
    CORE(
      'Unable to access Kubelet through HTTPS - Using HTTP connection instead. Please check if your setup requires kubelet_tls_verify = false',
    ),
  ],
  'agent-403-then-http': [
    'Failed to securely reach the kubelet over HTTPS, received a status 403. Trying a non secure connection over HTTP.',
  ],
  'agent-401-then-http': [
    'Failed to securely reach the kubelet over HTTPS, received a status 401. Trying a non secure connection over HTTP.',
  ],
  'agent-provider-401': [
    CORE('Unable to collect configurations from provider kubernetes: couldn\'t fetch "podlist": unexpected status code 401'),
  ],
  'agent-podlist-invalid': [
    CORE("couldn't fetch \"podlist\": unable to unmarshal podlist, invalid or null: invalid character '<' looking for beginning of value"),
  ],
  'agent-metrics-forbidden': [
    CORE(`Error reporting metrics: strconv.ParseFloat: parsing "(user=${SA},": invalid syntax while parsing: "Forbidden (user=${SA},"`),
    CORE(`Error reporting metrics: text format parsing error in line 1: expected float as value, got "(user=${SA},"`),
  ],
  'agent-metrics-unauthorised': [
    CORE('Error reporting metrics: expected value after metric, got "\\n" ("INVALID") while parsing: "Unauthorized\\n"'),
  ],
  'agent-metrics-authorization-error': [
    CORE('Error reporting metrics: strconv.ParseFloat: parsing "error": invalid syntax while parsing: "Authorization error"'),
    CORE('Error reporting metrics: text format parsing error in line 1: expected float as value, got "error"'),
  ],
  'agent-metrics-debug-handlers': [
    CORE('Error reporting metrics: unsupported character in float while parsing: "Debug endpoints"'),
    CORE('Error reporting metrics: text format parsing error in line 1: expected float as value, got "endpoints"'),
  ],
  'agent-metrics-plain-http': [CORE('Error reporting metrics: text format parsing error in line 1: expected float as value, got "sent"')],
  'agent-metrics-not-metrics': [
    CORE('Error reporting metrics: expected a valid start token, got "4" ("INVALID") while parsing: "4"'),
    CORE('Error reporting metrics: text format parsing error in line 1: invalid metric name'),
  ],
  'agent-metrics-empty': [CORE('Error reporting metrics: text format parsing error in line 1: unexpected end of input stream')],
  'token-none': [
    'open /var/run/secrets/kubernetes.io/serviceaccount/token: no such file or directory',
    'Couldn\'t read auth token defined in "/run/t": open /run/t: no such file or directory',
    'kubernetes.config.config_exception.ConfigException: Service token file does not exist.',
  ],
  'token-unreadable': [
    'could not read token from /var/run/secrets/kubernetes.io/serviceaccount/token: open /var/run/secrets/kubernetes.io/serviceaccount/token: permission denied',
  ],
  'token-file': [
    "Can't create a config for the official client from the service account's token: open: input/output error",
    'unable to read token file /run/t: is a directory',
    'io.fabric8.kubernetes.client.Config      : Error reading service account token from: [/run/t].',
  ],
  'ca-file': [
    'MountVolume.SetUp failed for volume "kubelet-ca" : hostPath type check failed: /etc/kubernetes/certs/kubeletserver.crt is not a file',
    'cert path /run/ca.pem could not be read: open /run/ca.pem: no such file or directory',
  ],
  'agent-socket-missing': [
    CORE(
      'temporary failure in criutil, will retry later: failed to dial: dial unix /host/run/crio/crio.sock: connect: no such file or directory',
    ),
    '2026-03-12T07:15:30Z W! No pod metric collected, metrics count is still 3 is containerd socket mounted?',
  ],
  'agent-socket-refuses': [
    CORE(
      'Error running check cri: failed to dial "/run/containerd/containerd.sock": connection error: desc = "transport: error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"',
    ),
  ],
  'agent-impossible': [
    CORE(
      'impossible to reach Kubelet with host: 192.0.2.7. Please check if your setup requires kubelet_tls_verify = false. Activate debug logs to see all attempts made',
    ),
    CORE('Kubelet connection check failed'),
    CORE('impossible to reach Kubelet with HTTP. Please check if your setup requires kubelet_tls_verify = false.'),
  ],
  retry: [
    CORE('temporary failure in kubeutil, will retry later: try delay not elapsed yet'),
    'permanent failure in apiserver: retry number exceeded',
  ],
  'agent-collector': [CORE('error pulling from collector "kubelet": something else')],
  'agent-works': [CORE(`Successful configuration found for Kubelet, using URL: ${KUBELET}`)],
  'token-expired': [
    AUTHN('[invalid bearer token, service account token has expired]'),
    'Unable to authenticate the request due to an error: [invalid bearer token, Token has expired.]',
  ],
  'token-not-yet-valid': [
    AUTHN('[invalid bearer token, service account token is not valid yet]'),
    AUTHN('[invalid bearer token, service account token is issued in the future]'),
  ],
  'token-audience': [
    AUTHN('[invalid bearer token, token audiences ["vault"] is invalid for the target audiences ["https://kubernetes.default.svc"]]'),
  ],
  'token-foreign': [
    AUTHN('[invalid bearer token, invalid signature, no keys found]'),
    'Unable to authenticate the request due to an error: [invalid bearer token, [invalid bearer token, square/go-jose: error in cryptographic primitive]]',
    AUTHN('[invalid bearer token, token issuer "https://oidc.test" is invalid]'),
  ],
  'token-invalidated': [
    AUTHN('[invalid bearer token, service account token has been invalidated]'),
    AUTHN('[invalid bearer token, ServiceAccount monitoring/node-agent has been deleted]'),
    AUTHN('[invalid bearer token, service account UID (a1) does not match claim (b2)]'),
    AUTHN("[invalid bearer token, Token does not match server's copy]"),
    'the token in secret monitoring/x for service account monitoring/y has been marked invalid. Use tokens from the TokenRequest API',
  ],
  'token-stale': [`"authentication.k8s.io/stale-token":"subject: ${SA}, seconds after warning threshold: 321"`],
  'client-certificate-expired': [
    AUTHN(
      'verifying certificate SN=7, SKID=, AKID= failed: x509: certificate has expired or is not yet valid: current time 2026-03-12T07:15:30Z is after 2026-03-01T00:00:00Z',
    ),
  ],
  'client-certificate-not-yet-valid': [
    AUTHN(
      'verifying certificate SN=7, SKID=, AKID= failed: x509: certificate has expired or is not yet valid: current time 2026-03-12T07:15:30Z is before 2026-04-01T00:00:00Z',
    ),
  ],
  'client-certificate-usage': [
    AUTHN('verifying certificate SN=7, SKID=, AKID= failed: x509: certificate specifies an incompatible key usage'),
  ],
  'client-certificate-foreign': [AUTHN('verifying certificate SN=7, SKID=, AKID= failed: x509: certificate signed by unknown authority')],
  'token-invalid': [AUTHN('invalid bearer token')],
  'kubelet-refuses-apiserver': [
    'error: unable to upgrade connection: Unauthorized',
    'error: You must be logged in to the server (the server has asked for the client to provide credentials ( pods/log app-1))',
  ],
  'logged-in': [
    'error: You must be logged in to the server (Unauthorized)',
    'failed to list *v1.Node: the server has asked for the client to provide credentials (get nodes)',
  ],
  'in-cluster': [
    'unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined',
    'kubernetes.config.config_exception.ConfigException: Service host/port is not set.',
  ],
  'apiserver-ca-file': [
    KLOG('config.go', 'Expected to load root CA config from /run/ca.crt, but got err: open /run/ca.crt: no such file or directory'),
    'kubernetes.config.config_exception.ConfigException: Service certification file does not exists.',
  ],
  'kubectl-localhost': ['The connection to the server localhost:8080 was refused - did you specify the right host or port?'],
  'exec-plugin': ['Unable to connect to the server: getting credentials: exec: executable aws not found'],
  throttled: [
    'the server has received too many requests and has asked us to try again later (get pods)',
    'Too many requests, please try again later.',
  ],
  etcd: ['rpc error: code = Unavailable desc = etcdserver: leader changed', 'Error from server: etcdserver: request timed out'],
  'unable-to-handle': ['the server is currently unable to handle the request (get nodes)'],
  'kubelet-healthz-parts': ['[+]ping ok [+]log ok [-]syncloop failed: reason withheld healthz check failed'],
  'healthz-parts': ['[+]ping ok [-]poststarthook/x failed: reason withheld livez check failed'],
  'kubelet-endpoint': [
    'Internal Error: failed to list pod stats: rpc error',
    `unexpected status code 500 on ${KUBELET}/stats/summary: failed to get rootFs info`,
  ],
  'deprecated-componentstatus': ['Warning: v1 ComponentStatus is deprecated in v1.19+'],
  'deprecated-endpoints': ['Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'],
  'check-resources': ['check resources failed: event collection, node collection'],
  'no-tunnel': [`Error from server: ${GET(`${KUBELET}/containerLogs/shop/app-1/app`, 'No agent available')}`],
  'node-authorizer': [
    'configmaps "x" is forbidden: User "system:node:w-3" cannot list resource "configmaps" in API group "" in the namespace "shop": no relationship found between node \'w-3\' and this object',
  ],
  'leader-elector': [
    'Warning: Failed to instantiate the Leader Elector. Not running the Kubernetes API Server check or collecting Kubernetes Events.',
  ],
  'apiserver-client': ['Could not get apiserver client: something else'],
  backend: ['error dialing backend: something else'],
  'lease-works': [
    'I0312 07:15:30.123456 1 leaderelection.go:258] "Successfully acquired lease" lock="monitoring/x"',
    'I0312 07:15:30.123456 1 leaderelection.go:258] successfully acquired lease monitoring/x',
  ],
  'otel-host-unset': ['warn kubelet/client.go:104 Kubelet endpoint not defined, using default endpoint otel-x7:10250'],
  'scrape-timeout': [
    KLOG('scraper.go', '"Failed to scrape node, timeout to access kubelet" err="context deadline exceeded" node="w-3" timeout="10s"'),
  ],
  'fluent-bit-buffer': ['[warn] [http_client] cannot increase buffer: current=32000 requested=64768 max=32000'],
  'opencost-provider': ['WRN node ProviderID not set, skipping for w-3'],
  'scrape-no-address': [KLOG('scraper.go', '"Failed to scrape node" err="no address matched types [InternalIP]" node="w-3"')],
  'metrics-none': ['"Failed probe" probe="metric-storage-ready" err="no metrics to serve"', 'error: Metrics API not available'],
  scrape: [
    KLOG('scraper.go', '"Failed to scrape node" err="something else" node="w-3"'),
    'unable to fully collect metrics: [unable to fully scrape metrics from source kubelet_summary:w-3: something else]',
  ],
  'otel-call': [
    '2026-03-12T07:15:30.123Z\terror\tkubeletstatsreceiver/scraper.go:101\tcall to /stats/summary endpoint failed\t{"error": "something else"}',
  ],
  'prometheus-scrape': ['level=debug msg="Scrape failed" scrape_pool=x err="something else"'],
  'vendor-kubelet': [
    'level=error msg="retrieving kubelet data: something else"',
    'Error fetching data for metricset kubernetes.node: something else',
  ],
  'row-not-ready': ['w-3   NotReady   <none>   12d   v1.33.1'],
  'row-cordoned': ['w-3   Ready,SchedulingDisabled   <none>   12d   v1.33.1'],
  'row-ready': ['w-3   Ready   <none>   12d   v1.33.1'],
  'row-request': ['csr-x7k2p   3m   kubernetes.io/kubelet-serving   system:node:w-3   <none>   Pending'],
  'node-silent': ['Kubelet stopped posting node status.', 'Kubelet never posted node status.'],
  'node-not-ready': [
    KLOG(
      'setters.go',
      '"Node became not ready" node="w-3" condition={"type":"Ready","status":"False","reason":"KubeletNotReady","message":"x"}',
    ),
    'Node w-3 status is now: NodeNotReady',
    'Warning: w-3 has condition Ready - Unknown',
  ],
  'pod-security': [
    'Error creating: pods "node-agent-x" is forbidden: violates PodSecurity "restricted:latest": host namespaces (hostPID=true)',
  ],
  'service-account-missing': [
    'Error creating: pods "node-agent-" is forbidden: error looking up service account monitoring/node-agent: serviceaccount "node-agent" not found',
  ],
  admission: [
    'pods "node-agent-" is forbidden: no providers available to validate pod request',
    'pods "node-agent-" is forbidden: unable to validate against any security context constraint: [provider restricted: not usable]',
    'spec.containers[0].hostPort: Invalid value: 4318: Host port 4318 is not allowed to be used. Allowed ports: [8126]',
    'pods "node-agent-x" is forbidden: exceeded quota: all, requested: pods=1, used: pods=5, limited: pods=5',
  ],
  'host-path-read-only': [
    'Error: failed to generate container spec: failed to mkdir "/etc/os-more": mkdir /etc/os-more: read-only file system',
  ],
  'agent-image': [
    '3m   Warning   Failed   pod/datadog-agent-x7   Failed to pull image "registry.test/agent:7": rpc error: code = NotFound desc = not found',
  ],
  'agent-sandbox': [
    '3m   Warning   FailedCreatePodSandBox   pod/datadog-agent-x7   Failed to create pod sandbox: rpc error: code = Unknown desc = plugin type="calico" failed (add)',
  ],
  'agent-object': [
    '3m   Warning   FailedMount   pod/datadog-agent-x7   MountVolume.SetUp failed for volume "conf" : configmap "datadog-conf" not found',
  ],
  'event-agent-waits': [
    '3m   Warning   BackOff   pod/datadog-agent-x7   Back-off restarting failed container agent in pod datadog-agent-x7_monitoring',
  ],
  'pod-waits': [
    'MountVolume.SetUp failed for volume "data" : secret "db" not found',
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "x": plugin type="flannel" failed (add): open /run/flannel/subnet.env: no such file or directory',
  ],
  'x509-loopback-only': [
    GET(`${KUBELET}/metrics/resource`, 'tls: failed to verify certificate: x509: certificate is valid for 127.0.0.1, not 192.0.2.7'),
  ],
  'x509-name': [
    GET(`${KUBELET}/pods`, 'x509: certificate is valid for 192.0.2.8, not 192.0.2.7'),
    GET(`${KUBELET}/pods`, "x509: cannot validate certificate for 192.0.2.7 because it doesn't contain any IP SANs"),
    `HTTPSConnectionPool(host='192.0.2.7', port=10250): Max retries exceeded with url: /pods (Caused by SSLError(CertificateError("hostname '192.0.2.7' doesn't match 'w-3'")))`,
    "curl: (60) SSL: no alternative certificate subject name matches target host name '192.0.2.7'",
    'javax.net.ssl.SSLHandshakeException: No subject alternative names matching IP address 192.0.2.7 found',
    'javax.net.ssl.SSLPeerUnverifiedException: Hostname w-3 not verified:',
  ],
  'x509-no-san': [
    GET('https://w-3:10250/pods', 'x509: certificate relies on legacy Common Name field, use SANs instead'),
    GET('https://w-3:10250/pods', 'x509: certificate is not valid for any names, but wanted to match w-3'),
  ],
  'client-certificate-active-expired': [
    'The currently active client certificate has expired and the server is responsive, exiting.',
    'part of the existing bootstrap client certificate in /etc/kubernetes/kubelet.conf is expired: 2026-03-01 00:00:00 +0000 UTC',
  ],
  'x509-not-yet-valid': [
    GET(
      `${KUBELET}/pods`,
      'x509: certificate has expired or is not yet valid: current time 2026-03-12T07:15:30Z is before 2026-04-01T00:00:00Z',
    ),
    'SSLError: certificate verify failed: certificate is not yet valid',
  ],
  'x509-expired': [
    GET(
      `${KUBELET}/pods`,
      'x509: certificate has expired or is not yet valid: current time 2026-03-12T07:15:30Z is after 2026-03-01T00:00:00Z',
    ),
    GET(`${KUBELET}/pods`, 'x509: certificate has expired or is not yet valid'),
    'CERT_HAS_EXPIRED',
    'The remote certificate is invalid because of errors in the certificate chain: NotTimeValid',
  ],
  'openssl-self-signed': ['SSL certificate problem: self-signed certificate', 'SSL certificate problem: self signed certificate'],
  'x509-unknown-authority': [
    GET(`${KUBELET}/pods`, 'x509: certificate signed by unknown authority'),
    'verify error:num=20:unable to get local issuer certificate',
    'PKIX path building failed: unable to find valid certification path to requested target',
    'The remote certificate is invalid because of errors in the certificate chain: UntrustedRoot',
    'error trying to connect: The certificate was not trusted.',
  ],
  'x509-not-accepted': [
    GET(`${KUBELET}/pods`, 'x509: certificate specifies an incompatible key usage'),
    'error trying to connect: invalid peer certificate: BadEncoding',
  ],
  'openssl-verify-failed': [
    "SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:1000)')",
    'curl: (60) server certificate verification failed. CAfile: /run/ca.pem CRLfile: none',
  ],
  'tls-no-serving-certificate': [HANDSHAKE('no serving certificate available for the kubelet')],
  'tls-alert-internal-error': [
    GET(`${KUBELET}/pods`, 'remote error: tls: internal error'),
    'Received fatal alert: internal_error',
    'tlsv1 alert internal error',
  ],
  'tls-alert-of-client': [HANDSHAKE('remote error: tls: bad certificate'), HANDSHAKE('remote error: tls: unknown certificate authority')],
  'tls-alert-certificate': [
    GET(`${KUBELET}/pods`, 'remote error: tls: bad certificate'),
    GET(`${KUBELET}/pods`, 'remote error: tls: certificate required'),
    'tlsv13 alert certificate required',
  ],
  'tls-key-mismatch': ['tls: private key does not match public key'],
  'tls-version': [
    HANDSHAKE('tls: client offered only unsupported versions: [302 301]'),
    GET(`${KUBELET}/pods`, 'remote error: tls: protocol version not supported'),
  ],
  'http-to-kubelet-port': [
    `Get "http://192.0.2.7:10250/pods": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15\\x03\\x01\\x00\\x02\\x02"`,
  ],
  'http-to-tls-port': ['Client sent an HTTP request to an HTTPS server.'],
  'http-to-tls-port-400': ['GET http://192.0.2.7:10250/metrics returned 400 Bad Request'],
  'http-to-tls-port-log': [
    HANDSHAKE('tls: first record does not look like a TLS handshake'),
    HANDSHAKE('client sent an HTTP request to an HTTPS server'),
  ],
  'plain-http-behind-https': [
    GET(`${KUBELET}/pods`, 'http: server gave HTTP response to HTTPS client'),
    'tls: first record does not look like a TLS handshake',
    'error:0A00010B:SSL routines::wrong version number',
  ],
  'tls-handshake-timeout': [GET(`${KUBELET}/pods`, 'net/http: TLS handshake timeout')],
  proxy: [
    GET(`${KUBELET}/pods`, 'Forbidden'),
    GET(`${KUBELET}/pods`, 'proxyconnect tcp: dial tcp 198.51.100.1:3128: connect: connection refused'),
    "HTTPSConnectionPool(host='192.0.2.7', port=10250): Max retries exceeded with url: /pods (Caused by ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 403 Forbidden')))",
  ],
  'proxy-refuses-target': ['403 Client Error: Target service not allowed for url: http://10.96.4.4:9153/metrics'],
  'cadvisor-port': [GET('http://192.0.2.7:4194/metrics', 'dial tcp 192.0.2.7:4194: connect: connection refused')],
  'port-zero': [GET('https://192.0.2.7:0/', 'dial tcp 192.0.2.7:0: connect: connection refused')],
  'host-empty': [
    'cannot connect: https: "Get \\"https://:10250/pods\\": dial tcp :10250: connect: connection refused"',
    'impossible to reach Kubelet with host: . Please check',
  ],
  'host-gateway': ["ConnectTimeoutError host='169.254.1.1', port=10250 for kubelet"],
  'dns-kubernetes': [
    "[ warn] [net] getaddrinfo(host='kubernetes.default.svc', err=12): Timeout while contacting DNS servers",
    'dial tcp: lookup kubernetes.default.svc on 10.96.0.10:53: no such host',
  ],
  'dns-world': ['dial tcp: lookup updates.example.com on 10.96.0.10:53: no such host'],
  'dns-no-such-service': [
    'dial tcp: lookup shop.test.svc.cluster.local on 10.96.0.10:53: no such host',
    'getaddrinfo ENOTFOUND shop.test.svc',
  ],
  'dns-service': ['dial tcp: lookup metrics-service on 192.0.2.53:53: server misbehaving'],
  'dns-timeout': ['dial tcp: lookup w-3 on 10.96.0.10:53: read udp 10.244.1.2:40000->10.96.0.10:53: i/o timeout'],
  'dns-host-of-application': [
    'java.net.UnknownHostException: redis-master: Name or service not known',
    'dial tcp: lookup payments on 10.96.0.10:53: no such host',
    'getaddrinfo ENOTFOUND mysql',
    'curl: (6) Could not resolve host: payments',
  ],
  conflict: [
    KLOG(
      'controller.go',
      `"Failed to update lease" ${ERR('Operation cannot be fulfilled on leases.coordination.k8s.io "w-3": the object has been modified; please apply your changes to the latest version and try again')}`,
    ),
  ],
  'not-permitted': [GET(`${KUBELET}/pods`, 'dial tcp 192.0.2.7:10250: connect: operation not permitted'), 'connect EPERM 192.0.2.7:10250'],
  'watch-too-old': [
    'rpc error: code = OutOfRange desc = etcdserver: mvcc: required revision has been compacted',
    KLOG('reflector.go', 'k8s.io/client-go/informers/factory.go:150: watch of *v1.Pod ended with: too old resource version: 71 (93)'),
    'The resourceVersion for the provided watch is too old.',
  ],
  'dns-no-such-host': [
    GET('https://w-3:10250/pods', 'dial tcp: lookup w-3 on 10.96.0.10:53: no such host'),
    'getaddrinfo ENOTFOUND w-3',
    "[error] [net] getaddrinfo(host='w-3', err=4): Domain name not found",
  ],
  'no-route': [
    GET(`${KUBELET}/pods`, 'dial tcp 192.0.2.7:10250: connectex: A socket operation was attempted to an unreachable host.'),
    GET(`${KUBELET}/pods`, 'dial tcp 192.0.2.7:10250: connect: no route to host'),
    "OSError: [Errno 113] No route to host: ('192.0.2.7', 10250)",
  ],
  'network-unreachable': [
    GET(`${KUBELET}/pods`, 'dial tcp 192.0.2.7:10250: connect: network is unreachable'),
    GET(`${KUBELET}/pods`, 'dial tcp 192.0.2.7:10250: connectex: A socket operation was attempted to an unreachable network.'),
  ],
  refused: [
    GET(`${KUBELET}/pods`, 'dial tcp 192.0.2.7:10250: connect: connection refused'),
    GET(`${KUBELET}/pods`, 'dial tcp 192.0.2.7:10250: getsockopt: connection refused'),
    'connect ECONNREFUSED 192.0.2.7:10250',
  ],
  'body-stalls': [`${GET(`${KUBELET}/pods`, 'context deadline exceeded (Client.Timeout or context cancellation while reading body)')}`],
  'answer-late': [
    GET(`${KUBELET}/pods`, 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'),
    GET(`${KUBELET}/pods`, 'net/http: request canceled (Client.Timeout exceeded while awaiting headers)'),
  ],
  'policy-drops': [
    'xx drop (Policy denied) flow 0x8e21ac4b to endpoint 0, ifindex 27, file bpf_host.c:2114, , identity 14213->host: 10.244.3.9:52344 -> 192.0.2.7:10250 tcp SYN',
  ],
  timeout: [
    GET(
      `${KUBELET}/pods`,
      'dial tcp 192.0.2.7:10250: connectex: A connection attempt failed because the connected party did not properly respond after a period of time, or established connection failed because connected host has failed to respond.',
    ),
    GET(`${KUBELET}/pods`, 'dial tcp 192.0.2.7:10250: i/o timeout'),
    GET(`${KUBELET}/pods`, 'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)'),
  ],
  'cut-off': [
    GET(
      `${KUBELET}/pods`,
      'read tcp 10.244.3.9:51010->192.0.2.7:10250: wsarecv: An existing connection was forcibly closed by the remote host.',
    ),
    GET(`${KUBELET}/pods`, 'EOF'),
    GET(`${KUBELET}/pods`, 'read tcp 10.244.1.2:40000->192.0.2.7:10250: read: connection reset by peer'),
  ],
  'http-429': ['HTTP 429 Too Many Requests'],
  'http-401': [`401 Client Error: Unauthorized for url: ${KUBELET}/pods`, 'request failed, status: "401 Unauthorized" of the kubelet'],
  'http-403': [`403 Client Error: Forbidden for url: ${KUBELET}/pods`],
  'http-405': [`unexpected status code 405 on ${KUBELET}/logs/`],
  'http-404': [`unexpected status code 404 on ${KUBELET}/stats/summary: 404 page not found`],
  'http-5xx-healthz': [`Kubelet health check failed: ${KUBELET}/healthz: status code 500`],
  'http-5xx': [`unexpected status code 503 on ${KUBELET}/pods`],
  html: [`${KUBELET}/stats/summary: invalid character '<' looking for beginning of value`],
};
