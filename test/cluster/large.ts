/**
 * `npx tsx test/cluster/run.ts test/cluster/large.ts`: `nodes` in a cluster of 5,000 nodes and 20,000 pods of a real apiserver, beside a bare
 * client that sends the same requests. KD_NODES, KD_PODS: how many nodes, and pods on all of them. What is asked of whom is asserted; times are a report, never a test.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import { after, before, it } from 'node:test';
import type { Report } from '../../src/model/report.js';
import type { NodeLine } from '../../src/report/tables/nodes.js';
import { startLink } from '../bench/replay.js';
import { type Cluster, startCluster } from './cluster.js';
import { APISERVER_IP, APISERVER_PORT } from './net.js';

const NODES = Number(process.env.KD_NODES ?? 5000);
const PODS = Number(process.env.KD_PODS ?? 4 * NODES);
const PODS_A_NODE = Math.ceil(PODS / NODES);
const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const RELAY_PORT = 7443;
const BITS_PER_SECOND = 10_000_000;
/** As compressible as names and digests of images are: hardly. */
const IMAGES = 50;

let cluster: Cluster;
let relay: Server;
const wire = { bytes: 0 };

before(
  async () => {
    cluster = await startCluster({ nodes: {} });
    cluster.freezeControllers();
    relay = createServer((client) => {
      const server = connect(APISERVER_PORT, APISERVER_IP);
      const count = (chunk: Buffer) => {
        wire.bytes += chunk.length;
      };
      client.on('data', count).on('error', () => server.destroy());
      server.on('data', count).on('error', () => client.destroy());
      client.pipe(server);
      server.pipe(client);
    }).listen(RELAY_PORT, APISERVER_IP);
    await fill();
  },
  { timeout: 1_200_000 },
);
after(async () => {
  relay?.close();
  await cluster?.stop();
});

/** Everything posted once, over kept connections. */
async function fill(): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 24 });
  const { certPem, keyPem } = cluster.adminCertificate;
  const send = (method: string, to: string, object: unknown) =>
    new Promise<void>((resolve, reject) => {
      const identity = { cert: certPem, key: keyPem, ca: cluster.ca.certPem };
      const headers = { 'content-type': `application/${method === 'POST' ? 'json' : 'merge-patch+json'}` };
      const sent = request(`${cluster.apiserver.url}${to}`, { method, agent, headers, ...identity }, (response) => {
        let said = '';
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => {
            said = `${said}${chunk}`.slice(0, 500);
          })
          .on('end', () => ((response.statusCode ?? 500) < 300 ? resolve() : reject(new Error(`${to}: ${response.statusCode} ${said}`))));
      });
      sent.on('error', reject).end(JSON.stringify(object));
    });
  const post = (to: string, object: unknown) => send('POST', to, object);
  await post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'datadog' } });
  for (const namespace of ['datadog', 'default'])
    await post(`/api/v1/namespaces/${namespace}/serviceaccounts`, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default' },
    }).catch(() => {});
  await post('/apis/apps/v1/namespaces/datadog/daemonsets', daemonSet());
  const work = Array.from({ length: NODES }, (_, at) => async () => {
    await post('/api/v1/nodes', nodeObject(at));
    for (let pod = 0; pod < PODS_A_NODE; pod += 1) {
      if (pod === 0 && at === 7) continue;
      const [inside, object] = [`/api/v1/namespaces/${pod === 0 ? 'datadog' : 'default'}/pods`, podObject(at, pod)];
      await post(inside, object);
      // A pod is created without a status; some stay so.
      if (pod === 0 && at % 1000 !== 11) await send('PATCH', `${inside}/${object.metadata.name}/status`, { status: object.status });
    }
  });
  const worker = async () => {
    for (let next = work.pop(); next; next = work.pop()) await next();
  };
  await Promise.all(Array.from({ length: 24 }, worker));
  agent.destroy();
}

const nameOf = (at: number) => `ip-10-${20 + (at >> 16)}-${(at >> 8) & 255}-${at & 255}.eu-west-1.compute.internal`;
const random = (at: number, length: number) => {
  let [text, state] = ['', at * 2654435761 + 1];
  while (text.length < length) {
    state = (state * 1103515245 + 12345) % 2147483648;
    text += state.toString(16).padStart(8, '0');
  }
  return text.slice(0, length);
};

