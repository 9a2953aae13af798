/** The file system and environment of a place: a pod's, a node's or a workstation's, below a temporary directory. */
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { SERVICE_ACCOUNT_DIRECTORY as ACCOUNT } from '../../kubernetes/service-account.js';
import { SECRETS } from '../answers/hostile.js';
import type { ResolvedWorld } from '../world.js';
import { prefixOf } from './left-overs.js';
import type { KeyPair } from './pki.js';

/** A host and port as dialled. */
export interface Way {
  host: string;
  port: number;
}

/** What the files and variables are made from. */
export interface Surroundings {
  world: ResolvedWorld;
  /** CA of the cluster, and the one that signed `other-ca` certificates. */
  caPem: string;
  otherCaPem: string;
  token?: string;
  /** A copy of an earlier token. */
  tokenCopy?: string;
  /** Port of the kubelet's read-only server, where it has one. */
  readOnlyPort?: number;
  /** Client certificate of agent or user; at `node` the kubelet's own. */
  clientCertificate?: KeyPair;
  service: Way;
  endpoint: Way;
  kubelet: Way;
  gateway: string;
  nameserver: string;
  /** Lines of /etc/hosts. */
  hosts: [name: string, address: string][];
  proxyUrl?: string;
}

/** Files and environment of where the program runs. */
export interface Machine {
  root: string;
  env: Record<string, string>;
  /** Path below `root`, where there is one. */
  kubeconfig?: string;
  remove(): Promise<void>;
}

const AGENT = '/etc/datadog-agent';
/** What the kubelet keeps of this pod on the node. */
const POD_DIRECTORY = '/var/lib/kubelet/pods/6e1d9b7a-0000-4000-8000-000000000001';
const TOKEN_COPY = `${AGENT}/kubelet-token`;
const KUBECONFIGS = {
  'agent-pod': `${AGENT}/kubeconfig`,
  node: '/etc/kubernetes/kubelet.conf',
  workstation: '/home/me/.kube/config',
};

/** Makes the files and the environment. */
export async function makeMachine(from: Surroundings): Promise<Machine> {
  const root = await mkdtemp(join(tmpdir(), prefixOf(process.pid)));
  const remove = () => rm(root, { recursive: true, force: true });
  try {
    await writeFiles(from, root);
  } catch (error) {
    await remove();
    throw error;
  }
  const { place, agent } = from.world;
  const outside = { PATH: '/usr/bin:/bin', HOME: place === 'node' ? '/root' : '/home/me' };
  const given = { ...(place === 'agent-pod' ? podEnvironment(from) : outside), ...proxyVariables(from), ...agent.env };
  const env = place === 'agent-pod' ? expanded(given) : given;
  const present = place !== 'agent-pod' || from.clientCertificate !== undefined;
  return { root, env, ...(present && { kubeconfig: KUBECONFIGS[place] }), remove };
}

async function writeFiles(from: Surroundings, root: string): Promise<void> {
  const write = async (path: string, text: string, mode = 0o644) => {
    const full = join(root, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, text);
    await chmod(full, mode);
  };
  await writeNetwork(from, write);
  const { place } = from.world;
  if (place === 'agent-pod') await writePod(from, root, write);
  if (place === 'node') await writeNode(from, write);
  if (place === 'workstation' && from.world.kubeconfig === 'ours') await write(KUBECONFIGS.workstation, kubeconfig(from, 'inline'), 0o600);
  for (const [path, text] of Object.entries(from.world.agent.files)) await write(path, text);
}

/** The proxy's variable, and the list of exceptions in the same case. */
function proxyVariables({ world, proxyUrl }: Surroundings): Record<string, string> {
  const { proxy } = world.network;
  if (!proxy || !proxyUrl) return {};
  const list = proxy.variable === proxy.variable.toLowerCase() ? 'no_proxy' : 'NO_PROXY';
  return { [proxy.variable]: proxyUrl, ...(proxy.noProxy !== undefined && { [list]: proxy.noProxy }) };
}

type Write = (path: string, text: string, mode?: number) => Promise<void>;

async function writeNetwork({ world, nameserver, gateway, hosts }: Surroundings, write: Write): Promise<void> {
  const { namespace, pod } = world.names;
  const search =
    world.place === 'agent-pod' && world.network.resolvConf === 'cluster'
      ? `search ${namespace}.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n`
      : '';
  await write('/etc/resolv.conf', `nameserver ${nameserver}\n${search}`);
  const headed = { 'host-network': '# Kubernetes-managed hosts file (host network).', 'pod-network': '# Kubernetes-managed hosts file.' };
  const head = world.place === 'agent-pod' ? [headed[world.network.vantage]] : [];
  await write(
    '/etc/hosts',
    [...head, '127.0.0.1\tlocalhost', '::1\tlocalhost ip6-localhost', ...hosts.map(([name, address]) => `${address}\t${name}`), ''].join(
      '\n',
    ),
  );
  await write('/etc/hostname', `${world.place === 'agent-pod' ? pod : world.names.node}\n`);
  const hex = gateway
    .split('.')
    .map(Number)
    .reverse()
    .map((n) => n.toString(16).padStart(2, '0').toUpperCase())
    .join('');
  const columns = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';
  await write('/proc/net/route', `${columns}\neth0\t00000000\t${hex}\t0003\t0\t0\t0\t00000000\t0\t0\t0\n`);
}

