/** Facts that come in one by one are judged as they would be all at once: a verdict that is kept is the one that would be given now. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHECKS } from '../../src/checks/index.js';
import { judge, judgeAgain } from '../../src/judge/judge.js';
import { defineCheck } from '../../src/model/check.js';
import type { AnyFact } from '../../src/model/facts.js';
import { base, nodeObject, pending } from '../checks/facts.js';
import { profile, rights } from '../checks/rights-facts.js';
import { seeded } from '../support/random.js';
import { shuffled } from './generate.js';

const version = (minor: number): AnyFact => ({
  target: 'apiserver',
  kind: 'version',
  subject: '',
  outcome: { status: 'observed', data: { gitVersion: `v1.${minor}.0`, major: 1, minor }, ms: 1 },
});

describe('judging again', () => {
  const facts = [...base(), nodeObject({ kubeletVersion: 'v1.36.2' }), ...rights(profile({ kubeletVersions: [] }), /./)];
  const needOf = ({ target, kind }: AnyFact) => `${target}/${kind}` as Parameters<typeof pending>[0];
  for (let seed = 1; seed <= 3; seed += 1)
    it(`gives the verdicts of all facts at once, whatever came first (order ${seed})`, () => {
      const again = judgeAgain(CHECKS);
      let known: AnyFact[] = [];
      for (const fact of shuffled(seeded(seed), facts)) {
        const waiting = pending(needOf(fact), fact.subject);
        for (const now of [waiting, fact]) {
          known = [...known.filter((each) => each !== waiting), now];
          assert.deepEqual(again(known), judge(known, CHECKS), `${fact.kind} ${fact.subject} ${now.outcome.status}`);
        }
      }
      // What is known may become less, too, and other than it was.
      for (const fewer of [known.slice(5), known.slice(5).reverse(), structuredClone(known), []])
        assert.deepEqual(again(fewer), judge(fewer, CHECKS));
    });

  it('asks a check again only for a fact that it reads', () => {
    let asked = 0;
    const check = defineCheck({
      question: 'version-known',
      asks: 'Is the version known?',
      target: 'apiserver',
      layer: 'payload',
      required: true,
      needs: ['apiserver/version'],
      words: {},
      causes: {},
      judge(view) {
        asked += 1;
        view.one('apiserver/version');
        return { kind: 'pass', on: [] };
      },
    });
    const again = judgeAgain([check]);
    const [first, second] = [version(35), version(36)];
    for (const known of [[], base(), [...base(), first], [first], [second], [second, ...base()]]) again(known);
    assert.equal(asked, 3);
  });
});
