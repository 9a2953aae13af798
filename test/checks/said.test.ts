/** What logs say reaches every check: where its cause is found, where it is open, and where it is answered otherwise. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHECKS, knownCauses } from '../../src/checks/index.js';
import { hearing } from '../../src/checks/said.js';
import { cannotTell, notApplicable, pass, problem, suspected } from '../../src/checks/shared/problem.js';
import { inTheirWords } from '../../src/checks/shared/proof.js';
import { judge } from '../../src/judge/judge.js';
import type { Check, Verdict } from '../../src/model/check.js';
import { defineCheck } from '../../src/model/check.js';
import type { AnyFact, Statement } from '../../src/model/facts.js';
import { FRAGMENTS } from '../../src/texts/index.js';
import { fact } from './facts.js';

const DOCS = { title: 'door locked', means: '', happens: '', confirm: '', fix: 'Open the door.\n\nThen go in.' };

/** A check whose answer is given. */
function answering(answer: (facts: { place: Parameters<typeof inTheirWords>[0] }) => Verdict<'door-locked' | 'door-gone'>): Check {
  return hearing(
    defineCheck({
      question: 'door',
      asks: 'Is it open?',
      target: 'kubelet',
      layer: 'authz',
      required: true,
      needs: ['self/place'],
      words: { locked: 'The door is locked', unknown: 'no one looked' },
      causes: {
        'door-locked': DOCS,
        'door-gone': { ...DOCS, title: 'no door', fix: 'It is hard to say what helps where there is no door at all.' },
      },
      judge: (view, say) => {
        const verdict = answer({ place: view.one('self/place') });
        return verdict.kind === 'problem' ? { ...verdict, title: say('locked') } : verdict;
      },
    }),
  );
}

const NOTHING = { id: '', args: {}, en: '' };
const open = answering(() => cannotTell(NOTHING, [{ need: 'kubelet/http' }]));
const LOOKED = fact('self/place', {} as never);

const statement = (change: Partial<Statement> = {}): Statement => ({
  log: '/var/log/datadog/agent.log',
  speaker: 'node-agent',
  server: 'kubelet',
  side: 'client',
  causes: [{ cause: 'door-locked', certainty: 'suspected' }],
  count: 1,
  sample: 'ERROR locked',
  rests: 'locked',
  lasts: true,
  isHistory: false,
  ...change,
});
const said = (change: Partial<Statement> = {}): AnyFact => fact('self/said', statement(change), JSON.stringify(change));

function verdictOf(check: Check, ...facts: AnyFact[]): Verdict {
  const [judged] = judge([LOOKED, ...facts], [check]);
  assert.ok(judged && judged.verdict.kind !== 'crashed', JSON.stringify(judged?.verdict));
  return judged.verdict;
}

const PROVEN = [{ cause: 'door-locked', certainty: 'proven' as const }];
const EITHER = [
  ...PROVEN.map(({ cause }) => ({ cause, certainty: 'suspected' as const })),
  { cause: 'door-gone', certainty: 'suspected' as const },
];

