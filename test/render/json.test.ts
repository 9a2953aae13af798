import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Report } from '../../src/model/report.js';
import { renderJson } from '../../src/render/json.js';
import { reportSchema } from '../../src/report/contract/schema.js';
import { merged } from '../report/merged-samples.js';
import { expired, healthy, hostile, SAMPLES } from '../report/samples.js';

const ALL = { ...SAMPLES, hostile, merged };

/** The schema with every object closed: what a report has must be described. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const each = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in each && each.additionalProperties === true ? { ...each, additionalProperties: false } : each;
}

describe('renderJson', () => {
  it('is one line unless pretty, summary first', () => {
    const line = renderJson(healthy(), { pretty: false });
    assert.ok(!line.includes('\n'));
    assert.ok(line.startsWith('{"summary":{"verdict":"pass","exitCode":0,"top":{"id":"","title":"","fix":""},"counts":{"blocks":0,'));
    assert.ok(renderJson(healthy(), { pretty: true }).split('\n').length > 50);
  });

  it('reads back as the report', () => {
    for (const build of Object.values(ALL)) {
      const report = JSON.parse(JSON.stringify(build())) as Report;
      for (const pretty of [true, false]) assert.deepEqual(JSON.parse(renderJson(report, { pretty })), report);
    }
  });

  it('keeps the order of the top level, and fields of a later version at its end', () => {
    const mixed = { later: 1, ...Object.fromEntries(Object.entries(expired()).reverse()) } as unknown as Report;
    const keys = Object.keys(JSON.parse(renderJson(mixed, { pretty: false })) as object);
    assert.deepEqual([keys[0], keys[1], keys.at(-1)], ['summary', 'reportVersion', 'later']);
  });

  it('holds nothing that a terminal would obey', () => {
    assert.doesNotMatch(renderJson(hostile(), { pretty: true }), /[^\n\x20-\x7e\u00a1-\u1fff\u2010-\u2027\u2030-\u205f\u2100-\uffff]/);
  });
});

describe('the schema', () => {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  const validate = ajv.compile(reportSchema);
  const validateClosed = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(closed(reportSchema) as object);

  for (const [title, build] of Object.entries(ALL)) {
    it(`holds for ${title}, and describes all of it`, () => {
      const report: unknown = JSON.parse(renderJson(build(), { pretty: false }));
      assert.ok(validate(report), ajv.errorsText(validate.errors));
      assert.ok(validateClosed(report), ajv.errorsText(validateClosed.errors));
    });
  }

  it('accepts fields of later minor versions', () => {
    const report = JSON.parse(renderJson(expired(), { pretty: false })) as Report;
    const later = { ...report, reportVersion: '1.7', summary: { ...report.summary, mood: 'fine' } };
    assert.ok(validate(later), ajv.errorsText(validate.errors));
  });

  it('refuses another major, a missing key, an unknown verdict', () => {
    const report = JSON.parse(renderJson(expired(), { pretty: false })) as Report;
    assert.ok(!validate({ ...report, reportVersion: '2.0' }));
    assert.ok(!validate({ ...report, summary: { ...report.summary, verdict: 'maybe' } }));
    for (const key of Object.keys(report)) assert.ok(!validate({ ...report, [key]: undefined }), key);
  });

  it('requires what the type requires', () => assert.deepEqual(reportSchema.required, Object.keys(expired())));
});
