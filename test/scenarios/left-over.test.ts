/** A directory that a kubelet left on a laptop changes nothing but line 3. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { startWorld } from '../../src/sim/start.js';
import { runIn } from './run.js';

describe('a left-over directory', () => {
  for (const name of ['workstation-far-away', 'workstation-node-proxy'])
    it(name, async () => {
      const { world } = SCENARIOS.find(({ scenario }) => scenario === name)!;
      const running = await startWorld(world);
      try {
        const without = await runIn(running);
        mkdirSync(join(running.host.root, 'var/lib/kubelet/device-plugins'), { recursive: true });
        const beside = await runIn(running);
        assert.equal(beside.code, without.code);
        const [first, second] = [without, beside].map(({ stdout }) => stdout.split('\n'));
        assert.deepEqual(second?.slice(0, 2), first?.slice(0, 2));
        assert.match(first?.[2] ?? '', /^Ran at a workstation, .*\(context [^)]+\)$/);
        assert.match(second?.[2] ?? '', /^Ran at a workstation \(\/var\/lib\/kubelet is left over: no living kubelet was seen\)/);
      } finally {
        await running.stop();
      }
    });
});