describe('where nothing else decides', () => {
  const rows: [what: string, said: Partial<Statement>, expect: 'proven' | 'suspected' | 'open'][] = [
    ['one line is a suspicion', {}, 'suspected'],
    ['the same line up to the end is a proof', { count: 3 }, 'proven'],
    ['lines that stopped long before the end are a suspicion', { count: 3, lasts: false }, 'suspected'],
    ['lines that may mean another thing are a suspicion', { count: 3, causes: EITHER }, 'suspected'],
    ["a refusal's own words are a proof", { causes: [...PROVEN, ...EITHER.slice(1)] }, 'proven'],
    ['what a server says of those who ask it is a suspicion', { count: 3, side: 'server' }, 'suspected'],
    ['what another client met is a suspicion', { count: 3, speaker: 'metrics-server' }, 'suspected'],
    ['what is over is nothing', { count: 3, isHistory: true, lasts: false }, 'open'],
    ['what only wraps another error is nothing', { causes: [] }, 'open'],
    ["another question's cause is nothing", { causes: [{ cause: 'window-broken', certainty: 'proven' }] }, 'open'],
    ['what is said first counts', { causes: [{ cause: 'window-broken', certainty: 'proven' }, ...EITHER] }, 'open'],
  ];
  for (const [what, change, expect] of rows)
    it(what, () => {
      const verdict = verdictOf(open, said(change));
      if (expect === 'open') return assert.equal(verdict.kind, 'cannot-tell');
      assert.ok(verdict.kind === 'problem');
      assert.deepEqual([verdict.cause, verdict.certainty], ['door-locked', expect]);
      assert.deepEqual([verdict.title.en, verdict.severity], ['Log shows: door locked', 'blocks']);
      assert.deepEqual(verdict.wants, [{ need: 'kubelet/http' }], 'what would decide is asked for all the same');
      assert.deepEqual(
        verdict.witnesses?.map(({ need }) => need),
        expect === 'proven' ? ['self/said'] : undefined,
      );
    });

  it('quotes how often and until when', () => {
    const seen = (change: Partial<Statement>) => {
      const verdict = verdictOf(open, said(change));
      return verdict.kind === 'problem' ? verdict.evidence.map(({ saw }) => saw.en) : [];
    };
    assert.deepEqual(seen({}), ['/var/log/datadog/agent.log: …locked']);
    assert.deepEqual(seen({ last: '10:00' }), ['/var/log/datadog/agent.log: …locked (at 10:00)']);
    assert.deepEqual(seen({ count: 2 }), ['/var/log/datadog/agent.log: …locked (2 times)']);
    assert.deepEqual(seen({ count: 2, last: '10:00' }), ['/var/log/datadog/agent.log: …locked (2 times, the last at 10:00)']);
  });

  it("takes the act from the cause's own fix where that begins with one", () => {
    const acts = ['door-locked', 'door-gone'].map((cause) => {
      const verdict = verdictOf(open, said({ causes: [{ cause, certainty: 'suspected' }] }));
      return verdict.kind === 'problem' ? verdict.fixes.map(({ action, steps }) => `${action.en} | ${steps}`) : [];
    });
    assert.deepEqual(acts, [
      ['Open the door | kubelet-doctor explain door-locked'],
      ['Follow kubelet-doctor explain door-gone | undefined'],
    ]);
  });

  it('what no one looked at is as open', () => {
    assert.equal(
      verdictOf(
        answering(() => notApplicable(NOTHING)),
        said(),
      ).kind,
      'problem',
    );
    assert.equal(
      verdictOf(
        answering(({ place }) => notApplicable(NOTHING, place as never)),
        said(),
      ).kind,
      'not-applicable',
    );
  });
});

describe('where other facts decide', () => {
  it('a pass stands: a log tells of a time that may be over', () => {
    assert.equal(
      verdictOf(
        answering(({ place }) => pass(place as never)),
        said({ count: 9, causes: PROVEN }),
      ).kind,
      'pass',
    );
  });

  const about = { title: NOTHING, evidence: [], fixes: [] };
  it('the same cause has one more piece of evidence', () => {
    const check = answering(({ place }) => problem('door-locked', { ...about, proof: inTheirWords(place) }));
    const verdict = verdictOf(check, said());
    assert.ok(verdict.kind === 'problem');
    assert.deepEqual(
      verdict.evidence.map(({ need }) => need),
      ['self/said'],
    );
    assert.deepEqual(
      verdict.witnesses?.map(({ need }) => need),
      ['self/place'],
    );
  });

  it('a suspicion of the same cause is certain where the log is', () => {
    const check = answering(() => problem('door-locked', { ...about, ...suspected(['door-gone']) }));
    const [once, often] = [verdictOf(check, said()), verdictOf(check, said({ causes: PROVEN }))];
    assert.ok(once.kind === 'problem' && often.kind === 'problem');
    assert.deepEqual([once.certainty, once.alternatives], ['suspected', ['door-gone']]);
    assert.deepEqual(
      [often.certainty, often.alternatives, often.witnesses?.length, often.title.en],
      ['proven', undefined, 1, 'The door is locked'],
    );
  });

  it('another cause stands as it was', () => {
    const check = answering(({ place }) => problem('door-gone', { ...about, proof: inTheirWords(place) }));
    assert.deepEqual(verdictOf(check, said()), verdictOf(check));
  });
});

describe('every check', () => {
  it('hears', () =>
    assert.deepEqual(
      CHECKS.filter(({ needs }) => !needs.includes('self/said')).map(({ question }) => question),
      [],
    ));

  it('says what a log can say of it in a title that fits', () => {
    const causes = FRAGMENTS.flatMap(({ means }) =>
      'causes' in means ? means.causes : 'by' in means ? Object.values(means.by).flat() : [],
    );
    for (const { cause, docs } of knownCauses().filter((each) => causes.includes(each.cause)))
      assert.ok(`Log shows: ${docs.title}`.length <= 68, `${cause}: ${docs.title}`);
  });

  it('answers the same where no log is', () => {
    for (const { verdict } of judge([], CHECKS)) assert.doesNotMatch(JSON.stringify(verdict), /said\./);
  });
});
