/** What a kubelet answers to those who may read: pod list, metrics, stats summary, configuration. Shapes as recorded, contents smaller. */

import type { Cluster, ClusterNode } from '../state/cluster.js';
import { uidOf } from '../state/tokens.js';
import { SECRETS } from './hostile.js';
import { type Answer, notFound, plainText, textError } from './http.js';

const VERSIONS = { '1.36': 'v1.36.2', '1.32': 'v1.32.13', '1.31': 'v1.31.14', '1.27': 'v1.27.16', '1.7': 'v1.7.6' } as const;

/** `v1.36.2` for 1.36. */
export const gitVersion = (minor: keyof typeof VERSIONS): string => VERSIONS[minor];

/** RFC 3339 without fractions, as Kubernetes writes times. */
export const rfc3339 = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const metricsType = (escaping: string): [string, string] => [
  'Content-Type',
  `text/plain; version=0.0.4; charset=utf-8; escaping=${escaping}`,
];
const STARTED: [string, string] = ['Process-Start-Time-Unix', '1795310261'];
const JSON_TYPE: [string, string] = ['Content-Type', 'application/json'];

/** The answer to a path that passed authorization. */
export function payload(path: string, node: ClusterNode, cluster: Cluster): Answer {
  const now = cluster.now();
  const type = metricsType(node.kubelet.version === '1.36' ? 'underscores' : 'values');
  switch (path) {
    case '/pods':
    case '/pods/':
      return { status: 200, headers: [JSON_TYPE], body: podList(node, cluster) };
    case '/runningpods/':
      return { status: 200, headers: [JSON_TYPE], body: '{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]}\n' };
    case '/metrics':
      return { status: 200, headers: [type, STARTED], body: kubeletMetrics(node, cluster) };
    case '/metrics/cadvisor':
      return { status: 200, headers: [type], body: cadvisorMetrics(now) };
    case '/metrics/resource':
      return { status: 200, headers: [type, STARTED], body: family('node_cpu_usage_seconds_total', 'counter', [['', '2432.386081586']]) };
    case '/metrics/probes':
    case '/metrics/slis':
      return {
        status: 200,
        headers: [type],
        body: family('process_start_time_seconds', 'gauge', [['', '1.79531187309e+09']]),
      };
    case '/stats/summary':
      return { status: 200, headers: [JSON_TYPE], body: statsSummary(node, cluster) };
    case '/stats/':
      return plainText(404, '404: Page Not Found');
    case '/configz':
      return { status: 200, headers: [JSON_TYPE, ['X-Content-Type-Options', 'nosniff']], body: configz(node) };
    case '/flagz':
    case '/statusz':
      return plainText(
        200,
        `\nkubelet ${path.slice(1)}\nWarning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.\n`,
      );
    case '/logs/':
      return {
        status: 200,
        headers: [['Content-Type', 'text/html; charset=utf-8']],
        body: '<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n<a href="pods/">pods/</a>\n</pre>\n',
      };
    default:
      if (path.startsWith('/containerLogs/')) return { status: 200, headers: [], body: '' };
      return /^\/(exec|attach|portForward|run)\//.test(path)
        ? textError(400, 'you must specify at least 1 of stdin, stdout, stderr')
        : notFound();
  }
}

function podList(node: ClusterNode, cluster: Cluster): string {
  const { namespace, serviceAccount, pod } = cluster.world.names;
  const created = rfc3339(cluster.now() - 86_400_000);
  const podOf = (name: string, ns: string, owner: string, env: object[]) => ({
    metadata: { name, namespace: ns, uid: uidOf(name), resourceVersion: '2193', creationTimestamp: created, labels: { app: owner } },
    spec: {
      containers: [{ name: owner, image: `registry.example/${owner}:1`, env, resources: {} }],
      serviceAccountName: ns === namespace ? serviceAccount : 'default',
      nodeName: node.name,
    },
    status: { phase: 'Running', hostIP: node.host, podIP: '10.251.1.12', startTime: created, qosClass: 'BestEffort' },
  });
  const items = [
    podOf(pod, namespace, 'agent', [{ name: 'DD_API_KEY', value: SECRETS.podEnvironment }]),
    podOf('web-7c9d8f5b4-2xkqp', 'shop', 'web', [{ name: 'DATABASE_URL', value: `postgres://shop:${SECRETS.podEnvironment}@db/shop` }]),
    podOf(`kube-proxy-${uidOf(node.name).slice(0, 5)}`, 'kube-system', 'kube-proxy', []),
  ];
  return `${JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items })}\n`;
}

type Samples = [labels: string, value: string][];

