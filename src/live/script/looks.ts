/** What the script looks at in the agent's container, as lists: what it prints by them is all that is read of its answers. */
import { MOUNTED_CA, MOUNTED_NAMESPACE, SERVICE_ACCOUNT_DIRECTORY } from '../../kubernetes/service-account.js';
import { ON_MACHINES } from '../../probes/connection/authority.js';
import { KNOWN_SOCKETS } from '../../probes/machine/mounts/agent-socket.js';
import { CONFIGURATION, DEFAULT_CHECKS } from '../../probes/machine/mounts/mounts.js';
import { KNOWN_SETTINGS, RENAMED_VARIABLES } from '../../profiles/datadog-settings.js';
import { variablesOf } from '../../profiles/resolve.js';
import type { Profile } from '../../profiles/types.js';

export const AGENT_FILE = `${CONFIGURATION}/datadog.yaml`;
const AGENT_FOLDER = '/opt/datadog-agent';

/** Printed as they are: none of them holds a secret. */
export const FILES = [
  '/etc/resolv.conf',
  '/etc/hosts',
  '/proc/self/mountinfo',
  '/proc/1/cgroup',
  '/proc/1/stat',
  '/proc/net/dev',
  '/proc/net/route',
  '/proc/net/ipv6_route',
  '/host/proc/1/mountinfo',
  MOUNTED_NAMESPACE,
  `${AGENT_FOLDER}/version-manifest.txt`,
];
/** Of which a line or a word is printed. */
export const IN_PART = { boot: '/proc/stat', program: '/proc/1/cmdline' } as const;
/** Of which the certificates are printed, where they are there. */
export const AUTHORITIES = [MOUNTED_CA, ...ON_MACHINES];
/** Of which it is printed that they are there. */
export const SOCKETS = KNOWN_SOCKETS;
/** Whose entries are printed by name. */
export const FOLDERS = [SERVICE_ACCOUNT_DIRECTORY, AGENT_FOLDER, ...DEFAULT_CHECKS.map((check) => `${CONFIGURATION}/conf.d/${check}.d`)];

/** Whose values are printed: none of them is a secret, but for what a URL may hold before its host. */
export const valuesOf = (profile: Profile): string[] => [
  ...new Set([
    ...['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT', 'NODE_NAME', 'DD_PROVIDER_KIND', 'DD_CLUSTER_AGENT_URL', 'DOCKER_HOST'],
    ...['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy', 'NO_PROXY', 'no_proxy'],
    ...KNOWN_SETTINGS.map(({ variable }) => variable),
    ...variablesOf(profile),
  ]),
];
/** Variables without the agent's prefix, of which it is printed that they are set. */
export const OLD_NAMES = Object.keys(RENAMED_VARIABLES).filter((name) => !name.startsWith('DD_'));
/** Variables whose length is judged, and which are not printed. */
export const LENGTHS = ['DD_CLUSTER_AGENT_AUTH_TOKEN'];
/** Variables that name a file which is looked at. */
export const NAMING_FILES = {
  authorities: ['DD_KUBELET_CLIENT_CA', 'DD_KUBERNETES_APISERVER_CA_PATH'],
  token: 'DD_KUBELET_AUTH_TOKEN_PATH',
  certificate: 'DD_KUBELET_CLIENT_CRT',
  key: 'DD_KUBELET_CLIENT_KEY',
  socket: 'DD_CRI_SOCKET_PATH',
} as const;
