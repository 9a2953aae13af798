/** Runs a table of facts → expected verdict through one check, and polices the check while at it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { hideSecrets } from '../../src/host/hide.js';
import { createRedactor } from '../../src/host/redact.js';
import { sayFor, viewFor } from '../../src/judge/judge.js';
import { isGrave } from '../../src/judge/rank.js';
import { PLATFORM, PLATFORMS } from '../../src/kubernetes/kubelet/platforms.js';
import type { Check, Problem, Severity, Verdict, Witness } from '../../src/model/check.js';
import type { AnyFact, Need } from '../../src/model/facts.js';
import { ODD_LEAVES, withLeaves } from '../support/adversarial.js';
import { faultsOfFixes } from '../support/fixes.js';
import { leavesOf, MARK, PLANTED, pastedIn, plant, unquoted } from '../support/planted.js';
import { faultsOnPlatforms } from '../support/platforms.js';

export interface Row {
  row: string;
  facts: AnyFact[];
  expect: 'pass' | 'not-applicable' | 'cannot-tell' | { cause: string; certainty?: 'proven' | 'suspected'; severity?: Severity };
  /** Needs the verdict must ask for. */
  wants?: Need[];
  /** Text that must / must not stand in what is printed (title, fixes, evidence). */
  says?: RegExp;
  neverSays?: RegExp;
  /** What is proven names the facts that it rests on, in their order; what is suspected rests on none. */
  witnesses?: Need[];
  /** What is said holds of a part of these lists as well: it speaks of what is in them, and of nothing that is not. */
  inPart?: Need[];
}

/** Platforms of which only their documentation and sources are known. */
const DOCUMENTED = PLATFORMS.filter((name) => PLATFORM[name].source);

/** Its title tells of a platform that no fact names. */
function restsOnDocuments({ title }: Problem, facts: readonly AnyFact[]): boolean {
  const seen = JSON.stringify(facts);
  return DOCUMENTED.some((name) => new RegExp(`\\b${name}\\b`).test(title.en) && !seen.includes(name));
}

/**
 * Every row is judged twice from frozen facts and must come out the same. Over all rows: every declared cause is produced, every word is used,
 * what was read is exactly what `needs` declares, and no value of a fact becomes a command: the facts of `judge FILE` are a stranger's.
 */
