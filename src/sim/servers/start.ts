/** One function for each server of a world: what it is started with, and where it ends up. */

import { SECRETS } from '../answers/hostile.js';
import { type Answer, plainText, send, sendHalf } from '../answers/http.js';
import { insteadOf, ofAnother } from '../answers/instead.js';
import { certificateLies, poisoned, proxyLies } from '../answers/poison.js';
import { type Addresses, closedPort } from '../state/addresses.js';
import { servingCertificate, servingRequest } from '../state/certificates.js';
import type { Cluster, ClusterNode } from '../state/cluster.js';
import type { Way } from '../state/filesystem.js';
import type { KubeletWorld, ResolvedWorld } from '../world.js';
import { apiserverAnswer } from './apiserver.js';
import { metricsServerAnswer, webServerAnswer } from './impostors.js';
import { kubeletAnswer } from './kubelet.js';
import { type Listener, openListener, type Recorder, type Respond, type SimRequest } from './listeners.js';
import { startProxy } from './proxy.js';

export interface Servers {
  world: ResolvedWorld;
  cluster: Cluster;
  addresses: Addresses;
  recorder: Recorder;
  keep: <T extends { stop(): Promise<void> }>(started: T) => T;
  caPem: string;
}

const telling =
  ({ recorder }: Servers) =>
  () => {
    recorder.lies += 1;
  };

/** Answers by this function, by a clock of its own, and with the lies that the world wants of this server. */
const answering =
  (servers: Servers, server: 'kubelet' | 'apiserver', answer: (asked: SimRequest, node?: string) => Answer, aheadMs = 0): Respond =>
  (asked, request, response) => {
    const { cluster, world } = servers;
    const poison = world.poison?.server === server ? world.poison : undefined;
    const instead = cluster.instead?.server === server && cluster.instead.path === asked.path ? cluster.instead : undefined;
    if (instead?.how === 'never') return telling(servers)();
    const given = instead ? insteadOf(instead, (node) => answer(asked, node)) : poisoned(answer(asked), poison, telling(servers));
    // A refusal names no node, and so none that is another.
    if (instead && (instead.how !== 'other-node' || given.status < 400)) telling(servers)();
    const clock = { ...cluster.clock, now: () => cluster.now() + aheadMs };
    const answerNow = () => (instead?.how === 'cut' ? sendHalf(response, given) : send(request, response, given, clock));
    if (world.network.answersAfterMs > 0) setTimeout(answerNow, world.network.answersAfterMs);
    else answerNow();
  };

/** `port`: where it is to listen, as all kubelets of a cluster do; else on one of its own. */
export async function startKubelet(servers: Servers, name: string, kubelet: Required<KubeletWorld>, index: number, port = 0): Promise<Way> {
  const { world, cluster, addresses, recorder, keep, caPem } = servers;
  const host = index === 0 ? addresses.kubelet : addresses.other(index - 1);
  const byName = world.network.proxy !== undefined;
  const node: ClusterNode = {
    name,
    kubelet,
    host,
    port: 0,
    addresses: [...(byName ? [] : [{ type: 'InternalIP', address: host }]), { type: 'Hostname', address: byName ? `${name}.sim` : name }],
  };
  const pending = kubelet.certificate === 'pending';
  if (pending) node.request = await servingRequest(name, [kubelet.pendingRequest === 'foreign-names' ? 'n66' : name], [host]);
  const self = kubelet.speaksFor || name;
  const server = {
    commonName: `system:node:${self}`,
    organizations: ['system:nodes'],
    dnsNames: [self, `${self}.sim`],
    ips: [host],
    nowMs: cluster.now(),
    hostile: world.hostile.kubelet,
    lies: certificateLies(world.poison, 'kubelet', telling(servers)),
  };
  const certificate = await servingCertificate(kubelet.certificate, server);
  const second = kubelet.listen === 'swaps-certificate' ? await servingCertificate('other-ca', server) : undefined;
  const answers: Partial<Record<typeof kubelet.listen, (asked: SimRequest, other?: string) => Answer>> = {
    impostor: (asked) => metricsServerAnswer(asked, cluster),
    'impostor-html': webServerAnswer,
    'plain-http': (asked) => kubeletAnswer(asked, { ...node, kubelet: { ...kubelet, anonymous: true, alwaysAllow: true } }, cluster),
  };
  const own = (asked: SimRequest, other = self) => kubeletAnswer(asked, { ...node, name: other }, cluster);
  const answer = answers[kubelet.listen] ?? own;
  const listener = keep(
    await openListener({
      server: `kubelet ${name}`,
      host,
      port,
      listen: kubelet.listen,
      certificate,
      second,
      ...(kubelet.clientCa && { clientCa: caPem }),
      ...(kubelet.version !== '1.36' && { alpn: ['http/1.1'] }),
      respond: answering(servers, 'kubelet', (asked, other) => overPath(answer(asked, other), kubelet), kubelet.clockAheadMs),
      recorder,
    }),
  );
  node.port = listener.port;
  cluster.nodes.set(name, node);
  return { host, port: listener.port };
}

/** As it arrives: what is too large for the path is lost, however often it is sent again. */
function overPath(answer: Answer, { pathCarries }: Required<KubeletWorld>): Answer {
  return pathCarries > 0 && answer.body.length > pathCarries ? { ...answer, sent: 'never' } : answer;
}

