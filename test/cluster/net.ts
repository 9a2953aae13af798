/**
 * The network of the test cluster, inside the namespaces made by run.ts: node addresses on lo, the service address as
 * kube-proxy would route it, one pod network behind a veth pair, and packet filters.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const APISERVER_IP = '10.77.0.1';
export const APISERVER_PORT = 6443;
export const KUBELET_PORT = 10250;
/** The ClusterIP of default/kubernetes: first address of the service range. */
export const SERVICE_IP = '10.96.0.1';
export const DNS_IP = '10.96.0.10';
/** The default nodes. Further kubelets may use any other address up to 10.77.0.29. */
export const NODE_IPS = { cp1: '10.77.0.10', n1: '10.77.0.11', n2: '10.77.0.12' } as const;
/** Source address of a command run with `runAsPod` in the pod network: a pod of n1. */
export const POD_IP = '10.244.11.250';
/** The pod's gateway as Calico has it: a link-local address no machine owns. */
export const POD_GATEWAY = '169.254.1.1';
/** Network namespace of that pod, as `ip netns` keeps it. */
export const POD_NETNS = '/run/netns/kd-pod';

const DNAT = `ip daddr ${SERVICE_IP} tcp dport 443 dnat to ${APISERVER_IP}:${APISERVER_PORT}`;

async function nft(rules: string): Promise<void> {
  await run('nft', [rules]);
}

async function ip(...words: string[]): Promise<string> {
  return (await run('ip', words)).stdout;
}

/** Everything below, once per namespace. */
export async function setUpNetwork(): Promise<void> {
  await setUpLoopback();
  await startServiceRouting();
  await setUpPodNetwork();
}

/** Gives lo the addresses of the apiserver, the nodes and the two services. */
export async function setUpLoopback(): Promise<void> {
  await ip('link', 'set', 'lo', 'up');
  const nodes = Array.from({ length: 29 }, (_, index) => `10.77.0.${index + 1}`);
  for (const address of [...nodes, SERVICE_IP, DNS_IP]) await ip('addr', 'add', `${address}/32`, 'dev', 'lo');
}

/** Routes the service address to the apiserver by destination NAT, which is what kube-proxy does: refused stays refused. */
export async function startServiceRouting(): Promise<void> {
  await nft(`table ip kd_service {
    chain prerouting { type nat hook prerouting priority -100; ${DNAT}; }
    chain output { type nat hook output priority -100; ${DNAT}; }
  }`);
}

/** Takes the service routing away: 10.96.0.1:443 then refuses, the endpoint behind it still answers. */
export async function stopServiceRouting(): Promise<void> {
  await nft('delete table ip kd_service');
}

/**
 * A pod's own network: its address differs from every node's, so a filter can cut the pod off while apiserver and nodes
 * still talk. The gateway has no owner, hence the permanent neighbour entry; packets to itself are never answered.
 */
async function setUpPodNetwork(): Promise<void> {
  await ip('netns', 'add', 'kd-pod');
  await ip('link', 'add', 'kd-pod', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', 'kd-pod');
  await ip('link', 'set', 'kd-pod', 'up');
  await ip('route', 'add', `${POD_IP}/32`, 'dev', 'kd-pod');
  const mac = /link\/ether (\S+)/.exec(await ip('-o', 'link', 'show', 'kd-pod'))?.[1] ?? '';
  const inPod = (...words: string[]): Promise<string> => ip('-n', 'kd-pod', ...words);
  await inPod('link', 'set', 'lo', 'up');
  await inPod('link', 'set', 'eth0', 'up');
  await inPod('addr', 'add', `${POD_IP}/32`, 'dev', 'eth0');
  await inPod('route', 'add', POD_GATEWAY, 'dev', 'eth0');
  await inPod('route', 'add', 'default', 'via', POD_GATEWAY);
  await inPod('neigh', 'replace', POD_GATEWAY, 'lladdr', mac, 'dev', 'eth0', 'nud', 'permanent');
}

async function addRule(match: string, verdict: string): Promise<void> {
  // Before destination NAT (-300 < -100), so that the service address can be told from the apiserver's. Local senders
  // pass the output hook, pods the prerouting hook.
  await nft(`table ip kd {
    chain prerouting { type filter hook prerouting priority -300; }
    chain output { type filter hook output priority -300; }
  }
  add rule ip kd prerouting ${match} ${verdict}
  add rule ip kd output ${match} ${verdict}`);
}

/** TCP to this address and port is dropped: a SYN goes unanswered, an open connection falls silent. */
export async function drop(address: string, port: number): Promise<void> {
  await addRule(`ip daddr ${address} tcp dport ${port}`, 'drop');
}

/**
 * The same, from one source only: POD_IP (a command in the pod network), or a node's address to cut that kubelet off
 * from the apiserver (each kubelet dials from its own address; everything else local has the destination's).
 */
export async function dropFrom(source: string, address: string, port: number): Promise<void> {
  await addRule(`ip saddr ${source} ip daddr ${address} tcp dport ${port}`, 'drop');
}

/** TCP to this address and port is refused by a packet filter: as a closed port does it, or by an ICMP error. */
export async function reject(
  address: string,
  port: number,
  how: 'tcp-reset' | 'port-unreachable' | 'host-unreachable' | 'admin-prohibited' = 'port-unreachable',
): Promise<void> {
  await addRule(`ip daddr ${address} tcp dport ${port}`, how === 'tcp-reset' ? 'reject with tcp reset' : `reject with icmp type ${how}`);
}

/** TCP from one source to this address and port is reset; only packets that match `which`, in nft's words, where it is given. */
export async function rejectFrom(source: string, address: string, port: number, which = ''): Promise<void> {
  await addRule(`ip saddr ${source} ip daddr ${address} tcp dport ${port} ${which}`, 'reject with tcp reset');
}

/** Takes every drop and reject away. */
export async function clearFilters(): Promise<void> {
  await nft('table ip kd {}\ndelete table ip kd');
}
