/** Every cause is proven, and the list of `npm run causes` sees each kind of proof where it stands. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { provenCauses } from './proofs.js';

describe('the proofs of the causes', () => {
  const causes = provenCauses();

  // Rows that were moved into folders were not seen for a while, and the list said 0 by fixtures.
  it('are found in every place that holds some', () => {
    for (const kind of ['K', 'S', 'F'] as const)
      assert.ok(
        causes.filter(({ kinds }) => kinds.includes(kind)).length > causes.length / 2,
        `few of kind ${kind}: test/proofs.ts looks elsewhere`,
      );
    for (const folder of ['test/checks/', 'test/report/', 'test/cluster/', 'scenario '])
      assert.ok(
        causes.some(({ found }) => found.some(({ test }) => test.startsWith(folder))),
        `none in ${folder}`,
      );
  });

  it('are what the catalogue says', () => {
    for (const { cause, kinds, less } of causes) {
      assert.ok(kinds.length > 0, `${cause} has no proof`);
      assert.equal(less, undefined, `${cause}: test/checks/catalogue.ts says ${less}, and that is not there`);
    }
  });
});
