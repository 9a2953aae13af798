/** Times and durations as people read them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { counted, dateTime, duration, listed } from '../../src/words/formats.js';

describe('formats', () => {
  it('writes a time in UTC, to the minute', () => {
    assert.equal(dateTime('2026-11-28T04:31:59.123Z'), '2026-11-28 04:31 UTC');
    assert.equal(dateTime('2026-11-28T04:31:00+02:00'), '2026-11-28 02:31 UTC');
    assert.equal(dateTime(Date.UTC(2026, 0, 2, 3, 4)), '2026-01-02 03:04 UTC');
  });

  it('leaves what is not a time as it is', () => assert.equal(dateTime('yesterday'), 'yesterday'));

  const durations: [number, string][] = [
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [1499, '1.5 s'],
    [4003, '4 s'],
    [9949, '9.9 s'],
    [9950, '10 s'],
    [59_499, '59 s'],
    [59_600, '1 min'],
    [125_000, '2 min 5 s'],
  ];
  for (const [ms, words] of durations) it(`writes ${ms} ms as ${words}`, () => assert.equal(duration(ms), words));

  it('writes lists and counts', () => {
    assert.equal(listed([]), '');
    assert.equal(listed(['a']), 'a');
    assert.equal(listed(['a', 'b', 'c']), 'a, b and c');
    assert.equal(counted(1, 'finding'), '1 finding');
    assert.equal(counted(2, 'otherFix'), '2 other fixes');
  });
});
