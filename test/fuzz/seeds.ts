/** What a parser is meant for, as a start: from noise alone no fuzzer finds its way into YAML or tar. */
import { tar } from '../../src/files/tar.js';
import { jsonText } from '../../src/render/json.js';
import { expired } from '../report/samples.js';
import { zip } from '../support/zip.js';

const KUBECONFIG = `apiVersion: v1
kind: Config
current-context: c
clusters: [{name: k, cluster: {server: "https://10.0.0.1:6443", certificate-authority-data: QUFB, insecure-skip-tls-verify: false}}]
contexts: [{name: c, context: {cluster: k, user: u, namespace: d}}]
users: [{name: u, user: {token: t, exec: {apiVersion: client.authentication.k8s.io/v1, command: x, args: [a], env: [{name: A, value: b}]}}}]
`;
const KUBELET = `kind: KubeletConfiguration
port: 10250
readOnlyPort: 0
authentication: {anonymous: {enabled: false}, webhook: {enabled: true, cacheTTL: 2m}, x509: {clientCAFile: /ca.crt}}
authorization: {mode: Webhook}
tlsCipherSuites: [A, B]
`;
const POD = {
  metadata: { name: 'a', namespace: 'd', labels: { app: 'agent' }, creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: {
    nodeName: 'n1',
    hostNetwork: true,
    tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 5 }],
    containers: [{ name: 'agent', image: 'datadog/agent:7', env: [{ name: 'DD_KUBELET_TLS_VERIFY', value: 'false' }], volumeMounts: [] }],
    volumes: [{ name: 'v', hostPath: { path: '/var/log' } }],
  },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
};
const NODE = {
  kind: 'Node',
  metadata: { name: 'n1', labels: { a: 'b' } },
  spec: { taints: [{ key: 'a', effect: 'NoSchedule' }], unschedulable: false },
  status: {
    addresses: [{ type: 'InternalIP', address: '10.0.0.7' }],
    conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: '2026-01-01T00:00:00Z', reason: 'KubeletReady', message: 'm' }],
    nodeInfo: { kubeletVersion: 'v1.36.2', osImage: 'x', containerRuntimeVersion: 'containerd://2', operatingSystem: 'linux' },
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    allocatable: { cpu: '4', memory: '16Gi', pods: '110' },
  },
};
export const DAEMON_SET = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: POD.metadata, spec: { template: POD } };
export const OBJECTS = { pod: POD, node: NODE, daemonSet: DAEMON_SET };

export const SEEDS: Readonly<Record<string, readonly (string | Buffer)[]>> = {
  kubeconfig: [KUBECONFIG],
  'kubelet-config': [KUBELET],
  manifest: [JSON.stringify(DAEMON_SET), `---\nkind: DaemonSet\nmetadata: {name: a}\nspec: {template: {spec: {containers: []}}}\n`],
  report: [jsonText(expired(), { pretty: false })],
  texts: [
    '2026-01-01 00:00:00 UTC | CORE | WARN | (pkg/kubelet.go:1 in f) | Get "https://10.0.0.1:10250/pods": x509: certificate signed by unknown authority',
    'E0101 00:00:00.000000       1 a.go:1] "failed" err="Unauthorized" node="n1"',
    'Name: a\nStatus: Pending\nEvents:\n  Type  Reason  Age  From  Message\n  Warning  FailedMount  1s  kubelet  MountVolume.SetUp failed\n',
  ],
  script: ['@@ kubelet-doctor-answers 1\n@@ file /etc/resolv.conf\n|nameserver 10.96.0.10\n@@ exit 0\n'],
  facts: ['{"factsVersion":"1.0","tool":{"program":"p","version":"1"},"startedAt":"2026-01-01T00:00:00Z","durationMs":1,"facts":[]}'],
  tar: [
    tar(
      [
        { path: 'a/report.json', bytes: Buffer.from('{}') },
        { path: 'b', bytes: Buffer.alloc(600) },
      ],
      0,
    ),
  ],
  zip: [
    zip([
      { name: 'a/report.json', bytes: '{}' },
      { name: 'b.zip', bytes: zip([{ name: 'c', bytes: 'x' }]) },
    ]),
  ],
  xz: [Buffer.from('/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAIbDEKbDIKbDMKAAAAACO3SVo8CvHsAAEhCWwYxdUftvN9AQAAAAAEWVo=', 'base64')],
  'resolv-conf': ['nameserver 10.0.0.1\nsearch a.b c\noptions ndots:5 timeout:1\n127.0.0.1 localhost\n::1 ip6\n'],
  proc: [
    '24 1 0:22 / /proc rw,nosuid - proc proc rw\n25 1 8:1 /var/lib/kubelet/pods/0 /a rw - ext4 /dev/sda rw\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n',
  ],
  answers: [POD, NODE, DAEMON_SET].map((object) => JSON.stringify(object)),
  certificates: ['-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'],
  words: ['10s', 'https://10.0.0.1:6443', '[::1]:10250', 'eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2ln'],
};
