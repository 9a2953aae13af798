/** Brings a world to life: servers on loopback, certificates, files and environment; `stop` takes everything down again. */
import type { Host } from '../host/host.js';
import { SECRETS } from './answers/hostile.js';
import { startDns } from './servers/dns.js';
import type { RecordedRequest, Recorder } from './servers/listeners.js';
import {
  agentsKubelet,
  type Servers,
  startApiserver,
  startHealthz,
  startKubelet,
  startReadOnlyPort,
  startWorldProxy,
} from './servers/start.js';
import { newAddresses } from './state/addresses.js';
import { sharedAuthorities } from './state/certificates.js';
import { type Clock, machineClock } from './state/clock.js';
import { Cluster } from './state/cluster.js';
import { agentCredential, type ClientCredential, nodeCredential } from './state/credentials.js';
import { makeMachine, type Way } from './state/filesystem.js';
import { type Rule, rulesOf } from './state/rights.js';
import { type ResolvedWorld, resolveWorld, type World } from './world.js';

/** What of `Host` a world replaces. */
export type HostOverrides = Pick<Host, 'env' | 'root' | 'home' | 'hostName' | 'cwd' | 'dnsPort' | 'healthzPort' | 'interfaceAddresses'>;

export interface RunningWorld {
  host: HostOverrides;
  /** Arguments after `check`. */
  argv: string[];
  /** Every HTTP request any server saw, in order. */
  requests: RecordedRequest[];
  /** Every question the DNS server saw, e.g. `A kubernetes.default.svc.cluster.local`. */
  questions: string[];
  /** Lies told so far (`World.poison`). */
  readonly lies: number;
  /** TCP connections accepted so far. */
  readonly connections: { apiserver: number; kubelet: number; proxy: number; gateway: number };
  /** The machine's kubeconfig, where it has one, as a path below `host.root`. */
  kubeconfig?: string;
  addresses: { apiserver: Way; service: Way; kubelets: Record<string, Way>; gateway: string; proxy?: Way };
  /** Whatever must appear in no output: the credential and every planted secret. */
  secrets: string[];
  /** PEM of the cluster's CA, and of the one behind `other-ca`. */
  caPem: string;
  otherCaPem: string;
  /** The user the world's rights are bound to. */
  user: string;
  /** The state the servers share. A test may change it while they run: `grant`, `nodes.get(NAME).kubelet`, `deletedPods`. */
  cluster: Cluster;
  stop(): Promise<void>;
}

type Stop = () => Promise<void>;

