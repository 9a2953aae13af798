/** Two faults at once, over real sockets: both are roots where neither follows from the other, and no consequence stands above its cause. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flatten } from '../../src/judge/rank.js';
import type { Finding } from '../../src/model/report.js';
import { diagnoseWorld, WORLDS_AT_ONCE } from './run.js';
import { TWO_FAULTS } from './two-faults.js';

const fails = ({ severity }: Finding) => severity === 'blocks' || severity === 'degrades';

/** Consequence and what it stands under, at any depth. */
function links(findings: readonly Finding[]): [string, string][] {
  return flatten(findings).flatMap((cause) =>
    cause.consequences.filter(fails).map((below): [string, string] => [below.cause, cause.cause]),
  );
}

describe('two faults at once', { concurrency: WORLDS_AT_ONCE }, () => {
  for (const { faults, world, roots, nested = {} } of TWO_FAULTS) {
    it(faults, async () => {
      const { report } = await diagnoseWorld(world);
      const ranked = JSON.stringify(flatten(report.findings).map((f) => [f.cause, f.severity, f.certainty, f.rankedBy[0]]));
      assert.deepEqual(
        report.findings.filter(fails).map((f) => f.cause),
        roots,
        ranked,
      );
      assert.deepEqual(Object.fromEntries(links(report.findings)), nested, ranked);
      const order = flatten(report.findings).map((f) => f.cause);
      for (const [below, cause] of links(report.findings))
        assert.ok(order.indexOf(cause) < order.indexOf(below), `${below} above ${cause}`);
    });
  }
});
