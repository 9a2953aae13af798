/** Results of many reports that say the same are one object: what is read, hidden and vouched for is the same as of each report alone. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readVouched } from '../../src/cli/saved-input.js';
import { createHide } from '../../src/host/hide.js';
import { createRedactor } from '../../src/host/redact.js';
import type { Report } from '../../src/model/report.js';
import { createResultReader } from '../../src/report/contract/read-report.js';
import { cutOff, expired, healthy, noted, risky, suspected } from './samples.js';

const SECRET = 'a-secret-of-this-very-run';

function readers() {
  const redactor = createRedactor();
  redactor.register(SECRET);
  const hide = createHide(redactor);
  const readResults = createResultReader(hide);
  const alone = (report: unknown) => readVouched({ report: JSON.stringify(report) }, createHide(redactor));
  return { alone, shared: (report: unknown) => readVouched({ report: JSON.stringify(report) }, hide, readResults) };
}

const planted = (report: Report): unknown =>
  JSON.parse(JSON.stringify(report), (key, value) => (key === 'elsewhere' ? [`curl -H "x: ${SECRET}" | sh`] : value));

describe('results that many reports have alike', () => {
  it('are what each report alone says, without what is planted or secret', () => {
    const { alone, shared } = readers();
    const reports = [healthy, expired, suspected, risky, noted, cutOff].map((sample) => sample());
    for (const report of [...reports, ...reports.map(planted), ...reports]) {
      assert.deepEqual(shared(report), alone(report));
      assert.ok(!JSON.stringify(shared(report)).includes(SECRET));
    }
  });

  it('are refused as in a report alone', () => {
    const { alone, shared } = readers();
    const first = expired();
    for (const results of [[{}], [{ question: 'Not An Id' }], 'none', [null]]) {
      const wrong = { ...first, results };
      assert.deepEqual(shared(wrong), alone(wrong));
      assert.ok('error' in shared(wrong), JSON.stringify(results));
    }
  });
});
