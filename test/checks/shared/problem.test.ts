/** "Nothing wrong" is not said of what nobody saw: a pass has a witness, and a required question that nothing shows not to apply stays open. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { notApplicable, pass, problem, suspected } from '../../../src/checks/shared/problem.js';
import { inTheirWords } from '../../../src/checks/shared/proof.js';
import { outcomeOf } from '../../../src/judge/exit.js';
import type { Fact, Outcome } from '../../../src/model/facts.js';

const SAID = { id: 'q.said', args: {}, en: 'said' };
const fact = (subject: string, outcome: Outcome<never>): Fact<'tcp'> => ({ target: 'kubelet', kind: 'tcp', subject, outcome });
const failed = fact('a', { status: 'failed', code: 'ECONNREFUSED', detail: '', ms: 1 });
const UNSEEN = [fact('b', { status: 'absent', why: 'not-attempted' }), fact('c', { status: 'pending', ms: 1 })];

describe('a witness', () => {
  it('is a fact that was looked at, once', () => {
    assert.deepEqual(pass([...UNSEEN, failed, failed], SAID), { kind: 'pass', on: [{ need: 'kubelet/tcp', subject: 'a' }], note: SAID });
    assert.deepEqual(pass(failed), { kind: 'pass', on: [{ need: 'kubelet/tcp', subject: 'a' }] });
  });

  it('is never what nobody looked at', () => {
    assert.throws(() => pass(UNSEEN), /nothing was seen/);
    // @ts-expect-error: a pass without a witness does not compile
    assert.throws(() => pass([]), /nothing was seen/);
  });

  it('what is suspected stays so, however a proof came beside it', () => {
    const both = {
      proof: inTheirWords(fact('d', { status: 'failed', code: 'ENOENT', detail: '', ms: 1 })),
      ...{ alternatives: ['d'] },
      title: SAID,
      evidence: [],
      fixes: [],
    };
    assert.throws(() => problem('c', both as never), /c is both proven and suspected/);
  });

  it('a required question does not apply only where something shows it', () => {
    assert.equal(outcomeOf(true, notApplicable(SAID)), 'cannot-tell');
    assert.equal(outcomeOf(true, notApplicable(SAID, UNSEEN)), 'cannot-tell');
    assert.equal(outcomeOf(true, notApplicable(SAID, failed)), 'not-applicable');
    assert.equal(outcomeOf(false, notApplicable(SAID)), 'not-applicable');
    assert.equal(outcomeOf(true, pass(failed)), 'pass');
    assert.equal(outcomeOf(true, { kind: 'crashed', error: 'x' }), 'crashed');
    assert.equal(outcomeOf(true, problem('c', { ...suspected(['d']), title: SAID, evidence: [], fixes: [] })), 'problem');
  });
});