export function judgeTable(check: Check, rows: Row[]): void {
  describe(check.question, () => {
    const read = new Set<Need>();
    const words = new Set<string>();
    const causes = new Set<string>();
    const printed = new Map<string, 'shell' | 'other'>();
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
    for (const { row, facts, expect, wants, says, neverSays, witnesses = [] } of rows) {
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
          assert.ok(verdict.certainty === 'suspected' || !restsOnDocuments(verdict, facts), 'what is documented alone is not proven');
          if (expect.severity) assert.equal(verdict.severity, expect.severity);
          assert.ok(verdict.certainty === 'proven' || (verdict.alternatives ?? []).length > 0, 'a suspicion names its alternatives');
          assertWitnesses(verdict, witnesses);
          assert.ok(verdict.severity === 'note' || verdict.fixes.length > 0, 'a problem has a fix');
          assert.ok(verdict.evidence.length > 0, 'a problem has evidence');
          assert.ok(!verdict.fixes[0] || !isGrave(verdict.fixes[0]), 'what deletes or lowers security is never first');
        }
        for (const [steps, form] of printedBy(verdict)) printed.set(steps, form);
        const text = JSON.stringify(verdict);
        if (verdict.kind === 'problem') assert.deepEqual(faultsOnPlatforms(verdict.fixes), [], 'can be done on every platform');
        if (verdict.kind === 'problem') assert.deepEqual(faultsOfFixes(verdict, facts), [], 'no fix does more than it says');
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
    it('no string and no number of a fact is a command in what is printed', () => {
      const found = new Set<string>();
      for (const { facts } of rows) {
        const parts = facts.map(({ kind, subject, outcome }) => ({ [kind]: { subject, outcome } }));
        for (const leaf of new Set(parts.flatMap((part) => leavesOf(part))))
          for (const planted of PLANTED)
            for (const how of ['instead', 'behind'] as const) {
              const hostile = facts.map((fact, at) => ({
                ...fact,
                ...(Object.values(plant(parts[at], leaf, planted, how) as object)[0] as AnyFact),
              }));
              // What a check cannot read it may break on: it then shows as crashed.
              const verdict = attempt(() => check.judge(viewFor(check, hostile as AnyFact[]), sayFor(check)));
              for (const text of pastedIn(verdict)) if (unquoted(text).includes(MARK)) found.add(`${leaf}: ${text}`);
            }
      }
      assert.deepEqual([...found], []);
    });
    it('no number and no date that nothing can hold breaks it', () => {
      const broken = new Set<string>();
      for (const { row, facts } of rows)
        for (const odd of ODD_LEAVES) {
          const strange = facts.map((fact) => ({ ...fact, outcome: withLeaves(fact.outcome, odd) }));
          try {
            JSON.stringify(check.judge(viewFor(check, strange as AnyFact[]), sayFor(check)));
          } catch (error) {
            broken.add(`${row}, ${odd}: ${(error as Error).stack?.split('\n').slice(0, 3).join(' ')}`);
          }
        }
      assert.deepEqual([...broken].slice(0, 3), []);
    });
    // A proof refuses a fact that was not seen: then no row of the decision may have held that rests on it.
    it('claims nothing without its witness, whichever fact is missing or silent', () => {
      const broken = new Set<string>();
      for (const { row, facts } of rows)
        for (const [at, fact] of facts.entries())
          for (const [how, instead] of MISSING) {
            const others = instead ? facts.with(at, { ...fact, outcome: instead } as AnyFact) : facts.toSpliced(at, 1);
            const thrown = thrownBy(() => check.judge(viewFor(check, others), sayFor(check)));
            if (thrown !== undefined) broken.add(`${row}: ${fact.target}/${fact.kind} ${how}: ${thrown}`);
          }
      assert.deepEqual([...broken], []);
    });
    // Whoever speaks of all, or of none, has read all: the same list says less where it ends before its end.
    it('says of a list that was not read to its end what it says of a whole one only where a row allows it', () => {
      const same = new Set<string>();
      for (const { row, facts, inPart = [] } of rows) {
        const whole = JSON.stringify(attempt(() => check.judge(viewFor(check, facts), sayFor(check))));
        for (const [at, fact] of facts.entries()) {
          const part = inPart.includes(`${fact.target}/${fact.kind}`) ? undefined : cutShort(fact);
          if (!part || !restsOn(whole, fact)) continue;
          const cut = attempt(() => check.judge(viewFor(check, facts.with(at, part)), sayFor(check)));
          if (JSON.stringify(cut) === whole) same.add(`${row}: ${fact.target}/${fact.kind}`);
        }
      }
      assert.deepEqual([...same], []);
    });
    it('its rows produce every cause, use every word, read every need', () => {
      assert.deepEqual([...causes].sort(), Object.keys(check.causes).sort());
      assert.deepEqual([...words].sort(), Object.keys(check.words).sort());
      assert.deepEqual([...read].sort(), [...check.needs].sort());
    });
    // What people execute passes the gate at the door as it is: a `%s` that looks like a secret there is a command that lies.
    it('what it prints to be pasted is printed whole, and a shell can read it', () => {
      for (const [steps, form] of printed) {
        assert.equal(hideSecrets(steps, createRedactor()), steps);
        assert.doesNotMatch(steps, /\bundefined\b|\bNaN\b|\[object |\[redacted\]/);
        if (form !== 'shell') continue;
        const { status, stderr } = spawnSync('sh', ['-n'], { input: steps, encoding: 'utf8' });
        assert.equal(status, 0, `${steps}\n${stderr}`);
      }
    });
  });
}

/** No two of them are one fact. */
function assertWitnesses(verdict: Problem, expected: readonly Need[]): void {
  const witnesses = verdict.witnesses ?? [];
  assert.deepEqual(
    witnesses.map(({ need }) => need),
    expected,
    'the witnesses of this row',
  );
  const facts = witnesses.map(({ need, subject }) => `${need} ${subject}`);
  assert.equal(new Set(facts).size, facts.length, `one fact is one witness: ${facts}`);
}

/** The same list, not read to its end; undefined for what is no list, or no whole one. */
function cutShort(fact: AnyFact): AnyFact | undefined {
  if (fact.outcome.status !== 'observed') return undefined;
  const { data } = fact.outcome;
  if (typeof data !== 'object' || !('complete' in data) || data.complete !== true) return undefined;
  return { ...fact, outcome: { ...fact.outcome, data: { ...data, complete: false } } } as AnyFact;
}

/** Does the verdict name the fact as what it rests on? */
function restsOn(verdict: string | undefined, { target, kind }: AnyFact): boolean {
  const { witnesses = [], on = [] }: { witnesses?: Witness[]; on?: Witness[] } = JSON.parse(verdict ?? '{}');
  return [...witnesses, ...on].some(({ need }) => need === `${target}/${kind}`);
}

/** What may become of a fact. */
const MISSING = [
  ['not there', undefined],
  ['not permitted', { status: 'absent', why: 'no-permission' }],
  ['pending', { status: 'pending', ms: 500 }],
  ['timed out', { status: 'failed', code: 'ETIMEDOUT', detail: 'no answer', ms: 4000 }],
  ['refused', { status: 'failed', code: 'ECONNREFUSED', detail: 'refused', ms: 1 }],
] as const;

function thrownBy(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Everything in a verdict that is there to be pasted. */
function printedBy(verdict: Verdict): [string, 'shell' | 'other'][] {
  const wants = verdict.kind === 'cannot-tell' ? verdict.wants : verdict.kind === 'problem' ? (verdict.wants ?? []) : [];
  const fixes = verdict.kind === 'problem' ? verdict.fixes : [];
  const commands = [
    ...wants.map(({ elsewhere }) => elsewhere),
    ...(verdict.kind === 'problem' ? verdict.evidence.map(({ reproduce }) => reproduce) : []),
    ...fixes.flatMap(({ steps, form, verify }) => (form === 'shell' ? [steps, verify] : [verify])),
  ];
  const others = fixes.flatMap(({ steps, form }) => (form === 'shell' ? [] : [steps]));
  const isText = (text: string | undefined) => text !== undefined;
  return [
    ...commands.filter(isText).map((text): [string, 'shell'] => [text, 'shell']),
    ...others.filter(isText).map((text): [string, 'other'] => [text, 'other']),
  ];
}

function deepFreeze<T>(tree: T): T {
  if (tree && typeof tree === 'object') {
    for (const child of Object.values(tree)) deepFreeze(child);
    Object.freeze(tree);
  }
  return tree;
}
