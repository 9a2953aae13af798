/** What the judge itself does, whatever is judged: a check that breaks, what it may read, what it says, what stays open. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isMeant, judge, sayFor, viewFor, wantsOf } from '../../src/judge/judge.js';
import { type Check, defineCheck, type Fix, type Message, type Verdict, type Want } from '../../src/model/check.js';
import type { AnyFact } from '../../src/model/facts.js';
import { PROVEN } from '../support/certainty.js';

const SAID = { id: 'asked.plain', args: {}, en: 'plain' };

function checkThat(
  judges: (view: Parameters<Check['judge']>[0], say: Parameters<Check['judge']>[1]) => Verdict,
  question = 'asked',
): Check {
  return defineCheck({
    question,
    asks: 'Is it?',
    target: 'kubelet',
    layer: 'tcp',
    required: true,
    needs: ['kubelet/tcp', 'kubelet/tls'],
    words: { plain: 'plain', act: 'Restart {what}', both: '{a} and {b}, {a}' },
    causes: {},
    judge: judges as never,
  } as never);
}

const tcp = (subject: string): AnyFact =>
  ({
    kind: 'tcp',
    target: 'kubelet',
    subject,
    startedMs: 0,
    outcome: { status: 'failed', code: 'ETIMEDOUT', detail: '', ms: 1 },
  }) as AnyFact;

const fix = (what: string): Fix => ({
  owner: 'node',
  changes: 'nothing',
  action: { id: 'asked.act', args: { what }, en: `Restart ${what}` },
});
const problemWith = (...fixes: Fix[]): Verdict =>
  ({ kind: 'problem', cause: 'c', severity: 'blocks', ...PROVEN, title: SAID, features: [], evidence: [], fixes }) as Verdict;
const verdictOf = (check: Check, facts: AnyFact[] = []) => judge(facts, [check])[0]?.verdict;

describe('judge', () => {
  it('a check that throws is seen, and the others go on', () => {
    const breaks = checkThat(() => {
      throw new Error('out of order');
    });
    const odd = checkThat(() => {
      throw 'a word';
    });
    const fine = checkThat(() => ({ kind: 'cannot-tell', why: SAID, wants: [] }));
    const judged = judge([], [breaks, odd, fine]);
    assert.deepEqual(judged[0]?.verdict, { kind: 'crashed', error: 'out of order' });
    assert.deepEqual(judged[1]?.verdict, { kind: 'crashed', error: 'a word' });
    assert.equal(judged[2]?.verdict.kind, 'cannot-tell');
    assert.equal(judged[2]?.check, fine);
  });

  it('facts are read in the order of their subjects, whatever order they came in', () => {
    const seen: string[][] = [];
    const check = checkThat((view) => {
      seen.push(view.all('kubelet/tcp').map(({ subject }) => subject));
      return { kind: 'cannot-tell', why: SAID, wants: [] };
    });
    judge([tcp('b'), tcp('c'), tcp('a')], [check]);
    judge([tcp('c'), tcp('a'), tcp('b')], [check]);
    assert.deepEqual(seen, [
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
  });

  it('a view holds what was declared, and nothing else; what is not there was not attempted', () => {
    const read: string[] = [];
    const view = viewFor(
      checkThat(() => problemWith()),
      [tcp('a'), tcp('b')],
      (need) => void read.push(need),
    );
    assert.equal(view.one('kubelet/tcp', 'b').subject, 'b');
    assert.equal(view.one('kubelet/tcp').subject, 'a');
    assert.deepEqual(view.one('kubelet/tls', 'x'), {
      target: 'kubelet',
      kind: 'tls',
      subject: 'x',
      outcome: { status: 'absent', why: 'not-attempted' },
    });
    assert.deepEqual(view.one('kubelet/tls').subject, '');
    assert.deepEqual(view.all('kubelet/tls'), []);
    assert.throws(() => view.all('apiserver/tcp'), /^Error: asked reads apiserver\/tcp without declaring it$/);
    assert.deepEqual(read, ['kubelet/tcp', 'kubelet/tcp', 'kubelet/tls', 'kubelet/tls', 'kubelet/tls']);
    assert.doesNotThrow(() =>
      viewFor(
        checkThat(() => problemWith()),
        [],
      ).all('kubelet/tcp'),
    );
    view.all('kubelet/tcp').pop();
    assert.equal(view.all('kubelet/tcp').length, 2, 'a check changes nothing that others read');
  });

  it('a value that a shell could read as more than words stands in no act', () => {
    const acts = (verdict: ReturnType<typeof verdictOf>) => (verdict?.kind === 'problem' ? verdict.fixes.map(({ action }) => action) : []);
    const hostile = acts(verdictOf(checkThat(() => problemWith(fix('n1; reboot'), fix('n2')))));
    assert.deepEqual(hostile, [
      { id: 'asked.act', args: { what: '…' }, en: 'Restart …' },
      { id: 'asked.act', args: { what: 'n2' }, en: 'Restart n2' },
    ]);
    const given = problemWith(fix('n1'));
    assert.equal(verdictOf(checkThat(() => given)), given, 'as it is where nothing is meant');
    const open: Verdict = { kind: 'cannot-tell', why: SAID, wants: [] };
    assert.equal(verdictOf(checkThat(() => open)), open);
    assert.equal(verdictOf(checkThat(() => problemWith()))?.kind, 'problem');
  });

  it('is meant: what a shell reads, what ends a line, and no name or list', () => {
    for (const text of [
      'a|b',
      'a;b',
      'a&b',
      'a$b',
      'a`b',
      'a<b',
      'a>b',
      'a\\b',
      'a\nb',
      'a\u0000b',
      'a\u007fb',
      'a\u009fb',
      'a\u2028b',
      'a\u2029b',
    ])
      assert.ok(isMeant(text), JSON.stringify(text));
    for (const text of ['n1', '10.0.0.1:10250', '[::1]:10250', 'a, b and c', "it's", 'ü', 7]) assert.ok(!isMeant(text), String(text));
  });

  it('words are filled whole, or not at all', () => {
    type Loosely = (key: string, args?: Message['args']) => Message;
    const saying = (words: Record<string, string>) => sayFor({ question: 'q', words }) as unknown as Loosely;
    const say = saying({ both: '{a} and {b}, {a}' });
    assert.deepEqual(say('both', { a: 1, b: 'two' }), { id: 'q.both', args: { a: 1, b: 'two' }, en: '1 and two, 1' });
    assert.throws(() => say('both', { a: 1 }), /^Error: q\.both lacks \{b\}$/);
    assert.throws(() => say('none'), /^Error: q has no words for none$/);
    assert.deepEqual(saying({ plain: 'as it is' })('plain'), {
      id: 'q.plain',
      args: {},
      en: 'as it is',
    });
    assert.equal(saying({ long: '{name}!' })('long', { name: 'abc' }).en, 'abc!');
  });

  it('what is wanted is asked for once, of open questions and of suspicions, in a stable order', () => {
    const want = (need: Want['need'], subject?: string): Want => ({ need, ...(subject !== undefined && { subject }) });
    const open = checkThat(() => ({ kind: 'cannot-tell', why: SAID, wants: [want('kubelet/tcp', 'a'), want('kubelet/tls')] }));
    const suspects = checkThat(
      () => ({ ...problemWith(), wants: [want('kubelet/tcp', 'a'), want('kubelet/tcp', 'b'), want('kubelet/tcp')] }) as Verdict,
    );
    const sure = checkThat(() => problemWith());
    const passes = checkThat(() => ({ kind: 'pass', on: [] }));
    assert.deepEqual(wantsOf(judge([], [passes, sure, open, suspects])), [
      want('kubelet/tcp', 'a'),
      want('kubelet/tls'),
      want('kubelet/tcp', 'b'),
      want('kubelet/tcp'),
    ]);
    const elsewhere: Want = { ...want('kubelet/tcp', 'a'), elsewhere: 'a command' };
    const twice = checkThat(() => ({ kind: 'cannot-tell', why: SAID, wants: [elsewhere] }));
    assert.deepEqual(wantsOf(judge([], [twice, open])), [elsewhere, want('kubelet/tls')]);
  });

  it('nothing is well, and nothing else the reason, by the answers of a server that is not the one that was meant', () => {
    const about = (layer: Check['layer'], verdict: Verdict, more: Partial<Check> = {}): Check => ({
      ...checkThat(() => verdict),
      layer,
      ...more,
    });
    const pass: Verdict = { kind: 'pass', on: [] };
    const open: Verdict = { kind: 'not-applicable', why: SAID, on: [] };
    const byKubelet = { ...problemWith(), witnesses: [{ need: 'kubelet/http', subject: '/pods' }] } as unknown as Verdict;
    const whose = about('settings', problemWith(), { causes: { c: { stranger: 'kubelet' } } as unknown as Check['causes'] });
    const too = about('payload', problemWith(), { causes: whose.causes });
    const told = judge(
      [],
      [
        whose,
        too,
        about('tcp', pass),
        about('tls', pass),
        about('authn', pass),
        about('payload', pass),
        about('authz', pass, { target: 'apiserver' }),
        about('authz', byKubelet),
        about('payload', open),
        about('authz', problemWith()),
      ],
    ).map(({ verdict }) => verdict);
    const [first, second, ...others] = told;
    assert.deepEqual([first, second], [problemWith(), problemWith()]);
    assert.deepEqual(
      others.map(({ kind }) => kind),
      ['pass', 'cannot-tell', 'cannot-tell', 'cannot-tell', 'pass', 'problem', 'not-applicable', 'problem'],
    );
    const [, tls, , , , forbidden, , reviewed] = others;
    assert.ok(tls?.kind === 'cannot-tell' && tls.because === 'c' && tls.why.en.startsWith('not judged'));
    assert.ok(forbidden?.kind === 'problem');
    assert.deepEqual(forbidden.explainedBy, ['c', 'c']);
    assert.ok(reviewed?.kind === 'problem');
    assert.equal(reviewed.explainedBy, undefined, 'the apiserver said so');
    assert.deepEqual(verdictOf(about('tls', pass)), pass, 'without a stranger all stays');
  });
});