/** The projected volume as the kubelet writes it: a dated directory behind `..data`, and links to it. */
async function writePod(from: Surroundings, root: string, write: Write): Promise<void> {
  if (from.token !== undefined) {
    const files = { token: from.token, 'ca.crt': from.caPem, namespace: from.world.names.namespace };
    const dated = '..2026_11_22_01_18_18.1234567890';
    for (const [name, text] of Object.entries(files)) await write(`${ACCOUNT}/${dated}/${name}`, text);
    await symlink(dated, join(root, ACCOUNT, '..data'));
    for (const name of Object.keys(files)) await symlink(join('..data', name), join(root, ACCOUNT, name));
  }
  await write('/proc/self/mountinfo', `601 500 8:1 ${POD_DIRECTORY}/etc-hosts /etc/hosts rw,relatime - ext4 /dev/sda1 rw\n`);
  await write(`${AGENT}/auth_token`, SECRETS.file, 0o600);
  if (from.tokenCopy !== undefined) await write(TOKEN_COPY, from.tokenCopy, 0o600);
  if (from.clientCertificate) {
    await write(`${AGENT}/client.crt`, from.clientCertificate.certPem);
    await write(`${AGENT}/client.key`, from.clientCertificate.keyPem, 0o600);
    await write(`${AGENT}/ca.crt`, from.caPem);
    await write(KUBECONFIGS['agent-pod'], kubeconfig(from, 'files'), 0o600);
  }
  if (from.world.agent.kubeletCa === 'not-pem') await write(`${AGENT}/kubelet-ca.crt`, 'this is no certificate\n');
  if (from.world.agent.kubeletCa === 'other-ca') await write(`${AGENT}/kubelet-ca.crt`, from.otherCaPem);
}

async function writeNode(from: Surroundings, write: Write): Promise<void> {
  const { certPem = '', keyPem = '' } = from.clientCertificate ?? {};
  await write('/var/lib/kubelet/pki/kubelet-client-current.pem', certPem + keyPem, 0o600);
  await write('/etc/kubernetes/pki/ca.crt', from.caPem);
  await write(KUBECONFIGS.node, kubeconfig(from, 'kubelet'), 0o600);
  const config = {
    kind: 'KubeletConfiguration',
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    address: from.kubelet.host,
    port: from.kubelet.port,
    authentication: { x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' }, webhook: { enabled: true }, anonymous: { enabled: false } },
    authorization: { mode: 'Webhook' },
  };
  await write('/var/lib/kubelet/config.yaml', stringify(config));
}

/** A kubeconfig of this place: with everything inline, with the agent's files, or the kubelet's own. */
function kubeconfig(from: Surroundings, kind: 'inline' | 'files' | 'kubelet'): string {
  const { token, clientCertificate, endpoint, caPem } = from;
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const current = '/var/lib/kubelet/pki/kubelet-client-current.pem';
  const user = {
    inline: clientCertificate
      ? { 'client-certificate-data': base64(clientCertificate.certPem), 'client-key-data': base64(clientCertificate.keyPem) }
      : token === undefined
        ? {}
        : { token },
    files: { 'client-certificate': 'client.crt', 'client-key': 'client.key' },
    kubelet: { 'client-certificate': current, 'client-key': current },
  }[kind];
  const name = kind === 'kubelet' ? `system:node:${from.world.names.node}` : 'me';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'sim', cluster: { server: `https://${endpoint.host}:${endpoint.port}`, 'certificate-authority-data': base64(caPem) } },
    ],
    users: [{ name, user }],
    contexts: [{ name: 'sim', context: { cluster: 'sim', user: name } }],
    'current-context': 'sim',
  });
}

/** `$(NAME)` of a variable that stands above, as a kubelet fills it in (third_party/forked/golang/expansion). */
function expanded(given: Record<string, string>): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(given))
    env[name] = value.replace(/\$\((\w+)\)/g, (whole, other: string) => env[other] ?? whole);
  return env;
}

function podEnvironment({ world, service, kubelet, clientCertificate, tokenCopy, readOnlyPort }: Surroundings): Record<string, string> {
  const { agent, names } = world;
  const port = String(service.port);
  return {
    PATH: '/opt/datadog-agent/bin/agent:/usr/bin:/bin',
    HOME: '/root',
    HOSTNAME: names.pod,
    KUBERNETES: 'yes',
    KUBERNETES_SERVICE_HOST: service.host,
    KUBERNETES_SERVICE_PORT: port,
    KUBERNETES_SERVICE_PORT_HTTPS: port,
    KUBERNETES_PORT: `tcp://${service.host}:${port}`,
    DD_API_KEY: SECRETS.apiKey,
    DD_CLUSTER_AGENT_AUTH_TOKEN: SECRETS.environment,
    DD_POD_NAME: names.pod,
    ...(agent.kubeletHost !== 'unset' && { DD_KUBERNETES_KUBELET_HOST: kubelet.host }),
    DD_KUBERNETES_HTTPS_KUBELET_PORT: String(kubelet.port),
    ...(!agent.tlsVerify && { DD_KUBELET_TLS_VERIFY: 'false' }),
    ...(tokenCopy !== undefined && { DD_KUBELET_AUTH_TOKEN_PATH: TOKEN_COPY }),
    ...(readOnlyPort !== undefined && { DD_KUBERNETES_HTTP_KUBELET_PORT: String(readOnlyPort) }),
    ...(agent.kubeletCa !== 'default' && { DD_KUBELET_CLIENT_CA: `${AGENT}/kubelet-ca.crt` }),
    ...(clientCertificate && {
      DD_KUBELET_CLIENT_CRT: `${AGENT}/client.crt`,
      DD_KUBELET_CLIENT_KEY: `${AGENT}/client.key`,
      DD_KUBERNETES_KUBECONFIG_PATH: KUBECONFIGS['agent-pod'],
      ...(agent.kubeletCa === 'default' && { DD_KUBELET_CLIENT_CA: `${AGENT}/ca.crt` }),
    }),
  };
}