function nodeObject(at: number) {
  const name = nameOf(at);
  const labels = {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'node.kubernetes.io/instance-type': 'm6i.2xlarge',
    'eks.amazonaws.com/nodegroup': `pool-${at % 7}`,
    'topology.kubernetes.io/zone': `eu-west-1${'abc'[at % 3]}`,
    'topology.kubernetes.io/region': 'eu-west-1',
    'eks.amazonaws.com/capacityType': 'ON_DEMAND',
  };
  const conditions = ['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({
    type,
    status: 'False',
    reason: 'KubeletOk',
    message: 'kubelet is fine',
  }));
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: {
      providerID: `aws:///eu-west-1a/i-${random(at, 17)}`,
      ...(at % 500 === 3 && { taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] }),
    },
    status: {
      conditions: [...conditions, { type: 'Ready', status: at % 1000 === 5 ? 'Unknown' : 'True', reason: 'KubeletReady', message: '' }],
      addresses: [{ type: 'InternalIP', address: `10.${20 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}` }],
      nodeInfo: {
        machineID: random(at, 32),
        systemUUID: random(at + 1, 32),
        bootID: random(at + 2, 32),
        kernelVersion: '6.1.112',
        osImage: 'Amazon Linux 2023.6',
        containerRuntimeVersion: 'containerd://1.7.23',
        kubeletVersion: at % 4 === 0 ? 'v1.31.4-eks-aeac579' : 'v1.32.1-eks-5d632ec',
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
      images: Array.from({ length: IMAGES }, (_, image) => ({
        names: [
          `602401143452.dkr.ecr.eu-west-1.amazonaws.com/team/service-${image}@sha256:${random(at * 64 + image, 64)}`,
          `602401143452.dkr.ecr.eu-west-1.amazonaws.com/team/service-${image}:v1.${at % 40}`,
        ],
        sizeBytes: 1_000_000 + at * 1000 + image,
      })),
    },
  };
}

function podSpec(image: string) {
  const env = Array.from({ length: 40 }, (_, at) => ({ name: `DD_SETTING_${at}`, value: `some-value-of-a-setting-${at}` }));
  const mounts = Array.from({ length: 20 }, (_, at) => ({ name: `v${at}`, mountPath: `/host/path/${at}`, readOnly: true }));
  const volumes = Array.from({ length: 20 }, (_, at) => ({ name: `v${at}`, hostPath: { path: `/path/${at}` } }));
  const names = ['agent', 'trace-agent', 'process-agent'];
  return { automountServiceAccountToken: false, containers: names.map((name) => ({ name, image, env, volumeMounts: mounts })), volumes };
}

function daemonSet() {
  const labels = { app: 'datadog-agent', 'app.kubernetes.io/component': 'agent', 'app.kubernetes.io/name': 'datadog-agent' };
  const template = { metadata: { labels }, spec: podSpec('gcr.io/datadoghq/agent:7.70.0') };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'datadog-agent', namespace: 'datadog', labels },
    spec: { selector: { matchLabels: { app: 'datadog-agent' } }, template },
  };
}

function podObject(at: number, pod: number) {
  const isAgent = pod === 0;
  const name = isAgent ? `datadog-agent-${(at + 60_000_00).toString(36).padStart(5, '0').slice(-5)}` : `app-${pod}-${at}`;
  const labels = isAgent ? { app: 'datadog-agent', 'pod-template-generation': '1' } : { app: `app-${pod}` };
  const owner = {
    apiVersion: 'apps/v1',
    kind: isAgent ? 'DaemonSet' : 'ReplicaSet',
    name: isAgent ? 'datadog-agent' : `app-${pod}`,
    uid: '00000000-0000-0000-0000-00000000000a',
    controller: true,
  };
  const running = ['agent', 'trace-agent', 'process-agent'].map((container) => ({
    name: container,
    ready: true,
    restartCount: 0,
    image: 'i',
    imageID: `sha256:${random(at, 64)}`,
    containerID: `containerd://${random(at * 4 + pod, 64)}`,
    state: { running: { startedAt: '2026-11-27T10:00:00Z' } },
  }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels, ownerReferences: [owner] },
    spec: { nodeName: nameOf(at), ...podSpec(isAgent ? 'gcr.io/datadoghq/agent:7.70.0' : 'team/app:1') },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: running },
  };
}

interface Measured {
  ms: number;
  cpuMs: number;
  peakMiB: number;
  bytes: number;
  stdout: string;
}

