/** What surrounds the agent: its mounts, its variables, the credential it was given, versions, and the kubelet's other port. */
import { SERVICE_ACCOUNT_DIRECTORY as ACCOUNT } from '../../kubernetes/service-account.js';
import { broken, healthy, type Scenario } from '../scenario.js';

const POD = '/var/lib/kubelet/pods/6e1d9b7a-0000-4000-8000-000000000001';
const OTHER_POD = '/var/lib/kubelet/pods/6e1d9b7a-0000-4000-8000-000000000002';

/** mountinfo as in an agent's container: what every container has, and these mounts. */
function mountinfo(mounts: Record<string, string>, pod = POD): string {
  const all = { '/etc/hosts': `${pod}/etc-hosts`, '/dev/termination-log': `${pod}/containers/agent/1`, ...mounts };
  return Object.entries(all)
    .map(([at, root], n) => `${600 + n} 500 8:1 ${root} ${at} ro,relatime - ext4 /dev/sda1 rw\n`)
    .join('');
}

const PROC = { '/host/proc': '/' };
const CGROUP = { '/host/sys/fs/cgroup': '/' };
const RUNTIME = { '/host/var/run': '/run' };
const IMAGE = {
  '/opt/datadog-agent/version-manifest.json': '{}',
  '/etc/datadog-agent/conf.d/kubelet.d/conf.yaml.default': 'init_config:\n',
};
const agentsContainer = (mounts: Record<string, string>, files: Record<string, string> = IMAGE) => ({
  files: { ...files, '/proc/self/mountinfo': mountinfo(mounts) },
});

/** Began an hour after its machine, which was in 2023, and re-reads no token. */
const OLD_AGENT = {
  '/opt/datadog-agent/version-manifest.txt': 'agent 7.32.3\n',
  '/proc/1/cmdline': '/opt/datadog-agent/bin/agent/agent\0run\0',
  '/proc/1/stat': `1 (agent (core)) S 0 1 1 0 -1 4194560 ${'0 '.repeat(12)}360000 0 0\n`,
  '/proc/stat': 'cpu  0 0 0 0\nbtime 1690000000\nprocesses 1\n',
};

const PLUGIN_KUBECONFIG = `apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: "https://127.0.0.1:1" } }]
users: [{ name: u, user: { exec: { apiVersion: client.authentication.k8s.io/v1, command: kubelet-doctor-no-such-plugin, interactiveMode: Never } } }]
contexts: [{ name: c, context: { cluster: c, user: u } }]
current-context: c
`;

