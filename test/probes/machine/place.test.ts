import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HostOverrides } from '../../../src/host/create.js';
import type { Place } from '../../../src/model/facts.js';
import { observePlace } from '../../../src/probes/machine/place.js';
import { processFiles } from '../../../src/sim/state/processes.js';
import { createTestHost, type Files } from '../../host/files.js';

const SERVICE = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
const MOUNT = {
  '/var/run/secrets/kubernetes.io/serviceaccount/namespace': 'datadog',
  '/var/run/secrets/kubernetes.io/serviceaccount/token': 'x',
};
/** As a token bound to a pod says of itself; nobody signed it. */
function tokenOf(name: string, pod: string, node?: string): Files {
  const claims = {
    sub: `system:serviceaccount:datadog:${name}`,
    'kubernetes.io': { namespace: 'datadog', serviceaccount: { name }, pod: { name: pod }, ...(node && { node: { name: node } }) },
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return { ...MOUNT, '/var/run/secrets/kubernetes.io/serviceaccount/token': `${part({ alg: 'none' })}.${part(claims)}.signature` };
}
const POD_HOSTS = { '/etc/hosts': '# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n' };
const HOST_HOSTS = { '/etc/hosts': '# Kubernetes-managed hosts file (host network).\n127.0.0.1\tlocalhost\n' };
const ROOT = { '/host/etc/x': '', '/host/proc/x': '', '/host/usr/x': '', '/host/var/lib/kubelet/x': '' };
const ROUTE =
  'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\neth0\t00000000\t0101FEA9\t0003\t0\t0\t0\t00000000\t0\t0\t0\neth0\t0101FEA9\t00000000\t0001\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n';
const ROUTE6 = `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003 eth0\n${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 ${'0'.repeat(32)} ffffffff 00000001 00000000 00200200 lo\n`;
const MOUNTINFO = '1 2 8:1 /var/lib/kubelet/pods/u-1/etc-hosts /etc/hosts rw - ext4 /dev/sda rw\n';
const NODE_MOUNTS = '1 2 0:50 / /var/lib/kubelet/pods/u-1/volumes/kubernetes.io~projected/kube-api-access rw - tmpfs tmpfs rw\n';

/** The list of a whole machine's processes. */
const INIT: Files = { '/proc/1/comm': 'systemd\n', ...processFiles(1, ['/sbin/init'], { cgroup: '/init.scope' }) };
const kubeconfigOf = (name: string) =>
  JSON.stringify({
    kind: 'Config',
    apiVersion: 'v1',
    'current-context': 'a',
    contexts: [{ name: 'a', context: { cluster: 'a', user: `system:node:${name}` } }],
    clusters: [{ name: 'a', cluster: { server: 'https://192.0.2.1:6443' } }],
    users: [{ name: `system:node:${name}`, user: { token: 'x' } }],
  });

const rows: [name: string, files: Files, overrides: HostOverrides, expected: Partial<Place>][] = [
  [
    'agent pod',
    { ...MOUNT, ...POD_HOSTS },
    { env: { ...SERVICE, DD_KUBERNETES_KUBELET_HOST: '10.0.0.7' } },
    { place: 'agent-pod', vantage: 'pod-network', namespace: 'datadog', agentEnvironment: true, serviceEnvironment: true },
  ],
  [
    "agent pod with the host's network",
    { ...MOUNT, ...HOST_HOSTS },
    { env: { ...SERVICE, DD_API_KEY: 'x' } },
    { place: 'agent-pod', vantage: 'host-network' },
  ],
  [
    'agent pod that mounts /host/proc',
    { ...MOUNT, ...POD_HOSTS, '/host/proc/x': '', '/host/sys/x': '' },
    { env: SERVICE },
    { place: 'pod', agentEnvironment: false },
  ],
  [
    'instrumented application',
    { ...MOUNT, ...POD_HOSTS },
    { env: { ...SERVICE, DD_AGENT_HOST: '10.0.0.7', DD_ENV: 'prod' } },
    { place: 'pod', agentEnvironment: false },
  ],
  ['pod without a token', POD_HOSTS, { env: SERVICE }, { place: 'pod', vantage: 'pod-network', namespace: undefined }],
  [
    'standalone pod known by its mounts',
    { ...POD_HOSTS, '/proc/self/mountinfo': MOUNTINFO },
    {},
    { place: 'pod', serviceEnvironment: false },
  ],
  ['pod known by its cgroup', { '/proc/1/cgroup': '12:cpu:/kubepods/burstable/podx/y\n' }, {}, { place: 'pod' }],
  [
    'node debugger',
    { ...MOUNT, ...HOST_HOSTS, ...ROOT },
    { env: SERVICE, hostName: 'n1' },
    { place: 'debug-pod', vantage: 'host-network', namespace: 'datadog' },
  ],
  [
    'node debugger of profile baseline',
    { ...MOUNT, ...POD_HOSTS },
    { env: SERVICE, hostName: 'node-debugger-n1-abcde' },
    { place: 'debug-pod', vantage: 'pod-network' },
  ],
  [
    'node debugger of profile netadmin, known by its token alone',
    { ...HOST_HOSTS, ...tokenOf('default', 'node-debugger-n1-x7k2p', 'n1') },
    { env: SERVICE, hostName: 'n1' },
    { place: 'debug-pod', vantage: 'host-network', namespace: 'datadog' },
  ],
  [
    'the same of an apiserver that does not name the node in tokens',
    { ...HOST_HOSTS, ...tokenOf('default', 'node-debugger-n1-x7k2p') },
    { env: SERVICE, hostName: 'n1' },
    { place: 'debug-pod' },
  ],
  [
    'a pod whose name only begins so',
    { ...HOST_HOSTS, ...tokenOf('default', 'node-debugger-tool-x7k2p', 'n1') },
    { env: SERVICE, hostName: 'n1' },
    { place: 'pod' },
  ],
  [
    'a pod of that name with an account of its own',
    { ...POD_HOSTS, ...tokenOf('tools', 'node-debugger-n1-x7k2p', 'n1') },
    { env: SERVICE, hostName: 'node-debugger-n1-x7k2p' },
    { place: 'pod' },
  ],
  [
    'ephemeral container: no token, the namespace by its resolver',
    { ...POD_HOSTS, '/etc/resolv.conf': 'nameserver 10.96.0.10\nsearch dd.svc.cluster.local svc.cluster.local cluster.local\n' },
    { env: SERVICE },
    { place: 'pod', noToken: true, namespace: 'dd' },
  ],
  [
    'agent pod with the whole root',
    { ...MOUNT, ...POD_HOSTS, ...ROOT },
    { env: { ...SERVICE, DD_KUBELET_TLS_VERIFY: 'false' } },
    { place: 'agent-pod' },
  ],
  [
    'node',
    { '/var/lib/kubelet/config.yaml': '', '/proc/self/mountinfo': NODE_MOUNTS },
    {},
    { place: 'node', vantage: 'host-network', serviceEnvironment: false },
  ],
  [
    'k3s node, by its process',
    { '/var/lib/rancher/k3s/agent/x': '', ...INIT, ...processFiles(9, ['/usr/local/bin/k3s', 'agent']) },
    {},
    { place: 'node', leftOver: undefined },
  ],
  [
    'host with the agent installed',
    { '/var/lib/kubelet/x': '', ...INIT, ...processFiles(9, ['/usr/bin/kubelet']) },
    { env: { DD_API_KEY: 'x' } },
    { place: 'node', agentEnvironment: true },
  ],
  [
    'a node whose kubelet is down, by a kubeconfig that names it',
    { '/var/lib/kubelet/x': '', ...INIT, '/etc/kubernetes/kubelet.conf': kubeconfigOf('n1.example.com') },
    { hostName: 'n1' },
    { place: 'node' },
  ],
  [
    "another machine's kubeconfig is no witness",
    { '/var/lib/kubelet/x': '', ...INIT, '/etc/kubernetes/kubelet.conf': kubeconfigOf('n2') },
    { hostName: 'n1' },
    { place: 'workstation', leftOver: '/var/lib/kubelet' },
  ],
  [
    'a node whose processes are hidden, by its socket',
    {
      '/var/lib/kubelet/x': '',
      [`/proc/${process.pid}/net/tcp`]: '   0: 0100007F:2808 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1\n',
    },
    {},
    { place: 'node' },
  ],
  ...(
    [
      ['/var/lib/kubelet/device-plugins/x', '/var/lib/kubelet'],
      ['/var/lib/kubelet/config.yaml', '/var/lib/kubelet'],
      ['/var/lib/rancher/k3s/agent/x', '/var/lib/rancher/k3s/agent'],
      ['/var/lib/rancher/rke2/agent/x', '/var/lib/rancher/rke2/agent'],
      ['/var/snap/microk8s/x', '/var/snap/microk8s'],
    ] as const
  ).map(([path, leftOver]): (typeof rows)[number] => [
    `a directory alone is no node: ${path}`,
    { [path]: '', ...INIT },
    {},
    { place: 'workstation', vantage: 'workstation', leftOver },
  ]),
  [
    'nor is a cluster in containers: minikube, kind',
    {
      '/var/lib/kubelet/x': '',
      ...INIT,
      ...processFiles(9, ['/usr/bin/kubelet'], { namespaces: '9 2', cgroup: '/docker/0a' }),
      '/proc/self/mountinfo': '1 2 0:50 / / rw - ext4 /dev/sda1 rw\n',
    },
    {},
    { place: 'workstation', leftOver: '/var/lib/kubelet' },
  ],
  ['workstation', { '/home/me/.kube/config': '' }, {}, { place: 'workstation', vantage: 'workstation', gateways: [] }],
  [
    'plain container',
    { '/proc/1/cgroup': '0::/docker/abc\n' },
    { interfaceAddresses: () => [{ name: 'eth0', address: '172.17.0.2' }] },
    { place: 'workstation' },
  ],
  ['no hosts header: node name is ours', {}, { env: { ...SERVICE, NODE_NAME: 'n1' }, hostName: 'n1' }, { vantage: 'host-network' }],
  [
    "no hosts header: a node's interfaces",
    { '/proc/net/dev': 'Inter-| Receive\n eth0: 1 2\n cali12345: 1 2\n' },
    { env: SERVICE },
    { vantage: 'host-network' },
  ],
  [
    "no hosts header: a pod's interfaces",
    { '/proc/net/dev': '    lo: 1 2\n  eth0: 1 2\n' },
    { env: { ...SERVICE, NODE_NAME: 'n1' } },
    { vantage: 'pod-network' },
  ],
  [
    'gateways',
    { '/proc/net/route': ROUTE.replace('0101FEA9\t0003', '010200C0\t0003'), '/proc/net/ipv6_route': ROUTE6 },
    {
      env: SERVICE,
      interfaceAddresses: () => [
        { name: 'docker0', address: '172.17.0.1' },
        { name: 'eth0', address: '10.1.1.1' },
        { name: 'cni0', address: '10.244.0.1' },
      ],
    },
    { gateways: ['169.254.1.1', '192.0.2.1', 'fe80::1', '172.17.0.1', '10.244.0.1'] },
  ],
  ["Calico's gateway once", { '/proc/net/route': ROUTE }, { env: SERVICE }, { gateways: ['169.254.1.1'] }],
  [
    'a default gateway at a workstation',
    { '/proc/net/route': ROUTE.replace('0101FEA9\t0003', '0100A8C0\t0003') },
    {},
    { place: 'workstation', gateways: ['192.168.0.1'] },
  ],
  [
    'garbage in every file',
    { '/proc/net/route': '\0\0', '/proc/net/ipv6_route': 'x', '/proc/net/dev': '', '/etc/hosts': '', '/proc/1/cgroup': '' },
    { env: SERVICE },
    { place: 'pod', vantage: 'pod-network', gateways: ['169.254.1.1'] },
  ],
  [
    'old names',
    {},
    { env: { KUBERNETES_KUBELET_HOST: 'x', DD_APISERVER_CLIENT_CRT: 'y', BEARER_TOKEN_PATH: '' } },
    {
      renamedVariables: [
        { old: 'KUBERNETES_KUBELET_HOST', current: 'DD_KUBERNETES_KUBELET_HOST' },
        { old: 'DD_APISERVER_CLIENT_CRT', current: 'DD_KUBERNETES_KUBECONFIG_PATH' },
      ],
    },
  ],
  [
    'old name beside the current one',
    {},
    { env: { KUBERNETES_KUBELET_HOST: 'x', DD_KUBERNETES_KUBELET_HOST: 'x' } },
    { renamedVariables: [] },
  ],
];

describe('observePlace', () => {
  for (const [name, files, overrides, expected] of rows) {
    it(name, async (t) => {
      const place = await observePlace(createTestHost(t, files, overrides));
      const seen = Object.fromEntries(Object.keys(expected).map((key) => [key, place[key as keyof Place]]));
      assert.deepEqual(seen, expected);
    });
  }
});
