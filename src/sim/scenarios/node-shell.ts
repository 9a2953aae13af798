/** At a node, with nothing named: its own files, and the apiserver asked as its kubelet. */

import { broken, healthy, type Scenario } from '../scenario.js';
import { kubelet, NODE_PROCESSES, processFiles } from '../state/processes.js';
import type { World } from '../world.js';

/** The processes of a machine: an init, a keeper of the clock, a kubelet. */
const PROCESSES = { ...NODE_PROCESSES, ...processFiles(600, ['/usr/sbin/chronyd', '-F', '1']) };

const atNode = (world: World = {}, files: Record<string, string> = {}): World => ({
  place: 'node',
  kubeconfig: 'none',
  ...world,
  agent: { ...world.agent, files: { ...PROCESSES, ...files } },
});

/** A volume of a pod, as its containers may write it. */
const POD_FILE = '/var/lib/kubelet/pods/6e1d9b7a-0000-4000-8000-000000000001/volumes/kubernetes.io~empty-dir/x/kubeconfig';

export const NODE_SHELL: Scenario[] = [
  healthy('node-shell', 'Healthy, from a shell on the node', atNode()),
  broken(
    'node-shell-rights',
    'The agent has lost its role, seen from a shell on the node',
    atNode({ agent: { rights: 'none' } }),
    'kubelet-permission-missing',
  ),
  broken(
    'node-shell-apiserver-down',
    "The apiserver is down, seen with the kubelet's own credential",
    atNode({ apiserver: { listen: 'closed' } }),
    'apiserver-connection-refused',
    { also: ['kubelet-cannot-reach-apiserver'] },
  ),
  {
    ...healthy(
      'node-shell-other-node',
      'A different node is named, whose Node object this kubelet may not read',
      atNode({ otherNodes: { n2: {} }, agent: { kubeletHost: 'unset' }, argv: ['--node', 'n2'] }),
    ),
    expect: { first: null, exitCode: 3 },
  },
  broken(
    'node-shell-wrong-address',
    'A different node is named, with the address of this one',
    atNode({ otherNodes: { n2: {} }, argv: ['--node', 'n2'] }),
    'kubelet-host-not-a-node',
  ),
  broken(
    'node-shell-kubelet-open',
    'The kubelet allows anonymous access, seen from a shell on the node',
    atNode({ kubelet: { anonymous: true, alwaysAllow: true } }),
    'kubelet-anonymous-access',
    { exitCode: 0 },
  ),
  broken(
    'node-shell-kubelet-open-rights',
    'The kubelet allows anonymous access, and the agent has no role',
    atNode({ kubelet: { anonymous: true, alwaysAllow: true }, agent: { rights: 'none' } }),
    'kubelet-anonymous-access',
    { exitCode: 0, never: ['kubelet-permission-missing'] },
  ),
  broken('container-runtime-down', 'The container runtime does not listen on its socket', atNode({}, kubelet()), 'container-runtime-down'),
  broken(
    'kubelet-kubeconfig-broken',
    "The certificate in the kubelet's kubeconfig was deleted",
    atNode({}, { '/etc/kubernetes/kubelet.conf': kubeconfigWithoutCertificate() }),
    'kubelet-kubeconfig-broken',
    { also: ['apiserver-address-unset'] },
  ),
  broken(
    'kubelet-kubeconfig-exposed',
    "The kubelet's kubeconfig is in a directory that a pod can write",
    atNode(
      {},
      {
        ...kubelet(`--kubeconfig=${POD_FILE}`, '--container-runtime-endpoint=tcp://127.0.0.1:9'),
        [POD_FILE]: kubeconfigOf('token: of-the-pod'),
      },
    ),
    'kubelet-kubeconfig-exposed',
    { also: ['apiserver-address-unset'] },
  ),
  broken(
    'kubelet-impostor',
    'The kubelet is down, and a process in a pod is named kubelet',
    atNode(
      { kubelet: { listen: 'closed' } },
      {
        ...processFiles(700, ['kubelet', `--kubeconfig=${POD_FILE}`, '--node-ip=127.0.0.1'], { user: 65534 }),
        [POD_FILE]: kubeconfigOf('tokenFile: /etc/rancher/node/password'),
        '/etc/rancher/node/password': 'root-only-secret',
      },
    ),
    'kubelet-down',
    { also: ['kubelet-impostor'] },
  ),
  broken(
    'time-not-synchronised',
    "The node's clock is not synchronised",
    atNode({}, processFiles(600, ['/usr/sbin/sshd', '-D'])),
    'time-not-synchronised',
    { exitCode: 0 },
  ),
];

function kubeconfigWithoutCertificate(): string {
  const gone = '/var/lib/kubelet/pki/kubelet-client-2026-11-01.pem';
  return kubeconfigOf(`client-certificate: ${gone}, client-key: ${gone}`);
}

function kubeconfigOf(user: string): string {
  return `apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: "https://127.0.0.1:9" } }]
users: [{ name: u, user: { ${user} } }]
contexts: [{ name: c, context: { cluster: c, user: u } }]
current-context: c
`;
}
