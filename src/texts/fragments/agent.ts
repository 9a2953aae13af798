/** What agents on the node print: the Datadog Agent, and what its checks make of the kubelet's answers. */
import type { Fragment } from './fragment.js';

const KUBELET = 'Datadog Agent 7.2x to 7.7x pkg/util/kubernetes/kubelet';
const CHECK = 'Datadog Agent 7.4x to 7.7x pkg/collector/corechecks/containers/kubelet, prometheus/common 0.4x to 0.6x expfmt';
const DEBUG =
  'The reason is in the DEBUG lines before it ("Failed to reach Kubelet at"): at level INFO the Agent does not log it. Set DD_LOG_LEVEL=debug.';

const UNAUTHORISED = [
  'kubelet-token-authentication-off',
  'kubelet-rejects-credential',
  'kubelet-cannot-reach-apiserver',
  'token-expired',
  'token-stale-copy',
];

export const AGENT: readonly Fragment[] = [
  {
    id: 'agent-401-with-token',
    text: /unauthorized to request test kubelet endpoint \(\/\w{1,20}\) - token used: true/,
    speaker: 'node-agent',
    target: 'kubelet',
    means: { causes: UNAUTHORISED },
    source: `${KUBELET}/kubelet_client.go (/spec, later /healthz)`,
  },
  {
    id: 'agent-401-without-token',
    text: /unauthorized to request test kubelet endpoint \(\/\w{1,20}\) - token used: false/,
    speaker: 'node-agent',
    target: 'kubelet',
    means: { causes: ['token-missing', 'credential-not-sent'] },
    source: `${KUBELET}/kubelet_client.go (/spec, later /healthz)`,
  },
  {
    id: 'agent-ports-off',
    text: /Invalid Kubelet configuration: both HTTPS and HTTP ports are disabled/,
    speaker: 'node-agent',
    target: 'kubelet',
    means: { causes: ['agent-ports-both-disabled'], proven: true },
    source: `${KUBELET}/kubelet_client.go`,
  },
  {
    id: 'agent-host-unset',
    text: /unable to get hostname from docker, make sure to set the kubernetes_kubelet_host option/,
    speaker: 'node-agent',
    target: 'kubelet',
    means: { causes: ['kubelet-host-unset'] },
    source: `${KUBELET}/kubelet_client.go`,
  },
  {
    id: 'agent-uses-read-only-port',
    text: /Unable to access Kubelet through HTTPS - Using HTTP connection instead/,
    speaker: 'node-agent',
    target: 'read-only-port',
    means: {
      causes: ['read-only-port-open'],
      says: 'The Agent asks the read-only port now. Why HTTPS fails stands in the DEBUG lines before it.',
    },
    source: `${KUBELET}/kubelet_client.go`,
  },
  {
    id: 'agent-403-then-http',
    text: /Failed to securely reach the kubelet over HTTPS, received a status 403/,
    speaker: 'node-agent',
    target: 'kubelet',
    means: { causes: ['kubelet-permission-missing', 'kubelet-ignores-token'] },
    source: 'Datadog Agent 6 to 7.2x pkg/util/kubernetes/kubelet/kubelet.go',
  },
  {
    id: 'agent-401-then-http',
    text: /Failed to securely reach the kubelet over HTTPS, received a status 401/,
    speaker: 'node-agent',
    target: 'kubelet',
    means: { causes: UNAUTHORISED },
    source: 'Datadog Agent 6 to 7.2x pkg/util/kubernetes/kubelet/kubelet.go',
  },
  {
    id: 'agent-provider-401',
    text: /Unable to collect configurations from provider kubernetes: couldn't fetch "podlist": unexpected status code 401/,
    speaker: 'node-agent',
    target: 'kubelet',
    means: {
      causes: [
        'token-held-by-process',
        'token-stale-copy',
        'token-expired',
        'kubelet-token-authentication-off',
        'kubelet-cannot-reach-apiserver',
      ],
      says: 'The Agent had connected before: an Agent this old reads its token once, at the start, and keeps it. A restart of the pod helps for the life of one token.',
    },
    source: 'Datadog Agent 6 to 7.3x pkg/autodiscovery/providers/kubelet.go, DataDog/datadog-agent#10604',
  },
  {
    id: 'agent-podlist-invalid',
    text: /unable to unmarshal podlist, invalid or null/,
    speaker: 'node-agent',
    target: 'kubelet',
    means: { causes: ['not-a-kubelet', 'kubelet-answer-foreign', 'proxy-captures-kubelet'] },
    source: `${KUBELET}/kubelet.go`,
  },
  {
    id: 'agent-metrics-forbidden',
    first: true,
    text: /(?:parsing|while parsing:|got) "(?:Forbidden )?\(user=/,
    speaker: 'node-agent',
    target: 'kubelet',
    means: { causes: ['kubelet-permission-missing', 'kubelet-ignores-token'], says: "The kubelet's refusal was read as metrics." },
    source: CHECK,
  },
  {
    id: 'agent-metrics-unauthorised',
    text: /while parsing: "Unauthorized|got "Unauthorized/,
    speaker: 'node-agent',
    target: 'kubelet',
    means: { causes: UNAUTHORISED, says: "The kubelet's 401 was read as metrics." },
    source: CHECK,
  },
  {
    id: 'agent-metrics-authorization-error',
    text: /while parsing: "Authorization error|parsing "error": invalid syntax|got "error"/,
    speaker: 'node-agent',
    target: 'kubelet',
    means: {
      causes: ['kubelet-cannot-reach-apiserver'],
      says: "The kubelet's 500 was read as metrics: it could not ask the apiserver for the rights.",
    },
    source: CHECK,
  },
  {
    id: 'agent-metrics-debug-handlers',
    text: /while parsing: "Debug endpoints|got "endpoints"/,
    speaker: 'node-agent',
    target: 'kubelet',
    means: { causes: ['kubelet-debug-handlers-off'] },
    source: CHECK,
  },
  {
    id: 'agent-metrics-plain-http',
    text: /while parsing: "Client sent|got "sent"/,
    speaker: 'node-agent',
    target: 'kubelet',
    means: { foreign: 'The agent speaks plain HTTP to the HTTPS port of the kubelet: give it an https:// address, or the HTTPS port.' },
    source: CHECK,
  },
  {
    id: 'agent-metrics-not-metrics',
    text: /Error reporting metrics: .{0,200}(?:expected a valid start token, got "[4<]|invalid metric name|got "<")/,
    speaker: 'node-agent',
    target: 'kubelet',
    means: { causes: ['not-a-kubelet', 'kubelet-answer-foreign', 'kubelet-endpoint-fails'] },
    source: CHECK,
  },
  {
    id: 'agent-metrics-empty',
    text: /Error reporting metrics: .{0,200}unexpected end of input stream/,
    speaker: 'node-agent',
    target: 'kubelet',
    means: {
      wrapper:
        'The body was empty, or one word such as Unauthorized: the parser does not say which. The status code of the same request does; at level DEBUG the Agent logs it.',
    },
    source: CHECK,
  },
  {
    id: 'token-none',
    text: /Service token file does not exist|serviceaccount\/token\b.{0,40}(?:no such file|does not exist|not found|ENOENT)|(?:unable to read token file|Couldn't read auth token defined in|could not read (?:the )?(?:service account|bearer) token).{0,300}(?:no such file|does not exist)/i,
    means: { causes: ['token-missing', 'ephemeral-container-without-token'] },
    source: `${KUBELET}/kubelet_client.go; client-go 0.31 to 0.36 rest/config.go; OpenTelemetry contrib internal/kubelet`,
  },
  {
    id: 'token-unreadable',
    text: /serviceaccount\/token\b.{0,40}(?:permission denied|EACCES)|kubelet token defined .{0,300}permission denied/i,
    means: { causes: ['token-unreadable'] },
    source: `${KUBELET}/kubelet_client.go; client-go 0.31 to 0.36 rest/config.go`,
  },
  {
    id: 'token-file',
    text: /kubelet token defined \(.{0,300}\) but unable to read|(?:could not|unable to|failed to|error) read(?:ing)? (?:the )?(?:service ?account|bearer) token|unable to read token file|Can't create a config for the official client from the service account's token|failed to read token file/i,
    means: { causes: ['token-missing', 'token-unreadable', 'ephemeral-container-without-token'] },
    source: `${KUBELET}/kubelet_client.go; Datadog Agent pkg/util/kubernetes/apiserver; OpenTelemetry contrib internal/kubelet`,
  },
  {
    id: 'ca-file',
    text: /(?:kubeletserver\.crt|kubelet-ca|kubelet_client_ca|kubelet-client-ca).{0,300}(?:not a file|no such file|permission denied)|cert path .{0,300}could not be read|AppendCertsFromPEM failed|unable to load (?:root )?ca|Failed to retrieve root certificate authority/i,
    target: 'kubelet',
    means: { causes: ['kubelet-ca-file-missing', 'agent-ca-of-old-aks'] },
    source: `${KUBELET}/kubelet_client.go; OpenTelemetry contrib internal/kubelet; Kubernetes pkg/volume/hostpath`,
  },
  {
    id: 'agent-socket-missing',
    text: /(?:containerd|crio|docker|dockershim|cri-dockerd|runtime)\.sock.{0,200}no such file or directory|is (?:containerd|crio|docker) socket mounted\?/i,
    when: ({ speaker }) => speaker !== 'kubelet',
    target: 'runtime',
    means: {
      causes: ['agent-runtime-socket-wrong', 'host-mounts-missing', 'container-runtime-down'],
      says: "The runtime's socket is not at this path in the agent's container: it is not mounted, or lies elsewhere on this node (DD_CRI_SOCKET_PATH, datadog.criSocketPath).",
    },
    source: 'Datadog Agent 6 to 7.7x pkg/util/containers/cri; containerd client, google.golang.org/grpc',
  },
  {
    id: 'agent-socket-refuses',
    text: /criutil|containerdutil|(?:containerd|crio|docker|dockershim|cri-dockerd|runtime)\.sock.{0,300}(?:connection refused|context deadline exceeded|permission denied|i\/o timeout)|failed to dial.{0,200}\.sock/i,
    when: ({ speaker, scene }) => speaker !== 'kubelet' && scene?.kind !== 'pod',
    target: 'runtime',
    means: {
      causes: ['agent-runtime-socket-wrong', 'host-mounts-missing', 'container-runtime-down'],
      says: 'The text is about the socket of the container runtime, not about the kubelet: the runtime is down, or its socket lies elsewhere on this node (DD_CRI_SOCKET_PATH).',
    },
    source: 'Datadog Agent 6 to 7.7x pkg/util/containers/cri; containerd client, google.golang.org/grpc',
  },
  // Wrappers.
  {
    id: 'agent-impossible',
    text: /impossible to reach Kubelet with (?:host|HTTP)|Impossible to reach Kubelet through HTTPS?|Kubelet connection check failed|cannot connect to kubelet using any of the given hosts|cannot set a valid kubelet host|Unable to detect the kubelet URL automatically|connection to kubelet failed|Kube util init error|could not get pod list|Cannot list containers via kubelet/i,
    speaker: 'node-agent',
    target: 'kubelet',
    means: { wrapper: DEBUG },
    source: `${KUBELET}/kubelet_client.go`,
  },
  {
    id: 'retry',
    text: /temporary failure in \w{1,40}, will retry later|try delay not elapsed yet|permanent failure in \w{1,40}|retry number exceeded/,
    means: {
      wrapper:
        'It repeats a failure that was logged before: the reason is in the first such line after the start of the Agent. "retry number exceeded" needs a restart after the repair.',
    },
    source: 'Datadog Agent 6 to 7.7x pkg/util/retry',
  },
  {
    id: 'agent-collector',
    text: /error pulling from collector "kubelet"|couldn't fetch "(?:podlist|statssummary)"|error performing kubelet query|unable to find metrics_endpoint|unable to reliably determine the host name|Kubelet health check failed|failed to retrieve pod list from the kubelet|GET on kubelet|Error reporting metrics|Failed to (?:reach|create) Kubelet/i,
    speaker: 'node-agent',
    target: 'kubelet',
    means: { wrapper: DEBUG },
    source: 'Datadog Agent 6 to 7.7x comp/core/workloadmeta, pkg/collector/corechecks/containers/kubelet',
  },
  {
    id: 'agent-works',
    text: /Successful configuration found for Kubelet, using URL|Successfully connected to Kubelet/,
    speaker: 'node-agent',
    target: 'kubelet',
    means: {
      works:
        'The kubelet answered: connection, TLS and authentication work. It does not show that the agent may read: a 403 counts as success here.',
    },
    source: `${KUBELET}/kubelet_client.go`,
  },
];