/** The same kubelet in plain HTTP, to anyone: what `readOnlyPort` opens. */
export async function startReadOnlyPort(servers: Servers): Promise<Way> {
  const { world, cluster, addresses, recorder, keep } = servers;
  const node = cluster.nodes.get(world.names.node);
  if (!node) throw new Error(`no kubelet ${world.names.node}`);
  const open = { ...node, kubelet: { ...node.kubelet, anonymous: true, alwaysAllow: true } };
  const host = addresses.kubelet;
  const { port } = keep(
    await openListener({
      server: 'read-only port',
      host,
      listen: 'plain-http',
      certificate: 'pending',
      respond: answering(servers, 'kubelet', (asked) => kubeletAnswer(asked, open, cluster)),
      recorder,
    }),
  );
  return { host, port };
}

/** The health server that a kubelet has on its own loopback, on a port of its own; it says nothing of who may reach the other one. */
export async function startHealthz(servers: Servers): Promise<number> {
  const { world, recorder, keep } = servers;
  const { listen, seenByApiserver, heartbeat } = world.kubelet;
  const isDown = seenByApiserver === 'refused' || (listen === 'closed' && heartbeat === 'stale');
  const { port } = keep(
    await openListener({
      server: 'healthz',
      host: '127.0.0.1',
      listen: isDown ? 'closed' : listen === 'hang' ? 'hang' : 'plain-http',
      certificate: 'pending',
      respond: answering(servers, 'kubelet', () => plainText(200, 'ok')),
      recorder,
    }),
  );
  return port;
}

const API_NAMES = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'kubernetes.sim'];

/** The apiserver at its own address and, as a service address would lead there, at another one with the same port. */
export async function startApiserver(servers: Servers): Promise<{ endpoint: Way; service: Way }> {
  const { world, cluster, addresses, recorder, keep, caPem } = servers;
  const { apiserver } = world;
  const names = {
    commonName: 'kube-apiserver',
    dnsNames: API_NAMES,
    ips: [...new Set([addresses.apiserver, addresses.service])],
    nowMs: cluster.now(),
    hostile: world.hostile.apiserver,
    lies: certificateLies(world.poison, 'apiserver', telling(servers)),
  };
  const certificate = await servingCertificate(apiserver.certificate, names);
  const second = apiserver.listen === 'swaps-certificate' ? await servingCertificate('other-ca', names) : undefined;
  const answer =
    apiserver.listen === 'impostor'
      ? (asked: SimRequest) => metricsServerAnswer(asked, cluster)
      : apiserver.listen === 'impostor-html'
        ? webServerAnswer
        : (asked: SimRequest, node?: string) => {
            const own = apiserverAnswer(asked, cluster);
            return node === undefined ? own : ofAnother(own, node);
          };
  const open = async (host: string, port: number, listen = apiserver.listen): Promise<Listener> =>
    keep(
      await openListener({
        server: 'apiserver',
        host,
        port,
        listen,
        certificate,
        second,
        clientCa: caPem,
        alpn: ['http/1.1'],
        respond: answering(servers, 'apiserver', answer, apiserver.clockAheadMs),
        recorder,
      }),
    );
  const { host, port } = await open(addresses.apiserver, 0);
  const endpoint = { host, port };
  const apart = addresses.service !== addresses.apiserver;
  if (apiserver.serviceAddress === 'ok' && !apart) return { endpoint, service: endpoint };
  const listen = apiserver.serviceAddress === 'ok' ? apiserver.listen : apiserver.serviceAddress === 'dead' ? 'closed' : 'silent';
  const service = await open(addresses.service, apart ? port : 0, listen);
  return { endpoint, service: { host: service.host, port: service.port } };
}

/** Where the agent's settings say the kubelet is. */
export async function agentsKubelet({ world, cluster, addresses, recorder, keep }: Servers, own: Way, host: string): Promise<Way> {
  const { kubeletHost, kubeletPort, gateway } = world.agent;
  if (kubeletPort === 'wrong') return { host, port: await closedPort(own.host) };
  if (kubeletHost === 'unknown-name') return { host: 'ip-10-0-0-7.example.internal', port: own.port };
  const [other] = [...cluster.nodes.values()].filter(({ name }) => name !== world.names.node);
  if (kubeletHost === 'other-node' && other) return { host: other.host, port: other.port };
  if (kubeletHost !== 'gateway' && kubeletHost !== 'elsewhere') return { host, port: own.port };
  const there = kubeletHost === 'gateway' ? addresses.gateway : addresses.other(90);
  const port = there === own.host ? 0 : own.port;
  const opened = keep(
    await openListener({
      server: 'gateway',
      host: there,
      port,
      listen: gateway,
      certificate: 'pending',
      respond: () => {},
      recorder,
    }),
  );
  return { host: opened.host, port: opened.port };
}

export async function startWorldProxy(
  servers: Servers,
  names: ReadonlyMap<string, string>,
): Promise<{ url: string; way: Way } | undefined> {
  const { world, addresses, recorder, keep } = servers;
  const { proxy } = world.network;
  if (!proxy) return undefined;
  const { host, port } = keep(
    await startProxy({
      host: addresses.proxy,
      behaviour: proxy.behaviour,
      names,
      recorder,
      lies: proxyLies(world.poison, telling(servers)),
    }),
  );
  const user = proxy.credentials ? `agent:${SECRETS.proxyPassword}@` : '';
  return { url: `http://${user}${host}:${port}`, way: { host, port } };
}
