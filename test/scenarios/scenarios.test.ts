/** Every scenario over real sockets: named first, nothing named that must not be, the report as promised, no secret in it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { flatten } from '../../src/judge/rank.js';
import type { Report } from '../../src/model/report.js';
import { rows } from '../../src/render/text/brief.js';
import { renderText } from '../../src/render/text/report.js';
import { reportSchema } from '../../src/report/contract/schema.js';
import { SCENARIOS } from '../../src/sim/scenarios.js';
import { fillsInWhatItKnows } from './known-names.js';
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
      fitsItsTerminal(report);
      fillsInWhatItKnows(report);
    });
  }
});

/** One finding in 24 lines of 80 columns with the last two again, two in 36, any in 60; line one in 80 columns. */
function fitsItsTerminal(report: Report): void {
  const text = renderText(report, { width: 80, colour: false, verbose: false, closing: true });
  const lines = text.split('\n');
  const most = [24, 24, 36][report.findings.length] ?? 60;
  assert.ok(rows(lines, 80) <= most, `${rows(lines, 80)} rows, at most ${most}:\n${text}`);
  assert.ok([...(lines[0] ?? '')].length <= 80, `line one has ${[...(lines[0] ?? '')].length} columns: ${lines[0]}`);
  // Where to read on is never left out for want of lines.
  const [first] = report.findings;
  if (first && report.summary.exitCode === 1) assert.ok(text.includes(`kubelet-doctor explain ${first.cause}`), text);
}
