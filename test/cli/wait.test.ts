/** `--wait` that ends with the fault still there says how long it waited; what programs read has nothing beside it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startWorld } from '../../src/sim/start.js';
import type { World } from '../../src/sim/world.js';
import { runIn } from '../scenarios/run.js';
import { stopwatch } from '../support/stopwatch.js';

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

// One at a time: each measures how late it is.
describe('--wait and limits', () => {
  // Whatever the rest of a division leaves for the last round.
  const silent: World = { kubelet: { listen: 'hang' }, apiserver: { listen: 'hang' } };
  const limits: string[][] = [
    ['--timeout', '3s', '--connect-timeout', '60s'],
    ['--wait', '--timeout', '10s', '--connect-timeout', '2s'],
    ['--wait', '--timeout', '13s', '--connect-timeout', '2s'],
    ['--wait', '--timeout', '7s'],
  ];
  for (const args of limits)
    it(`two silent servers, ${args.join(' ')}: says what was seen, in time`, async () => {
      const world = await startWorld(silent);
      const [began, lived] = [performance.now(), stopwatch()];
      try {
        const { code, stdout } = await runIn(world, args);
        const tookMs = lived();
        const [first = ''] = stdout.split('\n');
        // Where this machine really had no time for us, that is the truth.
        if (/too busy/.test(first)) assert.ok(performance.now() - began - tookMs > 200, first);
        else assert.deepEqual([code, /TLS|hangs/.test(first)], [1, true], first);
        assert.ok(tookMs < Number(/(\d+)s/.exec(args.join(' '))?.[1]) * 1000 + 500, `${Math.round(tookMs)} ms`);
      } finally {
        await world.stop();
      }
    });
});