async function measure(args: string[]): Promise<Measured> {
  wire.bytes = 0;
  const begun = performance.now();
  const used = `data:text/javascript,process.on("exit",()=>{const u=process.resourceUsage();process.stderr.write(\`used \${u.maxRSS} \${u.userCPUTime+u.systemCPUTime}\`)})`;
  const child = spawn(process.execPath, ['--import', used, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  await new Promise<void>((resolve) => child.on('close', () => resolve()));
  const [, kib, cpuUs] = /used (\d+) (\d+)/.exec(stderr) ?? [];
  return { ms: performance.now() - begun, cpuMs: Number(cpuUs) / 1000, peakMiB: Number(kib) / 1024, bytes: wire.bytes, stdout };
}

const median = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;

it('is told of all nodes', { timeout: 1_200_000 }, async () => {
  const kubeconfig = path.join(cluster.dir, 'relay.conf');
  const given = await readFile(cluster.adminKubeconfig, 'utf8');
  await writeFile(kubeconfig, given.replace(`:${APISERVER_PORT}`, `:${RELAY_PORT}`));
  const command = [
    process.env.KD_COMMAND ?? path.resolve('bin/kubelet-doctor.js'),
    'nodes',
    '--kubeconfig',
    kubeconfig,
    '--timeout',
    '300s',
    '--output',
    'json',
  ];
  const before = (await cluster.auditEvents()).length;
  const first = await measure(command);
  const asked = (await cluster.auditEvents()).slice(before).filter(({ userAgent }) => userAgent?.startsWith('kubelet-doctor'));
  const report = JSON.parse(first.stdout) as Report & { nodes: NodeLine[] };
  const count = (state: string) => report.nodes.filter((node) => node.state === state).length;
  process.stdout.write(`${asked.map(({ verb, requestURI, code }) => `${verb} ${requestURI.slice(0, 140)} ${code}`).join('\n')}\n`);
  process.stdout.write(
    `rows ${report.nodes.length}: covered ${count('covered')}, not ready ${count('not-ready')}, without ${count('condition') + count('missing')}\n`,
  );
  process.stdout.write(`${report.findings.map(({ title }) => title.en).join('\n')}\n`);

  const script = path.join(cluster.dir, 'bare.mjs');
  await writeFile(script, bare(asked.map(({ verb, requestURI }) => ({ method: verb === 'create' ? 'POST' : 'GET', path: requestURI }))));
  const runs: { ours: Measured; theirs: Measured }[] = [];
  for (let run = 0; run < RUNS; run += 1) runs.push({ ours: await measure(command), theirs: await measure([script]) });
  const of = (who: 'ours' | 'theirs', what: 'ms' | 'cpuMs' | 'peakMiB') => Math.round(median(runs.map((run) => run[who][what])));
  const beside = (what: 'ms' | 'cpuMs') =>
    `${of('ours', what)} ms : ${of('theirs', what)} ms = ${(of('ours', what) / of('theirs', what)).toFixed(2)}`;
  process.stdout.write(
    `nodes of ${NODES}: ${(first.bytes / 1e6).toFixed(2)} MB on the wire, wall ${beside('ms')}, CPU ${beside('cpuMs')}\n`,
  );
  process.stdout.write(`peak ${of('ours', 'peakMiB')} MiB : ${of('theirs', 'peakMiB')} MiB\n`);
  const link = await startLink({ host: APISERVER_IP, port: APISERVER_PORT }, BITS_PER_SECOND);
  await writeFile(kubeconfig, given.replace(`:${APISERVER_PORT}`, `:${link.port}`));
  const slow: number[] = [];
  for (let run = 0; run < RUNS; run += 1) slow.push((await measure(command)).ms);
  link.stop();
  process.stdout.write(`over 10 Mbit/s: ${median(slow).toFixed(0)} ms\n`);
  assert.equal(report.nodes.length, NODES);
  // Without an agent, and with the taint that a new Node has until its kubelet is heard.
  assert.equal(count('condition'), 1);
  assert.ok(first.bytes < 600_000, `${first.bytes} bytes`);
});

/** The same requests in the same order over one connection, by undici alone. */
function bare(requests: { method: string; path: string }[]): string {
  const { certPem, keyPem } = cluster.adminCertificate;
  return `import { Client } from ${JSON.stringify(path.resolve('node_modules/undici/index.js'))};
import { gunzipSync } from 'node:zlib';
const client = new Client(${JSON.stringify(`https://${APISERVER_IP}:${RELAY_PORT}`)}, { connect: ${JSON.stringify({ cert: certPem, key: keyPem, ca: cluster.ca.certPem })} });
const reviews = { selfsubjectreviews: { kind: 'SelfSubjectReview' }, selfsubjectaccessreviews: { kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: { verb: 'get', resource: 'nodes' } } } };
for (const { method, path } of ${JSON.stringify(requests)}) {
  const accept = path.includes('includeObject') ? 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' : 'application/json';
  const [, , group, version, resource] = path.split('/');
  const review = method === 'POST' && { body: JSON.stringify({ apiVersion: group + '/' + version, ...reviews[resource] }) };
  const { headers, body } = await client.request({ method, path, headers: { accept, 'accept-encoding': 'gzip', 'content-type': 'application/json' }, ...review });
  const bytes = Buffer.from(await body.arrayBuffer());
  const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
  if (text.startsWith('{')) JSON.parse(text);
}
await client.close();
`;
}
