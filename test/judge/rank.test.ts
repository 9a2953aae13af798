import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHECKS } from '../../src/checks/index.js';
import { flatten, inOrder, type Judged, rank } from '../../src/judge/rank.js';
import { type Fix, type HowSure, LAYERS, type Layer, type Problem, SEVERITIES, type Stated } from '../../src/model/check.js';
import type { Target } from '../../src/model/facts.js';
import type { Finding } from '../../src/model/report.js';
import { PROVEN } from '../support/certainty.js';
import { seeded } from '../support/random.js';
import { shuffled, someDeclarations, someProblems } from './generate.js';

const NOTHING = () => [];

function judged(cause: string, target: Target, layer: Layer, rest: Partial<Stated & HowSure> = {}): Judged {
  const problem: Problem = {
    kind: 'problem',
    cause,
    severity: 'blocks',
    ...PROVEN,
    title: { id: cause, args: {}, en: cause },
    features: [],
    evidence: [],
    fixes: [],
    ...rest,
  } as Problem;
  return { question: 'q', target, layer, problem };
}

/** `a(b c)` : a with its consequences b and c. */
function shape(findings: readonly Finding[]): string {
  return findings.map((each) => each.cause + (each.consequences.length ? `(${shape(each.consequences)})` : '')).join(' ');
}

