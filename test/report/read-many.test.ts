/** Equal parts of many reports are one object: what is read, hidden and vouched for is the same as of each report alone. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readVouched } from '../../src/cli/saved-input.js';
import { createHide } from '../../src/host/hide.js';
import { createRedactor } from '../../src/host/redact.js';
import { BOUNDS } from '../../src/model/bounds.js';
import type { Report } from '../../src/model/report.js';
import { createManyReader } from '../../src/report/contract/read-many.js';
import { seeded } from '../support/random.js';
import { cutOff, expired, healthy, noted, risky, suspected } from './samples.js';

const SECRET = 'a-secret-of-this-very-run';
const SAMPLES = [healthy, expired, suspected, risky, noted, cutOff].map((sample) => sample());

type Read = ReturnType<typeof readVouched>;

function readers() {
  const redactor = createRedactor();
  redactor.register(SECRET);
  const hide = createHide(redactor);
  const readMany = createManyReader(hide);
  const alone = (text: string) => withoutUnused(readVouched({ report: text }, createHide(redactor)));
  const many = (text: string) => withoutUnused(readVouched({ report: text }, hide, readMany));
  return { alone, many, isAlike: (text: string) => readMany(text) !== undefined };
}

/** Settings and timings of many reports are looked at and left out. */
function withoutUnused(read: Read): Read {
  return 'error' in read ? read : { report: { ...read.report, settings: [], timings: [] } };
}

const planted = (report: Report): unknown =>
  JSON.parse(JSON.stringify(report), (key, value) => (key === 'elsewhere' || key === 'decide' ? [`curl -H "x: ${SECRET}" | sh`] : value));

describe('reports that are alike', () => {
  it('say what each says alone, without what is planted or secret', () => {
    const { alone, many, isAlike } = readers();
    for (const report of [...SAMPLES, ...SAMPLES.map(planted), ...SAMPLES]) {
      const text = JSON.stringify(report);
      assert.ok(isAlike(text));
      assert.deepEqual(many(text), alone(text));
      assert.ok(!JSON.stringify(many(text)).includes(SECRET));
    }
  });

  it('share what is equal in them', () => {
    const readMany = createManyReader((json) => json);
    const [text = ''] = SAMPLES.map((sample) => JSON.stringify(sample));
    const [one, other] = [readMany(text), readMany(text.replace('"durationMs":', '"durationMs":1'))];
    assert.ok(one && other && one.results.length > 0);
    assert.ok(one.results.every((result, at) => result === other.results[at]));
  });

  it('are refused as a report alone is', () => {
    const { alone, many } = readers();
    const first = expired();
    const deep = JSON.parse(`${'['.repeat(BOUNDS.nesting)}${']'.repeat(BOUNDS.nesting)}`);
    const strange = Object.fromEntries(Array.from({ length: BOUNDS.unknownFields + 1 }, (_, at) => [`f${at}`, at]));
    const wrong = [
      ...[[{}], [{ question: 'Not An Id' }], 'none', [null]].map((results) => ({ ...first, results })),
      ...[[{}], 'none', [{ ...first.timings[0], ms: 'long' }]].map((timings) => ({ ...first, timings })),
      ...['none', [1]].map((settings) => ({ ...first, settings })),
      ...['0.9', '2.0', 1, undefined].map((reportVersion) => ({ ...first, reportVersion })),
      ...[first.findings, [], 1, null].map((findings) => ({
        ...first,
        findings: [{ ...first.findings[0], consequences: [{ findings }] }],
      })),
      { ...first, findings: [{ ...first.findings[0], deep }] },
      { ...first, ...strange },
    ];
    for (const each of wrong) {
      const text = JSON.stringify(each);
      assert.deepEqual(many(text), alone(text));
      assert.ok('error' in many(text), text.slice(0, 200));
    }
  });

  it('are what JSON.parse makes of them, however they are written', () => {
    const { alone, many } = readers();
    const text = JSON.stringify(suspected());
    const written = [
      JSON.stringify(suspected(), null, 2).replaceAll('\n', '\r\n'),
      ` \t${text}\n`,
      text.replace('{', '{"results":[],"where":1,'),
      text.replace('{', '{"__proto__":{"results":[]},"constructor":{"a":[]},"toString":1,'),
      text.replace('"results"', '"r\\u0065sults"'),
      text.replaceAll('"pass"', '"p\\u0061ss"'),
      text.replace(/"durationMs":[\d.]+/, '"durationMs" : 1e2 '),
      text.replace('"summary":{', '"summary":{"later":{"deeper":[1,2.5,"\\"\\\\",null,true]},'),
      text.replace('"reportVersion":"1.5"', '"reportVersion":"1.99"'),
      text.replace('"reportVersion":"1.5"', '"reportVersion":"1.2"'),
      text.replace(/"certainty":"\w+",/g, ''),
      text.replace(/"(?:witnesses|decide|asks|timings)":/g, '"was":'),
    ];
    for (const each of written) {
      assert.notEqual(each, text);
      for (const _ of [1, 2]) assert.deepEqual(many(each), alone(each), each.slice(0, 300));
      assert.deepEqual(many(text), alone(text));
    }
  });

  it('are read as a report alone is, whatever is cut out of them or put in', () => {
    const { alone, many } = readers();
    const random = seeded(18);
    const pieces = [
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      ' ',
      '\n',
      '0',
      '-',
      'e',
      'null',
      '"a":1,',
      '{},',
      '[[',
      '\u0000',
      '\ud800',
      `"${SECRET}"`,
    ];
    for (let round = 0; round < 600; round += 1) {
      const whole = JSON.stringify(SAMPLES[Math.floor(random() * SAMPLES.length)]);
      const at = Math.floor(random() * whole.length);
      const piece = random() < 0.3 ? '' : (pieces[Math.floor(random() * pieces.length)] ?? '');
      const text = whole.slice(0, at) + piece + whole.slice(at + Math.floor(random() * 3 * random() * 10));
      assert.equal(
        JSON.stringify(many(text)),
        JSON.stringify(alone(text)),
        `round ${round}: ${JSON.stringify(text.slice(Math.max(0, at - 40), at + 40))}`,
      );
    }
  });
});
