/** Where we run and whose network it is, from what the kubelet leaves in every container. Asks no server. */
import type { FileRead, Host } from '../../host/host.js';
import { LABEL, NAME, printable } from '../../host/redact.js';
import { MOUNTED_NAMESPACE, MOUNTED_TOKEN } from '../../kubernetes/service-account.js';
import type { Place, TokenClaims, Vantage } from '../../model/facts.js';
import { RENAMED_VARIABLES } from '../../profiles/datadog-settings.js';
import { readToken } from '../credentials/token.js';
import { findLivingKubelet } from './living-kubelet.js';

/** Variables only an agent's own environment has; DD_ENV, DD_SERVICE or DD_AGENT_HOST any instrumented application has too. */
export const AGENT_VARIABLE =
  /^DD_(API_KEY|KUBELET_|KUBERNETES_|EKS_FARGATE|CLUSTER_AGENT_ENABLED|COLLECT_KUBERNETES_EVENTS|LEADER_ELECTION)/;

/** How the pods of `kubectl debug node` begin. */
const DEBUGGER = 'node-debugger-';

/** Interfaces a node has and a pod has not: bridges, tunnels and the host ends of pods' interfaces. */
const NODE_INTERFACE =
  /^(docker0|cni0|cbr0|cali|flannel|cilium_|lxc|veth|weave|kube-ipvs0|kube-bridge|antrea-gw|ovn-k8s|tunl0$|vxlan\.calico)/;
const BRIDGE_INTERFACE = /^(docker0|cni0|cbr0|flannel|weave|kube-bridge|antrea-gw|cilium_host|ovn-k8s)/;
/** What Calico answers ARP for as the gateway of every pod; never an address of a node. */
const CALICO_GATEWAY = '169.254.1.1';

/** Looks at files and the environment; every observation it cannot make counts as "no". */
export async function observePlace(host: Host): Promise<Place> {
  const { env } = host;
  // Side by side, as far as one does not decide whether another is looked at: each look is half a dozen turns of a loop that is busy just now.
  const [mounted, hasMarks, routes] = await Promise.all([host.readFile(MOUNTED_NAMESPACE, 1024), hasPodMarks(host), readRoutes(host)]);
  const inPod = mounted.ok || (env.KUBERNETES_SERVICE_HOST ?? '') !== '' || hasMarks;
  const agentEnvironment = Object.keys(env).some((name) => AGENT_VARIABLE.test(name) && env[name]);
  const [searched, token, kubelet, ofPod] = await Promise.all([
    inPod && !mounted.ok ? searchedNamespace(host) : undefined,
    mounted.ok ? readToken(host, MOUNTED_TOKEN) : undefined,
    inPod ? undefined : findLivingKubelet(host),
    inPod ? podVantage(host) : undefined,
  ]);
  const namespace = mounted.ok ? printable(mounted.text, LABEL) : searched;
  const claims = token?.outcome.status === 'observed' ? token.outcome.data.token : undefined;
  const place = !kubelet ? await kindOfPod(host, agentEnvironment, claims) : kubelet.lives ? 'node' : 'workstation';
  return {
    place,
    vantage: ofPod ?? (place === 'node' ? 'host-network' : 'workstation'),
    hostName: printable(host.hostName, NAME),
    ...(kubelet?.leftOver !== undefined && { leftOver: kubelet.leftOver }),
    ...(inPod && !mounted.ok && { noToken: true }),
    ...(namespace && { namespace }),
    agentEnvironment,
    serviceEnvironment: Boolean(env.KUBERNETES_SERVICE_HOST && env.KUBERNETES_SERVICE_PORT),
    renamedVariables: Object.entries(RENAMED_VARIABLES)
      // Beside the current name the old one does no harm.
      .filter(([old, current]) => env[old] && !env[current])
      .map(([old, current]) => ({ old, current })),
    gateways: gatewaysIn(routes, host, place),
  };
}

/** An ephemeral container has no token mount, but the kubelet's mounts and its cgroup. */
async function hasPodMarks(host: Host): Promise<boolean> {
  const [cgroup, mounts] = await Promise.all([host.readFile('/proc/1/cgroup'), host.readFile('/proc/self/mountinfo')]);
  if (cgroup.ok && /kubepods/.test(cgroup.text)) return true;
  // Source under …/kubelet/pods/UID/ *on* one of these files; on the node the same directories are mount points instead.
  return mounts.ok && /^\S+ \S+ \S+ \S*\/pods\/\S+ (\/etc\/hosts|\/dev\/termination-log|\S*\/serviceaccount) /m.test(mounts.text);
}

