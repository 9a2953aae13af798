/** A comparison in words: what is compared is said before what differs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderDiff } from '../../../src/render/text/diff.js';
import type { Comparison } from '../../../src/report/diff.js';

const side = (node: string): Comparison['old'] => ({ startedAt: '2026-06-01T00:00:00Z', version: '1', node, verdict: 'pass', exitCode: 0 });
const told = (old: string, now: string): string => {
  const none = { appeared: [], vanished: [], both: [], answeredNow: [], unansweredNow: [] };
  return renderDiff({ ...none, old: side(old), new: side(now) }, { width: 80, colour: false });
};

describe('the nodes of two reports', () => {
  it('are named where they are two', () => assert.match(told('n1', 'n2'), /^Not the same node: n1 and n2\./m));
  for (const [old, now] of [
    ['n1', 'n1'],
    ['n1', 'n1.example.com'],
    ['', 'n1'],
  ] as const)
    it(`are one, or not known: "${old}" and "${now}"`, () => assert.doesNotMatch(told(old, now), /Not the same node/));
});