describe('rank: the order', () => {
  const table: [string, Judged[], string][] = [
    ['severity first', [judged('a', 'kubelet', 'settings', { severity: 'risk' }), judged('b', 'kubelet', 'payload')], 'b a'],
    [
      'what would block, though it is only suspected, before what is certain and degrades',
      [judged('a', 'self', 'settings', { severity: 'degrades' }), judged('b', 'kubelet', 'authz', { certainty: 'suspected' })],
      'b a',
    ],
    ['proven before suspected', [judged('a', 'kubelet', 'settings', { certainty: 'suspected' }), judged('b', 'apiserver', 'tls')], 'b a'],
    ['lowest layer', [judged('a', 'kubelet', 'tls'), judged('b', 'apiserver', 'tcp')], 'b a'],
    [
      'what blocks now, before what is certain and waits behind it',
      [judged('a', 'kubelet', 'authz', { observedAt: 'apiserver' }), judged('b', 'kubelet', 'tcp', { certainty: 'suspected' })],
      'b a',
    ],
    [
      'nothing waits behind another server',
      [judged('a', 'kubelet', 'authz'), judged('b', 'apiserver', 'tcp', { certainty: 'suspected' })],
      'a b',
    ],
    [
      'nothing waits behind what only degrades',
      [
        judged('a', 'kubelet', 'authz', { severity: 'degrades', observedAt: 'apiserver' }),
        judged('b', 'kubelet', 'tcp', { severity: 'degrades', certainty: 'suspected' }),
      ],
      'a b',
    ],
    [
      'nor behind settings, which are no connection',
      [judged('a', 'kubelet', 'authz'), judged('b', 'kubelet', 'settings', { certainty: 'suspected' })],
      'a b',
    ],
    [
      'an answer that was read does not wait behind a right for another',
      [judged('a', 'kubelet', 'payload', { observedAt: 'apiserver' }), judged('b', 'kubelet', 'authz', { certainty: 'suspected' })],
      'a b',
    ],
    [
      'more features lost',
      [judged('a', 'kubelet', 'tls', { features: ['x'] }), judged('b', 'apiserver', 'tls', { features: ['x', 'y'] })],
      'b a',
    ],
    ['then the id', [judged('b', 'apiserver', 'tls'), judged('a', 'kubelet', 'tls')], 'a b'],
    ['then the target', [judged('a', 'kubelet', 'tls'), judged('a', 'apiserver', 'tls', { features: [] })], 'a a'],
  ];
  for (const [title, problems, expected] of table) it(title, () => assert.equal(shape(rank(problems, NOTHING)), expected));

  for (const { question, target, layer } of CHECKS.filter((check) => check.question.startsWith('named-')))
    it(`${question}: a name that does not exist goes before all of its severity`, () => {
      const named: Judged = { ...judged('z', target, layer), question };
      const doubted: Judged = { ...judged('z', target, layer, { certainty: 'suspected' }), question };
      const others = [
        judged('a', 'self', 'settings', { features: ['x', 'y'] }),
        judged('a', 'kubelet', 'proxy', { features: ['x', 'y'] }),
        judged('a', 'apiserver', 'settings', { features: ['x', 'y'] }),
      ];
      for (const other of others) {
        assert.equal(shape(rank([other, named], NOTHING)), 'z a');
        assert.equal(shape(rank([named, other], NOTHING)), 'z a');
        assert.equal(shape(rank([doubted, other], NOTHING)), 'z a');
      }
      assert.ok(rank([named], NOTHING)[0]?.rankedBy.includes('a name that does not exist'));
      const mild: Judged = { ...judged('z', target, layer, { severity: 'degrades' }), question };
      assert.equal(shape(rank([mild, judged('a', 'kubelet', 'payload')], NOTHING)), 'a z');
    });

  it('what is wrong beside stands behind every cause by which another server answers', () => {
    const strangers = CHECKS.flatMap(({ causes, target, layer, question }) =>
      Object.entries(causes).flatMap(([cause, { stranger }]) =>
        stranger ? [{ ...judged(cause, target, layer, { certainty: 'suspected' }), question }] : [],
      ),
    );
    assert.ok(strangers.length > 1);
    const beside = [
      judged('a', 'kubelet', 'authz', { features: ['x', 'y'] }),
      judged('a', 'self', 'settings', { features: ['x', 'y'] }),
      judged('a', 'apiserver', 'authn', { features: ['x', 'y'] }),
    ];
    for (const stranger of strangers)
      for (const other of beside) {
        // Behind it or below it: on one connection what is wrong with the answers follows from it.
        const [first, second] = flatten(rank([other, stranger], NOTHING));
        assert.deepEqual([first?.cause, second?.cause], [stranger.problem.cause, 'a']);
        assert.ok(first?.rankedBy.includes('another server than was meant'));
        assert.ok(!second?.rankedBy.includes('another server than was meant'));
      }
  });

  it('which server answers does not follow from what is wrong with its answers', () => {
    const strangers = CHECKS.flatMap(({ causes, target, layer, question }) =>
      Object.entries(causes).flatMap(([cause, { stranger }]) => (stranger ? [{ ...judged(cause, target, layer), question }] : [])),
    );
    for (const stranger of strangers) {
      const certificate = judged('certificate', 'kubelet', 'tls');
      const ranked = rank([certificate, stranger], (cause) => (cause === 'certificate' ? [stranger.problem.cause] : []));
      assert.equal(shape(ranked), `${stranger.problem.cause}(certificate)`);
      const elsewhere = judged('elsewhere', 'apiserver', 'authn', { features: ['x', 'y'] });
      assert.equal(shape(rank([elsewhere, stranger], NOTHING)), `${stranger.problem.cause} elsewhere`);
    }
  });

  it('what a certificate alone says that nobody vouches for neither goes before that fault nor explains it', () => {
    const cause = 'kubelet-host-not-a-node';
    for (const fault of ['kubelet-certificate-self-signed', 'kubelet-certificate-unknown-authority']) {
      const doubt = judged(cause, 'kubelet', 'settings', { certainty: 'suspected', witnesses: undefined, alternatives: [fault] });
      const sure = judged(fault, 'kubelet', 'tls');
      assert.equal(shape(rank([doubt, sure], NOTHING)), `${fault} ${cause}`);
      assert.equal(shape(rank([doubt, sure], (each) => (each === fault ? [cause] : []))), `${fault} ${cause}`);
      const other = { ...doubt, problem: { ...doubt.problem, alternatives: ['kubelet-certificate-name-mismatch'] } } as Judged;
      for (const named of [sure, judged('kubelet-certificate-name-mismatch', 'kubelet', 'tls')])
        assert.equal(shape(rank([other, named], NOTHING)), `${cause} ${named.problem.cause}`);
    }
  });

  it('a cause is as severe as the worst that follows from it', () => {
    const clock = judged('clock', 'self', 'settings', { severity: 'degrades' });
    const other = judged('other', 'kubelet', 'payload', { certainty: 'suspected' });
    const token = judged('token', 'apiserver', 'authn');
    const ranked = rank([other, token, clock], (cause) => (cause === 'token' ? ['clock'] : []));
    assert.equal(shape(ranked), 'clock(token) other');
    assert.ok(ranked[0]?.rankedBy.includes('blocks (through a consequence)'));
  });
});

