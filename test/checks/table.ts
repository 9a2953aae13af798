/** Runs a table of facts → expected verdict through one check, and polices the check while at it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sayFor, viewFor } from '../../src/judge/judge.js';
import type { Check, Severity, Verdict } from '../../src/model/check.js';
import type { AnyFact, Need } from '../../src/model/facts.js';

export interface Row {
  row: string;
  facts: AnyFact[];
  expect: 'pass' | 'not-applicable' | 'cannot-tell' | { cause: string; certainty?: 'proven' | 'suspected'; severity?: Severity };
  /** Needs the verdict must ask for. */
  wants?: Need[];
  /** Text that must / must not stand in what is printed (title, fixes, evidence). */
  says?: RegExp;
  neverSays?: RegExp;
}

/**
 * Every row is judged twice from frozen facts and must come out the same. Over all rows: every declared cause is produced, every word is used,
 * and what was read is exactly what `needs` declares.
 */
export function judgeTable(check: Check, rows: Row[]): void {
  describe(check.question, () => {
    const read = new Set<Need>();
    const words = new Set<string>();
    const causes = new Set<string>();
    const judge = (facts: AnyFact[]): Verdict => {
      const say = sayFor(check);
      return check.judge(
        viewFor(check, facts, (need) => read.add(need)),
        (key, ...args) => {
          words.add(key);
          return say(key, ...args);
        },
      );
    };
    for (const { row, facts, expect, wants, says, neverSays } of rows) {
      it(row, () => {
        const frozen = deepFreeze(structuredClone(facts));
        const verdict = judge(frozen);
        assert.deepEqual(judge(frozen), verdict, 'same facts, same verdict');
        if (typeof expect === 'string') assert.equal(verdict.kind, expect, JSON.stringify(verdict));
        else {
          assert.equal(verdict.kind, 'problem', JSON.stringify(verdict));
          if (verdict.kind !== 'problem') return;
          causes.add(verdict.cause);
          assert.equal(verdict.cause, expect.cause);
          if (expect.certainty) assert.equal(verdict.certainty, expect.certainty);
          if (expect.severity) assert.equal(verdict.severity, expect.severity);
          assert.ok(verdict.certainty === 'proven' || (verdict.alternatives ?? []).length > 0, 'a suspicion names its alternatives');
          assert.ok(verdict.severity === 'note' || verdict.fixes.length > 0, 'a problem has a fix');
          assert.ok(verdict.evidence.length > 0, 'a problem has evidence');
          assert.ok(verdict.fixes.length < 2 || verdict.fixes[0]?.changes !== 'security', 'a security change never ranks first');
        }
        const text = JSON.stringify(verdict);
        if (says) assert.match(text, says);
        if (neverSays) assert.doesNotMatch(text, neverSays);
        const wanted = verdict.kind === 'cannot-tell' ? verdict.wants : verdict.kind === 'problem' ? (verdict.wants ?? []) : [];
        for (const want of wants ?? [])
          assert.ok(
            wanted.some((w) => w.need === want),
            `wants ${want}: ${JSON.stringify(wanted)}`,
          );
      });
    }
    it('its rows produce every cause, use every word, read every need', () => {
      assert.deepEqual([...causes].sort(), Object.keys(check.causes).sort());
      assert.deepEqual([...words].sort(), Object.keys(check.words).sort());
      assert.deepEqual([...read].sort(), [...check.needs].sort());
    });
  });
}

function deepFreeze<T>(tree: T): T {
  if (tree && typeof tree === 'object') {
    for (const child of Object.values(tree)) deepFreeze(child);
    Object.freeze(tree);
  }
  return tree;
}
