import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answeredOf, exitCodeOf, isRequired, isUnanswered, openOf, outcomeOf, reaches, stateOf, verdictOf } from '../../src/judge/exit.js';
import { SEVERITIES, type Severity } from '../../src/model/check.js';
import type { Finding, Result } from '../../src/model/report.js';

function finding(severity: Severity, certainty: Finding['certainty'], consequences: Finding[] = []): Finding {
  return {
    cause: 'c',
    question: 'q',
    target: 'kubelet',
    layer: 'tls',
    severity,
    certainty,
    alternatives: [],
    title: { id: 't', args: {}, en: 't' },
    features: [],
    evidence: [],
    fixes: [],
    decide: [],
    rankedBy: [],
    consequences,
  };
}

function result(outcome: Result['outcome'], required: boolean): Result {
  return { question: 'q', asks: 'q?', target: 'kubelet', layer: 'tls', required, outcome, elsewhere: [] };
}

const stateOfOpen = (results: Result[], open: boolean) => ({ verdict: 'incomplete', open: open ? results : [] });

const OUTCOMES: Result['outcome'][] = ['pass', 'problem', 'not-applicable', 'cannot-tell', 'crashed'];

describe('exit code and verdict', () => {
  for (const failOn of SEVERITIES) {
    for (const severity of [undefined, ...SEVERITIES]) {
      const found = severity !== undefined && SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn);
      it(`${severity ?? 'nothing'} found, --fail-on ${failOn}: ${found ? 1 : '0, or 3 where a required question is open'}`, () => {
        for (const certainty of ['proven', 'suspected'] as const) {
          for (const outcome of OUTCOMES) {
            for (const required of [true, false]) {
              const findings = severity ? [finding(severity, certainty)] : [];
              const open = required && (outcome === 'cannot-tell' || outcome === 'crashed');
              const decision = { findings, results: [result('pass', true), result(outcome, required)], failOn };
              const verdict = found ? 'fail' : open ? 'incomplete' : severity && severity !== 'note' ? 'warn' : 'pass';
              const said = `${certainty} ${outcome} ${required ? 'required' : 'optional'}`;
              assert.equal(exitCodeOf(decision), found ? 1 : open ? 3 : 0, said);
              assert.equal(verdictOf(decision), verdict, said);
            }
          }
        }
      });
    }
  }

  it('the default threshold is degrades', () => {
    const results = [result('pass', true)];
    const codes = SEVERITIES.map((severity) => exitCodeOf({ findings: [finding(severity, 'proven')], results }));
    assert.deepEqual(codes, [1, 1, 0, 0]);
  });

  it('a consequence counts like a root', () => {
    assert.equal(
      exitCodeOf({ findings: [finding('degrades', 'proven', [finding('blocks', 'proven')])], results: [], failOn: 'blocks' }),
      1,
    );
  });

  // Whatever was found is found; that nothing was is said of required answers alone.
  for (const outcome of OUTCOMES) {
    for (const required of [true, false]) {
      const answers = required && (outcome === 'pass' || outcome === 'problem');
      const open = required && (outcome === 'cannot-tell' || outcome === 'crashed');
      it(`of one question alone, ${required ? 'required' : 'optional'}, ${outcome}: ${answers ? 'well' : 'not well'}`, () => {
        const [only, other] = [result(outcome, required), result('pass', true)];
        assert.deepEqual(answeredOf([only]), answers ? [only] : undefined);
        assert.deepEqual(openOf([only, other]), open ? [only] : []);
        assert.deepEqual(answeredOf([only, other]), open ? undefined : answers ? [only, other] : [other]);
        assert.deepEqual(stateOf({ findings: [], results: [only] }), answers ? { verdict: 'pass', on: [only] } : stateOfOpen([only], open));
        for (const severity of SEVERITIES) {
          const decision = { findings: [finding(severity, 'proven')], results: [only] };
          const warn = severity === 'note' ? 'pass' : 'warn';
          const fails = reaches(severity, 'degrades');
          assert.equal(verdictOf(decision), fails ? 'fail' : answers ? warn : 'incomplete', severity);
        }
      });
    }
  }

  it('nothing asked, nothing found: nothing is known to be well', () => {
    assert.equal(exitCodeOf({ findings: [], results: [] }), 3);
    assert.equal(answeredOf([]), undefined);
  });

  it('a part of a question may be required', () => {
    const why = { id: 'w', args: {}, en: 'w' };
    const verdicts: [Parameters<typeof isRequired>[1], boolean][] = [
      [{ kind: 'cannot-tell', why, wants: [], required: true }, true],
      [{ kind: 'cannot-tell', why, wants: [], required: false }, false],
      [{ kind: 'cannot-tell', why, wants: [] }, false],
      [{ kind: 'pass', on: [] }, false],
      [{ kind: 'crashed', error: '' }, false],
    ];
    for (const [verdict, required] of verdicts) {
      assert.equal(isRequired({ required: false }, verdict), required, JSON.stringify(verdict));
      assert.equal(isRequired({ required: true }, verdict), true);
    }
  });

  it('a claim without its witness is no answer to a required question', () => {
    const [why, on] = [{ id: 'w', args: {}, en: 'w' }, [{ need: 'self/place', subject: '' } as const]];
    for (const required of [true, false]) {
      const bare = required ? 'cannot-tell' : undefined;
      assert.equal(outcomeOf(required, { kind: 'pass', on }), 'pass');
      assert.equal(outcomeOf(required, { kind: 'pass', on: [] }), bare ?? 'pass');
      assert.equal(outcomeOf(required, { kind: 'not-applicable', why, on }), 'not-applicable');
      assert.equal(outcomeOf(required, { kind: 'not-applicable', why, on: [] }), bare ?? 'not-applicable');
      assert.equal(outcomeOf(required, { kind: 'cannot-tell', why, wants: [] }), 'cannot-tell');
      assert.equal(outcomeOf(required, { kind: 'crashed', error: '' }), 'crashed');
    }
  });

  it('reaches and isUnanswered', () => {
    assert.ok(reaches('blocks', 'degrades') && reaches('degrades', 'degrades') && !reaches('risk', 'degrades'));
    assert.deepEqual(
      OUTCOMES.filter((outcome) => isUnanswered(result(outcome, true))),
      ['cannot-tell', 'crashed'],
    );
  });
});