/** Starts a world, by this clock of ours. Fails when an address cannot be listened on; what was started by then is stopped. */
export async function startWorld(given: World = {}, clock: Clock = machineClock): Promise<RunningWorld> {
  const stops: Stop[] = [];
  const stop = async () => {
    await Promise.all(stops.splice(0).map((end) => end()));
  };
  try {
    return await start(resolveWorld(given), clock, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(world: ResolvedWorld, clock: Clock, stops: Stop[], stop: Stop): Promise<RunningWorld> {
  const { cluster: ca, other } = await sharedAuthorities();
  const cluster = new Cluster(world, ca.certPem, clock);
  const recorder: Recorder = { requests: [], connections: new Map(), numbers: new Map(), lies: 0 };
  const credential = world.place === 'node' ? await nodeCredential(cluster) : await agentCredential(cluster);
  bindRights(world, cluster, credential);
  const keep = <T extends { stop: Stop }>(started: T): T => {
    stops.push(() => started.stop());
    return started;
  };
  const servers: Servers = { world, cluster, addresses: await newAddresses(), recorder, keep, caPem: ca.certPem };
  const ways = await startServers(servers);
  const { own, endpoint, service, kubelets, nodeName } = ways;
  const fill = filler(ways, servers);

  const table = nameTable(world, ways, fill);
  const visible = new Map([...table].filter(([name]) => !onlyThroughProxy(world, nodeName).includes(name)));
  const dns = keep(await startDns(servers.addresses.nameserver, world.network.dns, visible));
  const proxy = await startWorldProxy(servers, table);
  const byName = world.network.proxy !== undefined;
  const throughName = byName ? { ...service, host: API_NAME } : undefined;
  cluster.endpoints = [throughName ?? endpoint];
  const machine = await makeMachine({
    world: fillWorld(world, fill),
    caPem: ca.certPem,
    otherCaPem: other.certPem,
    token: credential.token,
    tokenCopy: credential.copy,
    readOnlyPort: ways.readOnlyPort,
    clientCertificate: credential.certificate,
    service: throughName ?? service,
    endpoint: throughName ?? endpoint,
    kubelet: await agentsKubelet(servers, own, byName || world.agent.kubeletHost === 'name' ? nodeName : own.host),
    gateway: servers.addresses.gateway,
    nameserver: servers.addresses.nameserver,
    hosts: [...visible].filter(([name]) => (byName || world.agent.kubeletHost === 'name' ? name.endsWith('.sim') : false)),
    proxyUrl: proxy?.url,
  });
  stops.push(() => machine.remove());

  const count = (prefix: string) => [...recorder.connections].filter(([s]) => s.startsWith(prefix)).reduce((sum, [, n]) => sum + n, 0);
  return {
    host: {
      env: machine.env,
      root: machine.root,
      cwd: '/',
      dnsPort: dns.port,
      healthzPort: await startHealthz(servers),
      ...HOME_AND_NAME[world.place](world),
      interfaceAddresses: interfaces(world, own),
    },
    argv: [...placeArguments(world), ...world.argv].map((argument) => fill(argument).replaceAll('{root}', machine.root)),
    requests: recorder.requests,
    questions: dns.questions,
    get lies() {
      return recorder.lies;
    },
    get connections() {
      return { apiserver: count('apiserver'), kubelet: count('kubelet'), proxy: count('proxy'), gateway: count('gateway') };
    },
    kubeconfig: machine.kubeconfig,
    addresses: { apiserver: endpoint, service, kubelets, gateway: servers.addresses.gateway, proxy: proxy?.way },
    secrets: [...credential.secrets, ...Object.values(SECRETS)],
    caPem: ca.certPem,
    otherCaPem: other.certPem,
    user: credential.user,
    cluster,
    stop,
  };
}

const NODE_PROXY: Rule = { verbs: ['get'], groups: [''], resources: ['nodes/proxy'] };

function bindRights(world: ResolvedWorld, cluster: Cluster, credential: ClientCredential): void {
  const coarse = world.kubelet.version !== '1.36' && [world.agent.rights].flat().includes('all');
  // At a node we are its kubelet; the agent whose pod is there holds its rights all the same.
  const agent = `system:serviceaccount:${world.names.namespace}:${world.names.serviceAccount}`;
  cluster.grant(world.place === 'node' ? agent : credential.user, rulesOf(world.agent.rights));
  if (coarse || world.apiserver.nodeProxy === 'permitted') cluster.grant(credential.user, [NODE_PROXY]);
}

interface Ways {
  own: Way;
  /** Name of the agent's node in worlds that dial names. */
  nodeName: string;
  kubelets: Record<string, Way>;
  endpoint: Way;
  service: Way;
  readOnlyPort?: number;
}

async function startServers(servers: Servers): Promise<Ways> {
  const { names, kubelet, otherNodes, agent } = servers.world;
  const own = await startKubelet(servers, names.node, kubelet, 0);
  // Mistaken for each other, they listen on one port: only the address is wrong.
  const port = agent.kubeletHost === 'other-node' && servers.addresses.other(0) !== own.host ? own.port : 0;
  const others = Object.entries(otherNodes).map(
    async ([name, world], i) => [name, await startKubelet(servers, name, world, i + 1, port)] as const,
  );
  const started = [[names.node, own] as const, ...(await Promise.all(others))];
  const readOnlyPort = kubelet.readOnlyPort ? (await startReadOnlyPort(servers)).port : undefined;
  return {
    ...{ own, nodeName: `${names.node}.sim`, kubelets: Object.fromEntries(started), readOnlyPort },
    ...(await startApiserver(servers)),
  };
}

/** The apiserver's name in worlds that dial names. */
const API_NAME = 'kubernetes.sim';

/** Every name of the world and its address, as DNS, the proxy and the hosts file know it. */
function nameTable(world: ResolvedWorld, { own, service, nodeName }: Ways, fill: Fill): Map<string, string> {
  return new Map([
    ['kubernetes.default.svc.cluster.local', service.host],
    ['kubernetes.default.svc', service.host],
    [API_NAME, service.host],
    [nodeName, own.host],
    ...Object.entries(world.network.names).map(([name, address]): [string, string] => [name, fill(address)]),
  ]);
}

function onlyThroughProxy({ network }: ResolvedWorld, nodeName: string): string[] {
  return (network.proxy?.onlyWayTo ?? []).map((target) => (target === 'kubelet' ? nodeName : API_NAME));
}

const HOME_AND_NAME: Record<ResolvedWorld['place'], (world: ResolvedWorld) => { home: string; hostName: string }> = {
  'agent-pod': ({ names }) => ({ home: '/root', hostName: names.pod }),
  node: ({ names }) => ({ home: '/root', hostName: names.node }),
  workstation: () => ({ home: '/home/me', hostName: 'laptop' }),
};

/** A world that names a node itself is asked about that one. */
function placeArguments({ place, names, kubeconfig, agent, argv }: ResolvedWorld): string[] {
  const kubelet = agent.kubeletHost === 'unset' ? [] : ['--kubelet-host', '{kubelet}', '--kubelet-port', '{kubelet-port}'];
  if (place === 'agent-pod') return [];
  if (kubeconfig === 'none') return kubelet;
  const node = argv.includes('--node') ? [] : ['--node', names.node];
  return place === 'node' ? [...node, '--kubeconfig', '/etc/kubernetes/kubelet.conf', ...kubelet] : node;
}

function interfaces({ place, network }: ResolvedWorld, own: Way): HostOverrides['interfaceAddresses'] {
  const pod = place === 'agent-pod' && network.vantage === 'pod-network';
  const outward = place === 'workstation' ? '192.168.1.23' : pod ? '10.251.1.12' : own.host;
  return () => [
    { name: 'lo', address: '127.0.0.1' },
    { name: 'eth0', address: outward },
  ];
}

type Fill = (text: string) => string;

/** Replaces {placeholders}. */
function filler({ own, endpoint, service }: Ways, { addresses, world }: Servers): Fill {
  const values: Record<string, string | number> = {
    kubelet: own.host,
    'kubelet-port': own.port,
    apiserver: endpoint.host,
    'apiserver-port': endpoint.port,
    service: service.host,
    gateway: addresses.gateway,
    node: world.names.node,
  };
  return (text) => text.replace(/\{([a-z-]+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}

function fillWorld(world: ResolvedWorld, fill: Fill): ResolvedWorld {
  const filledIn = (texts: Record<string, string>) => Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, fill(value)]));
  const [env, files] = [filledIn(world.agent.env), filledIn(world.agent.files)];
  const { proxy } = world.network;
  const filled = proxy && { ...proxy, ...(proxy.noProxy !== undefined && { noProxy: fill(proxy.noProxy) }) };
  return { ...world, agent: { ...world.agent, env, files }, network: { ...world.network, proxy: filled } };
}
