/** Real error texts, from threads, sources and recordings, and the cause each must lead to. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findCause } from '../../src/checks/index.js';
import { printable } from '../../src/host/redact.js';
import { answerOf, readText } from '../../src/texts/index.js';

const AGENT = 'system:serviceaccount:datadog:datadog-agent';

/** Text → the cause that must come first. */
const TEXTS: [text: string, first: string][] = [
  ["x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs", 'kubelet-certificate-name-mismatch'],
  [
    'Get "https://10.0.0.7:10250/pods": x509: certificate is valid for aks-nodepool1-1, not aks-nodepool1-1.internal.cloudapp.net.',
    'kubelet-certificate-name-mismatch',
  ],
  ['Get "https://10.96.0.1:443/version": x509: certificate is valid for 10.0.0.1, not 10.96.0.1', 'apiserver-certificate-name-mismatch'],
  ['x509: certificate relies on legacy Common Name field, use SANs instead', 'kubelet-certificate-without-san'],
  ['Get "https://10.0.0.7:10250/": x509: certificate signed by unknown authority', 'kubelet-certificate-unknown-authority'],
  [
    'Unable to connect to the server: Get "https://10.96.0.1:443/api": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'apiserver-certificate-unknown-authority',
  ],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE: unable to verify the first certificate', 'kubelet-certificate-unknown-authority'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'kubelet-certificate-self-signed'],
  [
    "SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate')",
    'kubelet-certificate-unknown-authority',
  ],
  [
    'x509: certificate has expired or is not yet valid: current time 2026-06-01T00:00:00Z is after 2026-05-01T00:00:00Z',
    'kubelet-certificate-expired',
  ],
  [
    'x509: certificate has expired or is not yet valid: current time 2020-06-01T00:00:00Z is before 2026-05-01T00:00:00Z',
    'kubelet-certificate-not-yet-valid',
  ],
  ['CERT_HAS_EXPIRED: certificate has expired', 'kubelet-certificate-expired'],
  ['Get "https://10.0.0.7:10250/pods": remote error: tls: internal error', 'kubelet-certificate-pending'],
  ['http: TLS handshake error from 10.0.0.1:48010: no serving certificate available for the kubelet', 'kubelet-certificate-pending'],
  [
    'MountVolume.SetUp failed for volume "kubelet-ca" : hostPath type check failed: /etc/kubernetes/certs/kubeletserver.crt is not a file',
    'kubelet-ca-file-missing',
  ],
  ['http: server gave HTTP response to HTTPS client', 'kubelet-speaks-plain-http'],
  ['Get "http://10.0.0.7:10250/pods": net/http: malformed HTTP response "\\x15\\x03\\x01\\x00\\x02\\x02"', 'plain-http-to-tls-port'],
  [
    'error: unable to upgrade connection: Forbidden (user=kube-apiserver-kubelet-client, verb=create, resource=nodes, subresource(s)=[proxy])',
    'kubelet-permission-missing',
  ],
  [
    'error: You must be logged in to the server (the server has asked for the client to provide credentials ( pods/log web-1))',
    'apiserver-unknown-at-kubelet',
  ],
  ['tls: private key does not match public key', 'client-certificate-key-mismatch'],
  ['net/http: TLS handshake timeout', 'kubelet-hangs'],
  [
    "HTTPSConnectionPool(host='10.2.0.1', port=10250): Max retries exceeded (Caused by ConnectTimeoutError(Connection to 10.2.0.1 timed out. (connect timeout=10)))",
    'kubelet-connect-timeout',
  ],
  ['dial tcp 10.0.0.7:10250: i/o timeout', 'kubelet-connect-timeout'],
  ['dial tcp 169.254.1.1:10250: i/o timeout', 'kubelet-host-not-a-node'],
  ["OSError: [Errno 113] No route to host: ('10.0.0.7', 10250)", 'node-address-dead'],
  ['dial tcp 10.0.0.7:10250: connect: network is unreachable', 'kubelet-no-route'],
  ['Get http://10.0.0.7:10255/pods: dial tcp 10.0.0.7:10255: connect: connection refused', 'read-only-port-closed'],
  ['dial tcp 10.0.0.7:10250: connect: connection refused', 'kubelet-down'],
  [
    'The connection to the server 10.0.0.1:6443 was refused: dial tcp 10.0.0.1:6443: connect: connection refused',
    'apiserver-connection-refused',
  ],
  ['read tcp 10.244.0.5:40112->10.0.0.7:10250: read: connection reset by peer', 'kubelet-connection-reset'],
  ['Get "http://:10255/pods": dial tcp :10255: connect: connection refused', 'kubelet-host-unset'],
  ['impossible to reach Kubelet with host: . Please check if your setup requires kubelet_tls_verify = false', 'kubelet-host-unset'],
  ['Get "https://10.128.0.10:0/": dial tcp 10.128.0.10:0: connect: connection refused', 'agent-plain-port-closed'],
  [
    'transport: error while dialing: dial unix /var/run/containerd/containerd.sock: connect: connection refused',
    'agent-runtime-socket-wrong',
  ],
  ['temporary failure in criutil, will retry later: failed to dial: context deadline exceeded', 'agent-runtime-socket-wrong'],
  ['Invalid Kubelet configuration: both HTTPS and HTTP ports are disabled', 'agent-ports-both-disabled'],
  [
    "ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 403 Forbidden')) https://10.0.0.7:10250",
    'proxy-captures-kubelet',
  ],
  ['403 Client Error: Target service not allowed for url: http://172.30.16.2:9153/metrics', 'proxy-captures-kubelet'],
  ['Get "https://10.96.0.1:443/version": proxyconnect tcp: dial tcp 10.9.0.1:3128: i/o timeout', 'proxy-captures-apiserver'],
  [
    'Get "https://kubernetes.default.svc/version": dial tcp: lookup kubernetes.default.svc on 10.96.0.10:53: no such host',
    'cluster-dns-fails',
  ],
  ['dial tcp: lookup ip-10-0-0-7.ec2.internal on 10.96.0.10:53: no such host', 'node-name-does-not-resolve'],
  ['getaddrinfo ENOTFOUND worker-7', 'node-name-does-not-resolve'],
  ['401 Client Error: Unauthorized for url: https://10.0.0.7:10250/metrics/cadvisor', 'kubelet-token-authentication-off'],
  [
    `unexpected status code 403 on https://10.0.0.7:10250/pods: Forbidden (user=${AGENT}, verb=get, resource=nodes, subresource=proxy)`,
    'kubelet-permission-missing',
  ],
  [`Forbidden (user=${AGENT}, verb=get, resource=nodes, subresource(s)=[pods proxy])`, 'kubelet-permission-missing'],
  ['Forbidden (user=system:anonymous, verb=get, resource=nodes, subresource=proxy)', 'kubelet-ignores-token'],
  [`Authorization error (user=${AGENT}, verb=get, resource=nodes, subresource=metrics)`, 'kubelet-cannot-reach-apiserver'],
  [
    'nodes "n1" is forbidden: User "system:anonymous" cannot get resource "nodes" in API group "" at the cluster scope',
    'credential-not-sent',
  ],
  [`nodes is forbidden: User "${AGENT}" cannot list resource "nodes" in API group "" at the cluster scope`, 'permission-missing'],
  [
    `error retrieving resource lock datadog/datadog-leader-election: leases.coordination.k8s.io "datadog-leader-election" is forbidden: User "${AGENT}" cannot get resource "leases"`,
    'leader-lock-forbidden',
  ],
  [
    'pods "datadog-agent-" is forbidden: unable to validate against any security context constraint: hostPath volumes are not allowed',
    'admission-refuses',
  ],
  ['[invalid bearer token, service account token has expired]', 'token-expired'],
  ['[invalid bearer token, service account token has been invalidated]', 'token-rejected'],
  ['authentication.k8s.io/stale-token: subject: system:serviceaccount:datadog:datadog-agent', 'token-held-by-process'],
  ['token audiences ["vault"] is invalid for the target audiences ["https://kubernetes.default.svc"]', 'token-wrong-audience'],
  ['open /var/run/secrets/kubernetes.io/serviceaccount/token: no such file or directory', 'token-missing'],
  [
    'unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined',
    'service-environment-missing',
  ],
  ['getting credentials: exec: executable aws not found', 'credential-plugin-fails'],
  ['Debug endpoints are disabled.', 'kubelet-debug-handlers-off'],
  ['[+]ping ok [+]log ok [-]syncloop failed: reason withheld healthz check failed', 'kubelet-unhealthy'],
  [
    'Internal Error: failed to get rootFs stats: failed to get rootFs info: cannot find filesystem info for device "/dev/vda"',
    'kubelet-endpoint-fails',
  ],
  ['429 Too Many Requests: Too many requests, please try again later.', 'apiserver-throttles'],
  [
    `cannot set a valid kubelet host: cannot connect to kubelet using any of the given hosts: [10.0.0.7] [n1], Errors: [Get "https://10.0.0.7:10250/": x509: cannot validate certificate for 10.0.0.7 because it doesn't contain any IP SANs Get "http://10.0.0.7:10255/": dial tcp 10.0.0.7:10255: connect: connection refused]`,
    'kubelet-certificate-name-mismatch',
  ],
  [
    'temporary failure in kubeutil, will retry later: cannot set a valid kubelet host: cannot connect to kubelet using any of the given hosts: [10.0.0.7] [n1], Errors: [Get "http://10.0.0.7:10255/": dial tcp 10.0.0.7:10255: connect: connection refused Get "https://10.0.0.7:10250/": dial tcp 10.0.0.7:10250: i/o timeout]',
    'kubelet-connect-timeout',
  ],
  // Go, kubectl and the kubelet (crypto/tls, net/http, client-go, pkg/kubelet).
  [
    'tls: failed to verify certificate: x509: certificate is not valid for any names, but wanted to match node-7',
    'kubelet-certificate-without-san',
  ],
  ['remote error: tls: protocol version not supported', 'kubelet-tls-version'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'kubelet-certificate-name-mismatch'],
  ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR: tlsv1 alert internal error: SSL alert number 80', 'kubelet-certificate-pending'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'kubelet-speaks-plain-http'],
  ['tls: first record does not look like a TLS handshake', 'kubelet-speaks-plain-http'],
  ['remote error: tls: bad certificate', 'client-certificate-foreign'],
  [
    'kubelet token defined (/var/run/secrets/kubernetes.io/serviceaccount/token) but unable to read, err: open /var/run/secrets/kubernetes.io/serviceaccount/token: permission denied',
    'token-unreadable',
  ],
  ['Failed to make webhook authenticator request', 'kubelet-cannot-reach-apiserver'],
  ['service account token is not valid yet', 'token-not-yet-valid'],
  ['service account UID (a) does not match claim (b)', 'token-rejected'],
  ['invalid signature, no keys found', 'token-foreign'],
  // Libraries that speak with the apiserver alone: the text names no address.
  [
    'KubernetesClientException: Operation: [list]  for kind: [Pod]  failed.\n\tat io.fabric8.kubernetes.client.dsl.base.BaseOperation.list(BaseOperation.java:1)\nCaused by: javax.net.ssl.SSLHandshakeException: PKIX path building failed: unable to find valid certification path',
    'apiserver-certificate-unknown-authority',
  ],
  [
    "WARNING Retrying (Retry(total=2)) after connection broken by 'NewConnectionError('Failed to establish a new connection: [Errno 111] Connection refused',)': /api/v1/nodes",
    'apiserver-connection-refused',
  ],
  [
    'ERROR kube_client::client::builder: failed with error error trying to connect: certificate verify failed: unable to get local issuer certificate',
    'apiserver-certificate-unknown-authority',
  ],
  [
    'WARN vector::kubernetes::reflector: Watcher Stream received an error. error=WatchFailed(Api(ErrorResponse { message: "Unauthorized", code: 401 }))',
    'token-rejected',
  ],
  ['[filter_kube_metadata] failed to connect: Connection refused - connect(2) for nil port 443', 'apiserver-connection-refused'],
  ['System.Net.Http.HttpRequestException: Connection refused (10.96.0.1:443)', 'apiserver-connection-refused'],
  [
    'System.Net.Http.HttpRequestException: The SSL connection could not be established, see inner exception.\n ---> The remote certificate is invalid because of errors in the certificate chain: PartialChain\n   at k8s.Kubernetes.ListNodeAsync()',
    'apiserver-certificate-unknown-authority',
  ],
  [
    '    at async Watch.watch (file:///app/node_modules/@kubernetes/client-node/dist/watch.js:39:30)\n  [cause]: Error: unable to verify the first certificate',
    'apiserver-certificate-unknown-authority',
  ],
  // Fluent Bit's words.
  ['[error] [upstream] connection #45 to tcp://10.0.0.7:10250 timed out after 10 seconds (connection timeout)', 'kubelet-connect-timeout'],
  ['[error] [flb_network.c errno=111] Connection refused 127.0.0.1:10250', 'kubelet-down'],
  // What ends a sentence is no part of a path.
  ['Invalid Kubernetes API v1 endpoint https://10.96.0.1:443/api: Timed out connecting to server', 'apiserver-connect-timeout'],
  [
    `couldn't get current server API group list: Get "https://10.96.0.1:443/api?timeout=32s": dial tcp 10.96.0.1:443: connect: connection refused`,
    'apiserver-connection-refused',
  ],
  // The apiserver as a client of kubelets.
  [
    'kube-apiserver[9]: apiserver received an error that is not an metav1.Status: x509: certificate is valid for 10.0.0.8, not 10.0.0.7',
    'kubelet-certificate-name-mismatch',
  ],
  // A command and what it prints.
  [
    '$ openssl s_client -connect 10.0.0.1:6443\nCONNECTED(00000003)\ndepth=0 CN = kube-apiserver\nverify error:num=20:unable to get local issuer certificate',
    'apiserver-certificate-unknown-authority',
  ],
  // The authorizer's own reason, and a refusal that no kubelet words so.
  [
    `nodes is forbidden: User "${AGENT}" cannot list resource "nodes" in API group "" at the cluster scope: RBAC: clusterrole.rbac.authorization.k8s.io "datadog-agent" not found`,
    'dangling-binding',
  ],
  [
    `kubelet request GET https://10.0.0.7:10250/pods failed - "403 Forbidden", response: {"kind":"Status","message":"forbidden: User \\"${AGENT}\\" cannot get path \\"/pods\\"","code":403}`,
    'not-a-kubelet',
  ],
  // Pods that do not start, and nodes.
  [
    'Error creating: pods "datadog-agent-x" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true), hostPath volumes (volumes "procdir")',
    'pod-security-refuses',
  ],
  ['pods "agent-" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=10, limited: pods=10', 'admission-refuses'],
  ['insufficient quota to match these scopes: [{PriorityClass In [system-node-critical system-cluster-critical]}]', 'admission-refuses'],
  [
    '0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }',
    'control-plane-taint-not-tolerated',
  ],
  ['0/3 nodes are available: 3 node(s) had untolerated taint(s)', 'node-taint-not-tolerated'],
  ["0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector", 'node-not-selected'],
  ['container runtime network not ready', 'node-not-ready'],
  [
    'Error from server (Forbidden): serviceaccounts "agent" is forbidden: User "jane" cannot impersonate resource "serviceaccounts" in API group ""',
    'impersonation-forbidden',
  ],
  ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice', 'endpoints-deprecated'],
  ['Warning: v1 ComponentStatus is deprecated in v1.19+', 'component-status-deprecated'],
];