describe('rank: cause and consequence', () => {
  const table: [string, Judged[], Record<string, string[]>, string][] = [
    [
      'inside one connection, the nearest lower layer',
      ['tcp', 'tls', 'authn'].map((l) => judged(l, 'kubelet', l as Layer)),
      {},
      'tcp(tls(authn))',
    ],
    [
      'what was read passed authorization: its faults do not follow from another path that is forbidden',
      [judged('a', 'kubelet', 'authz'), judged('b', 'kubelet', 'payload')],
      {},
      'a b',
    ],
    ['not across targets', [judged('a', 'apiserver', 'tcp'), judged('b', 'kubelet', 'tls')], {}, 'a b'],
    [
      'by where it was seen, not what it is about',
      [judged('a', 'kubelet', 'tls'), judged('b', 'kubelet', 'authz', { observedAt: 'apiserver' })],
      {},
      'a b',
    ],
    [
      'a lower layer that only degrades explains nothing',
      [judged('a', 'kubelet', 'tcp', { severity: 'degrades' }), judged('b', 'kubelet', 'tls')],
      {},
      'b a',
    ],
    ['settings explain only by declaration', [judged('a', 'kubelet', 'settings'), judged('b', 'kubelet', 'tls')], {}, 'a b'],
    ['declared settings', [judged('a', 'self', 'settings'), judged('b', 'kubelet', 'tls')], { b: ['a'] }, 'a(b)'],
    [
      'a risk explains nothing',
      [judged('a', 'self', 'settings', { severity: 'risk' }), judged('b', 'kubelet', 'tls')],
      { b: ['a'] },
      'b a',
    ],
    [
      'a risk above what fails is no consequence',
      [judged('a', 'kubelet', 'tcp'), judged('b', 'kubelet', 'authz', { severity: 'risk' })],
      {},
      'a b',
    ],
    [
      'declared before implied',
      [judged('c', 'kubelet', 'tcp'), judged('a', 'apiserver', 'tcp'), judged('b', 'kubelet', 'authn')],
      { b: ['a'] },
      'a(b) c',
    ],
    [
      'proven before suspected',
      [
        judged('p', 'apiserver', 'dns'),
        judged('s', 'apiserver', 'tcp', { certainty: 'suspected', observedAt: 'self' }),
        judged('b', 'kubelet', 'authn'),
      ],
      { b: ['p', 's'] },
      'p(b) s',
    ],
    ['absent declared causes do not matter', [judged('b', 'kubelet', 'tls')], { b: ['a'] }, 'b'],
    [
      'a circle is broken, the best-ranked is the root',
      [judged('a', 'self', 'settings'), judged('b', 'kubelet', 'tls')],
      { a: ['b'], b: ['a'] },
      'a(b)',
    ],
    ['a circle of a declared and an implied link', [judged('a', 'kubelet', 'tcp'), judged('b', 'kubelet', 'authn')], { a: ['b'] }, 'a(b)'],
    ['no cause explains itself', [judged('a', 'kubelet', 'tls'), judged('a', 'apiserver', 'tls')], { a: ['a'] }, 'a a'],
  ];
  for (const [title, problems, declared, expected] of table) {
    it(title, () => assert.equal(shape(rank(problems, (cause) => declared[cause] ?? [])), expected));
  }

  it('says what waits', () => {
    const upper = judged('a', 'kubelet', 'authz', { observedAt: 'apiserver' });
    const risk = judged('c', 'kubelet', 'authz', { severity: 'risk', observedAt: 'apiserver' });
    const ranked = rank([upper, judged('b', 'kubelet', 'tcp'), risk], NOTHING);
    assert.deepEqual(
      ranked.map(({ rankedBy }) => rankedBy.includes('waits behind another')),
      [false, true, false],
    );
  });

  it('on other nodes nothing waits', () => {
    const [upper, lower] = rank(
      [judged('a', 'kubelet', 'authz', { observedAt: 'apiserver' }), judged('b', 'kubelet', 'tcp', { certainty: 'suspected' })],
      NOTHING,
    ).reverse();
    const on = (finding: Finding | undefined, ...nodes: string[]) =>
      ({ ...finding, seen: { nodes, of: 3, vantages: [] } }) as unknown as Finding;
    assert.equal(shape(inOrder([on(upper, 'n1'), on(lower, 'n1', 'n2')])), 'b a');
    assert.equal(shape(inOrder([on(upper, 'n1', 'n3'), on(lower, 'n1', 'n2')])), 'a b');
  });

  it('says why', () => {
    const [root] = rank([judged('a', 'kubelet', 'tcp', { features: ['x'] }), judged('b', 'kubelet', 'authn')], NOTHING);
    assert.deepEqual(root?.rankedBy, ['root', 'blocks', 'here', 'proven', 'layer tcp', '1 feature lost', 'a', 'kubelet']);
    assert.equal(root?.consequences[0]?.rankedBy[0], 'consequence of a (same connection)');
  });
});

