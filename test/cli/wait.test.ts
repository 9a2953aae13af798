/** `--wait` that ends with the fault still there says how long it waited; what programs read has nothing beside it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startWorld } from '../../src/sim/start.js';
import { runIn } from '../scenarios/run.js';

describe('--wait', { concurrency: true }, () => {
  const rows: [args: string[], says: RegExp][] = [
    [[], /^kubelet-doctor: waited \d s and checked [1-4] times?; still not fine$/],
    [['--output', 'json'], /^$/],
    [['--quiet'], /^$/],
  ];
  for (const [args, says] of rows)
    it(`in vain${args.length > 0 ? `, with ${args.join(' ')}` : ''}`, async () => {
      const world = await startWorld({ agent: { rights: 'no-stats' } });
      try {
        const { code, stderr, stdout } = await runIn(world, ['--wait', '--timeout', '6s', ...args]);
        assert.equal(code, 1);
        assert.match(stderr, says);
        if (args.includes('--quiet')) assert.equal(stdout.split('\n').length, 2);
      } finally {
        await world.stop();
      }
    });

  it('says nothing of it where all is well at once', async () => {
    const world = await startWorld({});
    try {
      const { code, stderr } = await runIn(world, ['--wait']);
      assert.deepEqual([code, stderr], [0, '']);
    } finally {
      await world.stop();
    }
  });
});