const answer = (text: string) => answerOf(readText(text, printable))?.verdict;

describe('texts of threads', () => {
  for (const [text, first] of TEXTS)
    it(text.slice(0, 100), () => {
      const found = answer(text);
      assert.ok(found?.kind === 'cause', JSON.stringify(found));
      assert.equal(found.causes[0]?.cause, first, JSON.stringify(found));
    });

  it('lead only to causes that exist', () => {
    for (const [text] of TEXTS) {
      const found = answer(text);
      if (found?.kind === 'cause') for (const { cause } of found.causes) assert.ok(findCause(cause), cause);
    }
  });

  it('only a server that speaks TLS says that it was asked in plain HTTP: nothing is wrong with the kubelet', () =>
    assert.equal(answer('Client sent an HTTP request to an HTTPS server.')?.kind, 'not-ours'));

  it('of the Cluster Agent and of the tunnel of a control plane is nothing between agent, kubelet and apiserver', () => {
    for (const text of [
      'temporary failure in clusterAgentClient, will retry later: cannot get a cluster agent endpoint for kubernetes service "dd", env "DD_SERVICE_HOST" is empty',
      'temporary failure in clusterAgentClient, will retry later: cluster agent authentication token length must be greater than 32, curently: 12',
      'temporary failure in clusterAgentClient, will retry later: "https://172.20.157.39:5005/version" is unavailable: dial tcp 172.20.157.39:5005: i/o timeout',
      'Error from server: Get "https://10.0.0.7:10250/containerLogs/a/b/c": No agent available',
      'error dialing backend: proxy error from 127.0.0.1:9345 while dialing 172.17.31.161:10250, code 502: 502 Bad Gateway',
    ])
      assert.equal(answer(text)?.kind, 'not-ours', text);
  });

  it('a wrapper alone is no cause, and nonsense none at all', () => {
    assert.equal(answer('Unable to detect the kubelet URL automatically.')?.kind, 'wrapper');
    assert.equal(answer('Unable to authenticate the request due to an error')?.kind, 'wrapper');
    assert.equal(answer('permanent failure in kubeutil: retry number exceeded')?.kind, 'wrapper');
    assert.equal(answer('all is well'), undefined);
  });
});