describe('rank: what a finding carries', () => {
  it('witnesses, look-alikes, what decides once each; nothing where a check says nothing', () => {
    const wants = [
      { need: 'kubelet/tcp', elsewhere: 'look' },
      { need: 'kubelet/tls' },
      { need: 'kubelet/dns', elsewhere: 'look' },
    ] as const;
    const [sure] = rank([judged('a', 'kubelet', 'tls', { wants: [...wants] })], NOTHING);
    assert.deepEqual(sure?.witnesses, [{ need: 'self/settings', subject: '' }]);
    assert.deepEqual(sure?.alternatives, []);
    assert.deepEqual(sure?.decide, ['look']);
    const [plain] = rank([judged('a', 'kubelet', 'tls', { certainty: 'suspected', witnesses: undefined, alternatives: ['b'] })], NOTHING);
    assert.ok(plain && !('witnesses' in plain));
    assert.deepEqual([plain.decide, plain.alternatives], [[], ['b']]);
  });

  it('the key names each step, in the number of what is lost', () => {
    const [two] = rank([judged('a', 'kubelet', 'tls', { features: ['x', 'y'] })], NOTHING);
    assert.deepEqual(two?.rankedBy, ['root', 'blocks', 'here', 'proven', 'layer tls', '2 features lost', 'a', 'kubelet']);
    const [far] = rank([judged('a', 'node-2' as Target, 'tls')], NOTHING);
    assert.ok(far?.rankedBy.includes('elsewhere'));
  });

  it('here before elsewhere, either way they come', () => {
    const [near, far] = [judged('z', 'kubelet', 'tls'), judged('a', 'node-2' as Target, 'tcp')];
    assert.equal(shape(rank([near, far], NOTHING)), 'z a');
    assert.equal(shape(rank([far, near], NOTHING)), 'z a');
  });

  it('of a merged report what more nodes have, either way they come', () => {
    const on = (cause: string, ...nodes: string[]): Finding =>
      ({ ...rank([judged(cause, 'kubelet', 'tls')], NOTHING)[0], seen: { nodes, of: 9, vantages: [] } }) as unknown as Finding;
    const [few, many] = [on('a', 'n1'), on('b', 'n1', 'n2')];
    assert.equal(shape(inOrder([few, many])), 'b a');
    assert.equal(shape(inOrder([many, few])), 'b a');
  });

  it('the nearest cause: declared before implied, then proven, then the highest layer, either way they come', () => {
    const upper = judged('u', 'kubelet', 'payload');
    const [low, high] = [judged('l', 'kubelet', 'dns'), judged('h', 'kubelet', 'tls')];
    const doubted = judged('d', 'self', 'settings', { certainty: 'suspected' });
    const certain = judged('p', 'self', 'settings');
    for (const flip of [false, true]) {
      const inTurn = (...all: Judged[]) => (flip ? [...all].reverse() : all);
      assert.equal(shape(rank(inTurn(upper, low, high), NOTHING)), 'l(h(u))');
      assert.equal(shape(rank(inTurn(upper, high, certain), (cause) => (cause === 'u' ? ['p'] : []))), 'p(u) h');
      assert.equal(shape(rank(inTurn(upper, certain, doubted), (cause) => (cause === 'u' ? ['p', 'd'] : []))), 'p(u) d');
    }
  });

  it('the lowest layer of a connection counts, and payload waits for all but a right', () => {
    assert.equal(shape(rank([judged('a', 'kubelet', 'proxy'), judged('b', 'kubelet', 'tcp')], NOTHING)), 'a(b)');
    assert.equal(shape(rank([judged('a', 'kubelet', 'authz'), judged('b', 'kubelet', 'payload')], NOTHING)), 'a b');
    assert.equal(shape(rank([judged('a', 'kubelet', 'authn'), judged('b', 'kubelet', 'payload')], NOTHING)), 'a(b)');
    assert.equal(shape(rank([judged('a', 'kubelet', 'authn'), judged('b', 'kubelet', 'authz')], NOTHING)), 'a(b)');
  });

  it('a security change never stands before another way', () => {
    const fix = (changes: Fix['changes']): Fix => ({ owner: 'agent', changes, action: { id: '', args: {}, en: changes } });
    const [finding] = rank([judged('a', 'kubelet', 'tls', { fixes: [fix('security'), fix('restart'), fix('config')] })], NOTHING);
    assert.deepEqual(
      finding?.fixes.map((each) => each.changes),
      ['restart', 'config', 'security'],
    );
  });

  it('nor does what deletes', () => {
    const fix = (changes: Fix['changes']): Fix => ({ owner: 'agent', changes, action: { id: '', args: {}, en: changes } });
    const [finding] = rank([judged('a', 'kubelet', 'tls', { fixes: [fix('deletes'), fix('nothing')] })], NOTHING);
    assert.deepEqual(
      finding?.fixes.map((each) => each.changes),
      ['nothing', 'deletes'],
    );
  });

  it('a problem names its own reason too, where that is present and fails', () => {
    const [reason, mild] = [judged('a', 'self', 'settings'), judged('a', 'self', 'settings', { severity: 'note' })];
    const follows = judged('b', 'kubelet', 'tls', { explainedBy: ['a', 'b'] });
    assert.equal(shape(rank([follows, reason], NOTHING)), 'a(b)');
    assert.equal(shape(rank([follows, mild], NOTHING)), 'b a');
    assert.equal(shape(rank([follows], NOTHING)), 'b');
  });

  it('deciding commands once each', () => {
    const wants = [{ need: 'kubelet/tcp', elsewhere: 'x' }, { need: 'kubelet/tls' }, { need: 'kubelet/dns', elsewhere: 'x' }] as const;
    const [finding] = rank([judged('a', 'kubelet', 'tls', { wants: [...wants] })], NOTHING);
    assert.deepEqual(finding?.decide, ['x']);
  });
});

