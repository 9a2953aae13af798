/** What is proven rests on something: what a proof takes, what it refuses, and that nothing is called proven without one. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inTheirWords, twoWitnesses } from '../../../src/checks/shared/proof.js';
import type { Fact, FactKind, Outcome } from '../../../src/model/facts.js';

type Any = Fact<FactKind>;
const fact = (kind: FactKind, subject: string, outcome: Outcome<never>): Any => ({ kind, target: 'kubelet', subject, outcome }) as Any;
const failed = (code: string): Outcome<never> => ({ status: 'failed', code, detail: code });

const answer = fact('http', 'token GET /pods', { status: 'observed', data: {} as never });
const silence = fact('tcp', '10.0.0.7:10250', failed('ETIMEDOUT'));
const unasked = fact('lease', '', { status: 'absent', why: 'no-permission' });
const pending = fact('tls', '10.0.0.7:10250', { status: 'pending', ms: 10 });

describe('a proof in their own words', () => {
  it('takes an answer, and a failure that came with words', () => {
    assert.deepEqual(inTheirWords(answer), [{ need: 'kubelet/http', subject: 'token GET /pods' }]);
    for (const code of ['ENOENT', 'EACCES', 'ENOTFOUND', 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'EPROXY403', 'ENETUNREACH'])
      assert.equal(inTheirWords(fact('tls', 'a', failed(code))).length, 1, code);
  });

  it('of one fact twice is one witness', () => assert.equal(inTheirWords(answer, answer).length, 1));

  const silent = ['ETIMEDOUT', 'ETIMEOUT', 'ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'EAI_AGAIN', 'EPIPE'];
  for (const mute of [...silent.map((code) => fact('tcp', 'a', failed(code))), unasked, pending])
    it(`is none from ${mute.outcome.status} ${'code' in mute.outcome ? mute.outcome.code : ''}`, () => {
      assert.throws(() => inTheirWords(mute), /no proof: kubelet\/\w+ .*says nothing in its own words/);
      assert.throws(() => inTheirWords(answer, mute), /no proof/);
    });
});

describe('two witnesses', () => {
  it('are a silence and an answer of another kind', () =>
    assert.deepEqual(twoWitnesses(silence, answer), [
      { need: 'kubelet/tcp', subject: '10.0.0.7:10250' },
      { need: 'kubelet/http', subject: 'token GET /pods' },
    ]));

  it('are not two silences: our own network, or our own slowness, makes both', () =>
    assert.throws(() => twoWitnesses(silence, fact('tls', '10.0.0.8:10250', failed('ETIMEDOUT'))), /is as silent as/));

  it('are not the same fact twice', () => assert.throws(() => twoWitnesses(answer, { ...answer }), /one witness, not two/));

  it('were both looked at', () => {
    assert.throws(() => twoWitnesses(silence, unasked), /was not looked at/);
    assert.throws(() => twoWitnesses(pending, answer), /was not looked at/);
  });
});

it("no file but problem.ts writes the word 'proven' of a problem, and none but proof.ts makes a Proof", () => {
  const src = fileURLToPath(new URL('../../../src', import.meta.url));
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const writing = (what: RegExp) => files.filter((name) => what.test(readFileSync(`${src}/${name}`, 'utf8'))).sort();
  assert.deepEqual(writing(/certainty: 'proven'(?! \|)(?!; witnesses: Proof)/), ['checks/shared/problem.ts']);
  assert.deepEqual(writing(/as (unknown as )?Proof\b/), ['checks/shared/proof.ts']);
});
