/** At a node, with nothing named: its own files, and the apiserver asked as its kubelet. */
import { broken, healthy, type Scenario } from '../scenario.js';
import type { World } from '../world.js';

const words = (...line: string[]) => `${line.join('\0')}\0`;

/** The processes of a machine: an init, a keeper of the clock, a kubelet. The simulator has no runtime, so its socket is on another machine. */
const PROCESSES: Record<string, string> = {
  '/proc/1/comm': 'systemd\n',
  '/proc/1/cmdline': words('/sbin/init'),
  '/proc/600/cmdline': words('/usr/sbin/chronyd', '-F', '1'),
  '/proc/700/cmdline': words(
    '/usr/bin/kubelet',
    '--config=/var/lib/kubelet/config.yaml',
    '--kubeconfig=/etc/kubernetes/kubelet.conf',
    '--container-runtime-endpoint=tcp://127.0.0.1:9',
  ),
};

const atNode = (world: World = {}, files: Record<string, string> = {}): World => ({
  place: 'node',
  kubeconfig: 'none',
  ...world,
  agent: { ...world.agent, files: { ...PROCESSES, ...files } },
});

const RUNTIME = {
  '/proc/700/cmdline': words('/usr/bin/kubelet', '--config=/var/lib/kubelet/config.yaml', '--kubeconfig=/etc/kubernetes/kubelet.conf'),
};
export const NODE_SHELL: Scenario[] = [
  healthy('node-shell', 'All is well at a node, asked as its kubelet', atNode()),
  broken(
    'node-shell-rights',
    'The agent has lost its role; seen from a node, without its token',
    atNode({ agent: { rights: 'none' } }),
    'kubelet-permission-missing',
  ),
  broken(
    'node-shell-apiserver-down',
    "The apiserver is down; seen from a node, by its kubelet's own way",
    atNode({ apiserver: { listen: 'closed' } }),
    'apiserver-connection-refused',
    { also: ['kubelet-cannot-reach-apiserver'] },
  ),
  {
    ...healthy(
      'node-shell-other-node',
      'Another node is asked about, whose Node object the kubelet of this one may not read',
      atNode({ otherNodes: { n2: {} }, agent: { kubeletHost: 'unset' }, argv: ['--node', 'n2'] }),
    ),
    expect: { first: null, exitCode: 3 },
  },
  broken(
    'node-shell-wrong-address',
    "Another node is asked about, and this one's address is given for it",
    atNode({ otherNodes: { n2: {} }, argv: ['--node', 'n2'] }),
    'kubelet-host-not-a-node',
  ),
  broken(
    'node-shell-kubelet-open',
    'The kubelet gives everything to anyone; seen from a node, with nothing to send it',
    atNode({ kubelet: { anonymous: true, alwaysAllow: true } }),
    'kubelet-anonymous-access',
    { exitCode: 0 },
  ),
  broken(
    'node-shell-kubelet-open-rights',
    'The kubelet gives everything to anyone, the agent without its role included',
    atNode({ kubelet: { anonymous: true, alwaysAllow: true }, agent: { rights: 'none' } }),
    'kubelet-anonymous-access',
    { exitCode: 0, never: ['kubelet-permission-missing'] },
  ),
  broken('container-runtime-down', "Nobody listens at the node's runtime socket", atNode({}, RUNTIME), 'container-runtime-down'),
  broken(
    'kubelet-kubeconfig-broken',
    "The certificate that the kubelet's kubeconfig names is gone, and the kubelet has not noticed",
    atNode({}, { '/etc/kubernetes/kubelet.conf': kubeconfigWithoutCertificate() }),
    'kubelet-kubeconfig-broken',
    { also: ['apiserver-address-unset'] },
  ),
  broken(
    'time-not-synchronised',
    'Nothing on the node keeps its clock right',
    atNode({}, { '/proc/600/cmdline': words('/usr/sbin/sshd', '-D') }),
    'time-not-synchronised',
    { exitCode: 0 },
  ),
];

function kubeconfigWithoutCertificate(): string {
  const gone = '/var/lib/kubelet/pki/kubelet-client-2026-11-01.pem';
  return `apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: "https://127.0.0.1:9" } }]
users: [{ name: u, user: { client-certificate: ${gone}, client-key: ${gone} } }]
contexts: [{ name: c, context: { cluster: c, user: u } }]
current-context: c
`;
}
