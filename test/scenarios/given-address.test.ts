/**
 * An address that the user gave wins over what the cluster says of the Node: the same is asked and found, with the contradiction on line 3 alone. A
 * kubeconfig of another cluster is told by it.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Report } from '../../src/model/report.js';
import { type RunningWorld, startWorld } from '../../src/sim/start.js';
import type { World } from '../../src/sim/world.js';
import { runIn, WORLDS_AT_ONCE } from './run.js';

/** Someone who may read the Node, and names it. */
const WORLD: World = { place: 'workstation', agent: { rights: 'everything' } };
const OTHERS = [
  { type: 'InternalIP', address: '10.77.0.7' },
  { type: 'Hostname', address: 'ip-10-77-0-7' },
];
const SAID = / \(Node n1 has 10\.77\.0\.7 and ip-10-77-0-7\)/;

const here: World = { agent: { kubeletHost: 'status.hostIP', rights: 'everything' } };

/** Who gives the address, and how; what is found is the same whichever addresses the Node has. */
const GIVEN: Readonly<Record<string, { world: World; args: (kubelet: { host: string; port: number }) => string[] }>> = {
  'by flag': { world: WORLD, args: ({ host, port }) => ['--kubelet-host', host, '--kubelet-port', String(port)] },
  'by a setting': { world: { ...here, network: { vantage: 'pod-network' } }, args: () => [] },
};

async function ask({ world: given, args }: (typeof GIVEN)[string], addresses?: typeof OTHERS) {
  const world: RunningWorld = await startWorld(given);
  try {
    const node = world.cluster.nodes.get('n1') ?? assert.fail('no n1');
    if (addresses) node.addresses = addresses;
    const kubelet = world.addresses.kubelets.n1 ?? assert.fail('no kubelet');
    const text = await runIn(world, args(kubelet));
    const json = await runIn(world, [...args(kubelet), '--output', 'json']);
    const report = JSON.parse(json.stdout) as Report;
    return { code: text.code, lines: text.stdout.split('\n'), where: report.where, causes: report.findings.map(({ cause }) => cause) };
  } finally {
    await world.stop();
  }
}

describe('an address that is given, and a Node with others', { concurrency: WORLDS_AT_ONCE }, () => {
  for (const [how, given] of Object.entries(GIVEN))
    it(how, async () => {
      const [same, other] = [await ask(given), await ask(given, OTHERS)];
      assert.ok(!('nodeAddresses' in same.where) && !SAID.test(same.lines[2] ?? ''), same.lines[2]);
      assert.match(other.lines[2] ?? '', SAID);
      assert.equal(other.where.nodeAddresses, '10.77.0.7 and ip-10-77-0-7');
      assert.deepEqual([other.code, other.causes, other.lines[0]], [same.code, same.causes, same.lines[0]]);
    });
});