/** An ephemeral container has no mount that tells, but the pod's resolver: `search NAMESPACE.svc.DOMAIN svc.DOMAIN …` (pkg/kubelet/network/dns). */
async function searchedNamespace(host: Host): Promise<string | undefined> {
  const file = await host.readFile('/etc/resolv.conf');
  return file.ok ? /^search\s+([a-z0-9-]{1,63})\.(svc\.\S+)\s+\2(\s|$)/m.exec(file.text)?.[1] : undefined;
}

async function kindOfPod(host: Host, agentEnvironment: boolean, claims: TokenClaims | undefined): Promise<Place['place']> {
  if (agentEnvironment) return 'agent-pod';
  // `kubectl debug node` names its pod so, and has no word about the account. With the host's network the host name is the node's (profile
  // netadmin has not even /host), but the token is bound to the pod.
  const isDefault = (claims?.serviceAccount ?? 'default') === 'default';
  if (isDefault && (host.hostName.startsWith(DEBUGGER) || isDebugger(claims))) return 'debug-pod';
  const below = new Set(await host.listDirectory('/host'));
  // A whole root, not the /host/proc and /host/sys/fs/cgroup agents mount.
  return ['etc', 'proc', 'usr', 'var'].every((name) => below.has(name)) ? 'debug-pod' : 'pod';
}

/** node-debugger-NODE-xxxxx (kubectl pkg/cmd/debug); tokens name the node as well from Kubernetes 1.30 on. */
function isDebugger(claims: TokenClaims | undefined): boolean {
  const [, node] = /^node-debugger-(.+)-[a-z0-9]{5}$/.exec(claims?.pod ?? '') ?? [];
  return node !== undefined && (claims?.node ?? node) === node;
}

async function podVantage(host: Host): Promise<Vantage> {
  // The kubelet heads the file it makes, and differently for hostNetwork (kubernetes pkg/kubelet/kubelet_pods.go).
  const [hosts, devices] = await Promise.all([host.readFile('/etc/hosts'), host.readFile('/proc/net/dev')]);
  if (hosts.ok && /^# Kubernetes-managed hosts file \(host network\)/m.test(hosts.text)) return 'host-network';
  if (hosts.ok && /^# Kubernetes-managed hosts file\./m.test(hosts.text)) return 'pod-network';
  const nodeName = host.env.DD_KUBERNETES_KUBELET_NODENAME || host.env.NODE_NAME;
  if (nodeName && nodeName === host.hostName) return 'host-network';
  const fromFile = devices.ok ? [...devices.text.matchAll(/^[ \t]*([^\s:]+):/gm)].map(([, name]) => name ?? '') : [];
  const names = [...fromFile, ...host.interfaceAddresses().map(({ name }) => name)];
  return names.some((name) => NODE_INTERFACE.test(name)) ? 'host-network' : 'pod-network';
}

function readRoutes(host: Host): Promise<FileRead[]> {
  return Promise.all([host.readFile('/proc/net/route'), host.readFile('/proc/net/ipv6_route')]);
}

function gatewaysIn([v4, v6]: readonly FileRead[], host: Host, place: Place['place']): string[] {
  const found = place === 'workstation' ? [] : [CALICO_GATEWAY];
  for (const line of v4?.ok ? v4.text.split('\n') : []) {
    const [, destination, gateway, , , , , mask] = line.trim().split(/\s+/);
    if (destination === '00000000' && mask === '00000000' && gateway && /^[0-9A-F]{8}$/i.test(gateway) && gateway !== '00000000') {
      found.push(littleEndian(gateway));
    }
  }
  for (const line of v6?.ok ? v6.text.split('\n') : []) {
    const [destination, length, , , gateway] = line.trim().split(/\s+/);
    if (/^0{32}$/.test(destination ?? '') && length === '00' && gateway && /^[0-9a-f]{32}$/.test(gateway) && !/^0{32}$/.test(gateway)) {
      found.push(new URL(`http://[${gateway.replace(/(.{4})(?=.)/g, '$1:')}]`).hostname.slice(1, -1));
    }
  }
  for (const { name, address } of host.interfaceAddresses()) if (BRIDGE_INTERFACE.test(name)) found.push(address);
  return [...new Set(found)];
}

/** /proc/net/route prints the 32 bits as the machine holds them: on little-endian ones the last byte first. */
function littleEndian(hex: string): string {
  return Buffer.from(hex, 'hex').reverse().join('.');
}
