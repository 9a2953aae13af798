/** Whatever keeps a list from being read to its end: no check of the row counts, says "none", or passes for it, and each says the true reason. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PLACEMENT_CHECKS } from '../../../src/checks/index.js';
import { isWhole, listedOf, ofFirst } from '../../../src/checks/placement/shared/counted.js';
import { sayFor, viewFor } from '../../../src/judge/judge.js';
import type { AnyFact, Need, Outcome } from '../../../src/model/facts.js';
import { fact } from '../facts.js';
import { controlPlane, cutBy, node, placed, taint, workload } from '../placement.js';

/** Every way in which a request for a list ends without the list. */
const REASONS: [string, Outcome<never>, RegExp][] = [
  ['time', { status: 'failed', code: 'ETIMEDOUT', detail: '' }, /did not answer in time/],
  ['budget', { status: 'absent', why: 'budget' }, /time ran out/],
  ['right', { status: 'absent', why: 'no-permission' }, /permission denied \(403\)/],
  ['server', { status: 'failed', code: 'HTTP500', detail: '' }, /the apiserver answered 500/],
  ['overload', { status: 'failed', code: 'HTTP429', detail: '' }, /overloaded \(429\)/],
  ['size', { status: 'failed', code: 'ETOOBIG', detail: '' }, /larger than kubelet-doctor reads/],
  ['expiry', { status: 'failed', code: 'HTTP410', detail: '' }, /expired while it was read/],
  ['cut', { status: 'failed', code: 'ECONNRESET', detail: '' }, /connection was closed/],
  ['other words', { status: 'failed', code: 'ENOTLIST', detail: '' }, /not a list/],
];

/** Clusters with something to find in every row of the table. */
const CLUSTERS = {
  'all well': placed(),
  'a taint': placed({ nodes: [node('n1'), node('n2', { taints: [taint('a')] }), controlPlane()], pods: ['n1'] }),
  'no agent': placed({ pods: [] }),
  'no DaemonSet': placed({ workloads: [] }),
  'for another system': placed({
    nodes: [node('n1', { labels: { 'kubernetes.io/os': 'linux' } })],
    workloads: [workload({ nodeSelector: { 'kubernetes.io/os': 'windows' } })],
    pods: [],
  }),
};

const LISTS = ['workloads', 'nodes', 'agent-pods'] as const;
const ADMITTED = [fact('apiserver/namespace-policy', { namespace: 'datadog', quotas: [] }, 'datadog')];

const without = (facts: AnyFact[], kind: string, outcome: Outcome<never>): AnyFact[] =>
  facts.map((each) => (each.kind === kind ? ({ ...each, outcome } as AnyFact) : each));

function cutShort(facts: AnyFact[], kind: string, code: string): AnyFact[] {
  return facts.map((each) => {
    if (each.kind !== kind || each.outcome.status !== 'observed') return each;
    const data = { ...(each.outcome.data as object), ...(kind === 'workloads' ? {} : { complete: false }), cut: cutBy(code) };
    return { ...each, outcome: { ...each.outcome, data } } as AnyFact;
  });
}

const judged = (facts: AnyFact[]) =>
  PLACEMENT_CHECKS.map((check) => ({ check, verdict: check.judge(viewFor(check, facts), sayFor(check)) }));

/** `2 of 3 nodes`, but not `2 of the first 3 nodes`. */
const OF_ALL = /\b\d+ of \d+ /;

describe('a list that was not read', () => {
  for (const [name, facts] of Object.entries(CLUSTERS))
    for (const kind of LISTS)
      for (const [reason, outcome, words] of REASONS)
        it(`${name}, ${kind}: ${reason}`, () => {
          for (const { check, verdict } of judged(without([...facts, ...ADMITTED], kind, outcome))) {
            const said = JSON.stringify(verdict);
            if (!check.needs.includes(`apiserver/${kind}` as Need)) continue;
            if (kind === 'nodes') assert.doesNotMatch(said, OF_ALL, check.question);
            if (kind === 'agent-pods') assert.doesNotMatch(said, /No agent (pod )?on|matches none/, check.question);
            if (verdict.kind !== 'cannot-tell') continue;
            assert.match(said, words, check.question);
          }
        });
});

describe('a list that was read in part', () => {
  for (const [name, facts] of Object.entries(CLUSTERS))
    for (const kind of LISTS)
      for (const code of ['ETIMEDOUT', 'HTTP500', 'HTTP403', 'ETOOBIG', 'HTTP410', 'ECONNRESET', 'EMORE'])
        it(`${name}, ${kind}: ${code}`, () => {
          for (const { check, verdict } of judged(cutShort([...facts, ...ADMITTED], kind, code))) {
            const said = JSON.stringify(verdict);
            if (!check.needs.includes(`apiserver/${kind}` as Need)) continue;
            if (kind === 'nodes') {
              assert.doesNotMatch(said, OF_ALL, check.question);
              assert.notEqual(verdict.kind, 'pass', check.question);
              assert.doesNotMatch(said, /hidden|has no control-plane|matches none/, check.question);
            }
            if (kind === 'workloads') assert.doesNotMatch(said, /No DaemonSet|does not exist/, check.question);
            if (kind === 'agent-pods') assert.doesNotMatch(said, /No agent pod on|matches none/, check.question);
          }
        });

  it('is no Whole: `of` all of it does not compile', () => {
    const listed = listedOf(['a'], { complete: false });
    assert.ok(!isWhole(listed));
    assert.equal(ofFirst(1, listed, 'node'), '1 of the first 1 node');
    const inBundle = listedOf(['a'], { complete: false, cut: cutBy('ENOTINBUNDLE') });
    assert.ok(!isWhole(inBundle));
    assert.equal(ofFirst(1, inBundle, 'node'), '1 of the 1 node seen');
    // A list may say that it is whole and why it is not: then it is not.
    assert.ok(!isWhole(listedOf([], { complete: true, cut: cutBy('EMORE') })));
  });
});