/** A judged problem and a finding, by all that says which it is. */
function identity(
  each: { cause: string; severity: string; certainty: string; title: { en: string }; features: string[] },
  at: Judged | Finding,
): string {
  return JSON.stringify([at.question, at.target, at.layer, each.cause, each.severity, each.certainty, each.title.en, each.features]);
}

describe('rank: properties of 500 generated inputs', () => {
  const cases = Array.from({ length: 500 }, (_, seed) => {
    const random = seeded(seed);
    const problems = someProblems(random);
    const declared = someDeclarations(random);
    return { random, problems, declared, ranked: rank(problems, declared) };
  });

  it('findings in = findings out', () => {
    for (const { problems, ranked } of cases) {
      assert.deepEqual(
        flatten(ranked)
          .map((each) => identity(each, each))
          .sort(),
        problems.map((each) => identity(each.problem, each)).sort(),
      );
    }
  });

  it('the order does not depend on the order of the input', () => {
    for (const { random, problems, declared, ranked } of cases) {
      for (let turn = 0; turn < 3; turn++) assert.deepEqual(rank(shuffled(random, problems), declared), ranked);
    }
  });

  it('no circle, no sharing: every finding stands in one place', () => {
    for (const { problems, ranked } of cases) {
      assert.equal(new Set(flatten(ranked)).size, problems.length);
      JSON.stringify(ranked);
    }
  });

  it('every link is declared or inside one connection, and from a failure', () => {
    for (const { declared, ranked } of cases) {
      for (const cause of flatten(ranked)) {
        for (const each of cause.consequences) {
          assert.ok(cause.severity === 'blocks' || cause.severity === 'degrades');
          assert.ok(
            declared(each.cause).includes(cause.cause) ||
              (cause.severity === 'blocks' && LAYERS.indexOf(cause.layer) < LAYERS.indexOf(each.layer)),
          );
        }
      }
    }
  });

  it('no consequence above its cause; roots by the worst that hangs on them', () => {
    const worst = (finding: Finding) => Math.min(...flatten([finding]).map((each) => SEVERITIES.indexOf(each.severity)));
    for (const { ranked } of cases) {
      const order = flatten(ranked);
      for (const cause of order) for (const each of cause.consequences) assert.ok(order.indexOf(cause) < order.indexOf(each));
      for (const siblings of [ranked, ...order.map((each) => each.consequences)]) {
        const severities = siblings.map(worst);
        assert.deepEqual(severities, [...severities].sort());
      }
    }
  });

  it('its input stays as it was', () => {
    for (const { problems, declared } of cases.slice(0, 50)) {
      const before = JSON.stringify(problems);
      rank(problems, declared);
      assert.equal(JSON.stringify(problems), before);
    }
  });
});
