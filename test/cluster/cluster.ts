/**
 * A real cluster for one test file: etcd, apiserver, controllers and kubelets of one release of Kubernetes (build.ts) on 10.77.0.0/24, inside
 * the namespaces made by run.ts. One at a time: the addresses are fixed.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Authority, KeyPair } from '../../src/sim/state/pki.js';
import { type Admin, jsonClient } from './ask.js';
import { makeDirectories, startApiserver, startControllers, startEtcd, writeAuditPolicy } from './control-plane.js';
import { APISERVER_URL, type ServiceAccountKey, signToken, writeCredentials } from './credentials.js';
import { type DnsServer, startDns } from './dns.js';
import * as identities from './identities.js';
import * as kubelet from './kubelet.js';
import { APISERVER_IP, APISERVER_PORT, clearFilters, NODE_IPS } from './net.js';
import { type Component, killComponent, waitFor } from './process.js';

export interface ClusterOptions {
  /** Replaces the three default nodes. */
  nodes?: Record<string, kubelet.KubeletSettings>;
  apiserverFlags?: string[];
}

/** One line of the audit log, as far as tests read it. */
export interface AuditEvent {
  auditID: string;
  verb: string;
  requestURI: string;
  user: string;
  /** Missing for requests that named none. */
  userAgent?: string;
  sourceIPs: string[];
  code: number;
}

export interface Cluster {
  dir: string;
  apiserver: { url: string; ip: string; port: number };
  adminKubeconfig: string;
  adminCertificate: KeyPair;
  ca: Authority;
  saKey: ServiceAccountKey;
  dns: DnsServer;
  kubelets: ReadonlyMap<string, kubelet.Kubelet>;
  admin: Admin;
  /** The kubelet of that name; throws when there is none. */
  kubelet(name: string): kubelet.Kubelet;
  startKubelet(name: string, settings: kubelet.KubeletSettings): Promise<kubelet.Kubelet>;
  /** Stop and start with `changes` to its settings; without changes it is as at first again. */
  restartKubelet(name: string, changes?: Partial<kubelet.KubeletSettings>): Promise<kubelet.Kubelet>;
  stopKubelet(name: string): Promise<void>;
  /** Frozen: the kernel still accepts connections, nobody answers them; after NODE_GRACE_SECONDS the Node is Unknown. */
  freeze(name: string): void;
  thaw(name: string): void;
  /** Whether its container runtime says the pod network is ready; if not the Node becomes NotReady. */
  setPodNetwork(name: string, ready: boolean): void;
  /** Its container runtime is not ready: it looks after no pods, and five minutes later its /healthz says so. */
  setRuntime(name: string, ready: boolean): void;
  swapKubeletCertificate(name: string, pair: KeyPair): Promise<void>;
  /** Stops the apiserver and with it controller-manager and scheduler; etcd keeps everything. */
  stopApiserver(): Promise<void>;
  /** Waits until it is ready; nodes may take some seconds more (waitForNodes). */
  startApiserver(extraFlags?: string[]): Promise<void>;
  /** Controller-manager and scheduler do nothing until thawed; for less than the ten seconds in which they must renew their leases. */
  freezeControllers(): void;
  thawControllers(): void;
  /** etcd answers nobody until thawed. */
  freezeEtcd(): void;
  thawEtcd(): void;
  auditEvents(): Promise<AuditEvent[]>;
  /** Signs claims with the cluster's ServiceAccount key; see signToken for the defaults. */
  mintToken(claims: Record<string, unknown>): string;
  serviceAccountToken(namespace: string, name: string, options?: identities.TokenOptions): Promise<string>;
  createAgent(options?: identities.AgentOptions): Promise<identities.Agent>;
  grant(namespace: string, name: string, rules: identities.PolicyRule[]): Promise<void>;
  approveServingCertificate(nodeName: string): Promise<void>;
  applyYaml(text: string): Promise<void>;
  /** Waits until these Nodes (default: all running) have this Ready status. */
  waitForNodes(names?: string[], ready?: 'True' | 'False' | 'Unknown'): Promise<void>;
  stop(): Promise<void>;
}

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

const DEFAULT_NODES: Record<string, kubelet.KubeletSettings> = {
  cp1: { ip: NODE_IPS.cp1, taints: [`${CONTROL_PLANE}:NoSchedule`] },
  n1: { ip: NODE_IPS.n1, healthz: '127.0.0.1' },
  n2: { ip: NODE_IPS.n2 },
};

interface NodeObject {
  metadata: { name: string };
  spec: { taints?: { key: string; effect: string }[] };
  status: { conditions?: { type: string; status: string }[] };
}

/** The Ready status of a Node; while the node-lifecycle controller still taints a fresh one it does not count as ready. */
function readyStatus(node: NodeObject | undefined): string | undefined {
  const tainted = node?.spec.taints?.some((taint) => taint.key === 'node.kubernetes.io/not-ready');
  const status = node?.status.conditions?.find((condition) => condition.type === 'Ready')?.status;
  return status === 'True' && tainted ? undefined : status;
}

