import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exitCodeOf, isUnanswered, reaches, verdictOf } from '../../src/judge/exit.js';
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
    const codes = SEVERITIES.map((severity) => exitCodeOf({ findings: [finding(severity, 'proven')], results: [] }));
    assert.deepEqual(codes, [1, 1, 0, 0]);
  });

  it('a consequence counts like a root', () => {
    assert.equal(
      exitCodeOf({ findings: [finding('degrades', 'proven', [finding('blocks', 'proven')])], results: [], failOn: 'blocks' }),
      1,
    );
  });

  it('nothing asked, nothing found', () => assert.equal(exitCodeOf({ findings: [], results: [] }), 0));

  it('reaches and isUnanswered', () => {
    assert.ok(reaches('blocks', 'degrades') && reaches('degrades', 'degrades') && !reaches('risk', 'degrades'));
    assert.deepEqual(
      OUTCOMES.filter((outcome) => isUnanswered(result(outcome, true))),
      ['cannot-tell', 'crashed'],
    );
  });
});
