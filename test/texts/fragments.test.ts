/** Each fragment tells of the format string that it is taken from, leads to causes that exist, and stands with its source. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findCause } from '../../src/checks/index.js';
import { printable } from '../../src/host/redact.js';
import { renderFragments } from '../../src/render/text/explain/readings.js';
import { answerOf, FRAGMENTS, readText } from '../../src/texts/index.js';
import { FORMATS } from './formats.js';

const causesOf = (means: (typeof FRAGMENTS)[number]['means']): readonly string[] =>
  'causes' in means ? means.causes : 'by' in means ? Object.values(means.by).flat() : [];

describe('fragments', () => {
  it('have an id each, and a source with its versions', () => {
    const ids = FRAGMENTS.map(({ id }) => id);
    assert.deepEqual(ids, [...new Set(ids)]);
    for (const { id, source } of FRAGMENTS) assert.ok(source.length > 10, id);
  });

  it('lead to causes that exist', () => {
    for (const { id, means } of FRAGMENTS) for (const cause of causesOf(means)) assert.ok(findCause(cause), `${id}: ${cause}`);
  });

  it('each have a format string', () => assert.deepEqual(Object.keys(FORMATS).sort(), FRAGMENTS.map(({ id }) => id).sort()));

  it('are listed by who prints them, each with its source, in 80 columns', () => {
    const text = renderFragments(FRAGMENTS, { width: 80, colour: false });
    const counts = [...text.matchAll(/^Printed by .* \((\d+)\)$/gm)].map(([, count]) => Number(count));
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      FRAGMENTS.length,
    );
    assert.deepEqual(
      text.split('\n').filter((line) => line.length > 80),
      [],
    );
    const flat = text.replace(/\s+/g, '');
    for (const { id, source } of FRAGMENTS) assert.ok(flat.includes(id) && flat.includes(source.replace(/\s+/g, '')), id);
  });

  for (const [id, texts] of Object.entries(FORMATS))
    for (const text of texts)
      it(`${id}: ${text.slice(0, 90)}`, () => {
        const answer = answerOf(readText(text, printable));
        assert.equal(answer?.fragment, id, JSON.stringify(answer));
      });
});
