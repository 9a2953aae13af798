/** The list of causes against the registry: nothing is dropped silently, and nothing is named that is in no row. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findCause, knownCauses } from '../../src/checks/index.js';
import { CATALOGUE, causesOf } from './catalogue.js';

describe('the catalogue', () => {
  it('answers every row of the list with a cause, or says why not', () => {
    for (const row of CATALOGUE) {
      const causes = causesOf(row);
      if (causes.length === 0) assert.ok((row.why?.length ?? 0) > 60, `${row.listed} has neither a cause nor a reason`);
      for (const cause of causes) assert.ok(findCause(cause), `${row.listed}: no check names ${cause}`);
      if (causes.length > 1) assert.ok(row.why, `${row.listed} was split without a reason`);
    }
  });

  it('has each row once, and each cause in one row', () => {
    const listed = CATALOGUE.map((row) => row.listed);
    assert.equal(new Set(listed).size, listed.length);
    const causes = CATALOGUE.flatMap(causesOf);
    assert.equal(new Set(causes).size, causes.length);
  });

  it('holds every cause of the registry', () => {
    const inTable = new Set(CATALOGUE.flatMap(causesOf));
    assert.deepEqual(
      knownCauses()
        .map((known) => known.cause)
        .filter((cause) => !inTable.has(cause)),
      [],
    );
  });
});
