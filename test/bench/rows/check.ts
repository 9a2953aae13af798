/** A healthy check at a workstation: beside bare Node, and beside the same questions put by kubectl one by one. */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Family, ratio } from '../family.js';
import { BARE, type Measured, measure, ours, type Run, sideBySide } from '../measure.js';
import { inWorld, type Place } from '../world.js';

export const family: Family = ({ runs, scratch }) =>
  inWorld({ place: 'workstation' }, async function* (place) {
    const check = ours(['check', ...place.argv, '--exit-zero'], { env: place.env, withPeak: true });
    const before = place.counted();
    await measure(check);
    const after = place.counted();
    yield { measure: 'healthy check: requests', limit: 22, figure: after.requests - before.requests, unit: '' };
    const [apiserver, kubelet] = [after.apiserver - before.apiserver, after.kubelet - before.kubelet];
    yield {
      measure: 'healthy check: connections to a server',
      limit: 2,
      figure: Math.max(apiserver, kubelet),
      unit: '',
      of: `apiserver ${apiserver}, kubelet ${kubelet}`,
    };
    const { bare, healthy } = await sideBySide(runs, { bare: BARE, healthy: check });
    yield ratio('healthy check : bare Node, CPU', 4, [healthy.cpuMs, bare.cpuMs]);
    yield { measure: 'healthy check: peak memory', limit: 80, figure: healthy.peakMiB, unit: 'MiB' };
    const same = await sideBySide(runs, { healthy: check, client: await bareClient(scratch, place, before.requests) });
    yield ratio('healthy check : a bare client sending the same requests, wall', 1.5, [same.healthy.ms, same.client.ms]);
    if (spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status !== 0) {
      yield 'kubectl is not on PATH: no comparison with it';
      return;
    }
    const kubectl = await kubectlReads(scratch, place);
    const against = await sideBySide(runs, { kubectl, healthy: check });
    yield ratio('the same questions by kubectl one by one : healthy check, wall', undefined, [against.kubectl.ms, against.healthy.ms]);
  });

const CLIENT = path.resolve('test/bench/bare-client.mjs');

/** A program that sends what a check has sent since then, on as many connections. */
export async function bareClient(scratch: string, { requests, client }: Place, since: number): Promise<Run> {
  const connections = new Map<string, { origin: string; requests: object[] }>();
  for (const { server, connection, method, path: at, credential } of requests.slice(since)) {
    const name = `${server} ${connection}`;
    const origin = client.origins[server === 'apiserver' ? 'apiserver' : 'kubelet'];
    const opened = connections.get(name) ?? { origin, requests: [] };
    connections.set(name, opened);
    opened.requests.push({ method, path: at, isOurs: credential !== 'none' });
  }
  const file = path.join(scratch, 'same.json');
  await writeFile(file, JSON.stringify({ ca: client.ca, token: client.token, connections: [...connections.values()] }));
  return { file: process.execPath, args: [CLIENT, file] };
}

/** What a healthy check asks, one process each. */
async function kubectlReads(scratch: string, { env }: Place): Promise<() => Promise<Measured>> {
  const review = path.join(scratch, 'review.json');
  const attributes = { verb: 'get', resource: 'nodes', subresource: 'metrics' };
  await writeFile(
    review,
    JSON.stringify({ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: attributes } }),
  );
  const node = '/api/v1/nodes/n1';
  const below = ['healthz', 'pods', 'metrics', 'metrics/cadvisor', 'metrics/probes', 'stats/summary', 'configz'];
  const reads = ['/version', '/readyz?verbose', node, ...below.map((at) => `${node}/proxy/${at}`)].map((at) => ['get', '--raw', at]);
  const asks = Array.from({ length: 6 }, () => ['create', '--raw', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', '-f', review]);
  return async () => {
    const total: Measured = { ms: 0, cpuMs: 0, peakMiB: 0 };
    for (const args of [...reads, ...asks]) {
      const { ms, cpuMs } = await measure({ file: 'kubectl', args, env, exitCodes: [0, 1] });
      total.ms += ms;
      total.cpuMs += cpuMs;
    }
    return total;
  };
}
