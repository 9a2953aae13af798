/** In another language nothing is English in the tables of `nodes`, `rbac` and `settings`; reports, merged ones and comparisons: test/scenarios. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHECKS } from '../../src/checks/index.js';
import { isWhole, listedOf } from '../../src/checks/placement/shared/counted.js';
import type { NodeRow } from '../../src/checks/placement/shared/coverage.js';
import { judge } from '../../src/judge/judge.js';
import { palette } from '../../src/render/style.js';
import { renderNodes } from '../../src/render/text/nodes.js';
import { renderRights } from '../../src/render/text/rbac.js';
import { settingsLines } from '../../src/render/text/settings.js';
import { conclude } from '../../src/report/conclude.js';
import { counted, dateTime, duration, listed, someOf } from '../../src/words/formats.js';
import { englishIn, inPseudo, valuesOf, wordsLeft } from '../support/pseudo.js';

/** Of no facts at all. */
const NOTHING = conclude({
  judgements: judge([], CHECKS),
  facts: [],
  settings: [],
  startedAt: '2026-11-28T04:31:59.123Z',
  durationMs: 0,
  failOn: 'degrades',
  skip: [],
  only: [],
});
const LOOK = { width: 100, colour: false, verbose: true };
const left = (make: () => string, values: readonly string[]) => [...wordsLeft(inPseudo(make), values)];

describe('the language that is none', () => {
  it('finds English that comes from no table, and leaves the world alone', () => {
    assert.deepEqual(
      left(() => `${counted(2, 'node')}: put together by hand on node-1`, ['node-1']),
      ['put together by hand on'],
    );
  });

  it('leaves no English in lists, counts and times', () => {
    const made = () => [someOf(['a1', 'b1', 'c1', 'd1', 'e1']), listed(['a1', 'b1']), duration(125_000), dateTime(0)].join(' ');
    assert.deepEqual(left(made, []), []);
  });
});

describe('no English outside the tables', () => {
  it('in a report of nothing', () => assert.deepEqual(englishIn(NOTHING), []));

  it('in what nodes prints', () => {
    const pods = [{ namespace: 'ns1', pod: 'p1', ready: true }];
    const states = ['covered', 'missing', 'not-ready', 'condition', 'other', 'refused'] as const;
    const rows = states.map((state, at) => ({ node: `n${at}`, controlPlane: at === 0, state, pods: state === 'covered' ? pods : [] }));
    const given = rows as unknown as NodeRow[];
    const listed = listedOf(given, { complete: true });
    const whole = isWhole(listed) ? listed : assert.fail('read to its end');
    for (const installed of [true, false])
      for (const width of [50, 100])
        assert.deepEqual(
          left(() => renderNodes(NOTHING, [{ rows: given, all: whole, cuts: [], installed }], { ...LOOK, width }), valuesOf(NOTHING)),
          [],
        );
  });

  it('in what rbac prints', () => {
    const need = { feature: 'f1', right: 'r1', verbs: 'v1', required: true, loses: 'l1' };
    const table = {
      user: 'u1',
      by: 'nobody knows',
      profile: 'p1',
      features: [{ feature: 'leader-election', why: 'w1' }],
      off: ['o1'],
      versions: { agent: 'a1', kubernetes: 'k1', kubelet: 'unknown', lock: 'l1' },
      namespace: 'n1',
      unseen: [],
      needs: (['allowed', 'denied', 'unanswered'] as const).map((state) => ({ ...need, state })),
      rows: [],
    };
    for (const by of ['self', 'review', 'impersonation', 'nothing'])
      for (const missing of [true, false])
        assert.deepEqual(
          left(
            () => renderRights(NOTHING, { ...table, by }, { ...LOOK, missing }),
            ['kubelet-doctor rbac --missing --yaml kubectl apply -f -', 'leader-election', ...valuesOf(NOTHING)],
          ),
          [],
        );
  });

  it('in what settings prints', () => {
    const states = ['counts', 'default', 'empty', 'overruled', 'unread'] as const;
    const rows = states.flatMap((state) => ['v1', '', null].map((value) => ({ setting: 's1', value, from: 'f1', state })));
    for (const mounts of [undefined, [], [{ from: '/a', at: '/b' }]])
      for (const install of ['host', 'pod'] as const)
        for (const width of [50, 100])
          assert.deepEqual(
            left(
              () =>
                settingsLines(
                  { agent: 'a1', container: 'c1', install, rows, ...(mounts && { mounts }) } as never,
                  { width, paint: palette(false) },
                  false,
                ).join('\n'),
              [],
            ),
            [],
          );
  });
});
