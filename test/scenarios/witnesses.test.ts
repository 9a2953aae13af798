/**
 * What a proven finding rests on is what it quotes: whoever reads it sees each witness, and how to see the same by hand. Those that are not quoted yet
 * stand here, by cause and fact; the list may only shrink.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { flatten } from '../../src/judge/rank.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { diagnoseOnce } from './diagnosed.js';
import { WORLDS_AT_ONCE } from './run.js';

const NOT_QUOTED: ReadonlySet<string> = new Set([
  'fine-grained-permission-too-new kubelet/http',
  'kubelet-permission-missing kubelet/http',
]);

/** Those of the list that were met, and how many worlds were asked. */
const met = new Set<string>();
let asked = 0;

describe('each witness is quoted', { concurrency: WORLDS_AT_ONCE }, () => {
  // Nothing is known of it where a pattern chose some worlds.
  after(() => {
    if (asked < SCENARIOS.length) return;
    const mended = [...NOT_QUOTED].filter((each) => !met.has(each));
    assert.deepEqual(mended, [], 'is quoted now: take it from the list');
  });
  for (const { scenario, world } of SCENARIOS)
    it(scenario, async () => {
      const { report } = await diagnoseOnce(world);
      const unquoted = flatten(report.findings).flatMap(({ cause, witnesses = [], evidence }) => {
        const quoted = new Set(evidence.map(({ need, subject }) => `${need} ${subject}`));
        return witnesses.filter(({ need, subject }) => !quoted.has(`${need} ${subject}`)).map(({ need }) => `${cause} ${need}`);
      });
      asked += 1;
      for (const each of unquoted) met.add(each);
      assert.deepEqual(
        unquoted.filter((each) => !NOT_QUOTED.has(each)),
        [],
      );
    });
});