function family(name: string, type: string, samples: Samples): string {
  return `# HELP ${name} [ALPHA] As a kubelet says.\n# TYPE ${name} ${type}\n${samples.map(([l, v]) => `${name}${l} ${v}\n`).join('')}`;
}

const OPERATIONS = [
  'container_status',
  'create_container',
  'exec_sync',
  'image_status',
  'list_containers',
  'podsandbox_status',
  'status',
  'version',
];

/** About as long as a real one (200 KiB), so that a reader that reads it all is seen to. */
function kubeletMetrics(node: ClusterNode, cluster: Cluster): string {
  const bucket = (operation: string, i: number) => `{operation_type="${operation}",le="${(0.005 * 1.1 ** i).toFixed(6)}"}`;
  const buckets = OPERATIONS.flatMap((o) => Array.from({ length: 220 }, (_, i): [string, string] => [bucket(o, i), '7']));
  const version = gitVersion(node.kubelet.version);
  const [, minor] = node.kubelet.version.split('.');
  // Whom the kubelet itself talks to: an apiserver's own address.
  const asked = cluster.endpoints.map(({ host, port }): [string, string] => [`{code="200",host="${host}:${port}",method="GET"}`, '22']);
  return [
    family('aggregator_discovery_aggregation_count_total', 'counter', [['', '0']]),
    family('kubelet_node_name', 'gauge', [[`{node="${node.name}"}`, '1']]),
    family('kubelet_running_pods', 'gauge', [['', '3']]),
    family('kubelet_runtime_operations_duration_seconds', 'histogram', buckets),
    family('kubernetes_build_info', 'gauge', [
      [`{compiler="gc",git_version="${version}",major="1",minor="${minor}",platform="linux/amd64"}`, '1'],
    ]),
    family('process_start_time_seconds', 'gauge', [['', '1.79531187309e+09']]),
    family('rest_client_requests_total', 'counter', asked),
  ].join('');
}

function cadvisorMetrics(now: number): string {
  const ids = Array.from({ length: 400 }, (_, i) => `/kubepods/besteffort/pod${uidOf(`pod-${i}`)}`);
  const labels = (id: string) => `{container="",cpu="total",id="${id}",image="",name="",namespace="",pod=""}`;
  return [
    family('cadvisor_version_info', 'gauge', [['{cadvisorRevision="",cadvisorVersion="",kernelVersion="6.18.44"}', '1']]),
    family(
      'container_cpu_usage_seconds_total',
      'counter',
      ids.map((id): [string, string] => [labels(id), `0.08 ${now}`]),
    ),
  ].join('');
}

function statsSummary(node: ClusterNode, cluster: Cluster): string {
  const time = rfc3339(cluster.now() - 5000);
  const cpu = { time, usageNanoCores: 692_639_984, usageCoreNanoSeconds: 2_432_386_081_586 };
  const memory = { time, availableBytes: 20_975_300_608, usageBytes: 16_450_834_432, workingSetBytes: 4_301_201_408 };
  const { namespace, pod } = cluster.world.names;
  const pods = [
    { podRef: { name: pod, namespace, uid: uidOf(pod) }, startTime: time, containers: [{ name: 'agent', startTime: time, cpu, memory }] },
  ];
  return JSON.stringify(
    { node: { nodeName: node.name, systemContainers: [{ name: 'pods', cpu, memory }], startTime: time, cpu, memory }, pods },
    null,
    1,
  );
}

function configz({ kubelet, host, port }: ClusterNode): string {
  const kubeletconfig = {
    ...(kubelet.version === '1.36' && { kind: 'KubeletConfiguration', apiVersion: 'kubelet.config.k8s.io/v1beta1' }),
    enableServer: true,
    staticPodURLHeader: { Authorization: [`Bearer ${SECRETS.configz}`] },
    syncFrequency: '1m0s',
    address: host,
    port,
    authentication: {
      x509: kubelet.clientCa ? { clientCAFile: '/etc/kubernetes/pki/ca.crt' } : {},
      webhook: { enabled: kubelet.webhookAuthentication, cacheTTL: '2m0s' },
      anonymous: { enabled: kubelet.anonymous },
    },
    authorization: {
      mode: kubelet.alwaysAllow ? 'AlwaysAllow' : 'Webhook',
      webhook: { cacheAuthorizedTTL: '5m0s', cacheUnauthorizedTTL: '30s' },
    },
    enableDebuggingHandlers: kubelet.debugHandlers,
    healthzPort: 10248,
    healthzBindAddress: '127.0.0.1',
    clusterDomain: 'cluster.local',
    nodeStatusUpdateFrequency: '10s',
    nodeLeaseDurationSeconds: 40,
    serverTLSBootstrap: kubelet.certificate !== 'self-signed',
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
  };
  return `${JSON.stringify({ kubeletconfig })}\n`;
}