export const SURROUNDINGS: Scenario[] = [
  healthy('agent-container', "Healthy, in the agent's container with all mounts", {
    agent: agentsContainer({ ...PROC, ...CGROUP, ...RUNTIME }),
  }),
  broken(
    'host-mounts-missing',
    "The agent's container has neither /host/proc nor the runtime's socket",
    { agent: agentsContainer(CGROUP) },
    'host-mounts-missing',
  ),
  broken(
    'logs-without-mount',
    'The agent collects logs, but /var/log/pods is not mounted',
    { agent: { ...agentsContainer({ ...PROC, ...CGROUP, ...RUNTIME }), env: { DD_LOGS_ENABLED: 'true' } } },
    'host-mounts-missing',
  ),
  broken(
    'partition-not-mounted',
    'A data disk of the node is not mounted into the agent',
    {
      agent: {
        files: {
          ...agentsContainer({ ...PROC, ...CGROUP, ...RUNTIME }).files,
          '/host/proc/1/mountinfo':
            '20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n21 20 8:17 / /data rw,relatime shared:2 - xfs /dev/sdb1 rw\n',
        },
      },
    },
    'partition-not-mounted',
    { exitCode: 0 },
  ),
  broken(
    'agent-runtime-socket-wrong',
    "The agent looks for containerd's socket; the node has dockershim.sock",
    {
      agent: {
        env: { DD_CRI_SOCKET_PATH: '/host/var/run/containerd/containerd.sock' },
        ...agentsContainer({ ...PROC, ...CGROUP, ...RUNTIME }, { ...IMAGE, '/host/var/run/dockershim.sock': '' }),
      },
    },
    'agent-runtime-socket-wrong',
    { never: ['host-mounts-missing'] },
  ),
  broken(
    'agent-runtime-socket-elsewhere',
    "The agent knows only the usual paths; the runtime is k3s's own",
    {
      agent: agentsContainer({ ...PROC, ...CGROUP, ...RUNTIME }, { ...IMAGE, '/host/var/run/k3s/containerd/containerd.sock': '' }),
    },
    'agent-runtime-socket-wrong',
  ),
  broken(
    'integration-config-hidden',
    'A ConfigMap mounted over conf.d hides the kubelet check',
    {
      agent: agentsContainer(
        { ...PROC, ...CGROUP, ...RUNTIME, '/etc/datadog-agent/conf.d': '/custom' },
        { '/opt/datadog-agent/version-manifest.json': '{}', '/etc/datadog-agent/conf.d/mine.yaml': 'init_config:\n' },
      ),
    },
    'integration-config-hidden',
  ),
  broken(
    'ephemeral-container',
    'An ephemeral container next to the agent has no token',
    {
      agent: {
        credential: 'no-token',
        files: {
          '/proc/self/mountinfo': mountinfo({}),
          '/proc/7/mountinfo': mountinfo({ [ACCOUNT]: '/' }),
          [`/proc/7/root${ACCOUNT}/token`]: 'not read',
        },
      },
    },
    'ephemeral-container-without-token',
    { also: ['token-missing'] },
  ),
  broken(
    'token-missing-host-pid',
    "No token is mounted; the pod sees another pod's through hostPID",
    {
      agent: {
        credential: 'no-token',
        files: {
          '/proc/self/mountinfo': mountinfo({}),
          '/proc/7/mountinfo': mountinfo({ [ACCOUNT]: '/' }, OTHER_POD),
          [`/proc/7/root${ACCOUNT}/token`]: 'not read',
        },
      },
    },
    'token-missing',
    { never: ['ephemeral-container-without-token'] },
  ),
  healthy('cluster-agent-answers', "The Cluster Agent that the agent's settings name answers", {
    // Any server of Kubernetes refuses a request without its token; this one is at hand.
    agent: { env: { DD_CLUSTER_AGENT_ENABLED: 'true', DD_CLUSTER_AGENT_URL: 'https://{apiserver}:{apiserver-port}' } },
  }),
  broken(
    'cluster-agent-refused',
    'Nothing listens where the Cluster Agent should be',
    { agent: { env: { DD_CLUSTER_AGENT_ENABLED: 'true', DD_CLUSTER_AGENT_URL: 'https://{apiserver}:1' } } },
    'cluster-agent-unreachable',
  ),
  broken(
    'cluster-agent-unset',
    'The Service of the Cluster Agent is younger than the pod',
    { agent: { env: { DD_CLUSTER_AGENT_ENABLED: 'true', DD_CLUSTER_AGENT_KUBERNETES_SERVICE_NAME: 'dd-cluster-agent' } } },
    'cluster-agent-address-unset',
    { never: ['cluster-agent-unreachable'] },
  ),
  broken(
    'cluster-agent-token-short',
    'The token of the Cluster Agent has fewer than 32 characters',
    {
      agent: {
        env: {
          DD_CLUSTER_AGENT_ENABLED: 'true',
          DD_CLUSTER_AGENT_URL: 'https://{apiserver}:{apiserver-port}',
          DD_CLUSTER_AGENT_AUTH_TOKEN: 'sentinel-short-dca-token',
        },
      },
    },
    'cluster-agent-token-short',
  ),
  broken(
    'token-held-by-process',
    'An old Agent keeps the token of its start; the file is fresh',
    { agent: agentsContainer({ ...PROC, ...CGROUP, ...RUNTIME }, { ...IMAGE, ...OLD_AGENT }) },
    'token-held-by-process',
    { never: ['token-stale-copy'] },
  ),
  broken('token-stale-copy', 'The agent sends a stale copy of a token', { agent: { credential: 'stale-copy' } }, 'token-stale-copy', {
    never: ['kubelet-token-authentication-off', 'token-rejected'],
  }),
  broken(
    'proxy-lists-disagree',
    'NO_PROXY and no_proxy differ',
    {
      network: { proxy: { variable: 'HTTPS_PROXY', noProxy: 'n1.sim,kubernetes.sim', behaviour: 'refuse-403' } },
      agent: { env: { no_proxy: 'localhost' } },
    },
    'proxy-variables-disagree',
    { never: ['proxy-captures-kubelet'], exitCode: 0 },
  ),
  broken(
    'no-proxy-range',
    "The agent's NO_PROXY list has a range, which it compares as text",
    { agent: { env: { DD_PROXY_HTTPS: 'http://proxy.example:3128', DD_PROXY_NO_PROXY: '10.0.0.0/8 localhost' } } },
    'no-proxy-range-not-understood',
    { exitCode: 0 },
  ),
  healthy('no-proxy-range-understood', "The agent's NO_PROXY list has a range, and the agent supports it", {
    agent: { env: { DD_PROXY_NO_PROXY: '10.0.0.0/8', DD_NO_PROXY_NONEXACT_MATCH: 'true' } },
  }),
  broken(
    'token-never-expires',
    'The token is from a Secret and never expires',
    { agent: { credential: 'legacy' } },
    'token-never-expires',
    {
      exitCode: 0,
    },
  ),
  broken(
    'token-unreadable',
    'The mount has no ca.crt, and a directory instead of the token',
    { agent: { credential: 'no-token', files: { [`${ACCOUNT}/token/x`]: '', [`${ACCOUNT}/namespace`]: 'datadog' } } },
    'apiserver-ca-file-missing',
    { also: ['token-unreadable'] },
  ),
  broken(
    'service-environment-missing',
    'The environment lacks the variables of the apiserver service',
    { agent: { env: { KUBERNETES_SERVICE_HOST: '', KUBERNETES_SERVICE_PORT: '' } } },
    'service-environment-missing',
  ),
  broken(
    'apiserver-name-unknown',
    "The apiserver's name does not resolve",
    { agent: { env: { KUBERNETES_SERVICE_HOST: 'api.cluster.example' } } },
    'apiserver-name-does-not-resolve',
  ),
  broken(
    'credential-plugin-missing',
    'The kubeconfig names a credential plugin that is not installed',
    {
      place: 'workstation',
      agent: { files: { '/home/me/plugin.conf': PLUGIN_KUBECONFIG } },
      argv: ['--kubeconfig', '/home/me/plugin.conf', '--apiserver', '{apiserver}:{apiserver-port}'],
    },
    'credential-plugin-fails',
  ),
  broken(
    'host-install',
    "The agent is a package on the node and has only the kubelet's address",
    {
      place: 'node',
      kubeconfig: 'none',
      argv: ['--apiserver', 'https://{apiserver}:{apiserver-port}', '--apiserver-ca', '/etc/kubernetes/pki/ca.crt'],
      agent: { files: { '/etc/datadog-agent/datadog.yaml': 'kubernetes_kubelet_host: n1\n' } },
    },
    'host-install-without-credentials',
    { never: ['token-missing', 'kubelet-token-authentication-off'] },
  ),
  broken(
    'apiserver-address-unset',
    'No kubeconfig at a workstation',
    { place: 'workstation', kubeconfig: 'none' },
    'apiserver-address-unset',
    { never: ['service-environment-missing', 'kubelet-down'] },
  ),
  broken('read-only-port', "The kubelet's read-only port is open", { kubelet: { readOnlyPort: true } }, 'read-only-port-open', {
    exitCode: 0,
  }),
  broken(
    'read-only-port-closed',
    'The kubelet is down; port 10255 is closed as well',
    { kubelet: { listen: 'closed', heartbeat: 'stale' }, apiserver: { nodeProxy: 'permitted' } },
    'kubelet-down',
    { also: ['read-only-port-closed'], never: ['read-only-port-open'] },
  ),
  broken(
    'only-read-only-port',
    'The HTTPS port of the agent is 0, and port 10255 is closed',
    { agent: { env: { DD_KUBERNETES_HTTPS_KUBELET_PORT: '0' } } },
    'agent-plain-port-closed',
    { never: ['read-only-port-closed', 'kubelet-host-unset'] },
  ),
  broken(
    'only-read-only-port-open',
    'The HTTPS port of the agent is 0, and port 10255 is open',
    { agent: { env: { DD_KUBERNETES_HTTPS_KUBELET_PORT: '0' } }, kubelet: { readOnlyPort: true } },
    'read-only-port-open',
    { exitCode: 0, never: ['agent-plain-port-closed'] },
  ),
  broken(
    'only-read-only-port-without-role',
    'The agent lives on the open port 10255, and has no role for the other',
    { agent: { env: { DD_KUBERNETES_HTTPS_KUBELET_PORT: '0' }, rights: 'none' }, kubelet: { readOnlyPort: true } },
    'read-only-port-open',
    { exitCode: 3, also: ['kubelet-permission-missing'] },
  ),
  broken(
    'version-skew',
    'The kubelet is five minor versions behind its apiserver',
    { kubelet: { version: '1.31' } },
    'kubelet-version-skew',
    { exitCode: 0 },
  ),
  broken('version-skew-newer', 'The kubelet is newer than its apiserver', { apiserver: { version: '1.31' } }, 'kubelet-version-skew', {
    exitCode: 0,
  }),
];
