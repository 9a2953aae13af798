/** `nodes` of a large cluster, whose answers come from memory, beside a client that sends the same requests; and the same over a slow link. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { NodeShape, PlacementWorld } from '../../../src/sim/world.js';
import { type Family, ratio } from '../family.js';
import { measure, ours, type Run, sideBySide } from '../measure.js';
import { type Asked, startLink, startReplay } from '../replay.js';
import { inWorld, type Place } from '../world.js';

const NODES = 5000;
const BITS_PER_SECOND = 10_000_000;
const CLIENT = path.resolve('test/bench/bare-client.mjs');

export const family: Family = async function* ({ runs, scratch }) {
  yield* inWorld({ place: 'workstation', agent: { rights: 'everything' }, placement: placement() }, async function* (place) {
    const replay = await startReplay(place.client.origins.apiserver, place.client.ca);
    const link = await startLink({ host: '127.0.0.1', port: replay.port }, BITS_PER_SECOND);
    try {
      const nodes = await nodesBy(replay.port, place, scratch);
      // Until then every answer is made of the world's objects.
      await measure(nodes);
      replay.takeBytes();
      replay.takeRequests();
      await measure(nodes);
      const requests = replay.takeRequests();
      const of = `${requests.length} requests`;
      yield { measure: `nodes of ${NODES}: bytes on the wire`, limit: 0.6, figure: replay.takeBytes() / 1e6, unit: 'MB', of };
      const client = await clientOf(requests, replay.port, place, scratch);
      const both = await sideBySide(runs, { nodes, client });
      yield ratio(`nodes of ${NODES} : a bare client sending the same requests, wall`, 1.5, [both.nodes.ms, both.client.ms]);
      yield ratio(`nodes of ${NODES} : a bare client sending the same requests, CPU`, undefined, [both.nodes.cpuMs, both.client.cpuMs]);
      yield { measure: `nodes of ${NODES}: peak memory`, limit: 120, figure: both.nodes.peakMiB, unit: 'MiB' };
      const { slow } = await sideBySide(Math.min(runs, 5), { slow: await nodesBy(link.port, place, scratch) });
      yield { measure: `nodes of ${NODES} over 10 Mbit/s`, limit: 5, figure: slow.ms / 1000, unit: 's' };
    } finally {
      link.stop();
      replay.stop();
    }
  });
};

/** 20,000 pods: of the agent and of three others one on each node; and what a large cluster always has of trouble. */
function placement(): PlacementWorld {
  const shapeOf = (at: number): NodeShape => {
    if (at % 500 === 3) return { taints: ['dedicated=gpu:NoSchedule'] };
    return at % 1000 === 5 ? { ready: false } : {};
  };
  const name = (at: number) => `ip-10-20-${at >> 8}-${at & 255}.eu-west-1.compute.internal`;
  // One more is the node of the world's kubelet.
  const nodes = Object.fromEntries(Array.from({ length: NODES - 1 }, (_, at) => [name(at), shapeOf(at)]));
  const on = Object.keys(nodes).filter((_, at) => at !== 7);
  // An agent as a chart installs it has some dozens of variables.
  const env = Array.from({ length: 40 }, (_, at) => ({ name: `DD_SETTING_${at}`, value: `some-value-of-a-setting-${at}` }));
  return { nodes, daemonSets: [{ on, env }], holders: { 'shop/front': 9001, 'shop/cart': 9002, 'shop/store': 9003 } };
}

/** Our command, with the world's kubeconfig but this port in it. */
async function nodesBy(port: number, { env }: Place, scratch: string): Promise<Run> {
  const kubeconfig = path.join(scratch, `${port}.conf`);
  const given = await readFile(env.KUBECONFIG ?? '', 'utf8');
  await writeFile(kubeconfig, given.replace(/server: .*/, `server: https://127.0.0.1:${port}`));
  return ours(['nodes', '--kubeconfig', kubeconfig, '--timeout', '120s', '-o', 'json', '--exit-zero'], { withPeak: true });
}

/** A program that sends these, on as many connections. */
async function clientOf(requests: readonly Asked[], port: number, { client: { ca, token } }: Place, scratch: string): Promise<Run> {
  const connections = [...new Set(requests.map(({ connection }) => connection))].map((connection) => ({
    origin: `https://127.0.0.1:${port}`,
    requests: requests.filter((each) => each.connection === connection),
  }));
  const file = path.join(scratch, 'same.json');
  await writeFile(file, JSON.stringify({ ca, token, connections }));
  return { file: process.execPath, args: [CLIENT, file], withPeak: true };
}
