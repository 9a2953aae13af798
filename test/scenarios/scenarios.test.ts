/** Every scenario over real sockets: named first, nothing named that must not be, the report as promised, no secret in it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { flatten } from '../../src/judge/rank.js';
import { renderText } from '../../src/render/text/report.js';
import { reportSchema } from '../../src/report/contract/schema.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { diagnoseWorld, WORLDS_AT_ONCE } from './run.js';

const validate = new Ajv2020({ strict: false }).compile(reportSchema);

describe('scenarios', { concurrency: WORLDS_AT_ONCE }, () => {
  for (const { scenario, title, world, expect } of SCENARIOS) {
    it(`${scenario}: ${title}`, async () => {
      const { report, code, stdout, world: ran } = await diagnoseWorld(world);
      const found = flatten(report.findings);
      const seen = JSON.stringify({
        findings: found.map((f) => [f.cause, f.severity, f.certainty, f.title.en]),
        open: report.results.filter((r) => ['cannot-tell', 'crashed'].includes(r.outcome)).map((r) => [r.question, r.note?.en]),
      });
      const counted = found.filter((f) => f.severity !== 'note');
      assert.equal((expect.first === null ? counted : found)[0]?.cause ?? null, expect.first, seen);
      for (const cause of expect.also ?? [])
        assert.ok(
          found.some((f) => f.cause === cause),
          `also ${cause}: ${seen}`,
        );
      for (const cause of expect.never ?? []) assert.ok(!found.some((f) => f.cause === cause), `never ${cause}: ${seen}`);
      assert.equal(code, expect.exitCode, seen);
      assert.ok(!report.results.some((r) => r.outcome === 'crashed'), seen);
      assert.ok(validate(report), JSON.stringify(validate.errors));
      const text = [80, 200].map((width) => renderText(report, { width, colour: false, verbose: true })).join('\n');
      for (const secret of ran.secrets)
        assert.ok(!stdout.includes(secret) && !text.includes(secret), `a secret is shown: ${secret.slice(0, 12)}…`);
    });
  }
});