async function readAudit(file: string): Promise<AuditEvent[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.endsWith('}'));
  return lines.map((line) => {
    const { auditID, verb, requestURI, user, userAgent, sourceIPs, responseStatus } = JSON.parse(line);
    return { auditID, verb, requestURI, user: user.username, userAgent, sourceIPs, code: responseStatus?.code ?? 0 };
  });
}

/** Starts everything and waits until every node is Ready. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const dir = await mkdtemp(join(process.env.KD_CLUSTER_SCRATCH ?? tmpdir(), 'c'));
  await makeDirectories(dir);
  await writeAuditPolicy(dir);
  const { ca, saKey, admin: adminCertificate, adminKubeconfig } = await writeCredentials(dir);
  const admin = jsonClient(APISERVER_URL, { ...adminCertificate, ca: ca.certPem });
  const kubelets = new Map<string, kubelet.Kubelet>();
  const etcd = await startEtcd(dir);
  const dns = await startDns(() => kubelets);
  /** The apiserver and its controllers, which end with it: without it they would lose their leases. */
  let controlPlane: Component[] = [];

  const cluster: Cluster = {
    dir,
    apiserver: { url: APISERVER_URL, ip: APISERVER_IP, port: APISERVER_PORT },
    adminKubeconfig,
    adminCertificate,
    ca,
    saKey,
    dns,
    kubelets,
    admin,
    kubelet(name) {
      const found = kubelets.get(name);
      if (!found) throw new Error(`no kubelet ${name}`);
      return found;
    },
    async startKubelet(name, settings) {
      const started = await kubelet.startKubelet(dir, ca, name, settings);
      kubelets.set(name, started);
      return started;
    },
    async restartKubelet(name, changes = {}) {
      const started = await kubelet.restartKubelet(dir, ca, cluster.kubelet(name), changes);
      kubelets.set(name, started);
      return started;
    },
    stopKubelet: (name) => killComponent(cluster.kubelet(name).process),
    freeze: (name) => void cluster.kubelet(name).process.child.kill('SIGSTOP'),
    thaw: (name) => void cluster.kubelet(name).process.child.kill('SIGCONT'),
    setPodNetwork: (name, ready) => void cluster.kubelet(name).process.child.kill(ready ? 'SIGUSR2' : 'SIGUSR1'),
    setRuntime: (name, ready) => void cluster.kubelet(name).process.child.kill(ready ? 'SIGUSR2' : 'SIGHUP'),
    swapKubeletCertificate: (name, pair) => kubelet.swapCertificate(cluster.kubelet(name), pair),
    async stopApiserver() {
      await Promise.all(controlPlane.map(killComponent));
    },
    async startApiserver(extraFlags = options.apiserverFlags ?? []) {
      const apiserver = await startApiserver(dir, admin, extraFlags);
      controlPlane = [apiserver, ...startControllers(dir)];
    },
    freezeControllers: () => controlPlane.slice(1).forEach(({ child }) => void child.kill('SIGSTOP')),
    thawControllers: () => controlPlane.slice(1).forEach(({ child }) => void child.kill('SIGCONT')),
    freezeEtcd: () => void etcd.child.kill('SIGSTOP'),
    thawEtcd: () => void etcd.child.kill('SIGCONT'),
    auditEvents: () => readAudit(join(dir, 'audit.log')),
    mintToken: (claims) => signToken(saKey, claims),
    serviceAccountToken: (namespace, name, tokenOptions) => identities.serviceAccountToken(admin, namespace, name, tokenOptions),
    createAgent: (agentOptions) => identities.createAgent(admin, dir, ca.certPem, agentOptions),
    grant: (namespace, name, rules) => identities.grant(admin, namespace, name, rules),
    approveServingCertificate: (nodeName) => identities.approveServingCertificate(admin, nodeName),
    applyYaml: (text) => identities.applyYaml(admin, text),
    async waitForNodes(names = [...kubelets.keys()], ready = 'True') {
      await waitFor(`nodes ${names.join(', ')} with Ready=${ready}`, async () => {
        const { items } = await admin<{ items: NodeObject[] }>('GET', '/api/v1/nodes');
        return names.every((name) => readyStatus(items.find((node) => node.metadata.name === name)) === ready) || undefined;
      });
    },
    async stop() {
      const all = [...[...kubelets.values()].map((k) => k.process), ...controlPlane, etcd];
      await Promise.all([...all.map(killComponent), dns.stop(), clearFilters()]);
      await rm(dir, { recursive: true, force: true });
    },
  };

  try {
    const nodes = Object.entries(options.nodes ?? DEFAULT_NODES);
    await cluster.startApiserver();
    await Promise.all(nodes.map(([name, settings]) => cluster.startKubelet(name, settings)));
    await cluster.waitForNodes();
    if (kubelets.has('cp1')) await labelControlPlane(admin, 'cp1');
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** A kubelet may not give itself this label (NodeRestriction), so kubeadm's admin does it. */
async function labelControlPlane(admin: Admin, name: string): Promise<void> {
  await admin('PATCH', `/api/v1/nodes/${name}`, { metadata: { labels: { [CONTROL_PLANE]: '' } } }, 'application/merge-patch+json');
}
